//! What is wrong with a module, or with the way to a server: the checks of section 4 of the manual, in order.

mod readings;

use std::fmt;
use std::io::Cursor;

use qftp_core::session::{Cause, Failure, GetOptions, LineFault, Login, SessionState, Setup, TlsSuspect};
use qftp_core::wire::{Basic, Command, Domain, GeneralInfo, Info, Line, PdpCommand, Storage, Verb};

use super::{Certificates, Client, Error, Put};
use crate::port::Port;
use readings::{access_point, address, attachment, names, operator, registered, signal, sim};

/// What is looked at, in the order in which one thing stands on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Something answers `AT`.
    Port,
    /// What it says it is.
    Module,
    /// The SIM card.
    Sim,
    /// Outcomes of FTP commands come to this port.
    Results,
    /// The module's own storages.
    Storage,
    /// How strong the network is.
    Signal,
    /// Whether the network has taken the module in.
    Registration,
    /// Which network it is.
    Operator,
    /// Whether it is attached to the packet service.
    Attachment,
    /// The access point of the PDP context.
    AccessPoint,
    /// The PDP context comes up.
    Context,
    /// Its address.
    Address,
    /// The servers that names are asked of.
    Names,
    /// The FTP server lets us in.
    Login,
    /// A listing: the data connection.
    Listing,
    /// A small file, up and down again, and compared.
    File,
}

impl Check {
    /// All, in order.
    pub const ALL: [Self; 16] = [
        Self::Port,
        Self::Module,
        Self::Sim,
        Self::Results,
        Self::Storage,
        Self::Signal,
        Self::Registration,
        Self::Operator,
        Self::Attachment,
        Self::AccessPoint,
        Self::Context,
        Self::Address,
        Self::Names,
        Self::Login,
        Self::Listing,
        Self::File,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Port => "port",
            Self::Module => "module",
            Self::Results => "results",
            Self::Sim => "SIM card",
            Self::Signal => "signal",
            Self::Registration => "registration",
            Self::Operator => "operator",
            Self::Attachment => "attachment",
            Self::AccessPoint => "access point",
            Self::Context => "PDP context",
            Self::Address => "address",
            Self::Names => "name servers",
            Self::Storage => "storage",
            Self::Login => "login",
            Self::Listing => "listing",
            Self::File => "small file",
        }
    }
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
}

/// What is examined, beside the module itself.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    /// As in [`Client::setup`].
    pub setup: Setup<'a>,
    /// The server that is tried, if one is.
    pub login: Option<Login<'a>>,
    /// Certificates for [`Login::tls`].
    pub certificates: Option<Certificates<'a>>,
    /// The working folder on the server; empty for the login's own.
    pub folder: &'a str,
    /// Whether a small file is put there, fetched, compared and deleted.
    pub file: bool,
}

impl<'a> Examination<'a> {
    /// The module and the network alone.
    #[must_use]
    pub const fn new(setup: Setup<'a>) -> Self {
        Self { setup, login: None, certificates: None, folder: "", file: false }
    }
}

impl<P: Port> Client<P> {
    /// Looks at everything that a transfer stands on, and tells each finding as it is made. The module is left logged out.
    ///
    /// # Errors
    /// Only those that end the examination: [`Error::Port`], [`Error::Cancelled`], [`Error::Misuse`]. What is wrong with module, network or
    /// server is a finding.
    pub fn examine(
        &mut self,
        what: &Examination<'_>,
        tell: &mut dyn FnMut(&Finding),
    ) -> Result<Vec<Finding>, Error> {
        let mut findings: Vec<Finding> = Vec::new();
        for check in Check::ALL {
            let stands = Self::stands_on(check).iter().all(|under| {
                findings.iter().any(|finding| {
                    finding.check == *under
                        && finding.verdict != Verdict::Bad
                        && finding.verdict != Verdict::NotTried
                })
            });
            let finding = if stands { self.check(check, what)? } else { not_tried(check, "") };
            tell(&finding);
            findings.push(finding);
        }
        if self.is_open() {
            // What counts has been found.
            let _ = self.close();
        }
        if what.certificates.is_some() && self.is_set_up() {
            self.remove_certificates()?;
        }
        Ok(findings)
    }

    /// What must not be bad for a check to make sense.
    const fn stands_on(check: Check) -> &'static [Check] {
        match check {
            Check::Port => &[],
            Check::Module | Check::Sim | Check::Storage => &[Check::Port],
            Check::Results | Check::Signal | Check::Registration | Check::Operator | Check::AccessPoint => {
                &[Check::Port, Check::Sim]
            }
            Check::Attachment => &[Check::Sim, Check::Registration],
            Check::Context => &[Check::Results, Check::Sim, Check::Registration],
            Check::Address | Check::Names | Check::Login => &[Check::Context],
            Check::Listing => &[Check::Login],
            Check::File => &[Check::Login, Check::Listing],
        }
    }

    fn check(&mut self, check: Check, what: &Examination<'_>) -> Result<Finding, Error> {
        let context = what.setup.context;
        match check {
            Check::Port => self.port_answers(),
            Check::Module => {
                self.ask(check, &Command::Basic(Basic::Identify), |lines| Some(good(check, lines.join(" "))))
            }
            Check::Results => self.results_arrive(),
            Check::Sim => self.ask(check, &Command::Read(Verb::Cpin), sim),
            Check::Signal => self.ask(check, &Command::Execute(Verb::Csq), signal),
            Check::Registration => self.registration(),
            Check::Operator => self.ask(check, &Command::Read(Verb::Cops), operator),
            Check::Attachment => self.ask(check, &Command::Read(Verb::Cgatt), attachment),
            Check::AccessPoint => {
                let given = what.setup.apn.map(|apn| apn.name.to_owned());
                self.ask(check, &Command::Pdp(PdpCommand::Show(context)), |lines| {
                    access_point(lines, given.as_deref())
                })
            }
            Check::Context => {
                let came_up = self.setup(&what.setup);
                found(check, came_up.map(|()| format!("context {context} is active")))
            }
            Check::Address => self.ask(check, &Command::Read(Verb::Qiact), |lines| address(lines, context)),
            Check::Names => {
                let command = Command::Pdp(PdpCommand::Dns { context, servers: None });
                self.ask(check, &command, names)
            }
            Check::Storage => self.storages(),
            Check::Login => match &what.login {
                Some(login) => self.lets_in(login, what),
                None => Ok(not_tried(check, "no server was named")),
            },
            Check::Listing => {
                let listed = self.names(".");
                found(
                    check,
                    listed.map(|names| {
                        let count =
                            names.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
                        format!("{count} entries over a data connection")
                    }),
                )
            }
            Check::File if what.file => self.moves_a_file(),
            Check::File => Ok(not_tried(check, "not asked for")),
        }
    }

    fn port_answers(&mut self) -> Result<Finding, Error> {
        let answered = self.setup(&Setup { network: false, ..Setup::default() });
        found(Check::Port, answered.map(|()| format!("{} answers", self.port.name())))
    }

    /// One question, and what its information lines mean; `None` for lines that mean nothing.
    fn ask(
        &mut self,
        check: Check,
        command: &Command<'_>,
        read: impl FnOnce(&[String]) -> Option<Finding>,
    ) -> Result<Finding, Error> {
        match self.command(command) {
            Ok(lines) => Ok(read(&lines).unwrap_or_else(|| {
                doubtful(check, lines.join(", "), "the module does not say", "see the dialogue")
            })),
            Err(error) => found(check, Err(error)),
        }
    }

    fn results_arrive(&mut self) -> Result<Finding, Error> {
        match self.probe() {
            Ok(state) => Ok(good(Check::Results, format!("they come to this port; the FTP client is {state:?}").to_lowercase())),
            Err(Error::Failed(Failure { cause: Cause::Line(LineFault::UrcSilent), .. })) => Ok(Finding {
                cause: Some("URCs go to another port of the module (AT+QURCCFG), or its FTP service is stuck".to_owned()),
                remedy: Some("use the port that they go to, or let set-up turn them here (--urc-port); else restart the module".to_owned()),
                // Set-up tries the other ports.
                ..doubtful(Check::Results, "OK comes, and no outcome".to_owned(), "", "")
            }),
            Err(error) => found(Check::Results, Err(error)),
        }
    }

    fn registration(&mut self) -> Result<Finding, Error> {
        let mut states = Vec::new();
        for domain in [Domain::Circuit, Domain::Gprs, Domain::Lte] {
            match self.command(&Command::Read(domain.verb())) {
                Ok(lines) => {
                    states.extend(lines.iter().filter_map(|line| match Line::parse(line.as_bytes()) {
                        Line::Info(Info::General(GeneralInfo::Registration { stat, .. })) => {
                            Some((domain, stat))
                        }
                        _ => None,
                    }));
                }
                // Not every firmware has all three.
                Err(Error::Failed(failure)) if failure.state == SessionState::Usable => {}
                Err(error) => return found(Check::Registration, Err(error)),
            }
        }
        Ok(registered(&states))
    }

    fn storages(&mut self) -> Result<Finding, Error> {
        let mut said = Vec::new();
        let mut full = true;
        for storage in Storage::ALL {
            match self.storage(storage) {
                Ok((free, total)) => {
                    full &= free == 0;
                    said.push(format!("{} {free} of {total} bytes free", storage.name()));
                }
                Err(Error::Failed(failure)) if failure.state == SessionState::Usable => {
                    said.push(format!("no {}", storage.name()));
                }
                Err(error) => return found(Check::Storage, Err(error)),
            }
        }
        let said = said.join(", ");
        Ok(if full {
            let cause = "no storage has room: certificates for FTPS and staged transfers have no place";
            doubtful(
                Check::Storage,
                said,
                cause,
                "remove files that nobody needs (`qftp module files`, `qftp module rm`)",
            )
        } else {
            good(Check::Storage, said)
        })
    }

    fn lets_in(&mut self, login: &Login<'_>, what: &Examination<'_>) -> Result<Finding, Error> {
        let opened = match &what.certificates {
            Some(certificates) => self.push_certificates(certificates),
            None => Ok(()),
        };
        let opened = opened.and_then(|()| self.open(login));
        let opened =
            opened.and_then(|()| if what.folder.is_empty() { Ok(()) } else { self.cwd(what.folder) });
        let tls = opened.as_ref().err().and_then(Error::failure).and_then(Failure::ftp_code)
            == Some(qftp_core::codes::FtpCode::SSL);
        let mut finding = found(Check::Login, opened.map(|()| format!("{} lets us in", login.host)))?;
        if let (true, Some(settings)) = (tls, &login.tls) {
            let suspects: Vec<&str> = settings.suspects().map(TlsSuspect::cause).collect();
            finding.cause = Some(format!("one of these, the likeliest first: {}", suspects.join("; ")));
        }
        Ok(finding)
    }

    /// A file with everything that trips other hosts.
    fn moves_a_file(&mut self) -> Result<Finding, Error> {
        const NAME: &str = "qftp-doctor.tmp";
        let mut content: Vec<u8> = (0..=u8::MAX).cycle().take(2_048).collect();
        content.extend(b"\r\nOK\r\n\r\n+QFTPGET: 0,2048\r\n+++\r\nNO CARRIER\r\n");
        let moved = self.put(NAME, content.as_slice(), &Put::whole(content.len() as u64)).and_then(|count| {
            let differs = self.verify(NAME, Cursor::new(&content), &GetOptions::default())?;
            self.delete(NAME)?;
            match differs {
                None => Ok(format!("{count} bytes went up and came down unchanged")),
                Some(at) => Err(Error::Differs { at }),
            }
        });
        match moved {
            Err(Error::Differs { at }) => Ok(Finding {
                cause: Some("the line changes bytes".to_owned()),
                remedy: Some(
                    "use flow control (RTS/CTS), a lower baud rate or a better cable; transfer with --verify"
                        .to_owned(),
                ),
                ..doubtful(Check::File, format!("it came back different from byte {at} on"), "", "").bad()
            }),
            moved => found(Check::File, moved),
        }
    }
}

impl Finding {
    pub(super) fn bad(self) -> Self {
        Self { verdict: Verdict::Bad, ..self }
    }
}

/// Success in words, or what failed; errors that are no finding are handed on.
fn found(check: Check, result: Result<String, Error>) -> Result<Finding, Error> {
    match result {
        Ok(said) => Ok(good(check, said)),
        Err(Error::Failed(failure)) => Ok(Finding {
            check,
            verdict: Verdict::Bad,
            said: failure.to_string(),
            cause: Some(failure.likely_cause().to_owned()),
            remedy: Some(failure.remedy().to_owned()),
        }),
        Err(other) => Err(other),
    }
}

const fn good(check: Check, said: String) -> Finding {
    Finding { check, verdict: Verdict::Good, said, cause: None, remedy: None }
}

fn doubtful(check: Check, said: String, cause: &str, remedy: &str) -> Finding {
    let (cause, remedy) = (Some(cause.to_owned()), Some(remedy.to_owned()));
    Finding { check, verdict: Verdict::Doubtful, said, cause, remedy }
}

fn not_tried(check: Check, why: &str) -> Finding {
    Finding { verdict: Verdict::NotTried, ..good(check, why.to_owned()) }
}
