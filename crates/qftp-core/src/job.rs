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

mod recovery;
mod road;

pub use recovery::RecoveryLevel;
pub use road::{Reason, choose_road};

use core::fmt;

use crate::codes::FtpCode;
use crate::decimal::Decimal;
use crate::mutation::{Mutation, mutated};
use crate::session::{Cause, Failure, GetOptions, Kind, LineFault, Misuse, PutOptions, SessionState, Via};
use recovery::Recovery;

/// How many bytes at the end of what the server has are no proof of an upload: the last of them may be words of a host that brought the
/// line into step and found the module still taking them for data. They are sent again, or compared where the size is right.
const OVERLAP: u64 = 256;

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
    /// Ask for the size of the remote file; then [`Job::size`].
    Size,
    /// Cut the local file to this length, and go on there; then [`Job::ready`].
    Truncate(u64),
    /// Download; then [`Job::moved`].
    Get(GetOptions),
    /// Upload from this offset of the local file; then [`Job::moved`].
    Put(PutOptions),
    /// Read the file again, from the start that is said on, and compare it with the local one from there; then [`Job::compared`].
    Compare(GetOptions),
    /// Wait so many milliseconds; then [`Job::ready`].
    Wait(u32),
    /// Open the port again, which was lost. Of this and the next seven, which bring the session back: [`Job::ready`], or [`Job::failed`] where it
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

    /// The size of the remote file; `None` where it is not there, or the server knows no sizes.
    pub fn size(&mut self, remote: Option<u64>) {
        self.phase = match self.direction {
            Direction::Get => self.size_of_source(remote),
            Direction::Put => self.size_of_target(remote.unwrap_or(0)),
        };
    }

    fn size_of_source(&mut self, remote: Option<u64>) -> Phase {
        let changed = self.source.is_some() && self.source != remote;
        self.source = remote;
        match remote {
            // Another file than the one that was begun: nothing of that is of use.
            Some(remote) if self.last.is_some() && (changed || remote < self.have) => {
                self.have = 0;
                self.best = 0;
                Phase::Truncate
            }
            Some(remote) if remote < self.have => longer(self.have, remote),
            Some(remote) if remote == self.have && remote > 0 => self.complete(),
            _ => Phase::Move,
        }
    }

    fn size_of_target(&mut self, remote: u64) -> Phase {
        let source = self.source.unwrap_or(0);
        // Unless it is known that what is there is of no use.
        if remote > source && self.last.is_none() && !self.tainted {
            return longer(remote, source);
        }
        self.have = match remote {
            // What is longer than all that was sent is none of ours.
            _ if remote > source => 0,
            // An earlier job knew how much of it is good.
            _ if self.tainted => remote.min(self.have),
            // The same size may be done, unless it came about by an attempt that failed.
            _ if remote == source && self.last.is_none() => remote,
            _ if mutated(Mutation::TailTrusted) => remote,
            _ => remote.saturating_sub(OVERLAP),
        };
        if self.last.is_none() {
            self.best = self.have;
        } else if remote > self.best && remote <= source {
            // What came to the server is progress, also where its end is sent again.
            self.best = remote;
            self.tried = 0;
        }
        match self.have == source {
            // An empty file is sent: there may be none yet.
            _ if source == 0 => Phase::Move,
            true if self.policy.verify || mutated(Mutation::TailTrusted) => self.complete(),
            true => Phase::Tail,
            false => Phase::Move,
        }
    }

    fn complete(&mut self) -> Phase {
        self.source = Some(self.have);
        if self.policy.verify { Phase::Compare } else { Phase::End(Ok(())) }
    }

    /// The transfer succeeded with so many bytes.
    pub fn moved(&mut self, count: u64) {
        self.untouched = false;
        self.have = self.have.saturating_add(count);
        self.phase = self.complete();
    }

    /// The caller stops in a download of which so many bytes are good.
    pub const fn stopped(&mut self, transferred: u64) {
        self.have = self.have.saturating_add(transferred);
    }

    /// What the comparison found: nothing, or the offset of the first difference, counted from where it began.
    pub fn compared(&mut self, differs: Option<u64>) {
        let Some(at) = differs else {
            if let (Direction::Put, Some(source)) = (self.direction, self.source) {
                self.have = source;
            }
            self.phase = Phase::End(Ok(()));
            return;
        };
        if self.direction == Direction::Put && self.untouched {
            // It was broken off, and this is where; no transfer of this job has failed.
            let from = if self.phase == Phase::Tail { self.tail() } else { 0 };
            self.have = from.saturating_add(at).min(self.source.unwrap_or(0));
            self.tainted = true;
            self.phase = Phase::Move;
            return;
        }
        self.have = self.have.min(at);
        self.keep = Keep::Known;
        self.tainted = true;
        self.try_again(Trouble::Differs { at }, None);
    }

    /// The wait, the cut or the step of the recovery is done.
    pub fn ready(&mut self) {
        if self.phase == Phase::Recover && !self.recovery.advance() {
            return;
        }
        self.phase = match (self.phase, self.direction) {
            (Phase::Wait, _) if self.recovery.is_needed() => Phase::Recover,
            (Phase::Wait | Phase::Recover, _) if self.fresh => self.goal,
            (Phase::Wait | Phase::Recover, Direction::Get) => Phase::Truncate,
            (Phase::Wait | Phase::Recover, Direction::Put) if self.keep == Keep::Ask => Phase::Size,
            (Phase::Wait | Phase::Recover, Direction::Put) => Phase::Move,
            // Sizes are asked for again: it may be another file by now.
            (Phase::Truncate, _) if self.have > 0 => Phase::Size,
            (Phase::Truncate, _) => {
                // Nothing of it is here: whatever length it had, the attempt asks for the present one.
                self.source = None;
                Phase::Move
            }
            (other, _) => other,
        };
        if self.phase != Phase::Recover {
            self.fresh = false;
        }
    }

    /// The present step failed.
    pub fn failed(&mut self, failure: &Failure) {
        let trouble = Trouble::Failed(*failure);
        self.recovery.note(failure);
        match (self.phase, self.direction) {
            // A context that is gone already cannot be deactivated.
            (Phase::Recover, _) if self.next() == Step::Deactivate => self.ready(),
            // A port that is gone comes back by itself or not at all: no other level helps.
            (Phase::Recover, _) if failure.cause == Cause::Line(LineFault::PortLost) => {
                self.try_again(trouble, Some(failure));
            }
            (Phase::Recover, _) => {
                if may_pass(failure) && self.recovery.climb(failure, &self.policy) {
                    return;
                }
                self.try_again(trouble, Some(failure));
            }
            (Phase::Size, Direction::Put) if is_missing(failure) => self.size(None),
            (Phase::Size, _) if knows_no_sizes(failure) => self.size(None),
            // A server that cannot begin in the middle of a file can still send all of it.
            (Phase::Tail, _) if knows_no_sizes(failure) => {
                self.have = self.tail();
                self.phase = Phase::Compare;
            }
            // What is not proven is sent again.
            (Phase::Tail, _) | (Phase::Compare, Direction::Put) => {
                self.have = self.tail();
                self.try_again(trouble, Some(failure));
            }
            (Phase::Move, Direction::Get) => {
                self.have = self.have.saturating_add(failure.transferred);
                self.try_again(trouble, Some(failure));
            }
            (Phase::Move, Direction::Put) => {
                self.untouched = false;
                // From its start on a file is replaced, not written over.
                self.tainted &= self.have > 0;
                self.tainted |= leaves_gaps(failure);
                // How much the server has only the server knows; with gaps in it that is of no use.
                self.keep = if self.tainted { Keep::Known } else { Keep::Ask };
                self.try_again(trouble, Some(failure));
            }
            _ => self.try_again(trouble, Some(failure)),
        }
    }

    /// The session refused to begin the present step. `true` where that is the module's doing, which has restarted since: the job takes it
    /// as that failure. Else it is the caller's mistake, and the end.
    pub fn refused(&mut self, misuse: Misuse) -> bool {
        if self.next() == Step::Deactivate && misuse == Misuse::NotSetUp {
            self.ready();
            return true;
        }
        let restarted = matches!(misuse, Misuse::NotSetUp | Misuse::ReopenFirst);
        if restarted {
            let cause = Cause::Line(LineFault::Restarted);
            self.failed(&Failure { verb: None, cause, transferred: 0, state: SessionState::Reset });
        }
        restarted
    }

    fn try_again(&mut self, trouble: Trouble, failure: Option<&Failure>) {
        if self.have > self.best {
            self.best = self.have;
            self.tried = 0;
        }
        if !failure.is_none_or(may_pass) || self.tried >= self.policy.retries {
            self.phase = Phase::End(Err(trouble));
            return;
        }
        self.tried = self.tried.saturating_add(1);
        self.last = Some(trouble);
        let state = failure.map_or(SessionState::Usable, |failure| failure.state);
        self.recovery.start(if self.fresh { SessionState::Reset } else { state });
        self.phase = Phase::Wait;
    }
}

const fn longer(target: u64, source: u64) -> Phase {
    Phase::End(Err(Trouble::TargetIsLonger { target, source }))
}

/// The server has no such file.
fn is_missing(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| reply.get() == 550)
}

/// The server does not know SIZE, or not in this mode.
fn knows_no_sizes(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 502 | 504))
}

/// Whether the same may succeed a little later: the network, the line and a server's 4xx; not what somebody must mend first.
#[must_use]
pub fn may_pass(failure: &Failure) -> bool {
    match (failure.kind(), failure.cause) {
        (Kind::Misuse, _) => false,
        // The connection is gone, not the reason for it.
        (_, Cause::NoCarrier) => true,
        (Kind::Line, _) | (Kind::Module, Cause::Network(_)) => true,
        (Kind::Server, _) => failure.reply().is_some_and(|reply| (400..500).contains(&reply.get())),
        (Kind::Module, _) => {
            failure.ftp_code().is_some_and(|code| matches!(code.get(), 601..=609 | 614..=616))
        }
    }
}

/// Whether the bytes that an upload has left on the server may have gaps: they were lost before the module counted them.
///
/// A time-out of the module's is one of the signs: it waits for bytes that were sent and never came.
#[must_use]
pub fn leaves_gaps(failure: &Failure) -> bool {
    if mutated(Mutation::GapsTrusted) {
        return false;
    }
    match failure.cause {
        Cause::Line(fault) => !matches!(fault, LineFault::Restarted),
        _ => failure.ftp_code() == Some(FtpCode::TIMEOUT),
    }
}
