//! A port by its address: a path, `tcp://host:port` or `rfc2217://host:port`.

use std::io;
use std::time::{Duration, Instant};

use crate::client::Cancel;
use crate::open_error::{OpenError, OpenErrorKind};
use crate::port::Port;
use crate::rfc2217::Rfc2217Port;
#[cfg(feature = "serial")]
use crate::serial::SerialPort;
use crate::settings::Settings;
use crate::tcp::TcpPort;

/// Where a port is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// A serial port or pseudo-terminal by its path.
    Path(String),
    /// `tcp://host:port`: raw bytes.
    Tcp(String),
    /// `rfc2217://host:port`: a serial port on another machine, with its settings.
    Rfc2217(String),
}

impl Address {
    /// Reads an address; anything without a scheme is a path.
    pub fn parse(text: &str) -> Result<Self, OpenError> {
        let wrong = |kind, why: &str| Err(OpenError { port: text.to_owned(), kind, text: why.to_owned() });
        let Some((scheme, rest)) = text.split_once("://") else {
            if text.is_empty() {
                return wrong(OpenErrorKind::Address, "the address is empty");
            }
            return Ok(Self::Path(text.to_owned()));
        };
        let host = rest.trim_end_matches('/');
        let number =
            host.rsplit_once(':').filter(|(name, _)| !name.is_empty()).map(|(_, port)| port.parse::<u16>());
        if !matches!(number, Some(Ok(1..))) {
            return wrong(
                OpenErrorKind::Address,
                "a host and a port number are needed, as in tcp://192.0.2.7:4000",
            );
        }
        match scheme {
            "tcp" => Ok(Self::Tcp(host.to_owned())),
            "rfc2217" => Ok(Self::Rfc2217(host.to_owned())),
            _ => wrong(OpenErrorKind::Address, "unknown scheme; there are tcp:// and rfc2217://, or a path"),
        }
    }
}

/// Opens the port at this address.
pub fn open(address: &str, settings: &Settings) -> Result<AnyPort, OpenError> {
    match Address::parse(address)? {
        #[cfg(feature = "serial")]
        Address::Path(path) => SerialPort::open(&path, settings).map(AnyPort::Serial),
        #[cfg(not(feature = "serial"))]
        Address::Path(port) => {
            let text = "built without the feature `serial`".to_owned();
            Err(OpenError { port, kind: OpenErrorKind::Other, text })
        }
        Address::Tcp(host) => TcpPort::connect(&host).map(AnyPort::Tcp),
        Address::Rfc2217(host) => Rfc2217Port::connect(&host, settings).map(AnyPort::Rfc2217),
    }
}

/// How long a port that vanished may take to come back: a module that restarts on USB takes about 15 s.
const RETURNS: Duration = Duration::from_secs(30);

/// Opens a port again that failed, as soon as it is there again, for [`Way::reopen`](crate::Way::reopen): it waits 30 seconds, or until
/// somebody cancels.
///
/// # Errors
/// The last one of [`open`], as one of the system.
pub fn open_again(address: &str, settings: &Settings, cancel: &Cancel) -> io::Result<AnyPort> {
    let began = Instant::now();
    loop {
        match open(address, settings) {
            Ok(port) => return Ok(port),
            Err(error) if began.elapsed() > RETURNS || cancel.is_cancelled() => {
                return Err(io::Error::new(io::ErrorKind::NotConnected, error.to_string()));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// Any port that has an address.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyPort {
    /// A path.
    #[cfg(feature = "serial")]
    Serial(SerialPort),
    /// `tcp://`.
    Tcp(TcpPort),
    /// `rfc2217://`.
    Rfc2217(Rfc2217Port),
}

impl AnyPort {
    fn inner(&mut self) -> &mut dyn Port {
        match self {
            #[cfg(feature = "serial")]
            Self::Serial(port) => port,
            Self::Tcp(port) => port,
            Self::Rfc2217(port) => port,
        }
    }
}

impl Port for AnyPort {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.inner().read(buf, wait)
    }
    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        self.inner().write(bytes, wait)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.inner().set_dtr(on)
    }
    fn name(&self) -> String {
        match self {
            #[cfg(feature = "serial")]
            Self::Serial(port) => port.name(),
            Self::Tcp(port) => port.name(),
            Self::Rfc2217(port) => port.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(Address::parse("/dev/ttyUSB2"), Ok(Address::Path("/dev/ttyUSB2".to_owned())));
        assert_eq!(Address::parse("COM3"), Ok(Address::Path("COM3".to_owned())));
        assert_eq!(Address::parse("tcp://[::1]:40"), Ok(Address::Tcp("[::1]:40".to_owned())));
        assert_eq!(Address::parse("rfc2217://lab:4000/"), Ok(Address::Rfc2217("lab:4000".to_owned())));
        for wrong in
            ["", "tcp://", "tcp://host", "tcp://:4000", "tcp://host:0", "tcp://host:65536", "udp://host:1"]
        {
            assert_eq!(
                Address::parse(wrong).map_err(|error| error.kind),
                Err(OpenErrorKind::Address),
                "{wrong}"
            );
        }
    }
}
