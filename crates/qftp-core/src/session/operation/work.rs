//! What the machines of the operations work with, and what they say; and the operations that are one command.

use crate::session::account::Account;
use crate::session::exchange::{Receive, Reply, Said, Transmit};
use crate::session::failure::{Cause, LineFault, SessionState};
use crate::session::transfer::Transfer;
use crate::wire::{ServerState, Verb};

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

/// What comes next, of a machine with these steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next<S> {
    /// The step begins.
    Go(S),
    Done(End),
    /// With the cause that the reply carries.
    Fail,
    /// Recovery is over: the operation before it fails, and leaves the session so.
    Recovered(SessionState),
}

impl<S> Next<S> {
    /// The same, where the steps are those of one of several machines.
    #[inline(always)] // Nothing is left of it.
    pub(crate) fn of<T>(self, machine: impl FnOnce(S) -> T) -> Next<T> {
        match self {
            Self::Go(step) => Next::Go(machine(step)),
            Self::Done(end) => Next::Done(end),
            Self::Fail => Next::Fail,
            Self::Recovered(state) => Next::Recovered(state),
        }
    }
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
    pub(crate) fn fail<S>(&mut self, cause: Cause) -> Next<S> {
        self.said.cause = cause;
        Next::Fail
    }

    pub(crate) fn fault<S>(&mut self, fault: LineFault) -> Next<S> {
        self.fail(Cause::Line(fault))
    }

    /// The end of a step for which its machine has no rule.
    pub(crate) fn otherwise<S>(&mut self, reply: Reply) -> Next<S> {
        if reply.is_success() { self.fault(LineFault::Desync) } else { Next::Fail }
    }

    pub(crate) fn done_with<S>(&mut self, number: u64) -> Next<S> {
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
    pub(crate) fn single(&mut self, shape: Shape, reply: Reply) -> Next<()> {
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
    pub(crate) fn cwd(&mut self, reply: Reply) -> Next<()> {
        if !reply.is_success() {
            return Next::Fail;
        }
        self.account.enter(self.transfer.name.as_bytes());
        Next::Done(End::Nothing)
    }

    /// The end of a listing; the step that may come next is another such command.
    pub(crate) fn listed(&mut self, reply: Reply, verb: Option<Verb>) -> Next<()> {
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
                return Next::Go(());
            }
        }
        match self.received(reply) {
            Some(count) => self.done_with(count),
            None => Next::Fail,
        }
    }

    /// The end of reading from an open file of the module.
    pub(crate) fn file_read(&mut self, reply: Reply) -> Next<()> {
        match reply {
            _ if !reply.is_success() => Next::Fail,
            _ if self.receive.is_complete() => self.done_with(self.receive.delivered),
            _ => self.fault(LineFault::Desync),
        }
    }

    /// The end of writing to an open file of the module.
    pub(crate) fn file_written(&mut self, reply: Reply) -> Next<()> {
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
