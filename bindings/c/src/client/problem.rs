//! Why an operation did not succeed, and what of it C is told.

use qftp_core::session::{Misuse, SessionState};
use qftp_transport::Error;

use crate::error::qftp_error;
use crate::status::qftp_status::{
    self, QFTP_ERR_ABORTED, QFTP_ERR_DIFFERS, QFTP_ERR_LOCAL, QFTP_ERR_MODULE, QFTP_ERR_NOT_SET_UP,
    QFTP_ERR_PORT, QFTP_ERR_TARGET_IS_LONGER,
};

/// Why an operation did not succeed.
pub(super) enum Problem {
    /// An argument.
    Status(qftp_status),
    /// All else.
    Error(Error),
}

impl From<qftp_status> for Problem {
    fn from(status: qftp_status) -> Self {
        Self::Status(status)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Problem {
    pub(super) fn local(error: std::io::Error) -> Self {
        Self::Error(Error::Local { error, state: SessionState::Usable })
    }

    pub(super) fn status(&self) -> qftp_status {
        match self {
            Self::Status(status) => *status,
            Self::Error(Error::Misuse(misuse)) => (*misuse).into(),
            Self::Error(Error::Failed(failure)) => failure.into(),
            Self::Error(Error::Port(_)) => QFTP_ERR_PORT,
            Self::Error(Error::Local { .. }) => QFTP_ERR_LOCAL,
            Self::Error(Error::Cancelled { .. }) => QFTP_ERR_ABORTED,
            Self::Error(Error::TargetIsLonger { .. }) => QFTP_ERR_TARGET_IS_LONGER,
            Self::Error(Error::Differs { .. }) => QFTP_ERR_DIFFERS,
            Self::Error(Error::NotRenamed { error, .. }) => match &**error {
                Error::Failed(failure) => failure.into(),
                _ => QFTP_ERR_MODULE,
            },
            // `Error` may grow.
            Self::Error(_) => QFTP_ERR_MODULE,
        }
    }

    /// What is left of a session that was in this state before.
    pub(super) fn leaves(&self, before: SessionState) -> SessionState {
        match self {
            Self::Status(QFTP_ERR_NOT_SET_UP) | Self::Error(Error::Misuse(Misuse::NotSetUp)) => {
                SessionState::Reset
            }
            Self::Error(Error::Misuse(Misuse::ReopenFirst)) => SessionState::Reopen,
            // Refused, or the caller's own file: nothing was sent.
            Self::Status(_)
            | Self::Error(Error::Misuse(_) | Error::Local { state: SessionState::Usable, .. }) => before,
            Self::Error(error) => error.session_state(),
        }
    }

    pub(super) fn told(&self, state: SessionState) -> qftp_error {
        let error = match self {
            Self::Status(status) => return bare(*status, state),
            Self::Error(Error::Failed(failure)) => return qftp_error::of(failure),
            Self::Error(error) => error,
        };
        let transferred = match error {
            Error::Cancelled { transferred, .. } => *transferred,
            _ => 0,
        };
        let remedy = error.remedy().unwrap_or_default();
        let told = qftp_error::said(self.status(), state, error, "", remedy);
        qftp_error { transferred, ..told }
    }
}

/// An error that is all in its status.
pub(super) fn bare(status: qftp_status, state: SessionState) -> qftp_error {
    qftp_error::said(status, state, &status.text(), "", "")
}
