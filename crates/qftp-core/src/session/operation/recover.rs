//! After an abort or a failure with data on the line: out of data mode, in sync again, session known.

use super::work::{Next, Work};
use crate::session::exchange::Reply;
use crate::session::failure::{Cause, Failure, LineFault, SessionState};

/// What the recovery that is under way has to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recovery {
    /// Whether the FTP session is concerned, or only a file of the module.
    pub(crate) ftp: bool,
    /// The best that the session can be after it.
    pub(crate) best: SessionState,
    /// An outcome may still come that no command waits for: only a close settles that.
    pub(crate) in_doubt: bool,
    /// `RDY` has come, which the module or the data may have said.
    pub(crate) ready: bool,
}

impl Recovery {
    pub(crate) const fn new() -> Self {
        Self { ftp: false, best: SessionState::Usable, in_doubt: false, ready: false }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecoverStep {
    /// The answer of a command that opens data mode is awaited: a question now would be the first bytes of the file.
    Outcome,
    /// The module ends by itself.
    Wait,
    Sync,
    /// The same, which begins with the escape.
    Escape,
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
pub(crate) enum LeftOnLine {
    Nothing,
    /// The answer of a command that opens data mode: until it is known, data mode may open at any moment.
    Outcome,
    /// Data mode may be open.
    DataMode,
    /// Data mode is over. Bytes of the file may be in the module's command line, words of the module on their way.
    Bytes,
}

impl RecoverStep {
    /// `failure` is what the operation failed by; `reopens` whether an aborted operation gets its FTP session back.
    pub(crate) fn next(
        self,
        reply: Reply,
        work: &mut Work<'_>,
        recovery: &Recovery,
        failure: &mut Failure,
        reopens: bool,
        logged_in: bool,
    ) -> Next<Self> {
        let aborted = matches!(failure.cause, Cause::Aborted);
        let state = match reply {
            Reply::Number => work.said.number,
            _ => u64::MAX,
        };
        let reopen = Next::Recovered(SessionState::Reopen);
        Next::Go(match self {
            // It never came: CONNECT may be what was lost.
            Self::Outcome if reply == Reply::Silent => Self::Escape,
            Self::Outcome | Self::Wait => Self::Sync,
            Self::Sync | Self::Escape if reply.is_success() => match recovery.ftp {
                true if aborted && !reopens => return reopen,
                // A close comes next, whatever the session is.
                true if recovery.best == SessionState::Reopen => return reopen,
                true if recovery.in_doubt => Self::Close,
                true => Self::Stat,
                false => Self::Settle,
            },
            Self::Sync | Self::Escape => {
                // The data did not stop by itself: there is no module any more that could send or take it.
                if matches!(failure.cause, Cause::Line(LineFault::Stalled)) {
                    failure.cause = work.said.cause;
                }
                return Next::Recovered(SessionState::Reset);
            }
            Self::Settle if reply == Reply::Silent => return Next::Recovered(SessionState::Reset),
            // The login is gone, and with it what set-up did.
            Self::Settle | Self::Stat if state == 4 && recovery.ready && logged_in => {
                return Next::Recovered(SessionState::Reset);
            }
            // Also where outcomes go to another port: its own OK has come.
            Self::Settle => return Next::Recovered(SessionState::Usable),
            Self::Stat if state == 1 => return Next::Recovered(SessionState::Usable),
            Self::Stat if state == 4 && aborted => Self::Open,
            Self::Stat if matches!(state, 0 | 2 | 3) => Self::Close,
            Self::Close if reply.is_success() && aborted => Self::Open,
            Self::Open if reply.is_success() && !work.account.cwd_known => return reopen,
            Self::Open if reply.is_success() && !work.account.cwd.is_empty() => Self::Cwd,
            Self::Open | Self::Cwd if reply.is_success() => return Next::Recovered(SessionState::Usable),
            Self::Stat | Self::Close | Self::Open | Self::Cwd => return reopen,
        })
    }
}
