//! What a port is: bytes both ways, every wait bounded.

use std::io;
use std::time::Duration;

/// A line to a module. Every call ends within the wait it was given.
///
/// A port that is gone (unplugged, closed by the other side) answers with an error from both calls, for good.
pub trait Port {
    /// Reads what has come, at least one byte, waiting for it at most this long. `Ok(0)`: nothing came in time.
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize>;

    /// Writes as much as fits, at least one byte, waiting for room at most this long. `Ok(0)`: no room in time.
    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize>;

    /// Waits until what was written has left this machine, where the port can tell.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Raises or drops DTR. Ports without modem lines answer [`io::ErrorKind::Unsupported`].
    fn set_dtr(&mut self, _on: bool) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this port has no DTR line"))
    }

    /// What to call the port in a message.
    fn name(&self) -> String;
}

impl<P: Port + ?Sized> Port for &mut P {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        (**self).read(buf, wait)
    }
    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        (**self).write(bytes, wait)
    }
    fn flush(&mut self) -> io::Result<()> {
        (**self).flush()
    }
    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        (**self).set_dtr(on)
    }
    fn name(&self) -> String {
        (**self).name()
    }
}

impl<P: Port + ?Sized> Port for Box<P> {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        (**self).read(buf, wait)
    }
    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        (**self).write(bytes, wait)
    }
    fn flush(&mut self) -> io::Result<()> {
        (**self).flush()
    }
    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        (**self).set_dtr(on)
    }
    fn name(&self) -> String {
        (**self).name()
    }
}

/// "Nothing came in time" is no error here, whatever the system calls it.
pub(crate) fn none_in_time(result: io::Result<usize>) -> io::Result<usize> {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    match result {
        Err(error) if matches!(error.kind(), Interrupted | TimedOut | WouldBlock) => Ok(0),
        other => other,
    }
}

/// The other side is gone.
pub(crate) fn gone(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, format!("{what} was closed by the other side"))
}
