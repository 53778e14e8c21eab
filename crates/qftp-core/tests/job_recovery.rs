//! What a [`Job`] does after a failure: how long it waits, what it gives up at, by which steps it brings the session back.

use qftp_core::job::{Job, Policy, RecoveryLevel, Step, Trouble};
use qftp_core::session::{Cause, LineFault, Misuse, SessionState};

use crate::job::{failure, ftp};

/// The wait doubles; a byte of progress and it is short again.
#[test]
fn back_off() {
    let policy = Policy { retries: 200, wait_ms: 1_000, longest_wait_ms: 6_000, ..Policy::default() };
    let mut job = Job::get(None, policy);
    let mut fail = |transferred| {
        while !matches!(job.next(), Step::Get(_)) {
            match job.next() {
                Step::Size => job.size(Some(1000)),
                _ => job.ready(),
            }
        }
        job.failed(&failure(ftp(607, 0), transferred, SessionState::Usable));
        match job.next() {
            Step::Wait(wait) => wait,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([0; 5].map(&mut fail), [1_000, 2_000, 4_000, 6_000, 6_000]);
    assert_eq!([1, 0, 0].map(&mut fail), [1_000, 2_000, 4_000]);
    for _ in 0..100 {
        assert!(fail(0) <= 6_000);
    }
}

/// What no retry mends ends at once.
#[test]
fn what_does_not_pass() {
    let policy = Policy { retries: 9, ..Policy::default() };
    for cause in [ftp(627, 550), ftp(625, 530), ftp(631, 0), Cause::Refused, Cause::Aborted] {
        let mut job = Job::put(5, policy);
        let failure = failure(cause, 0, SessionState::Usable);
        job.failed(&failure);
        assert_eq!(job.next(), Step::End(Err(Trouble::Failed(failure))), "{cause}");
    }
}

/// A module that answers is not restarted for a server's sake; a silent one is, in the end by the caller's hand.
#[test]
fn levels_of_recovery() {
    let climb = |first: SessionState, cause: Cause, policy: Policy| {
        let mut job = Job::put(5, policy);
        job.failed(&failure(Cause::Line(LineFault::UrcSilent), 0, first));
        job.ready();
        let mut levels = Vec::new();
        while let Some(level) = job.begins_recovery() {
            levels.push(level);
            // A context that cannot be deactivated is no reason to go on to the next level.
            if job.next() == Step::Deactivate {
                job.failed(&failure(cause, 0, SessionState::Reset));
                assert_eq!(job.next(), Step::SetUp);
            }
            job.failed(&failure(cause, 0, SessionState::Reset));
        }
        levels
    };
    let policy = Policy { retries: 1, power: true, ..Policy::default() };
    let silent = Cause::Line(LineFault::NoAnswer);
    let all = [
        RecoveryLevel::Reopen,
        RecoveryLevel::SetUp,
        RecoveryLevel::Context,
        RecoveryLevel::Restart,
        RecoveryLevel::Power,
    ];
    assert_eq!(climb(SessionState::Reopen, silent, policy), all);
    assert_eq!(climb(SessionState::Reset, silent, policy), all[1..]);
    assert_eq!(climb(SessionState::Reopen, silent, Policy { power: false, ..policy }), all[..4]);
    assert_eq!(
        climb(SessionState::Reopen, silent, Policy { power: false, restart: false, ..policy }),
        all[..3]
    );
    assert_eq!(
        climb(SessionState::Reopen, ftp(605, 0), policy),
        all[..3].iter().copied().filter(|level| *level != RecoveryLevel::SetUp).collect::<Vec<_>>()
    );
    assert_eq!(climb(SessionState::Reopen, ftp(603, 0), policy), all);
    assert_eq!(climb(SessionState::Reopen, ftp(625, 530), policy), all[..1]);
    assert_eq!(climb(SessionState::Usable, silent, policy), []);
}

/// A port that went away is opened again before anything else, and where that does not help, no other level is tried but time.
#[test]
fn a_port_that_is_lost() {
    let mut job = Job::put(5, Policy { retries: 2, power: true, ..Policy::default() });
    let lost = failure(Cause::Line(LineFault::PortLost), 0, SessionState::Reset);
    job.failed(&lost);
    for _ in 0..2 {
        assert!(matches!(job.next(), Step::Wait(_)));
        job.ready();
        assert_eq!((job.next(), job.begins_recovery()), (Step::ReopenPort, Some(RecoveryLevel::SetUp)));
        if job.retry() == 1 {
            job.failed(&lost);
        }
    }
    for step in [Step::ReopenPort].iter().chain(RecoveryLevel::SetUp.steps()) {
        assert_eq!(job.next(), *step);
        job.ready();
    }
    // What was written when the port went may have gaps.
    assert!(matches!(job.next(), Step::Put(put) if put.start == 0));
    let mut job = Job::get(None, Policy::default());
    job.reconnect();
    assert_eq!(job.next(), Step::ReopenPort);
    job.failed(&lost);
    assert_eq!(job.next(), Step::End(Err(Trouble::Failed(lost))));
}

/// The module restarted while nothing was under way: set up again, not the caller's mistake.
#[test]
fn a_refusal_after_a_restart() {
    let mut job = Job::get(None, Policy { retries: 1, ..Policy::default() });
    assert!(job.refused(Misuse::NotSetUp));
    job.ready();
    assert_eq!(job.begins_recovery(), Some(RecoveryLevel::SetUp));
    assert_eq!(job.next(), Step::SetUp);
    assert!(!job.refused(Misuse::Busy));
}
