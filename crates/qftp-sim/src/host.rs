//! The host: a session, and a driver that does what `qftp-transport` does.

use qftp_core::Instant;
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
    pub session: Session,
    config: Config,
    /// File data that came in the present operation.
    pub sink: Vec<u8>,
    /// Handed out by the session, and not on the line yet.
    output: Vec<u8>,
    output_is_data: bool,
    word: Word,
    buffer: Vec<u8>,
}

impl Host {
    pub(crate) fn new(plan: &Plan) -> Self {
        let config =
            Config { guard_ms: plan.guard, in_flight: plan.in_flight, rsptimeout_s: 20, ..Config::default() };
        Self {
            session: Session::new(config),
            config,
            sink: Vec::new(),
            output: Vec::new(),
            output_is_data: false,
            word: Word::default(),
            buffer: vec![0; 1024],
        }
    }

    /// Another host takes its place, which knows nothing of it.
    pub(crate) fn replace(&mut self) {
        self.session = Session::new(self.config);
        self.output.clear();
        self.output_is_data = false;
    }

    pub(crate) fn begin(&mut self) {
        self.sink.clear();
        self.word = Word::default();
    }

    /// Breaks off what is under way, and drops what it has not written of the file.
    pub(crate) fn abort(&mut self, now: Instant) {
        // It may be over already.
        if self.session.abort(now).is_ok() {
            self.forget_data();
        }
    }

    pub(crate) fn forget_data(&mut self) {
        if self.output_is_data {
            self.output.clear();
        }
    }

    /// Bytes of the file that are handed out and not on the line.
    pub(crate) fn data_kept(&self) -> usize {
        if self.output_is_data { self.output.len() } else { 0 }
    }

    /// Whether something waits for room on the line.
    pub(crate) fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// Writes what the line takes; `now` in microseconds. Whether anything moved.
    pub(crate) fn write(
        &mut self,
        now: u64,
        line: &mut Wire,
        source: &mut Source<'_>,
        flight: &mut Flight,
        log: &mut Dialogue,
    ) -> bool {
        let clock = Instant::from_millis(now / 1000);
        let mut moved = self.take_commands(clock);
        if self.output.is_empty() {
            let offered = source.offer(now);
            let len = self.session.send(clock, offered);
            if len > 0 {
                self.output.extend(&offered[..len]);
                self.output_is_data = true;
                source.took(len, now);
                flight.handed_out(len, self.word.came);
                moved = true;
            }
        }
        let room = if line.is_free(now) { line.room(BUFFER_MS).min(self.output.len()) } else { 0 };
        if room > 0 {
            let bytes = &self.output[..room];
            log.said(clock, if self.output_is_data { "data  " } else { "host  " }, bytes);
            line.write(now, bytes, self.output_is_data);
            self.output.drain(..room);
        }
        moved || room > 0
    }

    /// Commands of the session. File data that still waits before them is dropped: the session is past it.
    fn take_commands(&mut self, clock: Instant) -> bool {
        let mut any = false;
        loop {
            let len = self.session.poll_transmit(clock, &mut self.buffer);
            if len == 0 {
                return any;
            }
            self.forget_data();
            self.output_is_data = false;
            self.output.extend(&self.buffer[..len]);
            any = true;
        }
    }

    /// Reads a piece of what came, to the end of the operation if that is in it.
    ///
    /// # Errors
    /// When a secret is told.
    pub(crate) fn read(
        &mut self,
        now: u64,
        piece: &[u8],
        flight: &mut Flight,
    ) -> Result<Option<End>, Violation> {
        self.word.hear(piece, self.session.wants_data());
        if self.word.begun {
            flight.hear(now);
        }
        let (mut rest, mut end) = (piece, None);
        loop {
            let step = self.session.handle_input(Instant::from_millis(now / 1000), rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(event) => end = end.or(note(&event, &mut self.sink)?),
                None if rest.is_empty() => return Ok(end),
                None => {}
            }
        }
    }

    /// What needs no further input.
    ///
    /// # Errors
    /// When a secret is told.
    pub(crate) fn events(&mut self) -> Result<Option<End>, Violation> {
        let mut end = None;
        while let Some(event) = self.session.poll_event() {
            end = end.or(note(&event, &mut self.sink)?);
        }
        Ok(end)
    }

    /// Whether the end of an operation, or the session itself, tells a secret.
    ///
    /// # Errors
    /// When it does.
    pub(crate) fn check_secrets(&self, end: &End) -> Result<(), Violation> {
        let mut text = format!("{:?} {end:?}", self.session);
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

fn note(event: &Event<'_>, sink: &mut Vec<u8>) -> Result<Option<End>, Violation> {
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
