//! Folders of a module's files that go with it; those of a process that was killed go when the next are made.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FlockOperation, OFlags, flock};

/// How its name begins in the system's temporary folder.
const PREFIX: &str = "qftp-module-";
/// The file that its process holds a lock on, and what is in it.
const LOCK: &str = "lock";
const MARK: &str = "The files of an emulated module of qftp, removed with its process.\n";

/// A folder that is removed with the value. Hosts bring keys into modules: nobody else may look into it.
#[derive(Debug)]
pub(super) struct Temporary {
    folder: PathBuf,
    _lock: File,
}

impl Temporary {
    /// Makes one, and removes those whose processes are gone.
    pub(super) fn create() -> io::Result<Self> {
        let made = Self::create_in(&std::env::temp_dir())?;
        made.sweep();
        Ok(made)
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {}
                // Left behind by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            let mut lock =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(LOCK))?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            // Before the mark stands in it nobody takes it for one that was left behind.
            lock.write_all(MARK.as_bytes())?;
            return Ok(Self { folder, _lock: lock });
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    /// Removes its like beside it whose processes are gone.
    fn sweep(&self) {
        let (Some(parent), Ok(own)) = (self.folder.parent(), fs::symlink_metadata(&self.folder)) else {
            return;
        };
        let begins = |path: &Path| {
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()))
        };
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let path = entry.path();
            if begins(&path) && is_abandoned(&path, own.uid()) {
                // What cannot be removed stays; the system clears its temporary folder in the end.
                let _ = fs::remove_dir_all(&path);
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nobody is left to tell; the next that is made tries again.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether it is such a folder of this user's, by all that it has, and no process holds it.
fn is_abandoned(folder: &Path, user: u32) -> bool {
    let is_ours = fs::symlink_metadata(folder)
        .is_ok_and(|about| about.is_dir() && about.uid() == user && about.mode() & 0o777 == 0o700);
    let no_follow = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let lock = || OpenOptions::new().read(true).custom_flags(no_follow).open(folder.join(LOCK)).ok();
    is_ours
        && fs::read_to_string(folder.join(LOCK)).is_ok_and(|text| text == MARK)
        && lock().is_some_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_nothing_else_does() {
        let parent = tempfile::tempdir().expect("a folder");
        let left = Temporary::create_in(parent.path()).expect("made");
        let folder = left.path().to_owned();
        fs::write(folder.join("key"), "secret").expect("written");
        assert_eq!(fs::metadata(&folder).expect("there").mode() & 0o777, 0o700);
        let alive = Temporary::create_in(parent.path()).expect("made");
        let theirs = parent.path().join(format!("{PREFIX}mine"));
        fs::create_dir(&theirs).expect("made");
        alive.sweep();
        assert!(folder.exists(), "its process lives");
        // A process that is killed drops its locks, and runs nothing.
        let Temporary { _lock: lock, .. } = &left;
        flock(lock, FlockOperation::Unlock).expect("unlocked");
        alive.sweep();
        assert!(!folder.exists(), "it is still there");
        assert!(theirs.exists() && alive.path().exists());
    }
}
