//! Those who watch a client, and what they are shown: lines as wholes, with secrets masked.

use std::fmt;
use std::time::{Duration, Instant};

use qftp_core::session::{Config, Event};
use qftp_core::wire::secret_start;

use super::operation::Operation;
use super::recording::{Recorder, ending};
use super::tap::{Kind, Tap};

/// Those who watch a client.
#[derive(Default)]
pub(crate) struct Taps {
    pub(crate) tap: Option<Box<dyn Tap>>,
    pub(crate) recorder: Option<Recorder>,
}

impl Taps {
    fn is_empty(&self) -> bool {
        self.tap.is_none() && self.recorder.is_none()
    }

    fn each(&mut self, mut tell: impl FnMut(&mut dyn Tap)) {
        if let Some(tap) = &mut self.tap {
            tell(tap.as_mut());
        }
        if let Some(recorder) = &mut self.recorder {
            tell(recorder);
        }
    }
}

/// No command line and no answer is longer; what has no line end is handed on in pieces of this.
const LONGEST: usize = 4096;

/// Tells taps what passes a [`Driver`](qftp_core::driver::Driver), each byte as what it is.
pub struct Watch {
    pub(crate) taps: Taps,
    began: Instant,
    sent: Masker,
    received: Masker,
    /// Bytes that came and may be an answer or held-back data.
    undecided: Undecided,
    /// When the last of what was handed on came.
    since: Duration,
    /// An outcome that is told when the line that it came of is whole.
    outcome: Option<(Duration, String)>,
}

impl Watch {
    /// Of one tap, whose times count from `began` on.
    #[must_use]
    pub fn of(began: Instant, tap: Box<dyn Tap>) -> Self {
        let mut watch = Self::new(began);
        watch.taps.tap = Some(tap);
        watch
    }

    pub(crate) fn new(began: Instant) -> Self {
        let (sent, received) = (Masker::new(b'\r'), Masker::new(b'\n'));
        Self {
            taps: Taps::default(),
            began,
            sent,
            received,
            undecided: Undecided::default(),
            since: Duration::ZERO,
            outcome: None,
        }
    }

    /// Tells those who watch from now on what they cannot know; call it when there is a new one.
    pub(crate) fn configured(&mut self, config: &Config) {
        let at = self.began.elapsed();
        self.taps.each(|tap| tap.configured(at, config));
    }

    pub(crate) fn began(&mut self, operation: &Operation<'_>) {
        self.catch_up();
        self.ended();
        let at = self.began.elapsed();
        self.taps.each(|tap| tap.began(at, operation));
    }

    pub(crate) fn aborted(&mut self) {
        self.catch_up();
        let at = self.began.elapsed();
        self.taps.each(|tap| tap.aborted(at));
    }

    /// The port took these bytes.
    pub fn sent(&mut self, kind: Kind, bytes: &[u8]) {
        self.catch_up();
        let at = self.began.elapsed();
        if self.taps.is_empty() {
            return;
        }
        let taps = &mut self.taps;
        match kind {
            Kind::Data => taps.each(|tap| tap.sent(at, kind, bytes)),
            Kind::Line => self.sent.push(bytes, |line| taps.each(|tap| tap.sent(at, kind, line))),
        }
    }

    /// The session used up these bytes, and `event` came of it.
    pub fn received(&mut self, used: &[u8], event: Option<&Event<'_>>) {
        if self.taps.is_empty() {
            return;
        }
        if let Some(Event::Data(data)) = event {
            if *data == used {
                self.decide();
                return self.data(data);
            }
            // It was held back before, and stands among what is undecided.
            self.undecided.extend(used, self.began.elapsed());
            if let Some(at) = self.undecided.bytes.windows(data.len()).position(|window| window == *data) {
                let mut rest = self.undecided.split_off(at);
                self.decide();
                self.undecided = rest.split_off(data.len());
                self.data(data);
            }
            return;
        }
        self.undecided.extend(used, self.began.elapsed());
        if event.is_some() || self.undecided.bytes.len() >= LONGEST {
            self.decide();
        }
        let at = self.began.elapsed();
        if let Some(Event::Urc(line)) = event {
            self.taps.each(|tap| tap.urc(at, line));
        }
        if let Some(outcome) = event.and_then(ending) {
            self.outcome = Some((at, outcome));
        }
        if self.received.line.is_empty() && self.undecided.bytes.is_empty() {
            self.ended();
        }
    }

    /// What the session has used stands before what it made of it: also a line whose line feed is still to come, and the `A` of a module that
    /// acknowledges a block.
    fn catch_up(&mut self) {
        self.decide();
        let line = &self.received.line;
        if line.ends_with(b"\r") || line.iter().all(|byte| *byte == b'A') {
            let (since, taps) = (self.since, &mut self.taps);
            self.received.finish(|line| taps.each(|tap| tap.received(since, Kind::Line, line)));
        }
    }

    fn ended(&mut self) {
        if let Some((at, outcome)) = self.outcome.take() {
            self.taps.each(|tap| tap.ended(at, &outcome));
        }
    }

    /// Hands on what is left, finished or not.
    pub fn finish(&mut self) {
        self.decide();
        let at = self.began.elapsed();
        let taps = &mut self.taps;
        self.sent.finish(|line| taps.each(|tap| tap.sent(at, Kind::Line, line)));
        self.received.finish(|line| taps.each(|tap| tap.received(at, Kind::Line, line)));
        self.ended();
    }

    /// What is undecided is no data: so it is, also, when an operation ends.
    pub fn decide(&mut self) {
        let undecided = std::mem::take(&mut self.undecided);
        for (bytes, at) in undecided.pieces() {
            self.since = at;
            let taps = &mut self.taps;
            self.received.push(bytes, |line| taps.each(|tap| tap.received(at, Kind::Line, line)));
        }
        if self.received.line.is_empty() {
            self.ended();
        }
    }

    fn data(&mut self, data: &[u8]) {
        let at = self.began.elapsed();
        self.taps.each(|tap| tap.received(at, Kind::Data, data));
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// Bytes of which nobody can say yet what they are, and when each of them came.
#[derive(Default)]
struct Undecided {
    bytes: Vec<u8>,
    /// Where a piece begins, and when it came.
    arrivals: Vec<(usize, Duration)>,
}

impl Undecided {
    fn extend(&mut self, bytes: &[u8], at: Duration) {
        if bytes.is_empty() {
            return;
        }
        self.arrivals.push((self.bytes.len(), at));
        self.bytes.extend(bytes);
    }

    /// Keeps what stands before this place, and gives the rest.
    fn split_off(&mut self, place: usize) -> Self {
        let bytes = self.bytes.split_off(place);
        let within = self.arrivals.partition_point(|(begin, _)| *begin < place);
        let cut = self.arrivals[..within].last().map(|(_, at)| (0, *at));
        let later = self.arrivals.split_off(within).into_iter().map(|(begin, at)| (begin - place, at));
        let mut arrivals: Vec<_> = later.collect();
        if arrivals.first().is_none_or(|(begin, _)| *begin > 0) && !bytes.is_empty() {
            arrivals.splice(0..0, cut);
        }
        Self { bytes, arrivals }
    }

    fn pieces(&self) -> impl Iterator<Item = (&[u8], Duration)> {
        let ends = self.arrivals.iter().skip(1).map(|(begin, _)| *begin).chain([self.bytes.len()]);
        self.arrivals.iter().zip(ends).map(|((begin, at), end)| (&self.bytes[*begin..end], *at))
    }
}

/// One direction: bytes to masked lines.
struct Masker {
    line: Vec<u8>,
    /// The byte that ends a line: CR of commands, LF of answers.
    end: u8,
    /// The line's beginning was handed on already and held the beginning of a secret.
    secret: bool,
}

impl Masker {
    fn new(end: u8) -> Self {
        Self { line: Vec::new(), end, secret: false }
    }

    /// Adds bytes; hands on every line that is complete with them.
    fn push(&mut self, bytes: &[u8], mut hand_on: impl FnMut(&[u8])) {
        for &byte in bytes {
            self.line.push(byte);
            if byte == self.end || self.line.len() >= LONGEST {
                self.hand_on(byte == self.end, &mut hand_on);
            }
        }
        // The way out of data mode has no line end, and its time counts.
        if self.end == b'\r' && self.line == b"+++" {
            self.hand_on(true, &mut hand_on);
        }
    }

    /// Hands on what is left, which has no line end.
    fn finish(&mut self, mut hand_on: impl FnMut(&[u8])) {
        if !self.line.is_empty() {
            self.hand_on(false, &mut hand_on);
        }
    }

    fn hand_on(&mut self, ends: bool, hand_on: &mut impl FnMut(&[u8])) {
        let body =
            self.line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let start = if self.secret { Some(0) } else { first_secret(&self.line[..body]) };
        if let Some(start) = start.filter(|start| *start < body) {
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

/// Where the first secret begins; an echo and its answer may stand in one line.
fn first_secret(line: &[u8]) -> Option<usize> {
    let mut from = 0;
    for part in line.split_inclusive(|byte| *byte == b'\r') {
        if let Some(start) = secret_start(part) {
            return Some(from + start);
        }
        from += part.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(bytes: &[u8], cut: usize) -> Vec<u8> {
        let mut masker = Masker::new(b'\n');
        let mut out = Vec::new();
        bytes.chunks(cut.max(1)).for_each(|piece| masker.push(piece, |line| out.extend(line)));
        masker.finish(|line| out.extend(line));
        out
    }

    #[test]
    fn each_byte_keeps_its_time() {
        let at = Duration::from_secs;
        let mut all = Undecided::default();
        for (bytes, second) in [(&b"abc"[..], 1), (b"", 2), (b"de", 3)] {
            all.extend(bytes, at(second));
        }
        let told = |of: &Undecided| -> Vec<(Vec<u8>, Duration)> {
            of.pieces().map(|(bytes, at)| (bytes.to_vec(), at)).collect()
        };
        assert_eq!(told(&all), [(b"abc".to_vec(), at(1)), (b"de".to_vec(), at(3))]);
        let mut rest = all.split_off(2);
        assert_eq!(told(&all), [(b"ab".to_vec(), at(1))]);
        assert_eq!(told(&rest), [(b"c".to_vec(), at(1)), (b"de".to_vec(), at(3))]);
        let last = rest.split_off(1);
        assert_eq!((told(&rest), told(&last)), (vec![(b"c".to_vec(), at(1))], vec![(b"de".to_vec(), at(3))]));
        assert_eq!(told(&rest.split_off(1)), []);
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
