//! A line of the module as a session reads it: what it is to the command that is out, and its parameters, read only where they are needed.
//!
//! [`Line`](super::Line) reads the same lines for tools, with the same [`Args`]; a law holds the two together.

use super::args::Args;
use super::ftp::FtpError;
use super::scan::find;
use super::verb::Value;
use crate::codes::{FtpCode, ReplyCode};

/// A whole line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) word: Word,
    /// What stands behind the name.
    pub(crate) args: Args<'a>,
    /// All of it.
    pub(crate) text: &'a [u8],
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

/// The lines without parameters that mean something whatever command is out.
const PLAIN: [(&[u8], Word); 6] = [
    (b"OK", Word::Ok),
    (b"ERROR", Word::Error),
    (b"CONNECT", Word::Connect),
    (b"NO CARRIER", Word::NoCarrier),
    (b"RDY", Word::Ready),
    (b"POWERED DOWN", Word::Urc),
];

/// The two spellings of the listing of names: the manual's, and how some other manuals print it.
pub(crate) const NAMES: [&[u8]; 2] = [b"+QFTPNLST", b"+QFTPNLIST"];

/// Whether this is one of them.
pub(crate) fn is_names(name: &[u8]) -> bool {
    cfg!(feature = "listings") && NAMES.into_iter().any(|spelling| name.eq_ignore_ascii_case(spelling))
}

/// The same of those with parameters.
const NAMED: [(&[u8], Word); 6] = [
    (b"+CME ERROR", Word::Cme),
    (b"+QFTPSTAT", Word::State),
    (b"+QFTPCLOSE", Word::Close),
    (b"+QIURC", Word::Urc),
    (b"+QIND", Word::Urc),
    (b"+QUSIM", Word::Urc),
];

impl<'a> Answer<'a> {
    /// Reads a line without its end; `own` is the name that the answers of the command have that is out.
    pub(crate) fn of(line: &'a [u8], own: &[u8]) -> Self {
        let text = match line {
            [b'!'..=b'~', .., b'!'..=b'~'] => line,
            _ => line.trim_ascii(),
        };
        let (word, args) = match text {
            b"OK" => (Word::Ok, b"".as_slice()),
            [b'+', ..] => Self::named(text, own),
            [b'C', b'O', b'N', b'N', b'E', b'C', b'T', b' ', len @ ..]
                if Args::new(len).number::<u32>().is_some() =>
            {
                (Word::Connect, len)
            }
            _ => (word_of(text, &PLAIN).unwrap_or(Word::Text), b"".as_slice()),
        };
        Self { word, args: Args::new(args), text }
    }

    fn named(text: &'a [u8], own: &[u8]) -> (Word, &'a [u8]) {
        // Nearly always the name stands right before its colon.
        if let Some((head, [b':', args @ ..])) = text.split_at_checked(own.len())
            && head == own
        {
            return (Word::Own, args);
        }
        let Some((name, [_, args @ ..])) = find(text, b':').and_then(|colon| text.split_at_checked(colon))
        else {
            return (Word::Text, b"");
        };
        let name = name.trim_ascii_end();
        let is_own = !own.is_empty() && (name.eq_ignore_ascii_case(own) || is_names(own) && is_names(name));
        let word = if is_own { Word::Own } else { word_of(name, &NAMED).unwrap_or(Word::Other) };
        (word, args)
    }

    /// The outcome of an FTP command whose success has this value, of its URC; `None` where it is none.
    pub(crate) fn outcome(self, value: Value) -> Option<Outcome<'a>> {
        let mut args = self.args;
        let code = FtpCode::new(args.number()?);
        let outcome = if code == FtpCode::SUCCESS && value == Value::Text {
            Outcome::Text(args.remainder()?)
        } else if code == FtpCode::SUCCESS && value == Value::Number {
            Outcome::Number(args.number()?)
        } else {
            match ReplyCode::new(args.optional(Args::number)?.unwrap_or(0)) {
                ReplyCode::NONE if code == FtpCode::SUCCESS => Outcome::Done,
                reply => Outcome::Failed(FtpError { code, reply }),
            }
        };
        args.end()?;
        Some(outcome)
    }
}

fn word_of(name: &[u8], words: &[(&[u8], Word)]) -> Option<Word> {
    words.iter().find(|(word, _)| *word == name).map(|(_, word)| *word)
}

/// What the URC of an FTP command says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    Done,
    Number(u64),
    Text(&'a [u8]),
    Failed(FtpError),
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::wire::{FtpOutcome, Line, Urc, Verb};

    /// What the typed codec reads, in the words of this one.
    fn same(line: &[u8]) {
        for own in Verb::ALL.iter().map(|verb| Some(*verb)).chain([None]) {
            let answer = Answer::of(line, own.map_or(b"", |verb| verb.name().as_bytes()));
            let is_own = answer.word == Word::Own;
            let outcome = own.and_then(Verb::urc).filter(|_| is_own).and_then(|value| answer.outcome(value));
            match Line::parse(line) {
                Line::Ok => assert_eq!(answer.word, Word::Ok),
                Line::Error => assert_eq!(answer.word, Word::Error),
                Line::NoCarrier => assert_eq!(answer.word, Word::NoCarrier),
                Line::Cme(_) => assert_eq!(answer.word, Word::Cme),
                Line::Connect(len) => {
                    let mut args = answer.args;
                    assert_eq!((answer.word, args.number()), (Word::Connect, len));
                }
                Line::Urc(Urc::Ready) => assert_eq!(answer.word, Word::Ready),
                Line::Urc(_) => assert!(matches!(answer.word, Word::Urc | Word::Own), "{answer:?}"),
                Line::Ftp(result) if Some(result.verb) == own => {
                    let theirs = match result.outcome {
                        FtpOutcome::Done => Outcome::Done,
                        FtpOutcome::Number(number) => Outcome::Number(number),
                        FtpOutcome::Text(text) => Outcome::Text(text),
                        FtpOutcome::Failed(error) => Outcome::Failed(error),
                    };
                    assert_eq!(outcome, Some(theirs), "{answer:?}");
                }
                Line::Ftp(result) => {
                    let word = match result.verb {
                        Verb::QftpStat => Word::State,
                        Verb::QftpClose => Word::Close,
                        _ => Word::Other,
                    };
                    assert_eq!(answer.word, word);
                }
                Line::Info(info) => assert_eq!(is_own, Some(info.verb()) == own, "{answer:?}"),
                // A line with a name, but none that a table has with these parameters.
                Line::Text(_) => assert_eq!(outcome, None, "{answer:?}"),
            }
        }
    }

    #[test]
    fn a_longer_name_is_another_name() {
        same(br#"+QFTPNLST+QFUPL"ms/u": 0,4"#);
        same(b"+QFTPNLISTS: 0,4");
        same(b"+QFTPNL: 0,4");
        same(b"+qftpnlist : 0,4");
    }

    proptest! {
        #[test]
        fn both_codecs_read_every_line_the_same(
            words in proptest::collection::vec(
                prop_oneof![
                    "[+]QFTP(GET|STAT|CLOSE|PWD|SIZE|NLST|NLIST|OPEN)",
                    "[+](QFLST|QFUPL|QIACT|QIURC|QIND|QUSIM|CPIN|CME ERROR|CREG)",
                    "OK|ERROR|NO CARRIER|CONNECT|RDY|POWERED DOWN|ok",
                    "[:, \"+]",
                    ": 0,[0-9]{1,3}",
                    "0|60[1-9]|[0-9]{1,20}",
                    "\"[a-z/]{0,5}\"",
                    "[ -~]{0,3}",
                ],
                0..6,
            ),
        ) {
            same(words.concat().as_bytes());
        }

        #[test]
        fn both_codecs_read_any_bytes_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
            let line: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'\r' && *byte != b'\n').collect();
            same(&line);
        }
    }
}
