use crate::copy::copy;

/// Bytes that a session keeps over several commands, in place.
#[derive(Clone)]
pub(crate) struct Kept<const N: usize> {
    buf: [u8; N],
    len: usize,
}

impl<const N: usize> Kept<N> {
    // As State::new.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { buf: [0; N], len: 0 }
    }

    /// Keeps as much of `bytes` as there is room for; callers check the length before.
    pub(crate) fn set(&mut self, bytes: &[u8]) {
        self.len = copy(&mut self.buf, bytes);
    }

    /// Keeps more, as far as there is room.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.buf.get_mut(self.len..).unwrap_or_default();
        self.len = self.len.saturating_add(copy(room, bytes));
    }

    /// Keeps one byte more, if there is room.
    #[inline(always)]
    pub(crate) fn push_byte(&mut self, byte: u8) {
        if let Some(place) = self.buf.get_mut(self.len) {
            *place = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    pub(crate) const fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }
}
