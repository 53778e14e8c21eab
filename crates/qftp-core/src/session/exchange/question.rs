//! The question whether data of unknown length is over, and which of the bytes held back came after it.

use super::receive::{Question, Receive};

impl Receive {
    /// The module is asked now whether it is out of data mode, and with it whether the data ends `rest` bytes into those held back.
    pub(crate) fn ask(&mut self, rest: usize) {
        self.question = Question::Asked(self.end);
        self.asked_about = Some(self.end_of(rest));
    }

    /// Whether it was asked about this end of the data, and not about one that turned out to be data.
    pub(crate) fn was_asked(&self, rest: usize) -> bool {
        self.question != Question::NotAsked && self.asked_about == Some(self.end_of(rest))
    }

    fn end_of(&self, rest: usize) -> u64 {
        self.delivered.saturating_add(u64::try_from(rest).unwrap_or(u64::MAX))
    }

    /// Whether a line that begins at this place of the bytes held back came after the question.
    pub(crate) fn is_after_question(&self, at: usize) -> bool {
        match self.question {
            Question::Asked(asked) | Question::Late(asked) => self.start.saturating_add(at) >= asked,
            Question::NotAsked | Question::Unanswered(_) => false,
        }
    }

    /// Whether an error at this place may be the module's word to the question.
    pub(crate) fn may_be_refusal(&self, at: usize) -> bool {
        match self.question {
            Question::Unanswered(asked) => self.start.saturating_add(at) >= asked,
            _ => self.is_after_question(at),
        }
    }
}
