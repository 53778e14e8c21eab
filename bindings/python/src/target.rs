//! Where a download of an asynchronous client goes: the same file and proof as the blocking one's.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::PyBytes;
use qftp_core::Secret;
use qftp_core::session::Login;
use qftp_transport::{Begin, Origin, Target as _, Version};

use crate::inner::local_file;

/// A local file under a temporary name until it is whole, with the proof of what it is of beside
/// it.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct LocalTarget(Mutex<Option<qftp_transport::LocalTarget>>);

#[pymethods]
impl LocalTarget {
    /// `url` names the remote file, without a password; `size` and `modified` are what the server
    /// tells of it.
    #[new]
    #[pyo3(signature = (path, name, *, url, size=None, modified=None, resume=false))]
    fn new(
        path: PathBuf,
        name: &str,
        url: String,
        size: Option<u64>,
        modified: Option<String>,
        resume: bool,
    ) -> PyResult<Self> {
        let origin = Origin { url, version: Version { size, modified } };
        let begin = if resume { Begin::PartialOrTarget } else { Begin::Anew };
        let target = qftp_transport::LocalTarget::create(&path, name, &origin, begin)
            .map_err(|error| local_file(&path, &error))?;
        Ok(Self(Mutex::new(Some(target))))
    }

    /// Bytes at its beginning that are good.
    #[getter]
    fn trusted(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |target| Ok(target.trusted()))
    }

    /// Whether it has to know which version of the remote file its bytes are of.
    #[getter]
    fn wants_version(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |target| Ok(target.wants_version()))
    }

    /// The path that it gets when it is whole.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<PathBuf> {
        self.with(py, |target| Ok(target.path().to_owned()))
    }

    /// Whether it is a pipe or a device, in which nobody goes back.
    #[getter]
    fn is_stream(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |target| Ok(target.is_stream()))
    }

    /// Whether what is here is of this version of the remote file; where not, it has been thrown
    /// away.
    fn is_of(&self, py: Python<'_>, size: Option<u64>, modified: Option<String>) -> PyResult<bool> {
        self.with(py, |target| target.is_of(&Version { size, modified }))
    }

    fn seek(&self, py: Python<'_>, to: u64) -> PyResult<u64> {
        self.with(py, |target| target.seek(SeekFrom::Start(to)))
    }

    fn truncate(&self, py: Python<'_>, len: u64) -> PyResult<()> {
        self.with(py, |target| target.set_len(len))
    }

    /// Writes all of it.
    fn write(&self, py: Python<'_>, data: &[u8]) -> PyResult<()> {
        self.with(py, |target| target.write_all(data))
    }

    fn read<'py>(&self, py: Python<'py>, most: usize) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        self.with(py, |target| target.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// So many bytes are as good as those that are kept when the transfer breaks off now; noted now
    /// and then.
    fn passed(&self, py: Python<'_>, good: u64) -> PyResult<()> {
        self.with(py, |target| target.passed(good))
    }

    /// So many bytes are good, and none beyond; on the disk when this returns.
    fn record(&self, py: Python<'_>, good: u64) -> PyResult<()> {
        self.with(py, |target| target.record(good))
    }

    /// It is whole and gets its name, which is returned.
    fn finish(&self, py: Python<'_>) -> PyResult<PathBuf> {
        let target = self.take(py)?;
        let path = target.path().to_owned();
        target.finish().map_err(|error| local_file(&path, &error))
    }

    /// It did not become whole: the path and length of what is good of it, or None.
    fn keep(&self, py: Python<'_>) -> PyResult<Option<(PathBuf, u64)>> {
        Ok(self.take(py)?.keep()?.map(|kept| (kept.part, kept.bytes)))
    }
}

/// What names a file on a server for a [`LocalTarget`], the same as for the blocking client.
#[pyfunction]
#[pyo3(signature = (name, *, host, port, user, folder))]
pub(crate) fn url_of(name: &str, host: &str, port: u16, user: &str, folder: &str) -> String {
    let login = Login { port, user: Secret::new(user), ..Login::new(host) };
    Origin::of(&login, folder, name).url
}

impl LocalTarget {
    fn with<T>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut qftp_transport::LocalTarget) -> std::io::Result<T>,
    ) -> PyResult<T> {
        let mut target = self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        match target.as_mut() {
            Some(target) => work(target).map_err(|error| local_file(target.path(), &error)),
            None => Err(PyValueError::new_err("it is finished")),
        }
    }

    fn take(&self, py: Python<'_>) -> PyResult<qftp_transport::LocalTarget> {
        let target = self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner).take();
        target.ok_or_else(|| PyValueError::new_err("it is finished"))
    }
}
