use core::fmt;

use super::args::Args;
use super::files::FileCommand;
use super::ftp::FtpCommand;
use super::ftp_config::ranged;
use super::general::GeneralCommand;
use super::pdp::PdpCommand;
use super::ssl::SslCfg;
use super::verb::Verb;
use super::writer::Writer;
use crate::limits;

/// One AT command, in any of the four forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Commands without a plus sign.
    Basic(Basic),
    /// `AT+X=?`: which parameters X takes.
    Test(Verb),
    /// `AT+X?`.
    Read(Verb),
    /// `AT+X`.
    Execute(Verb),
    /// `AT+QFTP…=`.
    Ftp(FtpCommand<'a>),
    /// `AT+QF…=`.
    File(FileCommand<'a>),
    /// `AT+QI…=`.
    Pdp(PdpCommand<'a>),
    /// `AT+QSSLCFG=`.
    Ssl(SslCfg<'a>),
    /// Everything else.
    General(GeneralCommand<'a>),
}

/// Commands without a plus sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basic {
    /// `AT`: is anybody there?
    Attention,
    /// `ATE0`, `ATE1`: echo.
    Echo(bool),
    /// `ATV0`, `ATV1`: result codes as numbers or words.
    Verbose(bool),
    /// `ATQ0`, `ATQ1`: 1 suppresses result codes.
    Quiet(bool),
    /// `ATI`: identity.
    Identify,
    /// `ATO`: back to data mode.
    Online,
    /// `ATZ`: back to the stored settings.
    Reset,
    /// `AT&F`: back to the factory's settings.
    Factory,
    /// `AT&W`: store the settings.
    Store,
    /// `AT&D<n>`: what a drop of DTR does: 0 nothing, 1 escape, 2 disconnect.
    Dtr(u8),
    /// `ATS12=<n>`: guard time of `+++` in units of 20 ms, 10–250.
    GuardTime(u8),
    /// `ATS12?`.
    ReadGuardTime,
}

/// Why a command could not be read; a module answers it with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// No command has this name.
    Unknown,
    /// The command exists, but not with these parameters.
    Parameters(Verb),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("no such command"),
            Self::Parameters(verb) => write!(f, "{verb} does not take these parameters"),
        }
    }
}

impl core::error::Error for CommandError {}

impl<'a> Command<'a> {
    /// The command's name; `None` for those without a plus sign.
    #[must_use]
    pub const fn verb(&self) -> Option<Verb> {
        Some(match self {
            Self::Basic(_) => return None,
            Self::Test(verb) | Self::Read(verb) | Self::Execute(verb) => *verb,
            Self::Ftp(command) => command.verb(),
            Self::File(command) => command.verb(),
            Self::Pdp(command) => command.verb(),
            Self::Ssl(_) => Verb::Qsslcfg,
            Self::General(command) => command.verb(),
        })
    }

    /// Writes the command without its `AT` and without its CR.
    pub fn emit(&self, out: &mut Writer<'_>) {
        if let Some(verb) = self.verb() {
            out.str(verb.name());
        }
        match self {
            Self::Basic(basic) => basic.emit(out),
            Self::Test(_) => {
                out.str("=?");
            }
            Self::Read(_) => {
                out.str("?");
            }
            Self::Execute(_) => {}
            Self::Ftp(command) => command.emit(out.str("=")),
            Self::File(command) => command.emit(out.str("=")),
            Self::Pdp(command) => command.emit(out.str("=")),
            Self::Ssl(cfg) if cfg!(feature = "tls") => cfg.emit(out.str("=")),
            // No session of such a build comes here.
            Self::Ssl(_) => {}
            Self::General(command) => command.emit(out.str("=")),
        }
    }

    /// Reads one command without its `AT`, as [`commands`] yields it.
    ///
    /// Case of the name, spaces and missing quotes do not matter.
    ///
    /// # Errors
    /// [`CommandError`] when the name or the parameters are not those of any command.
    pub fn parse(text: &'a [u8]) -> Result<Self, CommandError> {
        let text = text.trim_ascii();
        if !text.starts_with(b"+") {
            return Basic::parse(text).map(Self::Basic).ok_or(CommandError::Unknown);
        }
        let end = text.iter().position(|byte| matches!(byte, b'=' | b'?')).unwrap_or(text.len());
        let (name, form) = text.split_at_checked(end).ok_or(CommandError::Unknown)?;
        let verb = Verb::from_name(name.trim_ascii_end()).ok_or(CommandError::Unknown)?;
        match form {
            b"" => Ok(Self::Execute(verb)),
            b"?" => Ok(Self::Read(verb)),
            [b'=', rest @ ..] if rest.trim_ascii() == b"?" => Ok(Self::Test(verb)),
            [b'=', rest @ ..] => Self::parse_write(verb, rest).ok_or(CommandError::Parameters(verb)),
            _ => Err(CommandError::Parameters(verb)),
        }
    }

    fn parse_write(verb: Verb, text: &'a [u8]) -> Option<Self> {
        let mut args = Args::new(text);
        let command = match verb {
            _ if verb.is_ftp() => Self::Ftp(FtpCommand::parse(verb, &mut args)?),
            _ if verb.name().starts_with("+QF") => Self::File(FileCommand::parse(verb, &mut args)?),
            Verb::Qsslcfg => Self::Ssl(SslCfg::parse(&mut args)?),
            Verb::Qicsgp | Verb::Qiact | Verb::Qideact | Verb::Qidnscfg => {
                Self::Pdp(PdpCommand::parse(verb, &mut args)?)
            }
            _ => Self::General(GeneralCommand::parse(verb, &mut args)?),
        };
        args.end()?;
        Some(command)
    }
}

impl Basic {
    /// What it is for, as a sentence, like [`Verb::purpose`].
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Attention => "Ask whether the module answers.",
            Self::Echo(true) => "Switch the echo of commands on.",
            Self::Echo(false) => "Switch the echo of commands off.",
            Self::Verbose(_) => "Choose result codes as words or numbers.",
            Self::Quiet(_) => "Show or suppress result codes.",
            Self::Identify => "Ask for the module's identity.",
            Self::Online => "Go back to data mode.",
            Self::Reset => "Go back to the stored settings.",
            Self::Factory => "Go back to the factory's settings.",
            Self::Store => "Store the settings.",
            Self::Dtr(_) => "Choose what a drop of DTR does.",
            Self::GuardTime(_) => "Set the guard time of +++.",
            Self::ReadGuardTime => "Ask for the guard time of +++.",
        }
    }

    fn emit(self, out: &mut Writer<'_>) {
        match self {
            Self::Attention => out,
            Self::Echo(on) => out.str("E").dec(on),
            Self::Verbose(on) => out.str("V").dec(on),
            Self::Quiet(on) => out.str("Q").dec(on),
            Self::Identify => out.str("I"),
            Self::Online => out.str("O"),
            Self::Reset => out.str("Z"),
            Self::Factory => out.str("&F"),
            Self::Store => out.str("&W"),
            Self::Dtr(n) => out.str("&D").dec(n),
            Self::GuardTime(units) => out.str("S12=").dec(units),
            Self::ReadGuardTime => out.str("S12?"),
        };
    }

    /// A missing number is 0, as V.250 has it.
    fn parse(text: &[u8]) -> Option<Self> {
        let number = |digits: &[u8], most: u8| -> Option<u8> {
            if digits.is_empty() {
                return Some(0);
            }
            core::str::from_utf8(digits).ok()?.parse().ok().filter(|n| *n <= most)
        };
        let flag = |digits: &[u8]| number(digits, 1).map(|n| n == 1);
        Some(match text {
            b"" => Self::Attention,
            [b'E' | b'e', n @ ..] => Self::Echo(flag(n)?),
            [b'V' | b'v', n @ ..] => Self::Verbose(flag(n)?),
            [b'Q' | b'q', n @ ..] => Self::Quiet(flag(n)?),
            [b'I' | b'i', n @ ..] => number(n, 0).map(|_| Self::Identify)?,
            [b'O' | b'o', n @ ..] => number(n, 0).map(|_| Self::Online)?,
            [b'Z' | b'z', n @ ..] => number(n, 0).map(|_| Self::Reset)?,
            [b'&', b'F' | b'f', n @ ..] => number(n, 0).map(|_| Self::Factory)?,
            [b'&', b'W' | b'w', n @ ..] => number(n, 0).map(|_| Self::Store)?,
            [b'&', b'D' | b'd', n @ ..] => Self::Dtr(number(n, 2)?),
            [b'S' | b's', b'1', b'2', b'?'] => Self::ReadGuardTime,
            [b'S' | b's', b'1', b'2', b'=', n @ ..] => {
                Self::GuardTime(ranged(number(n.trim_ascii(), u8::MAX)?, &limits::GUARD_UNITS)?)
            }
            _ => return None,
        })
    }
}

/// How many bytes the first of several commands without a plus sign has: `E0` of `E0V1`, `S12=50` of `S12=50&D1`.
fn basic_len(text: &[u8]) -> usize {
    let digits = |from: usize| {
        text.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let name = if matches!(text.first(), Some(b'&' | b'\\')) { 2 } else { 1 };
    let number = name + digits(name);
    match (text.first(), text.get(number)) {
        (Some(b'S' | b's'), Some(b'?')) => number + 1,
        (Some(b'S' | b's'), Some(b'=')) => number + 1 + digits(number + 1),
        _ => number,
    }
}

/// The commands of one line: `AT+A=1;+B` holds two, and so do `ATE0V1` and `ATE0+CMEE=1`.
#[derive(Clone, Debug)]
pub struct Commands<'a> {
    rest: Option<&'a [u8]>,
}

/// Splits a command line, without its CR, into its commands; `None` when it does not begin with `AT`.
///
/// The first failure ends a line: a module stops iterating there.
#[must_use]
pub fn commands(line: &[u8]) -> Option<Commands<'_>> {
    let (head, rest) = line.trim_ascii_start().split_at_checked(2)?;
    head.eq_ignore_ascii_case(b"AT").then_some(Commands { rest: Some(rest) })
}

impl<'a> Commands<'a> {
    /// What is left of the line, as the host wrote it: how it spells the name of the next command.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest.unwrap_or_default().trim_ascii_start()
    }
}

impl<'a> Iterator for Commands<'a> {
    type Item = Result<Command<'a>, CommandError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.rest?.trim_ascii_start();
        // Commands without a plus sign follow each other without a semicolon (V.250).
        if !line.starts_with(b"+")
            && let Some((first, rest)) = line.split_at_checked(basic_len(line))
        {
            let rest = rest.trim_ascii();
            let rest = rest.strip_prefix(b";").unwrap_or(rest);
            self.rest = Some(rest).filter(|rest| !rest.is_empty());
            return Some(Command::parse(first));
        }
        let mut quoted = false;
        let end = line.iter().position(|byte| {
            quoted ^= *byte == b'"';
            *byte == b';' && !quoted
        });
        let (text, rest) = match end.and_then(|end| line.split_at_checked(end)) {
            Some((text, rest)) => (text, rest.get(1..).filter(|rest| !rest.is_empty())),
            None => (line, None),
        };
        self.rest = rest;
        Some(Command::parse(text))
    }
}
