//! Uploads that others see only when they are whole.

use std::io;

use qftp_core::codes::FtpCode;
use qftp_core::job::{Policy, may_pass};
use qftp_core::session::{Failure, Field, Kind, Misuse};
use qftp_core::wire::{FileName, ListKind};

use super::doubt::Doubt;
use super::files::Listing;
use super::way::Means;
use super::whole::{self, Operate};
use super::{Error, Operation, Put};
use crate::local::{LocalSource, number_of, random, temporary};

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

/// As [`Client::send_file`](super::Client::send_file) says.
pub(super) async fn send_file<P>(
    line: &mut impl Operate<P>,
    name: &str,
    source: &mut LocalSource,
    policy: Policy,
    way: &mut impl Means<P>,
) -> Result<u64, Error> {
    let sent = match source.len() {
        Some(len) => whole::send(line, name, source, len, policy, way).await?,
        None if policy.resume || policy.verify || policy.retries > 0 => {
            let path = source.path().display();
            let text = format!("{path}: it has no length: it is sent in one attempt, and never compared");
            return Err(Error::own_file(io::Error::new(io::ErrorKind::InvalidInput, text)));
        }
        None => {
            if !line.engine().session().is_open() {
                whole::connect(line, way).await?;
            }
            whole::put(line, name, source, &Put { start: 0, len: None, via: policy.via }).await?
        }
    };
    if let Err(changed) = source.unchanged() {
        // What arrived is of no version: nothing of it is gone on with.
        let doubt = Doubt::new(way.login(), way.folder(), name);
        line.doubts().set(doubt, Some(0)).map_err(Error::own_file)?;
        return Err(Error::own_file(changed));
    }
    Ok(sent)
}

/// As [`Client::send_file_atomic`](super::Client::send_file_atomic) says.
pub(super) async fn send_file_atomic<P>(
    line: &mut impl Operate<P>,
    upload: &mut AtomicUpload,
    source: &mut LocalSource,
    policy: Policy,
    way: &mut impl Means<P>,
) -> Result<u64, Error> {
    claim(line, upload, way).await?;
    let sent = send_file(line, &upload.temporary, source, policy, way).await?;
    publish(line, upload, sent, way).await?;
    Ok(sent)
}

/// As [`Client::claim`](super::Client::claim) says.
pub(super) async fn claim<P>(
    line: &mut impl Operate<P>,
    upload: &mut AtomicUpload,
    way: &mut impl Means<P>,
) -> Result<(), Error> {
    // What cannot be its name in the end is not sent under another one.
    FileName::new(&upload.name).map_err(|fault| Error::Misuse(Misuse::Name(Field::Name, fault)))?;
    if !line.engine().session().is_open() {
        whole::connect(line, way).await?;
    }
    if upload.identity.is_some() {
        // Its number says that it is ours, be it there or not.
        return Ok(());
    }
    for _ in 0..TRIES {
        if !exists(line, &upload.temporary).await? {
            return Ok(());
        }
        upload.temporary = numbered(&upload.name, random());
    }
    Err(Error::own_file(io::Error::other("the server says that it has a file of every name")))
}

/// As [`Client::publish`](super::Client::publish) says.
pub(super) async fn publish<P>(
    line: &mut impl Operate<P>,
    upload: &AtomicUpload,
    len: u64,
    way: &mut impl Means<P>,
) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        let renamed = line.operate(&Operation::Rename(&upload.temporary, &upload.name)).await;
        let Err(error) = renamed else { return Ok(()) };
        let told = match error.failure() {
            Some(failure) if is_lost(failure) => is_renamed(line, upload, len, way).await,
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
async fn is_renamed<P>(
    line: &mut impl Operate<P>,
    upload: &AtomicUpload,
    len: u64,
    way: &mut impl Means<P>,
) -> Result<bool, Error> {
    let session = line.engine().session();
    if !session.is_open() || !session.is_set_up() {
        whole::connect(line, way).await?;
    }
    if exists(line, &upload.temporary).await? {
        return Ok(false);
    }
    whole::size(line, &upload.name).await.map(|size| size == len)
}

/// Whether the server has a file of this name.
async fn exists<P>(line: &mut impl Operate<P>, name: &str) -> Result<bool, Error> {
    match whole::size(line, name).await {
        Ok(_) => Ok(true),
        Err(Error::Failed(failure)) if reply(&failure) == Some(550) => Ok(false),
        Err(Error::Failed(failure)) if matches!(reply(&failure), Some(500 | 502 | 504)) => {
            let (folder, name) = name.rsplit_once('/').unwrap_or((".", name));
            let folder = if folder.is_empty() { "/" } else { folder };
            let mut names = Listing::default();
            line.download(&Operation::List(ListKind::Names, folder), &mut names).await?;
            let last = |line: &[u8]| line.rsplit(|byte| *byte == b'/').next() == Some(name.as_bytes());
            Ok(names.0.split(|byte| *byte == b'\n').any(|line| last(line.trim_ascii_end())))
        }
        Err(error) => Err(error),
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
