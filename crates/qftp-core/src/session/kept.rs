use crate::copy::copy;

/// Bytes that a session keeps over several commands, in place.
#[derive(Clone)]
pub(crate) struct Kept<const N: usize> {
    buf: [u8; N],
    /// At most 255: nothing that is kept is longer.
    len: u8,
}

impl<const N: usize> Kept<N> {
    // As State::new.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { buf: [0; N], len: 0 }
    }

    /// Keeps as much of `bytes` as there is room for; callers check the length before.
    pub(crate) fn set(&mut self, bytes: &[u8]) {
        self.len = u8::try_from(copy(&mut self.buf, bytes)).unwrap_or(u8::MAX);
    }

    pub(crate) const fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.buf.get(..usize::from(self.len)).unwrap_or_default()
    }
}
