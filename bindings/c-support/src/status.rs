//! What calls come to.

use qftp_core::session::{Failure, Kind, Misuse};

/// What a call came to. 0 is success; errors are negative and their numbers are never used again for anything else.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_status {
    /// Success.
    QFTP_OK = 0,
    /// A pointer is NULL that must not be.
    QFTP_ERR_NULL = -1,
    /// A text is not UTF-8, a number is not one of its enumeration, or a field of a struct is out of its range.
    QFTP_ERR_ARGUMENT = -2,
    /// An operation is under way; one at a time.
    QFTP_ERR_BUSY = -3,
    /// qftp_session_setup comes first, also after a restart of the module.
    QFTP_ERR_NOT_SET_UP = -4,
    /// The last failure left the FTP session in doubt: qftp_session_open again.
    QFTP_ERR_REOPEN_FIRST = -5,
    /// Nothing is under way that could be aborted.
    QFTP_ERR_NOTHING_TO_ABORT = -6,
    /// A text cannot be a parameter: it is empty, too long, or holds CR, LF or a quotation mark.
    QFTP_ERR_NAME = -7,
    /// A number is out of its range.
    QFTP_ERR_RANGE = -8,
    /// The start position lies beyond the end of the file.
    QFTP_ERR_START_BEYOND_END = -9,
    /// The road does not go with the other options: staged transfers move whole files.
    QFTP_ERR_ROAD = -10,
    /// FTPS works with passive data connections only.
    QFTP_ERR_ACTIVE_FTPS = -11,
    /// A client's certificate goes with a CA certificate only.
    QFTP_ERR_CLIENT_CERTIFICATE = -12,
    /// The memory is too small or not aligned.
    QFTP_ERR_MEMORY = -13,
    /// A defect of the library; the session or client can only be thrown away.
    QFTP_ERR_PANIC = -14,
    /// The client, list or emulated module was given back already, or never was one, or the handle is of another kind.
    QFTP_ERR_CLOSED = -15,
    /// The library was built without what the call needs.
    QFTP_ERR_LEFT_OUT = -16,
    /// The module refused or failed.
    QFTP_ERR_MODULE = -20,
    /// The server refused.
    QFTP_ERR_SERVER = -21,
    /// The line between host and module failed: silence, lost bytes, a restart.
    QFTP_ERR_LINE = -22,
    /// The operation was aborted by the caller.
    QFTP_ERR_ABORTED = -23,
    /// What is to be gone on with is longer than the file itself.
    QFTP_ERR_TARGET_IS_LONGER = -24,
    /// What arrived differs from what was sent.
    QFTP_ERR_DIFFERS = -25,
    /// The port did not open, or failed; qftp_client_connect and the transfers of whole files open it again, as soon as it is there.
    QFTP_ERR_PORT = -26,
    /// The caller's own file or function failed.
    QFTP_ERR_LOCAL = -27,
}

use qftp_status::*;

impl From<Misuse> for qftp_status {
    fn from(misuse: Misuse) -> Self {
        match misuse {
            Misuse::Busy => QFTP_ERR_BUSY,
            Misuse::NotSetUp => QFTP_ERR_NOT_SET_UP,
            Misuse::ReopenFirst => QFTP_ERR_REOPEN_FIRST,
            Misuse::NothingToAbort => QFTP_ERR_NOTHING_TO_ABORT,
            Misuse::Name(..) => QFTP_ERR_NAME,
            Misuse::StartBeyondEnd { .. } => QFTP_ERR_START_BEYOND_END,
            Misuse::Road => QFTP_ERR_ROAD,
            Misuse::LeftOut => QFTP_ERR_LEFT_OUT,
            Misuse::ActiveFtps => QFTP_ERR_ACTIVE_FTPS,
            Misuse::ClientCertificateAlone => QFTP_ERR_CLIENT_CERTIFICATE,
            // `Misuse` may grow.
            _ => QFTP_ERR_RANGE,
        }
    }
}

impl From<&Failure> for qftp_status {
    fn from(failure: &Failure) -> Self {
        use qftp_core::session::Cause;
        match (failure.kind(), failure.cause) {
            (_, Cause::Aborted) => QFTP_ERR_ABORTED,
            (_, Cause::Misuse(misuse)) => misuse.into(),
            (Kind::Server, _) => QFTP_ERR_SERVER,
            (Kind::Line, _) => QFTP_ERR_LINE,
            _ => QFTP_ERR_MODULE,
        }
    }
}

/// The texts, NUL-terminated.
pub const TEXTS: &[(qftp_status, &core::ffi::CStr)] = &[
    (QFTP_OK, c"success"),
    (QFTP_ERR_NULL, c"a pointer is NULL"),
    (QFTP_ERR_ARGUMENT, c"an argument is not UTF-8 or not one of its enumeration"),
    (QFTP_ERR_BUSY, c"an operation is under way"),
    (QFTP_ERR_NOT_SET_UP, c"the module is not set up"),
    (QFTP_ERR_REOPEN_FIRST, c"the FTP session is in doubt; open it again first"),
    (QFTP_ERR_NOTHING_TO_ABORT, c"nothing is under way"),
    (QFTP_ERR_NAME, c"a text cannot be a parameter"),
    (QFTP_ERR_RANGE, c"a number is out of its range"),
    (QFTP_ERR_START_BEYOND_END, c"the start position lies beyond the end of the file"),
    (QFTP_ERR_ROAD, c"a staged transfer moves a whole file"),
    (QFTP_ERR_ACTIVE_FTPS, c"FTPS works with passive data connections only"),
    (QFTP_ERR_CLIENT_CERTIFICATE, c"a client's certificate goes with a CA certificate only"),
    (QFTP_ERR_MEMORY, c"the memory is too small or not aligned"),
    (QFTP_ERR_PANIC, c"a defect of the library"),
    (QFTP_ERR_CLOSED, c"it was given back already"),
    (QFTP_ERR_LEFT_OUT, c"the library was built without it"),
    (QFTP_ERR_MODULE, c"the module refused or failed"),
    (QFTP_ERR_SERVER, c"the server refused"),
    (QFTP_ERR_LINE, c"the line to the module failed"),
    (QFTP_ERR_ABORTED, c"aborted"),
    (QFTP_ERR_TARGET_IS_LONGER, c"what is to be gone on with is longer than the file"),
    (QFTP_ERR_DIFFERS, c"what arrived differs from what was sent"),
    (QFTP_ERR_PORT, c"the port failed"),
    (QFTP_ERR_LOCAL, c"the caller's own file failed"),
];

#[cfg(feature = "hosted")]
impl qftp_status {
    /// Its text, without the NUL.
    pub fn text(self) -> &'static str {
        let known = TEXTS.iter().find(|(known, _)| *known == self);
        known.and_then(|(_, text)| text.to_str().ok()).unwrap_or_default()
    }
}
