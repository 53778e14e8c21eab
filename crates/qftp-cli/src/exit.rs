//! How the program ends: what went wrong, and the exit code for it.

use std::fmt;
use std::io;
use std::path::Path;

use qftp_core::session::{Cause, Failure, Kind, Misuse};
use qftp_transport::{Error, OpenError};
use serde::Serialize;

/// The exit codes; the help text lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Code {
    Failed = 1,
    Usage = 2,
    Port = 3,
    Module = 4,
    Server = 5,
    #[serde(rename = "file")]
    Local = 6,
    Interrupted = 130,
}

/// What went wrong, in the words for the user: what failed, why, what to do.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "kind")]
    pub code: Code,
    #[serde(rename = "error")]
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What it may be where one answer has many causes, the likeliest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Box<[Candidate]>>,
}

/// One of several possible causes.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    pub cause: &'static str,
    /// How to tell whether it is this one.
    pub test: &'static str,
    /// The option of this program that tries it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<&'static str>,
}

impl Problem {
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            code,
            text,
            command: None,
            module_code: None,
            server_code: None,
            cause: None,
            remedy: None,
            candidates: None,
        }
    }

    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(Code::Usage, text)
    }

    pub fn failed(text: impl Into<String>) -> Self {
        Self::new(Code::Failed, text)
    }

    pub fn local(path: &Path, error: &io::Error) -> Self {
        Self::new(Code::Local, format!("{}: {error}", path.display()))
    }

    /// An error that names its file.
    pub fn file(error: &io::Error) -> Self {
        Self::new(Code::Local, error.to_string())
    }

    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// The same, saying what is left to go on with.
    pub fn kept(self, what: String) -> Self {
        let remedy = self.remedy.map_or_else(|| what.clone(), |remedy| format!("{remedy}; {what}"));
        Self { remedy: Some(remedy), ..self }
    }

    /// The same, saying which file or folder it was about.
    pub fn about(mut self, what: impl fmt::Display) -> Self {
        if !matches!(self.code, Code::Usage | Code::Local | Code::Interrupted) {
            self.text = format!("{what}: {}", self.text);
        }
        self
    }

    /// The exit code as a number.
    pub fn number(&self) -> u8 {
        self.code as u8
    }
}

/// The server's listing goes beyond a limit of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch(pub &'static str);

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server's listing has {}", self.0)
    }
}

impl std::error::Error for TooMuch {}

/// Several lines: what, and below it cause and remedy.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qftp: {}", self.text)?;
        if let Some(cause) = &self.cause {
            write!(f, "\n  likely cause: {cause}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  remedy: {remedy}")?;
        }
        for (place, Candidate { cause, test, option }) in (1..).zip(self.candidates.iter().flatten()) {
            write!(f, "\n  {place}. {cause}\n     to tell: {test}")?;
            if let Some(option) = option {
                write!(f, " (here {option})")?;
            }
        }
        Ok(())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let code = match failure.kind() {
            Kind::Misuse => Code::Failed,
            Kind::Module => Code::Module,
            Kind::Server => Code::Server,
            // The line's faults are the port's: nobody answers, bytes are lost.
            Kind::Line => Code::Port,
        };
        let cme = match failure.cause {
            Cause::Cme(code) => Some(code.get()),
            _ => None,
        };
        Self {
            command: failure.verb.map(|verb| verb.to_string()),
            module_code: failure.ftp_code().map(qftp_core::codes::FtpCode::get).or(cme),
            server_code: failure.reply().map(qftp_core::codes::ReplyCode::get),
            cause: Some(failure.likely_cause()),
            remedy: Some(remedy(&failure).to_owned()),
            ..Self::new(code, failure.to_string())
        }
    }
}

/// The remedy in the words of this program, where it has any.
fn remedy(failure: &Failure) -> &'static str {
    match failure.cause {
        Cause::Network(code) if code.get() == NO_APN => {
            "name it with --apn, or with `apn` in the configuration file; the network's operator tells it"
        }
        _ => failure.remedy(),
    }
}

/// `AT+QIGETERROR`: the context has no access point name.
const NO_APN: u16 = 573;

impl From<Misuse> for Problem {
    fn from(misuse: Misuse) -> Self {
        Self::usage(misuse.to_string())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Misuse(misuse) => misuse.into(),
            Error::Failed(failure) => failure.into(),
            Error::Port(_) => {
                Self::new(Code::Port, error.to_string()).remedy(error.remedy().unwrap_or_default())
            }
            Error::Local { error, .. } => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(too_much @ TooMuch(_)) => Self::new(Code::Server, too_much.to_string()),
                None => Self::new(Code::Local, error.to_string()),
            },
            Error::Cancelled { .. } => Self::new(Code::Interrupted, "interrupted"),
            Error::TargetIsLonger { .. } => Self::failed(error.to_string())
                .remedy("it is another file, or another version of it: leave --resume out to begin anew"),
            Error::Differs { .. } => Self::failed(error.to_string()).remedy(
                "a byte was changed on the line, or the file changed meanwhile: transfer it again; --retries does that by itself",
            ),
            Error::NotRenamed { temporary, error } => {
                let problem = Self::from(*error);
                let text =
                    format!("{}; the new file is whole as {temporary}, and the old one stays", problem.text);
                Self { text, ..problem }.kept(format!("rename {temporary} yourself, or delete the old file first"))
            }
            other => Self::failed(other.to_string()),
        }
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        Self::new(Code::Port, error.to_string()).remedy(error.remedy())
    }
}
