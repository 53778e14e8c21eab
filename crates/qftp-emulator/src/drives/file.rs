//! An open file of the module, on disk or in memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The bytes of a file in memory. Whoever has it open keeps it when its name is gone, as on disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents(Arc<Mutex<Vec<u8>>>);

/// A file that is open.
#[derive(Debug)]
pub(crate) enum StoredFile {
    Disk(File),
    Memory(MemoryFile),
}

/// Contents, and a position that all of its shares have in common.
#[derive(Clone, Debug)]
pub(crate) struct MemoryFile {
    contents: Contents,
    position: Arc<Mutex<u64>>,
}

impl Contents {
    /// What is in it. A thread that panicked has not left half a write: each is one step.
    fn with<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn len(&self) -> u64 {
        self.with(|bytes| bytes.len() as u64)
    }

    pub(super) fn clear(&self) {
        self.with(Vec::clear);
    }

    pub(super) fn open(&self) -> StoredFile {
        StoredFile::Memory(MemoryFile { contents: self.clone(), position: Arc::default() })
    }
}

impl StoredFile {
    /// Its length in bytes.
    pub(crate) fn size(&self) -> io::Result<u64> {
        match self {
            Self::Disk(file) => Ok(file.metadata()?.len()),
            Self::Memory(file) => Ok(file.contents.len()),
        }
    }

    /// Cuts it off, or fills it up with zeros.
    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.set_len(len),
            Self::Memory(file) => {
                let len = index(len)?;
                file.contents.with(|bytes| bytes.resize(len, 0));
                Ok(())
            }
        }
    }

    /// What was written outlives a loss of power; memory does not.
    pub(crate) fn sync(&self) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.sync_data(),
            Self::Memory(_) => Ok(()),
        }
    }

    /// The same file once more, with the same position.
    pub(crate) fn share(&self) -> io::Result<Self> {
        match self {
            Self::Disk(file) => file.try_clone().map(Self::Disk),
            Self::Memory(file) => Ok(Self::Memory(file.clone())),
        }
    }
}

impl MemoryFile {
    fn at<T>(&self, work: impl FnOnce(&mut u64, &mut Vec<u8>) -> T) -> T {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        self.contents.with(|bytes| work(&mut position, bytes))
    }

    fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.at(|position, bytes| {
            let rest = bytes.get(index(*position)?..).unwrap_or_default();
            let count = rest.len().min(buf.len());
            buf[..count].copy_from_slice(&rest[..count]);
            *position += count as u64;
            Ok(count)
        })
    }

    fn write(&self, buf: &[u8]) -> io::Result<usize> {
        self.at(|position, bytes| {
            let from = index(*position)?;
            let to = from.checked_add(buf.len()).ok_or(io::ErrorKind::FileTooLarge)?;
            if bytes.len() < to {
                bytes.resize(to, 0);
            }
            bytes[from..to].copy_from_slice(buf);
            *position = to as u64;
            Ok(buf.len())
        })
    }

    fn seek(&self, to: SeekFrom) -> io::Result<u64> {
        self.at(|position, bytes| {
            let target = match to {
                SeekFrom::Start(target) => Some(target),
                SeekFrom::Current(offset) => position.checked_add_signed(offset),
                SeekFrom::End(offset) => (bytes.len() as u64).checked_add_signed(offset),
            };
            *position = target.ok_or(io::ErrorKind::InvalidInput)?;
            Ok(*position)
        })
    }
}

fn index(position: u64) -> io::Result<usize> {
    usize::try_from(position).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

impl Read for StoredFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Disk(file) => file.read(buf),
            Self::Memory(file) => file.read(buf),
        }
    }
}

impl Write for StoredFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Disk(file) => file.write(buf),
            Self::Memory(file) => file.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Disk(file) => file.flush(),
            Self::Memory(_) => Ok(()),
        }
    }
}

impl Seek for StoredFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Disk(file) => file.seek(to),
            Self::Memory(file) => file.seek(to),
        }
    }
}
