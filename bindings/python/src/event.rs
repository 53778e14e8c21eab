//! What a session tells, as Python has it.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qftp_core::session::{Done, Event};
use qftp_core::wire::ServerState;

/// The longest line of an event.
const LINE: usize = 1024;

pub(crate) fn told<'py>(py: Python<'py>, event: &Event<'_>) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
    let line = |line: &qftp_core::wire::Line<'_>| {
        let mut buf = [0; LINE];
        let mut out = qftp_core::wire::Writer::new(&mut buf);
        line.emit(&mut out);
        PyBytes::new(py, out.finish().unwrap_or_default()).into_any()
    };
    Ok(match event {
        Event::Size(size) => ("size", size.into_pyobject(py)?.into_any()),
        Event::Info(info) => ("info", line(info)),
        Event::Urc(urc) => ("urc", line(urc)),
        other => ("other", format!("{other:?}").into_pyobject(py)?.into_any()),
    })
}

pub(crate) fn value<'py>(py: Python<'py>, done: &Done<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match done {
        Done::Number(number) => number.into_pyobject(py)?.into_any(),
        Done::Text(text) => PyBytes::new(py, text).into_any(),
        Done::State(state) => name_of(*state).into_pyobject(py)?.into_any(),
        Done::Space { free, total } => (free, total).into_pyobject(py)?.into_any(),
        _ => py.None().into_bound(py),
    })
}

/// The state of the module's FTP client, in a word.
pub(crate) fn name_of(state: ServerState) -> &'static str {
    match state {
        ServerState::Opening => "opening",
        ServerState::Idle => "idle",
        ServerState::Transferring => "transferring",
        ServerState::Closing => "closing",
        ServerState::Closed => "closed",
    }
}
