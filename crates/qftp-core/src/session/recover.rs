//! After an abort or a failure with data on the line: out of data mode, in step again, session known.

use super::failure::{Cause, Failure, LineFault, SessionState};
use super::link::{Answer, Phase};
use super::setup::PROBE_MS;
use super::state::{Op, State};
use super::sync::{Sync, Synced};
use crate::Instant;
use crate::wire::{Command, FtpCommand, Verb};

/// The time for each of the commands here, in milliseconds: the caller is waiting for bad news.
const STEP_MS: u64 = 10_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Recover {
    failure: Failure,
    step: RecoverStep,
    /// Whether the FTP session is concerned, or only a file of the module.
    ftp: bool,
}

#[derive(Clone, Copy, Debug)]
enum RecoverStep {
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

impl State {
    /// Starts recovery; `in_data` when the module may be in data mode.
    pub(super) fn recover(&mut self, now: Instant, failure: Failure, in_data: bool) {
        let ftp = failure.verb.is_none_or(Verb::is_ftp) && self.logged_in;
        let escape = in_data && matches!(self.link.phase, Phase::Receive | Phase::Transmit | Phase::Trailer);
        self.skip_lf = false;
        self.check_end = false;
        if escape && self.link.verb == Some(Verb::QftpPut) && (1..=3).contains(&self.transmit.missing()) {
            // Plus signs would be the last bytes of the file on the server. What the module does not get ends it after `T`.
            self.link.await_trailer(now, self.t());
            self.op = Op::Recover(Recover { failure, step: RecoverStep::Wait, ftp });
            return;
        }
        if escape && matches!(self.op, Op::Put(_) | Op::FileWrite) {
            // On a slow line the driver may have written the last of what it was handed only now.
            self.link.touch(now);
        }
        let sync = if escape { Sync::escape(now, &mut self.link) } else { Sync::ask(now, &mut self.link) };
        self.op = Op::Recover(Recover { failure, step: RecoverStep::Sync(sync), ftp });
    }

    pub(super) fn recover_advance(&mut self, now: Instant, recover: Recover, result: Result<Answer, Cause>) {
        let aborted = matches!(recover.failure.cause, Cause::Aborted);
        let next = match (recover.step, result) {
            (RecoverStep::Wait, _) => RecoverStep::Sync(Sync::ask(now, &mut self.link)),
            (RecoverStep::Sync(sync), result) => match sync.advance(now, &mut self.link, result.is_ok()) {
                Synced::NotYet(sync) => {
                    self.op = Op::Recover(Recover { step: RecoverStep::Sync(sync), ..recover });
                    return;
                }
                Synced::InStep if recover.ftp && aborted && !self.config.reopen_after_abort => {
                    return self.recovered(recover, SessionState::Reopen);
                }
                Synced::InStep if recover.ftp => RecoverStep::Stat,
                Synced::InStep => RecoverStep::Settle,
                // The data did not stop by itself: there is no module any more that could send or take it.
                Synced::Never(fault) if matches!(recover.failure.cause, Cause::Line(LineFault::Stalled)) => {
                    let failure = Failure { cause: Cause::Line(fault), ..recover.failure };
                    return self.recovered(Recover { failure, ..recover }, SessionState::Reset);
                }
                Synced::Never(_) => return self.recovered(recover, SessionState::Reset),
            },
            (
                RecoverStep::Settle,
                Err(Cause::Line(LineFault::NoAnswer | LineFault::Noise | LineFault::Restarted)),
            ) => {
                return self.recovered(recover, SessionState::Reset);
            }
            // Also where outcomes go to another port: its own OK has come.
            (RecoverStep::Settle, _) => return self.recovered(recover, SessionState::Usable),
            (RecoverStep::Stat, Ok(Answer::Number(1))) => {
                return self.recovered(recover, SessionState::Usable);
            }
            (RecoverStep::Stat, Ok(Answer::Number(4))) if aborted => RecoverStep::Open,
            (RecoverStep::Stat, Ok(Answer::Number(0 | 2 | 3))) => RecoverStep::Close,
            (RecoverStep::Close, Ok(_)) if aborted => RecoverStep::Open,
            (RecoverStep::Open, Ok(_)) if !self.cwd_known => {
                return self.recovered(recover, SessionState::Reopen);
            }
            (RecoverStep::Open, Ok(_)) if !self.cwd.is_empty() => RecoverStep::Cwd,
            (RecoverStep::Open | RecoverStep::Cwd, Ok(_)) => {
                return self.recovered(recover, SessionState::Usable);
            }
            _ => return self.recovered(recover, SessionState::Reopen),
        };
        self.op = Op::Recover(Recover { step: next, ..recover });
        match next {
            RecoverStep::Wait | RecoverStep::Sync(_) => {}
            RecoverStep::Settle => self.link.start_within(now, &Command::Execute(Verb::QftpStat), PROBE_MS),
            RecoverStep::Stat => self.link.start_within(now, &Command::Execute(Verb::QftpStat), STEP_MS),
            RecoverStep::Close => self.link.start_within(now, &Command::Execute(Verb::QftpClose), STEP_MS),
            RecoverStep::Open => self.send_open(now),
            RecoverStep::Cwd => {
                let command = Command::Ftp(FtpCommand::Cwd(self.cwd.text()));
                self.link.start_within(now, &command, STEP_MS);
            }
        }
    }

    fn recovered(&mut self, recover: Recover, state: SessionState) {
        self.finish_failed(Failure { state, ..recover.failure });
    }
}
