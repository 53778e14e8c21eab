//! The asynchronous client: a method an operation.

mod drive;
mod local;

use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use qftp_core::job::Policy;
use qftp_core::session::{Config, GetOptions, Login, PutOptions, Setup, TlsGaps};
use qftp_core::wire::{Command, ListKind, OpenMode, ServerState, Storage};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, Empty};

use super::atomic::{self, AtomicUpload};
use super::compare::Compare;
use super::doubt::{Doubt, Doubts};
use super::engine::{Engine, Outcome};
use super::files::{Listing, PART, add};
use super::methods::whole_files;
use super::whole::{self, Operate};
use super::{
    AsyncWay, Cancel, Certificates, Error, ModuleFile, Operation, Progress, Put, Recorder, Tap, Target,
};
use crate::asynchronous::AsyncPort;
use crate::local::LocalSource;

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
    /// A client on this port, with the default [`Config`]. Nothing is sent yet.
    pub fn new(port: P) -> Self {
        Self::with_config(port, Config::default())
    }

    /// A client with a configuration of its own.
    pub fn with_config(port: P, config: Config) -> Self {
        Self { port, engine: Engine::new(config), doubts: Doubts::default() }
    }

    /// Calls this as bytes of a transfer pass.
    pub fn set_progress(&mut self, progress: Option<Box<dyn FnMut(Progress) + Send>>) {
        self.engine.progress = progress;
    }

    /// Shows this all that passes the port, secrets masked.
    pub fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.engine.set_tap(tap);
    }

    /// Records all that passes the port from now on, secrets masked, in a file that `qftp replay` plays and `qftp explain` reads
    /// (docs/recordings.md). What was recorded before is finished first.
    ///
    /// # Errors
    /// Those of the file, also of the one before.
    pub fn record(&mut self, path: impl AsRef<Path>) -> io::Result<()> {
        let recorder = Recorder::create(path)?;
        self.engine.record(Some(recorder)).map_or(Ok(()), Recorder::finish)
    }

    /// Ends the recording, if there is one.
    ///
    /// # Errors
    /// What kept it from being whole.
    pub fn stop_recording(&mut self) -> io::Result<()> {
        self.engine.record(None).map_or(Ok(()), Recorder::finish)
    }

    /// Lets this handle cancel the operations of the client.
    pub fn set_cancel(&mut self, cancel: Cancel) {
        self.engine.cancel = cancel;
    }

    /// A handle that cancels the present operation.
    #[must_use]
    pub fn cancel(&self) -> Cancel {
        self.engine.cancel.clone()
    }

    /// Whether [`setup`](Self::setup) has succeeded since the module last started.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        self.engine.session().is_set_up()
    }

    /// Whether a login stands, as far as is known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.engine.session().is_open()
    }

    /// Which protections of the last login by FTPS this module does not have.
    #[must_use]
    pub fn tls_gaps(&self) -> TlsGaps {
        self.engine.session().tls_gaps()
    }

    /// Hands the port back.
    pub fn into_port(self) -> P {
        self.port
    }

    /// Brings the module in order: echo off, results to this port, SIM card ready, PDP context active.
    pub async fn setup(&mut self, setup: &Setup<'_>) -> Result<(), Error> {
        self.simple(&Operation::Setup(*setup)).await
    }

    /// Connects to a server and logs in.
    pub async fn open(&mut self, login: &Login<'_>) -> Result<(), Error> {
        self.simple(&Operation::Open(*login)).await
    }

    /// Logs out.
    pub async fn close(&mut self) -> Result<(), Error> {
        self.simple(&Operation::Close).await
    }

    /// Ends the FTP session whatever a failure or a cancellation has left of it, so that none stays open in the module: the line is
    /// brought in order first where that is needed. Afterwards, [`setup`](Self::setup) comes next.
    pub async fn hang_up(&mut self) -> Result<(), Error> {
        if !self.is_set_up() {
            self.setup(&Setup { network: false, ..Setup::default() }).await?;
        }
        self.close().await
    }

    /// Deactivates the PDP context.
    pub async fn deactivate(&mut self) -> Result<(), Error> {
        self.simple(&Operation::Deactivate).await
    }

    /// Changes the server's working folder.
    pub async fn cwd(&mut self, path: &str) -> Result<(), Error> {
        self.simple(&Operation::Cwd(path)).await
    }

    /// The server's working folder.
    pub async fn pwd(&mut self) -> Result<String, Error> {
        self.run(&Operation::Pwd, NO_SOURCE, NO_SINK).await.map(Outcome::text)
    }

    /// Sends what the reader has as a file; returns the number of bytes.
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
        self.run(&Operation::Put(name, options), Some(source), NO_SINK).await
    }

    /// Fetches a file into the writer; returns the number of bytes.
    pub async fn get(
        &mut self,
        name: &str,
        sink: &mut (impl AsyncWrite + Unpin + Send),
        options: &GetOptions,
    ) -> Result<u64, Error> {
        self.run(&Operation::Get(name, *options), NO_SOURCE, Some(sink)).await.map(Outcome::number)
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

    /// Writes a listing of a folder, of any length, to the writer as it comes; returns the number of bytes.
    pub async fn list_to(
        &mut self,
        kind: ListKind,
        folder: &str,
        sink: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<u64, Error> {
        self.run(&Operation::List(kind, folder), NO_SOURCE, Some(sink)).await.map(Outcome::number)
    }

    /// The listing of a folder as the server writes it (LIST); [`qftp_core::listing`] reads its entries.
    pub async fn list(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
        self.listing(ListKind::Long, folder).await
    }

    /// The names in a folder, one a line (NLST).
    pub async fn names(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
        self.listing(ListKind::Names, folder).await
    }

    /// The facts about what is in a folder (MLSD).
    pub async fn facts(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
        self.listing(ListKind::Facts, folder).await
    }

    /// The size of a file on the server.
    pub async fn size(&mut self, name: &str) -> Result<u64, Error> {
        self.run(&Operation::Size(name), NO_SOURCE, NO_SINK).await.map(Outcome::number)
    }

    /// When a file on the server was last written: `YYYYMMDDHHMMSS[.sss]`, UTC.
    pub async fn modified(&mut self, name: &str) -> Result<String, Error> {
        self.run(&Operation::Modified(name), NO_SOURCE, NO_SINK).await.map(Outcome::text)
    }

    /// Renames a file or folder on the server.
    pub async fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        self.simple(&Operation::Rename(from, to)).await
    }

    /// Deletes a file on the server.
    pub async fn delete(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::Delete(name)).await
    }

    /// Makes a folder on the server.
    pub async fn make_dir(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::MakeDir(name)).await
    }

    /// Removes an empty folder on the server.
    pub async fn remove_dir(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::RemoveDir(name)).await
    }

    /// Bytes that the last transfer has moved (QFTPLEN).
    pub async fn length(&mut self) -> Result<u64, Error> {
        self.run(&Operation::Length, NO_SOURCE, NO_SINK).await.map(Outcome::number)
    }

    /// The state of the module's FTP client (QFTPSTAT).
    pub async fn status(&mut self) -> Result<ServerState, Error> {
        self.run(&Operation::Status, NO_SOURCE, NO_SINK).await.map(Outcome::state)
    }

    /// The same within 2 seconds: whether outcomes of FTP commands come to this port at all.
    pub async fn probe(&mut self) -> Result<ServerState, Error> {
        self.run(&Operation::Probe, NO_SOURCE, NO_SINK).await.map(Outcome::state)
    }

    /// Free bytes and all bytes of a storage of the module.
    pub async fn storage(&mut self, storage: Storage) -> Result<(u64, u64), Error> {
        self.run(&Operation::Storage(storage), NO_SOURCE, NO_SINK).await.map(Outcome::space)
    }

    /// Sends `len` bytes of the reader into a file of the module, its checksum proven.
    pub async fn upload(
        &mut self,
        name: &str,
        source: &mut (impl AsyncRead + Unpin + Send),
        len: u64,
    ) -> Result<u64, Error> {
        self.run(&Operation::Upload(name, len), Some(source), NO_SINK).await.map(Outcome::number)
    }

    /// Fetches a file of the module into the writer, its checksum proven.
    pub async fn download(
        &mut self,
        name: &str,
        sink: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<u64, Error> {
        self.run(&Operation::Download(name), NO_SOURCE, Some(sink)).await.map(Outcome::number)
    }

    /// Deletes a file of the module.
    pub async fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::Remove(name)).await
    }

    /// Opens a file of the module; returns its handle.
    pub async fn file_open(&mut self, name: &str, mode: OpenMode) -> Result<u64, Error> {
        self.run(&Operation::FileOpen(name, mode), NO_SOURCE, NO_SINK).await.map(Outcome::number)
    }

    /// Reads at most `len` bytes of an open file of the module into the writer; returns how many there were.
    pub async fn file_read(
        &mut self,
        handle: u32,
        len: u32,
        sink: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<u64, Error> {
        self.run(&Operation::FileRead(handle, len), NO_SOURCE, Some(sink)).await.map(Outcome::number)
    }

    /// Writes `len` bytes of the reader to an open file of the module; returns how many it took.
    pub async fn file_write(
        &mut self,
        handle: u32,
        len: u32,
        source: &mut (impl AsyncRead + Unpin + Send),
    ) -> Result<u64, Error> {
        self.run(&Operation::FileWrite(handle, len), Some(source), NO_SINK).await.map(Outcome::number)
    }

    /// Any one command; returns its information lines.
    pub async fn command(&mut self, command: &Command<'_>) -> Result<Vec<String>, Error> {
        self.simple(&Operation::Command(*command)).await?;
        Ok(self.engine.lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect())
    }

    async fn simple(&mut self, operation: &Operation<'_>) -> Result<(), Error> {
        self.run(operation, NO_SOURCE, NO_SINK).await.map(drop)
    }

    async fn listing(&mut self, kind: ListKind, folder: &str) -> Result<Vec<u8>, Error> {
        let mut listing = Listing::default();
        self.list_to(kind, folder, &mut listing).await?;
        Ok(listing.0)
    }
}

/// The value of a function over whole files.
macro_rules! value {
    ($future:expr) => {
        $future.await
    };
}

whole_files!(AsyncClient, AsyncPort, AsyncWay, [async], value);
