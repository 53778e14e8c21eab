//! An exchange: a command, its answers, its outcome.

use std::time::Duration;

use qftp_core::codes::{CmeCode, FtpCode, ReplyCode};
use qftp_core::wire::{Command, CommandError, FtpCommand, FtpError, FtpOutcome, FtpResult, Verb, commands};
use serde_json::Value;

use super::mask::masked;
use super::reading::Event;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Ok,
    Failed,
    /// The log does not have its end.
    Unfinished,
}

/// The code of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Ftp(FtpCode),
    Cme(CmeCode),
}

/// The escape out of data mode, with the silence around it where times are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Escape {
    pub(super) before: Option<Duration>,
    pub(super) after: Option<Duration>,
}

/// A command and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) line: usize,
    pub(super) begun: Option<Duration>,
    pub(super) ended: Option<Duration>,
    /// As it stands in the log; never to be shown, for what it may hold.
    pub(super) raw: String,
    /// What it is, a phrase for each of the commands of the line; empty when it is none of ours.
    pub(super) operation: String,
    /// Of the last command of the line: a line ends with its answer.
    pub(super) verb: Option<Verb>,
    /// The last command has parameters that it does not take.
    pub(super) misspelt: bool,
    /// Its outcome comes after OK.
    pub(super) deferred: bool,
    pub(super) accepted: bool,
    /// When OK or CONNECT came.
    pub(super) answered: Option<Duration>,
    /// The host went on before the outcome came.
    pub(super) overtaken: bool,
    /// The module restarted before the outcome came.
    pub(super) restarted: bool,
    pub(super) outcome: Outcome,
    pub(super) code: Option<Code>,
    pub(super) reply: ReplyCode,
    pub(super) value: Option<Value>,
    /// File data: as the module tells, or as the log shows.
    pub(super) bytes: Option<u64>,
    /// It went into data mode.
    pub(super) connected: bool,
    pub(super) escape: Option<Escape>,
    pub(super) curly: bool,
    /// Information lines, masked.
    pub(super) answers: Vec<String>,
}

/// What the names of commands begin with that are not of this family of modules.
const FOREIGN: [char; 7] = ['^', '$', '#', '*', '%', '!', '_'];

impl Exchange {
    /// `gsm` where the FTP commands of the log are of another dialect.
    pub(super) fn new(event: &Event, raw: &str, gsm: bool) -> Self {
        let name = raw.get(2..).unwrap_or_default().trim_start();
        // Behind these signs stand the commands of other vendors, whatever letters they are made of.
        let foreign = name.starts_with(FOREIGN)
            || gsm && name.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("+QFTP"));
        let parsed: Vec<_> = commands(raw.as_bytes()).filter(|_| !foreign).into_iter().flatten().collect();
        // A bare AT has no command in it.
        let parsed = if raw.trim().len() == 2 { vec![Command::parse(b"")] } else { parsed };
        let verb = parsed.last().and_then(verb);
        Self {
            line: event.line,
            begun: event.at,
            ended: None,
            raw: raw.to_owned(),
            operation: parsed.iter().filter_map(operation).collect::<Vec<_>>().join("; "),
            verb,
            misspelt: matches!(parsed.last(), Some(Err(CommandError::Parameters(_)))),
            deferred: verb.is_some_and(|verb| verb.urc().is_some())
                && !matches!(parsed.last(), Some(Ok(Command::Test(_) | Command::Read(_)))),
            accepted: false,
            answered: None,
            overtaken: false,
            restarted: false,
            outcome: Outcome::Unfinished,
            code: None,
            reply: ReplyCode::NONE,
            value: None,
            bytes: None,
            connected: false,
            escape: None,
            curly: event.curly,
            answers: Vec::new(),
        }
    }

    /// The command as it may be shown; `None` for an answer whose command the log does not have.
    pub(super) fn command(&self) -> Option<String> {
        (!self.raw.is_empty()).then(|| masked(&self.raw))
    }

    /// Whether it is a command of others: shown as it is, and not judged.
    pub(super) fn is_foreign(&self) -> bool {
        self.operation.is_empty() && !self.raw.is_empty()
    }

    /// How long it took, where the log has times.
    pub(super) fn took(&self) -> Option<Duration> {
        self.ended?.checked_sub(self.begun?)
    }

    /// What its command was, if it can be read.
    pub(super) fn ftp(&self) -> Option<FtpCommand<'_>> {
        commands(self.raw.as_bytes())?.find_map(|command| match command {
            Ok(Command::Ftp(command)) => Some(command),
            _ => None,
        })
    }

    pub(super) fn is_ftp(&self) -> bool {
        self.verb.is_some_and(Verb::is_ftp)
    }

    pub(super) fn end(&mut self, outcome: Outcome, at: Option<Duration>) {
        self.outcome = outcome;
        self.ended = at.or(self.ended);
    }

    pub(super) fn fail(&mut self, code: Option<Code>, at: Option<Duration>) {
        self.code = code;
        self.end(Outcome::Failed, at);
    }

    pub(super) fn result(&mut self, result: &FtpResult<'_>, at: Option<Duration>) {
        match result.outcome {
            FtpOutcome::Failed(FtpError { code, reply }) => {
                self.reply = reply;
                self.fail(Some(Code::Ftp(code)), at);
                return;
            }
            FtpOutcome::Done => {}
            FtpOutcome::Number(number) => {
                self.value = Some(number.into());
                if moves_files(result.verb) {
                    self.bytes = Some(number);
                }
            }
            FtpOutcome::Text(text) => self.value = Some(String::from_utf8_lossy(text).into()),
        }
        self.end(Outcome::Ok, at);
    }
}

const fn moves_files(verb: Verb) -> bool {
    matches!(verb, Verb::QftpPut | Verb::QftpGet | Verb::QftpList | Verb::QftpNlst | Verb::QftpMlsd)
}

fn verb(command: &Result<Command<'_>, CommandError>) -> Option<Verb> {
    match command {
        Ok(command) => command.verb(),
        Err(CommandError::Parameters(verb)) => Some(*verb),
        Err(_) => None,
    }
}

/// What a command is for: core's sentence as a phrase, without the section of the manual.
pub(super) fn operation(command: &Result<Command<'_>, CommandError>) -> Option<String> {
    let purpose = match command {
        Ok(Command::Basic(basic)) => basic.purpose(),
        Ok(Command::Test(verb)) => return Some(format!("ask for the parameters of {verb}")),
        other => verb(other)?.purpose(),
    };
    let phrase = purpose.trim_end_matches('.').split(" (§").next().unwrap_or_default();
    let mut signs = phrase.chars();
    Some(signs.next().into_iter().flat_map(char::to_lowercase).chain(signs).collect())
}
