//! RFC 2217 for tokio: the same codec as the blocking port's.

use std::io;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::AsyncPort;
use crate::open_error::OpenError;
use crate::poll_once::poll_once;
use crate::rfc2217::{Codec, Modem, NEGOTIATION, Offer, not_rfc2217, other_rate};
use crate::settings::Settings;

/// The most data put on the wire in one go.
const PIECE: usize = 2048;

/// A serial port on another machine.
#[derive(Debug)]
pub struct AsyncRfc2217Port<P> {
    line: P,
    codec: Codec,
    /// On its way out, encoded; not yet on the wire.
    pending: Vec<u8>,
    raw: Vec<u8>,
}

impl<P: AsyncPort> AsyncRfc2217Port<P> {
    /// Agrees on the protocol over a connection that stands, and sets the line. The name is for errors.
    pub async fn negotiate(line: P, name: &str, settings: &Settings) -> Result<Self, OpenError> {
        let mut port = Self { line, codec: Codec::new(), pending: Vec::new(), raw: vec![0; PIECE] };
        let fault = |error: io::Error| OpenError::from_io(name, &error);
        port.until(|codec| codec.com_port() != Offer::Asked).await.map_err(fault)?;
        not_rfc2217(name, port.codec.com_port())?;
        port.codec.set(settings);
        port.codec.set_modem(Modem::Dtr, true);
        port.until(|codec| codec.baud().is_some()).await.map_err(fault)?;
        other_rate(name, port.codec.baud(), settings.baud)?;
        Ok(port)
    }

    async fn until(&mut self, done: impl Fn(&Codec) -> bool) -> io::Result<()> {
        let end = Instant::now() + NEGOTIATION;
        let mut data = [0; 512];
        while !done(&self.codec) {
            match timeout_at(end, self.step(&mut data)).await {
                Ok(result) => result?,
                Err(_) => break,
            };
        }
        Ok(())
    }

    /// One read of the line, decoded; nothing but telnet's own words may have been in it.
    async fn step(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.send().await?;
        let room = buf.len().min(self.raw.len());
        let count = self.line.read(&mut self.raw[..room]).await?;
        Ok(self.codec.decode(&self.raw[..count], buf))
    }

    async fn send(&mut self) -> io::Result<()> {
        self.codec.take_transmit(&mut self.pending);
        while !self.pending.is_empty() {
            let written = self.line.write(&self.pending).await?;
            self.pending.drain(..written);
        }
        Ok(())
    }
}

impl<P: AsyncPort> AsyncPort for AsyncRfc2217Port<P> {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let data = self.step(buf).await?;
            if data > 0 || buf.is_empty() {
                self.send().await?;
                return Ok(data);
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send().await?;
        if self.codec.suspended() {
            // Only a read can tell that the pause is over; the client reads between two writes.
            tokio::time::sleep(Duration::from_millis(10)).await;
            return Ok(0);
        }
        // From here on the bytes are taken: what is not on the wire yet goes first the next time.
        let count = bytes.len().min(PIECE);
        Codec::encode(&bytes[..count], &mut self.pending);
        if let Poll::Ready(sent) = poll_once(self.line.write(&self.pending)) {
            self.pending.drain(..sent?);
        }
        Ok(count)
    }
}
