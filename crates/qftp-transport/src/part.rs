//! A local file that has its name only when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Where a download goes: it is written as `NAME.part` and gets its name when it is whole. Dropped before, it leaves nothing.
///
/// Errors name the file.
#[derive(Debug)]
pub struct PartFile {
    path: PathBuf,
    part: Option<PathBuf>,
    file: File,
}

/// What a download that failed leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file with the good bytes.
    pub part: PathBuf,
    /// How many there are; never 0.
    pub bytes: u64,
}

impl PartFile {
    /// The file `path`; in it, if it is a folder, one of this name. With `resume` it begins with what there is of it already.
    ///
    /// # Errors
    /// Those of the system, and [`io::ErrorKind::IsADirectory`] where a folder has the file's name.
    pub fn create(path: &Path, name: &str, resume: bool) -> io::Result<Self> {
        let path = if path.is_dir() { path.join(name) } else { path.to_owned() };
        if path.is_dir() {
            return Err(named(&path, io::ErrorKind::IsADirectory.into()));
        }
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let fault = |error| named(&part, error);
        if resume && !part.exists() && path.is_file() {
            // The file itself stays as it is until it is whole.
            fs::copy(&path, &part).map_err(fault)?;
        }
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(!resume).open(&part).map_err(fault)?;
        Ok(Self { path, part: Some(part), file })
    }

    /// The file to write to.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The whole file is here: it gets its name. Returns its path.
    ///
    /// # Errors
    /// Those of the system.
    pub fn finish(mut self) -> io::Result<PathBuf> {
        if let Some(part) = self.part.take() {
            fs::rename(&part, &self.path).map_err(|error| named(&self.path, error))?;
        }
        Ok(std::mem::take(&mut self.path))
    }

    /// It did not become whole: what is good of it stays; `None` where nothing is.
    #[must_use]
    pub fn keep(mut self) -> Option<Kept> {
        let bytes = self.file.metadata().map_or(0, |about| about.len());
        self.part.take_if(|_| bytes > 0).map(|part| Kept { part, bytes })
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let create = |resume| PartFile::create(&path, "unused", resume).expect("made");
        let entries = || fs::read_dir(folder.path()).expect("there").count();
        drop(create(false));
        assert_eq!(entries(), 0);
        assert_eq!(create(false).keep(), None);
        assert_eq!(entries(), 0);

        fs::write(&path, "old").expect("written");
        let mut target = PartFile::create(folder.path(), "f", false).expect("made");
        target.file().write_all(b"who").expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"old");
        assert!(matches!(target.keep(), Some(Kept { bytes: 3, .. })));
        let mut target = create(true);
        target.file().seek(SeekFrom::End(0)).expect("sought");
        target.file().write_all(b"le").expect("written");
        assert_eq!(target.finish().expect("renamed"), path);
        assert_eq!(fs::read(&path).expect("there"), b"whole");
        assert_eq!(entries(), 1);
    }

    #[test]
    fn what_is_gone_on_with_may_be_the_file_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        fs::write(&path, "who").expect("written");
        let mut target = PartFile::create(&path, "unused", true).expect("made");
        let mut begun = Vec::new();
        target.file().read_to_end(&mut begun).expect("read");
        assert_eq!(begun, b"who");
        assert_eq!(fs::read(&path).expect("there"), b"who", "it stays until the new one is whole");
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("none/f");
        let error = PartFile::create(&path, "unused", false).expect_err("no such folder");
        assert!(error.to_string().contains("none/f.part: "), "{error}");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
