//! How an operation is driven over an asynchronous port.

use std::io::{Read, Write};
use std::task::Poll;
use std::time::Duration;

use qftp_core::session::SessionState;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::local::Local;
use super::{AsyncClient, NO_SINK, NO_SOURCE};
use crate::asynchronous::AsyncPort;
use crate::client::Operation;
use crate::client::doubt::Doubts;
use crate::client::engine::{Engine, Outcome, Want};
use crate::client::error::Error;
use crate::client::whole::Operate;
use crate::poll_once::poll_once;

/// How long one write to the port may wait for room before what came is looked at.
const WRITE: Duration = Duration::from_millis(50);

impl<P: AsyncPort> AsyncClient<P> {
    /// One operation from its beginning to its end.
    pub(super) async fn run(
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
        self.run(operation, NO_SOURCE, NO_SINK).await
    }

    async fn upload(
        &mut self,
        operation: &Operation<'_>,
        source: &mut (impl Read + Unpin),
    ) -> Result<Outcome, Error> {
        self.run(operation, Some(&mut Local(source)), NO_SINK).await
    }

    async fn download(
        &mut self,
        operation: &Operation<'_>,
        sink: &mut (impl Write + Unpin),
    ) -> Result<Outcome, Error> {
        self.run(operation, NO_SOURCE, Some(&mut Local(sink))).await
    }

    async fn sleep(&mut self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
