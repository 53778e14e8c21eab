//! What the standard library has no call for.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file that is there to be read and written; never through a link, and never anything but
/// a regular file.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // Of a pipe without a reader nobody waits.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<File> {
    match std::fs::symlink_metadata(path)?.is_file() {
        true => OpenOptions::new().read(true).write(true).open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// Makes a file that was not there; `private` for its owner alone.
pub(super) fn make(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

/// Whether this process alone has the file from now on. Where the file system knows no locks, that
/// is taken as so.
#[cfg(unix)]
pub(super) fn lock(file: &File) -> bool {
    let locked = rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
    !matches!(locked, Err(rustix::io::Errno::WOULDBLOCK))
}

#[cfg(not(unix))]
pub(super) fn lock(_: &File) -> bool {
    true
}

/// Whether the open file is still the one at this path: whoever had it locked may have removed it.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |about: Metadata| (about.dev(), about.ino());
    let there = std::fs::symlink_metadata(path).map(place);
    there.is_ok_and(|there| file.metadata().map(place).is_ok_and(|own| own == there))
}

#[cfg(not(unix))]
pub(super) fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Gives a file the mode of the one that it takes the place of, and its owner where that is
/// allowed.
#[cfg(unix)]
pub(super) fn take_rights(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let own = file.metadata()?;
    let same_owner = (own.uid(), own.gid()) == (old.uid(), old.gid())
        || std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid())).is_ok();
    // What belongs to somebody else now must not run with the rights of who it belonged to.
    let mask = if same_owner { 0o7777 } else { 0o777 };
    file.set_permissions(std::fs::Permissions::from_mode(old.mode() & mask))
}

#[cfg(not(unix))]
pub(super) fn take_rights(file: &File, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

/// What is another one after each start of this machine; `None` where the system does not tell.
pub(super) fn boot() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let text = text.trim();
    (text.len() == 36 && text.is_ascii()).then(|| text.to_owned())
}
