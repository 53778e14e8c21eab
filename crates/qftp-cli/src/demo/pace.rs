//! A port at the speed of a serial line.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use qftp_transport::Port;

/// Lets no more bytes through than a line of this rate does: ten bits a byte, each direction on its own.
#[derive(Debug)]
pub(crate) struct Paced<P> {
    port: P,
    /// Time that one byte takes.
    byte: Duration,
    /// Most bytes at once: a hundredth of a second's.
    piece: usize,
    /// When the line is free again.
    read_free: Instant,
    write_free: Instant,
}

impl<P: Port> Paced<P> {
    pub(crate) fn new(port: P, baud: u32) -> Self {
        let now = Instant::now();
        let piece = usize::try_from(baud / 1000).unwrap_or(1).max(1);
        Self { port, byte: Duration::from_secs(10) / baud.max(1), piece, read_free: now, write_free: now }
    }

    /// The time that so many bytes take from now or, when the line is still busy, from then.
    fn after(&self, free: Instant, count: usize) -> Instant {
        free.max(Instant::now()) + self.byte * u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// Waits until the line is free; says whether it is.
fn is_free(free: Instant, wait: Duration) -> bool {
    let left = free.saturating_duration_since(Instant::now());
    thread::sleep(left.min(wait));
    left <= wait
}

impl<P: Port> Port for Paced<P> {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        if !is_free(self.read_free, wait) {
            return Ok(0);
        }
        let room = buf.len().min(self.piece);
        let count = self.port.read(&mut buf[..room], wait)?;
        self.read_free = self.after(self.read_free, count);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        if !is_free(self.write_free, wait) {
            return Ok(0);
        }
        let count = self.port.write(&bytes[..bytes.len().min(self.piece)], wait)?;
        self.write_free = self.after(self.write_free, count);
        Ok(count)
    }

    fn name(&self) -> String {
        self.port.name()
    }
}
