//! The methods of both clients that take more than one operation: one text, of which each has its form.

macro_rules! whole_files {
    ($client:ident, $port:ident, $way:ident, [$($async:tt)?], $run:ident) => {
        impl<P: $port> $client<P> {
            /// Sets the module up and logs in as the way says.
            ///
            /// # Errors
            /// Those of the steps; what is left of the session is in them.
            pub $($async)? fn connect(&mut self, way: &mut $way<'_, P>) -> Result<(), Error> {
                $run!(whole::connect(self, way))
            }

            /// Fetches a file as [`Policy`] says: going on with what is there, again and again, compared at the end. A session that is not open
            /// is opened first. Returns the length of the file; what was good of it stays in the target when it fails.
            ///
            /// # Errors
            /// [`Error::Failed`] with the last failure when no retry is left; [`Error::Local`] of the target.
            pub $($async)? fn fetch(
                &mut self,
                name: &str,
                target: &mut (impl Target + Unpin),
                policy: Policy,
                way: &mut $way<'_, P>,
            ) -> Result<u64, Error> {
                $run!(whole::fetch(self, name, target, None, policy, way))
            }

            /// As [`fetch`](Self::fetch), of a file whose length a listing has told: one command less on the way. A file that is shorter by now
            /// fails; of one that is longer this much comes.
            ///
            /// # Errors
            /// As of [`fetch`](Self::fetch).
            pub $($async)? fn fetch_sized(
                &mut self,
                name: &str,
                target: &mut (impl Target + Unpin),
                len: Option<u64>,
                policy: Policy,
                way: &mut $way<'_, P>,
            ) -> Result<u64, Error> {
                $run!(whole::fetch(self, name, target, len, policy, way))
            }

            /// Sends a file of `len` bytes as [`Policy`] says. A session that is not open is opened first. Returns the length.
            ///
            /// With [`Policy::resume`] an upload does not go on behind bytes that an earlier one of this client lost on the line. What it lost is
            /// [`distrusted`](Self::distrusted); another process is told by [`distrust`](Self::distrust), or by itself with
            /// [`remember_doubts`](Self::remember_doubts).
            ///
            /// # Errors
            /// [`Error::Failed`] with the last failure when no retry is left; [`Error::Local`] of the source.
            pub $($async)? fn send(
                &mut self,
                name: &str,
                source: &mut (impl Read + Seek + Unpin),
                len: u64,
                policy: Policy,
                way: &mut $way<'_, P>,
            ) -> Result<u64, Error> {
                $run!(whole::send(self, name, source, len, policy, way))
            }

            /// Sends a file as [`Policy`] says, or all that a stream has, in one attempt. A session that is
            /// not open is opened first. Returns the length.
            ///
            /// # Errors
            /// As [`send`](Self::send); [`Error::Local`] also for a file that was written to meanwhile, and for a stream that is to be gone on with,
            /// tried again or compared.
            pub $($async)? fn send_file(
                &mut self,
                name: &str,
                source: &mut LocalSource,
                policy: Policy,
                way: &mut $way<'_, P>,
            ) -> Result<u64, Error> {
                $run!(atomic::send_file(self, name, source, policy, way))
            }

            /// The same by way of a temporary name.
            ///
            /// # Errors
            /// As [`send_file`](Self::send_file); [`Error::NotRenamed`] where the file is whole on the server under its temporary name, and only
            /// that.
            pub $($async)? fn send_file_atomic(
                &mut self,
                upload: &mut AtomicUpload,
                source: &mut LocalSource,
                policy: Policy,
                way: &mut $way<'_, P>,
            ) -> Result<u64, Error> {
                $run!(atomic::send_file_atomic(self, upload, source, policy, way))
            }

            /// Makes sure that the temporary name is nobody else's. The session is opened where it is not.
            ///
            /// # Errors
            /// Those of the questions; [`Error::Local`] where the server says that every name is taken.
            pub $($async)? fn claim(&mut self, upload: &mut AtomicUpload, way: &mut $way<'_, P>) -> Result<(), Error> {
                $run!(atomic::claim(self, upload, way))
            }

            /// Gives a whole upload of so many bytes its name.
            ///
            /// # Errors
            /// [`Error::NotRenamed`]: the old file stays, and the new one is there under its temporary name.
            pub $($async)? fn publish(
                &mut self,
                upload: &AtomicUpload,
                len: u64,
                way: &mut $way<'_, P>,
            ) -> Result<(), Error> {
                $run!(atomic::publish(self, upload, len, way))
            }

            /// How many bytes at most of a file on the server are good, where an upload of this client lost bytes on the line; `None` where none did.
            #[must_use]
            pub fn distrusted(&self, name: &str, way: &$way<'_, P>) -> Option<u64> {
                self.doubts.get(&Doubt::new(&way.login, way.folder, name))
            }

            /// Tells it so: an upload of another client has lost bytes behind so many.
            pub fn distrust(&mut self, name: &str, way: &$way<'_, P>, good: u64) {
                // The notes are for those who cannot be told.
                let notes = self.doubts.notes.take();
                let _ = self.doubts.set(Doubt::new(&way.login, way.folder, name), Some(good));
                self.doubts.notes = notes;
            }

            /// Notes uploads that lost bytes on the line in this folder of the local machine, a small file each, and believes the notes that are
            /// there: a later process goes on before what was lost. A note goes when its file is whole on the server.
            pub fn remember_doubts(&mut self, notes: impl Into<PathBuf>) {
                self.doubts.notes = Some(notes.into());
            }

            /// Lists the files of the module: `*` those in UFS, `RAM:*`, `SD:*`, or one name.
            ///
            /// # Errors
            /// Those of the command; a module that has none may answer 405 or 417.
            pub $($async)? fn files(&mut self, pattern: &str) -> Result<Vec<ModuleFile>, Error> {
                $run!(whole::files(self, pattern))
            }

            /// Brings certificates into the module, in place of any that a login before has left there.
            ///
            /// # Errors
            /// Those of the module's storage.
            pub $($async)? fn push_certificates(&mut self, certificates: &Certificates<'_>) -> Result<(), Error> {
                $run!(whole::push_certificates(self, certificates))
            }

            /// Takes certificates out of the module again, also those that a process has left there which was killed
            /// ([`stale_certificates`](Self::stale_certificates) counts them). No file but such a one is touched: see [`Certificates::is_ours`].
            ///
            /// # Errors
            /// Those of the module's storage.
            pub $($async)? fn remove_certificates(&mut self) -> Result<(), Error> {
                $run!(whole::remove_certificates(self))
            }

            /// How many files of certificates this client has found in the module and removed that another process had left.
            #[must_use]
            pub fn stale_certificates(&self) -> usize {
                self.engine.stale_certificates
            }
        }
    };
}

pub(super) use whole_files;
