//! Files of this machine: `-` is standard input or output, and no broken file stands under a final name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::exit::Problem;

/// Whether the path means standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Something to read.
pub(crate) enum Source {
    /// A file, and its length.
    File(File, u64),
    /// Standard input, or something else of no known length.
    Stream(Box<dyn Read>),
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        if is_standard(path) {
            return Ok(Self::Stream(Box::new(io::stdin().lock())));
        }
        let fault = |error: io::Error| Problem::local(path, &error);
        let file = File::open(path).map_err(fault)?;
        let about = file.metadata().map_err(fault)?;
        if about.is_dir() {
            return Err(fault(io::ErrorKind::IsADirectory.into()));
        }
        Ok(if about.is_file() { Self::File(file, about.len()) } else { Self::Stream(Box::new(file)) })
    }

    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::File(_, len) => Some(*len),
            Self::Stream(_) => None,
        }
    }
}

/// Where a file goes. It is written as `NAME.part` and gets its name when it is whole; dropped before, it leaves nothing.
pub(crate) struct Target {
    path: PathBuf,
    part: Option<PathBuf>,
    file: File,
}

/// What a download that failed leaves.
pub(crate) enum Begun {
    /// So many good bytes.
    Kept {
        /// The file they are in.
        part: PathBuf,
        /// How many.
        bytes: u64,
    },
    /// Nothing.
    Nothing,
}

impl Target {
    /// The file `path`; in it, if it is a folder, one of this name. With `resume` it begins with what there is of it already.
    pub(crate) fn create(path: &Path, name: &str, resume: bool) -> Result<Self, Problem> {
        let path = if path.is_dir() { path.join(name) } else { path.to_owned() };
        if path.is_dir() {
            return Err(Problem::local(&path, &io::ErrorKind::IsADirectory.into()));
        }
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let fault = |error: io::Error| Problem::local(&part, &error);
        if resume && !part.exists() && path.is_file() {
            // The file itself stays as it is until it is whole.
            fs::copy(&path, &part).map_err(fault)?;
        }
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(!resume).open(&part).map_err(fault)?;
        Ok(Self { path, part: Some(part), file })
    }

    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The whole file is here: it gets its name.
    pub(crate) fn finish(mut self) -> Result<PathBuf, Problem> {
        if let Some(part) = self.part.take() {
            fs::rename(&part, &self.path).map_err(|error| Problem::local(&self.path, &error))?;
        }
        Ok(std::mem::take(&mut self.path))
    }

    /// It did not become whole: what is good of it stays.
    pub(crate) fn keep(mut self) -> Begun {
        let bytes = self.file.metadata().map_or(0, |about| about.len());
        match self.part.take_if(|_| bytes > 0) {
            Some(part) => Begun::Kept { part, bytes },
            None => Begun::Nothing,
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let create = |resume| Target::create(&path, "unused", resume).expect("made");
        let entries = || fs::read_dir(folder.path()).expect("there").count();
        drop(create(false));
        assert_eq!(entries(), 0);
        assert!(matches!(create(false).keep(), Begun::Nothing));
        assert_eq!(entries(), 0);

        fs::write(&path, "old").expect("written");
        let mut target = Target::create(folder.path(), "f", false).expect("made");
        target.file().write_all(b"who").expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"old");
        assert!(matches!(target.keep(), Begun::Kept { bytes: 3, .. }));
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
        let mut target = Target::create(&path, "unused", true).expect("made");
        let mut begun = Vec::new();
        target.file().read_to_end(&mut begun).expect("read");
        assert_eq!(begun, b"who");
        assert_eq!(fs::read(&path).expect("there"), b"who", "it stays until the new one is whole");
    }
}
