//! What programs print in front of the lines of a log: time stamps, arrows, names of the two sides.

use std::time::Duration;

/// Which side a line is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From the host.
    Sent,
    /// From the module.
    Received,
}

/// A line without what stood in front of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bare<'a> {
    pub(super) at: Option<Duration>,
    pub(super) way: Option<Way>,
    pub(super) text: &'a str,
}

/// Arrows; those that are the beginning of another come after it.
const ARROWS: [(&str, Way); 14] = [
    (">>>", Way::Sent),
    ("-->", Way::Sent),
    (">>", Way::Sent),
    ("->", Way::Sent),
    ("=>", Way::Sent),
    ("→", Way::Sent),
    (">", Way::Sent),
    ("<<<", Way::Received),
    ("<--", Way::Received),
    ("<<", Way::Received),
    ("<-", Way::Received),
    ("<=", Way::Received),
    ("←", Way::Received),
    ("<", Way::Received),
];

/// What programs call the two ways.
const WORDS: [(&str, Way); 13] = [
    ("TX", Way::Sent),
    ("SEND", Way::Sent),
    ("SENT", Way::Sent),
    ("WRITE", Way::Sent),
    ("HOST", Way::Sent),
    ("OUT", Way::Sent),
    ("RX", Way::Received),
    ("RECV", Way::Received),
    ("RECEIVED", Way::Received),
    ("READ", Way::Received),
    ("MODULE", Way::Received),
    ("MODEM", Way::Received),
    ("IN", Way::Received),
];

/// Takes time stamps and marks off the front of a line.
pub(super) fn strip(line: &str) -> Bare<'_> {
    let mut bare = Bare { at: None, way: None, text: line.trim() };
    loop {
        if bare.at.is_none()
            && let Some((at, rest)) = stamp(bare.text)
        {
            (bare.at, bare.text) = (Some(at), rest.trim_start());
        } else if bare.way.is_none()
            && let Some((way, rest)) = word(bare.text).or_else(|| arrow(bare.text))
        {
            (bare.way, bare.text) = (Some(way), rest.trim_start());
        } else {
            return bare;
        }
    }
}

fn arrow(text: &str) -> Option<(Way, &str)> {
    // `<1000 bytes>` and `<CR>` are no arrows.
    if text.starts_with('<') && text.ends_with('>') {
        return None;
    }
    ARROWS.iter().find_map(|(mark, way)| Some((*way, text.strip_prefix(mark)?)))
}

/// `TX:`, `[TX]`, `Recv <-`.
fn word(text: &str) -> Option<(Way, &str)> {
    let inner = text.trim_start_matches(['[', '(']);
    let len = inner.find(|sign: char| !sign.is_ascii_alphabetic()).unwrap_or(inner.len());
    let (name, rest) = inner.split_at_checked(len)?;
    let (_, way) = WORDS.iter().find(|(word, _)| name.eq_ignore_ascii_case(word))?;
    let behind = rest.trim_start_matches([']', ')', ':', '>', '<', '-', '=', '|', ' ', '→', '←']);
    // A word alone is a word.
    (behind.len() < rest.trim_start().len()).then_some((*way, behind))
}

/// A time at the front: of day, or since a beginning.
fn stamp(text: &str) -> Option<(Duration, &str)> {
    let opened = text.starts_with(['[', '(']);
    let inner = text.trim_start_matches(['[', '(']).trim_start();
    let inner = date(inner).unwrap_or(inner);
    let (at, rest) = clock(inner).or_else(|| seconds(inner))?;
    let rest = rest.strip_prefix('Z').unwrap_or(rest);
    if opened {
        let close = rest.find([']', ')']).filter(|close| *close <= 8)?;
        return Some((at, rest.get(close + 1..)?.trim_start_matches([':', ' '])));
    }
    let zone = rest
        .strip_prefix(['+', '-'])
        .map(|zone| zone.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ':'));
    let rest = zone.filter(|zone| zone.len() + 5 <= rest.len()).unwrap_or(rest);
    let ended = rest.is_empty() || rest.starts_with([' ', '\t', ':', '>', '<', '|', '-', '→', '←']);
    ended.then(|| (at, rest.trim_start_matches([':', ' ', '|'])))
}

/// What is behind a date.
fn date(text: &str) -> Option<&str> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Some((month, rest)) = text.split_at_checked(3)
        && MONTHS.contains(&month.to_ascii_lowercase().as_str())
    {
        return Some(rest.trim_start().trim_start_matches(|sign: char| sign.is_ascii_digit()).trim_start());
    }
    let len = text.find(|sign: char| !(sign.is_ascii_digit() || matches!(sign, '-' | '/' | '.')))?;
    let (date, rest) = text.split_at_checked(len)?;
    let parts = date.split(['-', '/', '.']).filter(|part| !part.is_empty()).count();
    (parts == 3 && (8..=10).contains(&len)).then(|| rest.trim_start_matches(['T', ' ', '_', ',']))
}

/// `12:34:56.789`.
fn clock(text: &str) -> Option<(Duration, &str)> {
    let (hours, rest) = digits(text, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (whole, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (fraction, rest) = fraction(rest, &['.', ',', ':']);
    Some((Duration::from_secs((hours * 60 + minutes) * 60 + whole) + fraction, rest))
}

/// `12.345`, with or without an `s`.
fn seconds(text: &str) -> Option<(Duration, &str)> {
    let (whole, rest) = digits(text, 10)?;
    let (fraction, behind) = fraction(rest, &['.']);
    (behind.len() < rest.len())
        .then(|| (Duration::from_secs(whole) + fraction, behind.strip_prefix('s').unwrap_or(behind)))
}

/// Up to nine digits behind a point.
fn fraction<'a>(text: &'a str, points: &[char]) -> (Duration, &'a str) {
    let parsed = text.strip_prefix(points).and_then(|text| {
        let (number, rest) = digits(text, 9)?;
        let places = u32::try_from(text.len() - rest.len()).ok()?;
        Some((Duration::from_nanos(number * 10u64.pow(9 - places)), rest))
    });
    parsed.unwrap_or((Duration::ZERO, text))
}

/// A number of at most `most` digits.
fn digits(text: &str, most: usize) -> Option<(u64, &str)> {
    let len = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(len).filter(|_| len <= most)?;
    Some((number.parse().ok()?, rest))
}
