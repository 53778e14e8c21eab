//! No panic crosses the border.

use crate::status::qftp_status;

/// Runs a call; a panic in it is a status.
#[cfg(feature = "hosted")]
pub fn guard<T>(fallback: T, call: impl FnOnce() -> T) -> T {
    // What a panic leaves behind is not used again: the session is to be thrown away.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).unwrap_or(fallback)
}

/// Runs a call. The core has no panic to catch: it links without one.
#[cfg(not(feature = "hosted"))]
pub fn guard<T>(_fallback: T, call: impl FnOnce() -> T) -> T {
    call()
}

/// A call that gives a status.
pub fn status(call: impl FnOnce() -> Result<(), qftp_status>) -> i32 {
    guard(qftp_status::QFTP_ERR_PANIC as i32, || match call() {
        Ok(()) => qftp_status::QFTP_OK as i32,
        Err(status) => status as i32,
    })
}
