//! The dialogue as it may be shown: without passwords.

use crate::dialogue::Passed;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the host.
    ToModule,
    /// To the host.
    FromModule,
}

/// Something that passes between host and module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing<'a> {
    /// A line with its end, secrets masked.
    Line(&'a [u8]),
    /// So many bytes of a file.
    Data(usize),
}

pub(super) type Watcher = Box<dyn FnMut(Direction, Passing<'_>) + Send>;

/// Tells a watcher what passes, lines as wholes.
pub(super) struct Watch {
    tell: Watcher,
    lines: [Line; 2],
}

impl Watch {
    pub(super) fn new(tell: Watcher) -> Self {
        Self { tell, lines: Default::default() }
    }

    pub(super) fn see(&mut self, passed: &Passed) {
        match passed {
            Passed::Data { to_module, count } => (self.tell)(direction(*to_module), Passing::Data(*count)),
            Passed::Said { to_module, bytes } => {
                let direction = direction(*to_module);
                let line = &mut self.lines[direction as usize];
                for byte in bytes {
                    line.bytes.push(*byte);
                    // A command ends with CR, a line of an answer with LF.
                    let end = if *to_module { b'\r' } else { b'\n' };
                    if *byte == end || line.bytes.len() >= LONGEST {
                        let mut shown = Vec::new();
                        line.show(&mut shown);
                        (self.tell)(direction, Passing::Line(&shown));
                    }
                }
            }
        }
    }
}

fn direction(to_module: bool) -> Direction {
    if to_module { Direction::ToModule } else { Direction::FromModule }
}

pub(super) type Tap = Box<dyn FnMut(Direction, &[u8]) + Send>;

/// Longest line that is kept together; longer ones are file data.
const LONGEST: usize = 2048;

/// Shows whole lines, because a secret can only be seen in one.
pub(super) struct Log {
    tap: Tap,
    /// The line that each direction is in.
    lines: [Line; 2],
}

#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// The rest of an overlong line with a secret in it is not shown either.
    hiding: bool,
}

impl Log {
    pub(super) fn new(tap: Tap) -> Self {
        Self { tap, lines: Default::default() }
    }

    pub(super) fn see(&mut self, direction: Direction, bytes: &[u8]) {
        let line = &mut self.lines[direction as usize];
        // One call for all that can be shown by now.
        let mut shown = Vec::new();
        for byte in bytes {
            line.bytes.push(*byte);
            if matches!(byte, b'\r' | b'\n') || line.bytes.len() >= LONGEST {
                line.show(&mut shown);
            }
        }
        if !shown.is_empty() {
            (self.tap)(direction, &shown);
        }
    }

    /// Shows lines that have not ended.
    pub(super) fn flush(&mut self) {
        for direction in [Direction::ToModule, Direction::FromModule] {
            let mut shown = Vec::new();
            self.lines[direction as usize].show(&mut shown);
            if !shown.is_empty() {
                (self.tap)(direction, &shown);
            }
        }
    }
}

impl Line {
    fn show(&mut self, shown: &mut Vec<u8>) {
        let bytes = std::mem::take(&mut self.bytes);
        let ended = bytes.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
        match secret(&bytes) {
            _ if self.hiding => shown.extend(bytes.last().filter(|_| ended)),
            Some(from) => {
                shown.extend(&bytes[..from]);
                shown.extend(b"***");
                shown.extend(bytes.last().filter(|_| ended));
                self.hiding = true;
            }
            None => shown.extend(bytes),
        }
        self.hiding &= !ended;
    }
}

/// Where in a line the first secret begins: all that follows is hidden.
fn secret(line: &[u8]) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let after = |from: usize, what: &[u8]| {
        let found = lower.get(from..)?.windows(what.len()).position(|window| window == what)?;
        Some(from + found + what.len())
    };
    let after_commas = |from: usize, commas: usize| (0..commas).try_fold(from, |at, _| after(at, b","));
    let account = after(0, b"+qftpcfg").and_then(|at| after(at, b"account")).and_then(|at| after(at, b","));
    let pin = after(0, b"+cpin").and_then(|at| after(at, b"="));
    let context = after(0, b"+qicsgp").and_then(|at| {
        // The command begins with the context, its answer does not.
        let commas =
            if lower.get(at..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"=")) { 3 } else { 2 };
        after_commas(at, commas)
    });
    let key = after(0, b"clientkey").and_then(|at| after_commas(at, 3));
    [account, pin, context, key].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn shown(pieces: &[&[u8]]) -> String {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let mut log = Log::new(Box::new(move |_, bytes| sink.lock().unwrap().extend_from_slice(bytes)));
        for piece in pieces {
            log.see(Direction::ToModule, piece);
        }
        log.flush();
        let seen = seen.lock().unwrap();
        String::from_utf8_lossy(&seen).into_owned()
    }

    #[test]
    fn secrets_are_not_shown() {
        for (line, expected) in [
            ("AT+QFTPCFG=\"account\",\"me\",\"hunter2\"\r", "AT+QFTPCFG=\"account\",***\r"),
            ("at+qftpcfg = account , me , hunter2\r\n", "at+qftpcfg = account ,***\r\n"),
            ("AT;+CPIN=\"hunter2\";+CSQ\r", "AT;+CPIN=***\r"),
            ("AT+QICSGP=1,1,\"apn\",\"me\",\"hunter2\"\r", "AT+QICSGP=1,1,\"apn\",***\r"),
            ("+QICSGP: 1,\"apn\",\"me\",\"hunter2\",1\r\n", "+QICSGP: 1,\"apn\",***\r\n"),
            (
                "AT+QSSLCFG=\"clientkey\",1,\"k.pem\",\"hunter2\"\r",
                "AT+QSSLCFG=\"clientkey\",1,\"k.pem\",***\r",
            ),
            ("AT+QFTPOPEN=\"h\",21\r", "AT+QFTPOPEN=\"h\",21\r"),
        ] {
            assert_eq!(shown(&[line.as_bytes()]), expected);
            let bytes: Vec<&[u8]> = line.as_bytes().chunks(1).collect();
            assert_eq!(shown(&bytes), expected);
        }
        let long = format!("AT+QFTPCFG=\"account\",\"me\",\"{}hunter2\"\rAT\r", "x".repeat(4000));
        assert_eq!(shown(&[long.as_bytes()]), "AT+QFTPCFG=\"account\",***\rAT\r");
    }
}
