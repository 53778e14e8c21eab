//! File data on its way to the host: counted, never searched.
//!
//! Bytes that could be the module's words after broken-off data are held back while they stand at the very end of what has come:
//! only silence makes them final. As soon as anything else follows they are file data.

use super::spoken::Speaker;
use super::words::{WINDOW, end_of_data};
use crate::Checksum;
use crate::copy::{copy, move_to_front};
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Verb, is_end};

/// Room for what is held back and the piece that decides about it; or for a line.
pub(crate) const HOLD: usize =
    if 2 * WINDOW > limits::ANSWER_LINE { 2 * WINDOW } else { limits::ANSWER_LINE };

pub(crate) struct Receive {
    /// The command that brings the data, and the name that its answers have.
    pub(crate) verb: Verb,
    pub(crate) own: &'static [u8],
    /// Its length, where it is known.
    pub(crate) expected: Option<u64>,
    /// Bytes handed out.
    pub(crate) delivered: u64,
    /// Of the bytes handed out.
    pub(crate) checksum: Checksum,
    /// The module's words after all the data began as they should.
    whole_end: bool,
    /// Whether the module was asked if it is out of data mode.
    pub(crate) question: Question,
    /// The length of the data that the last question was about.
    pub(crate) asked_about: Option<u64>,
    /// Where the bytes held back stand in the buffer that reads lines at other times.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The question whether the data is over, where its length is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    NotAsked,
    /// When so many bytes stood in the buffer: only what comes behind them can be the answer.
    Asked(usize),
    /// The same. Its result code has come, and its URC is late.
    Late(usize),
    /// The same. Nothing came in its time that answers it; a refusal may have, or may still come.
    Unanswered(usize),
}

/// Where data stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Nowhere: there is none.
    Nothing,
    /// The first bytes of the input.
    Input(usize),
    /// A range of the bytes held back.
    Held(usize, usize),
}

impl Piece {
    /// Its bytes.
    pub(crate) fn of<'a>(self, input: &'a [u8], hold: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Self::Nothing => None,
            Self::Input(len) => input.get(..len),
            Self::Held(from, to) => hold.get(from..to),
        }
    }
}

impl Receive {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self {
            verb: Verb::QftpGet,
            own: b"",
            expected: None,
            delivered: 0,
            checksum: Checksum::new(),
            whole_end: false,
            question: Question::NotAsked,
            asked_about: None,
            start: 0,
            end: 0,
        }
    }

    pub(crate) const fn begin(&mut self, verb: Verb, own: &'static [u8], expected: Option<u64>) {
        self.verb = verb;
        self.own = own;
        self.expected = expected;
        self.delivered = 0;
        self.checksum = Checksum::new();
        self.whole_end = false;
        self.question = Question::NotAsked;
        self.asked_about = None;
        self.start = 0;
        self.end = 0;
    }

    /// An operation starts: what an earlier one brought is none of its data, also where it fails before its own begin.
    pub(crate) fn forget(&mut self) {
        if mutated(Mutation::StaleCount) {
            return;
        }
        self.begin(Verb::QftpGet, b"", None);
    }

    /// How the module's words are told apart.
    pub(crate) const fn speaker(&self) -> Speaker {
        Speaker { verb: self.verb, own: self.own }
    }

    /// All data of a known length is handed out.
    pub(crate) fn is_complete(&self) -> bool {
        self.expected == Some(self.delivered)
    }

    /// Bytes that are file data even if the transfer has failed; `ok` is whether the module's OK has come after them.
    ///
    /// Where all of a known length seems to be there, the module may have stopped a few bytes short of it, and its first words have filled
    /// the gap. Only when none of those words is missing after the data are they all words. A module that has `restarted` may have
    /// said anything before its `RDY`.
    pub(crate) fn trusted(&self, ok: bool, restarted: bool) -> u64 {
        let filled = self.is_complete() && !(self.whole_end && ok);
        let doubtful = (filled || restarted) && !mutated(Mutation::WordsTrusted);
        let words = if doubtful { WINDOW } else { 0 };
        self.delivered.saturating_sub(u64::try_from(words).unwrap_or(u64::MAX))
    }

    /// Whether the module's words begin with this byte after all the data.
    ///
    /// They begin with CR LF. A line feed alone would do for a line, but then the CR has gone into the data, and one byte was lost before.
    pub(crate) fn end_begins(&mut self, first: u8) -> bool {
        self.whole_end = first == b'\r';
        self.whole_end || mutated(Mutation::EndUnchecked)
    }

    /// Takes bytes off the input: how many, and where the data to hand out stands.
    pub(crate) fn take(&mut self, input: &[u8], hold: &mut [u8; HOLD]) -> (usize, Piece) {
        let held = self.end.saturating_sub(self.start);
        if mutated(Mutation::EndSearchedInData)
            && let Some(at) = input.windows(6).position(|end| end == b"\r\nOK\r\n")
        {
            let rest = u64::try_from(held.saturating_add(at)).unwrap_or(0);
            self.expected = Some(self.delivered.saturating_add(rest));
        }
        let missing = self.expected.map(|all| all.saturating_sub(self.delivered));
        let missing = missing.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        if held == 0 {
            let end = if missing <= input.len() { missing } else { end_of_data(input, self.speaker()) };
            let Some(data) = input.get(..end).filter(|data| !data.is_empty()) else {
                return (self.hold_back(input, hold), Piece::Nothing);
            };
            self.count(data);
            return (data.len(), Piece::Input(data.len()));
        }
        if missing <= held.saturating_add(input.len()) || input.len() >= WINDOW {
            return (0, self.release(held.min(missing), hold));
        }
        let taken = self.hold_back(input, hold);
        match end_of_data(self.held(hold), self.speaker()) {
            0 => (taken, Piece::Nothing),
            end => (taken, self.release(end, hold)),
        }
    }

    /// Reads the next line out of the bytes held back: where it stands, and whether it came after the question.
    pub(crate) fn next_line(&mut self, hold: &[u8]) -> Option<(Piece, bool)> {
        let held = self.held(hold);
        let blank = held.iter().take_while(|byte| is_end(**byte)).count();
        let len = held.get(blank..)?.iter().position(|byte| is_end(*byte))?;
        let after_question = self.is_after_question(blank);
        let from = self.start.saturating_add(blank);
        self.start = from.saturating_add(len);
        Some((Piece::Held(from, self.start), after_question))
    }

    /// The bytes held back.
    pub(crate) fn held<'a>(&self, hold: &'a [u8]) -> &'a [u8] {
        hold.get(self.start..self.end).unwrap_or_default()
    }

    /// Hands out the first `len` of the bytes held back.
    pub(crate) fn release(&mut self, len: usize, hold: &[u8]) -> Piece {
        let from = self.start;
        self.start = self.start.saturating_add(len).min(self.end);
        let to = self.start;
        let len = to.saturating_sub(from);
        self.delivered = self.delivered.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        if has_checksum(self.verb) {
            self.checksum.update(hold.get(from..to).unwrap_or_default());
        }
        Piece::Held(from, to)
    }

    fn count(&mut self, data: &[u8]) {
        self.delivered = self.delivered.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
        if has_checksum(self.verb) {
            self.checksum.update(data);
        }
    }

    fn hold_back(&mut self, input: &[u8], hold: &mut [u8; HOLD]) -> usize {
        if self.start > 0 {
            if let Question::Asked(at) | Question::Late(at) | Question::Unanswered(at) = &mut self.question {
                *at = at.saturating_sub(self.start);
            }
            self.end = move_to_front(hold, self.start, self.end);
            self.start = 0;
        }
        let room = hold.get_mut(self.end..).unwrap_or_default();
        let len = copy(room, input);
        self.end = self.end.saturating_add(len);
        len
    }
}

/// Whether there is a checksum to compare with: only a file of the module has one.
fn has_checksum(verb: Verb) -> bool {
    cfg!(feature = "staging") && verb == Verb::Qfdwl
}
