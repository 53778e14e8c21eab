//! After an abort or a failure with data on the line: out of data mode, in step again, session known.

use super::commands::HostCommand;
use super::failure::{Cause, Failure, LineFault, SessionState};
use super::get::GetStep;
use super::link::{Outcome, Phase};
use super::put::PutStep;
use super::setup::PROBE_MS;
use super::state::{Op, State};
use super::sync::{Sync, Synced};
use crate::Instant;
use crate::mutation::{Mutation, mutated};
use crate::wire::Verb;

/// The time for each of the commands here, in milliseconds: the caller is waiting for bad news.
const STEP_MS: u64 = 10_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Recover {
    failure: Failure,
    step: RecoverStep,
    /// Whether the FTP session is concerned, or only a file of the module.
    ftp: bool,
    /// The best that the session can be after it.
    best: SessionState,
    /// An outcome may still come that nobody waits for: only a close settles that.
    in_doubt: bool,
    /// `RDY` has come, which the module or the data may have said.
    ready: bool,
}

#[derive(Clone, Copy, Debug)]
enum RecoverStep {
    /// The answer of a command that opens data mode is awaited: a question now would be the first bytes of the file.
    Outcome,
    /// The module ends by itself.
    Wait,
    Sync(Sync),
    /// A question whose outcome cannot be taken for another's: on a line with latency the answer to what was broken off may come after
    /// the silence, and would pass for that of the next command.
    Settle,
    Stat,
    Close,
    Open,
    Cwd,
}

/// What an operation that failed has left on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOnLine {
    Nothing,
    /// The answer of a command that opens data mode: until it is known, data mode may open at any moment.
    Outcome,
    /// Data mode may be open.
    DataMode,
    /// Data mode is over. Bytes of the file may be in the module's command line, words of the module on their way.
    Bytes,
}

impl State {
    /// What an operation that fails now leaves on the line.
    pub(super) fn left_on_line(&self, cause: Cause) -> LeftOnLine {
        let uploads = matches!(self.op, Op::Put(_) | Op::FileWrite);
        let in_data = match self.link.phase {
            Phase::Receive | Phase::Transmit => true,
            Phase::Trailer => uploads && !self.transmit.is_complete(),
            Phase::Idle | Phase::Answer | Phase::Pause => false,
        };
        let lost =
            matches!(cause, Cause::Line(LineFault::Desync | LineFault::Stalled | LineFault::LeftDataMode));
        let sent = uploads && self.transmit.sent > 0 && !mutated(Mutation::LeftOnTheLine);
        match cause {
            Cause::Aborted if self.may_connect() => LeftOnLine::Outcome,
            // The module's own word is the end of data mode. How much of the upload it took before, nobody knows.
            Cause::Ftp(_) | Cause::Cme(_) | Cause::Refused if in_data || sent => LeftOnLine::Bytes,
            _ if in_data || lost => LeftOnLine::DataMode,
            Cause::Aborted => LeftOnLine::Bytes,
            _ if sent => LeftOnLine::Bytes,
            _ => LeftOnLine::Nothing,
        }
    }

    /// Whether a command is out whose answer may be CONNECT.
    pub(super) fn may_connect(&self) -> bool {
        let opens = matches!(
            self.op,
            Op::List
                | Op::FileRead
                | Op::FileWrite
                | Op::Get(GetStep::Transfer | GetStep::Pull)
                | Op::Put(PutStep::Transfer | PutStep::Stage | PutStep::Upload)
        );
        let out = self.link.phase == Phase::Answer && !self.link.is_unsent();
        opens && out && !mutated(Mutation::AsksBeforeConnect)
    }

    /// Starts recovery from a failure that left something on the line.
    pub(super) fn recover(&mut self, now: Instant, failure: Failure, left: LeftOnLine) {
        let ftp = failure.verb.is_none_or(Verb::is_ftp) && self.logged_in;
        // After the module's own word, what that says of the session holds; else the session is asked for.
        let told = left == LeftOnLine::Bytes && !matches!(failure.cause, Cause::Aborted);
        let best = if told { failure.state } else { SessionState::Usable };
        self.skip_lf = false;
        self.check_end = false;
        if matches!(self.op, Op::Put(_) | Op::FileWrite) {
            // On a slow line the driver may have written the last of what it was handed only now.
            self.link.touch(now);
        }
        let in_doubt = left == LeftOnLine::Bytes && self.link.awaits_urc();
        let in_data = left == LeftOnLine::DataMode
            && matches!(self.link.phase, Phase::Receive | Phase::Transmit | Phase::Trailer);
        let step = match left {
            // The exchange goes on, with its own time.
            LeftOnLine::Outcome => RecoverStep::Outcome,
            LeftOnLine::DataMode if in_data => self.leave_data_mode(now),
            _ => RecoverStep::Sync(Sync::ask(now, &mut self.link)),
        };
        self.may_be_in_data |= left == LeftOnLine::Outcome;
        self.op = Op::Recover(Recover { failure, step, ftp, best, in_doubt, ready: false });
    }

    /// Notes a `RDY` that may be file data on its way, where only the answer to a question shows a restart; `false` where it surely is the module's.
    pub(super) const fn note_ready(&mut self) -> bool {
        let Op::Recover(recover) = &mut self.op else { return false };
        let asks = matches!(recover.step, RecoverStep::Sync(_) | RecoverStep::Settle | RecoverStep::Stat);
        recover.ready |= asks;
        asks
    }

    /// The command that was broken off before its CONNECT has it now.
    pub(super) fn connected_late(&mut self, now: Instant, recover: Recover) {
        // The silence before the escape begins with data mode.
        self.link.touch(now);
        let step = self.leave_data_mode(now);
        self.op = Op::Recover(Recover { step, ..recover });
    }

    fn leave_data_mode(&mut self, now: Instant) -> RecoverStep {
        if self.link.verb == Some(Verb::QftpPut) && (1..=3).contains(&self.transmit.missing()) {
            // Plus signs would be the last bytes of the file on the server. What the module does not get ends it after `T`.
            self.link.await_trailer(now, self.t());
            return RecoverStep::Wait;
        }
        let uploads = matches!(self.link.verb, Some(Verb::QftpPut | Verb::Qfupl | Verb::Qfwrite));
        RecoverStep::Sync(match self.link.phase {
            // The module has said a word, or took all that it should: it may be out of data mode.
            Phase::Trailer => Sync::escape(now, &mut self.link),
            _ if uploads => Sync::escape_surely(now, &mut self.link),
            _ => Sync::escape(now, &mut self.link),
        })
    }

    pub(super) fn recover_advance(&mut self, now: Instant, recover: Recover, result: Result<Outcome, Cause>) {
        let aborted = matches!(recover.failure.cause, Cause::Aborted);
        let next = match (recover.step, result) {
            // It never came: CONNECT may be what was lost.
            (RecoverStep::Outcome, Err(Cause::Line(LineFault::NoAnswer | LineFault::Noise))) => {
                RecoverStep::Sync(Sync::escape(now, &mut self.link))
            }
            (RecoverStep::Outcome | RecoverStep::Wait, _) => {
                RecoverStep::Sync(Sync::ask(now, &mut self.link))
            }
            (RecoverStep::Sync(sync), result) => match self.advance_sync(now, sync, result.is_ok()) {
                Synced::NotYet(sync) => {
                    self.op = Op::Recover(Recover { step: RecoverStep::Sync(sync), ..recover });
                    return;
                }
                Synced::InStep if recover.ftp && aborted && !self.config.reopen_after_abort => {
                    return self.recovered(recover, SessionState::Reopen);
                }
                // A close comes next, whatever the session is.
                Synced::InStep if recover.ftp && recover.best == SessionState::Reopen => {
                    return self.recovered(recover, SessionState::Reopen);
                }
                Synced::InStep if recover.ftp && recover.in_doubt => RecoverStep::Close,
                Synced::InStep if recover.ftp => RecoverStep::Stat,
                Synced::InStep => RecoverStep::Settle,
                // The data did not stop by itself: there is no module any more that could send or take it.
                Synced::Never(fault) if matches!(recover.failure.cause, Cause::Line(LineFault::Stalled)) => {
                    let failure = Failure { cause: Cause::Line(fault), ..recover.failure };
                    return self.recovered(Recover { failure, ..recover }, SessionState::Reset);
                }
                Synced::Never(_) => return self.recovered(recover, SessionState::Reset),
            },
            (RecoverStep::Settle, Err(Cause::Line(LineFault::NoAnswer | LineFault::Noise))) => {
                return self.recovered(recover, SessionState::Reset);
            }
            // The login is gone, and with it what set-up did.
            (RecoverStep::Settle | RecoverStep::Stat, Ok(Outcome::Number(4)))
                if recover.ready && self.logged_in =>
            {
                return self.recovered(recover, SessionState::Reset);
            }
            // Also where outcomes go to another port: its own OK has come.
            (RecoverStep::Settle, _) => return self.recovered(recover, SessionState::Usable),
            (RecoverStep::Stat, Ok(Outcome::Number(1))) => {
                return self.recovered(recover, SessionState::Usable);
            }
            (RecoverStep::Stat, Ok(Outcome::Number(4))) if aborted => RecoverStep::Open,
            (RecoverStep::Stat, Ok(Outcome::Number(0 | 2 | 3))) => RecoverStep::Close,
            (RecoverStep::Close, Ok(_)) if aborted => RecoverStep::Open,
            (RecoverStep::Open, Ok(_)) if !self.account.cwd_known => {
                return self.recovered(recover, SessionState::Reopen);
            }
            (RecoverStep::Open, Ok(_)) if !self.account.cwd.is_empty() => RecoverStep::Cwd,
            (RecoverStep::Open | RecoverStep::Cwd, Ok(_)) => {
                return self.recovered(recover, SessionState::Usable);
            }
            _ => return self.recovered(recover, SessionState::Reopen),
        };
        self.op = Op::Recover(Recover { step: next, ..recover });
        match next {
            RecoverStep::Outcome | RecoverStep::Wait | RecoverStep::Sync(_) => {}
            RecoverStep::Settle => self.send_within(now, HostCommand::State, PROBE_MS),
            RecoverStep::Stat => self.send_within(now, HostCommand::State, STEP_MS),
            RecoverStep::Close => self.send_within(now, HostCommand::Close, STEP_MS),
            RecoverStep::Open => self.send_open(now),
            RecoverStep::Cwd => self.send_within(now, HostCommand::CwdAgain, STEP_MS),
        }
    }

    /// Goes on with bringing the line into step: a module that answers is out of data mode.
    pub(super) fn advance_sync(&mut self, now: Instant, sync: Sync, answered: bool) -> Synced {
        let synced = sync.advance(now, &mut self.link, answered);
        self.may_be_in_data &= !matches!(synced, Synced::InStep);
        synced
    }

    fn recovered(&mut self, recover: Recover, state: SessionState) {
        self.finish_failed(Failure { state, ..recover.failure });
    }
}
