//! The line to a module as a survey uses it: a real port, or in tests an emulated module in virtual time.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use qftp_transport::Port;

use crate::port::AnyPort;

/// A line. Every call ends within the wait that it was given.
pub(super) trait Wire {
    /// Sends all of these bytes.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// What has come, at least one byte; `Ok(0)`: nothing came in time.
    fn receive(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize>;

    /// Lets time pass in which nothing is read.
    fn pause(&mut self, time: Duration);

    /// The time since the line was opened.
    fn now(&self) -> Duration;
}

/// A port that the survey and the client of its login use in turn.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<AnyPort>>);

impl Shared {
    pub(super) fn new(port: AnyPort) -> Self {
        Self(Arc::new(Mutex::new(port)))
    }

    fn port(&self) -> MutexGuard<'_, AnyPort> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Port for Shared {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.port().read(buf, wait)
    }
    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        self.port().write(bytes, wait)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.port().flush()
    }
    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.port().set_dtr(on)
    }
    fn name(&self) -> String {
        self.port().name()
    }
}

/// A port as a line.
pub(super) struct PortWire {
    port: Shared,
    began: Instant,
}

/// How long a port may take no byte.
const STUCK: Duration = Duration::from_secs(10);

impl PortWire {
    pub(super) fn new(port: Shared, began: Instant) -> Self {
        Self { port, began }
    }
}

impl Wire for PortWire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = self.port.write(rest, STUCK)?;
            if count == 0 {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the port takes no more bytes"));
            }
            rest = rest.get(count..).unwrap_or_default();
        }
        self.port.flush()
    }

    fn receive(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.port.read(buf, wait)
    }

    fn pause(&mut self, time: Duration) {
        thread::sleep(time);
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }
}
