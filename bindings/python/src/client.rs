//! The blocking client. Python's interpreter lock is released while it waits.

use std::path::PathBuf;
use std::process;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use pyo3::types::{PyBytes, PyDict};
use qftp_core::session::{Config, GetOptions};
use qftp_core::wire::{Command, ListKind};
use qftp_transport::{Cancel, Examination, Flow, Settings};

use crate::dialogue::{Dialogue, Lines};
use crate::error;
use crate::event::name_of;
use crate::inner::{Inner, local, policy_of, seconds};
use crate::login::{Access, Ftps, put, road, storage, urc_port};
use crate::lost::{Losses, Lost};
use crate::port::{Raised, Watched};
use crate::streams::{Blocks, Source};
use crate::whole_files::How;

/// Most bytes of a block: it is in memory at once, whatever size was asked for.
const BLOCK: usize = 16 << 20;

/// The module on a port, and through it an FTP server.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct Client {
    pub(crate) inner: Mutex<Option<Inner>>,
    /// The thread of the operation that is under way.
    pub(crate) runner: Mutex<Option<ThreadId>>,
    /// Nothing begins any more. Set before an operation is cancelled for it.
    pub(crate) closing: AtomicBool,
    /// A callback of the present operation has aborted it.
    pub(crate) aborted: AtomicBool,
    pub(crate) cancel: Cancel,
    pub(crate) losses: Losses,
    pub(crate) raised: Raised,
    dialogue: Dialogue,
    /// The process that opened it.
    pub(crate) process: u32,
}

#[pymethods]
impl Client {
    /// `port` is a path, a URL, or an object that reads and writes.
    #[new]
    #[pyo3(signature = (port, *, baud, rtscts, timeout, record, log, lost))]
    fn new(
        py: Python<'_>,
        port: &Bound<'_, PyAny>,
        baud: u32,
        rtscts: bool,
        timeout: Option<f64>,
        record: Option<PathBuf>,
        log: Option<Py<PyAny>>,
        lost: &Lost,
    ) -> PyResult<Self> {
        let settings = Settings { baud, flow: if rtscts { Flow::RtsCts } else { Flow::None } };
        let (raised, cancel) = (Raised::default(), Cancel::new());
        let (port, address) = Watched::open(py, port, &settings, (&raised, &cancel))?;
        // After Ctrl-C nobody waits for the server.
        let config =
            Config { rsptimeout_s: seconds(timeout), reopen_after_abort: false, ..Config::default() };
        let mut client = qftp_transport::Client::with_config(port, config);
        client.set_cancel(cancel.clone());
        let dialogue = Dialogue::default();
        client.set_tap(Some(Box::new(Lines::new(dialogue.clone(), log, raised.clone()))));
        if let Some(path) = record {
            client.record(path)?;
        }
        let access = Access::default();
        let inner = Inner { client, access, address, settings, has_opened: false };
        Ok(Self {
            inner: Mutex::new(Some(inner)),
            runner: Mutex::new(None),
            closing: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            cancel,
            losses: lost.losses(),
            raised,
            dialogue,
            process: process::id(),
        })
    }

    #[pyo3(signature = (*, apn, apn_user, apn_password, context, urc_port, network))]
    fn setup(
        &self,
        py: Python<'_>,
        apn: Option<String>,
        apn_user: String,
        apn_password: String,
        context: u8,
        urc_port: Option<&str>,
        network: bool,
    ) -> PyResult<()> {
        let urc_port = self::urc_port(py, urc_port)?;
        self.run(py, |inner| {
            let kept = std::mem::take(&mut inner.access);
            inner.access = Access { apn, apn_user, apn_password, context, urc_port, network, ..kept };
            inner.client.setup(&inner.access.setup())
        })
    }

    #[pyo3(signature = (*, host, port, user, password, active, ftps))]
    fn login(
        &self,
        py: Python<'_>,
        host: String,
        port: u16,
        user: String,
        password: String,
        active: bool,
        ftps: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let ftps = ftps.map(Ftps::from).transpose()?;
        self.run(py, |inner| {
            let kept = std::mem::take(&mut inner.access);
            let (folder, ascii) = (String::new(), false);
            inner.access = Access { host, port, user, password, active, ascii, ftps, folder, ..kept };
            inner.open()
        })
    }

    /// Logs in again as the last time, into the folder where it was.
    #[pyo3(signature = (*, active, ascii))]
    fn login_again(&self, py: Python<'_>, active: bool, ascii: bool) -> PyResult<()> {
        self.run(py, |inner| {
            (inner.access.active, inner.access.ascii) = (active, ascii);
            inner.open_again()
        })
    }

    /// Logs out, whatever came of it, and takes certificates away. A session that a failure has left
    /// in the module is ended too.
    fn logout(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, Inner::close)
    }

    /// Lets go of the port. An operation that is under way in another thread is aborted and waited
    /// for; one around this call is aborted, and the port is let go of when it ends. What kept a
    /// recording from being whole is an OSError.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.let_go(py)
    }

    #[getter]
    fn closed(&self) -> bool {
        // Whoever holds the lock uses it.
        self.inner.try_lock().is_ok_and(|inner| inner.is_none())
    }

    /// Whether a login stands, as far as is known.
    #[getter]
    fn logged_in(&self, py: Python<'_>) -> PyResult<bool> {
        self.run(py, |inner| Ok(inner.client.is_open()))
    }

    /// Ends what is under way, from another thread or from a callback. There nothing is cancelled
    /// where nothing is under way.
    fn cancel(&self) {
        self.abort();
    }

    fn cwd(&self, py: Python<'_>, path: &str) -> PyResult<()> {
        self.run(py, |inner| {
            inner.client.cwd(path)?;
            inner.access.folder = inner.client.pwd()?;
            Ok(())
        })
    }

    fn pwd(&self, py: Python<'_>) -> PyResult<String> {
        self.run(py, |inner| inner.client.pwd())
    }

    /// Calls `callback` with blocks of the file.
    #[pyo3(signature = (name, callback, *, blocksize, start, len, via))]
    fn get(
        &self,
        py: Python<'_>,
        name: &str,
        callback: Py<PyAny>,
        blocksize: usize,
        start: u64,
        len: Option<u64>,
        via: &str,
    ) -> PyResult<u64> {
        let via = road(py, via)?;
        self.run(py, |inner| {
            let options = GetOptions { start, len, via: via.unwrap_or_default() };
            let mut blocks = Blocks::new(&callback, &self.raised, blocksize.clamp(1, BLOCK));
            let got = inner.client.get(name, &mut blocks, &options);
            // Also what came before a failure is handed on.
            let told = blocks.finish().map_err(local);
            got.and_then(|count| told.map(|()| count))
        })
    }

    /// Sends what `file` reads, `len` bytes of it or all.
    /// `atomic` by way of a temporary name.
    #[pyo3(signature = (name, file, *, blocksize, callback, start, len, via, atomic=false))]
    fn put(
        &self,
        py: Python<'_>,
        name: &str,
        file: Py<PyAny>,
        blocksize: usize,
        callback: Option<Py<PyAny>>,
        start: u64,
        len: Option<u64>,
        via: &str,
        atomic: bool,
    ) -> PyResult<u64> {
        let options = put(start, len, road(py, via)?);
        self.run(py, |inner| {
            let mut source = Source::new(&file, callback.as_ref(), &self.raised, blocksize.clamp(1, BLOCK));
            let sent = match atomic {
                true => inner.put_atomic(name, &mut source, &options)?,
                false => inner.put(name, &mut source, &options, &self.losses)?,
            };
            source.finish().map_err(|error| local(self.raised.keep_as_io(error)))?;
            Ok(sent)
        })
    }

    /// Fetches into a local file, which gets its name when it is whole, by as many attempts as are allowed.
    #[pyo3(signature = (name, path, *, via, progress, report, **policy))]
    fn fetch(
        &self,
        py: Python<'_>,
        name: &str,
        path: PathBuf,
        via: &str,
        progress: Option<Py<PyAny>>,
        report: Option<Py<PyAny>>,
        policy: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<u64> {
        let how = How { via: road(py, via)?, policy: policy_of(policy)?, progress, report };
        self.fetch_file(py, name, &path, how)
    }

    /// Sends a local file, by as many attempts as are allowed; `atomic` by way of a temporary name.
    #[pyo3(signature = (path, name, *, via, progress, report, atomic=false, **policy))]
    fn send(
        &self,
        py: Python<'_>,
        path: PathBuf,
        name: &str,
        via: &str,
        progress: Option<Py<PyAny>>,
        report: Option<Py<PyAny>>,
        atomic: bool,
        policy: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<u64> {
        let how = How { via: road(py, via)?, policy: policy_of(policy)?, progress, report };
        self.send_file(py, &path, name, atomic, how)
    }

    /// A listing as the server writes it: `form` is "long", "names" or "facts".
    fn list<'py>(&self, py: Python<'py>, form: &str, folder: &str) -> PyResult<Bound<'py, PyBytes>> {
        let kind = match form {
            "long" => ListKind::Long,
            "names" => ListKind::Names,
            "facts" => ListKind::Facts,
            _ => return Err(error::misuse(py, "a listing is long, names or facts")),
        };
        let listing = self.run(py, |inner| match kind {
            ListKind::Long => inner.client.list(folder),
            ListKind::Names => inner.client.names(folder),
            ListKind::Facts => inner.client.facts(folder),
        })?;
        Ok(PyBytes::new(py, &listing))
    }

    fn size(&self, py: Python<'_>, name: &str) -> PyResult<u64> {
        self.run(py, |inner| inner.client.size(name))
    }

    fn modified(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        self.run(py, |inner| inner.client.modified(name))
    }

    fn rename(&self, py: Python<'_>, old: &str, new: &str) -> PyResult<()> {
        self.run(py, |inner| inner.client.rename(old, new))
    }

    fn delete(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.run(py, |inner| inner.client.delete(name))
    }

    fn make_dir(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.run(py, |inner| inner.client.make_dir(name))
    }

    fn remove_dir(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.run(py, |inner| inner.client.remove_dir(name))
    }

    /// Bytes that the last transfer has moved.
    fn length(&self, py: Python<'_>) -> PyResult<u64> {
        self.run(py, |inner| inner.client.length())
    }

    /// The state of the module's FTP client, in a word.
    fn status(&self, py: Python<'_>) -> PyResult<&'static str> {
        let state = self.run(py, |inner| inner.client.status())?;
        Ok(name_of(state))
    }

    /// Free bytes and all bytes of a storage of the module.
    fn storage(&self, py: Python<'_>, name: &str) -> PyResult<(u64, u64)> {
        let storage = storage(py, name)?;
        self.run(py, |inner| inner.client.storage(storage))
    }

    /// Name and size of files of the module.
    fn files(&self, py: Python<'_>, pattern: &str) -> PyResult<Vec<(String, Option<u64>)>> {
        let files = self.run(py, |inner| inner.client.files(pattern))?;
        Ok(files.into_iter().map(|file| (file.name, file.size)).collect())
    }

    fn upload(&self, py: Python<'_>, name: &str, data: Vec<u8>) -> PyResult<u64> {
        self.run(py, |inner| inner.client.upload(name, data.as_slice(), data.len() as u64))
    }

    fn download<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let data = self.run(py, |inner| {
            let mut data = Vec::new();
            inner.client.download(name, &mut data).map(|_| data)
        })?;
        Ok(PyBytes::new(py, &data))
    }

    fn remove(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.run(py, |inner| inner.client.remove(name))
    }

    /// The information lines that a command of the set answers with, such as `+CGMM`.
    fn command(&self, py: Python<'_>, text: &str) -> PyResult<Vec<String>> {
        let Ok(command) = Command::parse(text.as_bytes()) else {
            return Err(error::misuse(py, "this is no command that qftp knows"));
        };
        self.run(py, |inner| inner.client.command(&command))
    }

    /// Looks at everything that a transfer stands on, with the set-up and the login given; calls `tell` with each finding.
    #[pyo3(signature = (*, apn, context, server, user, password, ftps, folder, file, fix, tell))]
    fn examine(
        &self,
        py: Python<'_>,
        apn: Option<String>,
        context: u8,
        server: Option<(String, u16)>,
        user: String,
        password: String,
        ftps: Option<&Bound<'_, PyDict>>,
        folder: String,
        file: bool,
        fix: bool,
        tell: Py<PyAny>,
    ) -> PyResult<()> {
        let ftps = ftps.map(Ftps::from).transpose()?;
        let (host, port) = server.clone().unwrap_or_default();
        let access = Access {
            apn,
            context,
            network: true,
            host,
            port,
            user,
            password,
            ftps,
            folder,
            ..Access::default()
        };
        self.run(py, |inner| {
            let examination = Examination {
                login: server.map(|_| access.login()),
                certificates: access.certificates(),
                folder: &access.folder,
                file,
                mend: fix,
                ..Examination::new(access.setup())
            };
            inner.client.examine(&examination, &mut |finding| self.tell(&tell, finding)).map(drop)
        })
    }

    /// The last lines of the dialogue, secrets masked: `>` to the module, `<` from it.
    fn dialogue<'py>(&self, py: Python<'py>) -> Vec<(char, Bound<'py, PyBytes>)> {
        let lines = self.dialogue.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|(mark, line)| (*mark, PyBytes::new(py, line))).collect()
    }
}
