//! An upload of an asynchronous client that others see only when it is whole: the same names and questions as the blocking one's.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use qftp_core::job::{Atomic, AtomicStep};
use qftp_core::session::{Cause, Failure, Field, LineFault, Misuse, SessionState};
use qftp_core::wire::FileName;
use qftp_transport::{Error, LocalSource};

use crate::error;
use crate::inner::local_file;
use crate::session::Session;

/// The two names of an upload, and what is to be done with them next: claimed at first, then
/// published.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct AtomicUpload(Mutex<Names>);

struct Names {
    upload: qftp_transport::AtomicUpload,
    decides: Atomic,
    /// Why the last rename failed.
    why: Option<Failure>,
}

#[pymethods]
impl AtomicUpload {
    /// An upload of a local file to a name on the server; `url` names the file there, without a
    /// password.
    #[new]
    #[pyo3(signature = (path, name, *, url))]
    fn new(py: Python<'_>, path: PathBuf, name: &str, url: &str) -> PyResult<Self> {
        // What cannot be its name in the end is not sent under another one.
        FileName::new(name)
            .map_err(|fault| error::exception(py, &Error::Misuse(Misuse::Name(Field::Name, fault)), None))?;
        let source = LocalSource::open(&path).map_err(|error| local_file(&path, &error))?;
        let upload = qftp_transport::AtomicUpload::new(url, name, &source);
        let decides = Atomic::claim(upload.is_known_again());
        Ok(Self(Mutex::new(Names { upload, decides, why: None })))
    }

    /// The name that the upload has until it is whole.
    #[getter]
    fn temporary(&self, py: Python<'_>) -> String {
        self.lock(py).upload.temporary().to_owned()
    }

    /// The name that it gets.
    #[getter]
    fn r#final(&self, py: Python<'_>) -> String {
        self.lock(py).upload.name().to_owned()
    }

    /// The folder whose listing shows it.
    #[getter]
    fn folder(&self, py: Python<'_>) -> String {
        self.lock(py).upload.folder().to_owned()
    }

    /// So many bytes are whole under the temporary name: the rest is to give them the final one.
    fn publish(&self, py: Python<'_>, len: u64) {
        self.lock(py).decides = Atomic::publish(len);
    }

    fn next(&self, py: Python<'_>) -> &'static str {
        match self.lock(py).decides.next() {
            AtomicStep::Exists => "exists",
            AtomicStep::Names => "names",
            AtomicStep::NewName => "new-name",
            AtomicStep::Connect => "connect",
            AtomicStep::Rename => "rename",
            AtomicStep::Measure => "measure",
            AtomicStep::Done => "done",
            AtomicStep::Taken => "taken",
            AtomicStep::Failed => "failed",
        }
    }

    fn ready(&self, py: Python<'_>) {
        self.lock(py).decides.ready();
    }

    fn take_new_name(&self, py: Python<'_>) {
        self.lock(py).upload.take_new_name();
    }

    fn size(&self, py: Python<'_>, size: u64) {
        self.lock(py).decides.size(size);
    }

    /// What the listing of names in the folder says.
    fn listed(&self, py: Python<'_>, listing: &[u8]) {
        let mut names = self.lock(py);
        let is_there = names.upload.is_in(listing);
        names.decides.listed(is_there);
    }

    /// The present step failed as the session told last.
    fn failed(&self, py: Python<'_>, session: &Session) {
        if let Some(failure) = session.failure(py) {
            self.lock(py).fail(failure);
        }
    }

    /// The port is gone.
    fn lost(&self, py: Python<'_>) {
        let cause = Cause::Line(LineFault::PortLost);
        self.lock(py).fail(Failure { verb: None, cause, transferred: 0, state: SessionState::Reset });
    }

    /// The exception for a file that did not get its name.
    fn not_renamed<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let names = self.lock(py);
        let error = Box::new(Error::Failed(names.why?));
        let error = Error::NotRenamed { temporary: names.upload.temporary().to_owned(), error };
        Some(error::exception(py, &error, None).into_value(py).into_bound(py).into_any())
    }
}

impl AtomicUpload {
    fn lock<'a>(&'a self, py: Python<'_>) -> MutexGuard<'a, Names> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn fail(&mut self, failure: Failure) {
        if self.decides.next() == AtomicStep::Rename {
            self.why = Some(failure);
        }
        self.decides.failed(&failure);
    }
}
