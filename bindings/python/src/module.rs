//! The emulated module in the process.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use qftp_core::wire::Storage;
use qftp_emulator::{Config, Direction, Drives, Emulator, Fault, Profile};

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
        Profile::parse(profile).map_err(value)?.apply(&mut config);
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
        Ok(Self { emulator: Mutex::new(Some(emulator)), dialogue, port })
    }

    #[getter]
    fn port(&self) -> &str {
        &self.port
    }

    #[getter]
    fn running(&self) -> bool {
        self.lock().as_ref().is_some_and(Emulator::is_running)
    }

    fn set_faults(&self, faults: Vec<String>) -> PyResult<()> {
        let faults = parse(&faults)?;
        self.with(|emulator| emulator.set_faults(&faults))
    }

    fn power_cycle(&self) -> PyResult<()> {
        self.with(Emulator::power_cycle)
    }

    fn dialogue(&self) -> Vec<(char, String)> {
        let lines = self.dialogue.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = |said: &Said| match said {
            Said::Line(line) => line.clone(),
            Said::Bytes(count) => format!("<{count} bytes>"),
        };
        lines.iter().map(|(mark, said)| (*mark, shown(said))).collect()
    }

    fn stop(&self, py: Python<'_>) {
        let emulator = self.lock().take();
        py.detach(|| emulator.map(Emulator::stop));
    }
}

impl Module {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Emulator>> {
        self.emulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, order: impl FnOnce(&Emulator)) -> PyResult<()> {
        match &*self.lock() {
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
    Profile::all().iter().map(|profile| (profile.name, profile.about)).collect()
}
