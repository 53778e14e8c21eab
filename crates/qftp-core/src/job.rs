//! A whole file over any number of attempts: resume, recovery, verification (rules of curl and lftp), decided without I/O.
//!
//! A [`Job`] says what comes next, a [`Step`] at a time; whoever drives it does that with a [`Session`](crate::session::Session), a file and
//! a clock, and reports what came of it. Nothing is thought twice: the blocking client, the asynchronous one and firmware differ only in
//! how they do a step.
//!
//! - Local and remote size decide where to begin: a longer target is an error, a shorter one is gone on with. An upload that has its size
//!   already is done when its end is the file's: a host that was broken off may have left words of its own there.
//! - A failure that may pass is tried again from where it stopped, after a wait that doubles; progress resets both.
//! - What was lost on the line is not built upon: the attempt starts again where it had started.
//! - A session that does not come back is brought back level by level: [`RecoveryLevel`].
//!
//! | a step | what is reported | what comes next |
//! |---|---|---|
//! | `Size` | [`size`](Job::size) | the transfer, a comparison of the end, or `Truncate` |
//! | `Truncate` | [`ready`](Job::ready) | `Size`, or the transfer |
//! | `Get`, `Put` | [`moved`](Job::moved) | the end, or a comparison of all |
//! | `Compare` | [`compared`](Job::compared) | the end, or the transfer again |
//! | any of these | [`failed`](Job::failed) | `Wait`, or the end |
//! | `Wait` | [`ready`](Job::ready) | the operations that bring the session back, or `Size` |
//! | those operations | [`ready`](Job::ready), `failed` | the next of them, then `Size` |
//!
//! ```
//! use qftp_core::job::{Job, Policy, Step};
//!
//! // 1000 bytes are here already; the server has 5000.
//! let mut job = Job::get(Some(1000), Policy { resume: true, ..Policy::default() });
//! assert_eq!(job.next(), Step::Size);
//! job.size(Some(5000));
//! let Step::Get(options) = job.next() else { panic!() };
//! assert_eq!((options.start, options.len), (1000, Some(4000)));
//! job.moved(4000);
//! assert_eq!(job.next(), Step::End(Ok(())));
//! assert_eq!(job.kept(), 5000);
//! ```

mod atomic;
mod outcome;
mod recovery;
mod road;
mod step;

pub use atomic::{Atomic, AtomicStep};
pub use outcome::{leaves_gaps, may_pass};
pub use recovery::RecoveryLevel;
pub use road::{Reason, choose_road};
pub use step::{Policy, Step, Trouble};

use crate::session::{GetOptions, PutOptions, SessionState, Via};
use recovery::Recovery;

/// How many bytes at the end of what the server has are no proof of an upload: the last of them may be words of a host that brought the
/// line into step and found the module still taking them for data. They are sent again, or compared where the size is right.
const OVERLAP: u64 = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Get,
    Put,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Size,
    Truncate,
    Move,
    /// The end of an upload that has the right size.
    Tail,
    Compare,
    Wait,
    Recover,
    End(Result<(), Trouble>),
}

/// What is good of an upload that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// What was good before it.
    Known,
    /// What the server has.
    Ask,
}

/// One file on its way.
#[derive(Clone, Debug)]
pub struct Job {
    direction: Direction,
    policy: Policy,
    phase: Phase,
    /// Bytes of the target that are good.
    have: u64,
    /// Bytes of the source, where they are known.
    source: Option<u64>,
    keep: Keep,
    /// What the server has beyond the good bytes of an upload is none of the file's: writing goes over it in place, and an attempt that
    /// breaks off leaves the rest of it there.
    tainted: bool,
    /// This job has moved nothing yet: what is there is of before.
    untouched: bool,
    /// Retries since the last progress.
    tried: u8,
    /// The most that was ever good, to tell progress.
    best: u64,
    last: Option<Trouble>,
    /// What comes after the first login, and whether there was none yet.
    goal: Phase,
    fresh: bool,
    recovery: Recovery,
}

impl Job {
    /// A download into a local file that has so many bytes already, or is none that one can go on with.
    #[must_use]
    pub const fn get(local: Option<u64>, policy: Policy) -> Self {
        let have = match local {
            Some(have) if policy.resume => have,
            _ => 0,
        };
        Self::new(Direction::Get, policy, have, None, if have > 0 { Phase::Size } else { Phase::Move })
    }

    /// The same where a listing has told how long the remote file is: the first attempt asks for no size.
    #[must_use]
    pub const fn expecting(mut self, len: u64) -> Self {
        if let (Direction::Get, 0) = (self.direction, self.have) {
            self.source = Some(len);
        }
        self
    }

    /// An upload of a local file of so many bytes.
    #[must_use]
    pub const fn put(len: u64, policy: Policy) -> Self {
        let phase = if policy.resume { Phase::Size } else { Phase::Move };
        Self::new(Direction::Put, policy, 0, Some(len), phase)
    }

    /// The same where an earlier job of this file said so ([`distrusted`](Self::distrusted)): of what the server has, at most so many bytes
    /// are the file's.
    #[must_use]
    pub const fn trusting(mut self, bytes: u64) -> Self {
        if let (Direction::Put, true) = (self.direction, self.policy.resume) {
            self.have = bytes;
            self.tainted = true;
        }
        self
    }

    const fn new(direction: Direction, policy: Policy, have: u64, source: Option<u64>, phase: Phase) -> Self {
        Self {
            direction,
            policy,
            phase,
            have,
            source,
            keep: Keep::Known,
            tainted: false,
            untouched: true,
            tried: 0,
            best: have,
            last: None,
            goal: phase,
            fresh: false,
            recovery: Recovery::new(),
        }
    }

    /// Begins with a set-up and a login, where there is no session yet.
    pub const fn connect(&mut self) {
        self.recovery.start(SessionState::Reset);
        self.goal = self.phase;
        self.fresh = true;
        self.phase = Phase::Recover;
    }

    /// Begins by opening the port again, and goes on as [`connect`](Self::connect): it failed before.
    pub const fn reconnect(&mut self) {
        self.connect();
        self.recovery.lose_port();
    }

    /// What comes next; the same until it is reported on.
    #[must_use]
    pub fn next(&self) -> Step {
        match self.phase {
            Phase::Size => Step::Size,
            Phase::Truncate => Step::Truncate(self.have),
            Phase::Move => self.attempt(),
            Phase::Tail => {
                let start = self.tail();
                let len = self.source.unwrap_or(0).saturating_sub(start);
                Step::Compare(GetOptions { start, len: Some(len), via: Via::Com })
            }
            Phase::Compare => {
                // All that the server has, whatever its length was before.
                Step::Compare(GetOptions { start: 0, len: None, via: self.policy.via })
            }
            Phase::Wait => Step::Wait(self.wait()),
            Phase::Recover => self.recovery.step(),
            Phase::End(end) => Step::End(end),
        }
    }

    /// A staged download takes the rest of the file, whatever its length.
    fn staged_or(&self, len: Option<u64>) -> Option<u64> {
        if self.policy.via == Via::Com { len } else { None }
    }

    /// Where the end begins that no size proves.
    fn tail(&self) -> u64 {
        self.source.unwrap_or(0).saturating_sub(OVERLAP)
    }

    fn attempt(&self) -> Step {
        let (start, via) = (self.have, self.policy.via);
        match (self.direction, self.source) {
            (Direction::Get, source) => {
                let len = self.staged_or(source.map(|source| source.saturating_sub(start)));
                Step::Get(GetOptions { start, len, via })
            }
            (Direction::Put, source) => {
                let len = source.unwrap_or(0).saturating_sub(start);
                // A staged upload moves whole files only; what is left of one goes straight through.
                let via = if start > 0 { Via::Com } else { via };
                Step::Put(PutOptions { start, len, last: true, via })
            }
        }
    }

    fn wait(&self) -> u32 {
        let doublings = u32::from(self.tried.saturating_sub(1)).min(31);
        let factor = 1u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.policy.wait_ms.saturating_mul(factor).min(self.policy.longest_wait_ms)
    }

    /// Bytes of the target that are good by now.
    #[must_use]
    pub const fn kept(&self) -> u64 {
        self.have
    }

    /// Of an upload that failed: how much at most of what the server has now is the file's, where bytes of it were lost on the line. A later
    /// job of the same file begins by [`trusting`](Self::trusting) no more.
    #[must_use]
    pub const fn distrusted(&self) -> Option<u64> {
        match self.direction {
            Direction::Put if self.tainted && !matches!(self.phase, Phase::End(Ok(()))) => Some(self.have),
            _ => None,
        }
    }

    /// The level of recovery whose first step is next: what a report says.
    #[must_use]
    pub fn begins_recovery(&self) -> Option<RecoveryLevel> {
        if self.phase == Phase::Recover { self.recovery.begins() } else { None }
    }

    /// How often in a row something was tried without progress; 0 at first.
    #[must_use]
    pub const fn retry(&self) -> u8 {
        self.tried
    }
}
