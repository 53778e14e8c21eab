//! The emulated module in the process.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt as _;
use qftp_core::wire::Storage;
use qftp_emulator::{Config, Direction, Drives, Emulator, Family, Fault};

/// Most lines of a dialogue that are kept.
const LINES: usize = 10_000;

/// The longest line that is kept as a line; what is longer is a file's.
const LINE: usize = 1_024;

/// What the module saw: `>` to it, `<` from it, `-` what it noted and the host was not told.
type Dialogue = Arc<Mutex<VecDeque<(char, Said)>>>;

/// A line, or so many bytes that are none.
enum Said {
    Line(String),
    Bytes(usize),
}

/// A running module, on a PTY or a TCP port.
#[pyclass(frozen, module = "qftp._qftp")]
pub(crate) struct Module {
    emulator: Mutex<Option<Emulator>>,
    dialogue: Dialogue,
    port: String,
    /// The process that started it; its threads are there alone.
    process: u32,
}

#[pymethods]
impl Module {
    #[new]
    #[pyo3(signature = (*, profile, faults, seed, tcp, link, storage, ufs_size, baud))]
    fn new(
        py: Python<'_>,
        profile: &str,
        faults: Vec<String>,
        seed: u64,
        tcp: Option<&str>,
        link: Option<PathBuf>,
        storage: Option<PathBuf>,
        ufs_size: Option<u64>,
        baud: Option<u32>,
    ) -> PyResult<Self> {
        let drives = match &storage {
            Some(folder) => Drives::in_folder(folder),
            None => Drives::temporary(),
        };
        let mut drives = drives?;
        if let Some(size) = ufs_size {
            drives = drives.with_size(Storage::Ufs, size);
        }
        let mut config = Config::new(drives);
        Family::load(profile).map_err(value)?.apply(&mut config);
        config.faults = parse(&faults)?;
        config.seed = seed;
        let dialogue = Dialogue::default();
        let (lines, notes) = (dialogue.clone(), dialogue.clone());
        let mut builder = Emulator::builder(config)
            .log(move |direction, bytes| {
                let mark = if direction == Direction::ToModule { '>' } else { '<' };
                keep(&lines, mark, bytes);
            })
            .notes(move |note| keep(&notes, '-', note.as_bytes()));
        if let Some(baud) = baud {
            builder = builder.line_rate(baud);
        }
        let started = py.detach(|| match tcp {
            Some(address) => builder.on_tcp(address),
            None => builder.on_pty(link.as_deref()),
        });
        let emulator =
            started.map_err(|error| PyOSError::new_err(format!("the emulated module: {error}")))?;
        let port = match (emulator.address(), emulator.path()) {
            (Some(address), _) => format!("tcp://{address}"),
            (None, Some(path)) => path.display().to_string(),
            (None, None) => String::new(),
        };
        let process = process::id();
        Ok(Self { emulator: Mutex::new(Some(emulator)), dialogue, port, process })
    }

    #[getter]
    fn port(&self) -> &str {
        &self.port
    }

    #[getter]
    fn running(&self, py: Python<'_>) -> bool {
        self.is_ours() && self.lock(py).as_ref().is_some_and(Emulator::is_running)
    }

    /// Whether it runs in this process, and not in the one that this was forked from.
    #[getter]
    fn is_ours(&self) -> bool {
        self.process == process::id()
    }

    fn set_faults(&self, py: Python<'_>, faults: Vec<String>) -> PyResult<()> {
        let faults = parse(&faults)?;
        self.with(py, |emulator| emulator.set_faults(&faults))
    }

    fn power_cycle(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, Emulator::power_cycle)
    }

    fn dialogue(&self, py: Python<'_>) -> Vec<(char, String)> {
        let lines = self.dialogue.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        let shown = |said: &Said| match said {
            Said::Line(line) => line.clone(),
            Said::Bytes(count) => format!("<{count} bytes>"),
        };
        lines.iter().map(|(mark, said)| (*mark, shown(said))).collect()
    }

    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.here()?;
        let emulator = self.lock(py).take();
        py.detach(|| emulator.map(Emulator::stop));
        Ok(())
    }
}

/// The threads of a module are not in a child that was forked: there is nothing to be ended there.
impl Drop for Module {
    fn drop(&mut self) {
        if !self.is_ours() {
            let emulator = self.emulator.get_mut().unwrap_or_else(PoisonError::into_inner).take();
            std::mem::forget(emulator);
        }
    }
}

impl Module {
    fn lock<'a>(&'a self, py: Python<'_>) -> std::sync::MutexGuard<'a, Option<Emulator>> {
        self.emulator.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    fn here(&self) -> PyResult<()> {
        if self.is_ours() {
            return Ok(());
        }
        let text =
            "this module was started before a fork; it runs in the parent, and only that ends or changes it";
        Err(PyRuntimeError::new_err(text))
    }

    fn with(&self, py: Python<'_>, order: impl FnOnce(&Emulator)) -> PyResult<()> {
        self.here()?;
        match &*self.lock(py) {
            Some(emulator) => {
                order(emulator);
                Ok(())
            }
            None => Err(PyValueError::new_err("the emulated module has been stopped")),
        }
    }
}

fn keep(dialogue: &Dialogue, mark: char, bytes: &[u8]) {
    let mut lines = dialogue.lock().unwrap_or_else(PoisonError::into_inner);
    let text = std::str::from_utf8(bytes).ok().filter(|text| {
        text.len() <= LINE && !text.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
    });
    if let Some(text) = text {
        let said = text.split(['\r', '\n']).filter(|line| !line.is_empty());
        lines.extend(said.map(|line| (mark, Said::Line(line.to_owned()))));
    } else {
        match lines.back_mut() {
            Some((last, Said::Bytes(count))) if *last == mark => *count += bytes.len(),
            _ => lines.push_back((mark, Said::Bytes(bytes.len()))),
        }
    }
    let over = lines.len().saturating_sub(LINES);
    lines.drain(..over);
}

fn parse(faults: &[String]) -> PyResult<Vec<Fault>> {
    faults.iter().map(|fault| Fault::parse(fault).map_err(value)).collect()
}

fn value(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Every fault: how it is written, what it does.
#[pyfunction]
pub(crate) fn faults() -> Vec<(String, &'static str)> {
    Fault::kinds().iter().map(|kind| (kind.usage(), kind.about)).collect()
}

/// Every profile: its name, what it is.
#[pyfunction]
pub(crate) fn profiles() -> Vec<(&'static str, &'static str)> {
    Family::all().iter().map(|family| (family.name(), family.about.as_str())).collect()
}
