//! What the monitor shows, apart from how it is drawn.

use std::collections::VecDeque;
use std::time::Duration;

use qftp_core::wire::{FtpOutcome, Line, Urc, Verb};
use qftp_emulator::{Fault, FaultKind};

use qftp_transport::recording::escape;

/// Entries of the dialogue that are kept.
const MOST: usize = 5000;
/// How long one bar of the rate is.
pub(super) const BEAT: Duration = Duration::from_millis(500);
/// Bars that are kept.
const BEATS: usize = 240;

/// Something that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: Duration,
    pub(super) to_module: bool,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Line {
        text: String,
        bad: bool,
    },
    Data(u64),
    /// What the host is not told.
    Note(String),
}

/// Bytes of files, both ways, beat by beat.
#[derive(Debug, Default)]
pub(super) struct Rate {
    pub(super) up: u64,
    pub(super) down: u64,
    beats: VecDeque<u64>,
    /// The number of the last beat.
    beat: u128,
}

impl Rate {
    /// Time goes on, also where nothing passes.
    fn advance(&mut self, at: Duration) {
        let beat = at.as_millis() / BEAT.as_millis();
        while self.beat < beat {
            self.beat = if beat - self.beat > BEATS as u128 { beat - BEATS as u128 } else { self.beat + 1 };
            self.beats.push_back(0);
        }
        if self.beats.is_empty() {
            self.beats.push_back(0);
        }
        while self.beats.len() > BEATS {
            self.beats.pop_front();
        }
    }

    fn pass(&mut self, to_module: bool, count: u64) {
        *if to_module { &mut self.up } else { &mut self.down } += count;
        if let Some(last) = self.beats.back_mut() {
            *last += count;
        }
    }

    /// The last so many beats, in bytes a second.
    pub(super) fn last(&self, most: usize) -> Vec<u64> {
        let per_second = 1000 / u64::try_from(BEAT.as_millis()).unwrap_or(1000);
        self.beats.iter().skip(self.beats.len().saturating_sub(most)).map(|beat| beat * per_second).collect()
    }

    /// Bytes a second in the last whole beat.
    pub(super) fn now(&self) -> u64 {
        let beats = self.last(2);
        if beats.len() == 2 { beats[0] } else { 0 }
    }
}

/// One fact of the module's state, and whether it is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) good: Option<bool>,
}

impl Fact {
    pub(super) fn new(name: &'static str, value: impl Into<String>, good: Option<bool>) -> Self {
        Self { name, value: value.into(), good }
    }
}

/// The faults of an emulated module, and which of them are on.
#[derive(Debug)]
pub(super) struct Switches {
    pub(super) selected: usize,
    on: Vec<Option<Fault>>,
}

impl Switches {
    pub(super) fn new(faults: &[Fault]) -> Self {
        let on = Fault::kinds().iter().map(|kind| faults.iter().rfind(|fault| is(fault, kind)).copied());
        Self { selected: 0, on: on.collect() }
    }

    /// Each fault, with its value where it is on.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static FaultKind, Option<&Fault>)> {
        Fault::kinds().iter().zip(&self.on).map(|(kind, on)| (kind, on.as_ref()))
    }

    pub(super) fn on(&self) -> Vec<Fault> {
        self.on.iter().flatten().copied().collect()
    }

    pub(super) fn go(&mut self, by: isize) {
        let last = self.on.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }

    /// Switches the selected one; on, it has its usual value.
    pub(super) fn switch(&mut self) {
        let Some((on, kind)) = self.on.get_mut(self.selected).zip(Fault::kinds().get(self.selected)) else {
            return;
        };
        *on = match on {
            Some(_) => None,
            None => Fault::parse(kind.name).ok(),
        };
    }

    pub(super) fn clear(&mut self) {
        self.on.iter_mut().for_each(|on| *on = None);
    }
}

fn is(fault: &Fault, kind: &FaultKind) -> bool {
    fault.kind().name == kind.name
}

/// A recording that is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Playing {
    pub(super) paused: bool,
    pub(super) speed: f64,
    pub(super) length: Duration,
}

/// All that is on the screen.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) title: String,
    pub(super) now: Duration,
    pub(super) entries: VecDeque<Entry>,
    /// Entries between the last one shown and the end; 0 follows.
    pub(super) back: usize,
    pub(super) rate: Rate,
    pub(super) facts: Vec<Fact>,
    pub(super) switches: Option<Switches>,
    pub(super) playing: Option<Playing>,
}

impl Model {
    pub(super) fn advance(&mut self, now: Duration) {
        self.now = now;
        self.rate.advance(now);
    }

    /// A line that passed.
    pub(super) fn line(&mut self, at: Duration, to_module: bool, line: &[u8]) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        let bad = !to_module && is_bad(line);
        self.push(Entry { at, to_module, what: What::Line { text: escape(line), bad } });
    }

    /// Bytes of a file that passed.
    pub(super) fn data(&mut self, at: Duration, to_module: bool, count: u64) {
        self.rate.advance(at);
        self.rate.pass(to_module, count);
        if let Some(Entry { to_module: way, what: What::Data(before), .. }) = self.entries.back_mut()
            && *way == to_module
        {
            *before += count;
            return;
        }
        self.push(Entry { at, to_module, what: What::Data(count) });
    }

    pub(super) fn note(&mut self, at: Duration, text: String) {
        self.push(Entry { at, to_module: false, what: What::Note(text) });
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push_back(entry);
        // Who looks back stays where he looks.
        if self.back > 0 {
            self.back += 1;
        }
        while self.entries.len() > MOST {
            self.entries.pop_front();
        }
    }

    pub(super) fn scroll(&mut self, by: isize) {
        self.back = self.back.saturating_add_signed(by).min(self.entries.len().saturating_sub(1));
    }

    /// What a dialogue tells of the module's state.
    pub(super) fn facts_from_dialogue(&mut self) {
        let (mut ftp, mut data, mut failed) = (None, false, 0);
        for entry in &self.entries {
            match &entry.what {
                What::Data(_) => data = true,
                What::Line { text, bad } if !entry.to_module => {
                    data = text.starts_with("CONNECT");
                    failed += usize::from(*bad);
                    match Line::parse(text.as_bytes()) {
                        Line::Ftp(result) if result.verb == Verb::QftpOpen => {
                            ftp = Some(!matches!(result.outcome, FtpOutcome::Failed(_)));
                        }
                        Line::Ftp(result) if result.verb == Verb::QftpClose => ftp = Some(false),
                        Line::Urc(Urc::Ready) => ftp = Some(false),
                        _ => {}
                    }
                }
                What::Line { .. } | What::Note(_) => {}
            }
        }
        let ftp = match ftp {
            None => ("not seen yet", None),
            Some(true) => ("open", Some(true)),
            Some(false) => ("closed", Some(false)),
        };
        self.facts = vec![
            Fact::new("line", if data { "file data" } else { "commands" }, None),
            Fact::new("ftp session", ftp.0, ftp.1),
            Fact::new("failures", failed.to_string(), (failed > 0).then_some(false)),
        ];
    }
}

/// An answer that is no success.
fn is_bad(line: &[u8]) -> bool {
    match Line::parse(line) {
        Line::Error | Line::Cme(_) | Line::NoCarrier => true,
        Line::Ftp(result) => matches!(result.outcome, FtpOutcome::Failed(_)),
        Line::Urc(urc) => urc != Urc::Ready,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_go_on_where_nothing_passes() {
        let mut model = Model::default();
        model.data(Duration::from_millis(100), false, 1000);
        model.data(Duration::from_millis(400), true, 500);
        model.advance(Duration::from_millis(1700));
        assert_eq!(model.rate.last(10), [3000, 0, 0, 0]);
        assert_eq!((model.rate.up, model.rate.down, model.rate.now()), (500, 1000, 0));
        model.advance(Duration::from_secs(100_000));
        assert!(model.rate.last(1000).len() <= BEATS);
    }

    #[test]
    fn switches() {
        let mut switches = Switches::new(&[Fault::parse("reboot=5s").expect("sound")]);
        assert_eq!(switches.on().len(), 1);
        let reboot = Fault::kinds().iter().position(|kind| kind.name == "reboot").expect("there");
        switches.go(isize::try_from(reboot).expect("small"));
        switches.switch();
        assert!(switches.on().is_empty());
        switches.switch();
        assert_eq!(switches.on()[0].to_string(), "reboot=1000");
        switches.go(-1000);
        assert_eq!(switches.selected, 0);
        switches.go(1000);
        switches.switch();
        assert_eq!(switches.on().len(), 2);
        switches.clear();
        assert!(switches.on().is_empty());
    }

    #[test]
    fn who_looks_back_stays_there() {
        let mut model = Model::default();
        for _ in 0..10 {
            model.line(Duration::ZERO, true, b"AT\r");
        }
        model.scroll(3);
        model.line(Duration::ZERO, false, b"\r\n");
        model.line(Duration::ZERO, false, b"OK\r\n");
        assert_eq!((model.back, model.entries.len()), (4, 11));
        model.scroll(-100);
        assert_eq!(model.back, 0);
    }
}
