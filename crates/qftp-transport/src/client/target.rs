//! The local file of a job: what a download goes to, or an upload comes from.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use qftp_core::job::{Job, Policy, Step};
use qftp_core::limits;

use super::Error;
use crate::local::Version;

/// A local file that a download can go on in.
pub trait Target: Read + Write + Seek {
    /// Cuts it, or fills it up with zeros, to this length.
    ///
    /// # Errors
    /// Those of the system.
    fn set_len(&mut self, len: u64) -> io::Result<()>;

    /// Bytes at its beginning that a download with [`Policy::resume`] goes on after: all that is in it.
    ///
    /// # Errors
    /// Those of the system.
    fn good(&mut self) -> io::Result<u64> {
        self.seek(SeekFrom::End(0))
    }

    /// Whether it has to know which version of the remote file its bytes are of.
    fn wants_version(&self) -> bool {
        false
    }

    /// Whether its bytes are of this version. Where not, it has thrown them away.
    ///
    /// # Errors
    /// Those of the system.
    fn is_of(&mut self, version: &Version) -> io::Result<bool> {
        let _ = version;
        Ok(true)
    }

    /// So many bytes at its beginning are as good as those that are kept when the transfer breaks off now. Called for every piece.
    ///
    /// # Errors
    /// Those of the system.
    fn passed(&mut self, good: u64) -> io::Result<()> {
        let _ = good;
        Ok(())
    }

    /// So many bytes at its beginning are good, and none beyond. Called between the steps of a job.
    ///
    /// # Errors
    /// Those of the system.
    fn trust(&mut self, good: u64) -> io::Result<()> {
        let _ = good;
        Ok(())
    }
}

impl Target for File {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        Self::set_len(self, len)
    }
}

impl Target for Cursor<Vec<u8>> {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.get_mut().resize(len, 0);
        Ok(())
    }
}

/// The local file of a job.
pub(super) enum Local<'a, T, S> {
    Target(&'a mut T),
    Source(&'a mut S),
}

/// Of a job that has the other.
pub(super) type NoTarget = Cursor<Vec<u8>>;
pub(super) type NoSource = io::Empty;

impl<T: Target, S: Read + Seek> Local<'_, T, S> {
    pub(super) fn seek(&mut self, offset: u64) -> Result<(), Error> {
        let offset = SeekFrom::Start(offset);
        let sought = match self {
            Self::Target(target) => target.seek(offset),
            Self::Source(source) => source.seek(offset),
        };
        sought.map(drop).map_err(Error::own_file)
    }
}

impl<T: Target, S: Read> Read for Local<'_, T, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Target(target) => target.read(buf),
            Self::Source(source) => source.read(buf),
        }
    }
}

/// A sink that knows how much it took: what of a download is here when the port fails.
pub(super) struct Counted<'a, T> {
    pub(super) target: &'a mut T,
    pub(super) count: u64,
    /// Where it begins in the file, if what passes is worth noting: straight through the port, and not converted.
    pub(super) noted_from: Option<u64>,
}

/// The last bytes that came may be words of the module's, which nothing has told from data yet.
const DOUBTFUL: u64 = limits::WORDS as u64;

impl<T: Target> Write for Counted<'_, T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let count = self.target.write(buf)?;
        self.count = self.count.saturating_add(count as u64);
        if let (Some(from), Some(good)) = (self.noted_from, self.count.checked_sub(DOUBTFUL)) {
            self.target.passed(from.saturating_add(good))?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

impl<T: Target, S> Local<'_, T, S> {
    pub(super) fn cut(&mut self, len: u64) -> Result<(), Error> {
        match self {
            Self::Target(target) => target.set_len(len).map_err(Error::own_file),
            Self::Source(_) => Ok(()),
        }
    }

    pub(super) fn trust(&mut self, good: u64) -> Result<(), Error> {
        match self {
            Self::Target(target) => target.trust(good).map_err(Error::own_file),
            Self::Source(_) => Ok(()),
        }
    }

    pub(super) fn wants_version(&self) -> bool {
        matches!(self, Self::Target(target) if target.wants_version())
    }

    /// The server has told which version its file is: the job goes on, or begins anew where what is here is of another one.
    pub(super) fn compare(
        &mut self,
        version: &Version,
        step: Step,
        job: &mut Job,
        policy: Policy,
    ) -> Result<(), Error> {
        let Self::Target(target) = self else { return Ok(()) };
        if !target.is_of(version).map_err(Error::own_file)? {
            self.cut(0)?;
            *job = Job::get(None, policy);
        } else if step == Step::Size {
            job.size(version.size);
            return Ok(());
        }
        if let Some(len) = version.size {
            *job = job.clone().expecting(len);
        }
        Ok(())
    }
}
