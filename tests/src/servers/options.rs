//! What a server shall be like.

use std::fmt;

use super::Server;
use crate::certificates::Identity;

/// The four programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// vsftpd, with no file in /etc and no user on the system.
    Vsftpd,
    /// ProFTPD with mod_tls.
    Proftpd,
    /// Pure-FTPd: no implicit TLS, nothing below TLS 1.2.
    Pureftpd,
    /// pyftpdlib, which can be told what to answer.
    Pyftpdlib,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Vsftpd, Self::Proftpd, Self::Pureftpd, Self::Pyftpdlib];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Vsftpd => "vsftpd",
            Self::Proftpd => "ProFTPD",
            Self::Pureftpd => "Pure-FTPd",
            Self::Pyftpdlib => "pyftpdlib",
        })
    }
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// Not at all; a server with this form knows no TLS.
    #[default]
    Plain,
    /// By `AUTH TLS`, without which nobody logs in.
    Explicit,
    /// From the first byte on.
    Implicit,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Plain => "plain",
            Self::Explicit => "explicit",
            Self::Implicit => "implicit",
        })
    }
}

/// The one TLS version that a server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// TLS 1.0, with its cipher suites.
    Tls10,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Version {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tls10, Self::Tls12, Self::Tls13];

    /// As OpenSSL's configuration and ProFTPD's write it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "TLSv1",
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tls10 => "1.0",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        })
    }
}

/// What a server shall be like.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The program.
    pub kind: Kind,
    /// Its protection.
    pub form: Form,
    /// The TLS version it insists on; `None`: any that it takes by itself.
    pub version: Option<Version>,
    /// Its certificate, if not the right one.
    pub identity: Option<&'a Identity>,
    /// Whether clients must show a certificate of [`Certificates::ca`](crate::certificates::Certificates::ca). Pure-FTPd cannot.
    pub client_certificate: bool,
    /// More lines for its configuration; Pure-FTPd and pyftpdlib have none and take one more argument a line.
    pub settings: &'a str,
}

impl<'a> Options<'a> {
    /// A server without TLS.
    #[must_use]
    pub const fn plain(kind: Kind) -> Self {
        Self {
            kind,
            form: Form::Plain,
            version: None,
            identity: None,
            client_certificate: false,
            settings: "",
        }
    }

    /// A server with TLS.
    #[must_use]
    pub const fn tls(kind: Kind, form: Form, version: Option<Version>) -> Self {
        Self { form, version, ..Self::plain(kind) }
    }

    /// The same with more settings.
    #[must_use]
    pub const fn with(self, settings: &'a str) -> Self {
        Self { settings, ..self }
    }

    /// Starts it.
    ///
    /// # Panics
    /// Where it is not there (`cargo xtask test` brings it) or does not start.
    #[must_use]
    pub fn start(&self) -> Server {
        // Another program may still take the port between our choice and the server's start.
        let started = Server::launch(self).or_else(|_| Server::launch(self));
        started.unwrap_or_else(|error| panic!("{} does not start: {error}", self.kind))
    }
}
