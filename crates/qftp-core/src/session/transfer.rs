//! The file that the operation under way moves.

use super::kept::Kept;
use super::options::{GetOptions, PutOptions, Via};
use crate::limits;

/// What is kept of a file of the module; a build without staging has none.
const MODULE_FILE: usize = if cfg!(feature = "staging") { limits::MODULE_FILE } else { 0 };

pub(super) struct Transfer {
    /// The file, or the folder, on the server.
    pub(super) name: Kept<{ limits::NAME }>,
    /// The file of the module.
    pub(super) local: Kept<MODULE_FILE>,
    pub(super) get: GetOptions,
    pub(super) put: PutOptions,
}

impl Transfer {
    #[inline(always)] // As State::new.
    pub(super) const fn new() -> Self {
        Self {
            name: Kept::new(),
            local: Kept::new(),
            get: GetOptions { start: 0, len: None, via: Via::Com },
            put: PutOptions::whole(0),
        }
    }
}
