//! A log of any length, a part at a time: what is done is printed and forgotten.

use std::io::{self, Read};

use qftp_transport::recording::HEAD;

use super::diagnosis::Diagnosis;
use super::exchange::Outcome;
use super::reading::{self, Event};
use super::steps::{Step, steps};

/// How much is read at once, in bytes. A log that is no longer is one part.
const PART: usize = if cfg!(test) { 1 << 14 } else { 1 << 20 };
/// The most that waits for its outcome: what is longer, file data mostly, is cut in the middle.
const MOST: usize = 4 * PART;
/// How many commands back from the end a place is looked for where nothing is under way.
const TRIES: usize = 32;

/// Reads a log and hands on its steps as they are known; what it comes to.
///
/// # Errors
/// Those of the reader.
pub(super) fn explain(mut log: impl Read, mut hand_on: impl FnMut(&[Step])) -> io::Result<Diagnosis> {
    let (mut bytes, mut before, mut recording) = (Vec::new(), 0, false);
    let mut whole = Diagnosis::of(&[]);
    loop {
        let had = bytes.len();
        log.by_ref().take(PART as u64).read_to_end(&mut bytes)?;
        let is_last = bytes.len() - had < PART;
        recording |= before == 0 && bytes.starts_with(HEAD.as_bytes());
        // A line goes with its end.
        let lines = match is_last {
            true => bytes.len(),
            false => bytes.iter().rposition(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1),
        };
        let events = events(&bytes[..lines], before, recording);
        let (steps, next) = match is_last || bytes.len() >= MOST {
            true => (steps(&events), None),
            false => finished(&events),
        };
        let used = match next {
            Some(line) => offset(&bytes, line - before - 1, recording),
            None if steps.is_empty() && !is_last => 0,
            None => lines,
        };
        hand_on(&steps);
        whole.add(Diagnosis::of(&steps));
        if is_last {
            return Ok(whole);
        }
        before += ends(&bytes[..used], recording).count();
        bytes.drain(..used);
    }
}

/// The events of a part that stands behind so many lines.
fn events(part: &[u8], before: usize, recording: bool) -> Vec<Event> {
    // Only the first part of a recording has the line that says what it is.
    let headed = recording && before > 0;
    let mut events = match headed {
        true => reading::events(&[HEAD.as_bytes(), b"\n", part].concat()),
        false => reading::events(part),
    };
    for event in &mut events {
        event.line += before - usize::from(headed);
    }
    events
}

/// The steps up to a command before which nothing is under way, and that command's line; none where there is no such place.
fn finished(events: &[Event]) -> (Vec<Step>, Option<usize>) {
    let commands = (1..events.len()).rev().filter(|at| events[*at].is_command());
    for at in commands.take(TRIES) {
        // Of a line of several commands all or none.
        if events[at - 1].line == events[at].line {
            continue;
        }
        let steps = steps(&events[..at]);
        let is_done = |step: &Step| match step {
            Step::Exchange(exchange) => exchange.outcome != Outcome::Unfinished,
            Step::Unasked(_) => true,
        };
        if steps.iter().rev().take(TRIES).all(is_done) {
            return (steps, Some(events[at].line));
        }
    }
    (Vec::new(), None)
}

/// Where the line begins that stands behind so many.
fn offset(bytes: &[u8], lines: usize, recording: bool) -> usize {
    match lines.checked_sub(1) {
        None => 0,
        Some(last) => ends(bytes, recording).nth(last).unwrap_or(bytes.len()),
    }
}

/// Where the lines end. In a recording a carriage return is none of its own.
fn ends(bytes: &[u8], recording: bool) -> impl Iterator<Item = usize> {
    let mut at = 0;
    let mut lines = reading::lines(bytes);
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let len = match recording {
            true => rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1),
            false => lines.next().map_or(0, |(line, end)| line.len() + usize::try_from(end).unwrap_or(0)),
        };
        rest = rest.get(len..).unwrap_or_default();
        at += len;
        (len > 0).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the log comes to, and the lines of its exchanges.
    fn told(log: &[u8]) -> (Diagnosis, Vec<usize>) {
        let mut lines = Vec::new();
        let diagnosis = explain(log, |steps| {
            lines.extend(steps.iter().map(|step| match step {
                Step::Exchange(exchange) => exchange.line,
                Step::Unasked(unasked) => unasked.line,
            }));
        });
        (diagnosis.expect("read"), lines)
    }

    #[test]
    fn a_log_of_many_parts_is_one_dialogue() {
        let exchange = "AT+QFTPSIZE=\"a\"\r\nOK\r\n\r\n+QFTPSIZE: 0,5\r\n";
        let count = 3 * PART / exchange.len();
        let mut log = exchange.repeat(count);
        let at = exchange.len() * (count / 2);
        log.insert_str(at, "AT+QFTPSIZE=\"b\"\r\nOK\r\n\r\n+QFTPSIZE: 627,550\r\n");
        let (diagnosis, lines) = told(log.as_bytes());
        let expected: Vec<usize> = (0..=count).map(|exchange| 4 * exchange + 1).collect();
        assert!(lines == expected);
        assert_eq!(diagnosis.line, Some(4 * (count / 2) + 1));
        assert!(diagnosis.diagnosis.contains("550"), "{}", diagnosis.diagnosis);
    }

    #[test]
    fn a_recording_of_many_parts() {
        let exchange =
            "0.1 > AT+QFTPSIZE=\"a\"\\r\n0.2 < \\r\\n\n0.2 < OK\\r\\n\n0.3 < +QFTPSIZE: 0,5\\r\\n\n";
        let count = 2 * PART / exchange.len();
        let log = format!("{HEAD}\n{}", exchange.repeat(count));
        let (diagnosis, lines) = told(log.as_bytes());
        let expected: Vec<usize> = (0..count).map(|exchange| 4 * exchange + 2).collect();
        assert!(lines == expected, "{:?} {:?}", lines.len(), lines.get(..5));
        assert_eq!(diagnosis.diagnosis, "nothing failed");
    }

    #[test]
    fn data_without_an_end_is_cut() {
        let log =
            format!("AT+QFTPGET=\"a\",\"COM:\"\r\nCONNECT\r\n{}", "some text\r\n".repeat(2 * MOST / 11));
        let (diagnosis, _) = told(log.as_bytes());
        assert_eq!(diagnosis.line, Some(1), "{}", diagnosis.diagnosis);
    }
}
