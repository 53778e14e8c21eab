//! Ports for tokio.

#[cfg(feature = "embedded-io-async")]
mod embedded;
mod open;
mod rfc2217;

use std::io;

#[cfg(feature = "embedded-io-async")]
pub use embedded::EmbeddedAsyncPort;
pub use open::{AnyAsyncPort, open_async};
pub use rfc2217::AsyncRfc2217Port;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A line to a module, for [`AsyncClient`](crate::AsyncClient): anything that tokio can read and write, and some that it cannot.
///
/// Both calls must be safe to drop before they are done: no byte may then be lost or written.
#[allow(
    async_fn_in_trait,
    reason = "whether the futures are Send shows at the concrete port, where it matters"
)]
pub trait AsyncPort {
    /// Reads what has come, at least one byte; an error when the line is gone.
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize>;
    /// Writes as much as fits, at least one byte.
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncPort for T {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match AsyncReadExt::read(self, buf).await? {
            0 if !buf.is_empty() => Err(crate::port::gone("the line")),
            count => Ok(count),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        AsyncWriteExt::write(self, bytes).await
    }
}
