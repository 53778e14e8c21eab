//! Bringing the line into step: nothing that is on its way can be taken for a later answer.

use super::commands::HostCommand;
use super::failure::LineFault;
use super::link::Link;
use crate::Instant;
use crate::mutation::{Mutation, mutated};

/// Questions before giving up; the escape comes after the second.
const QUESTIONS: u8 = 6;
/// Silence that shows that nothing is on its way, in milliseconds.
const QUIET_MS: u64 = 30;
/// The time for an answer to `AT`, or for a word after the escape, in milliseconds.
const ANSWER_MS: u64 = 700;
/// Escapes to a module that is surely in data mode and says nothing, before it is asked all the same.
const ESCAPES: u8 = 3;
/// What it is not asked any more after that: it has had its time, and one question of either form is left.
const SPENT: u8 = 4;

#[derive(Clone, Copy, Debug)]
pub(super) struct Sync {
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

#[derive(Clone, Copy, Debug)]
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
pub(super) enum Synced {
    NotYet(Sync),
    InStep,
    Never(LineFault),
}

impl Sync {
    /// Starts with a question.
    pub(super) fn ask(now: Instant, link: &mut Link) -> Self {
        link.drain(now, QUIET_MS);
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

    /// Starts with the escape: the module may be in data mode.
    pub(super) fn escape(now: Instant, link: &mut Link) -> Self {
        let ask = Self::ask(now, link);
        link.pause(now, link.silence_left(now));
        Self { step: Step::Silence, asked: 2, ..ask }
    }

    /// The same where the module surely takes file data: a busy one may read the escape late, and together with what follows it.
    pub(super) fn escape_surely(now: Instant, link: &mut Link) -> Self {
        Self { in_data: true, escapes: ESCAPES, ..Self::escape(now, link) }
    }

    /// Goes on after an answer (`answered`) or the end of a wait.
    pub(super) fn advance(mut self, now: Instant, link: &mut Link, answered: bool) -> Synced {
        self.noise |= link.heard;
        // Its words are the end of data mode.
        self.in_data &= !link.spoke;
        self.step = match self.step {
            Step::Drain => {
                // Every other time in the long form, for a module that was told to be quiet or to answer in numbers.
                let question = match self.asked % 2 {
                    0 => HostCommand::Attention,
                    _ => HostCommand::Wake,
                };
                // A module that was not in data mode has the `+++` for the start of a command: a line end of its own ends that.
                let after_escape = core::mem::take(&mut self.escaped);
                self.restless = link.is_restless();
                self.asked = self.asked.saturating_add(1);
                link.ask(now, question, ANSWER_MS, after_escape);
                Step::Ask
            }
            Step::Ask if answered && (!self.restless || self.asked >= QUESTIONS) => return Synced::InStep,
            Step::Ask if self.asked >= QUESTIONS => {
                return Synced::Never(if self.noise { LineFault::Noise } else { LineFault::NoAnswer });
            }
            Step::Ask if self.asked == 2 => {
                link.pause(now, link.silence_left(now));
                Step::Silence
            }
            Step::Silence => {
                link.escape(now);
                self.escaped = true;
                self.escapes = self.escapes.saturating_sub(1);
                Step::Escape
            }
            Step::Escape if self.in_data && !mutated(Mutation::NoTrailingGuard) => {
                link.listen(now, ANSWER_MS);
                Step::Word
            }
            Step::Word if !link.heard && self.escapes > 0 => {
                link.pause(now, link.silence_left(now));
                Step::Silence
            }
            Step::Ask | Step::Escape | Step::Word => {
                if matches!(self.step, Step::Word) && !link.heard {
                    self.asked = SPENT;
                }
                link.drain(now, QUIET_MS);
                Step::Drain
            }
        };
        Synced::NotYet(self)
    }
}
