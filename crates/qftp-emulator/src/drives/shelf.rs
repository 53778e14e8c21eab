//! Where the files of one storage lie: in a folder, or in memory.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use qftp_core::wire::OpenMode;

use super::file::{Contents, StoredFile};

/// Files by their names. Clones are the same files.
#[derive(Clone, Debug)]
pub(super) enum Shelf {
    Folder(PathBuf),
    Memory(Arc<Mutex<Files>>),
}

type Files = BTreeMap<Vec<u8>, Contents>;

impl Shelf {
    /// A folder, made when it is not there, for its owner alone: hosts bring keys into a module.
    pub(super) fn folder(folder: PathBuf) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Self::Folder(folder))
    }

    pub(super) fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// The folder, where it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Memory(_) => None,
        }
    }

    /// Whether a file may have this name, which leads nowhere else.
    pub(super) fn takes(&self, name: &[u8]) -> bool {
        match self {
            Self::Folder(folder) => file_name(name).is_some_and(|name| {
                // A link in the folder could lead out of it.
                fs::symlink_metadata(folder.join(name)).map_or(true, |found| found.is_file())
            }),
            Self::Memory(_) => true,
        }
    }

    pub(super) fn has(&self, name: &[u8]) -> bool {
        match self {
            Self::Folder(folder) => file_name(name).is_some_and(|name| folder.join(name).exists()),
            Self::Memory(files) => lock(files).contains_key(name),
        }
    }

    /// Opens a file; one that may be written is made when it is not there.
    pub(super) fn open(&self, name: &[u8], mode: OpenMode) -> io::Result<StoredFile> {
        let writes = mode != OpenMode::ReadOnly;
        match self {
            Self::Folder(folder) => OpenOptions::new()
                .read(true)
                .write(writes)
                .create(writes)
                .truncate(mode == OpenMode::Truncate)
                .open(within(folder, name)?)
                .map(StoredFile::Disk),
            Self::Memory(files) => {
                let mut files = lock(files);
                let contents = match files.get(name) {
                    Some(contents) => contents.clone(),
                    None if writes => files.entry(name.to_vec()).or_default().clone(),
                    None => return Err(io::ErrorKind::NotFound.into()),
                };
                if mode == OpenMode::Truncate {
                    contents.clear();
                }
                Ok(contents.open())
            }
        }
    }

    /// Names and sizes, by name.
    pub(super) fn files(&self) -> io::Result<Vec<(Vec<u8>, u64)>> {
        match self {
            Self::Folder(folder) => {
                let mut files = Vec::new();
                for entry in fs::read_dir(folder)?.flatten() {
                    if let Ok(found) = entry.metadata()
                        && found.is_file()
                    {
                        files.push((entry.file_name().into_encoded_bytes(), found.len()));
                    }
                }
                files.sort();
                Ok(files)
            }
            Self::Memory(files) => {
                Ok(lock(files).iter().map(|(name, contents)| (name.clone(), contents.len())).collect())
            }
        }
    }

    pub(super) fn remove(&self, name: &[u8]) -> io::Result<()> {
        match self {
            Self::Folder(folder) => fs::remove_file(within(folder, name)?),
            Self::Memory(files) => match lock(files).remove(name) {
                Some(_) => Ok(()),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }
}

/// The files. A thread that panicked has not left half a change: each is one step.
fn lock(files: &Mutex<Files>) -> MutexGuard<'_, Files> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

fn within(folder: &Path, name: &[u8]) -> io::Result<PathBuf> {
    Ok(folder.join(file_name(name).ok_or(io::ErrorKind::InvalidFilename)?))
}

#[cfg(unix)]
fn file_name(name: &[u8]) -> Option<&std::ffi::OsStr> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn file_name(name: &[u8]) -> Option<&std::ffi::OsStr> {
    std::str::from_utf8(name).ok().map(std::ffi::OsStr::new)
}
