//! Why a port did not open, and what to do.

use std::fmt;
use std::io;

/// A port that did not open: which one, why, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// The address as it was given.
    pub port: String,
    /// What is wrong.
    pub kind: OpenErrorKind,
    /// The system's words.
    pub text: String,
}

/// Why a port did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The address itself cannot be read.
    Address,
    /// Nothing there: no such path, no such host.
    NoSuchPort,
    /// Not allowed to open it.
    Permission,
    /// Another program holds it.
    Held,
    /// Nobody listens there.
    Refused,
    /// Nobody answered in time.
    NoAnswer,
    /// Something answered, but it speaks no RFC 2217.
    NotRfc2217,
    /// Anything else, in the system's words.
    Other,
}

impl OpenError {
    pub(crate) fn from_io(port: &str, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::ConnectionRefused => OpenErrorKind::Refused,
            io::ErrorKind::NotFound => OpenErrorKind::NoSuchPort,
            io::ErrorKind::PermissionDenied => OpenErrorKind::Permission,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => OpenErrorKind::NoAnswer,
            _ => OpenErrorKind::Other,
        };
        Self { port: port.to_owned(), kind, text: error.to_string() }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.kind {
            OpenErrorKind::Address => {
                "write a path such as /dev/ttyUSB2, tcp://host:port or rfc2217://host:port"
            }
            OpenErrorKind::NoSuchPort => {
                "check that the module is plugged in and powered; `ls /dev/ttyUSB* /dev/ttyACM*` lists its ports"
            }
            OpenErrorKind::Permission => {
                "join the group that owns the port (on Debian: `sudo usermod -aG dialout $USER`, then log in again)"
            }
            OpenErrorKind::Held => {
                "end the program that holds it (`fuser -v PORT` names it; often ModemManager, pppd or a terminal program)"
            }
            OpenErrorKind::Refused => "check the port number, and that the server on that machine runs",
            OpenErrorKind::NoAnswer => "check the address and the network between",
            OpenErrorKind::NotRfc2217 => "for a server that hands on raw bytes write tcp:// instead",
            OpenErrorKind::Other => "check that this is a serial port of the module",
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { port, kind, text } = self;
        match kind {
            OpenErrorKind::Address => write!(f, "`{port}` is no port: {text}"),
            OpenErrorKind::NoSuchPort => write!(f, "{port}: no such port ({text})"),
            OpenErrorKind::Permission => write!(f, "{port}: permission denied ({text})"),
            OpenErrorKind::Held => write!(f, "{port}: held by another program ({text})"),
            OpenErrorKind::Refused => write!(f, "{port}: nobody listens there ({text})"),
            OpenErrorKind::NoAnswer => write!(f, "{port}: no answer ({text})"),
            OpenErrorKind::NotRfc2217 => write!(f, "{port}: does not speak RFC 2217 ({text})"),
            OpenErrorKind::Other => write!(f, "{port}: cannot be opened ({text})"),
        }
    }
}

impl std::error::Error for OpenError {}
