//! What general AT commands set, and what `AT&W` keeps.

use std::collections::BTreeMap;

use qftp_core::limits;
use qftp_core::wire::UrcPort;

use crate::config::Config;

/// The settings of the line: those that `ATZ` and `AT&F` bring back.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `ATE`.
    pub(crate) echo: bool,
    /// `ATV`.
    pub(crate) verbose: bool,
    /// `ATQ`: no result codes.
    pub(crate) quiet: bool,
    /// `AT+CMEE`.
    pub(crate) cmee: u8,
    /// `ATS12`.
    pub(crate) guard_units: u8,
    /// `AT&D`.
    pub(crate) dtr: u8,
    /// `AT+IPR`. The port's speed is not ours to change: it is only kept.
    pub(crate) rate: u32,
    /// `AT+IFC`.
    pub(crate) flow_control: (u8, u8),
    /// `<n>` of `AT+CREG`, `AT+CGREG`, `AT+CEREG`.
    pub(crate) registration_urcs: [u8; 3],
    /// `AT+QURCCFG="urcport"`.
    pub(crate) urc_port: UrcPort,
    /// What commands beside FTP have set, by their names.
    pub(crate) beside: BTreeMap<String, String>,
}

impl Settings {
    pub(crate) fn factory(config: &Config) -> Self {
        Self {
            echo: config.echo,
            verbose: true,
            quiet: false,
            cmee: 1,
            guard_units: limits::GUARD_UNITS_DEFAULT,
            dtr: 2,
            rate: 115_200,
            flow_control: (0, 0),
            registration_urcs: [0; 3],
            urc_port: config.urc_port,
            beside: BTreeMap::new(),
        }
    }

    /// The guard time of `+++` in milliseconds.
    pub(crate) fn guard(&self) -> u64 {
        u64::from(self.guard_units) * u64::from(limits::GUARD_UNIT_MS)
    }
}
