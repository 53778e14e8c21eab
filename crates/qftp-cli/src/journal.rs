//! What a transfer did and when: kept while it lasts, for its bar and its report.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use qftp_transport::Report;

use crate::bar::Bar;
use crate::output::note;

/// Most samples; with more, two become one.
const MOST: usize = 4096;

/// Something that was not plain transfer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Happening {
    /// Seconds since the beginning.
    pub(crate) at: f64,
    /// Bytes that had passed by then.
    pub(crate) bytes: u64,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An attempt failed, and another was waited for.
    Retry,
    /// The session was brought back.
    Recovery,
    /// Went on, or compared.
    Other,
}

/// What was kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Seconds since the beginning, and bytes that had passed by then.
    pub(crate) samples: Vec<(f64, u64)>,
    pub(crate) happenings: Vec<Happening>,
    /// Bytes that passed, those that had to pass again counted again.
    pub(crate) bytes: u64,
    /// The seconds of all of it.
    pub(crate) seconds: f64,
}

impl Record {
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.happenings.iter().filter(|happening| happening.kind == kind).count()
    }
}

/// The journal of a command; it is shared by all that write to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    began: Option<Instant>,
    record: Record,
    /// Seconds between two samples.
    step: f64,
    /// What the transfer under way had moved last.
    done: u64,
    /// Where in its file it goes on.
    from: u64,
    /// Of the transfer under way.
    retries: usize,
    bar: Option<Bar>,
}

impl Journal {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This bar shows what happens from now on, or none does.
    pub(crate) fn shows(&self, bar: Option<&Bar>) {
        let mut inner = self.inner();
        inner.began.get_or_insert_with(Instant::now);
        inner.bar = bar.cloned();
    }

    /// Another transfer begins.
    pub(crate) fn begin(&self) {
        let mut inner = self.inner();
        inner.began.get_or_insert_with(Instant::now);
        (inner.done, inner.from, inner.retries) = (0, 0, 0);
    }

    /// So many bytes of the transfer have passed; returns where in its file it has begun.
    pub(crate) fn moved(&self, done: u64) -> u64 {
        let mut inner = self.inner();
        // A new attempt counts from 0.
        let fresh = done.checked_sub(inner.done).unwrap_or(done);
        inner.done = done;
        inner.record.bytes += fresh;
        inner.sample();
        inner.from
    }

    /// Takes note of what is not plain transfer, and shows it. `aloud` says whether it is printed, too.
    pub(crate) fn report(&self, report: &Report, aloud: bool) {
        let bar = {
            let mut inner = self.inner();
            let kind = match report {
                Report::Waiting { .. } => Kind::Retry,
                Report::Recovering(_) => Kind::Recovery,
                _ => Kind::Other,
            };
            match report {
                Report::GoingOn(from) => (inner.done, inner.from) = (0, *from),
                _ => (inner.done, inner.from) = (0, 0),
            }
            let at = inner.seconds();
            inner.retries += usize::from(kind == Kind::Retry);
            let bytes = inner.record.bytes;
            inner.record.happenings.push(Happening { at, bytes, kind, text: report.to_string() });
            inner.sample();
            inner.bar.clone()
        };
        let print = || {
            if aloud {
                note(format!("qftp: {report}"));
            }
        };
        match bar {
            Some(bar) => {
                bar.aside(print);
                bar.tell(report);
            }
            None => print(),
        }
    }

    /// How often the transfer under way was tried again.
    pub(crate) fn retries(&self) -> usize {
        self.inner().retries
    }

    /// What was kept until now.
    pub(crate) fn record(&self) -> Record {
        let mut inner = self.inner();
        let last = (inner.seconds(), inner.record.bytes);
        inner.record.samples.push(last);
        inner.record.seconds = last.0;
        inner.record.clone()
    }
}

impl Inner {
    fn seconds(&self) -> f64 {
        self.began.map_or(0.0, |began| began.elapsed().as_secs_f64())
    }

    fn sample(&mut self) {
        let (at, bytes, step) = (self.seconds(), self.record.bytes, self.step);
        let samples = &mut self.record.samples;
        if samples.last().is_some_and(|(last, _)| at - last < step) {
            return;
        }
        samples.push((at, bytes));
        if samples.len() > MOST {
            let mut number = 0;
            samples.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.step = (step * 2.0).max(at / 2048.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_pass_again_count_again() {
        let journal = Journal::default();
        journal.begin();
        journal.moved(1000);
        journal.moved(5000);
        journal.report(&Report::GoingOn(4000), false);
        assert_eq!(journal.moved(500), 4000);
        journal.begin();
        assert_eq!(journal.moved(10), 0);
        let record = journal.record();
        assert_eq!(record.bytes, 5000 + 500 + 10);
        assert_eq!(record.happenings.len(), 1);
        assert_eq!(record.samples.last().map(|(_, bytes)| *bytes), Some(5510));
    }

    #[test]
    fn samples_stay_bounded() {
        let journal = Journal::default();
        journal.begin();
        for done in 0..20_000 {
            journal.moved(done);
        }
        assert!(journal.record().samples.len() <= MOST + 2);
    }
}
