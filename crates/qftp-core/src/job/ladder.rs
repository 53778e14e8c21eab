//! Bringing a session back: the gentlest means first.

use super::Policy;
use crate::session::{Failure, Kind, SessionState};

/// A means of bringing a session back. Each ends with a login and the working folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// `AT+QFTPCLOSE`, `AT+QFTPOPEN`: [`Session::open`](crate::session::Session::open) does both.
    Reopen,
    /// The line in step, `AT+QFTPSTAT`, `AT+QFTPCLOSE`: [`Session::setup`](crate::session::Session::setup), then open.
    SetUp,
    /// `AT+QIDEACT`, `AT+QIACT`: [`Session::deactivate`](crate::session::Session::deactivate) where that can be called, set-up, open.
    Context,
    /// `AT+CFUN=1,1`: [`Session::restart`](crate::session::Session::restart), set-up, open.
    Restart,
    /// The module's power off and on, by the caller; set-up, open.
    Power,
}

impl Rung {
    /// What it does, in a few words.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Reopen => "close the FTP session and open it again",
            Self::SetUp => "bring the line in step and set the module up again",
            Self::Context => "deactivate the PDP context and activate it again",
            Self::Restart => "restart the module",
            Self::Power => "switch the module's power off and on",
        }
    }
}

/// Where on it a job stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ladder {
    rung: Option<Rung>,
}

impl Ladder {
    pub(super) const fn new() -> Self {
        Self { rung: None }
    }

    /// Begins where a failure has left the session.
    pub(super) const fn start(&mut self, state: SessionState) {
        self.rung = match state {
            SessionState::Usable => None,
            SessionState::Reopen => Some(Rung::Reopen),
            SessionState::Reset => Some(Rung::SetUp),
        };
    }

    pub(super) const fn is_needed(&self) -> bool {
        self.rung.is_some()
    }

    pub(super) const fn done(&mut self) {
        self.rung = None;
    }

    pub(super) fn rung(&self) -> Rung {
        self.rung.unwrap_or(Rung::Reopen)
    }

    /// Goes higher after a rung that did not help; `false` where there is no other that could.
    pub(super) fn climb(&mut self, failure: &Failure, policy: &Policy) -> bool {
        // A module that answers needs no restart: the network or the server is at fault.
        let silent = failure.kind() == Kind::Line || failure.ftp_code().is_some_and(|code| code.get() == 603);
        let highest = match (silent, policy.restart, policy.power) {
            (false, _, _) => Rung::Context,
            (true, _, true) => Rung::Power,
            (true, true, false) => Rung::Restart,
            (true, false, false) => Rung::Context,
        };
        let next = match self.rung() {
            // Set-up has nothing to mend where the module answers.
            Rung::Reopen if !silent => Rung::Context,
            Rung::Reopen => Rung::SetUp,
            Rung::SetUp => Rung::Context,
            Rung::Context if policy.restart => Rung::Restart,
            Rung::Context | Rung::Restart => Rung::Power,
            Rung::Power => return false,
        };
        if next > highest {
            return false;
        }
        self.rung = Some(next);
        true
    }
}
