//! Lines of the module as a session reads them: what they say, and their bytes where those are needed.

use crate::limits;
use crate::session::kept::Kept;
use crate::wire::{Answer, Args, is_end};

/// A line that is told has to be there whole; no line of a build without `lines` is.
const WHOLE: usize = if cfg!(feature = "lines") { limits::ANSWER_LINE } else { 0 };
/// The longest text of an answer, its quotes and spaces included.
const TEXT: usize = limits::NAME + 4;

/// Which of the parameters of an answer are wanted as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Nothing,
    All,
    /// What stands behind the first comma.
    Second,
}

pub(crate) struct Reader {
    pub(crate) answer: Answer,
    /// Of the line that is being read.
    keeps: Wanted,
    text: Kept<TEXT>,
    /// Of a line that is split over inputs: what has come of it.
    whole: Kept<WHOLE>,
}

impl Reader {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self { answer: Answer::new(), keeps: Wanted::Nothing, text: Kept::new(), whole: Kept::new() }
    }

    /// Whether the start of a line is waiting for its end.
    pub(crate) const fn is_within_line(&self) -> bool {
        self.answer.is_within_line()
    }

    /// Takes one more byte of a line that has begun. `false` where none has, or where the byte may mean more than itself: that is for
    /// [`read`](Self::read).
    #[inline(always)]
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        let taken = self.keeps == Wanted::Nothing && self.answer.push_plain(byte);
        if taken {
            self.keep(core::slice::from_ref(&byte), false);
        }
        taken
    }

    /// Forgets the start of a line.
    pub(crate) const fn clear(&mut self) {
        self.answer.clear();
        self.whole.clear();
    }

    /// Reads up to the end of the first line: how many bytes, and whether it has come. `own` is the name of the answers that are awaited,
    /// whose text is kept as `wanted` says; that of an error is kept always.
    pub(crate) fn read(&mut self, input: &[u8], own: &[u8], wanted: Wanted) -> (usize, bool) {
        let mut rest = input;
        while let Some((byte, tail)) = rest.split_first() {
            let had_name = self.answer.parameters().is_some();
            if !is_end(*byte) && self.keeps_parameter() {
                self.text.push(core::slice::from_ref(byte));
            }
            rest = tail;
            if self.answer.push(*byte) {
                self.keeps = Wanted::Nothing;
                return (input.len().wrapping_sub(rest.len()), true);
            }
            if !had_name && self.answer.parameters().is_some() {
                let name = self.answer.name();
                self.keeps = match name {
                    b"+CME ERROR" => Wanted::All,
                    _ if name.eq_ignore_ascii_case(own) => wanted,
                    _ => Wanted::Nothing,
                };
                if self.keeps != Wanted::Nothing {
                    self.text.clear();
                }
            }
        }
        (input.len(), false)
    }

    fn keeps_parameter(&self) -> bool {
        match self.keeps {
            Wanted::Nothing => false,
            Wanted::All => true,
            Wanted::Second => self.answer.parameters().is_some_and(|before| before > 0),
        }
    }

    /// The text of the parameters that was wanted last, as it stood in the line.
    pub(crate) fn text(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The same without its quotes.
    pub(crate) fn said(&self) -> &[u8] {
        Args::new(self.text()).remainder().unwrap_or_default()
    }

    /// Keeps the bytes of a line whose end has not come, where lines are told; `begins` says whether its first is among them.
    pub(crate) fn keep(&mut self, bytes: &[u8], begins: bool) {
        if !cfg!(feature = "lines") {
            return;
        }
        let mut bytes = bytes;
        if begins {
            self.whole.clear();
            while let [b'\r' | b'\n', rest @ ..] = bytes {
                bytes = rest;
            }
        }
        self.whole.push(bytes);
    }

    /// What was kept of a line.
    pub(crate) fn whole(&self) -> &[u8] {
        self.whole.as_bytes()
    }
}
