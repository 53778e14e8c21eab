//! The driver without I/O: bytes in, events and bytes out.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::{PyBytes, PyDict};
use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::session::{Config, Failure, GetOptions, Misuse, PutOptions, Reason};
use qftp_core::wire::ListKind;

use crate::error;
use crate::event::{told, value};
use crate::login::{Access, Ftps, road, storage, urc_port};

/// Bytes from the port, and of a file, that the driver has at a time.
const BUFFER: usize = 16 * 1024;

/// An event as its name and its value.
type Told = (&'static str, Py<PyAny>);

/// The host's side of one module. `now` is in milliseconds, of any clock that never goes back.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct Session(Mutex<State>);

struct State {
    driver: Driver<Vec<u8>, Vec<u8>>,
    /// What came and the driver has not read.
    came: VecDeque<u8>,
    /// An event that came while bytes were asked for.
    held: Option<Told>,
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
        let driver = Driver::new(config, vec![0; BUFFER], vec![0; BUFFER]);
        let (came, held) = (VecDeque::new(), None);
        Self(Mutex::new(State { driver, came, held, failure: None, misuse: None }))
    }

    fn receive_data(&self, py: Python<'_>, data: &[u8]) {
        self.lock(py).came.extend(data);
    }

    /// The next event as its name and its value, or `None` when more data is needed.
    fn next_event(&self, py: Python<'_>, now: u64) -> PyResult<Option<Told>> {
        let mut state = self.lock(py);
        if state.held.is_none() {
            state.work(py, now, None)?;
        }
        Ok(state.held.take())
    }

    /// Bytes for the port; empty when there are none.
    fn data_to_send<'py>(&self, py: Python<'py>, now: u64) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        let mut state = self.lock(py);
        if state.held.is_none() {
            state.work(py, now, Some(&mut bytes))?;
        }
        Ok(PyBytes::new(py, &bytes))
    }

    /// Offers bytes of an upload; says how many of them are taken. They leave with the next `data_to_send`.
    fn send(&self, py: Python<'_>, data: &[u8]) -> usize {
        let mut state = self.lock(py);
        let room = state.driver.source_room();
        let count = room.len().min(data.len());
        room[..count].copy_from_slice(&data[..count]);
        state.driver.filled(count);
        count
    }

    #[getter]
    fn wants_data(&self, py: Python<'_>) -> bool {
        let state = self.lock(py);
        state.driver.session().wants_data() && state.driver.left() > 0
    }

    #[getter]
    fn idle(&self, py: Python<'_>) -> bool {
        self.lock(py).driver.is_idle()
    }

    #[getter]
    fn set_up(&self, py: Python<'_>) -> bool {
        self.lock(py).driver.session().is_set_up()
    }

    #[getter]
    fn logged_in(&self, py: Python<'_>) -> bool {
        self.lock(py).driver.session().is_open()
    }

    fn next_timeout(&self, py: Python<'_>) -> Option<u64> {
        self.lock(py).driver.session().poll_timeout().map(Instant::as_millis)
    }

    /// What that time-out is about.
    fn timeout_reason(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).driver.session().timeout_reason().map(|reason| match reason {
            Reason::Response => "response",
            Reason::DataGap => "data",
            Reason::Quiet => "quiet",
            Reason::Guard => "guard",
        })
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
        self.begin(py, now, 0, |session, now| session.setup(now, &access.setup()))
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
        self.begin(py, now, 0, |session, now| session.open(now, &access.login()))
    }

    fn deactivate(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.deactivate(now))
    }

    fn restart(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.restart(now))
    }

    fn close(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.close(now))
    }

    fn abort(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        let mut state = self.lock(py);
        let aborted = state.driver.abort(Instant::from_millis(now));
        state.misuse = aborted.err();
        drop(state);
        aborted.map_err(|misuse| error::misuse(py, &misuse.to_string()))
    }

    fn cwd(&self, py: Python<'_>, now: u64, path: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.cwd(now, path))
    }

    fn pwd(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.pwd(now))
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
        self.begin(py, now, 0, |session, now| session.get(now, name, &options))
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
        self.begin(py, now, len, |session, now| session.put(now, name, &options))
    }

    fn list(&self, py: Python<'_>, now: u64, form: &str, folder: &str) -> PyResult<()> {
        let kind = match form {
            "long" => ListKind::Long,
            "names" => ListKind::Names,
            "facts" => ListKind::Facts,
            _ => return Err(error::misuse(py, "a listing is long, names or facts")),
        };
        self.begin(py, now, 0, |session, now| match kind {
            ListKind::Long => session.list(now, folder),
            ListKind::Names => session.names(now, folder),
            ListKind::Facts => session.facts(now, folder),
        })
    }

    fn size(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.size(now, name))
    }

    fn modified(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.modified(now, name))
    }

    fn rename(&self, py: Python<'_>, now: u64, old: &str, new: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.rename(now, old, new))
    }

    fn delete(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.delete(now, name))
    }

    fn make_dir(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.make_dir(now, name))
    }

    fn remove_dir(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.remove_dir(now, name))
    }

    fn length(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.length(now))
    }

    fn status(&self, py: Python<'_>, now: u64) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.status(now))
    }

    fn storage(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        let storage = storage(py, name)?;
        self.begin(py, now, 0, |session, now| session.storage(now, storage))
    }

    fn files(&self, py: Python<'_>, now: u64, pattern: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.files(now, pattern))
    }

    fn upload(&self, py: Python<'_>, now: u64, name: &str, len: u64) -> PyResult<()> {
        self.begin(py, now, len, |session, now| session.upload(now, name, len))
    }

    fn download(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.download(now, name))
    }

    fn remove(&self, py: Python<'_>, now: u64, name: &str) -> PyResult<()> {
        self.begin(py, now, 0, |session, now| session.remove(now, name))
    }
}

impl Session {
    /// Another thread of Python may have it: it is waited for without the interpreter lock.
    fn lock<'a>(&'a self, py: Python<'_>) -> MutexGuard<'a, State> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an operation that sends so many bytes.
    fn begin(
        &self,
        py: Python<'_>,
        now: u64,
        sends: u64,
        start: impl FnOnce(&mut qftp_core::session::Session, Instant) -> Result<(), Misuse>,
    ) -> PyResult<()> {
        let mut state = self.lock(py);
        if state.driver.is_idle() {
            state.driver.sends(sends);
        }
        let started = state.driver.begin(Instant::from_millis(now), start);
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

impl State {
    /// Does what the driver wants until it has told something, or waits: for what comes, for a time, for bytes of a file, or for
    /// the port, where nothing takes what goes there.
    fn work(&mut self, py: Python<'_>, now: u64, mut port: Option<&mut Vec<u8>>) -> PyResult<()> {
        let now = Instant::from_millis(now);
        let mut looked = false;
        loop {
            let event = match self.driver.next(now) {
                Want::Write { bytes, .. } => {
                    let count = bytes.len();
                    if let Some(port) = &mut port {
                        port.extend(bytes);
                        self.driver.wrote(count);
                    }
                    if !self.read() && port.is_none() {
                        return Ok(());
                    }
                    continue;
                }
                Want::Read(until) => {
                    if self.read() {
                        looked = false;
                    } else if looked || until.is_none_or(|until| until > now) {
                        return Ok(());
                    } else {
                        // The port may have had more.
                        looked = true;
                    }
                    continue;
                }
                // Whatever there is was sent already.
                Want::Fill => {
                    self.driver.filled(0);
                    continue;
                }
                Want::Store(data) => ("data", PyBytes::new(py, data).into_any()),
                Want::Tell(event) => told(py, &event)?,
                Want::End(Ok(done)) => ("done", value(py, &done)?),
                Want::End(Err(failure)) => {
                    self.failure = Some(failure);
                    ("failed", error::of_failure(py, &failure)?)
                }
                other => ("other", format!("{other:?}").into_pyobject(py)?.into_any()),
            };
            self.held = Some((event.0, event.1.unbind()));
            return Ok(());
        }
    }

    /// Gives the driver what came, as much as there is room for.
    fn read(&mut self) -> bool {
        let room = self.driver.room();
        let count = room.len().min(self.came.len());
        for (to, byte) in room.iter_mut().zip(self.came.drain(..count)) {
            *to = byte;
        }
        self.driver.received(count);
        count > 0
    }
}
