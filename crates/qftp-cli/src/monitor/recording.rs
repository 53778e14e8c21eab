//! A recording, and its play.

use std::path::Path;
use std::time::Duration;

use qftp_transport::Kind;
use qftp_transport::recording::{self, What};

use super::model::{Model, Playing};
use crate::exit::Problem;

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
        let recording = recording::Recording::parse(text).map_err(|error| {
            Problem::usage(format!("{}: no recording: {error}", path.display()))
                .remedy("--record makes one; `qftp explain` reads any other log")
        })?;
        let items = recording.entries.into_iter().filter_map(|entry| {
            let (to_module, kind, bytes) = match entry.what {
                What::Sent(kind, bytes) => (true, kind, bytes),
                What::Received(kind, bytes) => (false, kind, bytes),
                // What was asked for shows in what was sent.
                _ => return None,
            };
            Some(Item { at: entry.at, to_module, is_data: kind == Kind::Data, bytes })
        });
        let items = items.collect();
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
