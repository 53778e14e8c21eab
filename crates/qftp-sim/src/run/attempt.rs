//! One operation of the session, and what must hold of every one.

use qftp_core::session::{Cause, Failure, Misuse, Session, SessionState, Via};

use super::Run;
use crate::damage::Line;
use crate::host::End;
use crate::plan::Break;
use crate::tally::Invariant;
use crate::world::Violation;

impl Run<'_> {
    /// Runs an operation of the session, and looks at what must hold of every one.
    pub(super) fn attempt(
        &mut self,
        what: &str,
        upload: &[u8],
        via: Via,
        stop: Option<Break>,
        start: impl FnOnce(&mut Session, qftp_core::Instant) -> Result<(), Misuse>,
    ) -> Result<End, Violation> {
        let events = self.world.module.happened().events.len();
        self.world.listen()?;
        let end = self.world.run(what, upload, stop, start)?;
        self.tally.holds(Invariant::Ends);
        self.tally.holds(Invariant::NoSecret);
        if let (Some(stop), End::Died | End::Failed(Failure { cause: Cause::Aborted, .. })) = (stop, &end) {
            self.struck.push(stop.name());
        }
        let line = self.line();
        self.check_abort(what, &end, !upload.is_empty())?;
        if upload.is_empty() || line != Line::Sound {
            return Ok(end);
        }
        let flight = &self.world.flight;
        if via == Via::Com {
            // In that order the first words of a restart are none that a host knows.
            let shuffled = self.plan.module.iter().any(|fault| fault.fault == "shuffled-start");
            if flight.after_word > 0 && !shuffled {
                let after = flight.after_word;
                return self.broken(format!("{what}: {after} bytes went out after the module's first word"));
            }
            let (now, plan) = (self.world.micros(), self.plan);
            if let Some(broken) = flight.broken(now, plan.in_flight, plan.line)
                && !shuffled
            {
                return self.broken(format!("{what}: {broken}"));
            }
            let exercised = flight.is_exercised();
            self.tally.holds(Invariant::InFlight);
            if exercised {
                self.tally.holds(Invariant::Bounded);
            }
        } else {
            // A module that restarts has forgotten that data was to come; one that waited in vain on a line that was stuck has left data mode,
            // and its word about that is stuck, too.
            let restarted = self.world.module.happened().events.len() > events;
            if flight.exposed > 0 && !restarted && !self.world.was_stuck() {
                let exposed = flight.exposed;
                return self.broken(format!("{what}: {exposed} bytes of the file were taken for commands"));
            }
            self.tally.holds(Invariant::NoCommandStaged);
        }
        Ok(end)
    }

    /// A host that breaks off while nothing else is wrong has its module back.
    fn check_abort(&mut self, what: &str, end: &End, uploading: bool) -> Result<(), Violation> {
        let (plan, op) = (self.plan, self.op);
        let calm = plan.wires.is_empty()
            && plan.module.iter().all(|fault| fault.op > op)
            && plan.server.iter().all(|fault| fault.op != op)
            && plan.delay <= 1
            && plan.line.latency == 0
            // What a module has read ahead of a download can keep a slow line busy for longer than anybody waits.
            && (uploading || plan.line.baud == 0 || plan.line.baud > 100_000);
        match end {
            End::Failed(failure) if calm && failure.cause == Cause::Aborted => {
                if failure.state == SessionState::Reset {
                    return self
                        .broken(format!("{what}: broken off, and the module does not answer any more"));
                }
                self.tally.holds(Invariant::Aborts);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
