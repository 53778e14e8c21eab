//! The host's session: see `host.rs` for the promises.

use crate::host::Host;
use crate::input::Input;

/// The input is how the session is configured, then what module and caller do.
pub fn session(bytes: &[u8]) {
    let mut input = Input(bytes);
    let host = Host::new(&mut input, None);
    host.run(&mut input);
}
