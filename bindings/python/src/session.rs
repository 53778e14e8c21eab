//! The sans-IO session: bytes in, events and bytes out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::{PyBytes, PyDict};
use qftp_core::Instant;
use qftp_core::session::{Config, Done, Event, Failure, GetOptions, Misuse, PutOptions, Reason};
use qftp_core::wire::{ListKind, ServerState};

use crate::error;
use crate::login::{Access, Ftps, road, storage, urc_port};

/// Most bytes of a command line that leave at once.
const LINE: usize = 1024;

/// The host's side of one module. `now` is in milliseconds, of any clock that never goes back.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct Session(Mutex<State>);

struct State {
    session: qftp_core::session::Session,
    /// What came and is not used up.
    input: Vec<u8>,
    used: usize,
    /// File bytes that the session has released.
    output: Vec<u8>,
    /// What was told, or refused, last.
    failure: Option<Failure>,
    misuse: Option<Misuse>,
}

#[pymethods]
impl Session {
    #[new]
    #[pyo3(signature = (*, timeout, in_flight))]
    fn new(timeout: u8, in_flight: usize) -> Self {
        let config = Config { rsptimeout_s: timeout, in_flight, ..Config::default() };
        let session = qftp_core::session::Session::new(config);
        let (input, output) = (Vec::new(), Vec::new());
        Self(Mutex::new(State { session, input, used: 0, output, failure: None, misuse: None }))
    }

    fn receive_data(&self, py: Python<'_>, data: &[u8]) {
        let mut state = self.lock(py);
        let used = std::mem::take(&mut state.used);
        state.input.drain(..used);
        state.input.extend(data);
    }

    /// The next event as its name and its value, or `None` when more data is needed.
    fn next_event<'py>(
        &self,
        py: Python<'py>,
        now: u64,
    ) -> PyResult<Option<(&'static str, Bound<'py, PyAny>)>> {
        let mut state = self.lock(py);
        let State { session, input, used, failure, .. } = &mut *state;
        loop {
            let rest = input.get(*used..).unwrap_or_default();
            let empty = rest.is_empty();
            let step = session.handle_input(Instant::from_millis(now), rest);
            *used += step.consumed;
            if let Some(Event::Failed(told)) = &step.event {
                *failure = Some(*told);
            }
            match step.event {
                Some(event) => return told(py, &event).map(Some),
                None if empty => return Ok(None),
                None => {}
            }
        }
    }

    /// Bytes for the port; empty when there are none.
    fn data_to_send<'py>(&self, py: Python<'py>, now: u64) -> Bound<'py, PyBytes> {
        let mut state = self.lock(py);
        let State { session, output, .. } = &mut *state;
        let mut bytes = std::mem::take(output);
        let mut line = [0; LINE];
        loop {
            match session.poll_transmit(Instant::from_millis(now), &mut line) {
                0 => return PyBytes::new(py, &bytes),
                count => bytes.extend(&line[..count]),
            }
        }
    }

    /// Offers bytes of an upload; says how many of them are taken. They leave with the next `data_to_send`.
    fn send(&self, py: Python<'_>, data: &[u8], now: u64) -> usize {
        let mut state = self.lock(py);
        let count = state.session.send(Instant::from_millis(now), data);
        state.output.extend(&data[..count]);
        count
    }

    #[getter]
    fn wants_data(&self, py: Python<'_>) -> bool {
        self.lock(py).session.wants_data()
    }

    #[getter]
    fn idle(&self, py: Python<'_>) -> bool {
        self.lock(py).session.is_idle()
    }

    #[getter]
    fn set_up(&self, py: Python<'_>) -> bool {
        self.lock(py).session.is_set_up()
    }

    #[getter]
    fn logged_in(&self, py: Python<'_>) -> bool {
        self.lock(py).session.is_open()
    }

    fn next_timeout(&self, py: Python<'_>) -> Option<u64> {
        self.lock(py).session.poll_timeout().map(Instant::as_millis)
    }

    /// What that time-out is about.
    fn timeout_reason(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).session.timeout_reason().map(|reason| match reason {
            Reason::Response => "response",
            Reason::DataGap => "data",
            Reason::Quiet => "quiet",
            Reason::Guard => "guard",
        })
    }

    fn handle_timeout(&self, py: Python<'_>, now: u64) {
        self.lock(py).session.handle_timeout(Instant::from_millis(now));
    }

    #[pyo3(signature = (now, *, apn, apn_user, apn_password, context, urc_port, network))]
    fn setup(
        &self,
        py: Python<'_>,
        now: u64,
        apn: Option<String>,
        apn_user: String,
        apn_password: String,
        context: u8,
        urc_port: Option<&str>,
        network: bool,
    ) -> PyResult<()> {
        let urc_port = self::urc_port(py, urc_port)?;
        let access = Access { apn, apn_user, apn_password, context, urc_port, network, ..Access::default() };
        self.begin(py, |session| session.setup(Instant::from_millis(now), &access.setup()))
    }

    #[pyo3(signature = (now, *, host, port, user, password, active, ftps))]
    fn open(
        &self,
        py: Python<'_>,
        now: u64,
        host: String,
        port: u16,
        user: String,
        password: String,
        active: bool,
        ftps: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let ftps = ftps.map(Ftps::from).transpose()?;
        let access = Access { host, port, user, password, active, ftps, ..Access::default() };
        self.begin(py, |session| session.open(Instant::from_millis(now), &access.login()))
    }

    fn deactivate(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.deactivate(Instant::from_millis(now)))
    }

    fn restart(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.restart(Instant::from_millis(now)))
    }

    fn close(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.close(Instant::from_millis(now)))
    }

    fn abort(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.abort(Instant::from_millis(now)))
    }

    fn cwd(&self, py: Python<'_>, now: u64, path: &str) -> PyResult<()> {
        self.begin(py, |session| session.cwd(Instant::from_millis(now), path))
    }

    fn pwd(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.pwd(Instant::from_millis(now)))
    }

    #[pyo3(signature = (now, name, *, start, len, via))]
    fn get(
        &self,
        py: Python<'_>,
        now: u64,
        name: &str,
        start: u64,
        len: Option<u64>,
        via: &str,
    ) -> PyResult<()> {
        let options = GetOptions { start, len, via: road(py, via)?.unwrap_or_default() };
        self.begin(py, |session| session.get(Instant::from_millis(now), name, &options))
    }

    #[pyo3(signature = (now, name, *, len, start, last, via))]
    fn put(
        &self,
        py: Python<'_>,
        now: u64,
        name: &str,
        len: u64,
        start: u64,
        last: bool,
        via: &str,
    ) -> PyResult<()> {
        let options = PutOptions { start, len, last, via: road(py, via)?.unwrap_or_default() };
        self.begin(py, |session| session.put(Instant::from_millis(now), name, &options))
    }

    fn list(&self, py: Python<'_>, now: u64, form: &str, folder: &str) -> PyResult<()> {
        let kind = match form {
            "long" => ListKind::Long,
            "names" => ListKind::Names,
            "facts" => ListKind::Facts,
            _ => return Err(error::misuse(py, "a listing is long, names or facts")),
        };
        let now = Instant::from_millis(now);
        self.begin(py, |session| match kind {
            ListKind::Long => session.list(now, folder),
            ListKind::Names => session.names(now, folder),
            ListKind::Facts => session.facts(now, folder),
        })
    }

    fn size(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.size(Instant::from_millis(now), name))
    }

    fn modified(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.modified(Instant::from_millis(now), name))
    }

    fn rename(&self, py: Python<'_>, now: u64, old: &str, new: &str) -> PyResult<()> {
        self.begin(py, |session| session.rename(Instant::from_millis(now), old, new))
    }

    fn delete(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.delete(Instant::from_millis(now), name))
    }

    fn make_dir(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.make_dir(Instant::from_millis(now), name))
    }

    fn remove_dir(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.remove_dir(Instant::from_millis(now), name))
    }

    fn length(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.length(Instant::from_millis(now)))
    }

    fn status(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, |session| session.status(Instant::from_millis(now)))
    }

    fn storage(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        let storage = storage(py, name)?;
        self.begin(py, |session| session.storage(Instant::from_millis(now), storage))
    }

    fn files(&self, py: Python<'_>, now: u64, pattern: &str) -> PyResult<()> {
        self.begin(py, |session| session.files(Instant::from_millis(now), pattern))
    }

    fn upload(&self, py: Python<'_>, now: u64, name: &str, len: u64) -> PyResult<()> {
        self.begin(py, |session| session.upload(Instant::from_millis(now), name, len))
    }

    fn download(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.download(Instant::from_millis(now), name))
    }

    fn remove(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, |session| session.remove(Instant::from_millis(now), name))
    }
}

impl Session {
    /// Another thread of Python may have it: it is waited for without the interpreter lock.
    fn lock<'a>(&'a self, py: Python<'_>) -> MutexGuard<'a, State> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(
        &self,
        py: Python<'_>,
        start: impl FnOnce(&mut qftp_core::session::Session) -> Result<(), Misuse>,
    ) -> PyResult<()> {
        let mut state = self.lock(py);
        let started = start(&mut state.session);
        state.misuse = started.err();
        drop(state);
        started.map_err(|misuse| error::misuse(py, &misuse.to_string()))
    }

    /// The last failure that was told.
    pub(crate) fn failure(&self, py: Python<'_>) -> Option<Failure> {
        self.lock(py).failure
    }

    /// Why the last operation could not begin.
    pub(crate) fn misuse(&self, py: Python<'_>) -> Option<Misuse> {
        self.lock(py).misuse
    }
}

fn told<'py>(py: Python<'py>, event: &Event<'_>) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
    let line = |line: &qftp_core::wire::Line<'_>| {
        let mut buf = [0; LINE];
        let mut out = qftp_core::wire::Writer::new(&mut buf);
        line.emit(&mut out);
        PyBytes::new(py, out.finish().unwrap_or_default()).into_any()
    };
    Ok(match event {
        Event::Size(size) => ("size", size.into_pyobject(py)?.into_any()),
        Event::Data(data) => ("data", PyBytes::new(py, data).into_any()),
        Event::Info(info) => ("info", line(info)),
        Event::Urc(urc) => ("urc", line(urc)),
        Event::Done(done) => ("done", value(py, done)?),
        Event::Failed(failure) => ("failed", error::of_failure(py, failure)?),
        other => ("other", format!("{other:?}").into_pyobject(py)?.into_any()),
    })
}

fn value<'py>(py: Python<'py>, done: &Done<'_>) -> PyResult<Bound<'py, PyAny>> {
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
