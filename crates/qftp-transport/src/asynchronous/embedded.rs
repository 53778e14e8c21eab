//! A port from somebody else's asynchronous serial driver.

use std::io;

use embedded_io_async::{Read, Write};

use super::AsyncPort;
use crate::embedded::io_error;
use crate::port::gone;

/// A driver of `embedded-io-async` as an [`AsyncPort`]. Dropping its reads and writes half-way must lose nothing, as with every
/// driver that has a buffer.
#[derive(Debug)]
pub struct EmbeddedAsyncPort<D> {
    driver: D,
}

impl<D> EmbeddedAsyncPort<D> {
    /// Wraps the driver.
    pub const fn new(driver: D) -> Self {
        Self { driver }
    }

    /// Hands the driver back.
    pub fn into_inner(self) -> D {
        self.driver
    }
}

impl<D: Read + Write> AsyncPort for EmbeddedAsyncPort<D> {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.driver.read(buf).await.map_err(|error| io_error(&error))? {
            0 if !buf.is_empty() => Err(gone("the line")),
            count => Ok(count),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.driver.write(bytes).await.map_err(|error| io_error(&error))
    }
}
