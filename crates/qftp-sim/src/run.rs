//! A plan carried out, and what must hold checked on the way.

use qftp_core::Checksum;
use qftp_core::job::{Job, Policy, Rung, Step, Trouble};
use qftp_core::session::{
    Apn, Cause, Failure, GetOptions, LineFault, Login, Misuse, PutOptions, Session, SessionState, Setup, Via,
};
use qftp_core::wire::ListKind;
use qftp_emulator::{Drives, Event, Fault, Storage};

use crate::line::Harm;
use crate::plan::{Content, Manner, Op, Plan};
use crate::server::{Mishap, PASSWORD, USER};
use crate::tally::{Invariant, Tally};
use crate::world::{Damage, End, Violation, World};

/// Where the module's files are during a run.
#[derive(Debug)]
pub struct Bench {
    drives: Drives,
    folder: std::path::PathBuf,
    staged: bool,
}

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    /// What did not hold.
    pub violation: Option<Violation>,
    /// What was said, where it was wanted.
    pub dialogue: Vec<String>,
}

impl Bench {
    /// Folders of its own, in memory where the system has such.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn new() -> std::io::Result<Self> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let memory = std::path::PathBuf::from("/dev/shm");
        let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = base.join(format!("qftp-sim-{}-{count}", std::process::id()));
        Ok(Self { drives: Drives::in_folder(&folder)?, folder, staged: false })
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.staged) {
            for storage in [Storage::Ufs, Storage::Ram, Storage::Sd] {
                let folder = self.drives.folder(storage).into_iter().flat_map(std::fs::read_dir);
                for entry in folder.flatten().flatten() {
                    // What cannot be removed fails the next run, which says so.
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        }
    }

    /// Carries out a plan.
    pub fn run(&mut self, plan: &Plan, tally: &mut Tally, log: bool) -> Report {
        self.clear();
        self.staged = plan.ops.iter().any(|op| match op {
            Op::Put(_, manner) | Op::Get(_, manner, _) => manner.via != Via::Com,
            Op::ModuleFile(_) => true,
            _ => false,
        });
        let world = World::new(plan, self.drives.clone(), log);
        let mut run =
            Run { plan, world, tally, op: 0, versions: Vec::new(), open: Vec::new(), took_for_done: false };
        let violation = run.all().err();
        run.count();
        let dialogue = run.world.log.take().unwrap_or_default();
        Report { violation, dialogue }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // Nobody is left to tell.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A file that is not there yet, whole.
struct Unfinished {
    name: String,
    upload: Option<Vec<u8>>,
    here: Vec<u8>,
    /// The line or the server spoiled what is there: without comparing nobody can know.
    spoilt: bool,
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    tally: &'a mut Tally,
    op: usize,
    /// What the file on the server has been.
    versions: Vec<Vec<u8>>,
    open: Vec<Unfinished>,
    /// The job found the size that it wanted and moved nothing.
    took_for_done: bool,
}

/// What can be said of an operation on whose line something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Nothing happened since the set-up that the session stands on.
    Sound,
    /// File data of this operation was lost, nothing else.
    Lost,
    /// File data of this operation came twice, nothing else.
    Added,
    /// One bit of the file data of this operation was flipped, nothing else.
    Flipped,
    /// File data of this operation, in several ways.
    Data,
    /// Commands or answers, or something before.
    Words,
}

impl Line {
    fn of(damages: &[Damage], attempt: u64) -> Self {
        let mine = damages.iter().all(|damage| damage.attempt == attempt && damage.in_data);
        let all = |of: fn(&Harm) -> bool| damages.iter().all(|damage| of(&damage.harm));
        match damages {
            [] => Self::Sound,
            _ if !mine => Self::Words,
            _ if all(|harm| matches!(harm, Harm::Drop(_))) => Self::Lost,
            _ if all(|harm| matches!(harm, Harm::Double(_))) => Self::Added,
            [Damage { harm: Harm::Flip(_), .. }] => Self::Flipped,
            _ => Self::Data,
        }
    }
}

/// What a job came to, what is here of a download, and whether the line or the server may have spoiled it.
type Moved = (Result<(), Trouble>, Vec<u8>, bool);

/// Why a step of a job was not done.
enum Stop {
    Failed(Failure),
    Refused(Misuse),
}

/// Whether a failed upload shows that bytes of it were lost on the line: the module waited for them, or stopped elsewhere.
fn shows_a_loss(failure: &Failure) -> bool {
    let stuck = matches!(failure.cause, Cause::Line(fault) if fault != LineFault::Restarted);
    stuck || failure.ftp_code().is_some_and(|code| code.get() == 609)
}

fn policy(manner: &Manner) -> Policy {
    Policy {
        resume: manner.resume,
        verify: manner.verify,
        retries: manner.retries,
        longest_wait_ms: 8_000,
        power: true,
        via: manner.via,
        ..Policy::default()
    }
}

fn login() -> Login<'static> {
    Login { user: USER.into(), password: PASSWORD.into(), ..Login::new("server") }
}

fn setup() -> Setup<'static> {
    Setup { apn: Some(Apn::new("internet")), ..Setup::default() }
}

fn same_checksum(one: &[u8], other: &[u8]) -> bool {
    let sum = |bytes: &[u8]| {
        let mut sum = Checksum::new();
        sum.update(bytes);
        sum.value()
    };
    one.len() == other.len() && sum(one) == sum(other)
}

fn difference(one: &[u8], other: &[u8]) -> Option<u64> {
    let at = one.iter().zip(other).position(|(one, other)| one != other);
    let at = at.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())));
    at.map(|at| at as u64)
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Violation> {
        for (index, op) in self.plan.ops.iter().enumerate() {
            self.op = index;
            if index > 0 {
                self.world.module.set_faults(&self.plan.faults(index));
            }
            let wires: Vec<_> = self.plan.wires.iter().filter(|fault| fault.op == index).copied().collect();
            self.world.begin(&wires);
            let name = format!("f{index}");
            let contents = op.content().map(Content::bytes).unwrap_or_default();
            if let Op::Get(..) | Op::Size(_) = op {
                self.world.server.files.add_file(&format!("/{name}"), contents.clone());
            }
            self.versions = vec![contents.clone()];
            let mishap = self.plan.server.iter().find(|fault| fault.op == index).map(|fault| fault.mishap);
            let new = match mishap {
                Some(Mishap::Changed { len, .. }) => {
                    Content { len, kind: crate::plan::Stuff::Noise, seed: self.plan.seed ^ len }.bytes()
                }
                _ => Vec::new(),
            };
            if matches!((op, mishap), (Op::Get(..), Some(Mishap::Changed { .. }))) {
                self.versions.push(new.clone());
            }
            let of_get = if matches!(op, Op::Get(..)) { name.as_str() } else { "-" };
            self.world.server.begin(mishap, &format!("/{of_get}"), new);
            self.world.note(|| format!("{index}: {op:?}"));
            self.one(op, &name, contents)?;
            self.world.collect();
        }
        self.world.calm();
        if self.world.module.is_off() {
            self.world.module.power_cycle(self.world.now());
        }
        self.world.note(|| "the faults are over".to_owned());
        // What a slow line still has to deliver, it has delivered when somebody looks again.
        self.world.pause(if self.plan.line.baud == 9600 { 90_000 } else { 2_000 });
        self.world.rest();
        self.world.listen()?;
        for left in std::mem::take(&mut self.open) {
            self.finish(left)?;
        }
        Ok(())
    }

    fn one(&mut self, op: &Op, name: &str, contents: Vec<u8>) -> Result<(), Violation> {
        match op {
            Op::Put(_, manner) => {
                let (end, _, spoilt) =
                    self.job(name, Some(&contents), Vec::new(), policy(manner), manner.abort, false)?;
                if end.is_err() {
                    let upload = Some(contents);
                    self.open.push(Unfinished { name: name.into(), upload, here: Vec::new(), spoilt });
                }
            }
            Op::Get(_, manner, here) => {
                let here = contents[..usize::try_from(*here).unwrap_or(0).min(contents.len())].to_vec();
                let (end, here, spoilt) = self.job(name, None, here, policy(manner), manner.abort, false)?;
                if end.is_err() {
                    self.open.push(Unfinished { name: name.into(), upload: None, here, spoilt });
                }
            }
            other if self.log_in()? => self.small(other, name, &contents)?,
            _ => {}
        }
        Ok(())
    }

    /// The faults are over: what is there is gone on with.
    fn finish(&mut self, left: Unfinished) -> Result<(), Violation> {
        self.op = usize::MAX;
        let path = format!("/{}", left.name);
        let manner = Manner { via: Via::Com, resume: true, verify: left.spoilt, retries: 5, abort: None };
        let now = left.upload.clone().or_else(|| self.world.server.files.file(&path)).unwrap_or_default();
        self.versions = vec![now.clone()];
        let (mut end, mut here, _) =
            self.job(&left.name, left.upload.as_deref(), left.here, policy(&manner), None, left.spoilt)?;
        if self.took_for_done {
            // What has the right size is taken for done. Where the line was stuck or the host broke off, words of the host may have
            // made up the size, and only comparing shows that.
            let verified = Policy { verify: true, ..policy(&manner) };
            (end, here, _) =
                self.job(&left.name, left.upload.as_deref(), Vec::new(), verified, None, true)?;
        }
        if let (Err(Trouble::TargetIsLonger { .. }), true) = (&end, left.spoilt) {
            // What the line made of it is no beginning of the file, and that is said.
            let again = Policy { resume: false, ..policy(&manner) };
            (end, here, _) = self.job(&left.name, left.upload.as_deref(), Vec::new(), again, None, true)?;
        }
        if let Err(trouble) = end {
            return self.broken(format!(
                "with the faults over {} is not finished: {trouble} {trouble:?}",
                left.name
            ));
        }
        let there = if left.upload.is_some() {
            self.world.server.files.file(&path).unwrap_or_default()
        } else {
            here
        };
        if let Some(at) = difference(&there, &now) {
            return self.broken(format!("with the faults over {} differs at byte {at}", left.name));
        }
        self.tally.holds(Invariant::Resumes);
        Ok(())
    }

    fn broken<T>(&self, text: String) -> Result<T, Violation> {
        Err(Violation(format!("{text} (operation {}, at {})", self.op, self.world.now())))
    }

    fn line(&self) -> Line {
        Line::of(&self.world.damages, self.world.attempt)
    }

    /// Runs an operation of the session, and looks at what must hold of every one.
    fn attempt(
        &mut self,
        what: &str,
        upload: &[u8],
        via: Via,
        abort: Option<u64>,
        start: impl FnOnce(&mut Session, qftp_core::Instant) -> Result<(), Misuse>,
    ) -> Result<End, Violation> {
        let events = self.world.module.happened().events.len();
        self.world.listen()?;
        let end = self.world.run(what, upload, abort, start)?;
        self.tally.holds(Invariant::Ends);
        self.tally.holds(Invariant::NoSecret);
        let line = self.line();
        self.check_abort(what, &end)?;
        if upload.is_empty() || line != Line::Sound {
            return Ok(end);
        }
        let (exposed, after) = (self.world.seen.exposed, self.world.seen.after_word);
        if via == Via::Com {
            // In that order the first words of a restart are none that a host knows.
            let shuffled = self.plan.module.iter().any(|fault| fault.fault == "shuffled-start");
            if after > 0 && !shuffled {
                return self.broken(format!("{what}: {after} bytes went out after the module's first word"));
            }
            self.tally.holds(Invariant::InFlight);
        } else {
            // A module that restarts has forgotten that data was to come.
            let restarted = self.world.module.happened().events.len() > events;
            if exposed > 0 && !restarted {
                return self.broken(format!("{what}: {exposed} bytes of the file were taken for commands"));
            }
            self.tally.holds(Invariant::NoCommandStaged);
        }
        Ok(end)
    }

    /// A host that breaks off while nothing else is wrong has its module back.
    fn check_abort(&mut self, what: &str, end: &End) -> Result<(), Violation> {
        let (plan, op) = (self.plan, self.op);
        let calm = plan.wires.is_empty()
            && plan.module.iter().all(|fault| fault.op > op)
            && plan.server.iter().all(|fault| fault.op != op)
            && plan.delay <= 1
            && plan.line.latency == 0
            && (plan.line.baud == 0 || plan.line.baud > 100_000);
        match end {
            End::Failed(failure) if calm && failure.cause == Cause::Aborted => {
                if failure.state == SessionState::Reset {
                    return self
                        .broken(format!("{what}: broken off, and the module does not answer any more"));
                }
                self.tally.holds(Invariant::Aborts);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn set_up(&mut self) -> Result<Result<(), Stop>, Violation> {
        self.world.damages.clear();
        self.simple("setup", |session, now| session.setup(now, &setup()))
    }

    fn simple(
        &mut self,
        what: &str,
        start: impl FnOnce(&mut Session, qftp_core::Instant) -> Result<(), Misuse>,
    ) -> Result<Result<(), Stop>, Violation> {
        match self.attempt(what, b"", Via::Com, None, start)? {
            End::Done(_) | End::Text(_) => Ok(Ok(())),
            end => self.not_done(what, &end),
        }
    }

    /// One means of bringing the session back, as `qftp-transport` does it.
    fn climb(&mut self, rung: Rung) -> Result<Result<(), Stop>, Violation> {
        self.world.note(|| format!("recovery: {}", rung.about()));
        match rung {
            Rung::Reopen | Rung::SetUp => {}
            Rung::Context => {
                if self.world.session.is_set_up() {
                    let _ = self.simple("deactivate", Session::deactivate)?;
                }
            }
            Rung::Restart => {
                if let Err(stop) = self.simple("restart", Session::restart)? {
                    return Ok(Err(stop));
                }
            }
            Rung::Power => {
                self.world.module.power_cycle(self.world.now());
                self.world.pause(1000);
            }
        }
        if (rung != Rung::Reopen || !self.world.session.is_set_up())
            && let Err(stop) = self.set_up()?
        {
            return Ok(Err(stop));
        }
        self.simple("open", |session, now| session.open(now, &login()))
    }

    /// Whether there is a login for a small operation.
    fn log_in(&mut self) -> Result<bool, Violation> {
        if self.world.session.is_open() {
            return Ok(true);
        }
        Ok(self.climb(Rung::SetUp)?.is_ok())
    }

    /// A job to its end: what it came to, what is here of a download, and whether the line or the server may have spoiled it.
    fn job(
        &mut self,
        name: &str,
        upload: Option<&[u8]>,
        mut here: Vec<u8>,
        policy: Policy,
        mut abort: Option<u64>,
        mut spoilt: bool,
    ) -> Result<Moved, Violation> {
        let path = format!("/{name}");
        let mut job = match upload {
            Some(upload) => Job::put(upload.len() as u64, policy),
            None => Job::get(Some(here.len() as u64), policy),
        };
        if job.kept() == 0 {
            here.clear();
        }
        // With the faults over another process goes on, which begins with a set-up.
        if !self.world.session.is_open() || self.op == usize::MAX {
            job.connect();
        }
        let mut compared_on_bad_line = false;
        self.took_for_done = false;
        // Where an upload began of which bytes were lost, and whose failure shows that.
        let mut lost_from = None;
        let end = loop {
            let changes = self.world.server.struck.len();
            let step = job.next();
            let done = match step {
                Step::End(end) => break end,
                Step::Size => match self.attempt("size", b"", Via::Com, None, |s, now| s.size(now, name))? {
                    End::Done(size) => {
                        let size = size.unwrap_or(0);
                        self.check_size(&path, size)?;
                        job.size(Some(size));
                        self.took_for_done = upload.is_some() && job.next() == Step::End(Ok(()));
                        Ok(())
                    }
                    end => self.not_done("size", &end)?,
                },
                Step::Truncate(len) => {
                    here.truncate(usize::try_from(len).unwrap_or(0));
                    job.ready();
                    Ok(())
                }
                Step::Wait(millis) => {
                    self.world.note(|| format!("retry {} in {millis} ms", job.retry()));
                    self.world.pause(millis.into());
                    job.ready();
                    Ok(())
                }
                Step::Recover(rung) => self.climb(rung)?.map(|()| job.ready()),
                Step::Get(options) => {
                    here.truncate(usize::try_from(options.start).unwrap_or(0));
                    let end = self.get(name, &options, abort.take())?;
                    match end {
                        End::Done(count) => {
                            here.extend(&self.world.sink);
                            job.moved(count.unwrap_or(0));
                            Ok(())
                        }
                        end => {
                            here.extend(&self.world.sink);
                            self.not_done("get", &end)?
                        }
                    }
                }
                Step::Put(options) => {
                    let upload = upload.unwrap_or_default();
                    self.check_goes_on(&path, upload, options.start, spoilt)?;
                    if lost_from.take().is_some_and(|from| options.start > from) {
                        let start = options.start;
                        return self
                            .broken(format!("the upload goes on at {start}, behind bytes that were lost"));
                    }
                    let end = self.put(name, upload, &options, abort.take(), spoilt)?;
                    if let End::Failed(failure) = &end
                        && self.line() == Line::Lost
                        && shows_a_loss(failure)
                    {
                        lost_from = Some(options.start);
                        self.tally.holds(Invariant::StartsOver);
                    }
                    match end {
                        End::Done(count) => {
                            job.moved(count.unwrap_or(0));
                            Ok(())
                        }
                        end => self.not_done("put", &end)?,
                    }
                }
                Step::Compare(options) => {
                    if upload.is_some() {
                        self.versions = vec![self.world.server.files.file(&path).unwrap_or_default()];
                    }
                    let end = self.get(name, &options, None)?;
                    compared_on_bad_line = self.line() != Line::Sound;
                    match end {
                        End::Done(_) => {
                            let own = upload.unwrap_or(&here);
                            job.compared(difference(own, &self.world.sink));
                            Ok(())
                        }
                        end => self.not_done("compare", &end)?,
                    }
                }
            };
            if !matches!(step, Step::Compare(_)) {
                spoilt |= self.line() != Line::Sound;
            }
            spoilt |= self.world.server.struck.len() > changes
                && matches!(self.world.server.struck.last(), Some(Mishap::Changed { .. }));
            match done {
                Ok(()) => {}
                Err(Stop::Failed(failure)) => job.failed(&failure),
                Err(Stop::Refused(misuse)) => {
                    if !job.refused(misuse) {
                        return self.broken(format!(
                            "{step:?}: the job asks for what the session does not do: {misuse}"
                        ));
                    }
                }
            }
        };
        here.truncate(usize::try_from(job.kept()).unwrap_or(0));
        if end.is_ok() {
            self.check_job(&path, upload, &here, policy.verify, spoilt, compared_on_bad_line)?;
        }
        Ok((end, here, spoilt))
    }

    fn not_done(&self, what: &str, end: &End) -> Result<Result<(), Stop>, Violation> {
        match end {
            End::Failed(failure) => Ok(Err(Stop::Failed(*failure))),
            End::Misuse(misuse) => Ok(Err(Stop::Refused(*misuse))),
            _ => self.broken(format!("{what}: another answer than that: {end:?}")),
        }
    }

    /// The whole file after a job that reports success.
    fn check_job(
        &mut self,
        path: &str,
        upload: Option<&[u8]>,
        here: &[u8],
        verified: bool,
        spoilt: bool,
        compared_on_bad_line: bool,
    ) -> Result<(), Violation> {
        let exact = match upload {
            Some(upload) => self.world.server.files.file(path).as_deref() == Some(upload),
            None => self.versions.iter().any(|version| version == here),
        };
        if self.took_for_done && !verified {
            return Ok(());
        }
        match (spoilt, verified && !compared_on_bad_line) {
            (false, _) if !compared_on_bad_line && !exact => {
                self.broken(format!("{path} was reported moved and is not the same"))
            }
            (true, true) if !exact => {
                self.broken(format!("{path} was reported compared and is not the same"))
            }
            (true, true) => {
                self.tally.holds(Invariant::Verified);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn check_size(&mut self, path: &str, size: u64) -> Result<(), Violation> {
        if self.line() != Line::Sound {
            return Ok(());
        }
        let there = self.world.server.files.file(path).map(|file| file.len() as u64);
        if there != Some(size) && !self.versions.iter().any(|version| version.len() as u64 == size) {
            return self.broken(format!("the size of {path} is {there:?}, not {size}"));
        }
        self.tally.holds(Invariant::Command);
        Ok(())
    }

    fn check_goes_on(
        &mut self,
        path: &str,
        upload: &[u8],
        start: u64,
        spoilt: bool,
    ) -> Result<(), Violation> {
        let start = usize::try_from(start).unwrap_or(0);
        if start == 0 || spoilt || self.op == usize::MAX {
            return Ok(());
        }
        let there = self.world.server.files.file(path).unwrap_or_default();
        if there.get(..start) != upload.get(..start) {
            return self
                .broken(format!("the upload goes on at {start}, and what the server has is not the same"));
        }
        self.tally.holds(Invariant::GoesOn);
        Ok(())
    }

    /// One download, checked.
    fn get(&mut self, name: &str, options: &GetOptions, abort: Option<u64>) -> Result<End, Violation> {
        let what = format!("get {name} from {} {:?}", options.start, options.len);
        let end =
            self.attempt(&what, b"", options.via, abort, |session, now| session.get(now, name, options))?;
        let (line, start) = (self.line(), usize::try_from(options.start).unwrap_or(0));
        let sink = &self.world.sink;
        let changing = self.versions.len() > 1;
        let begins = |bytes: &[u8]| {
            self.versions
                .iter()
                .any(|version| version.get(start..).is_some_and(|rest| rest.starts_with(bytes)))
        };
        let exact = self.versions.iter().any(|version| {
            let rest = version.get(start.min(version.len())..).unwrap_or_default();
            let most =
                options.len.map_or(rest.len(), |len| rest.len().min(usize::try_from(len).unwrap_or(0)));
            sink == &rest[..most]
        });
        let direct = options.via == Via::Com;
        match &end {
            End::Done(count) => {
                if *count != Some(sink.len() as u64) {
                    return self.broken(format!("{what}: {count:?} of {} bytes", sink.len()));
                }
                // While the file changes, a length of before may meet bytes of after.
                let exact = exact || (changing && begins(sink));
                let fits =
                    self.versions.iter().any(|version| version.len().saturating_sub(start) >= sink.len());
                let invariant = match (line, direct) {
                    (Line::Sound, _) if !exact => {
                        return self.broken(format!("{what}: not the server's bytes"));
                    }
                    (Line::Sound, _) => Invariant::Get,
                    (Line::Lost, true) => {
                        return self.broken(format!("{what}: success though bytes were lost"));
                    }
                    (Line::Added, true) if !exact && !self.ends_in_words(start) => {
                        return self.broken(format!("{what}: success though bytes were added"));
                    }
                    (Line::Added, true) => Invariant::GetAdded,
                    (Line::Flipped, true) if !fits => {
                        return self.broken(format!("{what}: longer than the file"));
                    }
                    (Line::Flipped, true) => Invariant::Length,
                    (Line::Lost | Line::Flipped, false) if !exact => {
                        return self.broken(format!("{what}: success in spite of {line:?}"));
                    }
                    (Line::Lost | Line::Flipped, false) => Invariant::Staged,
                    (Line::Added | Line::Data, false)
                        if !changing
                            && !same_checksum(sink, self.versions[0].get(start..).unwrap_or_default()) =>
                    {
                        return self.broken(format!("{what}: success, and the checksum differs"));
                    }
                    (Line::Added | Line::Data, false) => Invariant::Checksum,
                    (Line::Data, true) | (Line::Words, _) => return Ok(end),
                };
                self.tally.holds(invariant);
            }
            End::Failed(failure) => {
                let trusted = usize::try_from(failure.transferred).unwrap_or(usize::MAX);
                let invariant = match (line, direct) {
                    (Line::Sound, _) => {
                        if sink.get(..trusted).is_none_or(|bytes| !begins(bytes)) {
                            let len = sink.len();
                            return self
                                .broken(format!("{what}: {trusted} of {len} bytes are trusted and false"));
                        }
                        Invariant::Trusted
                    }
                    (Line::Lost, true) => Invariant::GetLost,
                    (Line::Added, true) => Invariant::GetAdded,
                    (Line::Lost | Line::Flipped, false) => Invariant::Staged,
                    _ => return Ok(end),
                };
                self.tally.holds(invariant);
            }
            _ => {}
        }
        Ok(end)
    }

    /// Whether the file's own last bytes could be lines of the module: then added bytes cannot be told from them.
    fn ends_in_words(&self, start: usize) -> bool {
        self.versions.iter().any(|version| {
            let rest = version.get(start..).unwrap_or_default();
            rest[rest.len().saturating_sub(450)..].contains(&b'\r')
        })
    }

    /// One upload, checked.
    fn put(
        &mut self,
        name: &str,
        upload: &[u8],
        options: &PutOptions,
        abort: Option<u64>,
        spoilt: bool,
    ) -> Result<End, Violation> {
        let what = format!("put {name} from {} {}", options.start, options.len);
        let rest = upload.get(usize::try_from(options.start).unwrap_or(0)..).unwrap_or_default();
        let end =
            self.attempt(&what, rest, options.via, abort, |session, now| session.put(now, name, options))?;
        let (line, direct) = (self.line(), options.via == Via::Com);
        let there = self.world.server.files.file(&format!("/{name}")).unwrap_or_default();
        let exact = there == upload || (spoilt && options.start > 0);
        let invariant = match (&end, line, direct) {
            (End::Done(_), Line::Sound, _) if !exact => {
                return self.broken(format!("{what}: the server has other bytes"));
            }
            (End::Done(_), Line::Sound, _) => Invariant::Put,
            (End::Done(_), Line::Lost, true) => {
                return self.broken(format!("{what}: success though bytes were lost"));
            }
            (End::Done(_), Line::Added | Line::Flipped | Line::Data, true) if there.len() != upload.len() => {
                return self.broken(format!("{what}: the server has {} bytes", there.len()));
            }
            (End::Done(_), Line::Added | Line::Flipped | Line::Data, true) => Invariant::Length,
            (End::Done(_), Line::Lost | Line::Flipped, false) if !exact => {
                return self.broken(format!("{what}: success in spite of {line:?}"));
            }
            (End::Done(_), Line::Added | Line::Data, false) if !same_checksum(&there, upload) => {
                return self.broken(format!("{what}: success, and the checksum differs"));
            }
            (End::Done(_), Line::Added | Line::Data, false) => Invariant::Checksum,
            (End::Done(_) | End::Failed(_), Line::Lost | Line::Flipped, false) => Invariant::Staged,
            (End::Failed(_), Line::Lost, true) => Invariant::PutLost,
            _ => return Ok(end),
        };
        self.tally.holds(invariant);
        Ok(end)
    }

    fn small(&mut self, op: &Op, name: &str, contents: &[u8]) -> Result<(), Violation> {
        let files = self.world.server.files.clone();
        let path = format!("/{name}");
        let done = match op {
            Op::List(kind) => return self.list(*kind),
            Op::Size(_) => {
                match self.attempt("size", b"", Via::Com, None, |session, now| session.size(now, name))? {
                    End::Done(Some(size)) => return self.check_size(&path, size),
                    _ => None,
                }
            }
            Op::WorkingDir => match self.attempt("pwd", b"", Via::Com, None, Session::pwd)? {
                End::Text(text) => Some(text == b"/"),
                _ => None,
            },
            Op::Folder => {
                let made = self.simple("mkdir", |session, now| session.make_dir(now, name))?;
                made.is_ok().then(|| files.has_folder(&path))
            }
            Op::Rename => {
                files.add_file(&path, &b"renamed"[..]);
                let other = format!("{name}-other");
                let renamed = self.simple("rename", |session, now| session.rename(now, name, &other))?;
                renamed
                    .is_ok()
                    .then(|| files.file(&format!("/{other}")).is_some() && files.file(&path).is_none())
            }
            Op::ModuleFile(_) => return self.module_file(contents),
            Op::Put(..) | Op::Get(..) => None,
        };
        match done {
            _ if self.line() != Line::Sound => Ok(()),
            Some(false) => self.broken(format!("{op:?} was reported done and is not")),
            Some(true) => {
                self.tally.holds(Invariant::Command);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn list(&mut self, kind: ListKind) -> Result<(), Violation> {
        let end = self.attempt("list", b"", Via::Com, None, |session, now| match kind {
            ListKind::Long => session.list(now, "."),
            ListKind::Names => session.names(now, "."),
            ListKind::Facts => session.facts(now, "."),
        })?;
        if matches!(end, End::Done(_)) && self.line() == Line::Sound {
            self.world.collect();
            self.world.server.calm();
            if self.world.sink != self.world.server.listing(kind) {
                return self.broken(format!("{kind:?} is not what the server says"));
            }
            self.tally.holds(Invariant::Listing);
        }
        Ok(())
    }

    fn module_file(&mut self, contents: &[u8]) -> Result<(), Violation> {
        let ufs = Via::Storage(Storage::Ufs);
        let len = contents.len() as u64;
        let end =
            self.attempt("upload", contents, ufs, None, |session, now| session.upload(now, "sim", len))?;
        let line = self.line();
        if !matches!(end, End::Done(_)) {
            return Ok(());
        }
        let end = self.attempt("download", b"", ufs, None, |session, now| session.download(now, "sim"))?;
        if !matches!(end, End::Done(_)) {
            return Ok(());
        }
        let same = self.world.sink == contents;
        match (line, self.line()) {
            (Line::Sound, Line::Sound) if !same => {
                self.broken("a file of the module came back as another".into())
            }
            (Line::Sound, Line::Sound) => {
                self.tally.holds(Invariant::Get);
                Ok(())
            }
            (Line::Sound, Line::Lost | Line::Flipped) if !same => {
                self.broken("a file of the module came back as another in spite of its checksum".into())
            }
            _ => Ok(()),
        }
    }

    /// What was drawn, and what of it has struck.
    fn count(&mut self) {
        self.world.collect();
        self.tally.holds(Invariant::Memory);
        for fault in &self.plan.wires {
            self.tally.drawn(fault.harm.name());
        }
        for struck in &self.world.struck {
            self.tally.struck(struck.harm.name());
        }
        for fault in &self.plan.server {
            self.tally.drawn(fault.mishap.name());
        }
        for mishap in &self.world.mishaps {
            self.tally.struck(mishap.name());
        }
        let happened = self.world.module.happened().clone();
        for fault in &self.plan.module {
            let Some(kind) = Fault::parse(&fault.fault).ok().map(|fault| fault.kind()) else { continue };
            self.tally.drawn(kind.name);
            let event = |event: Event| happened.events.contains(&event);
            let struck = match kind.name {
                "lost-urc" | "lost-urc-of" => happened.lost_urcs > 0,
                "data-refused" => happened.refused_connections > 0,
                "overrun" => happened.overrun_bytes > 0,
                "control-lost" => event(Event::ControlLost),
                "pdp-drop" => event(Event::ContextDropped),
                "wedge" => event(Event::Wedge),
                "reboot" => event(Event::Reboot),
                "power-loss" => event(Event::PowerLoss),
                // A way of being, which holds while an operation runs.
                _ => true,
            };
            if struck {
                self.tally.struck(kind.name);
            }
        }
    }
}
