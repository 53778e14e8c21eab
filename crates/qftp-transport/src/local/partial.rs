//! A regular file that is not whole yet, and its proof beside it.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::proof::{Facts, Origin, Proof, Version};
use super::{Begin, Kept, name, named, system};

/// How often what came is noted while a transfer runs. It costs a write of a few hundred bytes, and
/// no waiting for the disk: on a line without flow control bytes are lost meanwhile.
const OFTEN: Duration = Duration::from_secs(1);
/// Temporary names that are tried, one after the other, where others have theirs.
const TRIES: u64 = 100;

/// The file under its temporary name.
#[derive(Debug)]
pub(super) struct Partial {
    /// The name that it gets.
    path: PathBuf,
    names: Names,
    file: File,
    proof: Proof,
    modified: Option<SystemTime>,
    noted: Instant,
    /// What was told of the remote file in this run; before that, what an earlier one had noted is
    /// not compared yet.
    is_compared: bool,
    /// It has its name, or is removed: nothing is left to be done.
    is_over: bool,
}

/// The temporary name, and that of the proof.
#[derive(Clone, Debug)]
struct Names {
    part: PathBuf,
    proof: PathBuf,
}

impl Names {
    fn new(path: &Path, url: &str, n: u64) -> Self {
        let own = path.file_name().unwrap_or_default();
        let number = name::number_of(&[url.as_bytes(), own.as_encoded_bytes()]).wrapping_add(n);
        let stem = format!(".{}", name::temporary(&own.to_string_lossy(), number));
        let with = |end: &str| path.with_file_name(OsString::from(format!("{stem}{end}")));
        Self { part: with(PART), proof: with(PROOF) }
    }
}

const PART: &str = ".part";
const PROOF: &str = ".proof";

/// Whether the file at this path is one of ours that is not whole, or the proof of one.
#[must_use]
pub fn is_partial(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let stem = name.strip_suffix(PART).or_else(|| name.strip_suffix(PROOF));
    let Some(stem) = stem.filter(|stem| stem.starts_with('.')) else { return false };
    system::open(&path.with_file_name(format!("{stem}{PROOF}"))).is_ok_and(Proof::is_one)
}

impl Partial {
    pub(super) fn create(
        path: PathBuf,
        old: Option<Metadata>,
        origin: &Origin,
        begin: Begin,
    ) -> io::Result<Self> {
        let fault = |error| named(&path, error);
        for n in 0..TRIES {
            let names = Names::new(&path, &origin.url, n);
            let found = Self::take(&path, names.clone(), origin, begin);
            let found = match found.map_err(fault)? {
                Taken::Ours(partial) => Some(*partial),
                Taken::Others => None,
                Taken::Nobodys => Self::make(&path, names, origin, old.is_some()).map_err(fault)?,
            };
            let Some(mut partial) = found else { continue };
            if begin == Begin::PartialOrTarget && partial.trusted() == 0 && old.is_some() {
                partial.copy_target().map_err(fault)?;
            }
            return Ok(partial);
        }
        Err(fault(io::Error::other("all temporary names for it are taken")))
    }

    /// What an earlier call has left under these names.
    fn take(path: &Path, names: Names, origin: &Origin, begin: Begin) -> io::Result<Taken> {
        let is_free = |path: &Path| {
            fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let text = match system::open(&names.proof) {
            Ok(text) => text,
            Err(_) if is_free(&names.proof) && is_free(&names.part) => return Ok(Taken::Nobodys),
            // A link, a folder, something that belongs to somebody else.
            Err(_) => return Ok(Taken::Others),
        };
        if !system::lock(&text) || !system::is_at(&text, &names.proof) {
            return Ok(Taken::Others);
        }
        let own = path.file_name().unwrap_or_default().as_encoded_bytes();
        let Some(proof) = Proof::read(text, own, &origin.url)? else { return Ok(Taken::Others) };
        let file = match system::open(&names.part) {
            Ok(file) => file,
            Err(_) if is_free(&names.part) => system::make(&names.part, path.exists())?,
            Err(_) => return Ok(Taken::Others),
        };
        let here = file.metadata()?.len();
        let mut partial = Self::new(path, names, file, proof);
        let Facts { origin: noted, claimed, good, .. } = &partial.proof.facts;
        // Bytes that are not there are not good; nor are those of another version, or those that
        // only the user calls so, for whoever asks for more.
        let is_good = begin != Begin::Anew
            && *good <= here
            && noted.version.agrees(&origin.version)
            && (*claimed == 0 || begin == Begin::PartialOrTarget);
        if is_good {
            let good = *good;
            partial.file.set_len(good)?;
        } else {
            partial.forget()?;
        }
        if origin.version.is_known() {
            partial.is_of(&origin.version)?;
        }
        Ok(Taken::Ours(Box::new(partial)))
    }

    /// A new one; `None` where somebody else was faster.
    fn make(path: &Path, names: Names, origin: &Origin, private: bool) -> io::Result<Option<Self>> {
        let taken = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => Ok(None),
            _ => Err(error),
        };
        let text = match system::make(&names.proof, true) {
            Ok(text) => text,
            Err(error) => return taken(error),
        };
        if !system::lock(&text) {
            return Ok(None);
        }
        let file = match system::make(&names.part, private) {
            Ok(file) => file,
            Err(error) => {
                fs::remove_file(&names.proof)?;
                return taken(error);
            }
        };
        let own = path.file_name().unwrap_or_default().as_encoded_bytes().to_owned();
        let facts = Facts { name: own, origin: origin.clone(), ..Facts::default() };
        match Proof::new(text, facts) {
            Ok(proof) => {
                let mut partial = Self::new(path, names, file, proof);
                partial.is_compared = origin.version.is_known();
                Ok(Some(partial))
            }
            Err(error) => {
                fs::remove_file(&names.part)?;
                fs::remove_file(&names.proof)?;
                Err(error)
            }
        }
    }

    fn new(path: &Path, names: Names, file: File, proof: Proof) -> Self {
        let noted = Instant::now();
        let path = path.to_owned();
        Self { path, names, file, proof, modified: None, noted, is_compared: false, is_over: false }
    }

    /// Begins with what stands at the target. That itself stays as it is until the new one is
    /// whole.
    fn copy_target(&mut self) -> io::Result<()> {
        let count = io::copy(&mut File::open(&self.path)?, &mut self.file)?;
        self.proof.facts.claimed = count;
        self.record(count)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    pub(super) fn trusted(&self) -> u64 {
        self.proof.facts.good
    }

    pub(super) fn set_modified(&mut self, time: SystemTime) {
        self.modified = Some(time);
    }

    pub(super) const fn wants_version(&self) -> bool {
        !self.is_compared
    }

    /// Whether what is here is of this version of the remote file. From now on it is.
    pub(super) fn is_of(&mut self, version: &Version) -> io::Result<bool> {
        let same = self.proof.facts.origin.version.agrees(version);
        if !same {
            self.forget()?;
        }
        self.is_compared = true;
        let noted = &mut self.proof.facts.origin.version;
        if version.is_known() && noted != version {
            noted.clone_from(version);
            self.proof.write()?;
        }
        Ok(same)
    }

    /// Nothing of it is good. That is noted before it is cut.
    fn forget(&mut self) -> io::Result<()> {
        let facts = &mut self.proof.facts;
        (facts.claimed, facts.good, facts.synced) = (0, 0, 0);
        facts.origin.version = Version::default();
        self.proof.write_through()?;
        self.file.set_len(0)
    }

    pub(super) fn set_len(&mut self, len: u64) -> io::Result<()> {
        if len < self.proof.facts.good {
            self.record(len)?;
        }
        self.file.set_len(len)
    }

    /// So much seems to be good by now: noted now and then, without waiting for the disk.
    pub(super) fn passed(&mut self, good: u64) -> io::Result<()> {
        if good > self.proof.facts.good && self.noted.elapsed() >= OFTEN {
            self.noted = Instant::now();
            self.proof.facts.good = good;
            self.proof.write()?;
        }
        Ok(())
    }

    /// So much is good: noted, and on the disk.
    pub(super) fn record(&mut self, good: u64) -> io::Result<()> {
        let facts = &mut self.proof.facts;
        if facts.good == good && facts.synced == good {
            return Ok(());
        }
        if good > facts.synced {
            // The bytes come to the disk before anything says that they are there.
            self.file.sync_data()?;
        }
        (facts.good, facts.synced) = (good, good);
        facts.claimed = facts.claimed.min(good);
        self.proof.write_through()
    }

    pub(super) fn finish(mut self) -> io::Result<PathBuf> {
        if let Err(error) = self.publish() {
            // The caller says that it is whole: nothing of it is lost for want of a name.
            let whole = self.file.metadata()?.len();
            self.record(whole)?;
            let text = format!("{error}; the whole file is in {}", self.names.part.display());
            return Err(named(&self.path, io::Error::new(error.kind(), text)));
        }
        Ok(std::mem::take(&mut self.path))
    }

    fn publish(&mut self) -> io::Result<()> {
        match fs::symlink_metadata(&self.path) {
            Ok(old) if old.is_file() => system::take_rights(&self.file, &old)?,
            Ok(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            _ => {}
        }
        if let Some(time) = self.modified {
            self.file.set_modified(time)?;
        }
        self.file.sync_data()?;
        fs::rename(&self.names.part, &self.path)?;
        self.is_over = true;
        fs::remove_file(&self.names.proof)
    }

    pub(super) fn keep(mut self) -> io::Result<Option<Kept>> {
        let kept = self.settle().map_err(|error| named(&self.path, error));
        self.is_over = true;
        let part = self.names.part.clone();
        kept.map(|bytes| (bytes > 0).then_some(Kept { part, bytes }))
    }

    /// Leaves what is good, and nothing where nothing is.
    fn settle(&mut self) -> io::Result<u64> {
        let good = self.trusted();
        if good == 0 {
            fs::remove_file(&self.names.part)?;
            fs::remove_file(&self.names.proof)?;
        } else {
            // A full disk has room again after that.
            self.file.set_len(good)?;
            self.record(good)?;
        }
        Ok(good)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_over {
            // Nobody is there to be told; what is noted holds.
            let _ = self.settle();
        }
    }
}

/// Whose the temporary names are.
enum Taken {
    Ours(Box<Partial>),
    Others,
    Nobodys,
}
