//! A look at all that passes the port, for logs and recordings.

use std::fmt;
use std::time::Duration;

use qftp_core::wire::Line;

/// Sees what passes the port. Commands and answers come a line at a time, with secrets already replaced by `***`.
pub trait Tap: Send {
    /// Bytes that went to the module, so long after the client was made.
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]);
    /// Bytes that came from it.
    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]);
    /// A line that belonged to no operation.
    fn urc(&mut self, _at: Duration, _line: &Line<'_>) {}
}

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A command or an answer, up to and with its CR or LF.
    Line,
    /// Bytes of a file.
    Data,
}

/// No command line and no answer is longer; what has no line end is handed on in pieces of this.
const LONGEST: usize = 4096;

/// One direction: bytes to masked lines.
#[derive(Default)]
pub(crate) struct Masker {
    line: Vec<u8>,
    /// The line's beginning was handed on already and held the beginning of a secret.
    secret: bool,
}

impl Masker {
    /// Adds bytes; hands on every line that is complete with them.
    pub(crate) fn push(&mut self, bytes: &[u8], mut hand_on: impl FnMut(&[u8])) {
        for &byte in bytes {
            self.line.push(byte);
            let ends = matches!(byte, b'\r' | b'\n');
            if ends || self.line.len() >= LONGEST {
                self.hand_on(ends, &mut hand_on);
            }
        }
    }

    /// Hands on what is left, which has no line end.
    pub(crate) fn finish(&mut self, mut hand_on: impl FnMut(&[u8])) {
        if !self.line.is_empty() {
            self.hand_on(false, &mut hand_on);
        }
    }

    fn hand_on(&mut self, ends: bool, hand_on: &mut impl FnMut(&[u8])) {
        let body = self.line.len() - usize::from(ends);
        let start = if self.secret { Some(0) } else { secret_start(&self.line[..body]) };
        if let Some(start) = start {
            let end = self.line.split_off(body);
            self.line.truncate(start);
            self.line.extend(b"***");
            self.line.extend(end);
        }
        self.secret = start.is_some() && !ends;
        hand_on(&self.line);
        self.line.clear();
    }
}

/// It may hold a secret.
impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masker").finish_non_exhaustive()
    }
}

/// From where on a line is secret: what follows the names of commands and answers that carry logins.
fn secret_start(line: &[u8]) -> Option<usize> {
    const KEYS: [&[u8]; 4] = [b"\"account\"", b"+cpin=", b"\"clientkey\"", b"+qicsgp"];
    let lower = line.to_ascii_lowercase();
    KEYS.iter()
        .filter_map(|key| lower.windows(key.len()).position(|window| window == *key).map(|at| at + key.len()))
        .min()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(bytes: &[u8], cut: usize) -> Vec<u8> {
        let mut masker = Masker::default();
        let mut out = Vec::new();
        bytes.chunks(cut.max(1)).for_each(|piece| masker.push(piece, |line| out.extend(line)));
        masker.finish(|line| out.extend(line));
        out
    }

    #[test]
    fn everything_but_secrets_passes() {
        let wire = b"AT+QFTPSIZE=\"x\"\r\r\nOK\r\n\r\n+QFTPSIZE: 0,5\r\n\xFF\x00tail";
        assert_eq!(masked(wire, 3), wire);
    }

    proptest! {
        #[test]
        fn no_cut_lets_a_secret_through(cut in 1usize..60, noise in proptest::collection::vec(any::<u8>(), 0..30)) {
            let mut wire = noise;
            wire.extend(b"\r\nAT+QFTPCFG=\"account\",\"mallory\",\"hunter2\"\r\r\nOK\r\n");
            let out = masked(&wire, cut);
            for secret in [b"mallory".as_slice(), b"hunter2"] {
                prop_assert!(!out.windows(secret.len()).any(|window| window == secret));
            }
            prop_assert!(out.ends_with(b"***\r\r\nOK\r\n"));
        }
    }
}
