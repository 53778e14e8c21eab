//! What a doctor does about what it finds, as far as that does no harm.

use qftp_core::wire::{Command, GeneralCommand, GeneralInfo, ServerState, UrcPort, Verb};

use super::super::{Client, Error};
use super::check::{Check, Examination, Finding};
use super::readings::{attachment, general};
use crate::port::Port;

impl<P: Port> Client<P> {
    /// What was done, if anything could be.
    pub(super) fn mend(
        &mut self,
        finding: &Finding,
        what: &Examination<'_>,
    ) -> Result<Option<String>, Error> {
        let done = match finding.check {
            Check::Results => self.mend_results(),
            Check::Registration => self.switch_on(),
            Check::Attachment => self.attach(),
            Check::Context => self.reactivate(what),
            _ => Ok(None),
        };
        match done {
            // What cannot be mended stays found.
            Err(Error::Failed(_)) => Ok(None),
            done => done,
        }
    }

    /// Closes a session that somebody left, or turns outcomes here.
    fn mend_results(&mut self) -> Result<Option<String>, Error> {
        match self.probe() {
            Ok(ServerState::Closed) => return Ok(None),
            Ok(_) => {
                self.close()?;
                return Ok(Some("an FTP session closed that was still open (AT+QFTPCLOSE)".to_owned()));
            }
            Err(Error::Failed(_)) => {}
            Err(error) => return Err(error),
        }
        let before = self.urc_port()?;
        let turn = |port| Command::General(GeneralCommand::UrcPort(Some(port)));
        for port in UrcPort::ALL.into_iter().filter(|port| Some(*port) != before) {
            match self.command(&turn(port)) {
                Ok(_) if self.probe().is_ok() => {
                    let name = port.name();
                    return Ok(Some(format!(
                        "outcomes turned to this port (AT+QURCCFG=\"urcport\",\"{name}\")"
                    )));
                }
                // Not every module has every port.
                Ok(_) | Err(Error::Failed(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(port) = before {
            self.command(&turn(port))?;
        }
        Ok(None)
    }

    /// Where outcomes go, where the module says it.
    pub(super) fn urc_port(&mut self) -> Result<Option<UrcPort>, Error> {
        match self.command(&Command::General(GeneralCommand::UrcPort(None))) {
            Ok(lines) => Ok(general(&lines).find_map(|info| match info {
                GeneralInfo::UrcPort(port) => Some(port),
                _ => None,
            })),
            // There is no such setting.
            Err(Error::Failed(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Switches a radio on that is off.
    fn switch_on(&mut self) -> Result<Option<String>, Error> {
        let lines = self.command(&Command::Read(Verb::Cfun))?;
        if general(&lines).any(|info| info == GeneralInfo::Function(1)) {
            return Ok(None);
        }
        self.command(&Command::General(GeneralCommand::Function(1, None)))?;
        Ok(Some("the radio switched on (AT+CFUN=1)".to_owned()))
    }

    fn attach(&mut self) -> Result<Option<String>, Error> {
        self.command(&Command::General(GeneralCommand::Attach(true)))?;
        let lines = self.command(&Command::Read(Verb::Cgatt))?;
        let attached = attachment(&lines).is_some_and(|finding| finding.cause.is_none());
        Ok(attached.then(|| "attached to the packet service (AT+CGATT=1)".to_owned()))
    }

    /// Set-up deactivates a context only where the module's reason is that it is stuck.
    fn reactivate(&mut self, what: &Examination<'_>) -> Result<Option<String>, Error> {
        if !self.is_set_up() {
            // The line is in order; the network was not to be had.
            self.setup(&qftp_core::session::Setup { network: false, ..what.setup })?;
        }
        let context = what.setup.context;
        self.command(&Command::Pdp(qftp_core::wire::PdpCommand::Deactivate(context)))?;
        Ok(Some(format!(
            "context {context} deactivated and activated again (AT+QIDEACT={context}, AT+QIACT={context})"
        )))
    }
}
