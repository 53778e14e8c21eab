//! What stands at the local path, or at the server's, before a job; and what must stand there
//! afterwards.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, mkfifoat};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// What stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing; of an upload, a plain source.
    Nothing,
    /// A longer file.
    Longer,
    /// A longer file on the server.
    LongerThere,
    Fifo,
    /// A pseudo-terminal of the test's own.
    Device,
    /// A symbolic link to a file.
    Link,
    /// A symbolic link to nothing.
    Dangling,
    /// A folder.
    Folder,
}

/// A place that was made: where the job's local file is, and who reads what goes into a stream.
#[derive(Debug)]
pub(crate) struct Made {
    /// What the surface is given.
    pub(crate) path: PathBuf,
    /// Where the bytes are.
    pub(crate) real: PathBuf,
    stream: Option<File>,
    /// Keeps the device.
    _device: Option<OwnedFd>,
}

/// What stood at a target before.
pub(crate) const OLD: &[u8] = &[b'o'; 5_000];

impl Place {
    /// Makes it in a folder; a source has its contents at `real`.
    pub(crate) fn make(self, folder: &Path, name: &str) -> std::io::Result<Made> {
        let path = folder.join("local.bin");
        let mut made = Made { real: path.clone(), path, stream: None, _device: None };
        match self {
            Self::Nothing | Self::LongerThere => {}
            Self::Longer => fs::write(&made.path, OLD)?,
            Self::Fifo => {
                mkfifoat(rustix::fs::CWD, &made.path, Mode::RUSR | Mode::WUSR)?;
                // For both ways: so it is open for a writer at once, and nobody waits.
                let mut open = OpenOptions::new();
                open.read(true).write(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
                made.stream = Some(open.open(&made.path)?);
            }
            Self::Device => {
                let own = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
                rustix::io::ioctl_fionbio(&own, true)?;
                grantpt(&own)?;
                unlockpt(&own)?;
                let name = ptsname(&own, Vec::new())?;
                made.path = PathBuf::from(name.to_str().map_err(std::io::Error::other)?);
                made.real = made.path.clone();
                let device = OpenOptions::new().read(true).write(true).open(&made.path)?;
                let mut settings = tcgetattr(&device)?;
                settings.make_raw();
                tcsetattr(&device, OptionalActions::Now, &settings)?;
                made.stream = Some(File::from(own));
                made._device = Some(device.into());
            }
            Self::Link => {
                made.real = folder.join("behind.bin");
                fs::write(&made.real, OLD)?;
                symlink("behind.bin", &made.path)?;
            }
            Self::Dangling => {
                made.real = folder.join("behind.bin");
                symlink("behind.bin", &made.path)?;
            }
            Self::Folder => {
                fs::create_dir(&made.path)?;
                made.real = made.path.join(name);
            }
        }
        Ok(made)
    }

    /// Whether it is still what it was, whatever its contents are.
    pub(crate) fn stands(self, made: &Made) -> bool {
        let Ok(about) = fs::symlink_metadata(&made.path) else { return self == Self::Nothing };
        match self {
            Self::Nothing | Self::Longer | Self::LongerThere => about.is_file(),
            Self::Fifo => about.file_type().is_fifo(),
            Self::Device => about.file_type().is_char_device(),
            Self::Link | Self::Dangling => about.is_symlink(),
            Self::Folder => about.is_dir(),
        }
    }
}

impl Made {
    /// The bytes that are there now; none where nothing is.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        let Some(stream) = &mut self.stream else {
            return fs::read(&self.real).unwrap_or_default();
        };
        let mut bytes = Vec::new();
        // It ends with WouldBlock, after all that has come.
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }
}
