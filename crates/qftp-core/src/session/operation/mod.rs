//! The operations: each a machine that says, of a step and what came of it, what comes next. They send nothing and know no session;
//! [`State`](super::state::State) carries out what they say.

mod get;
mod open;
mod put;
mod recover;
mod setup;
#[cfg(test)]
mod tests;

pub(crate) use get::GetStep;
pub(crate) use open::OpenStep;
pub(crate) use put::PutStep;
pub(crate) use recover::{LeftOnLine, RecoverStep, Recovery};
pub(crate) use setup::SetupStep;

use super::account::Account;
use super::exchange::{Receive, Reply, Said, Transmit};
use super::failure::{Cause, LineFault, SessionState};
use super::transfer::Transfer;
use crate::wire::{ServerState, Verb};

/// The operation under way, and its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Idle,
    /// One command whose answer is the result.
    Single(Shape),
    Setup(SetupStep),
    Open(OpenStep),
    /// A change of the working directory, which is kept for a login after an abort.
    Cwd,
    List,
    Get(GetStep),
    Put(PutStep),
    FileRead,
    FileWrite,
    /// `AT+CFUN=1,1`, and the wait for `RDY`.
    Restart,
    Recover(RecoverStep),
}

/// How the answer of a single command becomes its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Nothing,
    Plain,
    State,
}

/// How an operation ended; its numbers are those of the last reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Success, and nothing to say.
    Nothing,
    /// Success with a number.
    Number,
    /// Success with a text.
    Text,
    /// Success: the state of the FTP client.
    State(ServerState),
    /// Success with two numbers: free and all bytes of a storage.
    Space,
    /// Failure.
    Failed,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The step begins.
    Go(Op),
    Done(End),
    /// With the cause that the reply carries.
    Fail,
    /// Recovery is over: the operation before it fails, and leaves the session so.
    Recovered(SessionState),
}

/// What the machines work with.
pub(crate) struct Work<'a> {
    pub(crate) said: &'a mut Said,
    pub(crate) account: &'a mut Account,
    pub(crate) transfer: &'a mut Transfer,
    pub(crate) receive: &'a Receive,
    pub(crate) transmit: &'a Transmit,
    /// Set where the size of a download is known now.
    pub(crate) tell_size: &'a mut bool,
}

impl Work<'_> {
    pub(crate) fn fail(&mut self, cause: Cause) -> Next {
        self.said.cause = cause;
        Next::Fail
    }

    pub(crate) fn fault(&mut self, fault: LineFault) -> Next {
        self.fail(Cause::Line(fault))
    }

    /// The end of a step for which its machine has no rule.
    pub(crate) fn otherwise(&mut self, reply: Reply) -> Next {
        if reply.is_success() { self.fault(LineFault::Desync) } else { Next::Fail }
    }

    pub(crate) fn done_with(&mut self, number: u64) -> Next {
        self.said.number = number;
        Next::Done(End::Number)
    }

    /// Whether the server does not know the command that failed.
    pub(crate) fn is_unknown_to_server(&self, reply: Reply) -> bool {
        match self.said.cause {
            Cause::Ftp(error) => reply == Reply::Failed && matches!(error.reply.get(), 500 | 502 | 504),
            _ => false,
        }
    }

    /// The end of an operation that is one command.
    pub(crate) fn single(&mut self, shape: Shape, reply: Reply) -> Next {
        let number = self.said.number;
        Next::Done(match (reply, shape) {
            _ if !reply.is_success() => return Next::Fail,
            (_, Shape::Nothing) => End::Nothing,
            (Reply::Number, Shape::State) => {
                let state = u8::try_from(number).ok().and_then(ServerState::from_number);
                state.map_or(End::Number, End::State)
            }
            (Reply::Number, Shape::Plain) => End::Number,
            (Reply::Text, _) => End::Text,
            (Reply::Numbers, _) => End::Space,
            _ => End::Nothing,
        })
    }

    /// The end of a change of the working folder.
    pub(crate) fn cwd(&mut self, reply: Reply) -> Next {
        if !reply.is_success() {
            return Next::Fail;
        }
        self.account.enter(self.transfer.name.as_bytes());
        Next::Done(End::Nothing)
    }

    /// The end of a listing.
    pub(crate) fn listed(&mut self, reply: Reply, verb: Option<Verb>) -> Next {
        // A module that does not know the command may know its other spelling. Where it refuses both, the first is the next. A code of FTP
        // is the word of one that knows it.
        let unknown = match self.said.cause {
            Cause::Cme(code) => code.as_ftp().is_none(),
            _ => reply == Reply::Refused,
        };
        let before_data = reply == Reply::Refused && self.receive.own.is_empty();
        if before_data && unknown && verb == Some(Verb::QftpNlst) {
            self.account.nlist = !self.account.nlist;
            if self.account.nlist {
                return Next::Go(Op::List);
            }
        }
        match self.received(reply) {
            Some(count) => self.done_with(count),
            None => Next::Fail,
        }
    }

    /// The end of reading from an open file of the module.
    pub(crate) fn file_read(&mut self, reply: Reply) -> Next {
        match reply {
            _ if !reply.is_success() => Next::Fail,
            _ if self.receive.is_complete() => self.done_with(self.receive.delivered),
            _ => self.fault(LineFault::Desync),
        }
    }

    /// The end of writing to an open file of the module.
    pub(crate) fn file_written(&mut self, reply: Reply) -> Next {
        let written = self.said.number;
        match reply {
            Reply::Number if written == self.transfer.upload_len() && self.transmit.is_complete() => {
                Next::Done(End::Number)
            }
            Reply::Number => self.fault(LineFault::Count { module: written, host: self.transmit.sent }),
            _ => self.otherwise(reply),
        }
    }
}
