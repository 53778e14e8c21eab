//! A line as it may stand behind data: what the command that brings the data makes of it.

use crate::wire::{Answer, Outcome, Value, Verb, Word};

/// A line as it may stand behind data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    Ok,
    /// ERROR, `+CME ERROR`.
    Refused,
    NoCarrier,
    /// `RDY`
    Ready,
    /// Another line that comes unasked.
    Urc,
    /// The outcome of the command that brought the data: success and how many bytes it was, or anything else.
    Count(u64),
    Outcome,
    /// An information line of that command.
    Info,
    /// The outcome of `AT+QFTPSTAT` or `AT+QFTPCLOSE`.
    State,
    Close,
    Text,
}

impl Spoken {
    /// Whether the module may say so behind broken-off data.
    pub(crate) const fn is_word(self) -> bool {
        !matches!(self, Self::Text)
    }
}

/// The command that brings data, as its answers name it.
#[derive(Clone, Copy)]
pub(crate) struct Speaker {
    pub(crate) verb: Verb,
    pub(crate) own: &'static [u8],
}

impl Speaker {
    /// What a whole line is; `None` where there is none.
    #[inline(never)]
    pub(crate) fn hears(self, line: &[u8]) -> Option<Spoken> {
        if line.is_empty() {
            return None;
        }
        let answer = Answer::of(line, self.own);
        let outcome = |value| answer.outcome(value).is_some();
        Some(match answer.word {
            Word::Ok => Spoken::Ok,
            Word::Error | Word::Cme => Spoken::Refused,
            Word::NoCarrier => Spoken::NoCarrier,
            Word::Ready => Spoken::Ready,
            Word::Urc => Spoken::Urc,
            Word::State if outcome(Value::Number) => Spoken::State,
            Word::Close if outcome(Value::Nothing) => Spoken::Close,
            Word::Own => match self.verb.urc() {
                Some(value) => match answer.outcome(value) {
                    Some(Outcome::Number(count)) => Spoken::Count(count),
                    Some(_) => Spoken::Outcome,
                    None => Spoken::Text,
                },
                None if { answer.args }.number::<u64>().is_some() => Spoken::Info,
                None => Spoken::Text,
            },
            _ => Spoken::Text,
        })
    }
}

/// Whether a line belongs to the answer to the question.
pub(crate) const fn is_answer(line: Spoken) -> bool {
    is_result(line) || matches!(line, Spoken::State)
}

/// Whether it is a result code.
pub(crate) const fn is_result(line: Spoken) -> bool {
    matches!(line, Spoken::Ok | Spoken::Refused)
}
