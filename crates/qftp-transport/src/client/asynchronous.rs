use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use qftp_core::job::Policy;
use qftp_core::session::{Config, GetOptions, Login, PutOptions, SessionState, Setup, TlsGaps};
use qftp_core::wire::{Command, ListKind, OpenMode, ServerState, Storage};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, Empty, ReadBuf};

use super::atomic::{self, AtomicUpload};
use super::compare::Compare;
use super::doubt::{Doubt, Doubts};
use super::engine::{Engine, Outcome, Want};
use super::files::{Listing, PART, add};
use super::methods::whole_files;
use super::operations::operations;
use super::whole::{self, Operate};
use super::{
    AsyncWay, Cancel, Certificates, Error, ModuleFile, Operation, Progress, Put, Recorder, Tap, Target,
};
use crate::asynchronous::AsyncPort;
use crate::local::LocalSource;
use crate::poll_once::poll_once;

/// How long one write to the port may wait for room before what came is looked at.
const WRITE: Duration = Duration::from_millis(50);

/// What an operation reads from, or writes to, that does neither.
const NO_SOURCE: Option<&mut Empty> = None;
const NO_SINK: Option<&mut tokio::io::Sink> = None;

/// [`Client`](super::Client) for tokio: the same methods, asynchronous.
///
/// Dropping a future of it cancels the operation: the next one first aborts it and brings the line in order.
///
/// ```no_run
/// use qftp_core::session::{GetOptions, Login, Setup};
/// use qftp_transport::{AsyncClient, Settings, open_async};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut client = AsyncClient::new(open_async("/dev/ttyUSB2", &Settings::default()).await?);
/// client.setup(&Setup::default()).await?;
/// client.open(&Login::new("ftp.example.org")).await?;
/// let mut file = tokio::io::sink();
/// client.get("readme.txt", &mut file, &GetOptions::default()).await?;
/// client.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AsyncClient<P: AsyncPort> {
    port: P,
    engine: Engine,
    doubts: Doubts,
}

impl<P: AsyncPort> AsyncClient<P> {
    /// Uploads a file (§2.5), all that the reader has; returns the number of bytes.
    pub async fn put(
        &mut self,
        name: &str,
        source: &mut (impl AsyncRead + Unpin + Send),
        options: &Put,
    ) -> Result<u64, Error> {
        let Put { mut start, len, via } = *options;
        if let Some(len) = len {
            return add(0, self.put_part(name, source, PutOptions { start, len, last: true, via }).await);
        }
        // One byte beyond a part is read ahead: it tells whether that part is the last.
        let (mut part, mut sum) = (Vec::with_capacity(PART + 1), 0);
        loop {
            let room = u64::try_from(PART + 1 - part.len()).unwrap_or(0);
            let read = (&mut *source).take(room).read_to_end(&mut part).await;
            read.map_err(Error::own_file)?;
            let last = part.len() <= PART;
            let len = u64::try_from(part.len().min(PART)).unwrap_or(0);
            let done = self.put_part(name, &mut part.as_slice(), PutOptions { start, len, last, via }).await;
            sum = add(sum, done)?;
            if last {
                return Ok(sum);
            }
            start += len;
            part.drain(..PART);
        }
    }

    async fn put_part(
        &mut self,
        name: &str,
        source: &mut (impl AsyncRead + Unpin),
        options: PutOptions,
    ) -> Result<Outcome, Error> {
        self.run_from(&Operation::Put(name, options), source).await
    }

    /// Reads a file of the server again and compares it with what the reader has: `None` when they are the same, else the offset of the first
    /// difference. `options` say from where on and by which road; the reader begins there too.
    pub async fn verify(
        &mut self,
        name: &str,
        own: &mut (impl AsyncRead + Unpin + Send),
        options: &GetOptions,
    ) -> Result<Option<u64>, Error> {
        let mut compare = Compare::new(own);
        self.get(name, &mut compare, options).await?;
        compare.finish_async().await
    }

    async fn run(&mut self, operation: &Operation<'_>) -> Result<Outcome, Error> {
        self.carry_out(operation, NO_SOURCE, NO_SINK).await
    }

    async fn run_from(
        &mut self,
        operation: &Operation<'_>,
        source: &mut (impl AsyncRead + Unpin),
    ) -> Result<Outcome, Error> {
        self.carry_out(operation, Some(source), NO_SINK).await
    }

    async fn run_into(
        &mut self,
        operation: &Operation<'_>,
        sink: &mut (impl AsyncWrite + Unpin),
    ) -> Result<Outcome, Error> {
        self.carry_out(operation, NO_SOURCE, Some(sink)).await
    }

    /// One operation from its beginning to its end.
    async fn carry_out(
        &mut self,
        operation: &Operation<'_>,
        source: Option<&mut (impl AsyncRead + Unpin)>,
        sink: Option<&mut (impl AsyncWrite + Unpin)>,
    ) -> Result<Outcome, Error> {
        if self.engine.abandoned() {
            self.engine.give_up();
            let _ = self.drive(NO_SOURCE, NO_SINK).await;
        }
        // What came between two operations: the next must take none of it for its own.
        while let Poll::Ready(read) = poll_once(self.port.read(self.engine.room())) {
            let count = read.map_err(|error| self.engine.port_failed(error))?;
            self.engine.received(count);
            self.engine.idle_input();
        }
        let mut source = source;
        while let Some(room) = self.engine.first_room(operation) {
            let first = match &mut source {
                Some(source) => source.read(room).await,
                None => Ok(0),
            };
            if !self.engine.first_filled(first)? {
                break;
            }
        }
        self.engine.start(operation)?;
        self.drive(source, sink).await
    }

    async fn drive(
        &mut self,
        mut source: Option<&mut (impl AsyncRead + Unpin)>,
        mut sink: Option<&mut (impl AsyncWrite + Unpin)>,
    ) -> Result<Outcome, Error> {
        loop {
            let wait = match self.engine.next() {
                Want::Send(bytes) => {
                    let written = tokio::time::timeout(WRITE, self.port.write(bytes)).await.unwrap_or(Ok(0));
                    let written = written.map_err(|error| self.engine.port_failed(error))?;
                    self.engine.sent(written);
                    Duration::ZERO
                }
                Want::Receive(wait) => wait,
                Want::Again => continue,
                Want::Store(data) => {
                    let stored = match &mut sink {
                        Some(sink) => sink.write_all(data).await,
                        None => Ok(()),
                    };
                    self.engine.stored(stored);
                    continue;
                }
                Want::Fill => {
                    let room = self.engine.chunk_room();
                    let filled = match &mut source {
                        Some(source) => source.read(room).await,
                        None => Ok(0),
                    };
                    self.engine.filled(filled);
                    continue;
                }
                Want::End(end) => {
                    if let Some(sink) = sink {
                        let flushed = sink.flush().await;
                        flushed.map_err(|error| Error::Local { error, state: SessionState::Usable })?;
                    }
                    return end;
                }
            };
            let room = self.engine.room();
            if room.is_empty() {
                continue;
            }
            let read = self.port.read(room);
            let count = match wait {
                Duration::ZERO => match poll_once(read) {
                    Poll::Ready(count) => count,
                    Poll::Pending => Ok(0),
                },
                wait => tokio::time::timeout(wait, read).await.unwrap_or(Ok(0)),
            };
            let count = count.map_err(|error| self.engine.port_failed(error))?;
            self.engine.received(count);
        }
    }
}

impl<P: AsyncPort> Operate<P> for AsyncClient<P> {
    fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    fn doubts(&mut self) -> &mut Doubts {
        &mut self.doubts
    }

    fn change_port(&mut self, port: P) {
        self.port = port;
    }

    async fn operate(&mut self, operation: &Operation<'_>) -> Result<Outcome, Error> {
        self.run(operation).await
    }

    async fn upload(
        &mut self,
        operation: &Operation<'_>,
        source: &mut (impl Read + Unpin),
    ) -> Result<Outcome, Error> {
        self.run_from(operation, &mut Local(source)).await
    }

    async fn download(
        &mut self,
        operation: &Operation<'_>,
        sink: &mut (impl Write + Unpin),
    ) -> Result<Outcome, Error> {
        self.run_into(operation, &mut Local(sink)).await
    }

    async fn sleep(&mut self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// A local file: it is read and written at once, a piece at a time.
struct Local<F>(F);

impl<F: Read + Unpin> AsyncRead for Local<F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let count = self.0.read(buf.initialize_unfilled())?;
        buf.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<F: Write + Unpin> AsyncWrite for Local<F> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

/// The value of an operation, or of a function over whole files.
macro_rules! value {
    ($future:expr) => {
        $future.await
    };
}

operations!(
    AsyncClient, AsyncPort, [async], value,
    source: [&mut (impl AsyncRead + Unpin + Send)], sink: [&mut (impl AsyncWrite + Unpin + Send)]
);
whole_files!(AsyncClient, AsyncPort, AsyncWay, [async], value);
