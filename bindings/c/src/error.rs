//! The details of a failure.

use core::ffi::c_char;
use core::fmt::Write as _;

use qftp_core::codes::{FtpCode, ReplyCode};
use qftp_core::session::{Cause, Failure, SessionState};

use crate::status::qftp_status;
use crate::text::Cut;

/// What is left of a session after a failure. qftp_client_put_file and qftp_client_get_file bring it back by themselves.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_session_state {
    /// The next operation can start.
    QFTP_STATE_USABLE = 0,
    /// qftp_session_open or qftp_client_login comes next; it closes first.
    QFTP_STATE_REOPEN = 1,
    /// qftp_session_setup or qftp_client_connect comes next, after a restart of the module if it fails.
    QFTP_STATE_RESET = 2,
}

/// Bytes of the texts of a qftp_error, the NUL included.
pub const QFTP_ERROR_TEXT: usize = 192;

/// What went wrong, in numbers and words. Fill `struct_size` with sizeof(qftp_error) before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_error {
    /// sizeof(qftp_error).
    pub struct_size: usize,
    /// One of qftp_status.
    pub status: i32,
    /// `<err>` of the module (601 to 631), or the number of a +CME ERROR; 0: none.
    pub module_code: u16,
    /// The server's reply, such as 550; 0: none.
    pub server_code: u16,
    /// One of qftp_session_state.
    pub session_state: i32,
    /// Bytes of a download that can be trusted.
    pub transferred: u64,
    /// The command that failed and what was the matter, as a sentence.
    pub text: [c_char; QFTP_ERROR_TEXT],
    /// The likely cause; empty where `text` says it all.
    pub cause: [c_char; QFTP_ERROR_TEXT],
    /// What to do about it; may be empty too.
    pub remedy: [c_char; QFTP_ERROR_TEXT],
}

impl qftp_error {
    pub(crate) fn of(failure: &Failure) -> Self {
        let cme = match failure.cause {
            Cause::Cme(code) => Some(code.get()),
            _ => None,
        };
        Self {
            module_code: failure.ftp_code().map(FtpCode::get).or(cme).unwrap_or(0),
            server_code: failure.reply().map_or(0, ReplyCode::get),
            transferred: failure.transferred,
            ..Self::said(failure.into(), failure.state, &failure, failure.likely_cause(), failure.remedy())
        }
    }

    /// One without codes.
    pub(crate) fn said(
        status: qftp_status,
        state: SessionState,
        text: &dyn core::fmt::Display,
        cause: &str,
        remedy: &str,
    ) -> Self {
        let mut error = Self {
            struct_size: size_of::<Self>(),
            status: status as i32,
            module_code: 0,
            server_code: 0,
            session_state: match state {
                SessionState::Usable => qftp_session_state::QFTP_STATE_USABLE,
                SessionState::Reopen => qftp_session_state::QFTP_STATE_REOPEN,
                SessionState::Reset => qftp_session_state::QFTP_STATE_RESET,
            } as i32,
            transferred: 0,
            text: [0; QFTP_ERROR_TEXT],
            cause: [0; QFTP_ERROR_TEXT],
            remedy: [0; QFTP_ERROR_TEXT],
        };
        if !cfg!(feature = "texts") {
            return error;
        }
        // A text that is too long is cut; there is nobody to tell.
        let _ = write!(Cut::new(&mut error.text), "{text}");
        let _ = write!(Cut::new(&mut error.cause), "{cause}");
        let _ = write!(Cut::new(&mut error.remedy), "{remedy}");
        error
    }

    /// Whether the caller has room for one.
    ///
    /// # Safety
    /// `error` is NULL or begins with its size.
    pub(crate) unsafe fn has_room(error: *const Self) -> Result<(), qftp_status> {
        if error.is_null() {
            return Err(qftp_status::QFTP_ERR_NULL);
        }
        // SAFETY: not NULL, and the first field is set, as the header asks.
        let size = unsafe { (&raw const (*error).struct_size).read() };
        if size < size_of::<Self>() { Err(qftp_status::QFTP_ERR_ARGUMENT) } else { Ok(()) }
    }
}
