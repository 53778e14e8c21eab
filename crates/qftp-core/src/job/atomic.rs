//! An upload that others see only when it is whole: which questions its two names take, decided without I/O.
//!
//! Before the upload the temporary name is claimed, after it the file is published: renamed over the old one. Nothing is ever deleted.
//!
//! | a step | what is reported | what comes next |
//! |---|---|---|
//! | `Exists` | [`size`](Atomic::size): the name is taken | `NewName`, or `Taken` after ten names |
//! | | [`failed`](Atomic::failed) with 550: it is free | `Done` |
//! | | `failed` with 500, 502, 504: the server knows no SIZE | `Names` |
//! | `Names` | [`listed`](Atomic::listed) | as after `Exists` |
//! | `NewName` | [`ready`](Atomic::ready) | `Exists` |
//! | `Rename` | `ready` | `Done` |
//! | | `failed`, and the outcome may be lost | `Connect`, three times at most |
//! | `Connect` | `ready` | `Exists`: a name that is there was not renamed |
//! | `Measure` | `size` of the final name | `Done` where it is that of the upload, or `Rename` again |
//! | any | `failed` otherwise | `Failed` |

use super::may_pass;
use crate::codes::FtpCode;
use crate::session::{Failure, Kind};

/// Names that are tried where others have theirs.
const NAMES: u8 = 10;
/// How often a rename is tried whose outcome was lost.
const RENAMES: u8 = 3;

/// What is to be done next for the names of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicStep {
    /// Ask for the size of the temporary name.
    Exists,
    /// Look for the temporary name among the names in its folder.
    Names,
    /// Take another temporary name.
    NewName,
    /// Log in where no session is open.
    Connect,
    /// Rename the temporary name to the final one.
    Rename,
    /// Ask for the size of the final name.
    Measure,
    /// The name is claimed, or the file is published.
    Done,
    /// Every name that was tried is taken.
    Taken,
    /// A claim failed as was reported last; a file that is to be published stays under its temporary name, for the reason that
    /// the last rename had.
    Failed,
}

/// The names of one upload, claimed or published.
#[derive(Clone, Copy, Debug)]
pub struct Atomic {
    step: AtomicStep,
    /// The length of what is to be published; `None` while a name is claimed.
    len: Option<u64>,
    /// Names, or renames, that were tried.
    tried: u8,
}

impl Atomic {
    /// Makes sure that the temporary name is nobody else's. One that is `known` by the number in it is ours, be it there or not.
    #[must_use]
    pub const fn claim(known: bool) -> Self {
        Self { step: if known { AtomicStep::Done } else { AtomicStep::Exists }, len: None, tried: 1 }
    }

    /// Gives a whole upload of so many bytes its name.
    #[must_use]
    pub const fn publish(len: u64) -> Self {
        Self { step: AtomicStep::Rename, len: Some(len), tried: 1 }
    }

    /// What comes next; the same until it is reported on.
    #[must_use]
    pub const fn next(&self) -> AtomicStep {
        self.step
    }

    /// The server has a file of the name, of this size.
    pub fn size(&mut self, size: u64) {
        match self.step {
            AtomicStep::Measure if Some(size) == self.len => self.step = AtomicStep::Done,
            AtomicStep::Measure => self.rename_again(),
            _ => self.listed(true),
        }
    }

    /// Whether the temporary name is on the server.
    pub fn listed(&mut self, is_there: bool) {
        match (self.len, is_there) {
            (None, false) => self.step = AtomicStep::Done,
            (None, true) if self.tried < NAMES => self.step = AtomicStep::NewName,
            (None, true) => self.step = AtomicStep::Taken,
            // Its old name is gone: the rename was done if the new one has the file.
            (Some(_), false) => self.step = AtomicStep::Measure,
            (Some(_), true) => self.rename_again(),
        }
    }

    /// The step is done.
    pub const fn ready(&mut self) {
        match self.step {
            AtomicStep::NewName => {
                self.tried = self.tried.saturating_add(1);
                self.step = AtomicStep::Exists;
            }
            AtomicStep::Connect => self.step = AtomicStep::Exists,
            AtomicStep::Rename => self.step = AtomicStep::Done,
            _ => {}
        }
    }

    /// The step has failed.
    pub fn failed(&mut self, failure: &Failure) {
        let reply = failure.reply().map(crate::codes::ReplyCode::get);
        match (self.step, reply) {
            (AtomicStep::Exists, Some(550)) => self.listed(false),
            (AtomicStep::Exists, Some(500 | 502 | 504)) => self.step = AtomicStep::Names,
            (AtomicStep::Rename, _) if may_be_lost(failure) => self.step = AtomicStep::Connect,
            _ => self.step = AtomicStep::Failed,
        }
    }

    fn rename_again(&mut self) {
        self.step = if self.tried < RENAMES { AtomicStep::Rename } else { AtomicStep::Failed };
        self.tried = self.tried.saturating_add(1);
    }
}

/// Nobody has said whether it was done: the line, the network, or a server that may say something else a little later.
fn may_be_lost(failure: &Failure) -> bool {
    failure.kind() == Kind::Line || may_pass(failure) || failure.ftp_code() == Some(FtpCode::TIMEOUT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::ReplyCode;
    use crate::session::{Cause, LineFault, SessionState};
    use crate::wire::FtpError;

    fn refused(reply: u16) -> Failure {
        let cause = Cause::Ftp(FtpError { code: FtpCode::new(627), reply: ReplyCode::new(reply) });
        Failure { verb: None, cause, transferred: 0, state: SessionState::Usable }
    }

    fn silent() -> Failure {
        let cause = Cause::Line(LineFault::NoAnswer);
        Failure { verb: None, cause, transferred: 0, state: SessionState::Reset }
    }

    #[test]
    fn a_known_name_is_asked_for_nothing() {
        assert_eq!(Atomic::claim(true).next(), AtomicStep::Done);
    }

    #[test]
    fn a_taken_name_is_left_to_its_owner() {
        let mut names = Atomic::claim(false);
        for _ in 1..NAMES {
            assert_eq!(names.next(), AtomicStep::Exists);
            names.size(7);
            assert_eq!(names.next(), AtomicStep::NewName);
            names.ready();
        }
        names.size(0);
        assert_eq!(names.next(), AtomicStep::Taken);
    }

    #[test]
    fn a_server_without_size_is_asked_for_names() {
        let mut names = Atomic::claim(false);
        names.failed(&refused(502));
        assert_eq!(names.next(), AtomicStep::Names);
        names.listed(true);
        assert_eq!(names.next(), AtomicStep::NewName);
        names.ready();
        names.failed(&refused(550));
        assert_eq!(names.next(), AtomicStep::Done);
        let mut names = Atomic::claim(false);
        names.failed(&refused(530));
        assert_eq!(names.next(), AtomicStep::Failed);
    }

    #[test]
    fn a_rename_that_is_refused_is_the_end() {
        let mut names = Atomic::publish(10);
        names.failed(&refused(550));
        assert_eq!(names.next(), AtomicStep::Failed);
    }

    #[test]
    fn a_rename_whose_outcome_was_lost_is_looked_for() {
        // It was done: the temporary name is gone, and the final one has its size.
        let mut names = Atomic::publish(10);
        names.failed(&silent());
        assert_eq!(names.next(), AtomicStep::Connect);
        names.ready();
        assert_eq!(names.next(), AtomicStep::Exists);
        names.failed(&refused(550));
        assert_eq!(names.next(), AtomicStep::Measure);
        names.size(10);
        assert_eq!(names.next(), AtomicStep::Done);
        // It was not, three times.
        let mut names = Atomic::publish(10);
        for _ in 1..RENAMES {
            names.failed(&silent());
            names.ready();
            names.size(10);
            assert_eq!(names.next(), AtomicStep::Rename);
        }
        names.failed(&silent());
        names.ready();
        names.size(10);
        assert_eq!(names.next(), AtomicStep::Failed);
    }

    #[test]
    fn another_file_under_the_final_name_is_no_proof() {
        let mut names = Atomic::publish(10);
        names.failed(&silent());
        names.ready();
        names.failed(&refused(550));
        names.size(9);
        assert_eq!(names.next(), AtomicStep::Rename);
    }
}
