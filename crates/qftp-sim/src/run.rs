//! A plan carried out, and what must hold checked on the way.

mod job;
mod small;
mod transfer;

use qftp_core::Checksum;
use qftp_core::job::{Job, Policy, Rung, Step, Trouble};
use qftp_core::session::{
    Apn, Cause, Failure, GetOptions, LineFault, Login, Misuse, PutOptions, Session, SessionState, Setup, Via,
};
use qftp_core::wire::ListKind;
use qftp_emulator::{Event, Fault};

use crate::line::Harm;
use crate::plan::{Content, Manner, Op, Plan};
use crate::server::{Mishap, PASSWORD, USER};
use crate::tally::{Invariant, Tally};
use crate::world::{Damage, End, Violation, World};

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    /// What did not hold.
    pub violation: Option<Violation>,
    /// What was said, where it was wanted.
    pub dialogue: Vec<String>,
}

impl Plan {
    /// Carries it out.
    pub fn run(&self, tally: &mut Tally, log: bool) -> Report {
        let world = World::new(self, log);
        let mut run = Run {
            plan: self,
            world,
            tally,
            op: 0,
            versions: Vec::new(),
            open: Vec::new(),
            took_for_done: false,
        };
        let violation = run.all().err();
        run.count();
        let dialogue = run.world.log.take().unwrap_or_default();
        Report { violation, dialogue }
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
