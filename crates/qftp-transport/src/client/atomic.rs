//! Uploads that others see only when they are whole.

use std::io;

use qftp_core::codes::FtpCode;
use qftp_core::job::{Policy, may_pass};
use qftp_core::session::{Failure, Field, Kind, Misuse};
use qftp_core::wire::FileName;

use super::{Client, Error, Put, Way};
use crate::local::{LocalSource, number_of, random, temporary};
use crate::port::Port;

/// Names that are tried where others have theirs.
const TRIES: u64 = 10;
/// How often a rename is tried whose outcome was lost.
const RENAMES: u8 = 3;

/// An upload under a temporary name on the server, and the name that it gets at its end.
///
/// The temporary name is nobody's: it is asked for before a byte is sent. Where the source has an
/// identity, its number is in the name, so that a later call for the same source and target finds
/// what an earlier one has left, and takes nothing else for it.
///
/// At the end the file is renamed over the old one. A server that refuses that keeps both: the old
/// file under its name, the new one under the temporary name. Nothing is ever deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtomicUpload {
    name: String,
    /// `None` where the source cannot be known again: it has a name of its own in every run.
    identity: Option<u64>,
    temporary: String,
}

impl AtomicUpload {
    /// An upload of this source to this name of the folder or file at `url`, which names the server
    /// and the user, too.
    #[must_use]
    pub fn new(url: &str, name: &str, source: &LocalSource) -> Self {
        let identity =
            source.identity().map(|own| number_of(&[url.as_bytes(), name.as_bytes(), own.as_bytes()]));
        let temporary = numbered(name, identity.unwrap_or_else(random));
        Self { name: name.to_owned(), identity, temporary }
    }

    /// Whether a later call for the same source and target finds what this one leaves.
    #[must_use]
    pub const fn is_known_again(&self) -> bool {
        self.identity.is_some()
    }

    /// The name that the upload has until it is whole.
    #[must_use]
    pub fn temporary(&self) -> &str {
        &self.temporary
    }
}

/// A temporary name in the folder of this one.
fn numbered(name: &str, number: u64) -> String {
    let (folder, own) = name.rfind('/').map_or(("", name), |slash| name.split_at(slash + 1));
    format!("{folder}{}.part", temporary(own, number))
}

impl<P: Port> Client<P> {
    /// Sends a file as [`Policy`] says, or all that a stream has, in one attempt. A session that is
    /// not open is opened first. Returns the length.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`Error::Local`] also for a file that was written to meanwhile, and for a stream that is to be gone on with,
    /// tried again or compared.
    pub fn send_file(
        &mut self,
        name: &str,
        source: &mut LocalSource,
        policy: Policy,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        let sent = match source.len() {
            Some(len) => self.send(name, source, len, policy, way)?,
            None if policy.resume || policy.verify || policy.retries > 0 => {
                let path = source.path().display();
                let text = format!("{path}: it has no length: it is sent in one attempt, and never compared");
                return Err(Error::own_file(io::Error::new(io::ErrorKind::InvalidInput, text)));
            }
            None => {
                if !self.is_open() {
                    self.connect(way)?;
                }
                self.put(name, &mut *source, &Put { start: 0, len: None, via: policy.via })?
            }
        };
        if let Err(changed) = source.unchanged() {
            // What arrived is of no version: nothing of it is gone on with.
            self.note_doubt(name, way, Some(0))?;
            return Err(Error::own_file(changed));
        }
        Ok(sent)
    }

    /// The same by way of a temporary name.
    ///
    /// # Errors
    /// As [`send_file`](Self::send_file); [`Error::NotRenamed`] where the file is whole on the server under its temporary name, and only
    /// that.
    pub fn send_file_atomic(
        &mut self,
        upload: &mut AtomicUpload,
        source: &mut LocalSource,
        policy: Policy,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        self.claim(upload, way)?;
        let sent = self.send_file(&upload.temporary, source, policy, way)?;
        self.publish(upload, sent, way)?;
        Ok(sent)
    }

    /// Makes sure that the temporary name is nobody else's. The session is opened where it is not.
    ///
    /// # Errors
    /// Those of the questions; [`Error::Local`] where the server says that every name is taken.
    pub fn claim(&mut self, upload: &mut AtomicUpload, way: &mut Way<'_, P>) -> Result<(), Error> {
        // What cannot be its name in the end is not sent under another one.
        FileName::new(&upload.name).map_err(|fault| Error::Misuse(Misuse::Name(Field::Name, fault)))?;
        if !self.is_open() {
            self.connect(way)?;
        }
        if upload.identity.is_some() {
            // Its number says that it is ours, be it there or not.
            return Ok(());
        }
        for _ in 0..TRIES {
            if !self.exists(&upload.temporary)? {
                return Ok(());
            }
            upload.temporary = numbered(&upload.name, random());
        }
        Err(Error::own_file(io::Error::other("the server says that it has a file of every name")))
    }

    /// Gives a whole upload of so many bytes its name.
    ///
    /// # Errors
    /// [`Error::NotRenamed`]: the old file stays, and the new one is there under its temporary name.
    pub fn publish(&mut self, upload: &AtomicUpload, len: u64, way: &mut Way<'_, P>) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match self.rename(&upload.temporary, &upload.name) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let told = match error.failure() {
                Some(failure) if is_lost(failure) => self.is_renamed(upload, len, way),
                _ => Ok(false),
            };
            match told {
                Ok(true) => return Ok(()),
                Ok(false) if tries < RENAMES && error.failure().is_some_and(is_lost) => {}
                _ => {
                    let temporary = upload.temporary.clone();
                    return Err(Error::NotRenamed { temporary, error: Box::new(error) });
                }
            }
        }
    }

    /// Whether a rename whose outcome was lost was done: its old name is gone, and its new one has
    /// the file.
    fn is_renamed(&mut self, upload: &AtomicUpload, len: u64, way: &mut Way<'_, P>) -> Result<bool, Error> {
        if !self.is_open() || !self.is_set_up() {
            self.connect(way)?;
        }
        if self.exists(&upload.temporary)? {
            return Ok(false);
        }
        self.size(&upload.name).map(|size| size == len)
    }

    /// Whether the server has a file of this name.
    fn exists(&mut self, name: &str) -> Result<bool, Error> {
        match self.size(name) {
            Ok(_) => Ok(true),
            Err(Error::Failed(failure)) if reply(&failure) == Some(550) => Ok(false),
            Err(Error::Failed(failure)) if matches!(reply(&failure), Some(500 | 502 | 504)) => {
                let (folder, name) = name.rsplit_once('/').unwrap_or((".", name));
                let names = self.names(if folder.is_empty() { "/" } else { folder })?;
                let last = |line: &[u8]| line.rsplit(|byte| *byte == b'/').next() == Some(name.as_bytes());
                Ok(names.split(|byte| *byte == b'\n').any(|line| last(line.trim_ascii_end())))
            }
            Err(error) => Err(error),
        }
    }
}

fn reply(failure: &Failure) -> Option<u16> {
    failure.reply().map(qftp_core::codes::ReplyCode::get)
}

/// Nobody has said whether it was done: the line, the network, or a server that may say something
/// else a little later.
fn is_lost(failure: &Failure) -> bool {
    failure.kind() == Kind::Line || may_pass(failure) || matches!(failure.ftp_code(), Some(FtpCode::TIMEOUT))
}
