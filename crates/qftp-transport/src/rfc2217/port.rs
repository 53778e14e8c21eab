//! RFC 2217 on a connection.

use std::io;
use std::time::{Duration, Instant};

use super::codec::{Codec, Modem, Offer};
use crate::open_error::{OpenError, OpenErrorKind};
use crate::port::Port;
use crate::settings::Settings;
use crate::tcp::{TcpPort, left};

/// How long the server may take to agree, and to acknowledge the rate. Without the latter we go on.
pub(crate) const NEGOTIATION: Duration = Duration::from_secs(3);
/// The most data put on the wire in one go.
const PIECE: usize = 2048;

/// A serial port on another machine.
#[derive(Debug)]
pub struct Rfc2217Port<P = TcpPort> {
    line: P,
    codec: Codec,
    /// On its way out, encoded; not yet on the wire.
    pending: Vec<u8>,
    raw: Vec<u8>,
    name: String,
}

impl Rfc2217Port {
    /// Connects to `host:port`, agrees on the protocol and sets the line.
    pub fn connect(address: &str, settings: &Settings) -> Result<Self, OpenError> {
        let name = format!("rfc2217://{address}");
        let rename = |error: OpenError| OpenError { port: name.clone(), ..error };
        let line = TcpPort::connect(address).map_err(rename)?;
        Rfc2217Port::negotiate(line, name.clone(), settings)
    }
}

impl<P: Port> Rfc2217Port<P> {
    /// Agrees on the protocol over a connection that stands, and sets the line.
    pub fn negotiate(line: P, name: String, settings: &Settings) -> Result<Self, OpenError> {
        let mut port = Self { line, codec: Codec::new(), pending: Vec::new(), raw: vec![0; PIECE], name };
        let fault = |port: &Self, error: &io::Error| OpenError::from_io(&port.name, error);
        port.until(|codec| codec.com_port() != Offer::Asked).map_err(|error| fault(&port, &error))?;
        not_rfc2217(&port.name, port.codec.com_port())?;
        port.codec.set(settings);
        port.codec.set_modem(Modem::Dtr, true);
        port.until(|codec| codec.baud().is_some()).map_err(|error| fault(&port, &error))?;
        other_rate(&port.name, port.codec.baud(), settings.baud)?;
        Ok(port)
    }

    /// Reads until the condition holds or the time for negotiation is over. Data of the line that comes here is from before.
    fn until(&mut self, done: impl Fn(&Codec) -> bool) -> io::Result<()> {
        let began = Instant::now();
        let mut data = [0; 512];
        self.send(left(began, NEGOTIATION))?;
        while !done(&self.codec) && !left(began, NEGOTIATION).is_zero() {
            self.read(&mut data, left(began, NEGOTIATION).min(Duration::from_millis(100)))?;
        }
        Ok(())
    }

    /// Sends what is pending; says whether all went out.
    fn send(&mut self, wait: Duration) -> io::Result<bool> {
        self.codec.take_transmit(&mut self.pending);
        let began = Instant::now();
        while !self.pending.is_empty() {
            let written = self.line.write(&self.pending, left(began, wait))?;
            self.pending.drain(..written);
            if written == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

pub(crate) fn not_rfc2217(name: &str, offer: Offer) -> Result<(), OpenError> {
    let text = match offer {
        Offer::Agreed => return Ok(()),
        Offer::Refused => "it refuses to control a serial port",
        Offer::Asked | Offer::Unspoken => "it does not answer as a telnet server does",
    };
    Err(OpenError { port: name.to_owned(), kind: OpenErrorKind::NotRfc2217, text: text.to_owned() })
}

pub(crate) fn other_rate(name: &str, got: Option<u32>, wanted: u32) -> Result<(), OpenError> {
    match got {
        Some(baud) if baud != wanted => Err(OpenError {
            port: name.to_owned(),
            kind: OpenErrorKind::Other,
            text: format!("the server set {baud} baud instead of {wanted}"),
        }),
        _ => Ok(()),
    }
}

impl<P: Port> Port for Rfc2217Port<P> {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        let began = Instant::now();
        self.send(Duration::ZERO)?;
        loop {
            let room = buf.len().min(self.raw.len());
            let count = self.line.read(&mut self.raw[..room], left(began, wait))?;
            let data = self.codec.decode(&self.raw[..count], buf);
            self.send(Duration::ZERO)?;
            // Telnet's own words are no data: the wait goes on.
            if data > 0 || count == 0 {
                return Ok(data);
            }
        }
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        if !self.send(wait)? || self.codec.suspended() {
            if self.codec.suspended() {
                std::thread::sleep(wait.min(Duration::from_millis(10)));
            }
            return Ok(0);
        }
        let count = bytes.len().min(PIECE);
        Codec::encode(&bytes[..count], &mut self.pending);
        self.send(wait)?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.send(NEGOTIATION)? {
            return self.line.flush();
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "the connection takes no more bytes"))
    }

    fn set_dtr(&mut self, on: bool) -> io::Result<()> {
        self.codec.set_modem(Modem::Dtr, on);
        self.flush()
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}
