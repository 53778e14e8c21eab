//! Files of this machine: `-` is standard input or output, and no broken file stands under a final name.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::exit::Problem;

/// Whether the path means standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Something to read, and its length where that is known.
pub(crate) struct Source {
    pub(crate) reader: Box<dyn Read>,
    pub(crate) len: Option<u64>,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        if is_standard(path) {
            return Ok(Self { reader: Box::new(io::stdin().lock()), len: None });
        }
        let fault = |error: io::Error| Problem::local(path, &error);
        let file = File::open(path).map_err(fault)?;
        let about = file.metadata().map_err(fault)?;
        if about.is_dir() {
            return Err(fault(io::ErrorKind::IsADirectory.into()));
        }
        Ok(Self { reader: Box::new(file), len: about.is_file().then_some(about.len()) })
    }
}

/// Where a file goes. It is written as `NAME.part` and gets its name when it is whole; dropped before, it leaves nothing.
pub(crate) struct Target {
    path: PathBuf,
    part: Option<PathBuf>,
    writer: Box<dyn Write>,
}

impl Target {
    /// The file `path`; in it, if it is a folder, one of this name.
    pub(crate) fn create(path: &Path, name: &str) -> Result<Self, Problem> {
        if is_standard(path) {
            return Ok(Self { path: path.to_owned(), part: None, writer: Box::new(io::stdout().lock()) });
        }
        let path = if path.is_dir() { path.join(name) } else { path.to_owned() };
        if path.is_dir() {
            return Err(Problem::local(&path, &io::ErrorKind::IsADirectory.into()));
        }
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|error| Problem::local(&part, &error))?;
        Ok(Self { path, part: Some(part), writer: Box::new(file) })
    }

    /// The whole file is here: it gets its name.
    pub(crate) fn finish(mut self) -> Result<PathBuf, Problem> {
        self.writer.flush().map_err(|error| Problem::local(&self.path, &error))?;
        if let Some(part) = self.part.take() {
            fs::rename(&part, &self.path).map_err(|error| Problem::local(&self.path, &error))?;
        }
        Ok(std::mem::take(&mut self.path))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
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
    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let mut target = Target::create(&path, "unused").expect("made");
        target.write_all(b"half").expect("written");
        drop(target);
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);

        fs::write(&path, "old").expect("written");
        let mut target = Target::create(folder.path(), "f").expect("made");
        target.write_all(b"whole").expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"old");
        assert_eq!(target.finish().expect("renamed"), path);
        assert_eq!(fs::read(&path).expect("there"), b"whole");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
    }
}
