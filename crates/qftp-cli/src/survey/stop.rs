//! What ends a survey before its last question.

use std::fmt;

use crate::exit::{Code, Problem};

/// Why no more is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The module answers nothing more; this command was the last.
    Silent(String),
    /// The module has left too many commands without an answer.
    TooSilent(usize),
    /// It restarted by itself while this was asked.
    Restarted(String),
    /// The time of a survey is over.
    TimeIsUp,
    /// The port failed.
    Port(String),
    /// Ctrl-C.
    Cancelled,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(command) => write!(f, "the module answers nothing more, {command} was the last"),
            Self::TooSilent(count) => write!(f, "the module left {count} commands without an answer"),
            Self::Restarted(command) => write!(f, "the module restarted by itself during {command}"),
            Self::TimeIsUp => f.write_str("the module takes too long: the time of a survey is over"),
            Self::Port(error) => write!(f, "the port failed: {error}"),
            Self::Cancelled => f.write_str("interrupted"),
        }
    }
}

impl Stop {
    /// How the program ends by it. What was known by then is written all the same.
    pub(super) fn problem(&self) -> Problem {
        let (code, remedy) = match self {
            Self::Silent(_) | Self::TooSilent(_) | Self::TimeIsUp => (
                Code::Module,
                "what it said until then is written; switch its power off and on, and try `qftp doctor` before a second survey",
            ),
            Self::Restarted(_) => (
                Code::Module,
                "what it said until then is written; look at its power supply, which has to give 2 A for a moment, and at the command that is named here",
            ),
            Self::Port(_) => {
                (Code::Port, "what it said until then is written; plug it in again and start anew")
            }
            Self::Cancelled => return Problem::new(Code::Interrupted, self.to_string()),
        };
        Problem::new(code, format!("the survey is not whole: {self}")).remedy(remedy)
    }
}
