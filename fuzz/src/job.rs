//! A job driven by arbitrary outcomes: it ends, and what it says it has is there.

use qftp_core::codes::{CmeCode, FtpCode, ReplyCode, TcpIpCode};
use qftp_core::job::{Job, Policy, Step};
use qftp_core::session::{Cause, Failure, LineFault, Misuse, SessionState, Via};
use qftp_core::wire::{FtpError, Storage, Verb};

use crate::input::Input;

/// No job has more steps: 255 retries, each with a wait, five levels and what is tried again; more only while there is progress.
const STEPS: usize = 10_000;

/// The input is the policy, then an outcome for each step; when there is no more, everything fails or everything succeeds.
pub fn job(bytes: &[u8]) {
    let mut input = Input(bytes);
    let policy = Policy {
        resume: input.flag(),
        verify: input.flag(),
        retries: input.small(),
        wait_ms: u32::try_from(input.number()).unwrap_or(u32::MAX),
        longest_wait_ms: u32::try_from(input.number()).unwrap_or(u32::MAX),
        restart: input.flag(),
        power: input.flag(),
        via: input.one(&[Via::Com, Via::Storage(Storage::Ram), Via::Storage(Storage::Ufs)]),
    };
    let upload = input.flag();
    let ends_well = input.flag();
    let len = input.number();
    let mut job = match upload {
        true => Job::put(len, policy),
        false => Job::get(input.flag().then_some(len), policy),
    };
    if input.flag() {
        job.connect();
    }
    // What was said of the file last, for downloads.
    let mut size = upload.then_some(len);
    for _ in 0..STEPS + bytes.len() {
        let step = job.next();
        assert_eq!(step, job.next(), "the same until it is reported on");
        let outcome = input.byte();
        let fails = outcome.map_or(!ends_well, |outcome| outcome % 3 == 0);
        match step {
            Step::End(Ok(())) => {
                let whole = size.is_none_or(|size| job.kept() == size);
                assert!(whole, "{} bytes of {size:?} are no success: {job:?}", job.kept());
                return;
            }
            Step::End(Err(_)) => return,
            Step::Wait(wait) => {
                assert!(wait <= policy.longest_wait_ms);
                job.ready();
            }
            Step::Truncate(to) => {
                assert_eq!(to, job.kept());
                job.ready();
            }
            _ if fails => {
                let most = most(&step);
                let failure = failure(&mut input, most);
                job.failed(&failure);
            }
            Step::Size => {
                let remote = (input.small() % 4 > 0).then(|| input.number());
                if !upload {
                    size = remote;
                }
                job.size(remote);
            }
            Step::Get(options) => {
                let count = options.len.unwrap_or_else(|| input.number() >> 2);
                if let (Some(_), None) | (None, _) = (size, options.len) {
                    // A staged download, or one of unknown length, brings what there is.
                    size = Some(options.start.saturating_add(count));
                }
                job.moved(count);
            }
            Step::Put(options) => {
                assert_eq!(options.start.checked_add(options.len), Some(len), "the rest of the file");
                job.moved(options.len);
            }
            Step::Compare(_) => {
                let differs = outcome.is_some_and(|outcome| outcome % 2 == 0).then(|| input.number());
                job.compared(differs);
            }
            // What brings the session back.
            _ => job.ready(),
        }
    }
    panic!("it does not end: {job:?}");
}

/// The most bytes that a step can have moved when it failed.
fn most(step: &Step) -> u64 {
    match step {
        Step::Get(options) => options.len.unwrap_or(u64::from(u32::MAX)),
        _ => 0,
    }
}

fn failure(input: &mut Input<'_>, most: u64) -> Failure {
    let code = u16::from(input.small()) + 500;
    let reply = u16::from(input.small()) * 3;
    let ftp = FtpError { code: FtpCode::new(code), reply: ReplyCode::new(reply) };
    let cause = match input.small() % 12 {
        0 => Cause::Ftp(ftp),
        1 => Cause::Ftp(FtpError { reply: ReplyCode::new(550), ..ftp }),
        2 => Cause::Cme(CmeCode::new(code)),
        3 => Cause::Refused,
        4 => Cause::Network(TcpIpCode::new(code)),
        5 => Cause::Line(LineFault::Stalled),
        6 => Cause::Line(LineFault::UrcSilent),
        7 => Cause::Line(LineFault::Restarted),
        8 => Cause::Line(LineFault::NoAnswer),
        9 => Cause::Line(LineFault::Count { module: 1, host: 2 }),
        10 => Cause::Misuse(Misuse::ReopenFirst),
        _ => Cause::Aborted,
    };
    let verb = Some(input.one(&[Verb::QftpGet, Verb::QftpPut, Verb::QftpSize, Verb::QftpOpen]));
    let state = input.one(&[SessionState::Usable, SessionState::Reopen, SessionState::Reset]);
    Failure { verb, cause, transferred: input.number().min(most), state }
}
