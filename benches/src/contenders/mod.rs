//! Those who read the dialogue. Each says how many answers it understood, and how many failures.

mod at_commands;
mod atat;
mod bytes;
mod lines;
mod qftp;

pub use self::at_commands::at_commands;
pub use self::atat::atat;
pub use bytes::{bare_loop, byte_machine, memchr_lines};
pub use lines::{nom_lines, winnow_lines};
pub use qftp::{download, feed, qftp_lines, qftp_session, session};

use crate::Exchange;

/// What a reader saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Answers, results, or lines: whatever it deals in.
    pub answers: usize,
    /// Failures of operations among them.
    pub failures: usize,
}

/// A reader of the dialogue in pieces of a length.
pub type Contender = fn(&[Exchange], usize) -> Seen;

/// All of them by name, ourselves first.
pub const ALL: [(&str, Contender); 9] = [
    ("qftp session", qftp_session),
    ("qftp codec", qftp_lines),
    ("atat Ingress", atat),
    ("at-commands", at_commands),
    ("nom lines", nom_lines),
    ("winnow lines", winnow_lines),
    ("byte machine", byte_machine),
    ("memchr", memchr_lines),
    ("the bare loop", bare_loop),
];
