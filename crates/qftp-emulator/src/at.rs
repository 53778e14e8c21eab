//! The supporting commands: general, PDP contexts, SSL contexts, files.

pub(crate) mod files;
mod general;
pub(crate) mod pdp;
pub(crate) mod ssl;
mod test_forms;

use qftp_core::codes::CmeCode;

/// What has become of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Done, or accepted.
    Ok,
    /// Its result code comes with its end: it opens data mode.
    Later,
}

/// Why a command is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Error,
    Cme(CmeCode),
    NoCarrier,
}

pub(crate) type Outcome = Result<Answer, Refusal>;

impl From<CmeCode> for Refusal {
    fn from(code: CmeCode) -> Self {
        Self::Cme(code)
    }
}

/// `+CME ERROR`s of 3GPP TS 27.007.
pub(crate) const NOT_ALLOWED: CmeCode = CmeCode::new(3);
pub(crate) const NOT_SUPPORTED: CmeCode = CmeCode::new(4);
pub(crate) const NO_SIM: CmeCode = CmeCode::new(10);
pub(crate) const WRONG_PIN: CmeCode = CmeCode::new(16);
