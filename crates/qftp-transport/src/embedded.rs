//! A port from somebody else's serial driver: anything with the traits of `embedded-io`.

use std::io;
use std::time::{Duration, Instant};

use embedded_io::{ErrorKind, Read, ReadReady, Write, WriteReady};

use crate::port::Port;
use crate::tcp::left;

/// How often a driver that has nothing is asked again.
const POLL: Duration = Duration::from_micros(500);

/// A driver of `embedded-io` as a [`Port`]. The driver must be able to say whether it is ready: that is how waits end.
#[derive(Debug)]
pub struct EmbeddedPort<D> {
    driver: D,
}

impl<D> EmbeddedPort<D> {
    /// Wraps the driver.
    pub const fn new(driver: D) -> Self {
        Self { driver }
    }

    /// Hands the driver back.
    pub fn into_inner(self) -> D {
        self.driver
    }
}

impl<D: Read + ReadReady + Write + WriteReady> Port for EmbeddedPort<D> {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        if poll(&mut self.driver, wait, D::read_ready).map_err(|error| io_error(&error))? {
            return self.driver.read(buf).map_err(|error| io_error(&error));
        }
        Ok(0)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        if poll(&mut self.driver, wait, D::write_ready).map_err(|error| io_error(&error))? {
            return self.driver.write(bytes).map_err(|error| io_error(&error));
        }
        Ok(0)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.driver.flush().map_err(|error| io_error(&error))
    }

    fn name(&self) -> String {
        "embedded-io driver".to_owned()
    }
}

fn poll<D, E>(driver: &mut D, wait: Duration, ready: impl Fn(&mut D) -> Result<bool, E>) -> Result<bool, E> {
    let began = Instant::now();
    loop {
        if ready(driver)? {
            return Ok(true);
        }
        let left = left(began, wait);
        if left.is_zero() {
            return Ok(false);
        }
        std::thread::sleep(left.min(POLL));
    }
}

/// The driver's error as one of the system, kind for kind.
pub(crate) fn io_error<E: embedded_io::Error>(error: &E) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::NotFound => io::ErrorKind::NotFound,
        ErrorKind::PermissionDenied => io::ErrorKind::PermissionDenied,
        ErrorKind::ConnectionRefused => io::ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset => io::ErrorKind::ConnectionReset,
        ErrorKind::ConnectionAborted => io::ErrorKind::ConnectionAborted,
        ErrorKind::NotConnected => io::ErrorKind::NotConnected,
        ErrorKind::BrokenPipe => io::ErrorKind::BrokenPipe,
        ErrorKind::TimedOut => io::ErrorKind::TimedOut,
        ErrorKind::Interrupted => io::ErrorKind::Interrupted,
        ErrorKind::Unsupported => io::ErrorKind::Unsupported,
        ErrorKind::OutOfMemory => io::ErrorKind::OutOfMemory,
        ErrorKind::WriteZero => io::ErrorKind::WriteZero,
        ErrorKind::InvalidInput => io::ErrorKind::InvalidInput,
        ErrorKind::InvalidData => io::ErrorKind::InvalidData,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, format!("{error:?}"))
}
