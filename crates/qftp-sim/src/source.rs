//! Where the bytes of an upload come from: all at once, or slowly.

/// How a source delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Most bytes at once.
    pub piece: u64,
    /// Milliseconds from the end of one piece to the next.
    pub pause: u64,
}

impl Pace {
    /// Everything is there.
    pub const AT_ONCE: Self = Self { piece: u64::MAX, pause: 0 };

    /// Whether anybody has to wait for it.
    #[must_use]
    pub const fn is_slow(self) -> bool {
        self.pause > 0
    }
}

/// The bytes of one upload. Times are in microseconds.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    rest: &'a [u8],
    pace: Pace,
    /// Of the rest, what has been delivered.
    here: usize,
    due: u64,
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8], pace: Pace) -> Self {
        Self { rest: bytes, pace, here: 0, due: 0 }
    }

    /// What can be had now.
    pub(crate) fn offer(&mut self, now: u64) -> &'a [u8] {
        if self.here == 0 && self.due <= now {
            self.here = usize::try_from(self.pace.piece).unwrap_or(usize::MAX).min(self.rest.len());
        }
        &self.rest[..self.here]
    }

    /// So much of that was taken.
    pub(crate) fn took(&mut self, count: usize, now: u64) {
        self.rest = &self.rest[count..];
        self.here -= count;
        if count > 0 && self.here == 0 {
            self.due = now + self.pace.pause * 1000;
        }
    }

    /// When there will be more, where that has to be waited for.
    pub(crate) fn next(&self) -> Option<u64> {
        (self.here == 0 && !self.rest.is_empty()).then_some(self.due)
    }

    /// Bytes that nobody has taken yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }
}
