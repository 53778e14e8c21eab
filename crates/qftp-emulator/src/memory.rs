//! An FTP server without sockets, for tests in the same thread.

mod tree;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ftp_side::{Failure, FtpSide, Reply, Request};
use tree::{Entry, MODIFIED, Tree, resolve};

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
