//! A recording of all that passes.

use core::ffi::c_char;

use super::{Problem, qftp_client};
use crate::text::optional;

/// Records all that passes the port in the file of this path, which is made anew, secrets masked: `qftp explain` reads it, `qftp replay` plays
/// it. Call it before qftp_client_setup. NULL ends the recording; QFTP_ERR_LOCAL then says that it is not whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_record(client: *mut qftp_client, path: *const c_char) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let done = match unsafe { optional(path) }? {
            Some(path) => work.client.record(path),
            None => work.client.stop_recording(),
        };
        done.map_err(Problem::local)
    })
}
