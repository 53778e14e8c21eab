//! The surfaces, and what each of them has.

use std::time::Instant;

use crate::bench::Bench;
use crate::job::{Job, Outcome, Ran};
use crate::{asynchronous, blocking, cli, program};

/// A way in which a user meets the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    Cli,
    Blocking,
    Tokio,
    CClient,
    CPoll,
    Python,
    Aio,
    Fsspec,
}

/// All of them.
pub(crate) const SURFACES: [Surface; 8] = [
    Surface::Cli,
    Surface::Blocking,
    Surface::Tokio,
    Surface::CClient,
    Surface::CPoll,
    Surface::Python,
    Surface::Aio,
    Surface::Fsspec,
];

/// What some surfaces have, and others leave to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    ResumeGet,
    ResumePut,
    Verify,
    Retries,
    Atomic,
    /// It is given paths, and not the caller's own streams.
    Paths,
    /// Names of 255 bytes.
    LongNames,
    /// Names of bytes that are no UTF-8.
    AnyBytes,
    /// A folder as a source is refused.
    FilesAlone,
    /// The next call knows that an upload lost bytes on the line.
    Memory,
}

/// All of them.
pub(crate) const FEATURES: [Feature; 10] = [
    Feature::ResumeGet,
    Feature::ResumePut,
    Feature::Verify,
    Feature::Retries,
    Feature::Atomic,
    Feature::Paths,
    Feature::LongNames,
    Feature::AnyBytes,
    Feature::FilesAlone,
    Feature::Memory,
];

impl Feature {
    /// Its word in the programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::ResumeGet => "resume-get",
            Self::ResumePut => "resume-put",
            Self::Verify => "verify",
            Self::Retries => "retries",
            Self::Atomic => "atomic",
            Self::Paths => "paths",
            Self::LongNames => "long-names",
            Self::AnyBytes => "any-bytes",
            Self::FilesAlone => "files-alone",
            Self::Memory => "memory",
        }
    }

    /// Its name in the table of docs/limits.md.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ResumeGet => "resume of a download",
            Self::ResumePut => "resume of an upload",
            Self::Verify => "verify",
            Self::Retries => "retries",
            Self::Atomic => "atomic upload",
            Self::Paths => "files by path",
            Self::LongNames => "names of 255 bytes",
            Self::AnyBytes => "names of bytes that are no UTF-8",
            Self::FilesAlone => "refusal of a folder as a source",
            Self::Memory => "memory of bytes that an upload lost",
        }
    }
}

impl Surface {
    /// Its name in the table of docs/limits.md.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cli => "`qftp`",
            Self::Blocking => "Rust `Client`",
            Self::Tokio => "Rust `AsyncClient`",
            Self::CClient => "C client",
            Self::CPoll => "C driver",
            Self::Python => "`qftp.FTP`",
            Self::Aio => "`qftp.aio.FTP`",
            Self::Fsspec => "`qftp.fsspec`",
        }
    }

    /// What it has; Python is asked.
    pub(crate) fn features(self) -> Vec<Feature> {
        match self {
            // Each run of the program is a new one, and finds the notes of those before.
            Self::Cli | Self::Blocking | Self::Tokio | Self::CClient => {
                FEATURES.into_iter().filter(|feature| *feature != Feature::AnyBytes).collect()
            }
            Self::CPoll => {
                let own = [Feature::ResumeGet, Feature::ResumePut, Feature::Verify];
                let more = [Feature::Retries, Feature::LongNames, Feature::AnyBytes, Feature::Memory];
                [&own[..], &more].concat()
            }
            Self::Python | Self::Aio | Self::Fsspec => program::features(self),
        }
    }

    /// Does the jobs one after the other, with one client where it has clients.
    pub(crate) fn run(self, bench: &Bench, jobs: &[Job]) -> Vec<Ran> {
        match self {
            Self::Cli => cli::run(bench, jobs),
            Self::Blocking => blocking::run(bench, jobs),
            Self::Tokio => asynchronous::run(bench, jobs),
            Self::CClient | Self::CPoll | Self::Python | Self::Aio | Self::Fsspec => {
                program::run(self, bench, jobs)
            }
        }
    }
}

/// One job, with the time that it took.
pub(crate) fn timed(job: impl FnOnce() -> Result<(), Outcome>) -> Ran {
    let began = Instant::now();
    let outcome = job().map_or_else(|failed| failed, |()| Outcome::Done);
    Ran { outcome, took: began.elapsed() }
}
