//! A line of the module, read as its bytes arrive: its name, its parameters and its end are found in one look at each byte.
//!
//! | Part | what is read | ends with |
//! |---|---|---|
//! | `Name` | the name, or all of a line that has none | `:` behind a name with a plus sign, the space behind `CONNECT` |
//! | `Blank` | spaces before a parameter | the parameter's first byte |
//! | `Bare` | a parameter without quotes | `,` |
//! | `Quoted` | a parameter in quotes | `"` |
//! | `After` | spaces behind a quoted parameter | `,` |
//! | `Rest` | what is not understood | |
//!
//! Each part ends with the line, too. [`Line`](super::Line) reads the same lines for tools, and a law holds the two together.

use super::ftp::FtpError;
use super::reader::is_end;
use super::verb::Value;
use crate::codes::{FtpCode, ReplyCode};

/// Room for the longest name of a line that means anything to a session, and for the spaces before its colon.
const NAME: usize = 16;
/// Parameters that are kept; no answer that a session needs has more.
const MOST: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Name,
    Blank,
    Bare,
    Quoted,
    After,
    Rest,
}

/// Where reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// All bytes are read.
    Input,
    /// The name has come, and parameters follow.
    Name,
    /// The line has ended.
    Line,
}

/// A number below this has room for one more digit in 64 bits.
const ROOM_FOR_MORE: u64 = 1_000_000_000_000_000_000;

/// What a parameter consists of, so far; flags.
mod seen {
    pub(super) const DIGIT: u8 = 1;
    /// Something that no number has.
    pub(super) const OTHER: u8 = 2;
    /// A space behind something: more of it is no number.
    pub(super) const SPACE: u8 = 4;
    pub(super) const QUOTES: u8 = 8;
}

/// The line that is being read, or was read last.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    part: Part,
    /// Whether a byte of the line has come, and its end has not.
    begun: bool,
    /// A colon has ended the name.
    colon: bool,
    /// The parameters cannot be those of an answer.
    bad: bool,
    name_len: u8,
    /// Of the parameter that is being read.
    seen: u8,
    /// Parameters whose end has come; more than [`MOST`] are one more.
    count: u8,
    /// Which of them are numbers, a bit each; which are empty.
    numeric: u8,
    empty: u8,
    name: [u8; NAME],
    numbers: [u64; MOST],
}

/// What a line is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Ok,
    Error,
    /// `+CME ERROR`
    Cme,
    NoCarrier,
    Connect,
    /// `RDY`
    Ready,
    /// Another line that comes unasked and is known.
    Urc,
    /// It has the name of the command that is asked about.
    Own,
    /// `+QFTPSTAT`
    State,
    /// `+QFTPCLOSE`
    Close,
    /// Another name with parameters.
    Other,
    /// Anything else.
    Text,
}

/// The lines that mean something whatever command is out. Those with a plus sign have parameters.
const WORDS: [(&[u8], Word); 12] = [
    (b"OK", Word::Ok),
    (b"+CME ERROR", Word::Cme),
    (b"ERROR", Word::Error),
    (b"NO CARRIER", Word::NoCarrier),
    (b"CONNECT", Word::Connect),
    (b"RDY", Word::Ready),
    (b"POWERED DOWN", Word::Urc),
    (b"+QIURC", Word::Urc),
    (b"+QIND", Word::Urc),
    (b"+QUSIM", Word::Urc),
    (b"+QFTPSTAT", Word::State),
    (b"+QFTPCLOSE", Word::Close),
];

impl Answer {
    pub(crate) const fn new() -> Self {
        Self {
            part: Part::Name,
            begun: false,
            colon: false,
            bad: false,
            name_len: 0,
            seen: 0,
            count: 0,
            numeric: 0,
            empty: 0,
            name: [0; NAME],
            numbers: [0; MOST],
        }
    }

    /// Whether the start of a line is waiting for its end.
    pub(crate) const fn is_within_line(&self) -> bool {
        self.begun
    }

    /// Forgets the start of a line.
    pub(crate) const fn clear(&mut self) {
        self.begun = false;
    }

    /// Reads bytes up to the end of a name, or of a line: how many, that end included, and which it is. Line ends before a line are no lines.
    pub(crate) fn read(&mut self, input: &[u8]) -> (usize, Stop) {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            at = at.wrapping_add(1);
            if is_end(byte) {
                if self.finish() {
                    return (at, Stop::Line);
                }
                continue;
            }
            if !self.begun {
                self.begin();
            }
            match self.part {
                Part::Name => {
                    at = at.wrapping_sub(1);
                    at = self.read_name(input, at);
                    if self.part == Part::Blank {
                        return (at, Stop::Name);
                    }
                }
                Part::Bare if byte.wrapping_sub(b'0') <= 9 => {
                    at = at.wrapping_sub(1);
                    at = self.read_digits(input, at);
                }
                Part::Rest => {}
                _ => self.push_parameter(byte),
            }
        }
        (at, Stop::Input)
    }

    /// Takes a byte in the middle of a line, as most are; `false` where it may mean more than itself.
    #[inline(always)]
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        if !self.begun || byte <= b' ' {
            return false;
        }
        match self.part {
            Part::Name if byte != b':' => match self.name.get_mut(usize::from(self.name_len)) {
                Some(place) => {
                    *place = byte;
                    self.name_len = self.name_len.wrapping_add(1);
                    true
                }
                None => false,
            },
            Part::Bare if self.seen == seen::DIGIT => {
                let digit = byte.wrapping_sub(b'0');
                match self.numbers.get_mut(usize::from(self.count)) {
                    Some(number) if digit <= 9 && *number < ROOM_FOR_MORE => {
                        *number = number.wrapping_mul(10).wrapping_add(digit.into());
                        true
                    }
                    _ => false,
                }
            }
            Part::Rest => true,
            _ => false,
        }
    }

    const fn begin(&mut self) {
        self.part = Part::Name;
        self.begun = true;
        self.colon = false;
        self.bad = false;
        self.name_len = 0;
        self.seen = 0;
        self.count = 0;
        self.numeric = 0;
        self.empty = 0;
    }

    /// Reads a name from this place on: up to which.
    fn read_name(&mut self, input: &[u8], from: usize) -> usize {
        let mut at = from;
        let mut len = usize::from(self.name_len);
        while let Some(&byte) = input.get(at) {
            if byte <= b' ' || byte == b':' {
                self.name_len = len as u8;
                if is_end(byte) {
                    return at;
                }
                at = at.wrapping_add(1);
                let parameters = match byte {
                    b':' => self.name[0] == b'+',
                    b' ' => len == 7 && self.name() == b"CONNECT",
                    _ => false,
                };
                if parameters {
                    self.part = Part::Blank;
                    self.colon = true;
                    return at;
                }
                if len == 0 && matches!(byte, b' ' | b'\t' | 0x0C) {
                    continue;
                }
            } else {
                at = at.wrapping_add(1);
            }
            match self.name.get_mut(len) {
                Some(place) => {
                    *place = byte;
                    len = len.wrapping_add(1);
                }
                None if byte == b' ' => {}
                None => {
                    self.part = Part::Rest;
                    break;
                }
            }
        }
        self.name_len = len as u8;
        at
    }

    /// Reads the digits of a bare parameter from this place on: up to which.
    fn read_digits(&mut self, input: &[u8], from: usize) -> usize {
        let mut at = from;
        while let Some(&byte) = input.get(at)
            && byte.wrapping_sub(b'0') <= 9
        {
            self.push_parameter(byte);
            at = at.wrapping_add(1);
        }
        at
    }

    fn push_parameter(&mut self, byte: u8) {
        match (self.part, byte) {
            (Part::Quoted, b'"') => self.part = Part::After,
            (Part::Quoted, _) => self.note(byte),
            (_, b',') => self.end_parameter(),
            (Part::After | Part::Blank, b' ' | b'\t') => {}
            (Part::Blank, b'"') => {
                self.part = Part::Quoted;
                self.seen = seen::QUOTES;
            }
            (Part::After, _) | (_, b'"') => {
                self.part = Part::Rest;
                self.bad = true;
            }
            (_, b' ' | b'\t' | 0x0C) => self.seen |= seen::SPACE,
            _ => {
                self.part = Part::Bare;
                if self.seen & seen::SPACE != 0 {
                    self.seen |= seen::OTHER;
                }
                self.note(byte);
            }
        }
    }

    /// Takes a byte of a parameter.
    #[inline(always)]
    fn note(&mut self, byte: u8) {
        let digit = byte.wrapping_sub(b'0');
        let Some(number) = self.numbers.get_mut(usize::from(self.count)) else { return };
        if digit > 9 {
            self.seen |= seen::OTHER;
            return;
        }
        if self.seen & seen::DIGIT == 0 {
            self.seen |= seen::DIGIT;
            *number = 0;
        }
        // The largest numbers of 64 bits have one digit more.
        if *number < ROOM_FOR_MORE {
            *number = number.wrapping_mul(10).wrapping_add(digit.into());
        } else {
            match number.checked_mul(10).and_then(|tens| tens.checked_add(digit.into())) {
                Some(larger) => *number = larger,
                None => self.seen |= seen::OTHER,
            }
        }
    }

    fn end_parameter(&mut self) {
        let at = self.count;
        if usize::from(at) < MOST {
            let flag = 1u8 << at;
            if self.seen & (seen::DIGIT | seen::OTHER) == seen::DIGIT {
                self.numeric |= flag;
            }
            if self.seen & !seen::SPACE == 0 {
                self.empty |= flag;
            }
            self.count = at.wrapping_add(1);
        } else {
            self.bad = true;
        }
        self.seen = 0;
        self.part = Part::Blank;
    }

    /// Ends the line, if any of it has come.
    pub(crate) fn finish(&mut self) -> bool {
        if !core::mem::take(&mut self.begun) {
            return false;
        }
        match self.part {
            Part::Name | Part::Rest => {}
            Part::Quoted => self.bad = true,
            _ => self.end_parameter(),
        }
        true
    }

    /// The name of the line, or all of it where it has none and is short.
    pub(crate) fn name(&self) -> &[u8] {
        self.name.get(..usize::from(self.name_len)).unwrap_or_default().trim_ascii_end()
    }

    /// What the line is, to a command whose answers have the name `own`.
    pub(crate) fn word(&self, own: &[u8]) -> Word {
        let name = self.name();
        if self.colon && self.name[0] == b'+' {
            // How some manuals print `+QFTPNLST`.
            let respelled = cfg!(feature = "listings") && own == b"+QFTPNLST" && name == b"+QFTPNLIST";
            if respelled || (!own.is_empty() && name.eq_ignore_ascii_case(own)) {
                return Word::Own;
            }
        } else if self.part == Part::Rest || self.name[0] == b'+' {
            return Word::Text;
        }
        let known = WORDS.iter().find(|(known, _)| *known == name).map(|(_, word)| *word);
        match known {
            Some(Word::Connect) if self.colon && self.number(0).is_none() => Word::Text,
            Some(word) => word,
            None if self.colon => Word::Other,
            None => Word::Text,
        }
    }

    /// The n-th parameter as a number.
    pub(crate) fn number(&self, nth: u8) -> Option<u64> {
        let is_number = self.numeric >> nth & 1 == 1;
        self.numbers.get(usize::from(nth)).copied().filter(|_| is_number)
    }

    /// The n-th parameter as a number of 16 bits.
    pub(crate) fn code(&self, nth: u8) -> Option<u16> {
        self.number(nth).and_then(|number| u16::try_from(number).ok())
    }

    /// Whether the n-th parameter is missing or empty.
    pub(crate) fn is_missing(&self, nth: u8) -> bool {
        nth >= self.count || self.empty >> nth & 1 == 1
    }

    /// How many parameters there are; `None` where they are not those of an answer.
    pub(crate) fn count(&self) -> Option<u8> {
        (!self.bad).then_some(self.count)
    }

    /// The outcome of an FTP command whose success has this value, of its URC; `None` where it is none.
    pub(crate) fn outcome(&self, value: Value) -> Option<Outcome> {
        let code = FtpCode::new(self.code(0)?);
        if code == FtpCode::SUCCESS && value == Value::Text {
            return (self.count > 1).then_some(Outcome::Text);
        }
        if self.count()? > 2 {
            return None;
        }
        if code == FtpCode::SUCCESS && value == Value::Number {
            return self.number(1).map(Outcome::Number);
        }
        let reply = if self.is_missing(1) { 0 } else { self.code(1)? };
        Some(match ReplyCode::new(reply) {
            ReplyCode::NONE if code == FtpCode::SUCCESS => Outcome::Done,
            reply => Outcome::Failed(FtpError { code, reply }),
        })
    }
}

/// What the URC of an FTP command says; the text stands where the bytes of the line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Number(u64),
    Text,
    Failed(FtpError),
}
