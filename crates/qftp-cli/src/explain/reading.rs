//! What kind of log it is, and its lines with the time and the side they are from.

use std::borrow::Cow;
use std::time::Duration;

use qftp_core::wire::{Line, commands};
use qftp_transport::recording::{HEAD, unescape};

use super::decoration::{self, Way};
use super::{glued, hexdump};

/// One thing that passed.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// Its line in the log, from 1.
    pub(super) line: usize,
    /// Since whatever the log counts from.
    pub(super) at: Option<Duration>,
    pub(super) way: Option<Way>,
    pub(super) what: What,
    /// Bytes with the line's end, as they would count in file data.
    pub(super) len: u64,
    /// The bytes of its line's end.
    pub(super) end: u64,
    /// It had typographic quotes; its text has plain ones.
    pub(super) curly: bool,
}

/// What passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A line, perhaps empty.
    Line(String),
    /// So many bytes of file data, where the log says so.
    Data(u64),
    /// `+++`.
    Escape,
}

impl Event {
    /// The text, if this is a line and no comment.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Line(text) if !text.is_empty() && !text.starts_with('#') => Some(text),
            _ => None,
        }
    }

    fn is_known(&self) -> bool {
        self.text().is_none_or(is_known) && self.what != What::Line(String::new())
    }

    pub(super) fn is_command(&self) -> bool {
        self.text().is_some_and(is_command)
    }
}

/// Whether a line is a command and not prose that begins like one.
pub(super) fn is_command(text: &str) -> bool {
    let Some(rest) = text.get(2..).filter(|_| commands(text.as_bytes()).is_some()) else { return false };
    let rest = rest.trim_start();
    let name = rest.strip_prefix(['+', '^', '$', '#', '*', '%', '!']);
    match name {
        Some(name) => name.starts_with(|sign: char| sign.is_ascii_alphabetic()),
        None => commands(text.as_bytes()).is_some_and(|mut all| all.next().is_none_or(|first| first.is_ok())),
    }
}

/// Bytes that passed at one time.
struct Chunk {
    line: usize,
    at: Option<Duration>,
    way: Option<Way>,
    bytes: Vec<u8>,
    /// A recording tells file data from lines.
    data: bool,
}

/// The events of a log of any kind.
pub(super) fn events(log: &[u8]) -> Vec<Event> {
    let log = log.strip_prefix(b"\xef\xbb\xbf").unwrap_or(log);
    if log.starts_with(HEAD.as_bytes()) {
        return assembled(recording(&String::from_utf8_lossy(log)));
    }
    if let Some(chunks) = dump(&String::from_utf8_lossy(log)) {
        return assembled(chunks);
    }
    let mut events = Vec::new();
    for (number, (bytes, end)) in lines(log).enumerate() {
        let text = String::from_utf8_lossy(bytes);
        // Programs print line ends so that they are seen.
        let pieces = match text.contains(['<', '\\']) {
            true => Cow::from(
                text.replace("<CR>", "\n").replace("<LF>", "\n").replace("\\r", "\n").replace("\\n", "\n"),
            ),
            false => text,
        };
        let (mut at, mut way) = (None, None);
        let mut found: Vec<Event> = Vec::new();
        for piece in pieces.split('\n') {
            let mut event = event(number + 1, piece, len(bytes) + end);
            (at, way) = (event.at.or(at), event.way.or(way));
            (event.at, event.way, event.end) = (at, way, end);
            found.extend(unglued(event));
        }
        // What is printed around a string with line ends in it is no line.
        if found.len() > 1 && found.iter().any(Event::is_known) {
            found.retain(Event::is_known);
        }
        events.append(&mut found);
    }
    without_quotation_marks(events)
}

/// The events of the lines that a line was.
fn unglued(event: Event) -> Vec<Event> {
    let pieces = event.text().map(glued::apart).unwrap_or_default();
    if pieces.len() < 2 {
        return vec![event];
    }
    pieces.iter().map(|piece| Event { what: What::Line((*piece).to_owned()), ..event.clone() }).collect()
}

/// Lines with the bytes of their ends: CR LF, CR or LF.
pub(super) fn lines(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], u64)> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let at = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
        let (line, rest) = bytes.split_at(at);
        let end = if rest.starts_with(b"\r\n") { 2 } else { rest.len().min(1) };
        bytes = rest.get(end..).unwrap_or_default();
        Some((line, end as u64))
    })
}

fn len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

/// An event of a line that may be decorated.
fn event(line: usize, raw: &str, len: u64) -> Event {
    // Most lines of most logs are plain.
    let is_plain = raw.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'&');
    let (text, curly) =
        if is_plain { (Cow::from(raw), false) } else { (Cow::from(plain(raw)), is_curly(raw)) };
    let bare = decoration::strip(&text);
    let what = marked(&text, bare.text).unwrap_or_else(|| What::Line(inner(bare.text).to_owned()));
    Event { line, at: bare.at, way: bare.way, what, len, end: 0, curly }
}

/// Whether typographic quotes are in it.
fn is_curly(text: &str) -> bool {
    text.contains(['“', '”', '„', '‟', '″', '＂'])
}

/// The same with plain quotes and blanks, and without signs that have no width.
fn plain(raw: &str) -> String {
    let text: String = raw
        .chars()
        .filter(|sign| !matches!(sign, '\u{200b}'..='\u{200f}' | '\u{feff}'))
        .map(|sign| match sign {
            '“' | '”' | '„' | '‟' | '″' | '＂' => '"',
            sign if sign.is_whitespace() => ' ',
            sign => sign,
        })
        .collect();
    if is_curly(raw) { text } else { text.replace("&quot;", "\"") }
}

/// File data as logs and transcripts write it, and the way out of data mode.
fn marked(line: &str, text: &str) -> Option<What> {
    let number = |text: &str| text.trim().parse().ok().map(What::Data);
    if text == "+++" || line.trim_end().ends_with(">+") {
        return Some(What::Escape);
    }
    let enclosed = text.strip_prefix(['<', '[']).and_then(|text| text.strip_suffix(['>', ']']));
    if let Some(count) = enclosed.unwrap_or(text).strip_suffix("bytes") {
        return number(count);
    }
    // `>= 1000`, `<= 1000`, `<* 1000`: one of the signs has gone as an arrow.
    text.strip_prefix(['=', '*'])
        .and_then(number)
        .or_else(|| line.contains("<=").then(|| number(text)).flatten())
}

/// A command or an answer behind what a program of its own prints in front of it: `I (123) modem: OK`.
fn inner(text: &str) -> &str {
    if is_known(text) {
        return text;
    }
    // `b'OK'`, `"OK"`: strings as languages print them.
    for (open, close) in [("b'", "'"), ("b\"", "\""), ("\"", "\""), ("'", "'")] {
        if let Some(quoted) = text.strip_prefix(open)
            && let bare = quoted.strip_suffix(close).unwrap_or(quoted)
            && is_known(bare)
        {
            return bare;
        }
    }
    let places = text.match_indices([':', ']', '>', '|', ')', '$', '#', '\'', '"']).take(12);
    places
        .filter_map(|(at, sign)| text.get(at + sign.len()..).map(str::trim_start))
        .map(|rest| rest.strip_suffix('\'').unwrap_or(rest))
        // Of a string in quotes the last one may be left.
        .map(|rest| rest.strip_suffix('"').filter(|_| rest.matches('"').count() % 2 == 1).unwrap_or(rest))
        .find(|rest| is_dialogue(rest))
        .unwrap_or(text)
}

fn is_known(text: &str) -> bool {
    is_command(text) || !matches!(Line::parse(text.as_bytes()), Line::Text(_))
}

/// Narrower than what a whole line may be: prose has colons too.
fn is_dialogue(text: &str) -> bool {
    let first = text.get(..3).unwrap_or_default();
    (first.eq_ignore_ascii_case("AT+") && is_command(text))
        || matches!(Line::parse(text.as_bytes()), Line::Ok | Line::Error | Line::Cme(_) | Line::Ftp(_))
        || (text.starts_with('+') && matches!(Line::parse(text.as_bytes()), Line::Info(_) | Line::Urc(_)))
}

/// A mark in front of all lines alike is a quotation's, and tells nothing.
fn without_quotation_marks(mut events: Vec<Event>) -> Vec<Event> {
    let ways: Vec<Way> =
        events.iter().filter(|event| event.text().is_some()).filter_map(|event| event.way).collect();
    let alike = ways.windows(2).all(|pair| pair[0] == pair[1]);
    if alike {
        for event in &mut events {
            event.way = None;
        }
    }
    events
}

/// The lines of a recording of ours.
fn recording(text: &str) -> Vec<Chunk> {
    let chunk = |(number, row): (usize, &str)| {
        let (at, rest) = row.split_once(' ')?;
        let (mark, escaped) = rest.split_once(' ').unwrap_or((rest, ""));
        let (way, data) = match mark {
            ">" => (Way::Sent, false),
            "<" => (Way::Received, false),
            ">=" => (Way::Sent, true),
            "<=" => (Way::Received, true),
            _ => return None,
        };
        let at = at.parse().ok().and_then(|at| Duration::try_from_secs_f64(at).ok());
        Some(Chunk { line: number + 1, at, way: Some(way), bytes: unescape(escaped), data })
    };
    text.lines().enumerate().filter_map(chunk).collect()
}

/// The bytes of a hex dump, if the log is one.
fn dump(text: &str) -> Option<Vec<Chunk>> {
    let filled = text.lines().filter(|line| !line.trim().is_empty()).count();
    let chunk = |(number, line): (usize, &str)| {
        let bare = decoration::strip(line);
        let plain = hexdump::row(line).map(|bytes| (None, None, bytes));
        let (at, way, bytes) = plain.or_else(|| Some((bare.at, bare.way, hexdump::row(bare.text)?)))?;
        Some(Chunk { line: number + 1, at, way, bytes, data: false })
    };
    let chunks: Vec<Chunk> = text.lines().enumerate().filter_map(chunk).collect();
    (!chunks.is_empty() && chunks.len() * 5 >= filled * 3).then_some(chunks)
}

/// Lines out of chunks that begin and end anywhere.
fn assembled(chunks: Vec<Chunk>) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut open: Option<Chunk> = None;
    for chunk in chunks {
        if let Some(begun) = open.take_if(|begun| begun.way != chunk.way || chunk.data) {
            flush(begun, &mut events);
        }
        let escapes = chunk.data || (open.is_none() && chunk.way == Some(Way::Sent));
        if escapes && chunk.bytes == b"+++" {
            let escape = What::Escape;
            events.push(Event {
                line: chunk.line,
                at: chunk.at,
                way: chunk.way,
                what: escape,
                len: 0,
                end: 0,
                curly: false,
            });
            continue;
        }
        if chunk.data {
            let more = len(&chunk.bytes);
            match events.last_mut() {
                // The time of the last byte: a silence begins there.
                Some(Event { what: What::Data(count), way, at, .. }) if *way == chunk.way => {
                    (*count, *at) = (*count + more, chunk.at);
                }
                _ => events.push(Event {
                    line: chunk.line,
                    at: chunk.at,
                    way: chunk.way,
                    what: What::Data(more),
                    len: 0,
                    end: 0,
                    curly: false,
                }),
            }
            continue;
        }
        // What has no end yet waits for the next chunk.
        let ended = chunk.bytes.iter().rposition(|byte| matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
        let kept = chunk.bytes.len() - ended;
        let mut whole = match open.take() {
            Some(mut begun) => {
                begun.bytes.extend_from_slice(&chunk.bytes);
                begun
            }
            None => chunk,
        };
        if ended == 0 {
            open = Some(whole);
            continue;
        }
        let rest = whole.bytes.split_off(whole.bytes.len() - kept);
        let (line, at, way) = (whole.line, whole.at, whole.way);
        flush(whole, &mut events);
        if !rest.is_empty() {
            open = Some(Chunk { line, at, way, bytes: rest, data: false });
        }
    }
    if let Some(begun) = open {
        flush(begun, &mut events);
    }
    events
}

fn flush(chunk: Chunk, events: &mut Vec<Event>) {
    for (bytes, end) in lines(&chunk.bytes) {
        let text = String::from_utf8_lossy(bytes).trim().to_owned();
        let what = if text == "+++" { What::Escape } else { What::Line(text) };
        let len = len(bytes) + end;
        events.push(Event { line: chunk.line, at: chunk.at, way: chunk.way, what, len, end, curly: false });
    }
}
