//! Failures as Python exceptions: the facts are taken here, the class is chosen in `qftp.errors`.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use qftp_core::codes::FtpCode;
use qftp_core::session::{Cause, Failure, Kind, LineFault, SessionState, Tls};
use qftp_transport::{Error, OpenError};

/// The exception for an error of a client.
pub(crate) fn exception(py: Python<'_>, error: &Error, tls: Option<&Tls<'_>>) -> PyErr {
    let made = facts(py, error, tls).and_then(|facts| make(py, &facts));
    made.unwrap_or_else(|failed| failed)
}

/// The exception for a failure that a session told.
pub(crate) fn of_failure<'py>(py: Python<'py>, failure: &Failure) -> PyResult<Bound<'py, PyAny>> {
    let facts = PyDict::new(py);
    put_failure(&facts, failure, None)?;
    module(py)?.call_method1("_make", (facts,))
}

/// A caller's mistake that the extension itself found.
pub(crate) fn misuse(py: Python<'_>, text: &str) -> PyErr {
    let facts = PyDict::new(py);
    let made = facts.set_item("kind", "misuse").and_then(|()| facts.set_item("message", text));
    made.and_then(|()| make(py, &facts)).unwrap_or_else(|failed| failed)
}

/// The exception for a port that does not open.
pub(crate) fn port(py: Python<'_>, error: &OpenError) -> PyErr {
    let facts = PyDict::new(py);
    let made = facts
        .set_item("kind", "port")
        .and_then(|()| facts.set_item("message", error.to_string()))
        .and_then(|()| facts.set_item("remedy", error.remedy()))
        .and_then(|()| facts.set_item("state", "reset"));
    made.and_then(|()| make(py, &facts)).unwrap_or_else(|failed| failed)
}

fn module(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import("qftp.errors")
}

fn make(py: Python<'_>, facts: &Bound<'_, PyDict>) -> PyResult<PyErr> {
    Ok(PyErr::from_value(module(py)?.call_method1("_make", (facts,))?))
}

fn facts<'py>(py: Python<'py>, error: &Error, tls: Option<&Tls<'_>>) -> PyResult<Bound<'py, PyDict>> {
    let facts = PyDict::new(py);
    let kind = match error {
        Error::Failed(failure) => {
            put_failure(&facts, failure, tls)?;
            return Ok(facts);
        }
        Error::Misuse(_) => "misuse",
        Error::Port(_) => "port",
        Error::Local { .. } => "local",
        Error::Cancelled { transferred, .. } => {
            facts.set_item("transferred", transferred)?;
            "cancelled"
        }
        Error::TargetIsLonger { .. } | Error::Differs { .. } => "differs",
        Error::NotRenamed { temporary, error: inner } => {
            let facts = self::facts(py, inner, tls)?;
            facts.set_item("message", error.to_string())?;
            facts.set_item("remedy", error.remedy())?;
            facts.set_item("temporary", temporary)?;
            return Ok(facts);
        }
        _ => "other",
    };
    facts.set_item("remedy", error.remedy())?;
    facts.set_item("kind", kind)?;
    facts.set_item("message", error.to_string())?;
    facts.set_item("state", state(error.session_state()))?;
    Ok(facts)
}

fn put_failure(facts: &Bound<'_, PyDict>, failure: &Failure, tls: Option<&Tls<'_>>) -> PyResult<()> {
    let kind = match failure.kind() {
        Kind::Misuse if failure.cause == Cause::Aborted => "cancelled",
        Kind::Misuse => "misuse",
        Kind::Module => "module",
        Kind::Server => "server",
        Kind::Line => "line",
    };
    let silent =
        matches!(failure.cause, Cause::Line(LineFault::NoAnswer | LineFault::UrcSilent | LineFault::Stalled));
    let code = failure.ftp_code();
    facts.set_item("kind", kind)?;
    facts.set_item("message", failure.to_string())?;
    facts.set_item("code", code.map(FtpCode::get))?;
    facts.set_item("text", code.map(FtpCode::text))?;
    if let Cause::Cme(cme) = failure.cause {
        facts.set_item("cme", cme.get())?;
    }
    facts.set_item("reply", failure.reply().map(qftp_core::codes::ReplyCode::get))?;
    facts.set_item("reply_text", failure.reply().map(qftp_core::codes::ReplyCode::text))?;
    facts.set_item("cause", failure.likely_cause())?;
    facts.set_item("remedy", failure.remedy())?;
    facts.set_item("command", failure.verb.map(|verb| verb.to_string()))?;
    facts.set_item("state", state(failure.state))?;
    facts.set_item("transferred", failure.transferred)?;
    facts.set_item("timed_out", silent || code == Some(FtpCode::TIMEOUT))?;
    if let (Some(tls), Some(FtpCode::SSL)) = (tls, code) {
        let suspects: Vec<_> = tls.suspects().map(|suspect| (suspect.cause(), suspect.test())).collect();
        facts.set_item("suspects", suspects)?;
    }
    Ok(())
}

pub(crate) fn state(state: SessionState) -> &'static str {
    match state {
        SessionState::Usable => "usable",
        SessionState::Reopen => "reopen",
        SessionState::Reset => "reset",
    }
}
