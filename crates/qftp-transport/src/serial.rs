//! A serial port or a pseudo-terminal, by its path.

use std::io::{self, Read, Write};
use std::time::Duration;

use crate::open_error::{OpenError, OpenErrorKind};
use crate::port::{Port, none_in_time};
use crate::settings::{Flow, Settings};

/// The most written in one go. Poll says "writable" while less than 256 bytes wait, and drivers hold 4096 (a PTY more):
/// this much never blocks, so that the wait given is kept even when the other side has stopped reading.
const PIECE: usize = 2048;

/// A serial port or a pseudo-terminal.
#[derive(Debug)]
pub struct SerialPort {
    port: Box<dyn serialport::SerialPort>,
    path: String,
    wait: Duration,
    piece: usize,
}

impl SerialPort {
    /// Opens the port for this program alone, raw, 8 data bits, no parity, one stop bit.
    pub fn open(path: &str, settings: &Settings) -> Result<Self, OpenError> {
        let flow = match settings.flow {
            Flow::None => serialport::FlowControl::None,
            Flow::RtsCts => serialport::FlowControl::Hardware,
        };
        let wait = Duration::from_millis(100);
        let port = serialport::new(path, settings.baud)
            .flow_control(flow)
            .timeout(wait)
            .dtr_on_open(true)
            .open()
            .map_err(|error| open_error(path, &error))?;
        // A tenth of a second's worth: a stop is then noticed soon on slow lines too.
        let tenth = usize::try_from(settings.baud / 100).unwrap_or(PIECE);
        Ok(Self { port, path: path.to_owned(), wait, piece: tenth.clamp(64, PIECE) })
    }

    fn set_wait(&mut self, wait: Duration) -> io::Result<()> {
        if self.wait != wait {
            self.port.set_timeout(wait)?;
            self.wait = wait;
        }
        Ok(())
    }
}

impl Port for SerialPort {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.set_wait(wait)?;
        none_in_time(self.port.read(buf))
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        self.set_wait(wait)?;
        none_in_time(self.port.write(&bytes[..bytes.len().min(self.piece)]))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.port.flush()
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.port.write_data_terminal_ready(on).map_err(io::Error::from)
    }

    fn name(&self) -> String {
        self.path.clone()
    }
}

pub(crate) fn open_error(path: &str, error: &serialport::Error) -> OpenError {
    use serialport::ErrorKind;
    let kind = match error.kind() {
        ErrorKind::Io(io::ErrorKind::NotFound) => OpenErrorKind::NoSuchPort,
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => OpenErrorKind::Permission,
        // On Unix EBUSY (TIOCEXCL) and a lock that another holds both come as NoDevice.
        ErrorKind::NoDevice if cfg!(unix) => OpenErrorKind::Held,
        ErrorKind::NoDevice => OpenErrorKind::NoSuchPort,
        ErrorKind::InvalidInput | ErrorKind::Io(_) | ErrorKind::Unknown => OpenErrorKind::Other,
    };
    let text = match error.to_string() {
        text if text.contains("Not a typewriter") => "not a serial port".to_owned(),
        text => text,
    };
    OpenError { port: path.to_owned(), kind, text }
}
