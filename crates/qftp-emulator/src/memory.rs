//! An FTP server without sockets, for tests in the same thread.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use qftp_core::wire::ListKind;

use crate::ftp_side::{Connect, Failure, FtpSide, Reply, Request};

/// A tree of files and folders in memory, behind as many [`MemoryFtp`]s as wanted. Clones are the same server.
///
/// Host names that end in `.invalid` do not exist. Everybody may log in until [`set_account`](Self::set_account).
///
/// ```
/// use qftp_emulator::MemoryServer;
/// let server = MemoryServer::new();
/// server.add_file("/logs/today.txt", "hello");
/// assert_eq!(server.file("/logs/today.txt").as_deref(), Some(&b"hello"[..]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryServer(Arc<Mutex<Tree>>);

#[derive(Default)]
struct Tree {
    /// Every file and folder but the root, by its absolute path.
    entries: BTreeMap<Vec<u8>, Entry>,
    account: Option<(Vec<u8>, Vec<u8>)>,
    fail_next: VecDeque<Failure>,
    break_after: Option<(u64, Failure)>,
    silent: bool,
    logins: usize,
}

enum Entry {
    File(Vec<u8>),
    Folder,
}

/// When every file of a [`MemoryServer`] was changed: the time in the application note's example.
const MODIFIED: &str = "20140708110039";

impl MemoryServer {
    /// A server with an empty root folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file, and the folders on its way, in place.
    pub fn add_file(&self, path: &str, data: impl Into<Vec<u8>>) {
        if let Some((parent, _)) = path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
            self.add_folder(parent);
        }
        self.tree().entries.insert(resolve(b"/", path.as_bytes()), Entry::File(data.into()));
    }

    /// Takes a file away.
    pub fn remove_file(&self, path: &str) {
        self.tree().entries.remove(path.as_bytes());
    }

    /// Puts a folder, and those on its way, in place.
    pub fn add_folder(&self, path: &str) {
        let path = resolve(b"/", path.as_bytes());
        let ends = path.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        let mut tree = self.tree();
        for end in ends.chain([path.len()]).filter(|end| *end > 1) {
            tree.entries.insert(path[..end].to_vec(), Entry::Folder);
        }
    }

    /// The content of a file, if there is one.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<Vec<u8>> {
        match self.tree().entries.get(path.as_bytes()) {
            Some(Entry::File(data)) => Some(data.clone()),
            _ => None,
        }
    }

    /// Whether there is a folder of this path.
    #[must_use]
    pub fn has_folder(&self, path: &str) -> bool {
        self.tree().is_folder(path.as_bytes())
    }

    /// From now on only this account may log in; others get 530.
    pub fn set_account(&self, user: &str, password: &str) {
        self.tree().account = Some((user.into(), password.into()));
    }

    /// How often somebody logged in.
    #[must_use]
    pub fn logins(&self) -> usize {
        self.tree().logins
    }

    /// The next command that is not file data fails so. May be called several times for several commands.
    pub fn fail_next(&self, failure: Failure) {
        self.tree().fail_next.push_back(failure);
    }

    /// The next transfer breaks off with this failure once so many bytes have passed.
    pub fn break_after(&self, bytes: u64, failure: Failure) {
        self.tree().break_after = Some((bytes, failure));
    }

    /// While silent, the server answers nothing.
    pub fn set_silent(&self, silent: bool) {
        self.tree().silent = silent;
    }

    fn tree(&self) -> MutexGuard<'_, Tree> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.entries.keys().map(|path| path.escape_ascii().to_string());
        f.debug_set().entries(paths).finish()
    }
}

/// A session of a module on a [`MemoryServer`]; answers at once.
#[derive(Debug)]
pub struct MemoryFtp {
    server: MemoryServer,
    folder: Option<Vec<u8>>,
    transfer: Transfer,
    replies: VecDeque<Reply>,
}

#[derive(Debug)]
enum Transfer {
    None,
    Upload { path: Vec<u8>, at: usize, breaks: Option<(u64, Failure)> },
    Download { data: Vec<u8>, at: usize, breaks: Option<(u64, Failure)> },
}

impl MemoryFtp {
    /// A client of this server.
    #[must_use]
    pub fn new(server: &MemoryServer) -> Self {
        Self { server: server.clone(), folder: None, transfer: Transfer::None, replies: VecDeque::new() }
    }

    /// `None` where nothing is to be said.
    fn answer(&mut self, request: Request) -> Result<Option<Reply>, Failure> {
        let server = self.server.clone();
        let mut tree = server.tree();
        if !matches!(
            request,
            Request::Data(_) | Request::Read(_) | Request::EndOfData | Request::Abort | Request::Quit
        ) {
            if let Some(failure) = tree.fail_next.pop_front() {
                return Err(failure);
            }
            if self.folder.is_none() && !matches!(request, Request::Connect(_)) {
                return Err(Failure::local(606));
            }
        }
        let here = self.folder.clone().unwrap_or_default();
        let at = |path: &[u8]| resolve(&here, path);
        let reply = match request {
            Request::Connect(connect) => {
                tree.log_in(&connect)?;
                self.folder = Some(b"/".to_vec());
                Reply::Done
            }
            Request::ChangeDir(path) => {
                let path = at(&path);
                if !tree.is_folder(&path) {
                    return Err(Failure::server(550));
                }
                self.folder = Some(path);
                Reply::Done
            }
            Request::WorkingDir => Reply::Text(here),
            Request::Size(path) => Reply::Number(tree.file(&at(&path))?.len() as u64),
            Request::ModTime(path) => tree.file(&at(&path)).map(|_| Reply::Text(MODIFIED.into()))?,
            Request::Delete(path) => {
                tree.file(&at(&path))?;
                tree.entries.remove(&at(&path));
                Reply::Done
            }
            Request::MakeDir(path) => {
                let path = at(&path);
                tree.check_free(&path)?;
                tree.entries.insert(path, Entry::Folder);
                Reply::Done
            }
            Request::RemoveDir(path) => {
                let path = at(&path);
                if path == b"/" || !tree.is_folder(&path) || tree.children(&path).next().is_some() {
                    return Err(Failure::server(550));
                }
                tree.entries.remove(&path);
                Reply::Done
            }
            Request::Rename { from, to } => {
                tree.rename(&at(&from), &at(&to))?;
                Reply::Done
            }
            Request::Store { path, offset } => {
                let path = at(&path);
                let at = tree.store(&path, offset)?;
                self.transfer = Transfer::Upload { path, at, breaks: tree.break_after.take() };
                Reply::Opened
            }
            Request::Retrieve { path, offset, limit } => {
                let data = tree.file(&at(&path))?;
                let rest = usize::try_from(offset)
                    .ok()
                    .and_then(|offset| data.get(offset..))
                    .ok_or(Failure::local(612))?;
                let most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
                let data = rest[..rest.len().min(most)].to_vec();
                self.transfer = Transfer::Download { data, at: 0, breaks: tree.break_after.take() };
                Reply::Opened
            }
            Request::List { kind, path } => {
                let data = tree.list(&at(&path), kind)?;
                self.transfer = Transfer::Download { data, at: 0, breaks: tree.break_after.take() };
                Reply::Opened
            }
            Request::Data(data) => return self.upload(&mut tree, &data),
            Request::EndOfData => match std::mem::replace(&mut self.transfer, Transfer::None) {
                Transfer::Upload { .. } => Reply::Complete,
                _ => return Ok(None),
            },
            Request::Read(most) => return self.download(most),
            Request::Abort => {
                self.transfer = Transfer::None;
                Reply::Aborted
            }
            Request::Quit => {
                self.folder = None;
                self.transfer = Transfer::None;
                Reply::Done
            }
        };
        Ok(Some(reply))
    }

    fn upload(&mut self, tree: &mut Tree, data: &[u8]) -> Result<Option<Reply>, Failure> {
        let Transfer::Upload { path, at, breaks } = &mut self.transfer else { return Ok(None) };
        let fits = breaks
            .map_or(data.len(), |(left, _)| data.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        if let Some(Entry::File(file)) = tree.entries.get_mut(path) {
            let end = *at + fits;
            if file.len() < end {
                file.resize(end, 0);
            }
            file[*at..end].copy_from_slice(&data[..fits]);
            *at = end;
        }
        match breaks {
            Some((left, failure)) if fits < data.len() || *left == fits as u64 => {
                let failure = *failure;
                self.transfer = Transfer::None;
                Err(failure)
            }
            Some((left, _)) => {
                *left -= fits as u64;
                Ok(Some(Reply::Taken(data.len())))
            }
            None => Ok(Some(Reply::Taken(data.len()))),
        }
    }

    fn download(&mut self, most: usize) -> Result<Option<Reply>, Failure> {
        let Transfer::Download { data, at, breaks } = &mut self.transfer else { return Ok(None) };
        let rest = data.get(*at..).unwrap_or_default();
        let most = breaks.map_or(most, |(left, _)| most.min(usize::try_from(left).unwrap_or(usize::MAX)));
        let piece = rest[..rest.len().min(most)].to_vec();
        *at += piece.len();
        if piece.is_empty() {
            let failure = breaks.map(|(_, failure)| failure).filter(|_| *at < data.len());
            self.transfer = Transfer::None;
            return failure.map_or(Ok(Some(Reply::Complete)), Err);
        }
        if let Some((left, _)) = breaks {
            *left -= piece.len() as u64;
        }
        Ok(Some(Reply::Data(piece)))
    }
}

impl FtpSide for MemoryFtp {
    fn request(&mut self, request: Request) {
        let silent = self.server.tree().silent && request != Request::Abort;
        if silent {
            return;
        }
        match self.answer(request) {
            Ok(Some(reply)) => self.replies.push_back(reply),
            Ok(None) => {}
            Err(failure) => self.replies.push_back(Reply::Failed(failure)),
        }
    }

    fn poll(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }
}

impl Tree {
    fn log_in(&mut self, connect: &Connect) -> Result<(), Failure> {
        if connect.host.ends_with(".invalid") {
            return Err(Failure::local(604));
        }
        if let Some((user, password)) = &self.account
            && (*user != connect.user || *password != connect.password)
        {
            return Err(Failure::server(530));
        }
        self.logins += 1;
        Ok(())
    }

    fn file(&self, path: &[u8]) -> Result<&Vec<u8>, Failure> {
        match self.entries.get(path) {
            Some(Entry::File(data)) => Ok(data),
            _ => Err(Failure::server(550)),
        }
    }

    fn is_folder(&self, path: &[u8]) -> bool {
        path == b"/" || matches!(self.entries.get(path), Some(Entry::Folder))
    }

    /// Nothing is there, and its folder is.
    fn check_free(&self, path: &[u8]) -> Result<(), Failure> {
        if path == b"/" || self.entries.contains_key(path) || !self.is_folder(parent(path)) {
            return Err(Failure::server(550));
        }
        Ok(())
    }

    fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), Failure> {
        if !self.entries.contains_key(from) {
            return Err(Failure::server(550));
        }
        self.check_free(to).map_err(|_| Failure::server(553))?;
        let moved: Vec<_> =
            self.entries.keys().filter(|path| *path == from || is_below(path, from)).cloned().collect();
        for path in moved {
            if let Some(entry) = self.entries.remove(&path) {
                self.entries.insert([to, &path[from.len()..]].concat(), entry);
            }
        }
        Ok(())
    }

    /// Where the data of an upload go.
    fn store(&mut self, path: &[u8], offset: u64) -> Result<usize, Failure> {
        if self.is_folder(path) || !self.is_folder(parent(path)) {
            return Err(Failure::server(553));
        }
        let offset = usize::try_from(offset).map_err(|_| Failure::local(612))?;
        if offset == 0 {
            self.entries.insert(path.to_vec(), Entry::File(Vec::new()));
        } else if self.file(path).map_or(0, Vec::len) < offset {
            return Err(Failure::local(612));
        }
        Ok(offset)
    }

    fn children<'a>(&'a self, folder: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a Entry)> {
        let children = self.entries.iter().filter(move |(path, _)| parent(path) == folder);
        children.map(|(path, entry)| (name(path), entry))
    }

    fn list(&self, path: &[u8], kind: ListKind) -> Result<Vec<u8>, Failure> {
        let entries: Vec<_> = match self.entries.get(path) {
            Some(entry @ Entry::File(_)) => vec![(name(path), entry)],
            _ if self.is_folder(path) => self.children(path).collect(),
            _ => return Err(Failure::server(550)),
        };
        let mut list = Vec::new();
        for (name, entry) in entries {
            let (size, letter, kind_fact) = match entry {
                Entry::File(data) => (data.len(), '-', "file"),
                Entry::Folder => (0, 'd', "dir"),
            };
            let facts = match kind {
                ListKind::Long => format!("{letter}rwxr-xr-x    1 ftp      ftp      {size:>8} Jul 08  2014 "),
                ListKind::Names => String::new(),
                ListKind::Facts => format!("type={kind_fact};size={size};modify={MODIFIED}; "),
            };
            list.extend(facts.into_bytes());
            list.extend(name);
            list.extend(b"\r\n");
        }
        Ok(list)
    }
}

/// An absolute path without `.` and `..`.
fn resolve(here: &[u8], path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    let base: &[u8] = if path.starts_with(b"/") { b"" } else { here };
    for part in base.split(|byte| *byte == b'/').chain(path.split(|byte| *byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    [b"/".as_slice(), &parts.join(&b'/')].concat()
}

fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(0) | None => b"/",
        Some(at) => &path[..at],
    }
}

fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

fn is_below(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"))
}
