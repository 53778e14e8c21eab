//! File data on its way to the host: counted, never searched.
//!
//! Bytes that could be the module's words after broken-off data are held back while they stand at the very end of what has come:
//! only silence makes them final. As soon as anything else follows they are file data.

use crate::Checksum;
use crate::copy::copy;
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::wire::{FtpOutcome, FtpResult, Line, Urc, Verb, is_end};

/// The longest end of data that is held back: the module's words after it, and a few URCs among them.
const WINDOW: usize = limits::WORDS;
/// Room for what is held back and the piece that decides about it.
pub(super) const HOLD: usize = 2 * WINDOW;

pub(super) struct Receive {
    /// The command that brings the data.
    pub(super) verb: Verb,
    /// Its length, where it is known.
    pub(super) expected: Option<u64>,
    /// Bytes handed out.
    pub(super) delivered: u64,
    /// Of the bytes handed out.
    pub(super) checksum: Checksum,
    /// The module's words after all the data began as they should.
    whole_end: bool,
    /// Whether the module was asked if it is out of data mode.
    pub(super) question: Question,
    /// The length of the data that the last question was about.
    asked_about: Option<u64>,
    hold: [u8; HOLD],
    start: usize,
    end: usize,
}

/// The question whether the data is over, where its length is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    NotAsked,
    /// When so many bytes stood in the buffer: only what comes behind them can be the answer.
    Asked(usize),
    Unanswered,
}

/// Where data stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Nothing,
    /// The first bytes of the input.
    Input(usize),
    /// A range of the bytes held back.
    Held(usize, usize),
}

/// What the held-back bytes say, if the line stays silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing that could end the data.
    Nothing,
    /// The module's own count agrees with what came before, and its OK is still to come.
    Begun,
    /// OK and a count that agrees with what came before: the data is whole if the module is out of data mode. Its last `rest` bytes are
    /// among those held back.
    Agrees { rest: usize },
    /// The same, and the module has answered the question since.
    Proven { rest: usize },
    /// The data ended early, or the count does not agree; `rest` as before.
    Ended { rest: usize },
}

impl Receive {
    #[inline(always)] // As State::new.
    pub(super) const fn new() -> Self {
        Self {
            verb: Verb::QftpGet,
            expected: None,
            delivered: 0,
            checksum: Checksum::new(),
            whole_end: false,
            question: Question::NotAsked,
            asked_about: None,
            hold: [0; HOLD],
            start: 0,
            end: 0,
        }
    }

    pub(super) const fn begin(&mut self, verb: Verb, expected: Option<u64>) {
        self.verb = verb;
        self.expected = expected;
        self.delivered = 0;
        self.checksum = Checksum::new();
        self.whole_end = false;
        self.question = Question::NotAsked;
        self.asked_about = None;
        self.start = 0;
        self.end = 0;
    }

    /// The module is asked now whether it is out of data mode, and with it whether the data ends `rest` bytes into those held back.
    pub(super) fn ask(&mut self, rest: usize) {
        self.question = Question::Asked(self.end);
        self.asked_about = Some(self.end_of(rest));
    }

    /// Whether it was asked about this end of the data, and not about one that turned out to be data.
    pub(super) fn was_asked(&self, rest: usize) -> bool {
        self.question != Question::NotAsked && self.asked_about == Some(self.end_of(rest))
    }

    fn end_of(&self, rest: usize) -> u64 {
        self.delivered.saturating_add(u64::try_from(rest).unwrap_or(u64::MAX))
    }

    /// Whether a line that begins at this place of the bytes held back came after the question.
    fn is_after_question(&self, at: usize) -> bool {
        matches!(self.question, Question::Asked(asked) if self.start.saturating_add(at) >= asked)
    }

    /// Whether a result code, and nothing else, has come since the question.
    pub(super) fn is_answered(&self) -> bool {
        let mut since = self.lines().filter(|(at, _)| self.is_after_question(*at));
        since.next().is_some_and(|(_, line)| is_result(&line)) && since.next().is_none()
    }

    fn is_answered_before(&self, end: usize) -> bool {
        let since = |at: usize| self.is_after_question(at) && at < end;
        self.lines().any(|(at, line)| since(at) && line == Line::Ok)
    }

    /// The whole lines among the bytes held back, and where each begins. A line without its end may still grow.
    fn lines(&self) -> impl Iterator<Item = (usize, Line<'_>)> {
        let held = self.held();
        let whole = held.iter().rposition(|byte| is_end(*byte)).and_then(|last| held.get(..=last));
        let mut next = 0usize;
        whole.unwrap_or_default().split(|byte| is_end(*byte)).filter_map(move |line| {
            let at = next;
            next = at.saturating_add(line.len()).saturating_add(1);
            (!line.is_empty()).then(|| (at, Line::parse(line)))
        })
    }

    /// An operation starts: what an earlier one brought is none of its data, also where it fails before its own begin.
    pub(super) fn forget(&mut self) {
        if mutated(Mutation::StaleCount) {
            return;
        }
        self.begin(Verb::QftpGet, None);
    }

    /// All data of a known length is handed out.
    pub(super) fn is_complete(&self) -> bool {
        self.expected == Some(self.delivered)
    }

    /// Bytes that are file data even if the transfer has failed; `ok` is whether the module's OK has come after them.
    ///
    /// Where all of a known length seems to be there, the module may have stopped a few bytes short of it, and its first words have filled
    /// the gap. Only when none of those words is missing after the data are they all words. A module that has `restarted` may have
    /// said anything before its `RDY`.
    pub(super) fn trusted(&self, ok: bool, restarted: bool) -> u64 {
        let filled = self.is_complete() && !(self.whole_end && ok);
        let doubtful = (filled || restarted) && !mutated(Mutation::WordsTrusted);
        let words = if doubtful { WINDOW } else { 0 };
        self.delivered.saturating_sub(u64::try_from(words).unwrap_or(u64::MAX))
    }

    /// Whether the module's words begin with this byte after all the data.
    ///
    /// They begin with CR LF. A line feed alone would do for a line, but then the CR has gone into the data, and one byte was lost before.
    pub(super) fn end_begins(&mut self, first: u8) -> bool {
        self.whole_end = first == b'\r';
        self.whole_end || mutated(Mutation::EndUnchecked)
    }

    /// Takes bytes off the input: how many, and where the data to hand out stands.
    pub(super) fn take(&mut self, input: &[u8]) -> (usize, Piece) {
        let held = self.end.saturating_sub(self.start);
        if mutated(Mutation::EndSearchedInData)
            && let Some(at) = input.windows(6).position(|end| end == b"\r\nOK\r\n")
        {
            let rest = u64::try_from(held.saturating_add(at)).unwrap_or(0);
            self.expected = Some(self.delivered.saturating_add(rest));
        }
        let missing = self.expected.map(|all| all.saturating_sub(self.delivered));
        let missing = missing.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        if held == 0 {
            let end = if missing <= input.len() { missing } else { end_of_data(input, self.verb) };
            let Some(data) = input.get(..end).filter(|data| !data.is_empty()) else {
                return (self.hold_back(input), Piece::Nothing);
            };
            self.count(data);
            return (data.len(), Piece::Input(data.len()));
        }
        if missing <= held.saturating_add(input.len()) || input.len() >= WINDOW {
            return (0, self.release(held.min(missing)));
        }
        let taken = self.hold_back(input);
        match end_of_data(self.held(), self.verb) {
            0 => (taken, Piece::Nothing),
            end => (taken, self.release(end)),
        }
    }

    /// The data of a piece.
    pub(super) fn data<'a>(&'a self, piece: Piece, input: &'a [u8]) -> Option<&'a [u8]> {
        match piece {
            Piece::Nothing => None,
            Piece::Input(len) => input.get(..len),
            Piece::Held(from, to) => self.hold.get(from..to),
        }
    }

    /// Reads the next line out of the bytes held back: where it stands, and whether it came after the question.
    pub(super) fn next_line(&mut self) -> Option<(Piece, bool)> {
        let held = self.held();
        let blank = held.iter().take_while(|byte| is_end(**byte)).count();
        let len = held.get(blank..)?.iter().position(|byte| is_end(*byte))?;
        let after_question = self.is_after_question(blank);
        let from = self.start.saturating_add(blank);
        self.start = from.saturating_add(len);
        Some((Piece::Held(from, self.start), after_question))
    }

    /// The bytes held back.
    pub(super) fn held(&self) -> &[u8] {
        self.hold.get(self.start..self.end).unwrap_or_default()
    }

    /// What the bytes held back say, if the line stays silent.
    pub(super) fn verdict(&self) -> Held {
        let held = self.held();
        let mut verdict = Held::Nothing;
        let mut agreed = None;
        for (at, line) in self.lines() {
            match line {
                // Without its OK it is the answer to a question of before.
                Line::Ftp(FtpResult { verb: Verb::QftpStat, .. }) if self.is_answered_before(at) => {
                    if let Held::Agrees { rest } = verdict {
                        return Held::Proven { rest };
                    }
                }
                // A module that refuses the question.
                Line::Error | Line::Cme(_) if self.is_after_question(at) => {}
                Line::Ftp(FtpResult { verb, outcome: FtpOutcome::Number(count) }) if verb == self.verb => {
                    // The data's own last lines may be among what is held back: the count tells where the words begin.
                    let rest = count.checked_sub(self.delivered).and_then(|rest| usize::try_from(rest).ok());
                    // A count that ends the data behind itself is data.
                    // The words begin with CR LF: a line feed alone means that a byte of the data was lost.
                    let rest = rest.filter(|rest| *rest <= at).filter(|rest| {
                        held.get(*rest..).is_some_and(|words| {
                            words.starts_with(b"\r\n") && could_be_words(words, self.verb)
                        })
                    });
                    match rest {
                        // The last that agrees: one before it can only be data.
                        Some(rest) if self.expected.is_none() => {
                            verdict = Held::Agrees { rest };
                            agreed = Some(at);
                        }
                        rest => verdict = Held::Ended { rest: rest.unwrap_or(self.words_before(at, agreed)) },
                    }
                }
                Line::Ok | Line::Text(_) => {}
                Line::Ftp(FtpResult { verb, .. }) if verb == self.verb => {
                    verdict = Held::Ended { rest: self.words_before(at, agreed) };
                }
                Line::Error | Line::Cme(_) | Line::NoCarrier | Line::Urc(Urc::Ready) => {
                    verdict = Held::Ended { rest: self.words_before(at, agreed) };
                }
                _ if verdict == Held::Nothing => verdict = Held::Ended { rest: 0 },
                _ => {}
            }
        }
        match (verdict, agreed) {
            (Held::Agrees { rest }, Some(agreed)) if !self.is_accepted(rest, agreed) => Held::Begun,
            (verdict, _) => verdict,
        }
    }

    /// Where the module's words begin that end with the line at this place. There is one end: the count that agreed before it was data, and
    /// only what follows that can be words. Without such a count, all that is held back may be.
    fn words_before(&self, at: usize, agreed: Option<usize>) -> usize {
        let Some(agreed) = agreed else { return 0 };
        let ours = |place: usize, line: &Line<'_>| place > agreed && place < at && *line == Line::Ok;
        let ok = self.lines().filter(|(place, line)| ours(*place, line)).last();
        let words = ok.map_or(at, |(place, _)| place);
        // The line end before a word belongs to it.
        let before = self.held().get(..words).unwrap_or_default();
        words.saturating_sub(before.iter().rev().take(2).take_while(|byte| is_end(**byte)).count())
    }

    /// Whether the words that begin here have the one OK that they must have. The first OK behind the count can be it only while no other
    /// question was asked, and a second one shows that the first was data.
    fn is_accepted(&self, words: usize, count: usize) -> bool {
        let ok = |(at, line): &(usize, Line<'_>)| *at >= words && *line == Line::Ok;
        let mut oks = self.lines().filter(ok).filter(|(at, _)| !self.is_after_question(*at));
        let first = oks.next().is_some_and(|(at, _)| at < count || self.asked_about.is_none());
        (first && oks.next().is_none()) || mutated(Mutation::EndUnproven)
    }

    /// Hands out the first `len` of the bytes held back.
    pub(super) fn release(&mut self, len: usize) -> Piece {
        let from = self.start;
        self.start = self.start.saturating_add(len).min(self.end);
        let to = self.start;
        let len = to.saturating_sub(from);
        self.delivered = self.delivered.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        if has_checksum(self.verb) {
            self.checksum.update(self.hold.get(from..to).unwrap_or_default());
        }
        Piece::Held(from, to)
    }

    fn count(&mut self, data: &[u8]) {
        self.delivered = self.delivered.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
        if has_checksum(self.verb) {
            self.checksum.update(data);
        }
    }

    fn hold_back(&mut self, input: &[u8]) -> usize {
        if self.start > 0 {
            let held = self.hold;
            if let Question::Asked(at) = &mut self.question {
                *at = at.saturating_sub(self.start);
            }
            self.end = copy(&mut self.hold, held.get(self.start..self.end).unwrap_or_default());
            self.start = 0;
        }
        let room = self.hold.get_mut(self.end..).unwrap_or_default();
        let len = copy(room, input);
        self.end = self.end.saturating_add(len);
        len
    }
}

/// Whether there is a checksum to compare with: only a file of the module has one.
fn has_checksum(verb: Verb) -> bool {
    cfg!(feature = "staging") && verb == Verb::Qfdwl
}

/// Where in `bytes` an end starts that could be the module's words; the length of `bytes` when there is none.
fn end_of_data(bytes: &[u8], verb: Verb) -> usize {
    let from = bytes.len().saturating_sub(WINDOW);
    let window = bytes.get(from..).unwrap_or_default();
    let mut at = 0;
    while let Some(rest) = window.get(at..) {
        let Some(next) = rest.iter().position(|byte| is_end(*byte)) else { break };
        at = at.saturating_add(next);
        if window.get(at..).is_some_and(|words| could_be_words(words, verb)) {
            return from.saturating_add(at);
        }
        at = at.saturating_add(1);
    }
    bytes.len()
}

/// Whether `words`, which begin with CR or LF, are lines of the module from their first to their last byte, as far as they go.
fn could_be_words(words: &[u8], verb: Verb) -> bool {
    // At most a blank line stands between two lines: more line ends in a row are text.
    let blank = words.iter().take_while(|byte| is_end(**byte)).count();
    let Some(first) = words.get(blank..).filter(|_| blank <= 4) else { return false };
    match first.iter().position(|byte| is_end(*byte)) {
        None => could_begin(first, verb),
        Some(end) => {
            let (line, rest) = first.split_at_checked(end).unwrap_or((first, b""));
            is_word(line, verb) && rest.iter().all(|byte| is_end(*byte) || (b' '..=b'~').contains(byte))
        }
    }
}

/// Whether a line belongs to the answer to the question.
pub(super) fn is_answer(line: &Line<'_>) -> bool {
    is_result(line) || matches!(line, Line::Ftp(result) if result.verb == Verb::QftpStat)
}

const fn is_result(line: &Line<'_>) -> bool {
    matches!(line, Line::Ok | Line::Error | Line::Cme(_))
}

/// Whether a complete line is one that can follow broken-off data.
fn is_word(line: &[u8], verb: Verb) -> bool {
    match Line::parse(line) {
        Line::Ok | Line::Error | Line::Cme(_) | Line::NoCarrier | Line::Urc(_) => true,
        Line::Ftp(result) => matches!(result.verb, Verb::QftpClose | Verb::QftpStat) || result.verb == verb,
        Line::Info(info) => info.verb() == verb,
        Line::Connect(_) | Line::Text(_) => false,
    }
}

/// Whether a line without its end can still become such a line.
fn could_begin(start: &[u8], verb: Verb) -> bool {
    const WORDS: [&str; 10] = [
        "OK",
        "ERROR",
        "NO CARRIER",
        "RDY",
        "POWERED DOWN",
        "+CME ERROR:",
        "+QIURC:",
        "+QFTPCLOSE:",
        "+QFTPSTAT:",
        "+QIND:",
    ];
    WORDS.into_iter().chain([verb.name()]).any(|word| {
        let word = word.as_bytes();
        match start.split_at_checked(word.len()) {
            None => word.starts_with(start),
            Some((head, rest)) => {
                head == word && rest.len() < 96 && rest.iter().all(|byte| (b' '..=b'~').contains(byte))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is held back after these pieces, the question asked where `|` stands.
    fn verdict(pieces: &[&[u8]]) -> Held {
        let mut receive = Receive::new();
        receive.begin(Verb::QftpGet, None);
        for piece in pieces {
            if *piece == b"|" {
                let Held::Agrees { rest } = receive.verdict() else { panic!("{:?}", receive.verdict()) };
                receive.ask(rest);
                continue;
            }
            let mut rest = *piece;
            while !rest.is_empty() {
                let (taken, _) = receive.take(rest);
                rest = rest.get(taken..).unwrap_or_default();
            }
        }
        receive.verdict()
    }

    #[test]
    fn an_end_is_proven_by_an_answer_to_a_question() {
        let end = &b"data\r\nOK\r\n\r\n+QFTPGET: 0,4\r\n"[..];
        assert_eq!(verdict(&[end]), Held::Agrees { rest: 0 });
        assert_eq!(verdict(&[end, b"|", b"\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n"]), Held::Proven { rest: 0 });
        assert_eq!(verdict(&[end, b"|", b"\r\n+QFTPSTAT: 0,1\r\n"]), Held::Agrees { rest: 0 });
        // The same words before the question are no answer to it: a second OK, and then one of the two is data.
        assert_eq!(verdict(&[end, b"\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n"]), Held::Begun);
        // What agreed was data: there is another outcome, or the module restarted.
        let after = |words: &'static [u8]| verdict(&[end, b"|", words]);
        assert_eq!(after(b"more\r\nOK\r\n\r\n+QFTPGET: 605,0\r\n"), Held::Ended { rest: 27 });
        assert_eq!(after(b"more\r\nRDY\r\n"), Held::Ended { rest: 27 });
        assert_eq!(after(b"more"), Held::Agrees { rest: 0 });
        let words =
            &b"\r\n+CME ERROR: 606\r\n\r\n\r\n+CREG: 1\r\n\r\n+QF\r\nOK\r\n\r\n+QFTPGET: 0,38\r\n"[..];
        let rest = &b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\n+QUSIM: 1\r\n\r\n+QIND: SMS DONE\r\n\r\n+QIND: PB DONE\r\n"[..];
        assert_eq!(verdict(&[words, b"|", b"T: 0,1000\r\n\r\n+", rest]), Held::Ended { rest: 76 });
    }
}
