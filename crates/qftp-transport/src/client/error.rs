//! What can end an operation.

use std::fmt;
use std::io;

use qftp_core::job::Trouble;
use qftp_core::session::{Failure, Misuse, SessionState};

/// Why an operation did not succeed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The caller asked for something that cannot be done. Nothing was sent.
    Misuse(Misuse),
    /// The module, the server or the line: with the command, both codes, cause and remedy.
    Failed(Failure),
    /// The port failed; it has to be opened again, and a new client made.
    Port(io::Error),
    /// The caller's own reader or writer failed. The transfer was aborted.
    Local {
        /// What it said.
        error: io::Error,
        /// What is left of the session.
        state: SessionState,
    },
    /// [`Cancel`](super::Cancel) was used. The transfer was aborted.
    Cancelled {
        /// Bytes that can be trusted: of a download, those that were handed out; of an upload, none.
        transferred: u64,
        /// What is left of the session.
        state: SessionState,
    },
    /// What was to be gone on with is longer than the file itself: another file, or another version of it. Nothing was moved.
    TargetIsLonger {
        /// Bytes of what is there.
        target: u64,
        /// Bytes of the file.
        source: u64,
    },
    /// The file that arrived differs from the one that was sent.
    Differs {
        /// The offset of the first difference.
        at: u64,
    },
    /// An upload is whole on the server, and did not get its name: the file that has it stays, the new one is there under another name.
    NotRenamed {
        /// That name.
        temporary: String,
        /// Why.
        error: Box<Error>,
    },
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Failed(failure) => Self::Failed(failure),
            Trouble::TargetIsLonger { target, source } => Self::TargetIsLonger { target, source },
            Trouble::Differs { at } => Self::Differs { at },
        }
    }
}

impl Error {
    /// The caller's own file failed while nothing was under way.
    pub(super) fn own_file(error: io::Error) -> Self {
        Self::Local { error, state: SessionState::Usable }
    }

    /// What is left of the session.
    #[must_use]
    pub fn session_state(&self) -> SessionState {
        match self {
            Self::Misuse(_) | Self::TargetIsLonger { .. } | Self::Differs { .. } => SessionState::Usable,
            Self::Failed(failure) => failure.state,
            Self::Cancelled { state, .. } | Self::Local { state, .. } => *state,
            Self::Port(_) => SessionState::Reset,
            Self::NotRenamed { error, .. } => error.session_state(),
        }
    }

    /// What to do about it, where that can be said.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Failed(failure) => Some(failure.remedy()),
            Self::Port(_) => Some(
                "check the cable and that the module has power; if it restarted, its port may have another name now",
            ),
            Self::TargetIsLonger { .. } => Some(
                "it is another file, or another version of it: begin anew rather than go on with what is there",
            ),
            Self::Differs { .. } => Some(
                "a byte was changed on the line, or the file changed meanwhile: transfer it again; retries do that by themselves",
            ),
            Self::NotRenamed { .. } => Some(
                "where the server does not rename over a file that is there, delete that one first, or send the new one under its own name",
            ),
            Self::Misuse(_) | Self::Local { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// The failure of module, server or line, if that is what it was.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::NotRenamed { error, .. } => error.failure(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misuse(misuse) => misuse.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
            Self::Port(error) => write!(f, "the port failed: {error}"),
            Self::Local { error, .. } => write!(f, "the local file failed: {error}"),
            Self::Cancelled { .. } => f.write_str("cancelled"),
            Self::TargetIsLonger { target, source } => {
                Trouble::TargetIsLonger { target: *target, source: *source }.fmt(f)
            }
            Self::Differs { at } => Trouble::Differs { at: *at }.fmt(f),
            Self::NotRenamed { temporary, error } => {
                write!(
                    f,
                    "{error}; the new file is whole on the server as {temporary}, and the old one stays"
                )
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Misuse(misuse) => Some(misuse),
            Self::Failed(failure) => Some(failure),
            Self::Port(error) | Self::Local { error, .. } => Some(error),
            Self::NotRenamed { error, .. } => Some(error),
            Self::Cancelled { .. } | Self::TargetIsLonger { .. } | Self::Differs { .. } => None,
        }
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}
