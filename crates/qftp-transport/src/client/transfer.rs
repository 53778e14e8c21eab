//! A whole file over any number of attempts: the blocking driver of a [`Job`].

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use qftp_core::job::{Job, Policy, Rung, Step, Trouble};
use qftp_core::session::{Cause, Failure, LineFault, Login, SessionState, Setup};

use super::{Certificates, Client, Error, Operation, Put};
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
    Recovering(Rung),
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
            Self::Recovering(rung) => write!(f, "recovery: {}", rung.about()),
            Self::GoingOn(from) => write!(f, "going on at byte {from}"),
            Self::Comparing => f.write_str("reading the file again to compare it"),
        }
    }
}

/// A local file that a download can go on in.
pub trait Target: Read + Write + Seek {
    /// Cuts it, or fills it up with zeros, to this length.
    ///
    /// # Errors
    /// Those of the system.
    fn set_len(&mut self, len: u64) -> io::Result<()>;
}

impl Target for File {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        Self::set_len(self, len)
    }
}

impl Target for Cursor<Vec<u8>> {
    fn set_len(&mut self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.get_mut().resize(len, 0);
        Ok(())
    }
}

/// The local file of a job.
enum Local<'a> {
    Target(&'a mut dyn Target),
    Source(&'a mut dyn ReadSeek),
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Local<'_> {
    fn seek(&mut self, offset: u64) -> Result<(), Error> {
        let offset = SeekFrom::Start(offset);
        let sought = match self {
            Self::Target(target) => target.seek(offset),
            Self::Source(source) => source.seek(offset),
        };
        sought.map(drop).map_err(Error::own_file)
    }
}

impl Read for Local<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Target(target) => target.read(buf),
            Self::Source(source) => source.read(buf),
        }
    }
}

/// A sink that knows how much it took: what of a download is here when the port fails.
struct Counted<'a> {
    target: &'a mut dyn Target,
    count: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let count = self.target.write(buf)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

impl<P: Port> Client<P> {
    /// Sets the module up and logs in as [`Way`] says.
    pub fn connect(&mut self, way: &mut Way<'_, P>) -> Result<(), Error> {
        self.climb(Rung::SetUp, way)
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
        let there = target.seek(SeekFrom::End(0)).map_err(Error::own_file)?;
        let mut job = Job::get(Some(there), policy);
        if let Some(len) = len {
            job = job.expecting(len);
        }
        let mut local = Local::Target(target);
        if job.kept() == 0 {
            local.cut(0)?;
        }
        let end = self.run_job(&mut job, name, &mut local, policy.retries, way);
        // Whatever is beyond is not to be trusted.
        local.cut(job.kept())?;
        end
    }

    /// Sends a file of `len` bytes as [`Policy`] says. A session that is not open is opened first. Returns the length.
    pub fn send(
        &mut self,
        name: &str,
        source: &mut (impl Read + Seek),
        len: u64,
        policy: Policy,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        self.run_job(&mut Job::put(len, policy), name, &mut Local::Source(source), policy.retries, way)
    }

    fn run_job(
        &mut self,
        job: &mut Job,
        name: &str,
        local: &mut Local<'_>,
        retries: u8,
        way: &mut Way<'_, P>,
    ) -> Result<u64, Error> {
        let mut trouble = None;
        // Why the port failed, while it has not been opened again.
        let mut port = None;
        if !self.is_open() {
            job.connect();
        }
        loop {
            // What is here of a download when its port fails.
            let mut here = 0;
            let step = job.next();
            let done = match step {
                Step::End(end) => {
                    return end
                        .map(|()| job.kept())
                        .map_err(|trouble| port.take().map_or(trouble.into(), Error::Port));
                }
                Step::Size => self.size(name).map(|size| job.size(Some(size))),
                Step::Truncate(len) => local.cut(len).map(|()| job.ready()),
                Step::Wait(wait_ms) => {
                    if let Some(trouble) = trouble.take() {
                        way.tell(Report::Waiting { trouble, wait_ms, retry: job.retry() });
                    }
                    self.pause(wait_ms).map(|()| job.ready())
                }
                Step::Recover(rung) => {
                    // The first login is no recovery.
                    if job.retry() > 0 {
                        way.tell(Report::Recovering(rung));
                    }
                    self.climb(rung, way).map(|()| job.ready())
                }
                Step::Compare(options) => {
                    way.tell(Report::Comparing);
                    local.seek(options.start)?;
                    self.verify(name, &mut *local, &options).map(|differs| job.compared(differs))
                }
                Step::Get(options) => {
                    if options.start > 0 {
                        way.tell(Report::GoingOn(options.start));
                    }
                    local.seek(options.start)?;
                    let Local::Target(target) = local else { return Ok(job.kept()) };
                    let mut sink = Counted { target: &mut **target, count: 0 };
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
                Err(Error::Port(error)) if way.reopen.is_some() && retries > 0 => {
                    if port.replace(error).is_none() {
                        way.tell(Report::PortLost);
                    }
                    lost(here)
                }
                Err(other) => {
                    match (step, &other) {
                        (Step::Get(_), Error::Cancelled { transferred, .. }) => job.stopped(*transferred),
                        (Step::Get(_), Error::Port(_)) => job.stopped(here),
                        _ => {}
                    }
                    return Err(other);
                }
            };
            trouble = Some(Trouble::Failed(failure));
            job.failed(&failure);
        }
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

    /// One means of bringing the session back.
    fn climb(&mut self, rung: Rung, way: &mut Way<'_, P>) -> Result<(), Error> {
        if self.engine.is_broken()
            && let Some(reopen) = &mut way.reopen
        {
            self.port = reopen().map_err(Error::Port)?;
            self.engine.renew();
        }
        match rung {
            Rung::Reopen | Rung::SetUp => {}
            Rung::Context => {
                if self.is_set_up() {
                    // A context that is gone already cannot be deactivated.
                    let _ = self.deactivate();
                }
            }
            Rung::Restart => self.restart()?,
            Rung::Power => {
                if let Some(power) = &mut way.power {
                    power().map_err(Error::Port)?;
                }
            }
        }
        if rung != Rung::Reopen || !self.is_set_up() {
            self.setup(&way.setup)?;
            if let Some(certificates) = &way.certificates {
                self.push_certificates(certificates)?;
            }
        }
        self.open(&way.login)?;
        if way.folder.is_empty() { Ok(()) } else { self.cwd(way.folder) }
    }

    /// Restarts the module (`AT+CFUN=1,1`); [`setup`](Self::setup) comes next.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.simple(&Operation::Restart)
    }
}

impl Local<'_> {
    fn cut(&mut self, len: u64) -> Result<(), Error> {
        match self {
            Self::Target(target) => target.set_len(len).map_err(Error::own_file),
            Self::Source(_) => Ok(()),
        }
    }
}

/// The port is gone with so many bytes here.
const fn lost(transferred: u64) -> Failure {
    Failure { verb: None, cause: Cause::Line(LineFault::PortLost), transferred, state: SessionState::Reset }
}
