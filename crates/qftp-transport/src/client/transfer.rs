//! A whole file over any number of attempts: the blocking driver of a [`Job`].

use std::fmt;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use qftp_core::job::{Job, Policy, RecoveryLevel, Step, Trouble};
use qftp_core::session::{Cause, Failure, Kind, LineFault, Login, SessionState, Setup, Via};
use qftp_core::wire::TransferType;

use super::doubt::Doubt;
use super::target::{Counted, Local, Target};
use super::{Certificates, Client, Error, Operation, Put};
use crate::local::Version;
use crate::port::Port;

/// How often a wait looks whether it was cancelled.
const SLICE: Duration = Duration::from_millis(50);

/// What it takes to bring a session back, and whom to tell about it.
pub struct Way<'a, P> {
    /// As in [`Client::setup`].
    pub setup: Setup<'a>,
    /// As in [`Client::open`].
    pub login: Login<'a>,
    /// The working folder of the transfer; empty for the login's own.
    pub folder: &'a str,
    /// Certificates for [`Login::tls`], brought into the module at each set-up. Whoever ends the session removes them
    /// ([`Client::remove_certificates`]).
    pub certificates: Option<Certificates<'a>>,
    /// Opens the port again when it failed; without it that is the end.
    pub reopen: Option<&'a mut dyn FnMut() -> io::Result<P>>,
    /// Switches the module's power off and on; taken only with [`Policy::power`].
    pub power: Option<&'a mut dyn FnMut() -> io::Result<()>>,
    /// Is told whatever is not plain transfer.
    pub report: Option<&'a mut dyn FnMut(Report)>,
}

impl<'a, P> Way<'a, P> {
    /// No hooks: the port and the module's power are left alone.
    #[must_use]
    pub const fn new(setup: Setup<'a>, login: Login<'a>, folder: &'a str) -> Self {
        Self { setup, login, folder, certificates: None, reopen: None, power: None, report: None }
    }

    /// The same for a transfer in another working folder of the same session.
    pub fn in_folder<'b>(&'b mut self, folder: &'b str) -> Way<'b, P> {
        Way {
            setup: self.setup,
            login: self.login,
            folder,
            certificates: self.certificates,
            reopen: self.reopen.as_mut().map(|reopen| &mut **reopen as &mut dyn FnMut() -> io::Result<P>),
            power: self.power.as_mut().map(|power| &mut **power as &mut dyn FnMut() -> io::Result<()>),
            report: self.report.as_mut().map(|report| &mut **report as &mut dyn FnMut(Report)),
        }
    }

    fn tell(&mut self, report: Report) {
        if let Some(tell) = &mut self.report {
            tell(report);
        }
    }
}

impl<P> fmt::Debug for Way<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way")
            .field("login", &self.login)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// What happens between attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// An attempt failed; after this wait it is tried again.
    Waiting {
        /// Why.
        trouble: Trouble,
        /// Milliseconds.
        wait_ms: u32,
        /// How often it was tried again without progress, this time included.
        retry: u8,
    },
    /// The port went away; it is opened again as soon as it is there.
    PortLost,
    /// The session is being brought back.
    Recovering(RecoveryLevel),
    /// The transfer goes on at this offset.
    GoingOn(u64),
    /// The file is read again and compared.
    Comparing,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { trouble, wait_ms, retry } => {
                let seconds = f64::from(*wait_ms) / 1000.0;
                write!(f, "{trouble}; retry {retry} in {seconds} s")
            }
            Self::PortLost => write!(f, "{}; waiting for it", LineFault::PortLost),
            Self::Recovering(level) => write!(f, "recovery: {}", level.about()),
            Self::GoingOn(from) => write!(f, "going on at byte {from}"),
            Self::Comparing => f.write_str("reading the file again to compare it"),
        }
    }
}

impl<P: Port> Client<P> {
    /// Sets the module up and logs in as [`Way`] says.
    pub fn connect(&mut self, way: &mut Way<'_, P>) -> Result<(), Error> {
        if self.engine.is_broken() {
            self.bring_back(Step::ReopenPort, way)?;
        }
        RecoveryLevel::SetUp.steps().iter().try_for_each(|step| self.bring_back(*step, way))
    }

    /// Fetches a file as [`Policy`] says: going on with what is there, again and again, compared at the end. A session that is not open
    /// is opened first. Returns the length of the file; what was good of it stays in the target when it fails.
    pub fn fetch(
        &mut self,
        name: &str,
        target: &mut impl Target,
        policy: Policy,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        self.fetch_sized(name, target, None, policy, way)
    }

    /// As [`fetch`](Self::fetch), of a file whose length a listing has told: one command less on the way. A file that is shorter by now
    /// fails; of one that is longer this much comes.
    pub fn fetch_sized(
        &mut self,
        name: &str,
        target: &mut impl Target,
        len: Option<u64>,
        policy: Policy,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        let good = target.good().map_err(Error::own_file)?;
        let mut job = Job::get(Some(good), policy);
        if let Some(len) = len {
            job = job.expecting(len);
        }
        let mut local = Local::Target(target);
        if job.kept() == 0 {
            local.cut(0)?;
        }
        let end = self.run_job(&mut job, policy, name, &mut local, way);
        // Whatever is beyond is not to be trusted. Why the transfer failed is said first.
        let noted = local.cut(job.kept()).and_then(|()| local.trust(job.kept()));
        end.and_then(|count| noted.map(|()| count))
    }

    /// Sends a file of `len` bytes as [`Policy`] says. A session that is not open is opened first. Returns the length.
    ///
    /// With [`Policy::resume`] an upload does not go on behind bytes that an earlier one of this client lost on the line. What it lost is
    /// [`distrusted`](Self::distrusted); another process is told by [`distrust`](Self::distrust), or by itself with
    /// [`remember_doubts`](Self::remember_doubts).
    pub fn send(
        &mut self,
        name: &str,
        source: &mut (impl Read + Seek),
        len: u64,
        policy: Policy,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        let doubt = Doubt::new(&way.login, way.folder, name);
        let mut job = Job::put(len, policy);
        if let Some(good) = self.doubts.get(&doubt) {
            job = job.trusting(good);
        }
        let end = self.run_job(&mut job, policy, name, &mut Local::Source(source), way);
        let noted = self.doubts.set(doubt, job.distrusted()).map_err(Error::own_file);
        // Why the transfer failed is said first.
        end.and_then(|count| noted.map(|()| count))
    }

    /// How many bytes at most of a file on the server are good, where an upload of this client lost bytes on the line; `None` where none did.
    #[must_use]
    pub fn distrusted(&self, name: &str, way: &Way<'_, P>) -> Option<u64> {
        self.doubts.get(&Doubt::new(&way.login, way.folder, name))
    }

    /// Tells it so: an upload of another client has lost bytes behind so many.
    pub fn distrust(&mut self, name: &str, way: &Way<'_, P>, good: u64) {
        // The notes are for those who cannot be told.
        let notes = self.doubts.notes.take();
        let _ = self.doubts.set(Doubt::new(&way.login, way.folder, name), Some(good));
        self.doubts.notes = notes;
    }

    pub(super) fn note_doubt(
        &mut self,
        name: &str,
        way: &Way<'_, P>,
        good: Option<u64>,
    ) -> Result<(), Error> {
        self.doubts.set(Doubt::new(&way.login, way.folder, name), good).map_err(Error::own_file)
    }

    /// Notes uploads that lost bytes on the line in this folder of the local machine, a small file each, and believes the notes that are
    /// there: a later process goes on before what was lost. A note goes when its file is whole on the server.
    pub fn remember_doubts(&mut self, notes: impl Into<PathBuf>) {
        self.doubts.notes = Some(notes.into());
    }

    fn run_job(
        &mut self,
        job: &mut Job,
        policy: Policy,
        name: &str,
        local: &mut Local<'_>,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        let mut trouble = None;
        let converts = way.login.transfer_type == TransferType::Ascii;
        // Why the port failed, while it has not been opened again.
        let mut port = None;
        if self.engine.is_broken() {
            job.reconnect();
        } else if !self.is_open() {
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
                    self.version(name).and_then(|version| local.compare(&version, step, job, policy))
                }
                Step::Size => self.size(name).map(|size| job.size(Some(size))),
                Step::Truncate(len) => local.cut(len).map(|()| job.ready()),
                Step::Wait(wait_ms) => {
                    if let Some(trouble) = trouble.take() {
                        way.tell(Report::Waiting { trouble, wait_ms, retry: job.retry() });
                    }
                    self.pause(wait_ms).map(|()| job.ready())
                }
                Step::Compare(options) => {
                    // The end of an upload is no news.
                    if options.start == 0 {
                        way.tell(Report::Comparing);
                    }
                    local.seek(options.start)?;
                    self.verify(name, &mut *local, &options).map(|differs| job.compared(differs))
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
                    let got = self.get(name, &mut sink, &options);
                    here = sink.count;
                    got.map(|count| job.moved(count))
                }
                Step::Put(options) => {
                    if options.start > 0 {
                        way.tell(Report::GoingOn(options.start));
                    }
                    local.seek(options.start)?;
                    let put = Put { start: options.start, len: Some(options.len), via: options.via };
                    self.put(name, &mut *local, &put).map(|count| job.moved(count))
                }
                recovery => self.bring_back(recovery, way).map(|()| job.ready()),
            };
            // Other errors are the caller's at once.
            let failure = match done {
                Ok(()) => {
                    if !self.engine.is_broken() {
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
                Err(Error::Port(error)) if way.reopen.is_some() && policy.retries > 0 => {
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
    fn version(&mut self, name: &str) -> Result<Version, Error> {
        let size = match self.size(name) {
            Ok(size) => Some(size),
            Err(Error::Failed(failure)) if knows_no(&failure) => None,
            Err(error) => return Err(error),
        };
        let modified = match self.modified(name) {
            Ok(modified) => Some(modified),
            // Whatever it has against telling the time, the file can be fetched.
            Err(Error::Failed(failure)) if self.is_open() && failure.kind() != Kind::Line => None,
            Err(error) => return Err(error),
        };
        Ok(Version { size, modified })
    }

    pub(super) fn pause(&self, wait_ms: u32) -> Result<(), Error> {
        let began = Instant::now();
        let wait = Duration::from_millis(wait_ms.into());
        while began.elapsed() < wait {
            if self.engine.cancel.take() {
                return Err(Error::Cancelled { transferred: 0, state: SessionState::Reopen });
            }
            std::thread::sleep(SLICE.min(wait.saturating_sub(began.elapsed())));
        }
        Ok(())
    }

    /// One step of those that bring the session back.
    fn bring_back(&mut self, step: Step, way: &mut Way<'_, P>) -> Result<(), Error> {
        match step {
            Step::ReopenPort => {
                if let Some(reopen) = &mut way.reopen {
                    self.port = reopen().map_err(Error::Port)?;
                    self.engine.renew();
                }
                Ok(())
            }
            Step::PowerCycle => way.power.as_mut().map_or(Ok(()), |power| power().map_err(Error::Port)),
            Step::Restart => self.restart(),
            Step::Deactivate => self.deactivate(),
            Step::SetUp => self.setup(&way.setup),
            Step::Certificates => way.certificates.as_ref().map_or(Ok(()), |all| self.push_certificates(all)),
            Step::Open => self.open(&way.login),
            Step::Folder if !way.folder.is_empty() => self.cwd(way.folder),
            _ => Ok(()),
        }
    }

    /// Restarts the module (`AT+CFUN=1,1`); [`setup`](Self::setup) comes next.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.simple(&Operation::Restart)
    }
}

/// The server does not know the command.
fn knows_no(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 502 | 504))
}

/// The port is gone with so many bytes here.
const fn lost(transferred: u64) -> Failure {
    Failure { verb: None, cause: Cause::Line(LineFault::PortLost), transferred, state: SessionState::Reset }
}
