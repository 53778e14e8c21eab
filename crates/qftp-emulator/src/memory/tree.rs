//! The files and folders of a server in memory, and what happens to them.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use qftp_core::wire::ListKind;

use crate::ftp_side::{Connect, Failure};

/// A server's files, its account, and what it is told to do wrong.
#[derive(Default)]
pub(super) struct Tree {
    /// Every file and folder but the root, by its absolute path.
    pub(super) entries: BTreeMap<Vec<u8>, Entry>,
    pub(super) account: Option<(Vec<u8>, Vec<u8>)>,
    pub(super) fail_next: VecDeque<Failure>,
    pub(super) break_after: Option<(u64, Failure)>,
    pub(super) silent: bool,
    pub(super) logins: usize,
}

pub(super) enum Entry {
    File(Vec<u8>),
    Folder,
}

/// When every file of a [`MemoryServer`](super::MemoryServer) was changed: the time in the application note's example.
pub(super) const MODIFIED: &str = "20140708110039";

impl Tree {
    pub(super) fn log_in(&mut self, connect: &Connect) -> Result<(), Failure> {
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

    pub(super) fn file(&self, path: &[u8]) -> Result<&Vec<u8>, Failure> {
        match self.entries.get(path) {
            Some(Entry::File(data)) => Ok(data),
            _ => Err(Failure::server(550)),
        }
    }

    pub(super) fn is_folder(&self, path: &[u8]) -> bool {
        path == b"/" || matches!(self.entries.get(path), Some(Entry::Folder))
    }

    /// Nothing is there, and its folder is.
    pub(super) fn check_free(&self, path: &[u8]) -> Result<(), Failure> {
        if path == b"/" || self.entries.contains_key(path) || !self.is_folder(parent(path)) {
            return Err(Failure::server(550));
        }
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), Failure> {
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
    pub(super) fn store(&mut self, path: &[u8], offset: u64) -> Result<usize, Failure> {
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

    pub(super) fn children<'a>(&'a self, folder: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a Entry)> {
        let children = self.entries.iter().filter(move |(path, _)| parent(path) == folder);
        children.map(|(path, entry)| (name(path), entry))
    }

    pub(super) fn list(&self, path: &[u8], kind: ListKind) -> Result<Vec<u8>, Failure> {
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
pub(super) fn resolve(here: &[u8], path: &[u8]) -> Vec<u8> {
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

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.entries.keys().map(|path| path.escape_ascii().to_string());
        f.debug_set().entries(paths).finish()
    }
}
