//! The host: the driver that every client of ours is, with the simulation for its port, its clock and its files.

use std::collections::VecDeque;

use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::session::{Config, Done, Event, Failure, Misuse, Session};

use crate::dialogue::Dialogue;
use crate::flight::Flight;
use crate::line::Wire;
use crate::plan::Plan;
use crate::server::PASSWORD;
use crate::source::Source;
use crate::world::Violation;

/// What a driver keeps in a port's buffers, in milliseconds.
const BUFFER_MS: u64 = 50;
/// How large the driver's buffers are: as firmware has them, and as a gateway.
const BUFFERS: [usize; 4] = [16, 64, 600, 4096];

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
    /// The host died meanwhile.
    Died,
}

/// One host.
pub(crate) struct Host {
    driver: Driver<Vec<u8>, Vec<u8>>,
    config: Config,
    /// File data that came in the present operation.
    pub sink: Vec<u8>,
    /// Bytes of the file that went to the line in the present operation.
    pub written: usize,
    /// What came and is not yet read from the port.
    came: VecDeque<u8>,
    word: Word,
}

impl Host {
    pub(crate) fn new(plan: &Plan) -> Self {
        let config =
            Config { guard_ms: plan.guard, in_flight: plan.in_flight, rsptimeout_s: 20, ..Config::default() };
        let of = |seed: u64| vec![0; BUFFERS[usize::try_from(seed % 4).unwrap_or(0)]];
        Self {
            driver: Driver::new(config, of(plan.seed), of(plan.seed / 4)),
            config,
            sink: Vec::new(),
            written: 0,
            came: VecDeque::new(),
            word: Word::default(),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        self.driver.session()
    }

    /// Another host takes its place, which knows nothing of it.
    pub(crate) fn replace(&mut self) {
        self.driver.reset(self.config);
        self.came.clear();
    }

    /// Begins an operation that may send what the source has. Its first bytes are there before the command goes out.
    pub(crate) fn begin(
        &mut self,
        now: u64,
        source: &mut Source<'_>,
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<Result<(), Misuse>, Violation> {
        // What came since the operation before is none of its answers.
        while self.reads(now)?.is_some() {}
        self.written = 0;
        self.sink.clear();
        self.word = Word::default();
        self.driver.sends(source.left() as u64);
        self.fill(now, source);
        Ok(self.driver.begin(Instant::from_millis(now / 1000), start))
    }

    /// Breaks off what is under way.
    pub(crate) fn abort(&mut self, now: Instant) {
        // It may be over already.
        let _ = self.driver.abort(now);
    }

    /// Bytes of the file that are handed out and not on the line.
    pub(crate) fn data_kept(&self) -> usize {
        match self.driver.writing() {
            Want::Write { bytes, of_file: true } => bytes.len(),
            _ => 0,
        }
    }

    /// Whether something waits for room on the line.
    pub(crate) fn has_output(&self) -> bool {
        matches!(self.driver.writing(), Want::Write { bytes, .. } if !bytes.is_empty())
    }

    /// What has come on the line.
    pub(crate) fn receive(&mut self, now: u64, piece: &[u8], flight: &mut Flight) {
        self.word.hear(piece, self.session().wants_data());
        if self.word.begun {
            flight.hear(now);
        }
        self.came.extend(piece);
    }

    /// Does what the driver wants until it waits, for the line or for what comes; `now` in microseconds. Whether anything moved, and the end of
    /// the operation where it has one.
    ///
    /// # Errors
    /// When a secret is told.
    pub(crate) fn work(
        &mut self,
        now: u64,
        line: &mut Wire,
        source: &mut Source<'_>,
        flight: &mut Flight,
        log: &mut Dialogue,
    ) -> Result<(bool, Option<End>), Violation> {
        let clock = Instant::from_millis(now / 1000);
        let mut moved = self.read();
        loop {
            let kept = self.data_kept();
            match self.driver.next(clock) {
                Want::Write { bytes, of_file } => {
                    if of_file && kept == 0 {
                        flight.handed_out(bytes.len(), self.word.came);
                        moved = true;
                    }
                    let room = if line.is_free(now) { line.room(BUFFER_MS).min(bytes.len()) } else { 0 };
                    if room > 0 {
                        let bytes = &bytes[..room];
                        log.said(clock, if of_file { "data  " } else { "host  " }, bytes);
                        line.write(now, bytes, of_file);
                        self.driver.wrote(room);
                        self.written += if of_file { room } else { 0 };
                    }
                    // The port is read as well.
                    let read = self.read();
                    if !read {
                        return Ok((moved || room > 0, None));
                    }
                    moved = true;
                }
                Want::Read(_) => match self.read() {
                    true => moved = true,
                    false => return Ok((moved, None)),
                },
                Want::Store(data) => self.sink.extend(data),
                Want::Fill => moved |= self.fill(now, source),
                Want::Tell(event) => check(&event)?,
                Want::End(end) => return Ok((true, Some(ended(end)))),
                other => return Err(Violation(format!("the simulation does not know {other:?}"))),
            }
        }
    }

    /// The same while nothing is under way: what came is read. `None` where there is nothing.
    ///
    /// # Errors
    /// When a secret is told, or when something is wanted that belongs to an operation.
    pub(crate) fn reads(&mut self, now: u64) -> Result<Option<()>, Violation> {
        let clock = Instant::from_millis(now / 1000);
        match self.driver.next(clock) {
            Want::Read(_) => Ok(self.read().then_some(())),
            Want::Tell(event) => check(&event).map(Some),
            other => Err(Violation(format!("{other:?} outside of an operation"))),
        }
    }

    /// Reads the port: as much as there is room for.
    fn read(&mut self) -> bool {
        let room = self.driver.room();
        let count = room.len().min(self.came.len());
        for (to, byte) in room.iter_mut().zip(self.came.drain(..count)) {
            *to = byte;
        }
        self.driver.received(count);
        count > 0
    }

    /// Reads the file, as much as it has now.
    fn fill(&mut self, now: u64, source: &mut Source<'_>) -> bool {
        let offered = source.offer(now);
        let room = self.driver.source_room();
        let count = room.len().min(offered.len());
        room[..count].copy_from_slice(&offered[..count]);
        source.took(count, now);
        self.driver.filled(count);
        count > 0
    }

    /// Whether the end of an operation, or the session itself, tells a secret.
    ///
    /// # Errors
    /// When it does.
    pub(crate) fn check_secrets(&self, end: &End) -> Result<(), Violation> {
        let mut text = format!("{:?} {end:?}", self.driver);
        if let End::Failed(failure) = end {
            text.push_str(&format!("{failure} {} {}", failure.likely_cause(), failure.remedy()));
        }
        if text.contains(PASSWORD) {
            return Err(Violation(format!("a secret is told: {text}")));
        }
        Ok(())
    }
}

/// Whether the module has said a word since data mode began: a whole line, or the start of one.
#[derive(Default)]
struct Word {
    text: bool,
    begun: bool,
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
            self.begun |= self.text;
        }
    }
}

fn ended(end: Result<Done<'_>, Failure>) -> End {
    match end {
        Ok(Done::Number(number)) => End::Done(Some(number)),
        Ok(Done::Text(text)) => End::Text(text.to_vec()),
        Ok(_) => End::Done(None),
        Err(failure) => End::Failed(failure),
    }
}

/// What is told holds no secret.
fn check(event: &Event<'_>) -> Result<(), Violation> {
    let (Event::Info(line) | Event::Urc(line)) = event else { return Ok(()) };
    let held = match line {
        qftp_core::wire::Line::Text(text) => {
            text.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes())
        }
        line => format!("{line:?}").contains(PASSWORD),
    };
    if held { Err(Violation(format!("a secret is told: {event:?}"))) } else { Ok(()) }
}
