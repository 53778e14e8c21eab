//! A transfer that a person can watch: how far it is, how fast, how long it will take, and what it takes to keep it going.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use qftp_transport::{Progress, Report};

use crate::journal::Journal;
use crate::output::{Output, printable};

/// How often a bar is drawn where nothing passes.
const TICK: Duration = Duration::from_millis(250);

/// A progress bar; where nobody watches it shows nothing, and the journal is kept all the same.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    shown: Arc<ProgressBar>,
    journal: Journal,
}

impl Bar {
    pub(crate) fn new(output: Output, journal: Journal, name: &str) -> Self {
        let target = match output.is_watched() {
            true => ProgressDrawTarget::stderr_with_hz(10),
            false => ProgressDrawTarget::hidden(),
        };
        let shown = ProgressBar::with_draw_target(None, target).with_message(printable(name));
        shown.set_style(style(false));
        if output.is_watched() {
            // A transfer that stalls shows it: its rate sinks.
            shown.enable_steady_tick(TICK);
        }
        let bar = Self { shown: Arc::new(shown), journal };
        bar.journal.shows(Some(&bar));
        bar
    }

    /// The function that moves it, for a transfer that begins.
    pub(crate) fn mover(&self) -> Box<dyn FnMut(Progress) + Send> {
        self.mover_among(0, None)
    }

    /// The same for one of several files: so many bytes are those of the files before, so many those of all.
    pub(crate) fn mover_among(&self, before: u64, all: Option<u64>) -> Box<dyn FnMut(Progress) + Send> {
        let (bar, journal) = (self.shown.clone(), self.journal.clone());
        journal.begin();
        Box::new(move |progress| {
            let from = journal.moved(progress.done);
            let done = before + from + progress.done;
            let total = all.or(progress.total.map(|total| total + from)).map(|total| total.max(done));
            if let Some(total) = total
                && bar.length() != Some(total)
            {
                bar.set_style(style(true));
                bar.set_length(total);
            }
            bar.set_position(done);
            // It moves again: what was tried is told by its number alone.
            let retries = journal.retries();
            let told = match retries {
                0 => String::new(),
                1 => "after 1 retry".to_owned(),
                more => format!("after {more} retries"),
            };
            if bar.prefix() != told {
                bar.set_prefix(told);
            }
        })
    }

    /// Something that is not plain transfer is under way.
    pub(crate) fn tell(&self, report: &Report) {
        let text = match report {
            Report::Waiting { wait_ms, retry, .. } => {
                format!("retry {retry} in {} s", f64::from(*wait_ms) / 1000.0)
            }
            Report::Recovering(level) => level.about().to_owned(),
            Report::Comparing => "comparing".to_owned(),
            _ => return,
        };
        self.shown.set_prefix(text);
        self.shown.tick();
    }

    /// Says what it is about now.
    pub(crate) fn name(&self, name: &str) {
        self.shown.set_message(printable(name));
    }

    /// Prints something while it is out of the way.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.shown.suspend(print);
    }

    /// Takes it off the screen.
    pub(crate) fn finish(&self) {
        self.shown.finish_and_clear();
        self.journal.shows(None);
    }
}

fn style(sized: bool) -> ProgressStyle {
    let template = if sized {
        "{msg} {bar:25} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left {prefix}"
    } else {
        "{msg} {spinner} {bytes} {bytes_per_sec} {prefix}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
