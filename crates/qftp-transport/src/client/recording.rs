//! Recordings: what passed a port and what was asked for, with times, as a text that people can read and programs play again.
//!
//! docs/recordings.md in the repository describes the format.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use qftp_core::session::{Config, Done, Event};

use super::operation::{Operation, words};
use super::tap::{Kind, Tap};

/// The first line of a recording.
pub const HEAD: &str = "# qftp recording 1";

/// Writes a recording: a [`Tap`] for [`Client::set_tap`](super::Client::set_tap), or by itself with [`Client::record`](super::Client::record).
pub struct Recorder {
    out: Box<dyn Write + Send>,
    error: Option<io::Error>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("error", &self.error).finish_non_exhaustive()
    }
}

impl Recorder {
    /// A recording in this file, which is made, or emptied.
    ///
    /// # Errors
    /// Those of the system.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // What passes is nobody else's business, also where no secret is in it: file data is.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::new(BufWriter::new(options.open(path)?))
    }

    /// A recording into a writer, which is flushed at the end of each operation.
    ///
    /// # Errors
    /// The writer's.
    pub fn new(out: impl Write + Send + 'static) -> io::Result<Self> {
        let mut recorder = Self { out: Box::new(out), error: None };
        writeln!(recorder.out, "{HEAD}")?;
        Ok(recorder)
    }

    /// What ended the recording before its time, once.
    pub fn take_error(&mut self) -> Option<io::Error> {
        let error = self.error.take();
        if error.is_some() {
            self.out = Box::new(io::sink());
        }
        error
    }

    /// Writes out what is still held.
    ///
    /// # Errors
    /// The writer's, also an earlier one.
    pub fn finish(mut self) -> io::Result<()> {
        self.line(|out| out.flush());
        self.error.take().map_or(Ok(()), Err)
    }

    fn line(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.error.is_none()
            && let Err(error) = write(&mut self.out)
        {
            self.error = Some(error);
        }
    }

    fn entry(&mut self, at: Duration, mark: &str, text: &str) {
        // No more of the time than a session counts, and never later than it was.
        let (seconds, millis) = (at.as_secs(), at.subsec_millis());
        self.line(|out| writeln!(out, "{}", format!("{seconds}.{millis:03} {mark} {text}").trim_end()));
    }
}

impl Tap for Recorder {
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.entry(at, if kind == Kind::Line { ">" } else { ">=" }, &escape(bytes));
    }

    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.entry(at, if kind == Kind::Line { "<" } else { "<=" }, &escape(bytes));
    }

    fn configured(&mut self, at: Duration, config: &Config) {
        self.entry(at, "!", &config_text(config));
    }

    fn began(&mut self, at: Duration, operation: &Operation<'_>) {
        self.entry(at, "!", &operation.to_string());
    }

    fn aborted(&mut self, at: Duration) {
        self.entry(at, "!", ABORT);
    }

    fn ended(&mut self, at: Duration, outcome: &str) {
        self.entry(at, "=", &escape(outcome.as_bytes()));
        self.line(|out| out.flush());
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Who wants to know calls `finish`.
        let _ = self.out.flush();
    }
}

const ABORT: &str = "abort";
const CONFIG: &str = "config";

fn config_text(config: &Config) -> String {
    let Config { guard_ms, in_flight, queue_ms, reopen_after_abort, rsptimeout_s, quiet_ms, settle_ms } =
        config;
    let reopen = u8::from(*reopen_after_abort);
    format!(
        "{CONFIG} guard_ms={guard_ms} in_flight={in_flight} queue_ms={queue_ms} reopen_after_abort={reopen} rsptimeout_s={rsptimeout_s} quiet_ms={quiet_ms} settle_ms={settle_ms}"
    )
}

fn config_of(text: &str) -> Option<Config> {
    let rest = text.strip_prefix(CONFIG)?;
    let mut config = Config::default();
    for word in rest.split_ascii_whitespace() {
        let (key, value) = word.split_once('=')?;
        match key {
            "guard_ms" => config.guard_ms = value.parse().ok()?,
            "in_flight" => config.in_flight = value.parse().ok()?,
            "queue_ms" => config.queue_ms = value.parse().ok()?,
            "reopen_after_abort" => config.reopen_after_abort = value == "1",
            "rsptimeout_s" => config.rsptimeout_s = value.parse().ok()?,
            "quiet_ms" => config.quiet_ms = value.parse().ok()?,
            "settle_ms" => config.settle_ms = value.parse().ok()?,
            // A later version's.
            _ => {}
        }
    }
    Some(config)
}

/// How an operation ended, as a recording says it; `None` for events that end none.
#[must_use]
pub fn ending(event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::Done(Done::Nothing) => "ok".to_owned(),
        Event::Done(Done::Number(number)) => format!("ok {number}"),
        Event::Done(Done::Text(text)) => format!("ok {}", String::from_utf8_lossy(text)),
        Event::Done(Done::State(state)) => format!("ok state {}", state.number()),
        Event::Done(Done::Space { free, total }) => format!("ok {free} of {total}"),
        Event::Done(_) => "ok".to_owned(),
        Event::Failed(failure) => format!("failed {failure}, {} bytes", failure.transferred),
        _ => return None,
    })
}

/// A recording, read.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// How the host's session was set.
    pub config: Config,
    /// What happened, in order.
    pub entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its line in the recording, from 1.
    pub line: usize,
    /// Since the client was made.
    pub at: Duration,
    /// What it was.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// Bytes to the module.
    Sent(Kind, Vec<u8>),
    /// Bytes from it.
    Received(Kind, Vec<u8>),
    /// An operation began; its words, for [`Operation::parse`].
    Began(Vec<String>),
    /// It was aborted.
    Aborted,
    /// It ended, as [`ending`] says.
    Ended(String),
}

/// Why a text is no recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for RecordingError {}

impl Recording {
    /// Reads a recording. Empty lines and lines that begin with `#` are comments.
    ///
    /// # Errors
    /// At the first line that is none.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let wrong = |line, why| RecordingError { line, why };
        if text.lines().next().map(str::trim_end) != Some(HEAD) {
            return Err(wrong(1, "the first line of a recording is `# qftp recording 1`"));
        }
        let mut recording = Self::default();
        for (number, row) in text.lines().enumerate() {
            let line = number + 1;
            let row = row.strip_suffix('\r').unwrap_or(row);
            if row.trim().is_empty() || row.starts_with('#') {
                continue;
            }
            let (time, rest) =
                row.split_once(' ').ok_or(wrong(line, "a time, a mark and bytes are needed"))?;
            let at = time.parse().ok().and_then(|time| Duration::try_from_secs_f64(time).ok());
            let at = at.ok_or(wrong(line, "it does not begin with a time in seconds"))?;
            let (mark, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let what = match mark {
                ">" => What::Sent(Kind::Line, unescape(text)),
                ">=" => What::Sent(Kind::Data, unescape(text)),
                "<" => What::Received(Kind::Line, unescape(text)),
                "<=" => What::Received(Kind::Data, unescape(text)),
                "=" => What::Ended(String::from_utf8_lossy(&unescape(text)).into_owned()),
                "!" if text == ABORT => What::Aborted,
                "!" if text.starts_with(CONFIG) => {
                    recording.config = config_of(text).ok_or(wrong(line, "a setting of no session"))?;
                    continue;
                }
                "!" => What::Began(words(text)),
                _ => return Err(wrong(line, "the marks are > < >= <= ! and =")),
            };
            if let What::Began(words) = &what
                && Operation::parse(words).is_none()
            {
                return Err(wrong(line, "no operation of this version"));
            }
            recording.entries.push(Entry { line, at, what });
        }
        Ok(recording)
    }
}

/// Bytes as one line of printable text: `\r`, `\n`, `\\` and `\x00` stand for what cannot be printed.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'\\' => text.push_str("\\\\"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    // A space at the end of a line is easily lost on its way through mail.
    if text.ends_with(' ') {
        text.pop();
        text.push_str("\\x20");
    }
    text
}

/// The bytes that [`escape`] made a text of; a backslash that begins no escape stands for itself.
#[must_use]
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, len) = match after {
            [b'r', ..] if *first == b'\\' => (b'\r', 2),
            [b'n', ..] if *first == b'\\' => (b'\n', 2),
            [b'\\', ..] if *first == b'\\' => (b'\\', 2),
            [b'x', high, low, ..] if *first == b'\\' => match hex(*high).zip(hex(*low)) {
                Some((high, low)) => (high << 4 | low, 4),
                None => (*first, 1),
            },
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = rest.get(len..).unwrap_or_default();
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use qftp_core::Secret;
    use qftp_core::session::{GetOptions, Login, PutOptions, Setup, Tls, Via};
    use qftp_core::wire::{ListKind, Storage, Verb};

    use super::*;

    #[test]
    fn what_was_escaped_comes_back() {
        let all: Vec<u8> = (0..=255).chain(*b"\\r\\x41\\ ").collect();
        assert_eq!(unescape(&escape(&all)), all);
        assert_eq!(unescape("\\q\\xg0\\"), b"\\q\\xg0\\");
        assert_eq!(escape(b"AT\r\n\\ \x00\xff~ "), "AT\\r\\n\\\\ \\x00\\xff~\\x20");
    }

    #[test]
    fn operations_come_back_from_their_text() {
        let login =
            Login { user: Secret::new("me"), password: Secret::new("hunter2"), ..Login::new("a host") };
        let operations = [
            Operation::Setup(Setup::default()),
            Operation::Open(login),
            Operation::Open(Login { tls: Some(Tls::new("UFS:ca.pem")), ..login }),
            Operation::Put("a b\\c.bin", PutOptions { start: 7, len: 9, last: false, via: Via::Com }),
            // Names that look like settings.
            Operation::Get("len=5", GetOptions { via: Via::Storage(Storage::Ram), ..GetOptions::default() }),
            Operation::Rename("last", "start=1"),
            Operation::List(ListKind::Facts, "."),
            Operation::FileRead(3, 100),
            Operation::Command(qftp_core::wire::Command::Test(Verb::QftpCfg)),
        ];
        for operation in operations {
            let text = operation.to_string();
            assert!(!text.contains("hunter2"), "{text}");
            let words = words(&text);
            let back = Operation::parse(&words).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(back.to_string(), text);
        }
    }

    #[test]
    fn lines_that_are_none_are_named() {
        for (text, line) in
            [("AT\r", 1), ("# qftp recording 1\nx > AT", 2), ("# qftp recording 1\n\n1.0 ? AT", 3)]
        {
            assert_eq!(Recording::parse(text).map_err(|error| error.line).err(), Some(line), "{text}");
        }
        let read =
            Recording::parse("# qftp recording 1\n# a comment\n0.000 ! config guard_ms=500\n0.001 ! pwd\n");
        let read = read.expect("a recording");
        assert_eq!((read.config.guard_ms, read.entries.len()), (500, 1));
    }
}
