//! Every operation on every server, form of protection, TLS version and direction of the data connection, through a host and an
//! emulated module; and the page that says what came of it (`docs/servers.md`).
//!
//! A cell of the matrix is never skipped: what a server cannot do has its real answer in [`expected`].

mod bench;
pub mod expected;
mod operation;
mod page;

use std::fmt;
use std::thread;

use qftp_core::wire::TransMode;

pub use operation::Operation;
pub use page::page;

use crate::servers::{Form, Kind, Version};

/// One way to reach one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Combination {
    /// The server.
    pub kind: Kind,
    /// How the connection is protected.
    pub form: Form,
    /// The TLS version, the only one that module and server have; `None` for a plain connection.
    pub version: Option<Version>,
    /// Who opens the data connection.
    pub mode: TransMode,
}

impl Combination {
    /// All ways to reach a server.
    #[must_use]
    pub fn all(kind: Kind) -> Vec<Self> {
        let protected = [Form::Explicit, Form::Implicit].into_iter();
        let protected = protected.flat_map(|form| Version::ALL.map(|version| (form, Some(version))));
        let modes = |(form, version)| {
            [TransMode::Passive, TransMode::Active].map(|mode| Self { kind, form, version, mode })
        };
        std::iter::once((Form::Plain, None)).chain(protected).flat_map(modes).collect()
    }
}

impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.kind, self.form)?;
        if let Some(version) = self.version {
            write!(f, " TLS {version}")?;
        }
        f.write_str(if self.mode == TransMode::Passive { ", passive" } else { ", active" })
    }
}

/// What came of one combination.
#[derive(Debug)]
pub struct Outcome {
    /// The combination.
    pub combination: Combination,
    /// Each operation and its answer; the answer to the login alone where that failed.
    pub answers: Result<Vec<(Operation, String)>, String>,
}

/// Where the page is kept.
pub const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/servers.md");

/// What an operation that did what it says has for an answer.
pub const OK: &str = "ok";

/// All combinations of all servers, each server's in its order. Servers are at it at the same time.
///
/// # Panics
/// Where a server or a module does not start.
#[must_use]
pub fn run() -> Vec<Outcome> {
    thread::scope(|scope| {
        let one = |kind| {
            scope.spawn(move || {
                let all = Combination::all(kind).into_iter();
                all.map(|combination| Outcome { combination, answers: bench::run(combination) }).collect()
            })
        };
        let threads: Vec<thread::ScopedJoinHandle<'_, Vec<Outcome>>> = Kind::ALL.map(one).into();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a server's thread does not panic"))
            .collect()
    })
}

/// Where the answers are others than [`expected`]: one line each.
#[must_use]
pub fn surprises(outcomes: &[Outcome]) -> Vec<String> {
    let mut lines = Vec::new();
    for Outcome { combination, answers } in outcomes {
        let mut compare = |what: &str, answer: &str, expected: &str| {
            if answer != expected {
                lines.push(format!("{combination}: {what}: {answer}, expected {expected}"));
            }
        };
        let login = expected::login(combination).map_or(OK, |row| row.answer);
        match answers {
            Err(answer) => compare("login", answer, login),
            Ok(answers) => {
                compare("login", OK, login);
                for (operation, answer) in answers {
                    let row = expected::deviation(combination.kind, *operation);
                    compare(operation.name(), answer, row.map_or(OK, |row| row.answer));
                }
            }
        }
    }
    lines
}
