//! What passes the port: into a file, and on stderr.
//!
//! A recording is a text file. Its first line names the format; every other line is `SECONDS MARK BYTES`, where the mark is one of
//! those of the transcripts (`>` a command, `<` an answer, `>=` and `<=` file data) and bytes that cannot be printed are escaped as
//! `\r`, `\n`, `\\` and `\x00`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use qftp_core::wire::Line;
use qftp_transport::{Kind, Tap};

use crate::exit::Problem;

/// The first line of a recording.
pub(crate) const HEAD: &str = "# qftp recording 1";

/// The taps that the options ask for.
pub(crate) struct Taps {
    file: Option<BufWriter<File>>,
    show: Option<Dialogue>,
}

impl Taps {
    pub(crate) fn boxed(record: Option<&Path>, verbose: bool) -> Result<Option<Box<dyn Tap>>, Problem> {
        let file = match record {
            None => None,
            Some(path) => {
                let file = File::create(path).and_then(|file| {
                    let mut file = BufWriter::new(file);
                    writeln!(file, "{HEAD}")?;
                    Ok(file)
                });
                Some(file.map_err(|error| Problem::local(path, &error))?)
            }
        };
        let show = verbose.then(Dialogue::default);
        let any = file.is_some() || show.is_some();
        Ok(any.then(|| Box::new(Self { file, show }) as Box<dyn Tap>))
    }

    fn pass(&mut self, at: Duration, sent: bool, kind: Kind, bytes: &[u8]) {
        if let Some(file) = &mut self.file {
            let mark = mark(sent, kind);
            let written = writeln!(file, "{:.3} {mark} {}", at.as_secs_f64(), escape(bytes));
            if let Err(error) = written {
                let _ = writeln!(io::stderr(), "qftp: the recording ends here: {error}");
                self.file = None;
            }
        }
        if let Some(show) = &mut self.show {
            show.pass(sent, kind, bytes);
        }
    }
}

impl Tap for Taps {
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.pass(at, true, kind, bytes);
    }

    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.pass(at, false, kind, bytes);
    }

    fn urc(&mut self, _at: Duration, _line: &Line<'_>) {
        // Its bytes were shown as they came.
    }
}

/// The dialogue as people read it: a line each, file data as its length.
#[derive(Debug, Default)]
struct Dialogue {
    /// File data that passed since the last line: which way, and how much.
    data: Option<(bool, usize)>,
}

impl Dialogue {
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
            let _ = writeln!(io::stderr(), "{} {}", mark(sent, kind), escape(line));
        }
    }

    fn tell_data(&mut self) {
        if let Some((sent, count)) = self.data.take() {
            let _ = writeln!(io::stderr(), "{} {count} bytes", mark(sent, Kind::Data));
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

/// Bytes as one line of printable text.
pub(crate) fn escape(bytes: &[u8]) -> String {
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
    text
}

/// The bytes that [`escape`] made a text of; a backslash that begins no escape stands for itself.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
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
    use super::*;

    #[test]
    fn what_was_escaped_comes_back() {
        let all: Vec<u8> = (0..=255).chain(*b"\\r\\x41\\").collect();
        assert_eq!(unescape(&escape(&all)), all);
        assert_eq!(unescape("\\q\\xg0\\"), b"\\q\\xg0\\");
    }

    #[test]
    fn escaped_bytes_stay_one_line() {
        assert_eq!(escape(b"AT\r\n\\ \x00\xff~"), "AT\\r\\n\\\\ \\x00\\xff~");
    }
}
