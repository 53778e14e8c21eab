//! What every command takes, and the configuration file too.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where the help lists what every command takes.
pub const EVERY: &str = "Options for every command";

/// What every command takes. What is not given comes from the configuration file.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = EVERY)]
pub struct Options {
    /// The module's port: a path, tcp://host:port, rfc2217://host:port, or emulator: for an emulated module
    #[arg(long, short, global = true, env = "QFTP_PORT", hide_env_values = true, value_name = "PORT")]
    pub port: Option<String>,
    /// Bits a second on the line [default: 115200]
    #[arg(long, global = true, value_name = "RATE", value_parser = clap::value_parser!(u32).range(300..))]
    pub baud: Option<u32>,
    /// Flow control of the line [default: none]
    #[arg(long, global = true, value_name = "KIND")]
    pub flow: Option<FlowArg>,
    /// Access point name of the mobile network; without it the module's own setting stays
    #[arg(long, global = true, value_name = "NAME")]
    pub apn: Option<String>,
    /// PDP context [default: 1]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    pub context: Option<u8>,
    /// Seconds the module may wait for the server at each step, 20 to 180 [default: 90]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u8).range(20..=180))]
    pub timeout: Option<u8>,
    /// The module's name for this port, where its results are to be sent
    #[arg(long, global = true, value_name = "NAME")]
    pub urc_port: Option<UrcPortArg>,
    /// The road of a file: straight through the port, or staged in the module's own storage [default: com]
    #[arg(long, global = true, value_name = "ROAD")]
    pub via: Option<ViaArg>,
    /// The module opens the data connections (the default)
    #[arg(long, global = true, conflicts_with = "active")]
    pub passive: bool,
    /// The server opens the data connections
    #[arg(long, global = true)]
    pub active: bool,
    /// ftps://, ftpes://: the certificate (PEM) of the authority that the server is checked against
    #[arg(long, global = true, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Our own certificate (PEM), for servers that ask for one; QFTP_KEY_PASSWORD holds the password of its key
    #[arg(long, global = true, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The key (PEM) of --cert
    #[arg(long, global = true, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Check nothing: anybody on the way may pose as the server
    #[arg(long, global = true, conflicts_with = "cacert")]
    pub insecure: bool,
    /// Take certificates that have expired or are not valid yet: for a module whose clock is not set
    #[arg(long, global = true)]
    pub ignore_dates: bool,
    /// The oldest TLS to allow: 1.2 alone, or whatever module and server have from 1.0 on [default: 1.2]
    #[arg(long, global = true, value_name = "VERSION")]
    pub tls_min: Option<TlsMinArg>,
    /// Transfer as text: the server may change line ends, so sizes are not compared
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Print one JSON object a line instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Write all that passes the port to a file, secrets masked
    #[arg(long, global = true, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Show the AT dialogue on stderr, secrets masked
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// The configuration file [default: ~/.config/qftp.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Flow control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowArg {
    /// None
    None,
    /// The wires RTS and CTS
    Rtscts,
}

/// The oldest TLS. A module's setting names one version or all of them, so that there is nothing between these two, and nothing above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
pub enum TlsMinArg {
    /// TLS 1.0 and whatever is newer
    #[value(name = "1.0")]
    #[serde(rename = "1.0")]
    V1_0,
    /// TLS 1.2
    #[value(name = "1.2")]
    #[serde(rename = "1.2")]
    V1_2,
}

/// The road of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViaArg {
    /// Straight through the port
    Com,
    /// Staged in the module's RAM
    Ram,
    /// Staged in the module's flash
    Ufs,
    /// Staged on the module's SD card
    Sd,
    /// Staged where the line has no flow control and the module room enough, else straight through; says why
    Auto,
}

/// Where the module sends its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UrcPortArg {
    /// The main UART
    Uart1,
    /// The AT port on USB
    Usbat,
    /// The modem port on USB
    Usbmodem,
}
