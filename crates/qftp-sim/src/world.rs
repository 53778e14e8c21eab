//! A host, a line, a module, a network and a server, in one thread and in virtual time.

use std::fmt;

use qftp_core::Instant;
use qftp_core::session::{Config as SessionConfig, Done, Event, Failure, Misuse, Session};
use qftp_core::wire::secret_start;
use qftp_emulator::{Config, Drives, Module, Profile};

use crate::line::{Harm, LineFault, Struck, Way, Wire};
use crate::plan::Plan;
use crate::rng::Rng;
use crate::server::{Mishap, PASSWORD, Server};

/// Longest time that an operation may take, besides that of its bytes on the line: the longest answers of the manual several times.
const LONGEST_MS: u64 = 3_600_000;
/// Most steps of one operation: a loop that moves nothing would not end.
const MOST_STEPS: u64 = 20_000_000;
/// Bytes of one write that the dialogue shows.
const LONG: usize = 160;
/// What a driver keeps in a port's buffers.
const BUFFER_MS: u64 = 50;

/// What a run has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(pub String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How an operation of the session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Done, with a number where it has one.
    Done(Option<u64>),
    /// Done, with a text.
    Text(Vec<u8>),
    /// Failed.
    Failed(Failure),
    /// It could not begin.
    Misuse(Misuse),
}

/// A fault of the line that has struck, and what it struck.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Damage {
    /// What and where.
    pub harm: Harm,
    /// The operation of the session during which it struck.
    pub attempt: u64,
    /// Whether it struck file data and nothing else.
    pub in_data: bool,
}

/// What is counted of a run.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Bytes of files that the module took for commands, in the present operation, unless they are of the one before.
    pub exposed: u64,
    /// Bytes of files handed out after the module's first word, in the present operation.
    pub after_word: u64,
    /// Events that were looked at for secrets.
    pub events: u64,
}

/// All of it.
pub(crate) struct World {
    /// The host.
    pub session: Session,
    /// The module.
    pub module: Module,
    /// The server.
    pub server: Server,
    up: Wire,
    down: Wire,
    /// Microseconds.
    now: u64,
    /// File data that came to the host in the present operation.
    pub sink: Vec<u8>,
    /// What the module said in the present operation, before anything happened to it.
    said: Vec<u8>,
    /// The number of the present operation of the session.
    pub attempt: u64,
    /// What the line has done since the set-up that the session stands on.
    pub damages: Vec<Damage>,
    /// Counts.
    pub seen: Seen,
    /// Everything that has struck.
    pub struck: Vec<Struck>,
    /// Everything that was done to the server.
    pub mishaps: Vec<Mishap>,
    overrun: u64,
    /// Bytes of the operation before were on the line when the present one began.
    left_over: bool,
    /// The dialogue, where it is wanted.
    pub log: Option<Vec<String>>,
    piece: Vec<u8>,
    buffer: Vec<u8>,
}

impl World {
    /// As planned, with nothing said yet.
    #[must_use]
    pub(crate) fn new(plan: &Plan, log: bool) -> Self {
        let mut config = Config::new(Drives::in_memory());
        if let Ok(profile) = Profile::parse(plan.profile) {
            profile.apply(&mut config);
        }
        config.seed = plan.seed;
        config.faults = plan.faults(0);
        let session = SessionConfig {
            guard_ms: plan.guard,
            in_flight: plan.in_flight,
            rsptimeout_s: 20,
            ..SessionConfig::default()
        };
        Self {
            session: Session::new(session),
            module: Module::new(config),
            server: Server::new(plan.delay * 1000),
            up: Wire::new(Way::Up, plan.line, Rng::new(plan.seed ^ 1)),
            down: Wire::new(Way::Down, plan.line, Rng::new(plan.seed ^ 2)),
            now: 1_000_000_000,
            sink: Vec::new(),
            said: Vec::new(),
            attempt: 0,
            damages: Vec::new(),
            seen: Seen::default(),
            struck: Vec::new(),
            mishaps: Vec::new(),
            overrun: 0,
            left_over: false,
            log: log.then(Vec::new),
            piece: Vec::new(),
            buffer: vec![0; 4096],
        }
    }

    /// The present time.
    #[must_use]
    pub(crate) const fn now(&self) -> Instant {
        Instant::from_millis(self.now / 1000)
    }

    /// The line's faults of an operation of the plan.
    pub(crate) fn begin(&mut self, faults: &[LineFault]) {
        self.up.begin(faults.iter().copied());
        self.down.begin(faults.iter().copied());
    }

    /// Notes something in the dialogue.
    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        let now = self.now();
        if let Some(log) = &mut self.log {
            log.push(format!("{now} -- {}", text()));
        }
    }

    fn dialogue(&mut self, who: &str, bytes: &[u8]) {
        let now = self.now();
        let Some(log) = &mut self.log else { return };
        let shown = secret_start(bytes).unwrap_or(bytes.len());
        let secret = if shown < bytes.len() { "***" } else { "" };
        let long = if shown > LONG { &bytes[shown - LONG / 2..shown] } else { b"" };
        let (head, dots) =
            if long.is_empty() { (&bytes[..shown], "") } else { (&bytes[..LONG / 2], " ... ") };
        let count = bytes.len();
        log.push(format!(
            "{now} {who} {}{dots}{}{secret} ({count})",
            head.escape_ascii(),
            long.escape_ascii()
        ));
    }

    /// Runs one operation of the session to its end; `upload` is what it may send, `abort` after how many bytes it is broken off.
    ///
    /// # Errors
    /// When it does not end, tells a secret, or sends where it must not.
    pub(crate) fn run(
        &mut self,
        what: &str,
        upload: &[u8],
        mut abort: Option<u64>,
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<End, Violation> {
        self.attempt += 1;
        self.sink.clear();
        self.said.clear();
        self.server.moved = 0;
        self.left_over = !self.up.is_empty();
        self.seen.exposed = 0;
        self.seen.after_word = 0;
        self.note(|| what.to_owned());
        let now = self.now();
        if let Err(misuse) = start(&mut self.session, now) {
            return Ok(End::Misuse(misuse));
        }
        let (mut rest, mut steps, mut word) = (upload, 0u64, Word::default());
        let latest = self.now + LONGEST_MS * 1000;
        let end = loop {
            steps += 1;
            if self.now > latest || steps > MOST_STEPS {
                return Err(self.violation(format!("{what} does not end: {:?}", self.session)));
            }
            if abort.is_some_and(|bytes| self.sink.len() as u64 + (upload.len() - rest.len()) as u64 >= bytes)
            {
                abort = None;
                // It may be over already.
                let _ = self.session.abort(self.now());
            }
            if let Some(end) = self.events()? {
                break end;
            }
            let mut moved = self.host_writes(&mut rest, &word);
            moved |= self.module_works();
            let (came, end) = self.host_reads(&mut word)?;
            if let Some(end) = end {
                break end;
            }
            if !(moved || came) {
                self.wait(rest.is_empty());
            }
        };
        self.settle_damages(!upload.is_empty());
        self.note(|| format!("{what}: {end:?}"));
        self.check_secrets(&end)?;
        Ok(end)
    }

    /// The host reads what has come while nothing was under way.
    ///
    /// # Errors
    /// When a secret is told.
    pub(crate) fn listen(&mut self) -> Result<(), Violation> {
        while self.host_reads(&mut Word::default())?.0 {}
        Ok(())
    }

    fn violation(&self, text: String) -> Violation {
        Violation(format!("{text} (at {})", self.now()))
    }

    /// Lets time pass in which nobody reads the port.
    pub(crate) fn pause(&mut self, millis: u64) {
        let until = self.now + millis * 1000;
        loop {
            while self.module_works() {}
            let next =
                [self.module_due(), self.server.replies_at(), self.up.next(), Some(self.down.free_at())];
            let next = next.into_iter().flatten().filter(|next| *next > self.now).min();
            match next.filter(|next| *next < until) {
                Some(next) => self.now = next,
                None => break,
            }
            self.module.handle_timeout(self.now());
        }
        self.now = self.now.max(until);
        self.module.handle_timeout(self.now());
    }

    /// Lets time pass until nothing is stuck on the line any more.
    pub(crate) fn rest(&mut self) {
        while !(self.up.is_free(self.now) && self.down.is_free(self.now) && self.up.is_empty()) {
            self.pause(1_000);
        }
    }

    fn module_due(&self) -> Option<u64> {
        self.module.poll_timeout().map(|due| due.as_millis() * 1000)
    }

    fn wait(&mut self, all_sent: bool) {
        let now = self.now;
        let busy = |wire: &Wire| Some(wire.free_at()).filter(|free| *free > now);
        // What waits for room on the line, or for the other side, is looked at again as soon as there is some.
        let host = self.session.poll_timeout().map(|due| due.as_millis() * 1000);
        let dues = [
            host,
            self.module_due(),
            self.server.replies_at(),
            self.up.next().filter(|next| *next > now),
            self.down.next().filter(|next| *next > now),
            busy(&self.down),
            busy(&self.up).filter(|_| !all_sent || self.session.poll_timeout().is_some()),
        ];
        let next = dues.into_iter().flatten().min().unwrap_or(now + 1000);
        self.now = if next > now { next } else { (now / 1000 + 1) * 1000 };
        self.session.handle_timeout(self.now());
        self.module.handle_timeout(self.now());
    }

    fn events(&mut self) -> Result<Option<End>, Violation> {
        let mut end = None;
        while let Some(event) = self.session.poll_event() {
            end = end.or(note(&event, &mut self.sink, &mut self.seen)?);
        }
        Ok(end)
    }

    fn host_writes(&mut self, rest: &mut &[u8], word: &Word) -> bool {
        if !self.up.is_free(self.now) {
            return false;
        }
        let room = self.up.fits(BUFFER_MS);
        let now = self.now();
        let mut out = std::mem::take(&mut self.buffer);
        let most = room.min(out.len());
        let len = self.session.poll_transmit(now, &mut out[..most]);
        if len > 0 {
            self.dialogue("host  ", &out[..len]);
            self.up.write(self.now, &out[..len], false);
        }
        self.buffer = out;
        if len > 0 {
            return true;
        }
        let most = room.min(rest.len());
        let len = self.session.send(now, &rest[..most]);
        if len > 0 {
            let (data, left) = rest.split_at(len);
            if word.came {
                self.seen.after_word += len as u64;
            }
            self.dialogue("data  ", data);
            self.up.write(self.now, data, true);
            *rest = left;
        }
        len > 0
    }

    /// Whether anything moved on the module's side of the line.
    fn module_works(&mut self) -> bool {
        let mut moved = false;
        let mut piece = std::mem::take(&mut self.piece);
        if let Some(data) = self.up.arrived(self.now, &mut piece) {
            let before = self.module.happened().command_bytes;
            let taken = self.module.handle_input(self.now(), &piece);
            if data && !self.left_over {
                self.seen.exposed += self.module.happened().command_bytes - before;
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
                self.dialogue("module", &said[..len]);
                self.said.extend(&said[..len]);
                self.down.write(self.now, &said[..len], false);
                moved = true;
            }
            self.buffer = said;
        }
        moved
    }

    fn host_reads(&mut self, word: &mut Word) -> Result<(bool, Option<End>), Violation> {
        let mut piece = std::mem::take(&mut self.piece);
        let came = self.down.arrived(self.now, &mut piece).is_some();
        let mut end = None;
        if came {
            self.down.take(piece.len());
            word.hear(&piece, self.session.wants_data());
            let mut rest = &piece[..];
            let now = Instant::from_millis(self.now / 1000);
            loop {
                let step = self.session.handle_input(now, rest);
                rest = &rest[step.consumed..];
                match step.event {
                    Some(event) => end = end.or(note(&event, &mut self.sink, &mut self.seen)?),
                    None if rest.is_empty() => break,
                    None => {}
                }
            }
        }
        self.piece = piece;
        Ok((came, end))
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
            let (harm, span) = match struck.harm {
                Harm::Stall(_) => continue,
                Harm::Drop(count) | Harm::Double(count) => (struck.harm, count),
                Harm::Flip(_) => (struck.harm, 1),
            };
            let in_data = match struck.way {
                Way::Up => struck.data,
                Way::Down => data
                    .as_ref()
                    .is_some_and(|data| data.contains(&struck.at) && struck.at + span <= data.end),
            };
            self.damages.push(Damage { harm, attempt: self.attempt, in_data });
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

    fn check_secrets(&mut self, end: &End) -> Result<(), Violation> {
        let mut text = format!("{:?} {end:?}", self.session);
        if let End::Failed(failure) = end {
            text.push_str(&format!("{failure} {} {}", failure.likely_cause(), failure.remedy()));
        }
        self.seen.events += 1;
        if text.contains(PASSWORD) {
            return Err(self.violation(format!("a secret is told: {text}")));
        }
        Ok(())
    }
}

/// Whether the module has said a word since data mode began: a whole line.
#[derive(Default)]
struct Word {
    text: bool,
    came: bool,
}

impl Word {
    fn hear(&mut self, piece: &[u8], in_data_mode: bool) {
        if !in_data_mode && !self.text {
            return;
        }
        for byte in piece {
            match byte {
                b'\r' | b'\n' => {
                    self.came |= self.text;
                    self.text = false;
                }
                // The acknowledgement of a block.
                b'A' if !self.text => {}
                _ => self.text = true,
            }
        }
    }
}

fn note(event: &Event<'_>, sink: &mut Vec<u8>, seen: &mut Seen) -> Result<Option<End>, Violation> {
    Ok(match event {
        Event::Data(data) => {
            sink.extend_from_slice(data);
            None
        }
        Event::Done(Done::Number(number)) => Some(End::Done(Some(*number))),
        Event::Done(Done::Text(text)) => Some(End::Text(text.to_vec())),
        Event::Done(_) => Some(End::Done(None)),
        Event::Failed(failure) => Some(End::Failed(*failure)),
        Event::Info(line) | Event::Urc(line) => {
            seen.events += 1;
            let held = match line {
                qftp_core::wire::Line::Text(text) => {
                    text.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes())
                }
                line => format!("{line:?}").contains(PASSWORD),
            };
            if held {
                return Err(Violation(format!("a secret is told: {event:?}")));
            }
            None
        }
        _ => None,
    })
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("session", &self.session)
            .field("module", &self.module)
            .finish_non_exhaustive()
    }
}
