//! What takes more than one operation: logging in, whole files, files that appear when whole, certificates. Written once for every client.
//!
//! The functions are asynchronous. The blocking client has done an operation before it answers, so that a function over it is done at once:
//! [`at_once`]. What a client has to be able to do is [`Operate`].

use std::io::{Read, Seek, Write};
use std::time::{Duration, Instant};

use qftp_core::job::{Job, Policy, RecoveryLevel, Step, Trouble};
use qftp_core::session::{Cause, Failure, GetOptions, Kind, LineFault, PutOptions, SessionState, Via};
use qftp_core::wire::TransferType;

use super::compare::Compare;
use super::doubt::{Doubt, Doubts};
use super::engine::{Engine, Outcome};
use super::files::{PART, add};
use super::target::{Counted, Local, NoSource, NoTarget, Target};
use super::way::{Means, Report};
use super::{Certificates, Error, ModuleFile, Operation, Put};
use crate::local::Version;

/// How often a wait looks whether it was cancelled.
const SLICE: Duration = Duration::from_millis(50);

/// A client, an operation at a time. Local files are read and written where they are: a piece of them is small.
pub(super) trait Operate<P> {
    fn engine(&mut self) -> &mut Engine;
    fn doubts(&mut self) -> &mut Doubts;
    fn change_port(&mut self, port: P);
    async fn operate(&mut self, operation: &Operation<'_>) -> Result<Outcome, Error>;
    async fn upload(
        &mut self,
        operation: &Operation<'_>,
        source: &mut (impl Read + Unpin),
    ) -> Result<Outcome, Error>;
    async fn download(
        &mut self,
        operation: &Operation<'_>,
        sink: &mut (impl Write + Unpin),
    ) -> Result<Outcome, Error>;
    async fn sleep(&mut self, time: Duration);
}

/// The value of a function over a client that waits for nothing outside its operations.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

pub(super) async fn connect<P>(line: &mut impl Operate<P>, way: &mut impl Means<P>) -> Result<(), Error> {
    if line.engine().is_broken() {
        bring_back(line, Step::ReopenPort, way).await?;
    }
    for step in RecoveryLevel::SetUp.steps() {
        bring_back(line, *step, way).await?;
    }
    Ok(())
}

/// The downloads of [`Client::fetch`](super::Client::fetch) and its like.
pub(super) async fn fetch<P, T: Target>(
    line: &mut impl Operate<P>,
    name: &str,
    target: &mut T,
    len: Option<u64>,
    policy: Policy,
    way: &mut impl Means<P>,
) -> Result<u64, Error> {
    let good = target.good().map_err(Error::own_file)?;
    let mut job = Job::get(Some(good), policy);
    if let Some(len) = len {
        job = job.expecting(len);
    }
    let mut local = Local::<T, NoSource>::Target(target);
    if job.kept() == 0 {
        local.cut(0)?;
    }
    let end = run_job(line, &mut job, policy, name, &mut local, way).await;
    // Whatever is beyond is not to be trusted. Why the transfer failed is said first.
    let noted = local.cut(job.kept()).and_then(|()| local.trust(job.kept()));
    end.and_then(|count| noted.map(|()| count))
}

/// The uploads of [`Client::send`](super::Client::send) and its like.
pub(super) async fn send<P, S: Read + Seek + Unpin>(
    line: &mut impl Operate<P>,
    name: &str,
    source: &mut S,
    len: u64,
    policy: Policy,
    way: &mut impl Means<P>,
) -> Result<u64, Error> {
    let doubt = Doubt::new(way.login(), way.folder(), name);
    let mut job = Job::put(len, policy);
    if let Some(good) = line.doubts().get(&doubt) {
        job = job.trusting(good);
    }
    let end = run_job(line, &mut job, policy, name, &mut Local::<NoTarget, S>::Source(source), way).await;
    let noted = line.doubts().set(doubt, job.distrusted()).map_err(Error::own_file);
    // Why the transfer failed is said first.
    end.and_then(|count| noted.map(|()| count))
}

/// All that a reader has; of no length where `options` have none: then it goes in parts.
pub(super) async fn put<P>(
    line: &mut impl Operate<P>,
    name: &str,
    source: &mut (impl Read + Unpin),
    options: &Put,
) -> Result<u64, Error> {
    let Put { mut start, len, via } = *options;
    if let Some(len) = len {
        let whole = Operation::Put(name, PutOptions { start, len, last: true, via });
        return add(0, line.upload(&whole, source).await);
    }
    // One byte beyond a part is read ahead: it tells whether that part is the last.
    let (mut part, mut sum) = (Vec::with_capacity(PART + 1), 0);
    loop {
        let room = u64::try_from(PART + 1 - part.len()).unwrap_or(0);
        let read = (&mut *source).take(room).read_to_end(&mut part);
        read.map_err(Error::own_file)?;
        let last = part.len() <= PART;
        let len = u64::try_from(part.len().min(PART)).unwrap_or(0);
        let operation = Operation::Put(name, PutOptions { start, len, last, via });
        sum = add(sum, line.upload(&operation, &mut part.as_slice()).await)?;
        if last {
            return Ok(sum);
        }
        start += len;
        part.drain(..PART);
    }
}

async fn run_job<P, T: Target, S: Read + Seek + Unpin>(
    line: &mut impl Operate<P>,
    job: &mut Job,
    policy: Policy,
    name: &str,
    local: &mut Local<'_, T, S>,
    way: &mut impl Means<P>,
) -> Result<u64, Error> {
    let mut trouble = None;
    let converts = way.login().transfer_type == TransferType::Ascii;
    // Why the port failed, while it has not been opened again.
    let mut port = None;
    if line.engine().is_broken() {
        job.reconnect();
    } else if !line.engine().session().is_open() {
        job.connect();
    }
    loop {
        // The first login is no recovery.
        if let Some(level) = job.begins_recovery().filter(|_| job.retry() > 0) {
            way.tell(Report::Recovering(level));
        }
        // What is here of a download when its port fails.
        let mut here = 0;
        let step = job.next();
        let done = match step {
            Step::End(end) => {
                return end
                    .map(|()| job.kept())
                    .map_err(|trouble| port.take().map_or(trouble.into(), Error::Port));
            }
            Step::Size | Step::Get(_) if local.wants_version() && !converts => {
                match version(line, name).await {
                    Ok(version) => local.compare(&version, step, job, policy),
                    Err(error) => Err(error),
                }
            }
            Step::Size => size(line, name).await.map(|size| job.size(Some(size))),
            Step::Truncate(len) => local.cut(len).map(|()| job.ready()),
            Step::Wait(wait_ms) => {
                if let Some(trouble) = trouble.take() {
                    way.tell(Report::Waiting { trouble, wait_ms, retry: job.retry() });
                }
                pause(line, wait_ms).await.map(|()| job.ready())
            }
            Step::Compare(options) => {
                // The end of an upload is no news.
                if options.start == 0 {
                    way.tell(Report::Comparing);
                }
                local.seek(options.start)?;
                verify(line, name, local, &options).await.map(|differs| job.compared(differs))
            }
            Step::Get(options) => {
                if options.start > 0 {
                    way.tell(Report::GoingOn(options.start));
                }
                local.seek(options.start)?;
                let Local::Target(target) = local else { return Ok(job.kept()) };
                let plain = options.via == Via::Com && !converts;
                let noted_from = plain.then_some(options.start);
                let mut sink = Counted { target: &mut **target, count: 0, noted_from };
                let got = line.download(&Operation::Get(name, options), &mut sink).await;
                here = sink.count;
                got.map(|got| job.moved(got.number()))
            }
            Step::Put(options) => {
                if options.start > 0 {
                    way.tell(Report::GoingOn(options.start));
                }
                local.seek(options.start)?;
                line.upload(&Operation::Put(name, options), local).await.map(|put| job.moved(put.number()))
            }
            recovery => bring_back(line, recovery, way).await.map(|()| job.ready()),
        };
        // Other errors are the caller's at once.
        let failure = match done {
            Ok(()) => {
                if !line.engine().is_broken() {
                    port = None;
                }
                continue;
            }
            Err(Error::Failed(failure)) => {
                port = None;
                failure
            }
            // The module restarted between two steps.
            Err(Error::Misuse(misuse)) if job.refused(misuse) => continue,
            // To open it again is a retry: a caller who wants none is told at once.
            Err(Error::Port(error)) if way.can_reopen() && policy.retries > 0 => {
                if port.replace(error).is_none() {
                    way.tell(Report::PortLost);
                }
                lost(here)
            }
            Err(other) => {
                match (step, &other) {
                    (Step::Get(_), Error::Cancelled { transferred, .. }) => job.stopped(*transferred),
                    // A full disk takes nothing from what it has.
                    (Step::Get(_), Error::Port(_) | Error::Local { .. }) => job.stopped(here),
                    _ => {}
                }
                return Err(other);
            }
        };
        trouble = Some(Trouble::Failed(failure));
        job.failed(&failure);
        // At once: a process that is killed in the wait that follows must not have noted more.
        local.trust(job.kept())?;
    }
}

/// What the server tells of a file: size and time, where it knows to.
async fn version<P>(line: &mut impl Operate<P>, name: &str) -> Result<Version, Error> {
    let size = match size(line, name).await {
        Ok(size) => Some(size),
        Err(Error::Failed(failure)) if knows_no(&failure) => None,
        Err(error) => return Err(error),
    };
    let modified = match line.operate(&Operation::Modified(name)).await.map(Outcome::text) {
        Ok(modified) => Some(modified),
        // Whatever it has against telling the time, the file can be fetched.
        Err(Error::Failed(failure)) if line.engine().session().is_open() && failure.kind() != Kind::Line => {
            None
        }
        Err(error) => return Err(error),
    };
    Ok(Version { size, modified })
}

pub(super) async fn size<P>(line: &mut impl Operate<P>, name: &str) -> Result<u64, Error> {
    line.operate(&Operation::Size(name)).await.map(Outcome::number)
}

/// Compares what the server has with our own, as [`Client::verify`](super::Client::verify) says.
pub(super) async fn verify<P>(
    line: &mut impl Operate<P>,
    name: &str,
    own: &mut (impl Read + Unpin),
    options: &GetOptions,
) -> Result<Option<u64>, Error> {
    let mut compare = Compare::new(own);
    line.download(&Operation::Get(name, *options), &mut compare).await?;
    compare.finish()
}

pub(super) async fn pause<P>(line: &mut impl Operate<P>, wait_ms: u32) -> Result<(), Error> {
    let began = Instant::now();
    let wait = Duration::from_millis(wait_ms.into());
    while began.elapsed() < wait {
        if line.engine().cancel.take() {
            return Err(Error::Cancelled { transferred: 0, state: SessionState::Reopen });
        }
        line.sleep(SLICE.min(wait.saturating_sub(began.elapsed()))).await;
    }
    Ok(())
}

/// One step of those that bring the session back.
async fn bring_back<P>(line: &mut impl Operate<P>, step: Step, way: &mut impl Means<P>) -> Result<(), Error> {
    let operation = match step {
        Step::ReopenPort => {
            if let Some(port) = way.reopen() {
                line.change_port(port.map_err(Error::Port)?);
                line.engine().renew();
            }
            return Ok(());
        }
        Step::PowerCycle => return way.power().map_err(Error::Port),
        Step::Certificates => {
            return match way.certificates() {
                Some(certificates) => push_certificates(line, certificates).await,
                None => Ok(()),
            };
        }
        Step::Restart => Operation::Restart,
        Step::Deactivate => Operation::Deactivate,
        Step::SetUp => Operation::Setup(*way.setup()),
        Step::Open => Operation::Open(*way.login()),
        Step::Folder if !way.folder().is_empty() => Operation::Cwd(way.folder()),
        _ => return Ok(()),
    };
    line.operate(&operation).await.map(drop)
}

pub(super) async fn files<P>(line: &mut impl Operate<P>, pattern: &str) -> Result<Vec<ModuleFile>, Error> {
    line.operate(&Operation::Files(pattern)).await?;
    Ok(ModuleFile::all(&line.engine().lines))
}

pub(super) async fn push_certificates<P>(
    line: &mut impl Operate<P>,
    certificates: &Certificates<'_>,
) -> Result<(), Error> {
    remove_certificates(line).await?;
    for (name, mut bytes) in certificates.files() {
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        line.upload(&Operation::Upload(name, len), &mut bytes).await?;
    }
    Ok(())
}

pub(super) async fn remove_certificates<P>(line: &mut impl Operate<P>) -> Result<(), Error> {
    let own = Certificates::names();
    let found: Vec<String> = match files(line, "*").await {
        Ok(files) => {
            files.into_iter().map(|file| file.name).filter(|name| Certificates::is_ours(name)).collect()
        }
        // No files at all, or a module that lists none.
        Err(Error::Failed(failure)) if failure.kind() == Kind::Module => own.map(str::to_owned).into(),
        Err(other) => return Err(other),
    };
    for name in found {
        match line.operate(&Operation::Remove(&name)).await {
            // Not there: as it should be.
            Err(Error::Failed(failure)) if failure.kind() == Kind::Module => {}
            Ok(_) if !own.iter().any(|own| own.ends_with(&name)) => line.engine().stale_certificates += 1,
            other => other.map(drop)?,
        }
    }
    Ok(())
}

/// The server does not know the command.
fn knows_no(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 502 | 504))
}

/// The port is gone with so many bytes here.
const fn lost(transferred: u64) -> Failure {
    Failure { verb: None, cause: Cause::Line(LineFault::PortLost), transferred, state: SessionState::Reset }
}
