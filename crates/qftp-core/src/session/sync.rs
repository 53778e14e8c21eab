//! Bringing the line into step: nothing that is on its way can be taken for a later answer.

use super::failure::LineFault;
use super::link::Link;
use crate::Instant;
use crate::wire::Basic;

/// Questions before giving up; the escape comes after the second.
const QUESTIONS: u8 = 6;
/// Silence that shows that nothing is on its way, in milliseconds.
const QUIET_MS: u64 = 30;
/// The time for an answer to `AT`, in milliseconds.
const ANSWER_MS: u64 = 700;

#[derive(Clone, Copy, Debug)]
pub(super) struct Sync {
    step: Step,
    asked: u8,
    escaped: bool,
    noise: bool,
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
        Self { step: Step::Drain, asked: 0, escaped: false, noise: false }
    }

    /// Starts with the escape: the module may be in data mode.
    pub(super) fn escape(now: Instant, link: &mut Link) -> Self {
        link.pause(now, link.silence_left(now));
        Self { step: Step::Silence, asked: 2, escaped: false, noise: false }
    }

    /// Goes on after an answer (`answered`) or the end of a wait.
    pub(super) fn advance(mut self, now: Instant, link: &mut Link, answered: bool) -> Synced {
        self.noise |= link.heard;
        self.step = match self.step {
            Step::Drain => {
                // Every other time in the long form, for a module that was told to be quiet or to answer in numbers.
                let question: &[Basic] = match self.asked % 2 {
                    0 => &[Basic::Attention],
                    _ => &[Basic::Quiet(false), Basic::Verbose(true)],
                };
                // A module that was not in data mode has the `+++` for the start of a command: a line end of its own ends that.
                let after_escape = core::mem::take(&mut self.escaped);
                self.asked = self.asked.saturating_add(1);
                link.ask(now, question, ANSWER_MS, after_escape);
                Step::Ask
            }
            Step::Ask if answered => return Synced::InStep,
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
                Step::Escape
            }
            Step::Ask | Step::Escape => {
                link.drain(now, QUIET_MS);
                Step::Drain
            }
        };
        Synced::NotYet(self)
    }
}
