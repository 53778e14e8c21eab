//! The laws of [`Job`]: what ends well is whole, what was lost on the line is not built upon, and there is always an end.

use proptest::prelude::*;
use qftp_core::codes::{FtpCode, ReplyCode};
use qftp_core::job::{Job, Policy, Step, Trouble};
use qftp_core::session::{Cause, Failure, LineFault, SessionState, Via};
use qftp_core::wire::{FtpError, Verb};

pub(super) const fn failure(cause: Cause, transferred: u64, state: SessionState) -> Failure {
    Failure { verb: Some(Verb::QftpGet), cause, transferred, state }
}

pub(super) const fn ftp(code: u16, reply: u16) -> Cause {
    Cause::Ftp(FtpError { code: FtpCode::new(code), reply: ReplyCode::new(reply) })
}

/// What happens to one transfer of a world that is out to get it.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Succeeds,
    /// The network fails after so many bytes.
    Breaks(u64),
    /// Bytes are lost on the line after so many; what follows is shifted.
    Loses(u64),
    /// All of it is there, but the outcome never comes.
    UrcLost,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Succeeds),
        (0..40u64).prop_map(Fate::Breaks),
        (0..40u64).prop_map(Fate::Loses),
        Just(Fate::UrcLost),
    ]
}

/// Source and target of a job, and what goes wrong.
struct World {
    source: Vec<u8>,
    target: Vec<u8>,
    fates: Vec<Fate>,
}

impl World {
    /// Runs a job to its end: every step the way a driver would do it.
    fn run(&mut self, mut job: Job, upload: bool) -> Result<(), Trouble> {
        for _ in 0..1000 {
            match job.next() {
                Step::End(end) => return end,
                Step::Size => {
                    let remote = if upload { &self.target } else { &self.source };
                    job.size(Some(remote.len() as u64));
                }
                Step::Truncate(len) => {
                    self.target.truncate(usize::try_from(len).unwrap());
                    job.ready();
                }
                Step::Wait(wait) => {
                    assert!((1_000..=60_000).contains(&wait));
                    job.ready();
                }
                Step::Compare(options) => {
                    let from = usize::try_from(options.start).unwrap();
                    let (source, target) =
                        (&self.source[from..], self.target.get(from..).unwrap_or_default());
                    let same = source.iter().zip(target).take_while(|(a, b)| a == b).count();
                    job.compared((source != target).then_some(same as u64));
                }
                Step::Get(options) => self.transfer(&mut job, options.start, upload),
                Step::Put(options) => {
                    if options.start == 0 {
                        self.target.clear();
                    }
                    assert_eq!(options.start + options.len, self.source.len() as u64);
                    self.transfer(&mut job, options.start, upload);
                }
                // What brings the session back.
                _ => job.ready(),
            }
        }
        panic!("it does not end: {job:?}")
    }

    fn transfer(&mut self, job: &mut Job, start: u64, upload: bool) {
        let start = usize::try_from(start).unwrap();
        let rest = self.source[start..].to_vec();
        let fate = self.fates.pop().unwrap_or(Fate::Succeeds);
        let most = |count: u64| usize::try_from(count).unwrap().min(rest.len());
        let (arrives, told) = match fate {
            Fate::Succeeds => (rest.clone(), None),
            Fate::Breaks(count) => {
                let count = most(count);
                let trusted = if upload { 0 } else { count as u64 };
                (rest[..count].to_vec(), Some(failure(ftp(607, 426), trusted, SessionState::Reopen)))
            }
            Fate::Loses(count) => {
                let mut shifted = rest.clone();
                shifted.drain(most(count)..most(count + 3));
                let cause = Cause::Line(LineFault::Desync);
                (shifted, Some(failure(cause, 0, SessionState::Reset)))
            }
            Fate::UrcLost => {
                let cause = Cause::Line(LineFault::UrcSilent);
                let trusted = if upload { 0 } else { rest.len() as u64 };
                (rest.clone(), Some(failure(cause, trusted, SessionState::Reopen)))
            }
        };
        // In place, as most servers do.
        let end = start + arrives.len();
        self.target.resize(self.target.len().max(end), 0);
        self.target[start..end].copy_from_slice(&arrives);
        match told {
            None => job.moved(rest.len() as u64),
            Some(failure) => job.failed(&failure),
        }
    }
}

/// Found by the law below: an attempt that lost bytes leaves a tail that a later, shorter attempt does not write over.
#[test]
fn the_tail_of_a_lost_attempt_is_not_taken_for_the_file() {
    let source: Vec<u8> = (0..32).collect();
    let fates = vec![Fate::Breaks(1), Fate::Loses(1), Fate::Breaks(1)];
    let mut world = World { source: source.clone(), target: Vec::new(), fates };
    let policy = Policy { retries: 2, ..Policy::default() };
    assert_eq!(world.run(Job::put(32, policy), true), Ok(()));
    assert_eq!(world.target, source);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_ends_well_is_whole(
        source in prop_oneof![prop::collection::vec(any::<u8>(), 0..60), prop::collection::vec(any::<u8>(), 250..300)],
        there in prop_oneof![0..80usize, 250..320usize],
        // Words of a host that was broken off, at the end of what the server has.
        words in 0..40usize,
        fates in prop::collection::vec(fate(), 0..12),
        upload: bool,
        resume: bool,
        verify: bool,
        retries in 0..5u8,
    ) {
        let mut target = source.iter().copied().chain(std::iter::repeat(7)).take(there).collect::<Vec<_>>();
        if upload {
            let from = target.len().saturating_sub(words);
            target[from..].iter_mut().for_each(|byte| *byte ^= 0x55);
        }
        let policy = Policy { resume, verify, retries, ..Policy::default() };
        let job = if upload { Job::put(source.len() as u64, policy) } else { Job::get(Some(there as u64), policy) };
        let mut world = World { source, target, fates: fates.clone() };
        // A driver cuts a local file that is not gone on with.
        if !upload && job.kept() == 0 {
            world.target.clear();
        }
        let end = world.run(job, upload);
        match end {
            Ok(()) => prop_assert_eq!(&world.source, &world.target),
            Err(Trouble::TargetIsLonger { target, source }) => {
                prop_assert!(resume && target > source);
                prop_assert_eq!(target, there as u64);
            }
            Err(trouble) => prop_assert!(fates.len() > usize::from(retries), "{trouble}: {fates:?}"),
        }
    }
}

/// Semantics of curl and lftp for sizes.
#[test]
fn sizes() {
    let policy = Policy { resume: true, ..Policy::default() };
    let after_size = |mut job: Job, size| {
        assert_eq!(job.next(), Step::Size);
        job.size(size);
        job.next()
    };
    assert_eq!(after_size(Job::get(Some(10), policy), Some(10)), Step::End(Ok(())));
    let longer = Trouble::TargetIsLonger { target: 10, source: 9 };
    assert_eq!(after_size(Job::get(Some(10), policy), Some(9)), Step::End(Err(longer)));
    assert!(
        matches!(after_size(Job::get(Some(10), policy), Some(11)), Step::Get(get) if get.start == 10 && get.len == Some(1))
    );
    // A server without SIZE: REST, and whatever comes.
    assert!(
        matches!(after_size(Job::get(Some(10), policy), None), Step::Get(get) if get.start == 10 && get.len.is_none())
    );
    // The size alone does not make an upload done: its end is compared.
    assert!(
        matches!(after_size(Job::put(10, policy), Some(10)), Step::Compare(get) if get.start == 0 && get.len == Some(10))
    );
    assert!(
        matches!(after_size(Job::put(1000, policy), Some(1000)), Step::Compare(get) if get.start == 744 && get.len == Some(256))
    );
    let longer = Trouble::TargetIsLonger { target: 11, source: 10 };
    assert_eq!(after_size(Job::put(10, policy), Some(11)), Step::End(Err(longer)));
    // The last of it may be words that a host sent to a module which still took them for data.
    assert!(
        matches!(after_size(Job::put(1000, policy), Some(400)), Step::Put(put) if put.start == 144 && put.len == 856)
    );
    assert!(matches!(after_size(Job::put(1000, policy), Some(256)), Step::Put(put) if put.start == 0));
    assert!(matches!(after_size(Job::put(10, policy), None), Step::Put(put) if put.start == 0));
    // An empty file on the server may be none.
    assert!(matches!(after_size(Job::put(0, policy), Some(0)), Step::Put(put) if put.len == 0));
    // Without `resume` nobody asks.
    assert!(matches!(Job::get(Some(10), Policy::default()).next(), Step::Get(get) if get.start == 0));
}

/// The host's own words are the end of an upload that was broken off: its size says nothing, and it goes on where they begin.
#[test]
fn an_upload_of_the_right_size_is_done_when_its_end_is_the_files() {
    let policy = Policy { resume: true, ..Policy::default() };
    let at_the_tail = || {
        let mut job = Job::put(1000, policy);
        job.size(Some(1000));
        job
    };
    let mut job = at_the_tail();
    job.compared(None);
    assert_eq!((job.next(), job.kept()), (Step::End(Ok(())), 1000));
    let mut job = at_the_tail();
    job.compared(Some(246));
    assert!(matches!(job.next(), Step::Put(put) if put.start == 990 && put.len == 10));
    assert_eq!(job.distrusted(), Some(990));
    job.moved(10);
    assert_eq!((job.next(), job.distrusted()), (Step::End(Ok(())), None));
    // The same where all of it is compared: what lay there differs, which is no failure of this job. A second difference is one.
    let mut job = Job::put(1000, Policy { verify: true, ..policy });
    job.size(Some(1000));
    job.compared(Some(300));
    assert!(matches!(job.next(), Step::Put(put) if put.start == 300 && put.len == 700));
    job.moved(700);
    job.compared(Some(300));
    assert_eq!(job.next(), Step::End(Err(Trouble::Differs { at: 300 })));
    // Where the question fails, the end is not proven: it is sent again.
    let mut job = Job::put(1000, Policy { retries: 1, ..policy });
    job.size(Some(1000));
    job.failed(&failure(Cause::Line(LineFault::UrcSilent), 0, SessionState::Usable));
    job.ready();
    assert!(matches!(job.next(), Step::Put(put) if put.start == 744 && put.len == 256));
    // A server that cannot begin in the middle of a file sends all of it.
    let mut job = at_the_tail();
    job.failed(&failure(ftp(622, 502), 0, SessionState::Usable));
    assert!(matches!(job.next(), Step::Compare(get) if get.start == 0 && get.len.is_none()));
}

/// What one job knows of bytes that were lost on the line, the next one does not build upon.
#[test]
fn what_was_lost_is_not_built_upon_by_a_later_job() {
    let policy = Policy { resume: true, ..Policy::default() };
    let mut job = Job::put(1000, policy);
    job.size(Some(500));
    assert_eq!(job.distrusted(), None);
    job.failed(&failure(ftp(609, 0), 0, SessionState::Usable));
    assert!(matches!(job.next(), Step::End(Err(_))));
    assert_eq!(job.distrusted(), Some(244));
    for (remote, start) in [(1000, 244), (800, 244), (100, 100)] {
        let mut job = Job::put(1000, policy).trusting(244);
        assert_eq!(job.distrusted(), Some(244));
        job.size(Some(remote));
        assert!(matches!(job.next(), Step::Put(put) if put.start == start), "{remote}: {:?}", job.next());
        // A failure in between takes nothing of that back.
        job.failed(&failure(ftp(607, 426), 0, SessionState::Usable));
        assert_eq!(job.distrusted(), Some(start));
    }
    let mut job = Job::put(1000, Policy::default()).trusting(244);
    assert!(matches!(job.next(), Step::Put(put) if put.start == 0));
    job.moved(1000);
    assert_eq!(job.distrusted(), None);
}

/// What is left of a staged upload goes straight through: a staged one moves whole files.
#[test]
fn a_staged_upload_that_broke() {
    use qftp_core::wire::Storage;
    let via = Via::Storage(Storage::Ufs);
    let mut job = Job::put(1000, Policy { retries: 1, via, ..Policy::default() });
    assert!(matches!(job.next(), Step::Put(put) if put.via == via));
    job.failed(&failure(ftp(607, 426), 0, SessionState::Usable));
    job.ready();
    job.size(Some(400));
    assert!(matches!(job.next(), Step::Put(put) if put.via == Via::Com && put.start == 144));
}

/// After an attempt that failed even the right size proves nothing: its end is sent again.
#[test]
fn the_end_of_a_broken_upload_is_sent_again() {
    let mut job = Job::put(1000, Policy { retries: 1, ..Policy::default() });
    job.failed(&failure(ftp(607, 426), 0, SessionState::Usable));
    job.ready();
    job.size(Some(1000));
    assert!(matches!(job.next(), Step::Put(put) if (put.start, put.len) == (744, 256)));
}

/// Bytes that were lost on the way to the module end in its time-out: what it has then may have gaps.
#[test]
fn a_time_out_of_an_upload_starts_it_again() {
    let mut job = Job::put(1000, Policy { retries: 1, ..Policy::default() });
    job.failed(&failure(ftp(609, 0), 0, SessionState::Usable));
    job.ready();
    assert!(matches!(job.next(), Step::Put(put) if put.start == 0));
}

/// A file that became another one between attempts: no length of before is asked for.
#[test]
fn a_difference_at_the_start_asks_for_the_length_again() {
    let mut job = Job::get(None, Policy { verify: true, retries: 1, ..Policy::default() });
    job.moved(4);
    assert!(matches!(job.next(), Step::Compare(get) if get.len.is_none()));
    job.compared(Some(0));
    job.ready();
    assert_eq!(job.next(), Step::Truncate(0));
    job.ready();
    assert!(matches!(job.next(), Step::Get(get) if get.start == 0 && get.len.is_none()));
}
