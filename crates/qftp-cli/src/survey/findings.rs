//! What a module has told of itself.

use std::collections::BTreeMap;
use std::time::Duration;

use qftp_emulator::{Range, Storage};
use toml::Value;

/// What was found out, by the keys of a family file.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    /// Keys with one value.
    pub(super) values: BTreeMap<&'static str, Value>,
    /// Commands that were asked for, and whether they are there.
    pub(super) commands: BTreeMap<String, bool>,
    pub(super) ftp_keys: Option<Vec<Key>>,
    /// How the password of `account` is read back.
    pub(super) reads: Option<&'static str>,
    pub(super) ssl_keys: Option<Vec<Key>>,
    /// Storages that were asked for; one that is there with its size and, where that is known, its block.
    pub(super) storages: Vec<(Storage, Option<Space>)>,
    /// Texts of codes.
    pub(super) texts: BTreeMap<u16, String>,
    pub(super) measures: Vec<Measure>,
    /// What is strange, or could not be cleared away.
    pub(super) notes: Vec<String>,
}

/// A key of `AT+QFTPCFG` or `AT+QSSLCFG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) range: String,
    /// Its value after a start, where the module was started; empty where nothing is set.
    pub(super) default: Option<String>,
}

/// A storage that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Space {
    /// In bytes.
    pub(super) size: u64,
    /// What a file takes at least, where that was tried.
    pub(super) block: Option<u64>,
}

/// A time or a rate, for people.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measure {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Least, median and greatest of so many.
    Times { count: usize, least: Duration, median: Duration, most: Duration },
    /// Bytes in a time.
    Rate { bytes: usize, time: Duration },
}

impl Findings {
    pub(super) fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.values.insert(key, value.into());
    }

    pub(super) fn number(&mut self, key: &'static str, value: impl Into<u64>) {
        // A number that TOML cannot hold is none that a family file could.
        let number: u64 = value.into();
        self.set(key, i64::try_from(number).unwrap_or(i64::MAX));
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.as_str()
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        // A module that lies may do it in any number of lines.
        if self.notes.len() < 40 {
            self.notes.push(note.into());
        }
    }

    /// Measures times; the median in whole milliseconds, rounded.
    pub(super) fn times(&mut self, name: &'static str, mut times: Vec<Duration>) -> Option<u64> {
        times.sort();
        let (least, most) = (*times.first()?, *times.last()?);
        let median = *times.get(times.len() / 2)?;
        self.measures.push(Measure { name, kind: Kind::Times { count: times.len(), least, median, most } });
        u64::try_from((median.as_micros() + 500) / 1000).ok()
    }

    pub(super) fn rate(&mut self, name: &'static str, bytes: usize, time: Duration) {
        self.measures.push(Measure { name, kind: Kind::Rate { bytes, time } });
    }

    /// Whether a command is there, where it was asked for.
    pub(super) fn has(&self, command: &str) -> Option<bool> {
        self.commands.get(command).copied()
    }
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Times { count: 1, median, .. } => write!(f, "{}: {}", self.name, millis(*median)),
            Kind::Times { count, least, median, most } => write!(
                f,
                "{}: {} (least {}, most {}, of {count})",
                self.name,
                millis(*median),
                millis(*least),
                millis(*most)
            ),
            Kind::Rate { bytes, time } => {
                let seconds = time.as_secs_f64().max(1e-6);
                write!(f, "{}: {:.1} KiB/s ({bytes} bytes)", self.name, *bytes as f64 / 1024.0 / seconds)
            }
        }
    }
}

/// A time as people read it.
fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// Whether a text is a range that a family file can hold.
pub(super) fn is_range(text: &str) -> bool {
    !text.is_empty() && Range::try_from(text.to_owned()).is_ok()
}
