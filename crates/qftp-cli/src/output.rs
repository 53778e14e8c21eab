//! What is printed: text for people, or one JSON object a line.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use qftp_transport::Progress;
use serde::Serialize;

use crate::exit::Problem;

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// One result: `text` for people (nothing if empty), `object` for programs.
    ///
    /// A reader that has gone (`| head`) is no fault of ours.
    pub(crate) fn result(self, text: &str, object: &impl Serialize) {
        let line = if self.json { json(object) } else { text.to_owned() };
        if !line.is_empty() {
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// The end of a program that failed.
    pub(crate) fn problem(self, problem: &Problem) {
        if self.json {
            let _ = writeln!(io::stdout(), "{}", json(problem));
        } else {
            let _ = writeln!(io::stderr(), "{problem}");
        }
    }

    /// A progress bar on stderr, if that is a terminal; else one that shows nothing.
    pub(crate) fn bar(self, name: &str) -> Bar {
        let shown = !self.json && io::stderr().is_terminal();
        let target =
            if shown { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target).with_message(name.to_owned());
        bar.set_style(style(false));
        Bar(Arc::new(bar))
    }
}

/// A progress bar.
#[derive(Clone, Debug)]
pub(crate) struct Bar(Arc<ProgressBar>);

impl Bar {
    /// The function that moves it.
    pub(crate) fn mover(&self) -> Box<dyn FnMut(Progress) + Send> {
        let bar = self.0.clone();
        Box::new(move |progress| {
            if let Some(total) = progress.total
                && bar.length() != Some(total)
            {
                bar.set_style(style(true));
                bar.set_length(total);
            }
            bar.set_position(progress.done);
        })
    }

    /// Says what it is about now.
    pub(crate) fn name(&self, name: &str) {
        self.0.set_message(name.to_owned());
    }

    /// Prints something while it is out of the way.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Takes it off the screen.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

fn style(sized: bool) -> ProgressStyle {
    let template = if sized {
        "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}"
    } else {
        "{msg} {spinner} {bytes} {bytes_per_sec}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn json(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

/// A rate that people read: bytes a second.
pub(crate) fn rate(bytes: u64, since: Instant) -> String {
    format!("{}/s", size(per_second(bytes, since.elapsed())))
}

fn per_second(bytes: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(bytes) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// A size that people read: `1.5 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
