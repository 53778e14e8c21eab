//! What is printed: text for people, or one JSON object a line.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::exit::Problem;

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// One result: `text` for people (nothing if empty), `object` for programs.
    ///
    /// A reader that has gone (`| head`) is no fault of ours.
    pub(crate) fn result(self, text: &str, object: &impl Serialize) {
        let line = if self.json { json(object) } else { text.to_owned() };
        if !line.is_empty() {
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// The end of a program that failed.
    pub(crate) fn problem(self, problem: &Problem) {
        if self.json {
            let _ = writeln!(io::stdout(), "{}", json(problem));
        } else {
            let _ = writeln!(io::stderr(), "{problem}");
        }
    }

    /// Whether people watch a transfer: on stderr, if that is a terminal.
    pub(crate) fn is_watched(self) -> bool {
        !self.json && io::stderr().is_terminal()
    }
}

fn json(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

/// A rate that people read: bytes a second.
pub(crate) fn rate(bytes: u64, since: Instant) -> String {
    format!("{}/s", size(per_second(bytes, since.elapsed())))
}

fn per_second(bytes: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(bytes) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// A size that people read: `1.5 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
