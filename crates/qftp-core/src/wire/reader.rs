//! Splitting a byte stream into lines; any split of the input gives the same lines.

use super::scan::find_control;
use crate::copy::{copy, move_to_front};

/// What [`LineReader::read`] or [`CommandReader::read`] found at the front of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read<'a> {
    /// Bytes of the input that are used up.
    pub consumed: usize,
    /// A complete line, without CR and LF; `None` when all input is used up and no line is complete.
    pub line: Option<&'a [u8]>,
    /// Whether the line was longer than the reader's buffer and its end is cut off.
    pub cut: bool,
}

/// The host's side: lines end with CR or LF, in any mix, and blank ones are framing.
///
/// A line that lies whole in the input is handed out from there; only one that is split over inputs is copied, into a buffer of
/// `N` bytes.
#[derive(Clone, Debug)]
pub struct LineReader<const N: usize> {
    buf: [u8; N],
    len: usize,
    cut: bool,
}

impl<const N: usize> Default for LineReader<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> LineReader<N> {
    /// A reader at the start of a line.
    #[must_use]
    pub const fn new() -> Self {
        Self { buf: [0; N], len: 0, cut: false }
    }

    /// Whether the start of a line is waiting for its end.
    #[must_use]
    pub const fn is_within_line(&self) -> bool {
        self.len > 0
    }

    /// What there is of a line whose end has not come.
    #[must_use]
    pub fn partial(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    /// The line of so many bytes that was put together last, while no byte of another has come.
    pub(crate) fn last(&self, len: usize) -> Option<&[u8]> {
        self.buf.get(..len)
    }

    /// Forgets the start of a line.
    pub const fn clear(&mut self) {
        self.len = 0;
        self.cut = false;
    }

    /// Takes one more byte of a line that has begun. `false` where none has, or where the byte may be its end or does not fit: that is
    /// for [`read`](Self::read).
    #[inline(always)]
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        let len = self.len;
        if len == 0 || byte < b' ' {
            return false;
        }
        let Some(slot) = self.buf.get_mut(len) else { return false };
        *slot = byte;
        self.len = len.wrapping_add(1);
        true
    }

    /// The buffer, which is for other use while no line has begun.
    pub(crate) const fn store(&self) -> &[u8; N] {
        &self.buf
    }

    /// The same, to be written to.
    pub(crate) const fn store_mut(&mut self) -> &mut [u8; N] {
        &mut self.buf
    }

    /// Takes the start of a line whose end has not come, and line ends before it, from this place of the buffer.
    pub(crate) fn start_with(&mut self, from: usize, to: usize) {
        let bytes = self.buf.get(from..to).unwrap_or_default();
        let blank = bytes.iter().take_while(|byte| is_end(**byte)).count();
        self.len = move_to_front(&mut self.buf, from.saturating_add(blank), to);
    }

    /// Takes the first byte of a line, or one before it that is none. `false` within a line.
    #[inline(always)]
    pub(crate) fn begin(&mut self, byte: u8) -> bool {
        if self.len > 0 {
            return false;
        }
        if !is_end(byte)
            && let Some(first) = self.buf.first_mut()
        {
            *first = byte;
            self.len = 1;
        }
        true
    }

    /// Reads up to the end of the first line in `input`.
    pub fn read<'a>(&'a mut self, input: &'a [u8]) -> Read<'a> {
        let mut rest = input;
        if self.len == 0 {
            while let [b'\r' | b'\n', tail @ ..] = rest {
                rest = tail;
            }
        }
        let start = input.len().saturating_sub(rest.len());
        let Some(end) = find_end(rest) else {
            self.keep(rest);
            return Read { consumed: input.len(), line: None, cut: false };
        };
        let tail = rest.get(..end).unwrap_or_default();
        let consumed = start.saturating_add(end).saturating_add(1);
        if self.len == 0 {
            let cut = tail.len() > N;
            return Read { consumed, line: Some(tail.get(..N).unwrap_or(tail)), cut };
        }
        self.keep(tail);
        let (len, cut) = (core::mem::take(&mut self.len), core::mem::take(&mut self.cut));
        Read { consumed, line: self.buf.get(..len), cut }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.buf.get_mut(self.len..).unwrap_or_default();
        let fits = copy(room, bytes);
        self.len = self.len.saturating_add(fits);
        self.cut |= fits < bytes.len();
    }
}

/// Where the first CR or LF stands. Lines have hardly any other control characters.
fn find_end(bytes: &[u8]) -> Option<usize> {
    let at = find_control(bytes)?;
    let rest = bytes.get(at..)?;
    match rest.first() {
        Some(first) if is_end(*first) => Some(at),
        _ => Some(at.saturating_add(rest.iter().position(|byte| is_end(*byte))?)),
    }
}

/// Whether a line ends with this byte, for a host.
pub(crate) const fn is_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

/// The module's side: a command line ends with CR, LF means nothing, backspace takes the last byte back.
#[derive(Clone, Debug)]
pub struct CommandReader<const N: usize> {
    buf: [u8; N],
    len: usize,
    cut: bool,
}

impl<const N: usize> Default for CommandReader<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> CommandReader<N> {
    /// A reader at the start of a line.
    #[must_use]
    pub const fn new() -> Self {
        Self { buf: [0; N], len: 0, cut: false }
    }

    /// Forgets the start of a line.
    pub const fn clear(&mut self) {
        self.len = 0;
        self.cut = false;
    }

    /// Reads up to the first CR in `input`; a line may be empty.
    pub fn read(&mut self, input: &[u8]) -> Read<'_> {
        for (at, byte) in input.iter().enumerate() {
            match byte {
                b'\r' => {
                    let (len, cut) = (core::mem::take(&mut self.len), core::mem::take(&mut self.cut));
                    return Read { consumed: at.saturating_add(1), line: self.buf.get(..len), cut };
                }
                b'\n' => {}
                0x08 | 0x7F => self.len = self.len.saturating_sub(1),
                byte => match self.buf.get_mut(self.len) {
                    Some(slot) => {
                        *slot = *byte;
                        self.len = self.len.saturating_add(1);
                    }
                    None => self.cut = true,
                },
            }
        }
        Read { consumed: input.len(), line: None, cut: false }
    }
}
