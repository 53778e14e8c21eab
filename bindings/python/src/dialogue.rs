//! What passes the port, line by line, secrets masked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qftp_transport::{Kind, Tap};

use crate::port::Raised;

/// Most lines of the dialogue that are kept.
const LINES: usize = 2_000;

pub(crate) type Dialogue = Arc<Mutex<VecDeque<(char, Vec<u8>)>>>;

/// Keeps the last lines, and calls a function with each.
pub(crate) struct Lines {
    dialogue: Dialogue,
    log: Option<Py<PyAny>>,
    raised: Raised,
    /// File data that has passed since the last line.
    data: Option<(char, u64)>,
}

impl Lines {
    pub(crate) fn new(dialogue: Dialogue, log: Option<Py<PyAny>>, raised: Raised) -> Self {
        Self { dialogue, log, raised, data: None }
    }

    fn pass(&mut self, mark: char, kind: Kind, bytes: &[u8]) {
        let (of, count) = self.data.get_or_insert((mark, 0));
        match kind {
            Kind::Data if *of == mark => *count += bytes.len() as u64,
            Kind::Data => {
                self.count();
                self.data = Some((mark, bytes.len() as u64));
            }
            Kind::Line => {
                self.count();
                let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
                if let Some(end) = end {
                    self.keep(mark, &bytes[..=end]);
                }
            }
        }
    }

    fn count(&mut self) {
        if let Some((mark, count)) = self.data.take().filter(|(_, count)| *count > 0) {
            self.keep(mark, format!("<{count} bytes>").as_bytes());
        }
    }

    fn keep(&mut self, mark: char, line: &[u8]) {
        let start = line.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(0);
        let line = &line[start..];
        let mut lines = self.dialogue.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back((mark, line.to_vec()));
        drop(lines);
        if let Some(log) = &self.log {
            let told = Python::attach(|py| log.call1(py, (mark, PyBytes::new(py, line))).map(drop));
            if let Err(error) = told {
                self.raised.keep(error);
            }
        }
    }
}

impl Tap for Lines {
    fn sent(&mut self, _at: Duration, kind: Kind, bytes: &[u8]) {
        self.pass('>', kind, bytes);
    }

    fn received(&mut self, _at: Duration, kind: Kind, bytes: &[u8]) {
        self.pass('<', kind, bytes);
    }
}
