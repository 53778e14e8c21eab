//! Checks that take more than one question: registration, and outcomes that come late.

use std::time::{Duration, Instant};

use qftp_core::session::SessionState;
use qftp_core::wire::{Command, Domain, GeneralInfo, Verb};

use super::super::whole::{self, at_once};
use super::super::{Client, Error};
use super::check::{Check, Finding, doubtful, found};
use super::is_busy;
use super::readings::{general, radio_off, registered};
use crate::port::Port;

/// How long a module may be busy with what was asked before.
const BUSY: Duration = Duration::from_secs(20);
/// How long between two questions to a busy module.
const AGAIN_MS: u32 = 500;

impl<P: Port> Client<P> {
    pub(super) fn registration(&mut self) -> Result<Finding, Error> {
        let mut states = Vec::new();
        for domain in [Domain::Circuit, Domain::Gprs, Domain::Lte] {
            match self.command(&Command::Read(domain.verb())) {
                Ok(lines) => states.extend(general(&lines).filter_map(|info| match info {
                    GeneralInfo::Registration { stat, .. } => Some((domain, stat)),
                    _ => None,
                })),
                // Not every firmware has all three.
                Err(Error::Failed(failure)) if failure.state == SessionState::Usable => {}
                Err(error) => return found(Check::Registration, Err(error)),
            }
        }
        let finding = registered(&states);
        if finding.cause.is_none() {
            return Ok(finding);
        }
        match self.command(&Command::Read(Verb::Cfun)) {
            Ok(lines) => Ok(radio_off(&lines).unwrap_or(finding)),
            Err(Error::Failed(_)) => Ok(finding),
            Err(error) => Err(error),
        }
    }

    /// An outcome did not come within the time of a probe, and now FTP commands answer 603: waits for it.
    pub(super) fn late(&mut self) -> Result<Finding, Error> {
        let began = Instant::now();
        let check = Check::Results;
        loop {
            at_once(whole::pause(self, AGAIN_MS))?;
            match self.status() {
                Err(error) if is_busy(&error) && began.elapsed() < BUSY => {}
                Err(error) if is_busy(&error) => {
                    return Ok(doubtful(
                        check,
                        "every FTP command is answered by 603, busy".to_owned(),
                        "the module's FTP service is stuck in a command of before",
                        "restart the module with AT+CFUN=1,1; if that does not help, switch its power off and on",
                    )
                    .bad());
                }
                Err(error) => return found(check, Err(error)),
                Ok(_) => break,
            }
        }
        Ok(doubtful(
            check,
            "outcomes come, but late: more than 2 s after OK".to_owned(),
            "the module is slow; until an outcome is there other FTP commands answer 603, busy",
            "nothing to do for qftp, which waits; a host that goes on after OK has to wait for the outcome",
        ))
    }
}
