use core::fmt;

use crate::Printable;
use crate::copy::copy;

/// What `+CPIN:` said, where no table has it: the words of the module, as many as fit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SimState {
    buf: [u8; Self::MOST],
    len: u8,
}

impl SimState {
    /// Bytes that are kept; the words of 3GPP TS 27.007 are shorter.
    const MOST: usize = 15;

    pub(crate) fn new(words: &[u8]) -> Self {
        let mut buf = [0; Self::MOST];
        let len = u8::try_from(copy(&mut buf, words)).unwrap_or(0);
        Self { buf, len }
    }

    /// The words.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.buf.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Display for SimState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(self.as_bytes()).fmt(f)
    }
}

impl fmt::Debug for SimState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(self.as_bytes()).fmt(f)
    }
}
