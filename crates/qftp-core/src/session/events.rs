//! What is to be told that needs no further input, in its order.

use super::operation::End;

pub(crate) struct Events {
    /// How many bytes the download that begins will bring: the length in its options.
    pub(crate) size: bool,
    /// Bytes held back that turned out to be data.
    pub(crate) flush: usize,
    /// Whether the rest of them are lines.
    pub(crate) replay: bool,
    pub(crate) end: Option<End>,
}

impl Events {
    pub(crate) const fn new() -> Self {
        Self { size: false, flush: 0, replay: false, end: None }
    }

    /// Whether there are any.
    pub(crate) const fn is_any(&self) -> bool {
        self.size || self.flush > 0 || self.replay || self.end.is_some()
    }
}
