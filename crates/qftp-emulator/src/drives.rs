//! The module's own files: UFS, RAM and SD, each a folder or a place in memory, with a size limit.

mod file;
mod shelf;
mod temporary;

use std::io;
use std::path::Path;
use std::sync::Arc;

use qftp_core::codes::CmeCode;
use qftp_core::limits;
use qftp_core::wire::{OpenMode, Storage};

pub(crate) use file::StoredFile;
use shelf::Shelf;
use temporary::Temporary;

/// Size of the UFS of a [`Drives`] unless set otherwise: what an EC200S shows.
pub const UFS_SIZE: u64 = 5 << 20;
/// Size of the RAM disk unless set otherwise.
pub const RAM_SIZE: u64 = 2 << 20;
/// Size of the SD card unless set otherwise.
pub const SD_SIZE: u64 = 64 << 20;

/// A storage: where its files lie, and how much fits into it.
#[derive(Debug, Clone)]
struct Volume {
    shelf: Shelf,
    size: u64,
    /// Somebody chose the size; a family leaves it.
    chosen: bool,
    /// A file takes whole blocks of this size.
    block: u64,
    /// Bytes that something else takes.
    taken: u64,
}

/// What is behind UFS, RAM and SD: folders, or memory. Clones are the same files.
///
/// ```
/// use qftp_emulator::{Drives, Storage};
/// # let folder = tempfile::tempdir()?;
/// let drives = Drives::in_folder(folder.path())?.with_size(Storage::Ufs, 100_000).without(Storage::Sd);
/// # let _ = drives;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Drives {
    ufs: Volume,
    ram: Option<Volume>,
    sd: Option<Volume>,
    /// Longest name with its storage, in bytes.
    longest_name: usize,
    /// Removed with the last clone.
    temporary: Option<Arc<Temporary>>,
}

/// A file of the module, there or not: its storage and its name there, which leads nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) storage: Storage,
    name: Vec<u8>,
}

/// The `+CME ERROR`s of files that this module needs (companion.md §2).
pub(crate) mod cme {
    use qftp_core::codes::CmeCode;

    pub(crate) const INVALID_INPUT: CmeCode = CmeCode::new(400);
    pub(crate) const BEYOND_END: CmeCode = CmeCode::new(401);
    pub(crate) const DRIVE_FULL: CmeCode = CmeCode::new(403);
    pub(crate) const NOT_FOUND: CmeCode = CmeCode::new(405);
    pub(crate) const INVALID_NAME: CmeCode = CmeCode::new(406);
    pub(crate) const EXISTS: CmeCode = CmeCode::new(407);
    pub(crate) const WRITE: CmeCode = CmeCode::new(409);
    pub(crate) const OPEN: CmeCode = CmeCode::new(410);
    pub(crate) const READ: CmeCode = CmeCode::new(411);
    pub(crate) const TOO_MANY_OPEN: CmeCode = CmeCode::new(413);
    pub(crate) const READ_ONLY: CmeCode = CmeCode::new(414);
    pub(crate) const HANDLE: CmeCode = CmeCode::new(416);
    pub(crate) const LIST: CmeCode = CmeCode::new(417);
    pub(crate) const DELETE: CmeCode = CmeCode::new(418);
    pub(crate) const DISK_INFO: CmeCode = CmeCode::new(419);
    pub(crate) const NO_SPACE: CmeCode = CmeCode::new(420);
    pub(crate) const ALREADY_OPEN: CmeCode = CmeCode::new(426);
}

impl Drives {
    /// The folders `ufs`, `ram` and `sd` in `folder`, made when they are not there.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let shelf = |name: &str| Shelf::folder(folder.join(name));
        Ok(Self::on([shelf("ufs")?, shelf("ram")?, shelf("sd")?]))
    }

    /// In memory, gone with the last clone: for tests that need many modules, or no disk.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::on([Shelf::memory(), Shelf::memory(), Shelf::memory()])
    }

    fn on([ufs, ram, sd]: [Shelf; 3]) -> Self {
        let volume = |shelf, size| Volume { shelf, size, chosen: false, block: 1, taken: 0 };
        Self {
            ufs: volume(ufs, UFS_SIZE),
            ram: Some(volume(ram, RAM_SIZE)),
            sd: Some(volume(sd, SD_SIZE)),
            longest_name: limits::MODULE_FILE,
            temporary: None,
        }
    }

    /// Folders of its own, which nobody else may look into, removed with the value. Those of a process that was killed are removed by
    /// the next call of this.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn temporary() -> io::Result<Self> {
        let temporary = Temporary::create()?;
        let mut drives = Self::in_folder(temporary.path())?;
        drives.temporary = Some(Arc::new(temporary));
        Ok(drives)
    }

    /// The same with another size of one storage, in bytes.
    #[must_use]
    pub fn with_size(mut self, storage: Storage, size: u64) -> Self {
        self.change(storage, |volume| (volume.size, volume.chosen) = (size, true));
        self
    }

    /// The same with another length of names.
    pub(crate) fn with_longest_name(mut self, bytes: u16) -> Self {
        self.longest_name = bytes.into();
        self
    }

    /// The same with what a family's storage is like; a size that somebody chose stays.
    pub(crate) fn with_family_size(mut self, storage: Storage, size: u64, block: u64) -> Self {
        self.change(storage, |volume| {
            if !volume.chosen {
                (volume.size, volume.block) = (size, block.max(1));
            }
        });
        self
    }

    /// The same with storage given out in blocks of so many bytes: a file of one byte takes a whole one.
    #[must_use]
    pub fn with_blocks(mut self, storage: Storage, block: u64) -> Self {
        self.change(storage, |volume| (volume.block, volume.chosen) = (block.max(1), true));
        self
    }

    /// The same with so many bytes taken by something that no listing shows.
    #[must_use]
    pub fn with_taken(mut self, storage: Storage, bytes: u64) -> Self {
        self.change(storage, |volume| volume.taken = bytes);
        self
    }

    fn change(&mut self, storage: Storage, change: impl FnOnce(&mut Volume)) {
        match storage {
            Storage::Ufs => change(&mut self.ufs),
            Storage::Ram => {
                let _ = self.ram.as_mut().map(change);
            }
            Storage::Sd => {
                let _ = self.sd.as_mut().map(change);
            }
        }
    }

    /// The same without a storage: not every module has RAM, few have SD. UFS is always there.
    #[must_use]
    pub fn without(mut self, storage: Storage) -> Self {
        match storage {
            Storage::Ufs => {}
            Storage::Ram => self.ram = None,
            Storage::Sd => self.sd = None,
        }
        self
    }

    /// The folder behind a storage, if the module has that storage and it is a folder.
    #[must_use]
    pub fn folder(&self, storage: Storage) -> Option<&Path> {
        self.volume(storage)?.shelf.path()
    }

    fn volume(&self, storage: Storage) -> Option<&Volume> {
        match storage {
            Storage::Ufs => Some(&self.ufs),
            Storage::Ram => self.ram.as_ref(),
            Storage::Sd => self.sd.as_ref(),
        }
    }

    /// Where a file is or would be. A name that could mean anything but a file right in its folder is refused.
    pub(crate) fn place(&self, name: &[u8]) -> Result<Place, CmeCode> {
        if name.len() > self.longest_name {
            return Err(cme::INVALID_NAME);
        }
        let (storage, rest) = Storage::split(name);
        let forbidden =
            |byte: &u8| matches!(byte, b'/' | b'\\' | b':' | b'"' | b'*') || byte.is_ascii_control();
        if rest.is_empty() || rest == b"." || rest == b".." || rest.iter().any(forbidden) {
            return Err(cme::INVALID_NAME);
        }
        let volume = self.volume(storage).ok_or(cme::INVALID_NAME)?;
        if !volume.shelf.takes(rest) {
            return Err(cme::INVALID_NAME);
        }
        Ok(Place { storage, name: rest.to_vec() })
    }

    fn shelf(&self, place: &Place) -> io::Result<&Shelf> {
        // A fault may have taken the storage away meanwhile.
        self.volume(place.storage).map(|volume| &volume.shelf).ok_or(io::ErrorKind::NotFound.into())
    }

    /// Whether there is a file.
    pub(crate) fn has(&self, place: &Place) -> bool {
        self.shelf(place).is_ok_and(|shelf| shelf.has(&place.name))
    }

    /// Opens a file; one that may be written is made when it is not there.
    pub(crate) fn open(&self, place: &Place, mode: OpenMode) -> Result<StoredFile, CmeCode> {
        let opened = self.shelf(place).and_then(|shelf| shelf.open(&place.name, mode));
        opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => cme::NOT_FOUND,
            _ => cme::OPEN,
        })
    }

    /// Opens an existing file for reading, and says how long it is.
    pub(crate) fn read(&self, name: &[u8]) -> Result<(StoredFile, u64), CmeCode> {
        let file = self.open(&self.place(name)?, OpenMode::ReadOnly)?;
        let size = file.size().map_err(|_| cme::OPEN)?;
        Ok((file, size))
    }

    /// Bytes free and in all; `None` when the module has no such storage.
    pub(crate) fn space(&self, storage: Storage) -> Option<(u64, u64)> {
        let volume = self.volume(storage)?;
        let files = self.files(storage).ok()?;
        let used: u64 = files.iter().map(|(_, size)| size.next_multiple_of(volume.block)).sum();
        Some((volume.size.saturating_sub(used).saturating_sub(volume.taken), volume.size))
    }

    /// Bytes free.
    pub(crate) fn free(&self, storage: Storage) -> u64 {
        self.space(storage).map_or(0, |(free, _)| free)
    }

    /// The names (without prefix) and sizes of a storage's files, by name.
    pub(crate) fn files(&self, storage: Storage) -> Result<Vec<(Vec<u8>, u64)>, CmeCode> {
        let volume = self.volume(storage).ok_or(cme::LIST)?;
        volume.shelf.files().map_err(|_| cme::LIST)
    }

    /// Deletes one file.
    pub(crate) fn delete(&self, place: &Place) -> Result<(), CmeCode> {
        let deleted = self.shelf(place).and_then(|shelf| shelf.remove(&place.name));
        deleted.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => cme::NOT_FOUND,
            _ => cme::DELETE,
        })
    }

    /// Deletes every file of a storage.
    pub(crate) fn clear(&self, storage: Storage) -> Result<(), CmeCode> {
        for (name, _) in self.files(storage)? {
            self.delete(&Place { storage, name })?;
        }
        Ok(())
    }
}

/// Whether a name matches a pattern of `AT+QFLST`, where `*` stands for anything.
pub(crate) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where the last star stood, and the first byte it does not swallow: on a mismatch it swallows one more.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(n) {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, n));
            p += 1;
        } else if pattern.get(p) == Some(byte) {
            (p, n) = (p + 1, n + 1);
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, n) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        let drives = Drives::temporary().unwrap();
        for name in [
            &b"../x"[..],
            b"..",
            b".",
            b"",
            b"/etc/passwd",
            b"a/b",
            b"RAM:../x",
            b"RAM:",
            b"a\0b",
            b"UFS:RAM:x",
            b"c:\\x",
            b"a\nb",
        ] {
            assert_eq!(drives.place(name), Err(cme::INVALID_NAME), "{}", name.escape_ascii());
        }
        let ram = drives.place(b"ram:x.bin").unwrap();
        assert_eq!((ram.storage, &ram.name[..]), (Storage::Ram, &b"x.bin"[..]));
        drives.open(&ram, OpenMode::Truncate).unwrap();
        assert!(drives.folder(Storage::Ram).unwrap().join("x.bin").is_file());
        assert_eq!(drives.place(b"..x").unwrap().storage, Storage::Ufs);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out() {
        let drives = Drives::temporary().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", drives.folder(Storage::Ufs).unwrap().join("link")).unwrap();
        assert_eq!(drives.place(b"link"), Err(cme::INVALID_NAME));
        assert_eq!(drives.files(Storage::Ufs).unwrap(), []);
    }

    #[test]
    fn patterns() {
        assert!(
            matches(b"*", b"")
                && matches(b"*.txt", b"a.txt")
                && matches(b"a*b*c", b"axxbyyc")
                && matches(b"x", b"x")
        );
        assert!(!matches(b"*.txt", b"a.bin") && !matches(b"a", b"ab"));
    }
}
