//! The file that the operation under way moves.

use super::kept::Kept;
use super::options::{GetOptions, PutOptions, Via};
use crate::limits;

/// What is kept of a file of the module; a build without staging has none.
const MODULE_FILE: usize = if cfg!(feature = "staging") { limits::MODULE_FILE } else { 0 };

pub(crate) struct Transfer {
    /// The file, or the folder, on the server.
    pub(crate) name: Kept<{ limits::NAME }>,
    /// The file of the module.
    pub(crate) local: Kept<MODULE_FILE>,
    pub(crate) get: GetOptions,
    pub(crate) put: PutOptions,
}

impl Transfer {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self {
            name: Kept::new(),
            local: Kept::new(),
            get: GetOptions { start: 0, len: None, via: Via::Com },
            put: PutOptions::whole(0),
        }
    }
}
