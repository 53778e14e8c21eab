//! Uploads that others see only when they are whole.

use std::io;

use qftp_core::job::{Atomic, AtomicStep, Policy};
use qftp_core::session::{Field, Misuse};
use qftp_core::wire::{FileName, ListKind};

use super::doubt::Doubt;
use super::files::Listing;
use super::way::Means;
use super::whole::{self, Operate};
use super::{Error, Operation, Put};
use crate::local::{LocalSource, number_of, random, temporary};

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

    /// The name that the upload gets.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that the upload has until it is whole.
    #[must_use]
    pub fn temporary(&self) -> &str {
        &self.temporary
    }

    /// Takes another temporary name, where the server has a file of this one.
    pub fn take_new_name(&mut self) {
        self.temporary = numbered(&self.name, random());
    }

    /// The folder whose listing shows the temporary name.
    #[must_use]
    pub fn folder(&self) -> &str {
        folder_and_name(&self.temporary).0
    }

    /// Whether a listing of the names in that folder has the temporary one, with whatever folder before it.
    #[must_use]
    pub fn is_in(&self, listing: &[u8]) -> bool {
        let name = folder_and_name(&self.temporary).1;
        let last = |line: &[u8]| line.rsplit(|byte| *byte == b'/').next() == Some(name.as_bytes());
        listing.split(|byte| *byte == b'\n').any(|line| last(line.trim_ascii_end()))
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
    let names = Atomic::claim(upload.is_known_again());
    settle(line, upload, names, way).await
}

/// As [`Client::publish`](super::Client::publish) says.
pub(super) async fn publish<P>(
    line: &mut impl Operate<P>,
    upload: &AtomicUpload,
    len: u64,
    way: &mut impl Means<P>,
) -> Result<(), Error> {
    let mut own = upload.clone();
    settle(line, &mut own, Atomic::publish(len), way)
        .await
        .map_err(|error| Error::NotRenamed { temporary: own.temporary, error: Box::new(error) })
}

/// What came of a step.
enum Answer {
    Ready,
    Size(u64),
    Listed(bool),
}

/// Carries out what the names of an upload say, to their end.
async fn settle<P>(
    line: &mut impl Operate<P>,
    upload: &mut AtomicUpload,
    mut names: Atomic,
    way: &mut impl Means<P>,
) -> Result<(), Error> {
    // Why the last rename failed: whatever is asked after it, this is what a caller has to know.
    let mut why = None;
    loop {
        let step = names.next();
        if step == AtomicStep::Done {
            return Ok(());
        }
        match carry_out(line, upload, step, way).await {
            Ok(Answer::Ready) => names.ready(),
            Ok(Answer::Size(size)) => names.size(size),
            Ok(Answer::Listed(is_there)) => names.listed(is_there),
            Err(error) => {
                let goes_on = error.failure().is_some_and(|failure| {
                    names.failed(failure);
                    names.next() != AtomicStep::Failed
                });
                match (step, goes_on) {
                    (AtomicStep::Rename, true) => why = Some(error),
                    (AtomicStep::Rename, false) => return Err(error),
                    (_, true) => {}
                    (_, false) => return Err(why.unwrap_or(error)),
                }
            }
        }
        if names.next() == AtomicStep::Failed
            && let Some(error) = why
        {
            return Err(error);
        }
    }
}

async fn carry_out<P>(
    line: &mut impl Operate<P>,
    upload: &mut AtomicUpload,
    step: AtomicStep,
    way: &mut impl Means<P>,
) -> Result<Answer, Error> {
    match step {
        AtomicStep::Exists => whole::size(line, &upload.temporary).await.map(Answer::Size),
        AtomicStep::Measure => whole::size(line, &upload.name).await.map(Answer::Size),
        AtomicStep::Names => {
            let mut names = Listing::default();
            line.download(&Operation::List(ListKind::Names, upload.folder()), &mut names).await?;
            Ok(Answer::Listed(upload.is_in(&names.0)))
        }
        AtomicStep::NewName => {
            upload.take_new_name();
            Ok(Answer::Ready)
        }
        AtomicStep::Connect => {
            let session = line.engine().session();
            if !session.is_open() || !session.is_set_up() {
                whole::connect(line, way).await?;
            }
            Ok(Answer::Ready)
        }
        AtomicStep::Rename => {
            let renamed = line.operate(&Operation::Rename(&upload.temporary, &upload.name)).await;
            renamed.map(|_| Answer::Ready)
        }
        AtomicStep::Taken | AtomicStep::Failed => {
            Err(Error::own_file(io::Error::other("the server says that it has a file of every name")))
        }
        AtomicStep::Done => Ok(Answer::Ready),
    }
}

/// The folder of a name, as a listing takes it, and its last part.
fn folder_and_name(name: &str) -> (&str, &str) {
    let (folder, name) = name.rsplit_once('/').unwrap_or((".", name));
    (if folder.is_empty() { "/" } else { folder }, name)
}
