//! Bringing a session back: the gentlest means first.
//!
//! | level | its steps |
//! |---|---|
//! | `Reopen` | open, folder |
//! | `SetUp` | set-up, certificates, open, folder |
//! | `Context` | deactivate, and those of `SetUp` |
//! | `Restart` | restart, and those of `SetUp` |
//! | `Power` | power cycle, and those of `SetUp` |
//!
//! A port that was lost is opened again before any of them.

use super::{Policy, Step};
use crate::session::{Cause, Failure, Kind, LineFault, SessionState};

/// How much is done to bring a session back. Each level ends with a login and the working folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecoveryLevel {
    /// `AT+QFTPCLOSE`, `AT+QFTPOPEN`: [`Session::open`](crate::session::Session::open) does both.
    Reopen,
    /// The line in sync, `AT+QFTPSTAT`, `AT+QFTPCLOSE`: [`Session::setup`](crate::session::Session::setup), then open.
    SetUp,
    /// `AT+QIDEACT`, `AT+QIACT`: [`Session::deactivate`](crate::session::Session::deactivate), set-up, open.
    Context,
    /// `AT+CFUN=1,1`: [`Session::restart`](crate::session::Session::restart), set-up, open.
    Restart,
    /// The module's power off and on, by the caller; set-up, open.
    Power,
}

impl RecoveryLevel {
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

    /// Its steps, in order.
    #[must_use]
    pub const fn steps(self) -> &'static [Step] {
        use Step::{Certificates, Deactivate, Folder, Open, PowerCycle, Restart, SetUp};
        match self {
            Self::Reopen => &[Open, Folder],
            Self::SetUp => &[SetUp, Certificates, Open, Folder],
            Self::Context => &[Deactivate, SetUp, Certificates, Open, Folder],
            Self::Restart => &[Restart, SetUp, Certificates, Open, Folder],
            Self::Power => &[PowerCycle, SetUp, Certificates, Open, Folder],
        }
    }
}

/// Where in it a job stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recovery {
    level: Option<RecoveryLevel>,
    /// How many of the level's steps are done.
    done: usize,
    port_is_lost: bool,
}

impl Recovery {
    pub(super) const fn new() -> Self {
        Self { level: None, done: 0, port_is_lost: false }
    }

    /// Begins where a failure has left the session.
    pub(super) const fn start(&mut self, state: SessionState) {
        self.done = 0;
        self.level = match state {
            SessionState::Usable => None,
            SessionState::Reopen => Some(RecoveryLevel::Reopen),
            SessionState::Reset => Some(RecoveryLevel::SetUp),
        };
    }

    /// The port is gone.
    pub(super) const fn lose_port(&mut self) {
        self.port_is_lost = true;
    }

    /// Takes note of a port that is gone.
    pub(super) fn note(&mut self, failure: &Failure) {
        if failure.cause == Cause::Line(LineFault::PortLost) {
            self.lose_port();
        }
    }

    pub(super) const fn is_needed(&self) -> bool {
        self.level.is_some()
    }

    /// The level whose first step is next.
    pub(super) fn begins(&self) -> Option<RecoveryLevel> {
        self.level.filter(|_| self.done == 0)
    }

    pub(super) fn step(&self) -> Step {
        let level = self.level.unwrap_or(RecoveryLevel::Reopen);
        if self.port_is_lost {
            return Step::ReopenPort;
        }
        level.steps().get(self.done).copied().unwrap_or(Step::Open)
    }

    /// The present step is done. Whether it was the last.
    pub(super) fn advance(&mut self) -> bool {
        if core::mem::take(&mut self.port_is_lost) {
            return false;
        }
        self.done = self.done.saturating_add(1);
        let is_over = self.level.is_none_or(|level| self.done >= level.steps().len());
        if is_over {
            self.start(SessionState::Usable);
        }
        is_over
    }

    /// Goes to a higher level after one that did not help; `false` where there is no other that could.
    pub(super) fn climb(&mut self, failure: &Failure, policy: &Policy) -> bool {
        use RecoveryLevel::{Context, Power, Reopen, Restart, SetUp};
        // A module that answers needs no restart: the network or the server is at fault.
        let silent = failure.kind() == Kind::Line || failure.ftp_code().is_some_and(|code| code.get() == 603);
        let highest = match (silent, policy.restart, policy.power) {
            (false, _, _) => Context,
            (true, _, true) => Power,
            (true, true, false) => Restart,
            (true, false, false) => Context,
        };
        let next = match self.level.unwrap_or(Reopen) {
            // Set-up has nothing to mend where the module answers.
            Reopen if !silent => Context,
            Reopen => SetUp,
            SetUp => Context,
            Context if policy.restart => Restart,
            Context | Restart => Power,
            Power => return false,
        };
        if next > highest {
            return false;
        }
        self.level = Some(next);
        self.done = 0;
        true
    }
}
