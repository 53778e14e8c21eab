//! What a doctor looks at, and what comes of it.

use std::fmt;

use qftp_core::session::{Login, Setup};

use super::super::{Certificates, Error};

macro_rules! checks {
    ($(#[doc = $doc:literal] $variant:ident $name:literal,)*) => {
        /// What is looked at, in the order in which one thing stands on another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check { $(#[doc = $doc] $variant,)* }

        impl Check {
            /// All, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

checks! {
    /// Something answers `AT`.
    Port "port",
    /// Rate and flow control, as the module has them.
    Line "line",
    /// What it says it is.
    Module "module",
    /// The module's own storages.
    Storage "storage",
    /// The SIM card.
    Sim "SIM card",
    /// Outcomes of FTP commands come to this port.
    Results "results",
    /// How strong the network is.
    Signal "signal",
    /// Whether the network has taken the module in.
    Registration "registration",
    /// Which network it is.
    Operator "operator",
    /// Whether it is attached to the packet service.
    Attachment "attachment",
    /// The access point of the PDP context.
    AccessPoint "access point",
    /// The PDP context comes up.
    Context "PDP context",
    /// Its address.
    Address "address",
    /// The servers that names are asked of.
    Names "name servers",
    /// The settings that FTPS needs.
    Tls "TLS settings",
    /// The FTP server lets us in.
    Login "login",
    /// Listings: the data connection.
    Listing "listing",
    /// A small file, up and down again, compared and deleted.
    File "small file",
    /// A folder, made, renamed and removed.
    Folder "folder",
    /// The server lets us go.
    Logout "logout",
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// As it must be.
    Good,
    /// It may do, or the module does not say.
    Doubtful,
    /// Nothing that stands on it can work.
    Bad,
    /// Something that it stands on is bad, or it was not asked for.
    NotTried,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// How it came out.
    pub verdict: Verdict,
    /// What the module or server said of it.
    pub said: String,
    /// The likely cause, a sentence without its full stop, where it is not good.
    pub cause: Option<String>,
    /// What to do about it, likewise.
    pub remedy: Option<String>,
    /// What was done about it already.
    pub mended: Option<String>,
}

/// What is examined, beside the module itself.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// As in [`Client::setup`](super::super::Client::setup).
    pub setup: Setup<'a>,
    /// The server that is tried, if one is.
    pub login: Option<Login<'a>>,
    /// Certificates for [`Login::tls`].
    pub certificates: Option<Certificates<'a>>,
    /// The working folder on the server; empty for the login's own.
    pub folder: &'a str,
    /// Whether a small file and a folder are made there, and removed again.
    pub file: bool,
    /// Whether what is safe is done about what is not good: outcomes turned to this port, the radio switched on, attached, a context that is
    /// stuck deactivated, an FTP session closed that somebody left open.
    pub mend: bool,
}

impl<'a> Examination<'a> {
    /// The module and the network alone.
    #[must_use]
    pub const fn new(setup: Setup<'a>) -> Self {
        Self { setup, login: None, certificates: None, folder: "", file: false, mend: false }
    }
}

impl Finding {
    pub(super) fn bad(self) -> Self {
        Self { verdict: Verdict::Bad, ..self }
    }

    /// The same with something done about it; an addition where something was done before.
    pub(super) fn mended(mut self, what: &str) -> Self {
        self.mended = Some(self.mended.map_or_else(|| what.to_owned(), |before| format!("{before}; {what}")));
        self
    }
}

/// Success in words, or what failed; errors that are no finding are handed on.
pub(super) fn found(check: Check, result: Result<String, Error>) -> Result<Finding, Error> {
    match result {
        Ok(said) => Ok(good(check, said)),
        Err(Error::Failed(failure)) => {
            Ok(doubtful(check, failure.to_string(), failure.likely_cause(), failure.remedy()).bad())
        }
        Err(other) => Err(other),
    }
}

pub(super) const fn good(check: Check, said: String) -> Finding {
    Finding { check, verdict: Verdict::Good, said, cause: None, remedy: None, mended: None }
}

pub(super) fn doubtful(check: Check, said: String, cause: &str, remedy: &str) -> Finding {
    let (cause, remedy) = (Some(cause.to_owned()), Some(remedy.to_owned()));
    Finding { verdict: Verdict::Doubtful, cause, remedy, ..good(check, said) }
}

pub(super) fn not_tried(check: Check, why: &str) -> Finding {
    Finding { verdict: Verdict::NotTried, ..good(check, why.to_owned()) }
}
