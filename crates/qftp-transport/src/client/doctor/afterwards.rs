//! What a module shows after a failure on a server: whether the network, its data stack or its power is behind it.

use qftp_core::session::{Cause, Failure, LineFault};
use qftp_core::wire::{Command, Verb};

use super::super::{Client, Error};
use super::check::{Examination, Finding};
use super::is_busy;
use super::readings::address;
use crate::port::Port;

impl<P: Port> Client<P> {
    /// The finding of a failure with what is behind it, where the module shows that.
    pub(super) fn afterwards(
        &mut self,
        failure: &Failure,
        finding: Finding,
        what: &Examination<'_>,
    ) -> Result<Finding, Error> {
        let because = |cause: &str, remedy: &str| Finding {
            cause: Some(cause.to_owned()),
            remedy: Some(remedy.to_owned()),
            ..finding.clone()
        };
        match failure.cause {
            Cause::Line(LineFault::NoAnswer) => {
                return Ok(because(
                    "it answered before: its power failed, it crashed, or the cable came off",
                    "check the supply (peaks of 2 A) and the cable; switch its power off and on",
                ));
            }
            Cause::Line(LineFault::Restarted) | Cause::Misuse(_) => return Ok(finding),
            _ if !self.is_set_up() => return Ok(finding),
            _ => {}
        }
        match self.command(&Command::Read(Verb::Qiact)) {
            Ok(lines) if address(&lines, what.setup.context).is_none() => {
                return Ok(because(
                    "the network dropped the PDP context (+QIURC: \"pdpdeact\")",
                    "check the signal; AT+QIDEACT, then AT+QIACT brings it back, as `--retries` does by itself",
                ));
            }
            Ok(_) => {}
            // The line itself is not in order; the failure tells that.
            Err(Error::Failed(_)) => return Ok(finding),
            Err(error) => return Err(error),
        }
        match self.probe() {
            Err(error) if is_busy(&error) => {}
            Ok(_) | Err(Error::Failed(_)) => return Ok(finding),
            Err(error) => return Err(error),
        }
        // Busy with what has ended already: does a close help?
        match self.close() {
            Ok(()) | Err(Error::Failed(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(match self.probe() {
            Err(error) if is_busy(&error) => because(
                "the module's data stack hangs: it answers 603, busy, to every FTP command, to AT+QFTPCLOSE too",
                "AT+QIDEACT and AT+QIACT, else AT+CFUN=1,1, else switch its power off and on; `--retries` climbs this ladder by itself",
            ),
            // After a data connection that failed a module is busy until a close, too: that failure speaks for itself.
            _ if matches!(failure.cause, Cause::Line(_)) => because(
                "the module's FTP client hung: it answered 603, busy, until AT+QFTPCLOSE",
                "close the session and open it again, then resume; `--retries` does that by itself",
            ),
            _ => finding,
        })
    }
}
