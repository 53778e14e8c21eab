//! A raw TCP connection: a terminal server, or an emulated module that listens.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::open_error::{OpenError, OpenErrorKind};
use crate::port::{Port, gone, none_in_time};

/// How long a connection may take to come up.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);

/// A raw TCP connection.
#[derive(Debug)]
pub struct TcpPort {
    stream: TcpStream,
    name: String,
    /// Whether the socket is in non-blocking mode now, and else the waits set on it: saved system calls.
    nonblocking: bool,
    read_wait: Option<Duration>,
    write_wait: Option<Duration>,
}

impl TcpPort {
    /// Connects to `host:port`.
    pub fn connect(address: &str) -> Result<Self, OpenError> {
        let name = format!("tcp://{address}");
        let error = |error: &io::Error| OpenError::from_io(&name, error);
        let mut last = None;
        for address in address.to_socket_addrs().map_err(|e| error(&e))? {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => return Self::new(stream, name.clone()).map_err(|e| error(&e)),
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.as_ref().map_or_else(
            || OpenError {
                port: name.clone(),
                kind: OpenErrorKind::NoSuchPort,
                text: "the host name has no address".to_owned(),
            },
            error,
        ))
    }

    /// A connection that stands already, with a name for messages.
    pub fn new(stream: TcpStream, name: String) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, name, nonblocking: true, read_wait: None, write_wait: None })
    }

    fn set_nonblocking(&mut self, on: bool) -> io::Result<()> {
        if self.nonblocking != on {
            self.stream.set_nonblocking(on)?;
            self.nonblocking = on;
        }
        Ok(())
    }

    fn try_read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.stream.read(buf) {
            Ok(0) if !buf.is_empty() => Err(gone("the connection")),
            other => none_in_time(other),
        }
    }
}

impl Port for TcpPort {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.set_nonblocking(true)?;
        let read = self.try_read(buf)?;
        if read > 0 || wait.is_zero() || buf.is_empty() {
            return Ok(read);
        }
        self.set_nonblocking(false)?;
        if self.read_wait != Some(wait) {
            self.stream.set_read_timeout(Some(wait))?;
            self.read_wait = Some(wait);
        }
        self.try_read(buf)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        self.set_nonblocking(true)?;
        let written = none_in_time(self.stream.write(bytes))?;
        if written > 0 || wait.is_zero() || bytes.is_empty() {
            return Ok(written);
        }
        self.set_nonblocking(false)?;
        if self.write_wait != Some(wait) {
            self.stream.set_write_timeout(Some(wait))?;
            self.write_wait = Some(wait);
        }
        none_in_time(self.stream.write(bytes))
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// What is left of a wait that began then.
pub(crate) fn left(began: Instant, wait: Duration) -> Duration {
    wait.saturating_sub(began.elapsed())
}
