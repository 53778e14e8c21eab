//! A host, a line, a module, a network and a server, in one thread and in virtual time.

mod time;

use std::fmt;

use qftp_core::Instant;
use qftp_core::session::{Misuse, Session};
use qftp_emulator::{Config, Drives, Family, Module};

use crate::damage::{Damage, Line};
use crate::dialogue::Dialogue;
use crate::flight::Flight;
use crate::host::{End, Host};
use crate::line::{Harm, LineFault, Struck, Way, Wire};
use crate::plan::{Break, Plan};
use crate::rng::Rng;
use crate::server::{Mishap, Server};
use crate::source::{Pace, Source};

/// Longest time that an operation may take, besides that of its bytes on the line: the longest answers of the manual several times.
const LONGEST_MS: u64 = 3_600_000;
/// Most steps of one operation: a loop that moves nothing would not end.
const MOST_STEPS: u64 = 20_000_000;

/// How long a module waits for data that is uploaded to it.
const MODULE_WAITS_MS: u64 = 20_000;

/// What a run has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All of it.
pub(crate) struct World {
    pub host: Host,
    pub module: Module,
    pub server: Server,
    up: Wire,
    down: Wire,
    /// Microseconds.
    now: u64,
    /// How the source of the present upload delivers.
    pub pace: Pace,
    /// What the module said in the present operation, before anything happened to it.
    said: Vec<u8>,
    /// The number of the present operation of the session.
    pub attempt: u64,
    /// What the line has done since the set-up that the session stands on.
    pub damages: Vec<Damage>,
    /// File data of the present operation.
    pub flight: Flight,
    /// Everything that has struck.
    pub struck: Vec<Struck>,
    /// How often the line has changed anything but file data.
    pub words_harmed: usize,
    /// Everything that was done to the server.
    pub mishaps: Vec<Mishap>,
    overrun: u64,
    /// Bytes of the operation before were on the line when the present one began.
    left_over: bool,
    /// When the present operation began, and until when at most a stall has held the line up that was longer than a module waits, in microseconds.
    began: u64,
    stuck_until: u64,
    pub log: Dialogue,
    piece: Vec<u8>,
    buffer: Vec<u8>,
}

impl World {
    /// As planned, with nothing said yet.
    #[must_use]
    pub(crate) fn new(plan: &Plan, log: bool) -> Self {
        let mut config = Config::new(Drives::in_memory());
        if let Ok(family) = Family::load(plan.profile) {
            family.apply(&mut config);
        }
        config.seed = plan.seed;
        // Such a module shows what a failure has left on the line; the other kind is as V.250 has it.
        config.skips_noise = plan.seed.is_multiple_of(2);
        config.faults = plan.faults(0);
        Self {
            host: Host::new(plan),
            module: Module::new(config),
            server: Server::new(plan.delay * 1000),
            up: Wire::new(Way::Up, plan.line, Rng::new(plan.seed ^ 1)),
            down: Wire::new(Way::Down, plan.line, Rng::new(plan.seed ^ 2)),
            now: 1_000_000_000,
            pace: Pace::AT_ONCE,
            said: Vec::new(),
            attempt: 0,
            damages: Vec::new(),
            flight: Flight::default(),
            struck: Vec::new(),
            words_harmed: 0,
            mishaps: Vec::new(),
            overrun: 0,
            left_over: false,
            began: 0,
            stuck_until: 0,
            log: Dialogue::new(log),
            piece: Vec::new(),
            buffer: vec![0; 4096],
        }
    }

    /// The present time.
    #[must_use]
    pub(crate) const fn now(&self) -> Instant {
        Instant::from_millis(self.now / 1000)
    }

    /// The same in microseconds.
    #[must_use]
    pub(crate) const fn micros(&self) -> u64 {
        self.now
    }

    /// What can be said of the present operation's line.
    pub(crate) fn line(&self) -> Line {
        Line::of(&self.damages, self.attempt)
    }

    /// The line's faults of an operation of the plan.
    pub(crate) fn begin(&mut self, faults: &[LineFault]) {
        self.up.begin(faults.iter().copied());
        self.down.begin(faults.iter().copied());
    }

    /// Whether the line was stuck in the present operation for longer than a module waits: neither side knew what the other did.
    pub(crate) fn was_stuck(&self) -> bool {
        self.stuck_until >= self.began
    }

    /// Notes something in the dialogue.
    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        self.log.note(Instant::from_millis(self.now / 1000), text);
    }

    /// Runs one operation of the session to its end; `upload` is what it may send, `stop` what ends it before.
    ///
    /// # Errors
    /// When it does not end, tells a secret, or sends where it must not.
    pub(crate) fn run(
        &mut self,
        what: &str,
        upload: &[u8],
        mut stop: Option<Break>,
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<End, Violation> {
        self.attempt += 1;
        self.said.clear();
        self.server.moved = 0;
        self.began = self.now;
        self.left_over = !self.up.is_empty();
        self.flight = Flight::default();
        self.note(|| what.to_owned());
        let (mut source, mut steps) = (Source::new(upload, self.pace), 0u64);
        if let Err(misuse) = self.host.begin(self.now, &mut source, start)? {
            return Ok(End::Misuse(misuse));
        }
        let (began, latest) = (self.now, self.now + LONGEST_MS * 1000);
        let end = loop {
            steps += 1;
            if self.now > latest || steps > MOST_STEPS {
                return Err(self.violation(format!("{what} does not end: {:?}", self.host.session())));
            }
            let moved = (self.host.sink.len() + self.host.written) as u64;
            match stop.filter(|stop| stop.is_due(moved, (self.now - began) / 1000)) {
                None => {}
                Some(Break::Abort(_) | Break::AbortAt(_)) => {
                    stop = None;
                    self.host.abort(self.now());
                }
                Some(Break::Death { .. }) => break End::Died,
            }
            let (mut moved, end) =
                self.host.work(self.now, &mut self.up, &mut source, &mut self.flight, &mut self.log)?;
            if let Some(end) = end {
                break end;
            }
            moved |= self.module_works();
            let came = self.line_brings();
            if !(moved || came) {
                self.wait(&source, began, stop);
            }
        };
        self.settle_damages(!upload.is_empty());
        self.note(|| format!("{what}: {end:?}"));
        self.host.check_secrets(&end)?;
        Ok(end)
    }

    /// The host reads what has come while nothing was under way.
    ///
    /// # Errors
    /// When a secret is told.
    pub(crate) fn listen(&mut self) -> Result<(), Violation> {
        while self.line_brings() {}
        while self.host.reads(self.now)?.is_some() {}
        Ok(())
    }

    /// Another host begins so many milliseconds after the death of the one before; the port of that was closed, or not.
    pub(crate) fn succeed(&mut self, pause: u64, dtr_drops: bool) {
        self.note(|| "the host is dead".to_owned());
        if dtr_drops {
            self.module.set_dtr(self.now(), false);
            self.module.set_dtr(self.now(), true);
        }
        self.pause(pause);
        self.host.replace();
        self.note(|| "another host".to_owned());
    }

    fn violation(&self, text: String) -> Violation {
        Violation(format!("{text} (at {})", self.now()))
    }

    /// Puts bytes of somebody else's on the line, in pieces as a driver writes them.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(self.up.fits(50)) {
            self.up.write(self.now, piece, false);
        }
    }

    /// Whether anything moved on the module's side of the line.
    fn module_works(&mut self) -> bool {
        let mut moved = false;
        let mut piece = std::mem::take(&mut self.piece);
        if let Some(data) = self.up.arrived(self.now, &mut piece) {
            let before = self.module.happened().command_bytes;
            let taken = self.module.handle_input(self.now(), &piece);
            if data && !self.left_over {
                self.flight.exposed += self.module.happened().command_bytes - before;
            }
            self.up.take(taken);
            moved = taken > 0;
        }
        self.piece = piece;
        while let Some(request) = self.module.poll_request() {
            self.server.request(self.now, request);
            moved = true;
        }
        while let Some(reply) = self.server.poll(self.now) {
            self.module.handle_reply(self.now(), reply);
            moved = true;
        }
        if self.down.is_free(self.now) {
            let mut said = std::mem::take(&mut self.buffer);
            let room = self.down.fits(10);
            let len = self.module.poll_transmit(self.now(), &mut said[..room]);
            if len > 0 {
                self.log.said(self.now(), "module", &said[..len]);
                self.said.extend(&said[..len]);
                self.down.write(self.now, &said[..len], false);
                moved = true;
            }
            self.buffer = said;
        }
        let left = self.up.data_under_way() + self.host.data_kept() as u64;
        self.flight.look(self.now, self.module.is_in_data_mode(), left);
        moved
    }

    /// Whether something has come at the host's port.
    fn line_brings(&mut self) -> bool {
        let mut piece = std::mem::take(&mut self.piece);
        let came = self.down.arrived(self.now, &mut piece).is_some();
        if came {
            self.down.take(piece.len());
            self.host.receive(self.now, &piece, &mut self.flight);
        }
        self.piece = piece;
        came
    }

    /// Works out what the line's faults struck: the operation is over.
    fn settle_damages(&mut self, uploading: bool) {
        let began = self.down.sent - self.said.len() as u64;
        let overrun = self.module.happened().overrun_bytes;
        if overrun > self.overrun {
            let harm = Harm::Drop(overrun - self.overrun);
            self.damages.push(Damage { harm, attempt: self.attempt, in_data: true });
            self.overrun = overrun;
        }
        if self.down.struck.is_empty() && self.up.struck.is_empty() {
            return;
        }
        let connect = (!uploading).then(|| self.said.windows(9).position(|window| window == b"CONNECT\r\n"));
        let data = connect.flatten().map(|at| {
            let from = began + at as u64 + 9;
            from..from + self.server.moved
        });
        for struck in self.down.struck.drain(..).chain(self.up.struck.drain(..)) {
            self.struck.push(struck);
            if let Harm::Stall(millis @ MODULE_WAITS_MS..) = struck.harm {
                self.stuck_until = self.stuck_until.max(self.now + millis * 1000);
            }
            let damage = Damage::of(&struck, self.attempt, data.as_ref());
            self.words_harmed += usize::from(damage.is_some_and(|damage| !damage.in_data));
            self.damages.extend(damage);
        }
    }

    /// The line's and server's faults are over.
    pub(crate) fn calm(&mut self) {
        self.settle_damages(false);
        self.begin(&[]);
        self.server.calm();
        self.module.set_faults(&[]);
        self.collect();
    }

    /// Takes note of what the server did.
    pub(crate) fn collect(&mut self) {
        self.mishaps.append(&mut self.server.struck);
    }
}
