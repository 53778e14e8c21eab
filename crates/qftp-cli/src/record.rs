//! What passes the port: into a recording (docs/recordings.md), and on stderr.

use std::path::Path;
use std::time::Duration;

use qftp_core::session::Config;
use qftp_transport::recording::escape;
use qftp_transport::{Kind, Operation, Recorder, Tap};

use crate::exit::Problem;

/// Says a line to people.
pub type Say = fn(&str);

/// The taps that the options ask for.
#[derive(Debug)]
pub struct Taps {
    say: Say,
    recorder: Option<Recorder>,
    show: Option<Dialogue>,
}

impl Taps {
    pub fn boxed(record: Option<&Path>, verbose: bool, say: Say) -> Result<Option<Box<dyn Tap>>, Problem> {
        let recorder = record.map(Recorder::create).transpose();
        let recorder = recorder.map_err(|error| Problem::local(record.unwrap_or(Path::new("")), &error))?;
        let show = verbose.then(|| Dialogue::new(say));
        let any = recorder.is_some() || show.is_some();
        Ok(any.then(|| Box::new(Self { say, recorder, show }) as Box<dyn Tap>))
    }

    /// What `-v` shows, where there is no client yet.
    pub fn dialogue(say: Say) -> Box<dyn Tap> {
        Box::new(Self { say, recorder: None, show: Some(Dialogue::new(say)) })
    }

    fn record(&mut self, entry: impl FnOnce(&mut Recorder)) {
        let Some(recorder) = &mut self.recorder else { return };
        entry(recorder);
        if let Some(error) = recorder.take_error() {
            (self.say)(&format!("qftp: the recording ends here: {error}"));
            self.recorder = None;
        }
    }
}

impl Tap for Taps {
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.record(|recorder| recorder.sent(at, kind, bytes));
        if let Some(show) = &mut self.show {
            show.pass(true, kind, bytes);
        }
    }

    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.record(|recorder| recorder.received(at, kind, bytes));
        if let Some(show) = &mut self.show {
            show.pass(false, kind, bytes);
        }
    }

    fn configured(&mut self, at: Duration, config: &Config) {
        self.record(|recorder| recorder.configured(at, config));
    }

    fn began(&mut self, at: Duration, operation: &Operation<'_>) {
        self.record(|recorder| recorder.began(at, operation));
    }

    fn aborted(&mut self, at: Duration) {
        self.record(|recorder| recorder.aborted(at));
    }

    fn ended(&mut self, at: Duration, outcome: &str) {
        self.record(|recorder| recorder.ended(at, outcome));
    }
}

/// The dialogue as people read it: a line each, file data as its length.
#[derive(Debug)]
struct Dialogue {
    say: Say,
    /// File data that passed since the last line: which way, and how much.
    data: Option<(bool, usize)>,
}

impl Dialogue {
    const fn new(say: Say) -> Self {
        Self { say, data: None }
    }

    fn pass(&mut self, sent: bool, kind: Kind, bytes: &[u8]) {
        if kind == Kind::Data {
            let before = match self.data.take() {
                Some((way, count)) if way == sent => count,
                other => {
                    self.data = other;
                    self.tell_data();
                    0
                }
            };
            self.data = Some((sent, before + bytes.len()));
            return;
        }
        let line = bytes.trim_ascii();
        if !line.is_empty() {
            self.tell_data();
            (self.say)(&format!("{} {}", mark(sent, kind), escape(line)));
        }
    }

    fn tell_data(&mut self) {
        if let Some((sent, count)) = self.data.take() {
            (self.say)(&format!("{} {count} bytes", mark(sent, Kind::Data)));
        }
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.tell_data();
    }
}

fn mark(sent: bool, kind: Kind) -> &'static str {
    match (sent, kind) {
        (true, Kind::Line) => ">",
        (false, Kind::Line) => "<",
        (true, Kind::Data) => ">=",
        (false, Kind::Data) => "<=",
    }
}
