//! Where a download goes: what stands at the path that the user names.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Most links one after the other, as systems have it.
const LINKS: usize = 40;

/// What a path means as the target of a download.
#[derive(Debug)]
pub(super) enum Place {
    /// A regular file, or none yet: it is replaced when the new one is whole.
    File {
        /// Its own path, no link.
        path: PathBuf,
        /// What is there now.
        old: Option<Metadata>,
    },
    /// A pipe, a device, an open file of this process: it is written into.
    Stream(PathBuf),
}

impl Place {
    /// The place that `path` names, or `name` in it where it is a folder. Links are followed, as
    /// curl follows them.
    pub(super) fn find(path: &Path, name: &str) -> io::Result<Self> {
        let named_path = if path.is_dir() {
            // The server's folders are none of ours: only the last part is a name here.
            let last = Path::new(name).file_name().ok_or_else(|| {
                let text = format!("`{}` is no name for a file", qftp_core::Printable(name.as_bytes()));
                super::named(path, io::Error::new(io::ErrorKind::InvalidInput, text))
            })?;
            path.join(last)
        } else {
            path.to_owned()
        };
        let mut path = named_path.clone();
        for _ in 0..LINKS {
            let about = match fs::symlink_metadata(&path) {
                Ok(about) => about,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(Self::File { path, old: None });
                }
                Err(error) => return Err(super::named(&path, error)),
            };
            if about.is_file() {
                writable(&path, &about)?;
                return Ok(Self::File { path, old: Some(about) });
            }
            if about.is_dir() {
                return Err(super::named(&path, io::ErrorKind::IsADirectory.into()));
            }
            if !about.is_symlink() {
                return Ok(Self::Stream(path));
            }
            let to = fs::read_link(&path).map_err(|error| super::named(&path, error))?;
            if to.starts_with("/proc") || path.starts_with("/proc") {
                // An open file, such as /dev/stdout: its text is no path that could be opened.
                return Ok(Self::Stream(named_path));
            }
            path = path.parent().unwrap_or(Path::new("")).join(to);
        }
        Err(super::named(&named_path, io::Error::other("too many links one after the other")))
    }
}

/// A file that may not be written to is not replaced either: its owner has said so.
fn writable(path: &Path, about: &Metadata) -> io::Result<()> {
    let refused = |error| Err(super::named(path, error));
    if about.permissions().readonly() {
        // Root could write, and is asked not to.
        let text = "it is read-only; make it writable or move it away first";
        return refused(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    match fs::OpenOptions::new().write(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) => refused(error),
    }
}
