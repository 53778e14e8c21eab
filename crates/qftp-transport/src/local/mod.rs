//! A local file that a download goes to: it has its name only when it is whole.

mod name;
mod partial;
mod place;
mod proof;
mod source;
mod system;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) use name::{number_of, random, temporary};
use partial::Partial;
pub use partial::is_partial;
use place::Place;
pub use proof::{Origin, Version};
pub use source::LocalSource;

use crate::client::Target;

/// With what a download begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// With nothing.
    #[default]
    Anew,
    /// With what an earlier call has left of this very remote file.
    Partial,
    /// The same; where there is nothing of that, with the target itself, which the user says to be
    /// its beginning.
    PartialOrTarget,
}

/// What a download that failed leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file with the good bytes.
    pub part: PathBuf,
    /// How many there are; never 0.
    pub bytes: u64,
}

/// Where a download goes.
///
/// A regular file is written under a temporary name in the same folder, made for it alone, and gets
/// its name when it is whole. Beside it stands what it is of and how much of it is good, so that a
/// later call goes on with it, also after this process was killed. A symbolic link is followed; the
/// file that it leads to is replaced. A new file has the mode that the umask leaves, another one
/// keeps its mode. A file that is read-only is refused. A pipe or a device is written into, and
/// there is no going back in it.
///
/// Dropped, it is as after [`keep`](Self::keep). Errors name the file.
#[derive(Debug)]
pub struct LocalTarget(Kind);

#[derive(Debug)]
enum Kind {
    Partial(Box<Partial>),
    Stream { path: PathBuf, file: File, written: u64 },
}

impl LocalTarget {
    /// The file `path`, or in it, where it is a folder, one of this name.
    ///
    /// # Errors
    /// Those of the system; [`io::ErrorKind::IsADirectory`] where a folder has the file's name, [`io::ErrorKind::PermissionDenied`] where
    /// the file is read-only, [`io::ErrorKind::InvalidInput`] where a pipe or device is to be gone on with.
    pub fn create(path: &Path, name: &str, origin: &Origin, begin: Begin) -> io::Result<Self> {
        match Place::find(path, name)? {
            Place::File { path, old } => Partial::create(path, old, origin, begin)
                .map(|partial| Self(Kind::Partial(Box::new(partial)))),
            Place::Stream(path) if begin != Begin::Anew => {
                let text = "it is no regular file: nothing in it can be gone on with";
                Err(named(&path, io::Error::new(io::ErrorKind::InvalidInput, text)))
            }
            Place::Stream(path) => {
                let mut options = OpenOptions::new();
                // What stands behind /dev/stdout may be a file with something in it.
                options.write(true).append(path.metadata().is_ok_and(|about| about.is_file()));
                let file = options.open(&path).map_err(|error| named(&path, error))?;
                Ok(Self(Kind::Stream { path, file, written: 0 }))
            }
        }
    }

    /// Whether it is a pipe or device, in which nobody can go back.
    #[must_use]
    pub const fn is_stream(&self) -> bool {
        matches!(self.0, Kind::Stream { .. })
    }

    /// The path that it has, or gets when it is whole.
    #[must_use]
    pub fn path(&self) -> &Path {
        match &self.0 {
            Kind::Partial(partial) => partial.path(),
            Kind::Stream { path, .. } => path,
        }
    }

    /// Bytes at its beginning that are good.
    #[must_use]
    pub fn trusted(&self) -> u64 {
        match &self.0 {
            Kind::Partial(partial) => partial.trusted(),
            Kind::Stream { .. } => 0,
        }
    }

    /// Notes how many bytes at the beginning are good; it is on the disk when this returns. What is
    /// beyond is cut by the next call that goes on.
    ///
    /// # Errors
    /// Those of the system.
    pub fn record(&mut self, trusted: u64) -> io::Result<()> {
        match &mut self.0 {
            Kind::Partial(partial) => partial.record(trusted),
            Kind::Stream { .. } => Ok(()),
        }
    }

    /// Says when the remote file was last written: the file gets that time when it is whole.
    pub fn set_modified(&mut self, time: std::time::SystemTime) {
        if let Kind::Partial(partial) = &mut self.0 {
            partial.set_modified(time);
        }
    }

    /// The whole file is here: it gets its name. Returns its path.
    ///
    /// # Errors
    /// Those of the system; the file then stays under its temporary name, which the error says.
    pub fn finish(self) -> io::Result<PathBuf> {
        match self.0 {
            Kind::Partial(partial) => partial.finish(),
            Kind::Stream { path, mut file, .. } => {
                file.flush().map_err(|error| named(&path, error))?;
                Ok(path)
            }
        }
    }

    /// It did not become whole: what is good of it stays; `None` where nothing is.
    ///
    /// # Errors
    /// Those of the system.
    pub fn keep(self) -> io::Result<Option<Kept>> {
        match self.0 {
            Kind::Partial(partial) => partial.keep(),
            Kind::Stream { .. } => Ok(None),
        }
    }

    fn fault(&self, error: io::Error) -> io::Error {
        named(self.path(), error)
    }
}

impl Read for LocalTarget {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.0 {
            Kind::Partial(partial) => partial.file().read(buf),
            Kind::Stream { .. } => {
                Err(io::Error::other("it is no regular file: what went in cannot be read"))
            }
        };
        read.map_err(|error| self.fault(error))
    }
}

impl Write for LocalTarget {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let wrote = match &mut self.0 {
            Kind::Partial(partial) => partial.file().write(buf),
            Kind::Stream { file, written, .. } => {
                file.write(buf).inspect(|count| *written += u64::try_from(*count).unwrap_or(0))
            }
        };
        wrote.map_err(
            |error| if error.kind() == io::ErrorKind::Interrupted { error } else { self.fault(error) },
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Kind::Partial(partial) => partial.file().flush(),
            Kind::Stream { file, .. } => file.flush(),
        }
    }
}

impl Seek for LocalTarget {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = match &mut self.0 {
            Kind::Partial(partial) => partial.file().seek(to),
            Kind::Stream { written, .. } => match to {
                SeekFrom::Start(at) if at != *written => Err(no_way_back(*written)),
                _ => Ok(*written),
            },
        };
        sought.map_err(|error| self.fault(error))
    }
}

impl Target for LocalTarget {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        let cut = match &mut self.0 {
            Kind::Partial(partial) => partial.set_len(len),
            Kind::Stream { written, .. } if len == *written => Ok(()),
            Kind::Stream { written, .. } => Err(no_way_back(*written)),
        };
        cut.map_err(|error| self.fault(error))
    }

    fn good(&mut self) -> io::Result<u64> {
        Ok(self.trusted())
    }

    fn wants_version(&self) -> bool {
        matches!(&self.0, Kind::Partial(partial) if partial.wants_version())
    }

    fn is_of(&mut self, version: &Version) -> io::Result<bool> {
        match &mut self.0 {
            Kind::Partial(partial) => partial.is_of(version),
            Kind::Stream { .. } => Ok(true),
        }
    }

    fn passed(&mut self, good: u64) -> io::Result<()> {
        match &mut self.0 {
            Kind::Partial(partial) => partial.passed(good),
            Kind::Stream { .. } => Ok(()),
        }
    }

    fn trust(&mut self, good: u64) -> io::Result<()> {
        self.record(good)
    }
}

fn no_way_back(written: u64) -> io::Error {
    let text = format!("it is no regular file: {written} bytes are in it and cannot be taken back");
    io::Error::new(io::ErrorKind::NotSeekable, text)
}

/// An error that names its file, once.
fn named(path: &Path, error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.starts_with(&format!("{}: ", path.display())) {
        true => error,
        false => io::Error::new(error.kind(), format!("{}: {text}", path.display())),
    }
}

#[cfg(test)]
mod tests;
