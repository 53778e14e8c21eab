//! The line after a failed upload.

use super::*;

/// The longest until the next command is answered, in milliseconds, besides the time of what is on the line.
const LONGEST_MS: u64 = 3_000;

impl Run<'_> {
    /// The server or the module has ended an upload: the next command is answered within seconds, and not by what is left of the file.
    pub(super) fn check_in_sync(&mut self, what: &str, end: &End, via: Via) -> Result<(), Violation> {
        let End::Failed(failure) = end else { return Ok(()) };
        let (plan, op) = (self.plan, self.op);
        let told = matches!(failure.cause, Cause::Ftp(_) | Cause::Cme(_) | Cause::Refused);
        // A file of commands may do anything.
        let harmless = plan.ops.get(op).and_then(Op::content).is_none_or(|of| of.kind != Stuff::Commands);
        let calm = harmless
            && plan.module.iter().all(|fault| fault.op > op)
            && plan.wires.iter().all(|fault| fault.op > op)
            && (plan.line.baud == 0 || plan.line.baud >= 115_200);
        let Some(left) = self.world.flight.left_at().filter(|_| told && calm && via == Via::Com) else {
            return Ok(());
        };
        let on_line = match plan.line.baud {
            0 => 0,
            baud => (plan.line.holds + plan.in_flight as u64) * 10_000 / u64::from(baud),
        };
        let most = LONGEST_MS + on_line + 10 * plan.line.latency;
        if failure.state == SessionState::Reset {
            return self.broken(format!("{what}: the module does not answer any more: {failure}"));
        }
        let answered = self.attempt("status", b"", Via::Com, None, Session::status)?;
        let took = self.world.micros().saturating_sub(left) / 1000;
        if !matches!(answered, End::Done(_)) {
            return self.broken(format!("{what}: the command after it is not answered: {answered:?}"));
        }
        if took > most {
            return self
                .broken(format!("{what}: the command after it is answered after {took} ms, of {most}"));
        }
        self.tally.holds(Invariant::InSync);
        Ok(())
    }

    /// A host that breaks off before the first byte of the file has changed nothing but its length.
    pub(super) fn check_clean(
        &mut self,
        what: &str,
        end: &End,
        before: &[u8],
        there: &[u8],
    ) -> Result<(), Violation> {
        let aborted = matches!(end, End::Failed(Failure { cause: Cause::Aborted, .. }));
        let (plan, op) = (self.plan, self.op);
        // A line that is stuck delivers the escape and what follows it at once; a slow one may still bring words of an earlier download.
        let flows = plan.wires.iter().all(|fault| fault.op != op)
            && (plan.line.baud == 0 || plan.line.baud >= 115_200);
        if !aborted || !flows || self.world.flight.sent > 0 || self.line() != Line::Sound {
            return Ok(());
        }
        if !there.is_empty() && there != before {
            return self
                .broken(format!("{what}: words of the host are in the file: {}", there.escape_ascii()));
        }
        self.tally.holds(Invariant::Clean);
        Ok(())
    }
}
