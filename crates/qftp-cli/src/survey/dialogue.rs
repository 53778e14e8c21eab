//! Questions and answers on a line: one command at a time, every wait bounded, nothing believed.

use std::collections::VecDeque;
use std::time::Duration;

use qftp_transport::{Cancel, Kind, Tap};

use super::mask::Masker;
use super::reply::{End, Reply, after_name};
use super::stop::Stop;
use super::wire::Wire;

/// How long a command may take whose answer needs no network.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// The silence around `+++`: a second, and some more.
pub(super) const GUARD: Duration = Duration::from_millis(1100);
/// Commands without an answer after which no more is asked.
const MOST_SILENCES: usize = 6;
/// Most bytes of a line. What is longer is noise.
const LONGEST: usize = 16 << 10;
/// What a module says when it has started.
const STARTS: [&str; 2] = ["RDY", "APP RDY"];

/// A dialogue with a module.
pub(super) struct Dialogue<'a> {
    pub(super) wire: &'a mut dyn Wire,
    tap: Option<Box<dyn Tap>>,
    masker: Masker,
    cancel: Cancel,
    /// Bytes of a line that is not whole.
    held: Vec<u8>,
    /// Lines that nobody has looked at.
    lines: VecDeque<(Duration, String)>,
    /// Lines that came between the answer before the last command and that command.
    pub(super) stale: Vec<String>,
    /// The level of `AT+CMEE`, where it is known.
    level: Option<u8>,
    /// When no more is asked.
    ends: Duration,
    silences: usize,
    /// Bytes of a file that are nothing but this: they are no words of the module's.
    pub(super) filler: Option<u8>,
    /// A restart was asked for.
    pub(super) restarts: bool,
    /// Commands asked.
    pub(super) asked: usize,
}

impl<'a> Dialogue<'a> {
    /// A dialogue of at most so long.
    pub(super) fn new(wire: &'a mut dyn Wire, cancel: Cancel, most: Duration) -> Self {
        let ends = wire.now() + most;
        Self {
            wire,
            tap: None,
            masker: Masker::default(),
            cancel,
            held: Vec::new(),
            lines: VecDeque::new(),
            stale: Vec::new(),
            level: None,
            ends,
            silences: 0,
            filler: None,
            restarts: false,
            asked: 0,
        }
    }

    /// A tap sees what passes, masked.
    pub(super) fn watched(self, tap: Option<Box<dyn Tap>>, masker: Masker) -> Self {
        Self { tap, masker, ..self }
    }

    /// Asks, and waits for the answer as long as most commands may take.
    pub(super) fn ask(&mut self, command: &str) -> Result<Reply, Stop> {
        self.ask_for(command, PATIENCE)
    }

    /// Asks, and waits so long for the answer. No answer at all is [`End::Silence`], after which the line is in sync again.
    pub(super) fn ask_for(&mut self, command: &str, patience: Duration) -> Result<Reply, Stop> {
        let reply = self.exchange(command, patience)?;
        if reply.end == End::Silence {
            self.silences += 1;
            self.sync(command)?;
            if self.silences >= MOST_SILENCES {
                return Err(Stop::TooSilent(self.silences));
            }
        }
        Ok(reply)
    }

    fn exchange(&mut self, command: &str, patience: Duration) -> Result<Reply, Stop> {
        // What came since the last answer belongs to nobody.
        self.read(Duration::ZERO, command)?;
        self.stale = self.lines.drain(..).map(|(_, line)| line).collect();
        self.asked += 1;
        self.say(&[command.as_bytes(), b"\r"].concat(), Kind::Line)?;
        let sent = self.wire.now();
        let mut lines = Vec::new();
        let end = loop {
            match self.line(sent + patience, command)? {
                None => break End::Silence,
                Some((_, line)) if line == command => {}
                Some((_, line)) => match End::of(&line) {
                    Some(end) => break end,
                    None => lines.push(line),
                },
            }
        };
        Ok(Reply { lines, end, took: self.wire.now().saturating_sub(sent) })
    }

    /// An FTP command: its answer, and its URC with the time since the command, where one came.
    pub(super) fn outcome(
        &mut self,
        command: &str,
        name: &str,
        patience: Duration,
    ) -> Result<(Reply, Option<(String, Duration)>), Stop> {
        let sent = self.wire.now();
        let reply = self.ask(command)?;
        let early = reply.named(name).next().map(|text| (text.to_owned(), reply.took));
        if !reply.is_ok() || early.is_some() {
            return Ok((reply, early));
        }
        let urc = self.urc(name, patience)?.map(|(at, text)| (text, at.saturating_sub(sent)));
        Ok((reply, urc))
    }

    /// The next URC of this name, and when it came.
    pub(super) fn urc(&mut self, name: &str, patience: Duration) -> Result<Option<(Duration, String)>, Stop> {
        let until = self.wire.now() + patience;
        while let Some((at, line)) = self.line(until, name)? {
            if let Some(text) = after_name(&line, name) {
                return Ok(Some((at, text.to_owned())));
            }
        }
        Ok(None)
    }

    /// The end of what went on in data mode.
    pub(super) fn end(&mut self, patience: Duration) -> Result<(End, Vec<String>), Stop> {
        let until = self.wire.now() + patience;
        let mut lines = Vec::new();
        while let Some((_, line)) = self.line(until, "a transfer")? {
            match End::of(&line) {
                Some(end) => return Ok((end, lines)),
                None => lines.push(line),
            }
        }
        Ok((End::Silence, lines))
    }

    /// The lines that come until there has been silence for so long.
    pub(super) fn quiet(
        &mut self,
        silence: Duration,
        most: Duration,
    ) -> Result<Vec<(Duration, String)>, Stop> {
        let until = self.wire.now() + most;
        let mut lines = Vec::new();
        while let Some(line) = self.line(until.min(self.wire.now() + silence), "a start")? {
            lines.push(line);
        }
        Ok(lines)
    }

    /// `AT+CMEE`: how errors are written.
    pub(super) fn set_level(&mut self, level: u8) -> Result<(), Stop> {
        if self.level != Some(level) {
            self.level = self.ask(&format!("AT+CMEE={level}"))?.is_ok().then_some(level);
        }
        Ok(())
    }

    /// Somebody else has talked to the module, or it has started anew.
    pub(super) fn forget(&mut self) {
        self.level = None;
    }

    /// Sends bytes of a file.
    pub(super) fn send_data(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        for piece in bytes.chunks(4096) {
            self.check()?;
            self.say(piece, Kind::Data)?;
        }
        Ok(())
    }

    /// So many bytes of a file, or those that come in time.
    pub(super) fn receive_data(&mut self, count: usize, patience: Duration) -> Result<Vec<u8>, Stop> {
        let until = self.wire.now() + patience;
        // Lines that were split off already are none: they came behind CONNECT.
        let mut data = std::mem::take(&mut self.held);
        let mut buf = [0; 4096];
        while data.len() < count && self.wire.now() < until {
            self.check()?;
            let left = until.saturating_sub(self.wire.now());
            let got = self.wire.receive(&mut buf, left).map_err(|error| Stop::Port(error.to_string()))?;
            data.extend(buf.get(..got).unwrap_or_default());
        }
        self.held = data.split_off(count.min(data.len()));
        let at = self.wire.now();
        if let Some(tap) = &mut self.tap {
            tap.received(at, Kind::Data, &data);
        }
        Ok(data)
    }

    /// `+++`, between silences of the caller's.
    pub(super) fn send_escape(&mut self) -> Result<(), Stop> {
        self.say(b"+++", Kind::Line)
    }

    /// Leaves data mode; whether the module says so.
    pub(super) fn escape(&mut self) -> Result<bool, Stop> {
        self.wire.pause(GUARD);
        self.send_escape()?;
        self.wire.pause(GUARD);
        Ok(matches!(self.end(Duration::from_secs(1))?.0, End::Ok | End::NoCarrier))
    }

    /// After a command without an answer: the module answers `AT`, or no more is asked.
    fn sync(&mut self, command: &str) -> Result<(), Stop> {
        self.quiet(Duration::from_millis(300), Duration::from_secs(3))?;
        for escape in [false, true] {
            if escape {
                // It may take what comes for the bytes of a file.
                self.escape()?;
            }
            if self.exchange("AT", Duration::from_secs(1))?.is_ok() {
                return Ok(());
            }
        }
        Err(Stop::Silent(command.to_owned()))
    }

    fn check(&self) -> Result<(), Stop> {
        match () {
            () if self.cancel.is_cancelled() => Err(Stop::Cancelled),
            () if self.wire.now() >= self.ends => Err(Stop::TimeIsUp),
            () => Ok(()),
        }
    }

    fn say(&mut self, bytes: &[u8], kind: Kind) -> Result<(), Stop> {
        self.check()?;
        let at = self.wire.now();
        if let Some(tap) = &mut self.tap {
            match kind {
                Kind::Line => tap.sent(at, kind, &self.masker.line(bytes)),
                Kind::Data => tap.sent(at, kind, bytes),
            }
        }
        self.wire.send(bytes).map_err(|error| Stop::Port(error.to_string()))
    }

    /// The next line before this time.
    fn line(&mut self, until: Duration, asked: &str) -> Result<Option<(Duration, String)>, Stop> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            let left = until.saturating_sub(self.wire.now());
            if left.is_zero() {
                return Ok(None);
            }
            self.read(left, asked)?;
        }
    }

    /// Reads what comes within this time, once.
    fn read(&mut self, wait: Duration, asked: &str) -> Result<(), Stop> {
        self.check()?;
        let mut buf = [0; 4096];
        // A second at a time, for Ctrl-C.
        let wait = wait.min(Duration::from_secs(1)).min(self.ends.saturating_sub(self.wire.now()));
        let count = self.wire.receive(&mut buf, wait).map_err(|error| Stop::Port(error.to_string()))?;
        self.held.extend(buf.get(..count).unwrap_or_default());
        let at = self.wire.now();
        self.skip_filler(at);
        while let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
            let rest = self.held.split_off(end + 1);
            let whole = std::mem::replace(&mut self.held, rest);
            self.take(at, &whole, asked)?;
            if self.lines.back().is_some_and(|(_, line)| End::of(line) == Some(End::Connect)) {
                // What follows is data, which has no lines.
                break;
            }
        }
        if self.held.len() > LONGEST {
            let noise = std::mem::take(&mut self.held);
            self.take(at, &noise, asked)?;
        }
        Ok(())
    }

    fn skip_filler(&mut self, at: Duration) {
        let Some(filler) = self.filler else { return };
        let count = self.held.iter().take_while(|byte| **byte == filler).count();
        let rest = self.held.split_off(count);
        let data = std::mem::replace(&mut self.held, rest);
        if let Some(tap) = self.tap.as_mut().filter(|_| !data.is_empty()) {
            tap.received(at, Kind::Data, &data);
        }
    }

    /// A whole line. The echo of a command ends with a CR and stands in the line of what follows it.
    fn take(&mut self, at: Duration, whole: &[u8], asked: &str) -> Result<(), Stop> {
        if let Some(tap) = &mut self.tap {
            tap.received(at, Kind::Line, &self.masker.line(whole));
        }
        for part in whole.split(|byte| matches!(byte, b'\r' | b'\n')) {
            let text = String::from_utf8_lossy(part.trim_ascii()).into_owned();
            if STARTS.contains(&text.as_str()) && !self.restarts {
                return Err(Stop::Restarted(asked.to_owned()));
            }
            if !text.is_empty() {
                self.lines.push_back((at, text));
            }
        }
        Ok(())
    }
}
