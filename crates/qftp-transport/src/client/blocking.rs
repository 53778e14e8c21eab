//! The blocking client: a method an operation.

mod drive;

use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use qftp_core::job::Policy;
use qftp_core::session::{Config, GetOptions, Login, Setup, TlsGaps};
use qftp_core::wire::{Command, ListKind, OpenMode, ServerState, Storage};

use super::atomic::{self, AtomicUpload};
use super::doubt::{Doubt, Doubts};
use super::engine::{Engine, Outcome};
use super::files::Listing;
use super::methods::whole_files;
use super::whole::{self, Operate, at_once};
use super::{Cancel, Certificates, Error, ModuleFile, Operation, Progress, Put, Recorder, Tap, Target, Way};
use crate::local::LocalSource;
use crate::port::Port;

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
    pub fn setup(&mut self, setup: &Setup<'_>) -> Result<(), Error> {
        self.simple(&Operation::Setup(*setup))
    }

    /// Connects to a server and logs in.
    pub fn open(&mut self, login: &Login<'_>) -> Result<(), Error> {
        self.simple(&Operation::Open(*login))
    }

    /// Logs out.
    pub fn close(&mut self) -> Result<(), Error> {
        self.simple(&Operation::Close)
    }

    /// Ends the FTP session whatever a failure or a cancellation has left of it, so that none stays open in the module: the line is
    /// brought in order first where that is needed. Afterwards, [`setup`](Self::setup) comes next.
    pub fn hang_up(&mut self) -> Result<(), Error> {
        if !self.is_set_up() {
            self.setup(&Setup { network: false, ..Setup::default() })?;
        }
        self.close()
    }

    /// Deactivates the PDP context.
    pub fn deactivate(&mut self) -> Result<(), Error> {
        self.simple(&Operation::Deactivate)
    }

    /// Changes the server's working folder.
    pub fn cwd(&mut self, path: &str) -> Result<(), Error> {
        self.simple(&Operation::Cwd(path))
    }

    /// The server's working folder.
    pub fn pwd(&mut self) -> Result<String, Error> {
        self.run(&Operation::Pwd, None, None).map(Outcome::text)
    }

    /// Sends what the reader has as a file; returns the number of bytes.
    pub fn put(&mut self, name: &str, mut source: impl Read, options: &Put) -> Result<u64, Error> {
        // Whatever it is, it does not move.
        at_once(whole::put(self, name, &mut (&mut source as &mut dyn Read), options))
    }

    /// Fetches a file into the writer; returns the number of bytes.
    pub fn get(&mut self, name: &str, mut sink: impl Write, options: &GetOptions) -> Result<u64, Error> {
        self.run(&Operation::Get(name, *options), None, Some(&mut sink)).map(Outcome::number)
    }

    /// Reads a file of the server again and compares it with what the reader has: `None` when they are the same, else the offset of the first
    /// difference. `options` say from where on and by which road; the reader begins there too.
    pub fn verify(&mut self, name: &str, own: impl Read, options: &GetOptions) -> Result<Option<u64>, Error> {
        let mut own = own;
        at_once(whole::verify(self, name, &mut (&mut own as &mut dyn Read), options))
    }

    /// Writes a listing of a folder, of any length, to the writer as it comes; returns the number of bytes.
    pub fn list_to(&mut self, kind: ListKind, folder: &str, mut sink: impl Write) -> Result<u64, Error> {
        self.run(&Operation::List(kind, folder), None, Some(&mut sink)).map(Outcome::number)
    }

    /// The listing of a folder as the server writes it (LIST); [`qftp_core::listing`] reads its entries.
    ///
    /// At most 16 MiB, as all that are kept in memory: [`list_to`](Self::list_to) has no limit.
    pub fn list(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
        self.listing(ListKind::Long, folder)
    }

    /// The names in a folder, one a line (NLST).
    pub fn names(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
        self.listing(ListKind::Names, folder)
    }

    /// The facts about what is in a folder (MLSD).
    pub fn facts(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
        self.listing(ListKind::Facts, folder)
    }

    /// The size of a file on the server.
    pub fn size(&mut self, name: &str) -> Result<u64, Error> {
        self.run(&Operation::Size(name), None, None).map(Outcome::number)
    }

    /// When a file on the server was last written: `YYYYMMDDHHMMSS[.sss]`, UTC.
    pub fn modified(&mut self, name: &str) -> Result<String, Error> {
        self.run(&Operation::Modified(name), None, None).map(Outcome::text)
    }

    /// Renames a file or folder on the server.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        self.simple(&Operation::Rename(from, to))
    }

    /// Deletes a file on the server.
    pub fn delete(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::Delete(name))
    }

    /// Makes a folder on the server.
    pub fn make_dir(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::MakeDir(name))
    }

    /// Removes an empty folder on the server.
    pub fn remove_dir(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::RemoveDir(name))
    }

    /// Bytes that the last transfer has moved (QFTPLEN).
    pub fn length(&mut self) -> Result<u64, Error> {
        self.run(&Operation::Length, None, None).map(Outcome::number)
    }

    /// The state of the module's FTP client (QFTPSTAT).
    pub fn status(&mut self) -> Result<ServerState, Error> {
        self.run(&Operation::Status, None, None).map(Outcome::state)
    }

    /// The same within 2 seconds: whether outcomes of FTP commands come to this port at all.
    pub fn probe(&mut self) -> Result<ServerState, Error> {
        self.run(&Operation::Probe, None, None).map(Outcome::state)
    }

    /// Free bytes and all bytes of a storage of the module.
    pub fn storage(&mut self, storage: Storage) -> Result<(u64, u64), Error> {
        self.run(&Operation::Storage(storage), None, None).map(Outcome::space)
    }

    /// Sends `len` bytes of the reader into a file of the module, its checksum proven.
    pub fn upload(&mut self, name: &str, mut source: impl Read, len: u64) -> Result<u64, Error> {
        self.run(&Operation::Upload(name, len), Some(&mut source), None).map(Outcome::number)
    }

    /// Fetches a file of the module into the writer, its checksum proven.
    pub fn download(&mut self, name: &str, mut sink: impl Write) -> Result<u64, Error> {
        self.run(&Operation::Download(name), None, Some(&mut sink)).map(Outcome::number)
    }

    /// Deletes a file of the module.
    pub fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.simple(&Operation::Remove(name))
    }

    /// Opens a file of the module; returns its handle.
    pub fn file_open(&mut self, name: &str, mode: OpenMode) -> Result<u64, Error> {
        self.run(&Operation::FileOpen(name, mode), None, None).map(Outcome::number)
    }

    /// Reads at most `len` bytes of an open file of the module into the writer; returns how many there were.
    pub fn file_read(&mut self, handle: u32, len: u32, mut sink: impl Write) -> Result<u64, Error> {
        self.run(&Operation::FileRead(handle, len), None, Some(&mut sink)).map(Outcome::number)
    }

    /// Writes `len` bytes of the reader to an open file of the module; returns how many it took.
    pub fn file_write(&mut self, handle: u32, len: u32, mut source: impl Read) -> Result<u64, Error> {
        self.run(&Operation::FileWrite(handle, len), Some(&mut source), None).map(Outcome::number)
    }

    /// Any one command; returns its information lines.
    pub fn command(&mut self, command: &Command<'_>) -> Result<Vec<String>, Error> {
        self.simple(&Operation::Command(*command))?;
        Ok(self.engine.lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect())
    }

    /// Any operation as a value, such as one of a recording: what it sends comes from `source`, what it brings goes to `sink`.
    pub fn perform(
        &mut self,
        operation: &Operation<'_>,
        source: Option<&mut dyn Read>,
        sink: Option<&mut dyn Write>,
    ) -> Result<(), Error> {
        self.run(operation, source, sink).map(drop)
    }

    pub(super) fn simple(&mut self, operation: &Operation<'_>) -> Result<(), Error> {
        self.run(operation, None, None).map(drop)
    }

    fn listing(&mut self, kind: ListKind, folder: &str) -> Result<Vec<u8>, Error> {
        let mut listing = Listing::default();
        self.list_to(kind, folder, &mut listing)?;
        Ok(listing.0)
    }
}

/// The value of a function over whole files.
macro_rules! value {
    ($future:expr) => {
        at_once($future)
    };
}

whole_files!(Client, Port, Way, [], value);
