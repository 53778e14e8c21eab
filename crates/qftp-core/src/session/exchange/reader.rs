//! Lines of the module as a session reads them: what they say, and their bytes where those are needed.

use crate::limits;
use crate::session::kept::Kept;
use crate::wire::{Answer, Args, Stop};

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
    /// Whether the parameters of the line that is being read are kept.
    keeps: bool,
    /// Whether what was kept is wanted from its first comma on.
    second: bool,
    text: Kept<TEXT>,
    /// Of a line that is split over inputs: what has come of it.
    whole: Kept<WHOLE>,
}

impl Reader {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self { answer: Answer::new(), keeps: false, second: false, text: Kept::new(), whole: Kept::new() }
    }

    /// Whether the start of a line is waiting for its end.
    #[inline(always)]
    pub(crate) const fn is_within_line(&self) -> bool {
        self.answer.is_within_line()
    }

    /// Takes one more byte of a line that has begun. `false` where none has, or where the byte may mean more than itself: that is for
    /// [`read`](Self::read).
    #[inline(always)]
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        let taken = !self.keeps && self.answer.push(byte);
        if taken {
            self.keep_byte(byte);
        }
        taken
    }

    #[inline(always)]
    fn keep_byte(&mut self, byte: u8) {
        if cfg!(feature = "lines") {
            self.whole.push_byte(byte);
        }
    }

    /// Ends a line whose end does not stand in what was read.
    pub(crate) fn finish(&mut self) {
        self.answer.finish();
        self.keeps = false;
    }

    /// Forgets the start of a line.
    pub(crate) const fn clear(&mut self) {
        self.answer.clear();
        self.keeps = false;
        self.whole.clear();
    }

    /// Reads up to the end of the first line: how many bytes, and whether it has come. `own` is the name of the answers that are awaited,
    /// whose text is kept as `wanted` says; that of an error is kept always.
    pub(crate) fn read(&mut self, input: &[u8], own: &[u8], wanted: Wanted) -> (usize, bool) {
        let mut from = 0usize;
        loop {
            let rest = input.get(from..).unwrap_or_default();
            let (taken, stop) = self.answer.read(rest);
            let to = from.wrapping_add(taken);
            if self.keeps {
                // Without the end of the line.
                let len = if stop == Stop::Line { taken.wrapping_sub(1) } else { taken };
                self.text.push(rest.get(..len).unwrap_or_default());
            }
            match stop {
                Stop::Input => return (to, false),
                Stop::Line => {
                    self.keeps = false;
                    return (to, true);
                }
                Stop::Name => self.choose(own, wanted),
            }
            from = to;
        }
    }

    /// Chooses, by the name of the line, whether its text is kept.
    #[inline(always)]
    fn choose(&mut self, own: &[u8], wanted: Wanted) {
        let name = self.answer.name();
        let is_error = name == b"+CME ERROR";
        let is_wanted = wanted != Wanted::Nothing && name.eq_ignore_ascii_case(own);
        self.keeps = is_error || is_wanted;
        if self.keeps {
            self.second = is_wanted && wanted == Wanted::Second;
            self.text.clear();
        }
    }

    /// The text that was wanted last, as it stood in the line.
    pub(crate) fn text(&self) -> &[u8] {
        let text = self.text.as_bytes();
        match text.iter().position(|byte| *byte == b',') {
            Some(comma) if self.second => text.get(comma.wrapping_add(1)..).unwrap_or_default(),
            _ => text,
        }
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
