//! How an operation is driven over a blocking port.

use std::io::{self, Read, Write};
use std::time::Duration;

use super::Client;
use crate::client::Operation;
use crate::client::doubt::Doubts;
use crate::client::engine::{Engine, Outcome, Want};
use crate::client::error::Error;
use crate::client::whole::Operate;
use crate::port::Port;

/// How long one write to the port may wait for room before what came is looked at.
const WRITE: Duration = Duration::from_millis(50);
/// Most bytes that are read off the line before an operation begins: what is left over from before.
const STALE: usize = 1 << 20;

impl<P: Port> Client<P> {
    /// One operation from its beginning to its end.
    pub(super) fn run(
        &mut self,
        operation: &Operation<'_>,
        source: Option<&mut dyn Read>,
        sink: Option<&mut dyn Write>,
    ) -> Result<Outcome, Error> {
        if self.engine.abandoned() {
            // The operation before ended by a panic in the caller's code.
            self.engine.give_up();
            let _ = self.drive(None, None);
        }
        self.drain().map_err(|error| self.engine.port_failed(error))?;
        let mut source = source;
        while let Some(room) = self.engine.first_room(operation) {
            let first = source.as_mut().map_or(Ok(0), |source| source.read(room));
            if !self.engine.first_filled(first)? {
                break;
            }
        }
        self.engine.start(operation)?;
        self.drive(source, sink)
    }

    /// Reads what came between two operations, so that the next takes none of it for its own.
    fn drain(&mut self) -> io::Result<()> {
        let mut total = 0;
        while total < STALE {
            self.engine.idle_input();
            match self.port.read(self.engine.room(), Duration::ZERO)? {
                0 => break,
                count => {
                    self.engine.received(count);
                    total += count;
                }
            }
        }
        Ok(())
    }

    fn drive(
        &mut self,
        mut source: Option<&mut dyn Read>,
        mut sink: Option<&mut dyn Write>,
    ) -> Result<Outcome, Error> {
        loop {
            let wait = match self.engine.next() {
                Want::Send(bytes) => {
                    let sent =
                        self.port.write(bytes, WRITE).map_err(|error| self.engine.port_failed(error))?;
                    self.engine.sent(sent);
                    Duration::ZERO
                }
                Want::Receive(wait) => wait,
                Want::Again => continue,
                Want::Store(data) => {
                    let stored = sink.as_mut().map_or(Ok(()), |sink| sink.write_all(data));
                    self.engine.stored(stored);
                    continue;
                }
                Want::Fill => {
                    let room = self.engine.chunk_room();
                    let filled = source.as_mut().map_or(Ok(0), |source| source.read(room));
                    self.engine.filled(filled);
                    continue;
                }
                Want::End(end) => return end,
            };
            let room = self.engine.room();
            if !room.is_empty() {
                let count = self.port.read(room, wait).map_err(|error| self.engine.port_failed(error))?;
                self.engine.received(count);
            }
        }
    }
}

/// An operation is done when it is answered.
impl<P: Port> Operate<P> for Client<P> {
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
        self.run(operation, None, None)
    }

    async fn upload(
        &mut self,
        operation: &Operation<'_>,
        source: &mut (impl Read + Unpin),
    ) -> Result<Outcome, Error> {
        self.run(operation, Some(source), None)
    }

    async fn download(
        &mut self,
        operation: &Operation<'_>,
        sink: &mut (impl Write + Unpin),
    ) -> Result<Outcome, Error> {
        self.run(operation, None, Some(sink))
    }

    async fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}
