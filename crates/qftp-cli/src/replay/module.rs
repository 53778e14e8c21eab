//! A recording in the place of its module: it answers a host with what the recorded module said, after the times that it took.

use std::io;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;

use qftp_transport::Kind;
use qftp_transport::recording::{Entry, Recording, What, escape};
use serde_json::json;

use super::masked;
use super::port::Line;
use crate::args::ReplayArgs;
use crate::exit::{Code, Problem};
use crate::output;
use crate::port::Context;

/// How often Ctrl-C is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Plays it until Ctrl-C, or until a host on TCP hangs up.
pub(super) fn run(context: &Context, recording: &Recording, args: &ReplayArgs) -> Result<(), Problem> {
    let ready = |name: &str| {
        context.output.result(name, &json!({ "port": name }));
        output::flush();
    };
    let place = args.tcp.clone().or_else(|| args.pty.as_ref().map(|path| path.display().to_string()));
    let failed = |error: io::Error| {
        let place = place.clone().unwrap_or_else(|| "a new pseudo-terminal".to_owned());
        Problem::new(Code::Port, format!("{place}: {error}"))
    };
    let line = match &args.tcp {
        Some(address) => Line::tcp(address, ready).map_err(failed)?,
        None => {
            let (line, name) = Line::pty(args.pty.as_deref()).map_err(failed)?;
            ready(&name);
            line
        }
    };
    let module = Module {
        context,
        line,
        script: &recording.entries,
        at: 0,
        taken: 0,
        time: Duration::ZERO,
        heard: Vec::new(),
    };
    module.play().map_err(failed)
}

struct Module<'a> {
    context: &'a Context,
    line: Line,
    script: &'a [Entry],
    /// The next entry.
    at: usize,
    /// Of file data that it expects, what has come.
    taken: usize,
    /// The time of the entry before.
    time: Duration,
    /// From the host, not used yet.
    heard: Vec<u8>,
}

/// What the host may ask at any time, to see whether anybody is there.
const QUESTIONS: [&[u8]; 3] = [b"AT\r", b"ATQ0V1\r", b"+++"];

impl Module<'_> {
    fn play(mut self) -> io::Result<()> {
        let mut is_over = false;
        while !self.context.cancel.is_cancelled() {
            let Some(entry) = self.script.get(self.at) else {
                if !std::mem::replace(&mut is_over, true) {
                    note("the recording is over: the module is silent from here on");
                }
                self.heard.clear();
                if !self.hear() {
                    break;
                }
                continue;
            };
            match &entry.what {
                What::Received(_, bytes) => {
                    thread::sleep(entry.at.saturating_sub(self.time));
                    self.line.say(bytes)?;
                    self.pass(self.at);
                }
                What::Sent(Kind::Line, expected) => match self.take_command() {
                    Some(line) => self.command(&line, expected)?,
                    None if !self.hear() => break,
                    None => {}
                },
                What::Sent(Kind::Data, expected) => {
                    let left = expected.len() - self.taken;
                    let came = left.min(self.heard.len());
                    self.heard.drain(..came);
                    self.taken += came;
                    if came == left {
                        self.pass(self.at);
                    } else if !self.hear() {
                        break;
                    }
                }
                // What the recorded host wanted is its own affair.
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    /// Goes on after an entry.
    fn pass(&mut self, at: usize) {
        self.time = self.script.get(at).map_or(self.time, |entry| entry.at);
        (self.at, self.taken) = (at + 1, 0);
    }

    /// Waits a little for the host; whether it is still there.
    fn hear(&mut self) -> bool {
        match self.line.input.recv_timeout(LOOK) {
            Ok(bytes) => self.heard.extend(bytes),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    /// A whole command, with its CR; the line feed of hosts that end their lines with CR LF is dropped.
    fn take_command(&mut self) -> Option<Vec<u8>> {
        while self.heard.first() == Some(&b'\n') {
            self.heard.remove(0);
        }
        let len = if self.heard.starts_with(b"+++") {
            3
        } else {
            self.heard.iter().position(|byte| *byte == b'\r')? + 1
        };
        Some(self.heard.drain(..len).collect())
    }

    fn command(&mut self, line: &[u8], expected: &[u8]) -> io::Result<()> {
        let line = masked(line);
        if line == expected {
            self.pass(self.at);
            return Ok(());
        }
        if line == b"\r" {
            return Ok(());
        }
        if QUESTIONS.contains(&line.as_slice()) {
            return self.line.say(b"\r\nOK\r\n");
        }
        let is = |entry: &Entry| entry.what == What::Sent(Kind::Line, line.clone());
        let later = self.script.iter().enumerate().skip(self.at).find(|(_, entry)| is(entry));
        let (said, wanted) = (escape(line.trim_ascii_end()), escape(expected.trim_ascii_end()));
        if let Some((at, entry)) = later {
            note(&format!("the host sends {said}, not {wanted}: going on at line {}", entry.line));
            self.pass(at);
            return Ok(());
        }
        note(&format!("the host sends {said}, which is not in the rest of the recording: ERROR"));
        self.line.say(b"\r\nERROR\r\n")
    }
}

fn note(text: &str) {
    output::note(format!("- {text}"));
}
