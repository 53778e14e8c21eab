//! What a failure has left on the line, and how recovery from it begins.

use super::exchange::Phase;
use super::failure::{Cause, LineFault, SessionState};
use super::operation::{LeftOnLine, Op, RecoverStep, Recovery};
use super::state::State;
use crate::mutation::{Mutation, mutated};
use crate::wire::Verb;

impl State {
    /// What an operation that fails now leaves on the line.
    pub(crate) fn left_on_line(&self, cause: Cause) -> LeftOnLine {
        let uploads = matches!(self.op, Op::Put(_) | Op::FileWrite);
        let in_data = match self.exchange.phase {
            Phase::Receive | Phase::Transmit => true,
            Phase::Trailer => uploads && !self.transmit.is_complete(),
            Phase::Idle | Phase::Answer | Phase::Pause => false,
        };
        let lost =
            matches!(cause, Cause::Line(LineFault::Desync | LineFault::Stalled | LineFault::LeftDataMode));
        let sent = uploads && self.transmit.sent > 0 && !mutated(Mutation::LeftOnTheLine);
        match cause {
            Cause::Aborted if self.may_connect() => LeftOnLine::Outcome,
            // The module's own word is the end of data mode. How much of the upload it took before is not known.
            Cause::Ftp(_) | Cause::Cme(_) | Cause::Refused if in_data || sent => LeftOnLine::Bytes,
            _ if in_data || lost => LeftOnLine::DataMode,
            Cause::Aborted => LeftOnLine::Bytes,
            _ if sent => LeftOnLine::Bytes,
            _ => LeftOnLine::Nothing,
        }
    }

    /// Whether a command is out whose answer may be CONNECT.
    pub(crate) fn may_connect(&self) -> bool {
        let opens = match self.op {
            Op::List | Op::FileRead | Op::FileWrite => true,
            Op::Get(step) => step.moves_data(),
            Op::Put(step) => step.moves_data(),
            _ => false,
        };
        let out = self.exchange.phase == Phase::Answer && !self.exchange.is_unsent();
        opens && out && !mutated(Mutation::AsksBeforeConnect)
    }

    /// Starts recovery from the failure that is known, which left something on the line.
    pub(crate) fn recover(&mut self, left: LeftOnLine) {
        let failure = &self.failure;
        let ftp = failure.verb.is_none_or(Verb::is_ftp) && self.logged_in;
        // After the module's own word, what that says of the session holds; else the session is asked for.
        let told = left == LeftOnLine::Bytes && !matches!(failure.cause, Cause::Aborted);
        let best = if told { failure.state } else { SessionState::Usable };
        let in_doubt = left == LeftOnLine::Bytes && self.exchange.awaits_urc();
        self.recovery = Recovery { ftp, best, in_doubt, ready: false };
        self.skip_lf = false;
        self.check_end = false;
        if matches!(self.op, Op::Put(_) | Op::FileWrite) {
            // On a slow line the driver may have written the last of what it was handed only now.
            self.exchange.touch();
        }
        let in_data = matches!(self.exchange.phase, Phase::Receive | Phase::Transmit | Phase::Trailer);
        match left {
            // The exchange goes on, with its own time.
            LeftOnLine::Outcome => {
                self.note_open_data_mode();
                self.go(Op::Recover(RecoverStep::Outcome));
            }
            LeftOnLine::DataMode if in_data => self.leave_data_mode(),
            _ => self.go(Op::Recover(RecoverStep::Sync)),
        }
    }

    /// Notes a `RDY` that may be file data on its way, where only the answer to a question shows a restart; `false` where it surely is the
    /// module's.
    pub(crate) const fn note_ready(&mut self, step: RecoverStep) -> bool {
        let asks =
            matches!(step, RecoverStep::Sync | RecoverStep::Escape | RecoverStep::Settle | RecoverStep::Stat);
        self.recovery.ready |= asks;
        asks
    }

    pub(crate) fn leave_data_mode(&mut self) {
        if self.exchange.verb == Some(Verb::QftpPut) && (1..=3).contains(&self.transmit.missing()) {
            // Plus signs would be the last bytes of the file on the server. What the module does not get ends it after `T`.
            self.exchange.await_trailer(self.t());
            return self.go(Op::Recover(RecoverStep::Wait));
        }
        let uploads = matches!(self.exchange.verb, Some(Verb::QftpPut | Verb::Qfupl | Verb::Qfwrite));
        // In the trailer the module has said a word, or took all that it should: it may be out of data mode.
        let surely = uploads && self.exchange.phase != Phase::Trailer;
        self.op = Op::Recover(RecoverStep::Escape);
        self.begin_escape(surely);
    }
}
