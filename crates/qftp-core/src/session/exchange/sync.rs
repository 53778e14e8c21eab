//! Bringing the line into step: nothing that is on its way can be taken for a later answer.

use super::Exchange;
use crate::mutation::{Mutation, mutated};
use crate::session::command::HostCommand;
use crate::session::failure::LineFault;

/// Questions before giving up; the escape comes after the second.
const QUESTIONS: u8 = 6;
/// Silence that shows that nothing is on its way, in milliseconds.
const QUIET_MS: u16 = 30;
/// The time for an answer to `AT`, or for a word after the escape, in milliseconds.
const ANSWER_MS: u32 = 700;
/// Escapes to a module that is surely in data mode and says nothing, before it is asked all the same.
const ESCAPES: u8 = 3;
/// What it is not asked any more after that: it has had its time, and one question of either form is left.
const SPENT: u8 = 4;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sync {
    step: Step,
    asked: u8,
    escaped: bool,
    noise: bool,
    /// Something kept coming until the question: an answer may be what was on its way.
    restless: bool,
    /// The module surely takes file data, as long as it says nothing: a question would be part of the file.
    in_data: bool,
    /// Escapes that are left to it.
    escapes: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Waiting for silence before a question.
    Drain,
    Ask,
    /// The silence before `+++`.
    Silence,
    /// `+++` and the silence after it.
    Escape,
    /// A module that leaves data mode says so.
    Word,
}

/// Where the line is.
pub(crate) enum Synced {
    NotYet,
    InSync,
    Never(LineFault),
}

impl Sync {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self {
            step: Step::Drain,
            asked: 0,
            escaped: false,
            noise: false,
            restless: false,
            in_data: false,
            escapes: 0,
        }
    }

    /// Starts with a question.
    pub(crate) fn ask(&mut self, exchange: &mut Exchange) {
        *self = Self::new();
        exchange.drain(QUIET_MS);
    }

    /// Starts with the escape: the module may be in data mode. Where it `surely` takes file data, a busy one may read the escape late, and
    /// together with what follows it.
    pub(crate) fn escape(&mut self, exchange: &mut Exchange, surely: bool) {
        *self = Self::new();
        self.step = Step::Silence;
        self.asked = 2;
        self.in_data = surely;
        self.escapes = if surely { ESCAPES } else { 0 };
        exchange.await_silence();
    }

    /// Goes on after an answer (`answered`) or the end of a wait.
    pub(crate) fn advance(&mut self, exchange: &mut Exchange, answered: bool) -> Synced {
        self.noise |= exchange.heard;
        // Its words are the end of data mode.
        self.in_data &= !exchange.spoke;
        match self.step {
            Step::Drain => {
                // Every other time in the long form, for a module that was told to be quiet or to answer in numbers.
                let question = match self.asked % 2 {
                    0 => HostCommand::Attention,
                    _ => HostCommand::Wake,
                };
                // A module that was not in data mode has the `+++` for the start of a command: a line end of its own ends that.
                let after_escape = core::mem::take(&mut self.escaped);
                self.restless = exchange.is_restless();
                self.asked = self.asked.wrapping_add(1);
                exchange.ask(question, ANSWER_MS, after_escape);
                self.step = Step::Ask;
            }
            Step::Ask if answered && (!self.restless || self.asked >= QUESTIONS) => return Synced::InSync,
            Step::Ask if self.asked >= QUESTIONS => {
                return Synced::Never(if self.noise { LineFault::Noise } else { LineFault::NoAnswer });
            }
            Step::Ask if self.asked == 2 => {
                exchange.await_silence();
                self.step = Step::Silence;
            }
            Step::Silence => {
                exchange.escape();
                self.escaped = true;
                self.escapes = self.escapes.saturating_sub(1);
                self.step = Step::Escape;
            }
            Step::Escape if self.in_data && !mutated(Mutation::NoTrailingGuard) => {
                exchange.listen(ANSWER_MS);
                self.step = Step::Word;
            }
            Step::Word if !exchange.heard && self.escapes > 0 => {
                exchange.await_silence();
                self.step = Step::Silence;
            }
            Step::Ask | Step::Escape | Step::Word => {
                if self.step == Step::Word && !exchange.heard {
                    self.asked = SPENT;
                }
                exchange.drain(QUIET_MS);
                self.step = Step::Drain;
            }
        }
        Synced::NotYet
    }
}
