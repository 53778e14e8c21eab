//! What came of a step, and where the job stands after it.

use super::step::{Step, Trouble};
use super::{Direction, Job, Keep, OVERLAP, Phase};
use crate::codes::FtpCode;
use crate::mutation::{Mutation, mutated};
use crate::session::{Cause, Failure, Kind, LineFault, Misuse, SessionState};

impl Job {
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
