//! What is wrong with a module, or with the way to a server: the checks of section 4 of the manual, in order.

mod afterwards;
mod check;
mod mend;
mod network;
mod readings;
mod server;
mod tls;

use qftp_core::dialect::{Dialect, NO_FTP};
use qftp_core::session::{Cause, Failure, LineFault, SessionState, Setup};
use qftp_core::wire::{Basic, Command, GeneralInfo, PdpCommand, ServerState, Storage, Verb};

use super::{Client, Error, Kind};
use crate::attention::Attention;
use crate::port::Port;
use check::{doubtful, found, good, not_tried};
use readings::{access_point, address, attachment, general, names, operator, signal, sim};

pub use check::{Check, Examination, Finding, Verdict};

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
        for &check in Check::ALL {
            let stands = Self::stands_on(check).iter().all(|under| {
                findings.iter().any(|finding| {
                    finding.check == *under
                        && finding.verdict != Verdict::Bad
                        && finding.verdict != Verdict::NotTried
                })
            });
            let mut finding = if stands { self.look(check, what)? } else { not_tried(check, "") };
            if check == Check::Context && finding.verdict == Verdict::Good {
                finding = self.put_right(finding, &findings, what)?;
            }
            tell(&finding);
            findings.push(finding);
        }
        if self.is_open() && self.is_set_up() {
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
            Check::Line | Check::Module | Check::Sim | Check::Storage => &[Check::Port],
            Check::Results | Check::Signal | Check::Registration | Check::Operator | Check::AccessPoint => {
                &[Check::Port, Check::Sim]
            }
            Check::Attachment => &[Check::Sim, Check::Registration],
            Check::Context => &[Check::Results, Check::Sim, Check::Registration],
            Check::Address | Check::Names | Check::Tls => &[Check::Context],
            Check::Login => &[Check::Context, Check::Tls],
            Check::Listing => &[Check::Login],
            Check::File => &[Check::Login, Check::Listing],
            Check::Folder => &[Check::Login, Check::Listing, Check::File],
            Check::Logout => &[Check::Login, Check::Listing],
        }
    }

    /// A check; what is not good is mended where that is wanted and safe, and looked at again.
    fn look(&mut self, check: Check, what: &Examination<'_>) -> Result<Finding, Error> {
        let finding = self.check(check, what)?;
        if !what.mend || !matches!(finding.verdict, Verdict::Bad | Verdict::Doubtful) {
            return Ok(finding);
        }
        match self.mend(&finding, what)? {
            Some(done) => Ok(self.check(check, what)?.mended(&done)),
            None => Ok(finding),
        }
    }

    /// The finding of a set-up that succeeded, with what it has put right of what was found before.
    fn put_right(
        &mut self,
        mut finding: Finding,
        before: &[Finding],
        what: &Examination<'_>,
    ) -> Result<Finding, Error> {
        for check in [Check::Results, Check::Attachment] {
            let was = before.iter().any(|had| had.check == check && had.verdict == Verdict::Doubtful);
            if was && self.check(check, what)?.verdict == Verdict::Good {
                finding = finding.mended(&format!("set-up has put right: {check}"));
            }
        }
        Ok(finding)
    }

    fn check(&mut self, check: Check, what: &Examination<'_>) -> Result<Finding, Error> {
        let context = what.setup.context;
        match check {
            Check::Port => self.port_answers(),
            Check::Line => self.line(),
            Check::Module => self.ask(check, &Command::Basic(Basic::Identify), |lines| {
                let other = lines.iter().find_map(|line| Dialect::of_identity(line.as_bytes()));
                Some(match other {
                    Some(dialect) => named(check, lines.join(" "), dialect),
                    None => good(check, lines.join(" ")),
                })
            }),
            Check::Storage => self.storages(),
            Check::Sim => self.ask(check, &Command::Read(Verb::Cpin), sim),
            Check::Results => self.results_arrive(),
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
                match self.command(&command) {
                    Err(error) if is_unknown(&error) => {
                        Ok(good(check, format!("the module does not tell: it has no {}", Verb::Qidnscfg)))
                    }
                    answered => told(check, answered, names),
                }
            }
            Check::Tls => self.tls_settings(what.login.as_ref()),
            Check::Login => match &what.login {
                Some(login) => self.lets_in(login, what),
                None => Ok(not_tried(check, "no server was named")),
            },
            Check::Listing => self.lists(what),
            Check::File if what.file => self.moves_a_file(what),
            Check::Folder if what.file => self.makes_a_folder(what),
            Check::File | Check::Folder => Ok(not_tried(check, "not asked for")),
            Check::Logout => self.lets_go(what),
        }
    }

    fn port_answers(&mut self) -> Result<Finding, Error> {
        let Self { port, engine, .. } = self;
        let attention = Attention::watched(port, true, &mut |sent, bytes| {
            if sent {
                engine.watch.sent(Kind::Line, bytes);
            } else {
                engine.watch.received(bytes, None);
            }
        });
        engine.watch.decide();
        let attention = attention.map_err(|error| self.engine.port_failed(error))?;
        let answered = self.setup(&Setup { network: false, ..Setup::default() });
        let name = self.port.name();
        let Attention::Module { echo, was } = attention else {
            return found(Check::Port, answered.map(|()| format!("{name} answers")));
        };
        let said = format!("{name} answers, echo {}", if echo { "on" } else { "off" });
        let finding = found(Check::Port, answered.map(|()| said))?;
        Ok(match was.mended() {
            Some(done) => finding.mended(done),
            None => finding,
        })
    }

    fn line(&mut self) -> Result<Finding, Error> {
        let mut said = Vec::new();
        for verb in [Verb::Ipr, Verb::Ifc] {
            match self.command(&Command::Read(verb)) {
                Ok(lines) => said.extend(general(&lines).filter_map(|info| match info {
                    GeneralInfo::Rate(0) => Some("any rate (AT+IPR=0)".to_owned()),
                    GeneralInfo::Rate(rate) => Some(format!("{rate} bits/s")),
                    GeneralInfo::FlowControl(2, 2) => Some("flow control RTS/CTS".to_owned()),
                    GeneralInfo::FlowControl(0, 0) => Some("no flow control".to_owned()),
                    GeneralInfo::FlowControl(host, module) => {
                        Some(format!("flow control {host},{module} (AT+IFC)"))
                    }
                    _ => None,
                })),
                // A port on USB may have neither.
                Err(Error::Failed(failure)) if failure.state == SessionState::Usable => {}
                Err(error) => return found(Check::Line, Err(error)),
            }
        }
        let said = if said.is_empty() { "the module does not say".to_owned() } else { said.join(", ") };
        Ok(good(Check::Line, said))
    }

    /// One question, and what its information lines mean; `None` for lines that mean nothing.
    fn ask(
        &mut self,
        check: Check,
        command: &Command<'_>,
        read: impl FnOnce(&[String]) -> Option<Finding>,
    ) -> Result<Finding, Error> {
        told(check, self.command(command), read)
    }

    /// Which module this is, where it is none that has `AT+QFTP` as qftp means it: by what it calls itself, or because it refuses
    /// even to say what it could be asked. The session has to be usable.
    ///
    /// # Errors
    /// As of any command, but for refusals.
    pub fn dialect(&mut self) -> Result<Option<&'static Dialect>, Error> {
        match self.command(&Command::Basic(Basic::Identify)) {
            Ok(lines) => {
                if let Some(dialect) = lines.iter().find_map(|line| Dialect::of_identity(line.as_bytes())) {
                    return Ok(Some(dialect));
                }
            }
            Err(error) if is_unknown(&error) => {}
            Err(error) => return Err(error),
        }
        match self.command(&Command::Test(Verb::QftpCfg)) {
            Err(error) if is_unknown(&error) => Ok(Some(&NO_FTP)),
            answered => answered.map(|_| None),
        }
    }

    /// Asks for the FTP client's state three times: one outcome that is lost tells of others.
    fn results_arrive(&mut self) -> Result<Finding, Error> {
        const ASKED: usize = 3;
        let check = Check::Results;
        let (mut lost, mut came, mut state) = (0, 0, ServerState::Closed);
        while lost + came < ASKED && (lost < 2 || came > 0) {
            match self.probe() {
                Ok(now) => (came, state) = (came + 1, now),
                Err(Error::Failed(Failure { cause: Cause::Line(LineFault::UrcSilent), .. })) => lost += 1,
                Err(error) if is_busy(&error) => return self.late(),
                Err(error) if is_unknown(&error) => {
                    return match self.dialect()? {
                        Some(dialect) => Ok(named(check, "AT+QFTPSTAT is refused".to_owned(), dialect)),
                        None => found(check, Err(error)),
                    };
                }
                Err(error) => return found(check, Err(error)),
            }
        }
        Ok(match (lost, came) {
            (0, _) if state == ServerState::Closed => good(check, "outcomes come to this port".to_owned()),
            (0, _) => doubtful(
                check,
                format!("an FTP session is there already, its state is {state:?}").to_lowercase(),
                "another program uses it, or left it without AT+QFTPCLOSE",
                "nothing to do: set-up closes it (AT+QFTPCLOSE)",
            ),
            (_, 0) => self.elsewhere()?,
            _ => doubtful(
                check,
                format!("of {} outcomes {lost} did not come", lost + came),
                "lines of the module are lost on the way, or its FTP service is stuck",
                "use flow control (RTS/CTS) or another port of the module; restart it with AT+CFUN=1,1",
            )
            .bad(),
        })
    }

    /// Outcomes go somewhere else.
    fn elsewhere(&mut self) -> Result<Finding, Error> {
        let cause = match self.urc_port()? {
            Some(port) => format!(
                "they go to the module's port {} (AT+QURCCFG), which is another than this; or its FTP service is stuck",
                port.name()
            ),
            None => "they go to another port of the module; or its FTP service is stuck".to_owned(),
        };
        // Set-up tries the ports.
        Ok(doubtful(
            Check::Results,
            "OK comes, and no outcome".to_owned(),
            &cause,
            "the set-up of every command of qftp turns them here; by hand AT+QURCCFG=\"urcport\",\"uart1\" (or \"usbat\", \"usbmodem\"); else restart the module",
        ))
    }

    fn storages(&mut self) -> Result<Finding, Error> {
        let mut said = Vec::new();
        let mut flash_full = false;
        for storage in Storage::ALL {
            match self.storage(storage) {
                Ok((free, total)) => {
                    flash_full |= free == 0 && storage == Storage::Ufs;
                    said.push(format!("{} {free} of {total} bytes free", storage.name()));
                }
                Err(Error::Failed(failure)) if failure.state == SessionState::Usable => {
                    said.push(format!("no {}", storage.name()));
                }
                Err(error) => return found(Check::Storage, Err(error)),
            }
        }
        let said = said.join(", ");
        Ok(if flash_full {
            let cause =
                "its flash is full: certificates for FTPS and files staged in it (--via ufs) have no room";
            let remedy = "remove files that nobody needs: `qftp module files`, `qftp module rm NAME`";
            doubtful(Check::Storage, said, cause, remedy)
        } else {
            good(Check::Storage, said)
        })
    }
}

/// A module that is not spoken to, with what would be needed.
fn named(check: Check, said: String, dialect: &Dialect) -> Finding {
    doubtful(check, said, &format!("this is {}: {}", dialect.who, dialect.speaks), dialect.needs).bad()
}

/// What the information lines of an answer mean.
fn told(
    check: Check,
    answered: Result<Vec<String>, Error>,
    read: impl FnOnce(&[String]) -> Option<Finding>,
) -> Result<Finding, Error> {
    match answered {
        Ok(lines) => Ok(read(&lines).unwrap_or_else(|| {
            doubtful(check, lines.join(", "), "the module does not say", "see the dialogue (-v)")
        })),
        Err(error) => found(check, Err(error)),
    }
}

/// The module does not know the command, and the session is as it was: families differ.
fn is_unknown(error: &Error) -> bool {
    error
        .failure()
        .is_some_and(|failure| failure.cause == Cause::Refused && failure.state == SessionState::Usable)
}

/// Whether the module still waits for the outcome of another FTP command.
fn is_busy(error: &Error) -> bool {
    error.failure().and_then(Failure::ftp_code) == Some(qftp_core::codes::FtpCode::BUSY)
}
