//! What is printed, and the only place where anything is: text for people, or one JSON object a line.
//!
//! All text goes through [`Printable`] on its way out, line by line, so that nothing that came from outside (a server, a module, a log, a
//! name) can make a terminal do anything; the passwords of the command line are masked. In JSON a string is the exact value: what a
//! terminal would act on is escaped as `\u009b`. File data ([`stdout`]) passes as it is.
//!
//! What keeps standard output from taking something ends the program: [`fault`] says how.

use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use qftp_core::Printable;
use serde::Serialize;

use crate::exit::{Code, Problem};
use crate::interrupt;
use crate::secrets;

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// One result: `text` for people (nothing if empty), `object` for programs.
    pub(crate) fn result(self, text: &str, object: &impl Serialize) {
        let line = if self.json { json(object) } else { printable(text) };
        if !line.is_empty() {
            print(&line);
        }
    }

    /// What went wrong.
    pub(crate) fn problem(self, problem: &Problem) {
        match self.json {
            true => print(&json(problem)),
            false => note(problem),
        }
    }

    /// Whether people watch a transfer: on stderr, if that is a terminal.
    pub(crate) fn is_watched(self) -> bool {
        !self.json && io::stderr().is_terminal()
    }
}

/// Says something on standard error. Where that takes nothing there is nobody left to tell.
pub(crate) fn note(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", printable(&text.to_string()));
}

/// The same, of a text that is there.
pub(crate) fn say(text: &str) {
    note(text);
}

/// Standard output for file data: it passes as it is.
pub(crate) fn stdout() -> Stdout {
    Stdout(io::stdout())
}

/// Standard output for what a server or a module wrote as text: to a terminal it is escaped, line by line.
pub(crate) fn raw_stdout() -> Box<dyn Write> {
    if io::stdout().is_terminal() {
        Box::new(Escaped { out: stdout(), line: Vec::new() })
    } else {
        Box::new(stdout())
    }
}

/// What was printed is seen now, also by a program at the other end of a pipe.
pub(crate) fn flush() {
    // What it could not take is kept in mind there.
    let _ = stdout().flush();
}

/// What kept standard output from taking all that was printed; call it at the end.
pub(crate) fn fault() -> Option<Fault> {
    flush();
    FAULT.get().cloned()
}

/// Why standard output took no more.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Its reader has gone, as `head` does: the end, and nobody to tell.
    ReaderGone,
    /// The system's words.
    Failed(String),
}

impl Fault {
    /// The exit code of a program that its reader has left: what a shell says of one that SIGPIPE ended.
    pub(crate) const READER_GONE: u8 = 141;

    /// How the program ends by it.
    pub(crate) fn problem(words: &str) -> Problem {
        Problem::new(Code::Local, format!("standard output: {words}"))
    }

    /// Takes note of an error of standard output.
    pub(crate) fn note(error: &io::Error) {
        let fault = match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Failed(error.to_string()),
        };
        // The first one is the reason.
        let _ = FAULT.set(fault);
    }
}

static FAULT: OnceLock<Fault> = OnceLock::new();

/// Standard output; it keeps in mind what it could not take.
#[derive(Debug)]
pub(crate) struct Stdout(io::Stdout);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).inspect_err(Fault::note)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().inspect_err(Fault::note)
    }
}

/// Lines for a terminal, as they come.
struct Escaped {
    out: Stdout,
    line: Vec<u8>,
}

impl Escaped {
    /// The longest line that is held.
    const LONGEST: usize = 64 << 10;

    fn hand_on(&mut self) -> io::Result<()> {
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        writeln!(self.out, "{}", Printable(line))?;
        self.line.clear();
        Ok(())
    }
}

impl Write for Escaped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend(part);
            if part.ends_with(b"\n") || self.line.len() > Self::LONGEST {
                self.hand_on()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Escaped {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            // What standard output did not take is kept in mind there.
            let _ = self.hand_on();
        }
    }
}

/// Prints a line. Where nobody takes it the work ends, as after Ctrl-C: the module is brought in order.
fn print(line: &str) {
    if writeln!(stdout(), "{line}").is_err() {
        interrupt::cancel();
    }
}

/// A text that a terminal can only show; its lines stay lines.
pub(crate) fn printable(text: &str) -> String {
    let lines: Vec<String> =
        secrets::masked(text).split('\n').map(|line| Printable(line.as_bytes()).to_string()).collect();
    lines.join("\n")
}

fn json(object: &impl Serialize) -> String {
    let text = serde_json::to_string(object).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    let mut line = String::with_capacity(text.len());
    for sign in secrets::masked_json(&text).chars() {
        // All of them stand in strings, and none is beyond 16 bits.
        match acts(sign) {
            true => line.push_str(&format!("\\u{:04x}", u32::from(sign))),
            false => line.push(sign),
        }
    }
    line
}

/// Whether a terminal would do anything but show this.
fn acts(sign: char) -> bool {
    let mut bytes = [0; 4];
    let text = sign.encode_utf8(&mut bytes);
    !matches!(sign, ' '..='~') && Printable(text.as_bytes()).to_string() != *text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_json_is_the_exact_value() {
        let name: String = ('\0'..='\u{2100}').collect();
        let line = json(&serde_json::json!({ "name": name }));
        assert!(!line.chars().any(char::is_control), "{line:?}");
        let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["name"], name);
    }

    #[test]
    fn lines_stay_lines_and_nothing_else_does_anything() {
        assert_eq!(printable("a\n  b\tc\r\u{1b}[2J\u{9b}\n"), "a\n  b\\x09c\\x0d\\x1b[2J\\u{9b}\n");
    }
}
