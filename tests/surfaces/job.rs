//! What a surface is asked to do, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use qftp_core::session::{Config, Failure, Kind};
use qftp_transport::Error;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Fetches a file.
    Get,
    /// Sends a file.
    Put,
    /// Asks for a size.
    Size,
}

/// One operation with its options.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) verb: Verb,
    /// The name on the server, in any bytes.
    pub(crate) remote: Vec<u8>,
    pub(crate) local: PathBuf,
    pub(crate) resume: bool,
    pub(crate) verify: bool,
    pub(crate) atomic: bool,
    pub(crate) retries: u8,
    /// It is broken off a third of a second after the server has seen STOR.
    pub(crate) abort: bool,
}

impl Job {
    /// Its options as the programs take them: letters, and a digit for the retries.
    pub(crate) fn flags(&self) -> String {
        let letters = [(self.resume, 'r'), (self.verify, 'v'), (self.atomic, 'a'), (self.abort, 'x')];
        let set = letters.iter().filter(|(is, _)| *is).map(|(_, letter)| *letter);
        set.chain([char::from(b'0' + self.retries)]).collect()
    }

    /// Its verb as the programs take it.
    pub(crate) fn verb(&self) -> &'static str {
        match self.verb {
            Verb::Get => "get",
            Verb::Put => "put",
            Verb::Size => "size",
        }
    }
}

/// Seconds that the module may wait for the server: the least that it takes. The C programs and
/// Python say so too.
pub(crate) const TIMEOUT_S: u8 = 20;

/// How the sessions of Rust behave.
pub(crate) fn config() -> Config {
    Config { rsptimeout_s: TIMEOUT_S, ..Config::default() }
}

/// How long after STOR a job is broken off.
pub(crate) const ABORT: Duration = Duration::from_millis(300);

/// Why a job failed: the kinds that every surface tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It cannot be done as it was asked for; nothing was sent.
    Misuse,
    Module,
    Server,
    /// The line or the port.
    Line,
    /// The local file.
    Local,
    /// What is there is not what was sent, or no beginning of it.
    Differs,
    Aborted,
    /// The surface did not end, or said what none should say.
    Broken,
}

impl Cause {
    /// By the words of the programs.
    pub(crate) fn named(word: &str) -> Self {
        match word {
            "misuse" => Self::Misuse,
            "module" => Self::Module,
            "server" => Self::Server,
            "line" | "port" => Self::Line,
            "local" => Self::Local,
            "differs" => Self::Differs,
            "aborted" | "cancelled" => Self::Aborted,
            _ => Self::Broken,
        }
    }
}

/// What came of a job. The codes and the text are what a test that fails shows.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Done,
    #[allow(dead_code, reason = "shown by Debug")]
    Failed {
        cause: Cause,
        module: u16,
        server: u16,
        text: String,
    },
}

/// An outcome, and how long it took.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
}

impl Outcome {
    pub(crate) fn failed(cause: Cause, text: impl Into<String>) -> Self {
        Self::Failed { cause, module: 0, server: 0, text: text.into() }
    }

    fn of_failure(failure: &Failure) -> Self {
        let cause = match failure.kind() {
            Kind::Misuse => Cause::Misuse,
            Kind::Module => Cause::Module,
            Kind::Server => Cause::Server,
            Kind::Line => Cause::Line,
        };
        Self::Failed {
            cause,
            module: failure.ftp_code().map_or(0, qftp_core::codes::FtpCode::get),
            server: failure.reply().map_or(0, qftp_core::codes::ReplyCode::get),
            text: failure.to_string(),
        }
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Failed(failure) => Self::of_failure(&failure),
            Error::Misuse(_) => Self::failed(Cause::Misuse, text),
            Error::Port(_) => Self::failed(Cause::Line, text),
            Error::Local { .. } => Self::failed(Cause::Local, text),
            Error::Cancelled { .. } => Self::failed(Cause::Aborted, text),
            Error::TargetIsLonger { .. } | Error::Differs { .. } => Self::failed(Cause::Differs, text),
            Error::NotRenamed { error, .. } => Self::from(*error),
            _ => Self::failed(Cause::Broken, text),
        }
    }
}

impl From<std::io::Error> for Outcome {
    fn from(error: std::io::Error) -> Self {
        Self::failed(Cause::Local, error.to_string())
    }
}
