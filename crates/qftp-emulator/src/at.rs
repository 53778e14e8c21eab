//! The supporting commands: general, PDP contexts, SSL contexts, files.

mod beside;
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

/// A command with a plus sign, as the host spells it.
#[derive(Clone, Copy)]
pub(crate) struct Typed<'a> {
    /// Without its plus sign.
    pub(crate) name: &'a str,
    /// It is the test form.
    pub(crate) asks_form: bool,
}

impl<'a> Typed<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Option<Self> {
        let text = text.strip_prefix(b"+")?;
        let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        let form = rest.split(|byte| *byte == b';').next().unwrap_or_default();
        Some(Self { name: str::from_utf8(name).ok()?, asks_form: form.trim_ascii() == b"=?" })
    }
}
