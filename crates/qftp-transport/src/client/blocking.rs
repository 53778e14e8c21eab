use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use qftp_core::job::Policy;
use qftp_core::session::{Config, GetOptions, Login, Setup, TlsGaps};
use qftp_core::wire::{Command, ListKind, OpenMode, ServerState, Storage};

use super::atomic::{self, AtomicUpload};
use super::doubt::{Doubt, Doubts};
use super::engine::{Engine, Outcome, Want};
use super::files::Listing;
use super::methods::whole_files;
use super::operations::operations;
use super::whole::{self, Operate, at_once};
use super::{Cancel, Certificates, Error, ModuleFile, Operation, Progress, Put, Recorder, Tap, Target, Way};
use crate::local::LocalSource;
use crate::port::Port;

/// How long one write to the port may wait for room before what came is looked at.
const WRITE: Duration = Duration::from_millis(50);
/// Most bytes that are read off the line before an operation begins: what is left over from before.
const STALE: usize = 1 << 20;

/// A blocking client: the module on a port, and through it an FTP server.
///
/// Every method is one operation and returns when it is over. After an error, [`Error::session_state`] says what is left.
///
/// ```no_run
/// use std::fs::File;
/// use qftp_core::session::{GetOptions, Login, Setup};
/// use qftp_transport::{Client, Settings, open};
///
/// let mut client = Client::new(open("/dev/ttyUSB2", &Settings::default())?);
/// client.setup(&Setup::default())?;
/// client.open(&Login::new("ftp.example.org"))?;
/// client.get("readme.txt", &mut File::create("readme.txt")?, &GetOptions::default())?;
/// client.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Client<P: Port> {
    pub(super) port: P,
    pub(super) engine: Engine,
    pub(super) doubts: Doubts,
}

impl<P: Port> Client<P> {
    /// Uploads a file (§2.5), all that the reader has; returns the number of bytes.
    pub fn put(&mut self, name: &str, mut source: impl Read, options: &Put) -> Result<u64, Error> {
        // Whatever it is, it does not move.
        at_once(whole::put(self, name, &mut (&mut source as &mut dyn Read), options))
    }

    /// Reads a file of the server again and compares it with what the reader has: `None` when they are the same, else the offset of the first
    /// difference. `options` say from where on and by which road; the reader begins there too.
    pub fn verify(&mut self, name: &str, own: impl Read, options: &GetOptions) -> Result<Option<u64>, Error> {
        let mut own = own;
        at_once(whole::verify(self, name, &mut (&mut own as &mut dyn Read), options))
    }

    /// Any operation as a value, such as one of a recording: what it sends comes from `source`, what it brings goes to `sink`.
    pub fn perform(
        &mut self,
        operation: &Operation<'_>,
        source: Option<&mut dyn Read>,
        sink: Option<&mut dyn Write>,
    ) -> Result<(), Error> {
        self.carry_out(operation, source, sink).map(drop)
    }

    pub(super) fn run(&mut self, operation: &Operation<'_>) -> Result<Outcome, Error> {
        self.carry_out(operation, None, None)
    }

    fn run_from(&mut self, operation: &Operation<'_>, mut source: impl Read) -> Result<Outcome, Error> {
        self.carry_out(operation, Some(&mut source), None)
    }

    fn run_into(&mut self, operation: &Operation<'_>, mut sink: impl Write) -> Result<Outcome, Error> {
        self.carry_out(operation, None, Some(&mut sink))
    }

    /// One operation from its beginning to its end.
    fn carry_out(
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
        self.run(operation)
    }

    async fn upload(
        &mut self,
        operation: &Operation<'_>,
        source: &mut (impl Read + Unpin),
    ) -> Result<Outcome, Error> {
        self.run_from(operation, source)
    }

    async fn download(
        &mut self,
        operation: &Operation<'_>,
        sink: &mut (impl Write + Unpin),
    ) -> Result<Outcome, Error> {
        self.run_into(operation, sink)
    }

    async fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The value of an operation: it is over.
macro_rules! did {
    ($done:expr) => {
        $done
    };
}

/// The value of a function over whole files.
macro_rules! value {
    ($future:expr) => {
        at_once($future)
    };
}

operations!(Client, Port, [], did, source: [impl Read], sink: [impl Write]);

whole_files!(Client, Port, Way, [], value);
