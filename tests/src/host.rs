//! A host on an emulated module whose FTP client is the real one.

use qftp_core::Secret;
use qftp_core::session::{Apn, Login, Setup};
use qftp_core::wire::{Command, FileName, FtpCfg, FtpCommand, FtpSetting};
use qftp_emulator::{Config, Drives, Emulator};
use qftp_transport::{AnyPort, Client, Error, Settings, open};

use crate::certificates::certificates;
use crate::servers::{PASSWORD, USER};

/// The authority's certificate on the module, once [`Host::push_authority`] has put it there.
pub const CA: &str = "UFS:ca.pem";

/// A client, set up, and the module at the other end of its line.
#[derive(Debug)]
pub struct Host {
    /// The client.
    pub client: Client<AnyPort>,
    _module: Emulator,
}

impl Host {
    /// A module that has just been set up.
    ///
    /// # Panics
    /// Where the system gives no PTY or folder.
    #[must_use]
    pub fn new() -> Self {
        Self::with(qftp_core::session::Config::default())
    }

    /// The same with a configuration of the host's session.
    ///
    /// # Panics
    /// As [`Host::new`].
    #[must_use]
    pub fn with(config: qftp_core::session::Config) -> Self {
        let drives = Drives::temporary().expect("a folder");
        let module = Emulator::builder(Config::new(drives)).on_pty(None).expect("a PTY");
        let path = module.path().expect("a PTY has a path").display().to_string();
        let port = open(&path, &Settings::default()).expect("opens");
        let mut client = Client::with_config(port, config);
        client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
        Self { client, _module: module }
    }

    /// Puts the authority's certificate into the module.
    ///
    /// # Panics
    /// When the module does not take it.
    pub fn push_authority(&mut self) {
        let ca = certificates().ca.as_bytes();
        self.client.upload(CA, ca, ca.len().try_into().expect("small")).expect("room in UFS");
    }

    /// Opens a session by the module's own commands, settings first: what the host's `open` does not do, or refuses to.
    ///
    /// # Errors
    /// The module's.
    ///
    /// # Panics
    /// Never: the names are constants.
    pub fn open_by_hand(&mut self, settings: &[FtpSetting<'_>], port: u16) -> Result<(), Error> {
        for setting in settings {
            self.client.command(&Command::Ftp(FtpCommand::Cfg(FtpCfg::Set(*setting))))?;
        }
        let host = FileName::new("127.0.0.1").expect("a name");
        self.client.command(&Command::Ftp(FtpCommand::Open { host, port: Some(port) })).map(drop)
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

/// The login that every server knows, at this port of loopback.
#[must_use]
pub fn login(port: u16) -> Login<'static> {
    Login { port, user: Secret::new(USER), password: Secret::new(PASSWORD), ..Login::new("127.0.0.1") }
}
