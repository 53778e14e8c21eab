//! The operations of both clients, and what they are set up with: one text, of which each has its form.
//!
//! What an operation is called, takes and gives on the other surfaces is in docs/reference/operations.md, and tested against this.

macro_rules! operations {
    (
        $client:ident, $port:ident, [$($async:tt)?], $did:ident,
        source: [$($source:tt)+], sink: [$($sink:tt)+]
    ) => {
        impl<P: $port> $client<P> {
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
        }

        /// An operation each. Returns when it is over; after an error, [`Error::session_state`] says what is left.
        impl<P: $port> $client<P> {
            /// Brings the line in sync and the module in order: echo off, results to this port, SIM card ready, PDP context active.
            pub $($async)? fn setup(&mut self, setup: &Setup<'_>) -> Result<(), Error> {
                $did!(self.run(&Operation::Setup(*setup))).map(drop)
            }

            /// Logs in to a server (§2.2).
            pub $($async)? fn open(&mut self, login: &Login<'_>) -> Result<(), Error> {
                $did!(self.run(&Operation::Open(*login))).map(drop)
            }

            /// Logs out (§2.18); over only when the module says so.
            pub $($async)? fn close(&mut self) -> Result<(), Error> {
                $did!(self.run(&Operation::Close)).map(drop)
            }

            /// Deactivates the PDP context; [`setup`](Self::setup) comes next.
            pub $($async)? fn deactivate(&mut self) -> Result<(), Error> {
                $did!(self.run(&Operation::Deactivate)).map(drop)
            }

            /// Restarts the module (`AT+CFUN=1,1`) and waits for it; [`setup`](Self::setup) comes next.
            pub $($async)? fn restart(&mut self) -> Result<(), Error> {
                $did!(self.run(&Operation::Restart)).map(drop)
            }

            /// Changes the working folder on the server (§2.3); at most 128 bytes.
            pub $($async)? fn cwd(&mut self, path: &str) -> Result<(), Error> {
                $did!(self.run(&Operation::Cwd(path))).map(drop)
            }

            /// Asks for the working folder on the server (§2.4).
            pub $($async)? fn pwd(&mut self) -> Result<String, Error> {
                $did!(self.run(&Operation::Pwd)).map(Outcome::text)
            }

            /// Downloads a file (§2.6) into the writer; returns the number of bytes.
            pub $($async)? fn get(
                &mut self,
                name: &str,
                sink: $($sink)+,
                options: &GetOptions,
            ) -> Result<u64, Error> {
                $did!(self.run_into(&Operation::Get(name, *options), sink)).map(Outcome::number)
            }

            /// Lists a folder in one of three forms, whatever its length, into the writer as it comes; returns the number of bytes.
            pub $($async)? fn list_to(
                &mut self,
                kind: ListKind,
                folder: &str,
                sink: $($sink)+,
            ) -> Result<u64, Error> {
                $did!(self.run_into(&Operation::List(kind, folder), sink)).map(Outcome::number)
            }

            /// Lists a folder as the server prints it (LIST, §2.11); [`qftp_core::listing`] reads its entries.
            ///
            /// At most 16 MiB, as all that are kept in memory: [`list_to`](Self::list_to) has no limit.
            pub $($async)? fn list(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
                $did!(self.listing(ListKind::Long, folder))
            }

            /// Lists the names in a folder (NLST, §2.12), one a line.
            pub $($async)? fn names(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
                $did!(self.listing(ListKind::Names, folder))
            }

            /// Lists a folder with its facts (MLSD, §2.13).
            pub $($async)? fn facts(&mut self, folder: &str) -> Result<Vec<u8>, Error> {
                $did!(self.listing(ListKind::Facts, folder))
            }

            /// Asks for the size of a file (§2.7), in bytes.
            pub $($async)? fn size(&mut self, name: &str) -> Result<u64, Error> {
                $did!(self.run(&Operation::Size(name))).map(Outcome::number)
            }

            /// Asks when a file was last written (§2.14): `YYYYMMDDHHMMSS[.sss]`, UTC.
            pub $($async)? fn modified(&mut self, name: &str) -> Result<String, Error> {
                $did!(self.run(&Operation::Modified(name))).map(Outcome::text)
            }

            /// Renames a file or folder (§2.15).
            pub $($async)? fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
                $did!(self.run(&Operation::Rename(from, to))).map(drop)
            }

            /// Deletes a file (§2.8).
            pub $($async)? fn delete(&mut self, name: &str) -> Result<(), Error> {
                $did!(self.run(&Operation::Delete(name))).map(drop)
            }

            /// Makes a folder (§2.9).
            pub $($async)? fn make_dir(&mut self, name: &str) -> Result<(), Error> {
                $did!(self.run(&Operation::MakeDir(name))).map(drop)
            }

            /// Removes an empty folder (§2.10).
            pub $($async)? fn remove_dir(&mut self, name: &str) -> Result<(), Error> {
                $did!(self.run(&Operation::RemoveDir(name))).map(drop)
            }

            /// Asks how many bytes the last transfer moved (§2.16).
            pub $($async)? fn length(&mut self) -> Result<u64, Error> {
                $did!(self.run(&Operation::Length)).map(Outcome::number)
            }

            /// Asks for the state of the FTP client (§2.17).
            pub $($async)? fn status(&mut self) -> Result<ServerState, Error> {
                $did!(self.run(&Operation::Status)).map(Outcome::state)
            }

            /// Asks for the state of the FTP client within 2 seconds: whether outcomes of FTP commands come to this port at all.
            pub $($async)? fn probe(&mut self) -> Result<ServerState, Error> {
                $did!(self.run(&Operation::Probe)).map(Outcome::state)
            }

            /// Asks for the space of a storage of the module: free bytes, and all.
            pub $($async)? fn storage(&mut self, storage: Storage) -> Result<(u64, u64), Error> {
                $did!(self.run(&Operation::Storage(storage))).map(Outcome::space)
            }

            /// Uploads a file into the module, its checksum proven: `len` bytes of the reader.
            pub $($async)? fn upload(
                &mut self,
                name: &str,
                source: $($source)+,
                len: u64,
            ) -> Result<u64, Error> {
                $did!(self.run_from(&Operation::Upload(name, len), source)).map(Outcome::number)
            }

            /// Downloads a file out of the module into the writer, its checksum proven.
            pub $($async)? fn download(&mut self, name: &str, sink: $($sink)+) -> Result<u64, Error> {
                $did!(self.run_into(&Operation::Download(name), sink)).map(Outcome::number)
            }

            /// Deletes files of the module: one, or `*`, `RAM:*` for all of a storage.
            pub $($async)? fn remove(&mut self, name: &str) -> Result<(), Error> {
                $did!(self.run(&Operation::Remove(name))).map(drop)
            }

            /// Opens a file of the module; returns its handle.
            pub $($async)? fn file_open(&mut self, name: &str, mode: OpenMode) -> Result<u64, Error> {
                $did!(self.run(&Operation::FileOpen(name, mode))).map(Outcome::number)
            }

            /// Reads at most `len` bytes from an open file of the module into the writer; returns how many there were.
            pub $($async)? fn file_read(
                &mut self,
                handle: u32,
                len: u32,
                sink: $($sink)+,
            ) -> Result<u64, Error> {
                $did!(self.run_into(&Operation::FileRead(handle, len), sink)).map(Outcome::number)
            }

            /// Writes `len` bytes of the reader to an open file of the module; returns how many it took.
            pub $($async)? fn file_write(
                &mut self,
                handle: u32,
                len: u32,
                source: $($source)+,
            ) -> Result<u64, Error> {
                $did!(self.run_from(&Operation::FileWrite(handle, len), source)).map(Outcome::number)
            }

            /// Sends any one command that moves no data over the line; returns the lines of its answer.
            pub $($async)? fn command(&mut self, command: &Command<'_>) -> Result<Vec<String>, Error> {
                $did!(self.run(&Operation::Command(*command)))?;
                let lines = self.engine.lines.iter();
                Ok(lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect())
            }

            /// Ends the FTP session whatever a failure or a cancellation has left of it, so that none stays open in the
            /// module: the line is brought in sync first where that is needed. Afterwards, [`setup`](Self::setup) comes next.
            pub $($async)? fn hang_up(&mut self) -> Result<(), Error> {
                if !self.is_set_up() {
                    $did!(self.setup(&Setup { network: false, ..Setup::default() }))?;
                }
                $did!(self.close())
            }

            $($async)? fn listing(&mut self, kind: ListKind, folder: &str) -> Result<Vec<u8>, Error> {
                let mut listing = Listing::default();
                $did!(self.list_to(kind, folder, &mut listing))?;
                Ok(listing.0)
            }
        }
    };
}

pub(super) use operations;
