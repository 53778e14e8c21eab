//! A recording, and its play.

use std::path::Path;
use std::time::Duration;

use super::model::{Model, Playing};
use crate::exit::Problem;
use crate::record::{HEAD, unescape};

/// One line of a recording.
#[derive(Debug)]
struct Item {
    at: Duration,
    to_module: bool,
    is_data: bool,
    bytes: Vec<u8>,
}

/// A recording, and how far it was played.
#[derive(Debug)]
pub(super) struct Recording {
    items: Vec<Item>,
    next: usize,
    now: Duration,
    title: String,
}

impl Recording {
    pub(super) fn read(path: &Path, text: &str) -> Result<Self, Problem> {
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return Err(Problem::usage(format!(
                "{}: no recording: it does not begin with `{HEAD}`",
                path.display()
            ))
            .remedy("--record makes one; `qftp explain` reads any other log"));
        }
        let item = |(number, line): (usize, &str)| {
            read(line).ok_or_else(|| {
                Problem::usage(format!("{}, line {number}: no line of a recording", path.display()))
            })
        };
        let lines = (2..).zip(lines).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let items = lines.map(item).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { items, next: 0, now: Duration::ZERO, title: path.display().to_string() })
    }

    fn length(&self) -> Duration {
        self.items.iter().map(|item| item.at).max().unwrap_or_default()
    }

    pub(super) fn model(&self) -> Model {
        let playing = Playing { paused: false, speed: 1.0, length: self.length() };
        let mut model = Model { title: self.title.clone(), playing: Some(playing), ..Model::default() };
        model.facts_from_dialogue();
        model
    }

    /// Shows what passed in so much time.
    pub(super) fn play(&mut self, model: &mut Model, time: Duration) {
        let until = (self.now + time).min(self.length());
        self.show(model, until, usize::MAX);
    }

    /// Shows the next thing that passes.
    pub(super) fn step(&mut self, model: &mut Model) {
        if let Some(item) = self.items.get(self.next) {
            let at = item.at.max(self.now);
            self.show(model, at, self.next + 1);
        }
    }

    pub(super) fn end(&mut self, model: &mut Model) {
        self.show(model, self.length(), usize::MAX);
    }

    /// Begins anew and goes on until just before the last thing that was shown.
    pub(super) fn back(&mut self, model: &mut Model) {
        let last = self.next.saturating_sub(1);
        self.begin(model);
        let at = last
            .checked_sub(1)
            .and_then(|before| self.items.get(before))
            .map_or(Duration::ZERO, |item| item.at);
        self.show(model, at, last);
    }

    pub(super) fn begin(&mut self, model: &mut Model) {
        let playing = model.playing;
        *model = Model { playing, ..self.model() };
        self.next = 0;
        self.now = Duration::ZERO;
    }

    fn show(&mut self, model: &mut Model, until: Duration, most: usize) {
        while let Some(item) = self.items.get(self.next).filter(|item| item.at <= until && self.next < most) {
            match item.is_data {
                true => model.data(item.at, item.to_module, item.bytes.len() as u64),
                false => model.line(item.at, item.to_module, &item.bytes),
            }
            self.next += 1;
        }
        self.now = until;
        model.advance(until);
        model.facts_from_dialogue();
    }
}

/// `SECONDS MARK BYTES`.
fn read(line: &str) -> Option<Item> {
    let mut words = line.splitn(3, ' ');
    let at = Duration::try_from_secs_f64(words.next()?.parse().ok()?).ok()?;
    let (to_module, is_data) = match words.next()? {
        ">" => (true, false),
        "<" => (false, false),
        ">=" => (true, true),
        "<=" => (false, true),
        _ => return None,
    };
    Some(Item { at, to_module, is_data, bytes: unescape(words.next().unwrap_or_default()) })
}
