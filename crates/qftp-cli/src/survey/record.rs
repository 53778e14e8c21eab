//! The recording of a survey, in memory until the model is known that names its file.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use qftp_core::session::Config;
use qftp_transport::{Kind, Operation, Recorder, Tap};

use super::mask::Masker;

/// Bytes that several write and one reads at the end.
#[derive(Clone, Default)]
pub(super) struct Sheet(Arc<Mutex<Vec<u8>>>);

impl Sheet {
    pub(super) fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One recording of the survey's own dialogue and of the client that logs in: masked, and with one clock.
#[derive(Clone)]
pub(super) struct Scribe {
    began: Instant,
    masker: Masker,
    taps: Arc<Mutex<Vec<Box<dyn Tap>>>>,
}

impl Scribe {
    /// Writes to the sheet, and shows all to another tap, if there is one.
    pub(super) fn new(
        began: Instant,
        masker: Masker,
        sheet: Sheet,
        other: Option<Box<dyn Tap>>,
    ) -> io::Result<Self> {
        let mut taps: Vec<Box<dyn Tap>> = vec![Box::new(Recorder::new(sheet)?)];
        taps.extend(other);
        Ok(Self { began, masker, taps: Arc::new(Mutex::new(taps)) })
    }

    fn each(&self, mut tell: impl FnMut(&mut dyn Tap)) {
        let mut taps = self.taps.lock().unwrap_or_else(PoisonError::into_inner);
        taps.iter_mut().for_each(|tap| tell(tap.as_mut()));
    }

    fn masked(&self, kind: Kind, bytes: &[u8]) -> Vec<u8> {
        if kind == Kind::Line { self.masker.line(bytes) } else { bytes.to_vec() }
    }
}

/// Operations are left out: a survey is a dialogue of its own, which no session can play again.
impl Tap for Scribe {
    fn sent(&mut self, _at: Duration, kind: Kind, bytes: &[u8]) {
        let (at, bytes) = (self.began.elapsed(), self.masked(kind, bytes));
        self.each(|tap| tap.sent(at, kind, &bytes));
    }

    fn received(&mut self, _at: Duration, kind: Kind, bytes: &[u8]) {
        let (at, bytes) = (self.began.elapsed(), self.masked(kind, bytes));
        self.each(|tap| tap.received(at, kind, &bytes));
    }

    fn configured(&mut self, _at: Duration, _config: &Config) {}
    fn began(&mut self, _at: Duration, _operation: &Operation<'_>) {}
}
