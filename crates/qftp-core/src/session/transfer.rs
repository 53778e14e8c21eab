//! The file that the operation under way moves.

use super::kept::Kept;
use super::options::{GetOptions, PutOptions, Via};
use crate::limits;

/// What is kept of a file of the module; a build without staging has none.
const MODULE_FILE: usize = if cfg!(feature = "staging") { limits::MODULE_FILE } else { 0 };

pub(crate) struct Transfer {
    /// The file, or the folder, on the server; and behind a command that answers with a text, that text.
    pub(crate) name: Kept<{ limits::NAME }>,
    /// The file of the module.
    pub(crate) local: Kept<MODULE_FILE>,
    /// Offset of the first byte.
    pub(crate) start: u64,
    /// How many bytes are to move, where that is known.
    pub(crate) len: Option<u64>,
    /// Whether the bytes of an upload are the last of the file.
    pub(crate) last: bool,
    pub(crate) via: Via,
}

impl Transfer {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self { name: Kept::new(), local: Kept::new(), start: 0, len: None, last: true, via: Via::Com }
    }

    pub(crate) const fn take_get(&mut self, options: &GetOptions) {
        self.start = options.start;
        self.len = options.len;
        self.via = options.via;
    }

    pub(crate) const fn take_put(&mut self, options: &PutOptions) {
        self.start = options.start;
        self.len = Some(options.len);
        self.last = options.last;
        self.via = options.via;
    }

    /// How many bytes an upload has.
    pub(crate) fn upload_len(&self) -> u64 {
        self.len.unwrap_or(0)
    }
}
