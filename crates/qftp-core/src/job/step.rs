//! What a job is told, says, and ends with.

use core::fmt;

use crate::decimal::Decimal;
use crate::session::{Failure, GetOptions, PutOptions, Via};

/// How hard a job tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Goes on with what is there already: of a download the local file, of an upload the remote one.
    pub resume: bool,
    /// Reads the file again at the end and compares.
    pub verify: bool,
    /// How often a failure that may pass is tried again without a byte of progress in between.
    pub retries: u8,
    /// The wait before the first retry, in milliseconds; it doubles with each.
    pub wait_ms: u32,
    /// The longest wait, in milliseconds.
    pub longest_wait_ms: u32,
    /// Whether the module may be restarted (`AT+CFUN=1,1`), which other users of it would notice.
    pub restart: bool,
    /// Whether the caller can switch the module's power off and on.
    pub power: bool,
    /// The road.
    pub via: Via,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            resume: false,
            verify: false,
            retries: 0,
            wait_ms: 1_000,
            longest_wait_ms: 60_000,
            restart: true,
            power: false,
            via: Via::Com,
        }
    }
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for the size of the remote file; then [`Job::size`](super::Job::size).
    Size,
    /// Cut the local file to this length, and go on there; then [`Job::ready`](super::Job::ready).
    Truncate(u64),
    /// Download; then [`Job::moved`](super::Job::moved).
    Get(GetOptions),
    /// Upload from this offset of the local file; then [`Job::moved`](super::Job::moved).
    Put(PutOptions),
    /// Read the file again, from the start that is said on, and compare it with the local one from there; then [`Job::compared`](super::Job::compared).
    Compare(GetOptions),
    /// Wait so many milliseconds; then [`Job::ready`](super::Job::ready).
    Wait(u32),
    /// Open the port again, which was lost. Of this and the next seven, which bring the session back: [`Job::ready`](super::Job::ready), or [`Job::failed`](super::Job::failed) where it
    /// did not help; what a caller has nothing for is ready at once.
    ReopenPort,
    /// Switch the module's power off and on.
    PowerCycle,
    /// Restart the module: [`Session::restart`](crate::session::Session::restart).
    Restart,
    /// Deactivate the PDP context: [`Session::deactivate`](crate::session::Session::deactivate).
    Deactivate,
    /// Set the module up: [`Session::setup`](crate::session::Session::setup).
    SetUp,
    /// Bring the certificates of the login into the module.
    Certificates,
    /// Log in: [`Session::open`](crate::session::Session::open).
    Open,
    /// Go to the working folder: [`Session::cwd`](crate::session::Session::cwd).
    Folder,
    /// The end.
    End(Result<(), Trouble>),
}

/// Why a job ended without its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// This failure, and no retry left or none of use.
    Failed(Failure),
    /// What is to be gone on with is longer than the file itself: another file, or another version of it.
    TargetIsLonger {
        /// Bytes of what is there.
        target: u64,
        /// Bytes of the file.
        source: u64,
    },
    /// What arrived differs from what was sent, from this offset on, and no retry is left.
    Differs {
        /// The offset of the first difference.
        at: u64,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => failure.fmt(f),
            Self::TargetIsLonger { target, source } => {
                write!(
                    f,
                    "what is there has {} bytes, the file only {}: it cannot be the beginning of it",
                    Decimal(*target),
                    Decimal(*source)
                )
            }
            Self::Differs { at } => {
                write!(f, "what arrived differs from what was sent at byte {}", Decimal(*at))
            }
        }
    }
}

impl core::error::Error for Trouble {}
