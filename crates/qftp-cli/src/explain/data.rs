//! Data mode: which events are file data, and where they end.

use qftp_core::wire::{FtpOutcome, Info, Line, Urc, Verb};

use super::decoration::Way;
use super::reading::{Event, What};

/// File data behind a `CONNECT`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    /// How many events it takes.
    pub(super) events: usize,
    /// How many bytes the log shows or tells.
    pub(super) bytes: u64,
}

/// How many places are tried as the end. File data may hold what looks like one; only the length tells.
const TRIES: usize = 64;

/// The data that `events` begin with, of a command of this name; `announced` is what `CONNECT` said.
pub(super) fn behind(events: &[Event], verb: Option<Verb>, announced: Option<u64>) -> Data {
    let mut seen = Data { events: 0, bytes: 0 };
    let mut first = None;
    let mut tries = 0;
    let mut line_end = 0;
    let mut ended = false;
    // The log tells data from lines.
    let mut marked = false;
    for (at, event) in events.iter().enumerate() {
        seen.events = at;
        match &event.what {
            What::Data(count) => {
                (seen.bytes, line_end, marked) = (seen.bytes + count, 0, true);
                continue;
            }
            What::Escape => continue,
            What::Line(text) if text.is_empty() => {}
            What::Line(text)
                if marked
                    && matches!(Line::parse(text.as_bytes()), Line::Urc(Urc::Ready | Urc::PoweredDown)) =>
            {
                return first.unwrap_or(Data { bytes: seen.bytes.saturating_sub(line_end), ..seen });
            }
            What::Line(text) => {
                if event.is_command() && event.way != Some(Way::Received) {
                    return first.unwrap_or(seen);
                }
                // The result behind an OK is the same end once more.
                let again = std::mem::take(&mut ended) && !Line::parse(text.as_bytes()).is_final();
                let after = events.get(at + 1..).unwrap_or_default();
                if let Some(told) = end(text, after, verb).filter(|_| !again) {
                    ended = true;
                    let shown = Data { events: at, bytes: seen.bytes.saturating_sub(line_end) };
                    match told.or(announced) {
                        Some(told) if told == shown.bytes => return shown,
                        Some(_) => {}
                        None => return first.unwrap_or(shown),
                    }
                    tries += 1;
                    if tries == TRIES {
                        return first.unwrap_or(shown);
                    }
                    first = first.or(Some(shown));
                }
            }
        }
        // The answer begins with a line's end of its own, which is not file data.
        line_end = if event.len == event.end { line_end.max(event.end) } else { event.end };
        seen.bytes += event.len;
    }
    first.unwrap_or(Data { events: events.len(), ..seen })
}

/// Whether a line ends data mode, and the length that is told then.
fn end(text: &str, after: &[Event], verb: Option<Verb>) -> Option<Option<u64>> {
    let of = |line: &Line<'_>| match line {
        Line::Ftp(result) if Some(result.verb) == verb => Some(match result.outcome {
            FtpOutcome::Number(count) => Some(count),
            _ => None,
        }),
        Line::Info(info @ Info::File(_)) if Some(info.verb()) == verb => {
            let told = text.split_once(':').and_then(|(_, rest)| rest.split(',').next()?.trim().parse().ok());
            Some(told)
        }
        _ => None,
    };
    let line = Line::parse(text.as_bytes());
    if let Some(told) = of(&line) {
        return Some(told);
    }
    if !line.is_final() {
        return None;
    }
    let next = after.iter().find(|event| event.text().is_some());
    match next.and_then(Event::text) {
        None => Some(None),
        Some(_) if next.is_some_and(Event::is_command) => Some(None),
        Some(text) => match Line::parse(text.as_bytes()) {
            Line::Urc(_) => Some(None),
            line => of(&line),
        },
    }
}
