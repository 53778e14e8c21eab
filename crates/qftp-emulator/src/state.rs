//! How a module stands, for somebody who looks into it.

use qftp_core::wire::ServerState;

use crate::data_mode::Mode;
use crate::module::{Module, Power};
use crate::trouble::Happened;

/// How a module stands: what a host cannot see at once, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModuleState {
    /// Its power.
    pub power: PowerState,
    /// The data stack hangs.
    pub wedged: bool,
    /// The line carries file data, and no commands are heard.
    pub data_mode: bool,
    /// It has a SIM card that is unlocked.
    pub sim_ready: bool,
    /// It is attached to the packet service.
    pub attached: bool,
    /// Active PDP contexts.
    pub contexts: Vec<u8>,
    /// The FTP session, as AT+QFTPSTAT tells it.
    pub ftp: ServerState,
    /// What has happened to it.
    pub happened: Happened,
}

/// A module's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerState {
    /// It runs.
    On,
    /// It restarts, and hears nothing yet.
    Starting,
    /// It is off.
    Off,
}

impl Module {
    /// How it stands now.
    #[must_use]
    pub fn state(&self) -> ModuleState {
        ModuleState {
            power: match self.power {
                Power::On => PowerState::On,
                Power::Starting(_) => PowerState::Starting,
                Power::Off => PowerState::Off,
            },
            wedged: self.wedged,
            data_mode: matches!(self.mode, Mode::Data(_)),
            sim_ready: self.sim_is_ready(),
            attached: self.attached,
            contexts: self.pdp.active_ones(),
            ftp: self.ftp.server_state(),
            happened: self.happened.clone(),
        }
    }
}
