//! A plan carried out, and what must hold checked on the way.

mod attempt;
mod count;
mod false_end;
mod in_sync;
mod job;
mod small;
mod transfer;

use qftp_core::Checksum;
use qftp_core::job::{Job, Policy, RecoveryLevel, Step, Trouble};
use qftp_core::session::{
    Apn, Cause, Failure, GetOptions, LineFault, Login, Misuse, PutOptions, Session, SessionState, Setup, Via,
};
use qftp_core::wire::{ListKind, Verb};

use crate::damage::Line;
use crate::host::End;
use crate::plan::{Break, Content, Manner, Op, Plan, Stuff};
use crate::server::{Mishap, PASSWORD, USER};
use crate::source::Pace;
use crate::tally::{Invariant, Tally};
use crate::world::{Violation, World};

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
            struck: Vec::new(),
        };
        let violation = run.all().err();
        run.count();
        let dialogue = run.world.log.into_lines();
        Report { violation, dialogue }
    }
}

/// A slow source's name in the table of counts.
const SLOW: &str = "source: slow";

/// A file that is not there yet, whole.
struct Unfinished {
    name: String,
    upload: Option<Vec<u8>>,
    here: Vec<u8>,
    /// The line or the server spoiled what is there: without comparing nobody can know.
    spoilt: bool,
    /// The host that began it is dead.
    died: bool,
}

struct Run<'a> {
    plan: &'a Plan,
    world: World,
    tally: &'a mut Tally,
    op: usize,
    /// What the file on the server has been.
    versions: Vec<Vec<u8>>,
    open: Vec<Unfinished>,
    /// What the host did of what was planned.
    struck: Vec<&'static str>,
}

/// A job that has ended.
struct Moved {
    end: Ended,
    /// What is here of a download.
    here: Vec<u8>,
    /// The line or the server may have spoiled what is there.
    spoilt: bool,
}

/// How a job ended.
enum Ended {
    Done,
    Failed(Trouble),
    /// The host died.
    Died,
}

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
    let Manner { via, resume, verify, retries, .. } = *manner;
    Policy { resume, verify, retries, ..policy_of(via) }
}

fn policy_of(via: Via) -> Policy {
    Policy { longest_wait_ms: 8_000, power: true, via, ..Policy::default() }
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
            let mut contents = op.content().map(Content::bytes).unwrap_or_default();
            let mishap = self.plan.server.iter().find(|fault| fault.op == index).map(|fault| fault.mishap);
            if let (Op::Get(..), Some(Mishap::FalseEnd(_))) = (op, mishap) {
                false_end::spell(&mut contents);
            }
            if let Op::Get(..) | Op::Size(_) = op {
                self.world.server.files.add_file(&format!("/{name}"), contents.clone());
            }
            self.versions = vec![contents.clone()];
            let new = match mishap {
                Some(Mishap::Changed { len, .. }) => {
                    Content { len, kind: Stuff::Noise, seed: self.plan.seed ^ len }.bytes()
                }
                _ => Vec::new(),
            };
            if matches!((op, mishap), (Op::Get(..), Some(Mishap::Changed { .. }))) {
                self.versions.push(new.clone());
            }
            let of_get = if matches!(op, Op::Get(..)) { name.as_str() } else { "-" };
            self.world.server.begin(mishap, &format!("/{of_get}"), new);
            if let Some(Mishap::FalseEnd(millis)) = mishap {
                self.world.server.stall = match op {
                    Op::Get(..) => false_end::find(&contents, Verb::QftpGet),
                    Op::List(kind) => false_end::name(&self.world.server, *kind),
                    _ => None,
                }
                .map(|at| (at, millis * 1000));
            }
            self.world.note(|| format!("{index}: {op:?}"));
            let (others, words) = (self.on_server(), self.world.words_harmed);
            self.one(op, &name, contents)?;
            self.world.collect();
            if self.world.words_harmed > words {
                self.spoil_others(&others);
            }
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
                let spoilt = self.world.server.files.file(&format!("/{name}")).is_some();
                if spoilt && self.world.words_harmed == 0 {
                    return self.broken(format!("{name} is there before anybody put it"));
                }
                self.whole(name, Some(contents), Vec::new(), manner, spoilt)
            }
            Op::Get(_, manner, here) => {
                let here = contents[..usize::try_from(*here).unwrap_or(0).min(contents.len())].to_vec();
                self.whole(name, None, here, manner, false)
            }
            other if self.log_in()? => self.small(other, name, &contents),
            _ => Ok(()),
        }
    }

    /// A file as planned, and by another host where the first one dies.
    fn whole(
        &mut self,
        name: &str,
        upload: Option<Vec<u8>>,
        here: Vec<u8>,
        manner: &Manner,
        spoilt: bool,
    ) -> Result<(), Violation> {
        if manner.pace.is_slow() && upload.is_some() {
            self.struck.push(SLOW);
        }
        self.world.pace = manner.pace;
        let mut moved = self.job(name, upload.as_deref(), here, policy(manner), manner.stop, spoilt)?;
        let died = matches!(moved.end, Ended::Died);
        if let (true, Some(Break::Death { pause, dtr_drops, .. })) = (died, manner.stop) {
            self.world.succeed(pause, dtr_drops);
            let policy = Policy { resume: true, ..policy(manner) };
            moved = self.job(name, upload.as_deref(), moved.here, policy, None, moved.spoilt)?;
        }
        self.world.pace = Pace::AT_ONCE;
        let Moved { end, here, spoilt } = moved;
        match end {
            Ended::Done => {
                if died && !spoilt {
                    self.tally.holds(Invariant::Survives);
                }
            }
            Ended::Failed(_) | Ended::Died => {
                self.open.push(Unfinished { name: name.into(), upload, here, spoilt, died });
            }
        }
        Ok(())
    }

    /// What the server has of the files that are not whole yet.
    fn on_server(&self) -> Vec<Option<Vec<u8>>> {
        self.open.iter().map(|left| self.world.server.files.file(&format!("/{}", left.name))).collect()
    }

    /// Words were changed on the line, and a command with another name in it struck another file: nobody knows what is there.
    fn spoil_others(&mut self, before: &[Option<Vec<u8>>]) {
        let now = self.on_server();
        for ((left, before), now) in self.open.iter_mut().zip(before).zip(now) {
            left.spoilt |= *before != now;
        }
    }

    /// The faults are over: what is there is gone on with.
    fn finish(&mut self, left: Unfinished) -> Result<(), Violation> {
        self.op = usize::MAX;
        let path = format!("/{}", left.name);
        if self.world.words_harmed > 0 && self.world.server.files.has_folder(&path) {
            // A command that the line changed has made a folder of this name.
            return Ok(());
        }
        let goes_on = Policy { resume: true, verify: left.spoilt, retries: 5, ..policy_of(Via::Com) };
        let now = left.upload.clone().or_else(|| self.world.server.files.file(&path)).unwrap_or_default();
        self.versions = vec![now.clone()];
        let upload = left.upload.as_deref();
        let mut moved = self.job(&left.name, upload, left.here, goes_on, None, left.spoilt)?;
        if let (Ended::Failed(Trouble::TargetIsLonger { .. }), true) = (&moved.end, left.spoilt) {
            // What the line made of it is no beginning of the file, and that is said.
            let again = Policy { resume: false, ..goes_on };
            moved = self.job(&left.name, upload, Vec::new(), again, None, true)?;
        }
        if let Ended::Failed(trouble) = moved.end {
            return self.broken(format!(
                "with the faults over {} is not finished: {trouble} {trouble:?}",
                left.name
            ));
        }
        let there = if left.upload.is_some() {
            self.world.server.files.file(&path).unwrap_or_default()
        } else {
            moved.here
        };
        if let Some(at) = difference(&there, &now) {
            return self.broken(format!("with the faults over {} differs at byte {at}", left.name));
        }
        self.tally.holds(Invariant::Resumes);
        if left.died {
            self.tally.holds(Invariant::Survives);
        }
        Ok(())
    }

    fn broken<T>(&self, text: String) -> Result<T, Violation> {
        Err(Violation(format!("{text} (operation {}, at {})", self.op, self.world.now())))
    }

    fn line(&self) -> Line {
        self.world.line()
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
}
