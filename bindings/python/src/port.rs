//! Ports: those of the transport, and any Python object that reads and writes.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qftp_transport::{Cancel, Port, Settings, open};

use crate::error;

/// How often a running operation lets Python look for signals.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) type AnyPort = Box<dyn Port + Send>;

/// What Python code that ran during an operation raised: of a signal handler, a callback, a port or a file.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    /// Keeps it; the first one counts.
    pub(crate) fn keep(&self, error: PyErr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// An error of the system's kind in its place, for code that knows no Python.
    pub(crate) fn keep_as_io(&self, error: PyErr) -> io::Error {
        let text = error.to_string();
        self.keep(error);
        io::Error::other(text)
    }
}

/// Opens a path or URL.
fn by_address(py: Python<'_>, address: &str, settings: &Settings) -> PyResult<AnyPort> {
    let port = py.detach(|| open(address, settings));
    port.map(|port| Box::new(port) as AnyPort).map_err(|fault| error::port(py, &fault))
}

/// A port during whose waits Python's signal handlers run: Ctrl-C ends the operation.
pub(crate) struct Watched {
    port: AnyPort,
    raised: Raised,
    cancel: Cancel,
    looked: Instant,
}

impl Watched {
    /// The port that Python names or has, and its address if it has one.
    pub(crate) fn open(
        py: Python<'_>,
        port: &Bound<'_, PyAny>,
        settings: &Settings,
        (raised, cancel): (&Raised, &Cancel),
    ) -> PyResult<(Self, Option<String>)> {
        let address = port.extract::<String>().ok();
        let port = match &address {
            Some(address) => by_address(py, address, settings)?,
            None => Box::new(ObjectPort::new(port, raised.clone())?),
        };
        Ok((Self::new(port, raised.clone(), cancel.clone()), address))
    }

    pub(crate) fn new(port: AnyPort, raised: Raised, cancel: Cancel) -> Self {
        Self { port, raised, cancel, looked: Instant::now() }
    }

    fn look(&mut self) {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            if let Err(raised) = Python::attach(|py| py.check_signals()) {
                self.raised.keep(raised);
                self.cancel.cancel();
            }
        }
    }
}

impl Port for Watched {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.look();
        self.port.read(buf, wait.min(LOOK))
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        self.look();
        self.port.write(bytes, wait.min(LOOK))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.port.flush()
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.port.set_dtr(on)
    }

    fn name(&self) -> String {
        self.port.name()
    }
}

/// A Python object with `read(size)` and `write(bytes)`. One with `timeout` and `in_waiting`, such as pyserial's Serial, is read as that wants it.
struct ObjectPort {
    object: Py<PyAny>,
    raised: Raised,
}

impl ObjectPort {
    fn new(object: &Bound<'_, PyAny>, raised: Raised) -> PyResult<Self> {
        for method in ["read", "write"] {
            if !object.getattr_opt(method)?.is_some_and(|method| method.is_callable()) {
                let text = "a port is a path, a URL, or an object with read and write";
                return Err(pyo3::exceptions::PyTypeError::new_err(text));
            }
        }
        Ok(Self { object: object.clone().unbind(), raised })
    }

    fn take(&self, py: Python<'_>, buf: &mut [u8], wait: Duration) -> PyResult<usize> {
        let object = self.object.bind(py);
        if object.getattr_opt("timeout")?.is_some() {
            object.setattr("timeout", wait.as_secs_f64())?;
        }
        // pyserial waits for as many bytes as it is asked for.
        let room = match object.getattr_opt("in_waiting")? {
            Some(waiting) => waiting.extract::<usize>()?.clamp(1, buf.len().max(1)),
            None => buf.len(),
        };
        let read = object.call_method1("read", (room,))?;
        if read.is_none() {
            return Ok(0);
        }
        let read = read.cast::<PyBytes>()?.as_bytes();
        let Some(place) = buf.get_mut(..read.len()) else {
            return Err(pyo3::exceptions::PyValueError::new_err(
                "the port gave more bytes than it was asked for",
            ));
        };
        place.copy_from_slice(read);
        Ok(read.len())
    }

    fn give(&self, py: Python<'_>, bytes: &[u8], wait: Duration) -> PyResult<usize> {
        let object = self.object.bind(py);
        if object.getattr_opt("write_timeout")?.is_some() {
            object.setattr("write_timeout", wait.as_secs_f64().max(1.0))?;
        }
        let written = object.call_method1("write", (PyBytes::new(py, bytes),))?;
        // None is "all of it" to file-like objects without a count.
        if written.is_none() { Ok(bytes.len()) } else { written.extract() }
    }
}

impl Port for ObjectPort {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        Python::attach(|py| self.take(py, buf, wait)).map_err(|error| self.raised.keep_as_io(error))
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        Python::attach(|py| self.give(py, bytes, wait)).map_err(|error| self.raised.keep_as_io(error))
    }

    fn name(&self) -> String {
        Python::attach(|py| {
            self.object.bind(py).repr().map_or_else(|_| "the port".to_owned(), |repr| repr.to_string())
        })
    }
}
