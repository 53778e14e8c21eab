//! A local file, or a stream, that an upload comes from.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::named;

/// Where an upload comes from. Its errors name the file.
///
/// A file that is shorter than it was, or that was written to meanwhile, is an error: what arrived
/// would be no version of it. What has no length, such as a pipe or a file of /proc, is read to its
/// end.
pub struct LocalSource {
    path: PathBuf,
    input: Input,
    at: u64,
}

enum Input {
    File { file: File, len: u64, modified: Option<SystemTime> },
    Stream(Box<dyn Read + Send>),
}

impl fmt::Debug for LocalSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSource")
            .field("path", &self.path)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl LocalSource {
    /// Opens a file.
    ///
    /// # Errors
    /// Those of the system; [`io::ErrorKind::IsADirectory`] for a folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let fault = |error: io::Error| named(path, error);
        let mut file = File::open(path).map_err(fault)?;
        let about = file.metadata().map_err(fault)?;
        if about.is_dir() {
            return Err(fault(io::ErrorKind::IsADirectory.into()));
        }
        // Files of /proc say that they are empty, and are not.
        let has_no_length = !about.is_file() || (about.len() == 0 && file.read(&mut [0]).map_err(fault)? > 0);
        if about.is_file() {
            file.rewind().map_err(fault)?;
        }
        let input = match has_no_length {
            true => Input::Stream(Box::new(file)),
            false => Input::File { file, len: about.len(), modified: about.modified().ok() },
        };
        Ok(Self { path: path.to_owned(), input, at: 0 })
    }

    /// What a reader has to its end, under the name that errors give it.
    #[must_use]
    pub fn stream(name: &str, reader: Box<dyn Read + Send>) -> Self {
        Self { path: PathBuf::from(name), input: Input::Stream(reader), at: 0 }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its length; `None` where it has none.
    #[must_use]
    pub const fn len(&self) -> Option<u64> {
        match &self.input {
            Input::File { len, .. } => Some(*len),
            Input::Stream(_) => None,
        }
    }

    /// Whether it is known to have no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// What tells this version of the file from others: its path, size, time and place on the disk.
    /// `None` for a stream.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        let Input::File { len, modified, .. } = &self.input else { return None };
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        Some(format!("{}\0{len}\0{modified:?}", path.as_os_str().as_encoded_bytes().escape_ascii()))
    }

    /// Whether the file is still the one that it was when it was opened.
    ///
    /// # Errors
    /// That it is not.
    pub fn unchanged(&self) -> io::Result<()> {
        let Input::File { file, len, modified } = &self.input else { return Ok(()) };
        let about = file.metadata().map_err(|error| named(&self.path, error))?;
        if about.len() == *len && about.modified().ok() == *modified {
            return Ok(());
        }
        let text = "it was written to while it was sent: what arrived is of two versions";
        Err(named(&self.path, io::Error::other(text)))
    }
}

impl Read for LocalSource {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let (read, len) = match &mut self.input {
            Input::File { file, len, .. } => (file.read(buf), *len),
            Input::Stream(stream) => (stream.read(buf), 0),
        };
        let count = read.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => named(&self.path, error),
        })?;
        if count == 0 && !buf.is_empty() && self.at < len {
            let text = format!("it has only {} bytes now and had {len} before", self.at);
            return Err(named(&self.path, io::Error::new(io::ErrorKind::UnexpectedEof, text)));
        }
        self.at = self.at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

impl Seek for LocalSource {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = match (&mut self.input, to) {
            (Input::File { file, .. }, to) => file.seek(to),
            (Input::Stream(_), SeekFrom::Start(at)) if at == self.at => Ok(at),
            (Input::Stream(_), _) => {
                let text = "it has no length: nobody can go back in it";
                Err(io::Error::new(io::ErrorKind::NotSeekable, text))
            }
        };
        self.at = sought.map_err(|error| named(&self.path, error))?;
        Ok(self.at)
    }
}
