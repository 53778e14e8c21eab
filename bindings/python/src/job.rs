//! A whole file over any number of attempts: `qftp_core::job`, call for call, for a client that is written in Python.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyDict;
use qftp_core::job::{Policy, Step, Trouble};
use qftp_core::session::{Cause, Failure, LineFault, SessionState, Via};
use qftp_transport::Error;

use crate::error;
use crate::inner::policy_of;
use crate::login::road;
use crate::session::Session;

/// One file on its way.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct Job(Mutex<qftp_core::job::Job>);

/// A step: its name, an offset, a length in bytes or milliseconds, and a road.
type Next = (&'static str, u64, Option<u64>, &'static str);

#[pymethods]
impl Job {
    /// A download into a file that has so many good bytes.
    #[staticmethod]
    #[pyo3(signature = (good, *, via, **policy))]
    fn get(py: Python<'_>, good: u64, via: &str, policy: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Ok(Self(Mutex::new(qftp_core::job::Job::get(Some(good), whole(py, via, policy)?))))
    }

    /// An upload of so many bytes, of which the server may have some that are good, where an earlier one lost others.
    #[staticmethod]
    #[pyo3(signature = (len, trusted, *, via, **policy))]
    fn put(
        py: Python<'_>,
        len: u64,
        trusted: Option<u64>,
        via: &str,
        policy: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut job = qftp_core::job::Job::put(len, whole(py, via, policy)?);
        if let Some(trusted) = trusted {
            job = job.trusting(trusted);
        }
        Ok(Self(Mutex::new(job)))
    }

    fn connect(&self, py: Python<'_>) {
        self.lock(py).connect();
    }

    fn expecting(&self, py: Python<'_>, len: u64) {
        let mut job = self.lock(py);
        *job = job.clone().expecting(len);
    }

    fn next(&self, py: Python<'_>) -> Next {
        step(self.lock(py).next())
    }

    /// What recovery does, where it begins now.
    fn begins_recovery(&self, py: Python<'_>) -> Option<&'static str> {
        self.lock(py).begins_recovery().map(qftp_core::job::RecoveryLevel::about)
    }

    /// Why it ended without its file; `None` where it has it.
    fn error<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Step::End(Err(trouble)) = self.lock(py).next() else { return Ok(None) };
        match trouble {
            Trouble::Failed(failure) => error::of_failure(py, &failure).map(Some),
            other => Ok(Some(
                error::exception(py, &Error::from(other), None).into_value(py).into_bound(py).into_any(),
            )),
        }
    }

    #[getter]
    fn retry(&self, py: Python<'_>) -> u8 {
        self.lock(py).retry()
    }

    #[getter]
    fn kept(&self, py: Python<'_>) -> u64 {
        self.lock(py).kept()
    }

    #[getter]
    fn distrusted(&self, py: Python<'_>) -> Option<u64> {
        self.lock(py).distrusted()
    }

    fn size(&self, py: Python<'_>, remote: Option<u64>) {
        self.lock(py).size(remote);
    }

    fn moved(&self, py: Python<'_>, count: u64) {
        self.lock(py).moved(count);
    }

    fn stopped(&self, py: Python<'_>, transferred: u64) {
        self.lock(py).stopped(transferred);
    }

    fn compared(&self, py: Python<'_>, differs: Option<u64>) {
        self.lock(py).compared(differs);
    }

    fn ready(&self, py: Python<'_>) {
        self.lock(py).ready();
    }

    /// The present step failed as the session told last.
    fn failed(&self, py: Python<'_>, session: &Session) {
        if let Some(failure) = session.failure(py) {
            self.lock(py).failed(&failure);
        }
    }

    /// The port is gone, with so many bytes of a download here.
    fn lost(&self, py: Python<'_>, transferred: u64) {
        let cause = Cause::Line(LineFault::PortLost);
        let failure = Failure { verb: None, cause, transferred, state: SessionState::Reset };
        self.lock(py).failed(&failure);
    }

    /// The session has refused to begin the present step: whether the job goes on all the same.
    fn refused(&self, py: Python<'_>, session: &Session) -> bool {
        session.misuse(py).is_some_and(|misuse| self.lock(py).refused(misuse))
    }
}

impl Job {
    fn lock<'a>(&'a self, py: Python<'_>) -> MutexGuard<'a, qftp_core::job::Job> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }
}

fn whole(py: Python<'_>, via: &str, policy: Option<&Bound<'_, PyDict>>) -> PyResult<Policy> {
    Ok(Policy { via: road(py, via)?.unwrap_or_default(), ..policy_of(policy)? })
}

fn step(step: Step) -> Next {
    let plain = |name| (name, 0, None, "com");
    match step {
        Step::Size => plain("size"),
        Step::Truncate(len) => ("truncate", len, None, "com"),
        Step::Get(get) => ("get", get.start, get.len, via(get.via)),
        Step::Put(put) => ("put", put.start, Some(put.len), via(put.via)),
        Step::Compare(get) => ("compare", get.start, get.len, via(get.via)),
        Step::Wait(millis) => ("wait", 0, Some(millis.into()), "com"),
        Step::ReopenPort => plain("reopen-port"),
        Step::PowerCycle => plain("power-cycle"),
        Step::Restart => plain("restart"),
        Step::Deactivate => plain("deactivate"),
        Step::SetUp => plain("set-up"),
        Step::Certificates => plain("certificates"),
        Step::Open => plain("open"),
        Step::Folder => plain("folder"),
        Step::End(_) => plain("end"),
    }
}

/// The road in a word, as `road` reads it.
const fn via(via: Via) -> &'static str {
    use qftp_core::wire::Storage;
    match via {
        Via::Com => "com",
        Via::Storage(Storage::Ufs) => "ufs",
        Via::Storage(Storage::Ram) => "ram",
        Via::Storage(Storage::Sd) => "sd",
    }
}
