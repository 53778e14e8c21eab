//! An operation of a client as a value: what a recording names and a replay does again.

mod text;

use qftp_core::Instant;
use qftp_core::session::{GetOptions, Login, Misuse, PutOptions, Session, Setup};
use qftp_core::wire::{Command, ListKind, OpenMode, Storage};

pub(super) use text::words;

/// One operation with what it was given.
///
/// As text it is a line of a recording: a name, then words and `key=value`, with no user name and no password in it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Operation<'a> {
    /// Bring the module in order.
    Setup(Setup<'a>),
    /// Log in.
    Open(Login<'a>),
    /// Log out.
    Close,
    /// Deactivate the PDP context.
    Deactivate,
    /// Restart the module.
    Restart,
    /// Change the server's working folder.
    Cwd(&'a str),
    /// Ask for it.
    Pwd,
    /// Upload a file, or a part of one.
    Put(&'a str, PutOptions),
    /// Download a file, or a part of one.
    Get(&'a str, GetOptions),
    /// One of the three listings of a folder.
    List(ListKind, &'a str),
    /// The size of a file.
    Size(&'a str),
    /// When a file was last written.
    Modified(&'a str),
    /// Rename, from and to.
    Rename(&'a str, &'a str),
    /// Delete a file.
    Delete(&'a str),
    /// Make a folder.
    MakeDir(&'a str),
    /// Remove a folder.
    RemoveDir(&'a str),
    /// How many bytes the last transfer moved.
    Length,
    /// The state of the FTP client.
    Status,
    /// The same within 2 seconds.
    Probe,
    /// The space of a storage of the module.
    Storage(Storage),
    /// The module's files.
    Files(&'a str),
    /// So many bytes into a file of the module.
    Upload(&'a str, u64),
    /// A file out of the module.
    Download(&'a str),
    /// Delete a file of the module.
    Remove(&'a str),
    /// Open a file of the module.
    FileOpen(&'a str, OpenMode),
    /// Read from an open file: handle and length.
    FileRead(u32, u32),
    /// Write to an open file: handle and length.
    FileWrite(u32, u32),
    /// Any one command.
    Command(Command<'a>),
}

impl Operation<'_> {
    /// Begins it.
    ///
    /// # Errors
    /// The session's; nothing was sent.
    pub fn begin(&self, session: &mut Session, now: Instant) -> Result<(), Misuse> {
        match self {
            Self::Setup(setup) => session.setup(now, setup),
            Self::Open(login) => session.open(now, login),
            Self::Close => session.close(now),
            Self::Deactivate => session.deactivate(now),
            Self::Restart => session.restart(now),
            Self::Cwd(path) => session.cwd(now, path),
            Self::Pwd => session.pwd(now),
            Self::Put(name, options) => session.put(now, name, options),
            Self::Get(name, options) => session.get(now, name, options),
            Self::List(ListKind::Long, folder) => session.list(now, folder),
            Self::List(ListKind::Names, folder) => session.names(now, folder),
            Self::List(ListKind::Facts, folder) => session.facts(now, folder),
            Self::Size(name) => session.size(now, name),
            Self::Modified(name) => session.modified(now, name),
            Self::Rename(from, to) => session.rename(now, from, to),
            Self::Delete(name) => session.delete(now, name),
            Self::MakeDir(name) => session.make_dir(now, name),
            Self::RemoveDir(name) => session.remove_dir(now, name),
            Self::Length => session.length(now),
            Self::Status => session.status(now),
            Self::Probe => session.probe(now),
            Self::Storage(storage) => session.storage(now, *storage),
            Self::Files(pattern) => session.files(now, pattern),
            Self::Upload(name, len) => session.upload(now, name, *len),
            Self::Download(name) => session.download(now, name),
            Self::Remove(name) => session.remove(now, name),
            Self::FileOpen(name, mode) => session.file_open(now, name, *mode),
            Self::FileRead(handle, len) => session.file_read(now, *handle, *len),
            Self::FileWrite(handle, len) => session.file_write(now, *handle, *len),
            Self::Command(command) => session.command(now, command),
        }
    }

    /// How many bytes of the caller's it sends.
    #[must_use]
    pub fn sends(&self) -> u64 {
        match self {
            Self::Put(_, options) => options.len,
            Self::Upload(_, len) => *len,
            Self::FileWrite(_, len) => (*len).into(),
            _ => 0,
        }
    }
}
