//! FTPS: what a login asks of the module's SSL context (`AT+QSSLCFG`, companion.md §3).

use core::fmt;

use crate::limits;
use crate::secret::SecretOf;
use crate::wire::{SecLevel, SslVersion};

/// FTPS as the module shall do it. Its certificates are files of the module, which [`upload`](super::Session::upload) brings there.
#[derive(Debug)]
pub struct TlsOf<'a, T: ?Sized> {
    /// TLS from the first byte on (usually port 990), or by AUTH TLS on the plain port.
    pub implicit: bool,
    /// The SSL context that is set and used, 0–5.
    pub context: u8,
    /// Which versions are allowed. A module knows one of them or all; there is no "at least".
    pub version: SslVersion,
    /// The number of a cipher suite, [`limits::ALL_CIPHER_SUITES`] for all.
    pub suite: u16,
    /// The module's file with the certificate of the authority that the server is checked against. With `None` nothing is checked, and
    /// anybody on the way may pose as the server.
    pub ca: Option<&'a T>,
    /// Our own certificate, for servers that ask for one.
    pub client: Option<ClientCertificateOf<'a, T>>,
    /// Takes certificates that have expired or are not valid yet: for a module whose clock is not set.
    pub ignore_dates: bool,
    /// Names the server in the handshake (SNI).
    pub sni: bool,
}

/// A client's certificate and key, as files of the module.
#[derive(Debug)]
pub struct ClientCertificateOf<'a, T: ?Sized> {
    /// The certificate.
    pub certificate: &'a T,
    /// Its private key.
    pub key: &'a T,
    /// The password of the key, at most 64 bytes; empty for none.
    pub password: SecretOf<'a, T>,
}

/// FTPS, its texts of `str`.
pub type Tls<'a> = TlsOf<'a, str>;
/// A client's certificate and key, their names of `str`.
pub type ClientCertificate<'a> = ClientCertificateOf<'a, str>;

impl<T: ?Sized> TlsOf<'_, T> {
    /// What the handshake proves.
    #[must_use]
    pub const fn level(&self) -> SecLevel {
        match (self.ca, &self.client) {
            (None, _) => SecLevel::Open,
            (Some(_), None) => SecLevel::Server,
            (Some(_), Some(_)) => SecLevel::Mutual,
        }
    }
}

impl<'a> Tls<'a> {
    /// Explicit FTPS with the safe settings: the server is checked against this file of the module, TLS 1.2, SNI.
    #[must_use]
    pub const fn new(ca: &'a str) -> Self {
        Self { ca: Some(ca), ..Self::unchecked() }
    }

    /// The same without any check of who the server is.
    #[must_use]
    pub const fn unchecked() -> Self {
        Self {
            implicit: false,
            context: 1,
            version: SslVersion::Tls1_2,
            suite: limits::ALL_CIPHER_SUITES,
            ca: None,
            client: None,
            ignore_dates: false,
            sni: true,
        }
    }

    /// What may be behind a 631, which is all that a module says of a handshake that failed: the likeliest first, and only what these
    /// settings leave possible.
    pub fn suspects(&self) -> impl Iterator<Item = TlsSuspect> + use<> {
        let (checks, own) = (self.ca.is_some(), self.client.is_some());
        let (dates, version, suite) =
            (!self.ignore_dates, self.version != SslVersion::All, self.suite != limits::ALL_CIPHER_SUITES);
        TlsSuspect::ALL.iter().copied().filter(move |suspect| match suspect {
            TlsSuspect::Authority | TlsSuspect::HostName => checks,
            TlsSuspect::Dates => checks && dates,
            TlsSuspect::Version => version,
            TlsSuspect::Suite => suite,
            TlsSuspect::NoClientCertificate => !own,
            TlsSuspect::ClientCertificate => own,
            TlsSuspect::Form | TlsSuspect::NoVersionInCommon => true,
        })
    }
}

/// What may be wrong when a handshake fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsSuspect {
    /// The authority's certificate.
    Authority,
    /// A date.
    Dates,
    /// The name in the server's certificate.
    HostName,
    /// The version that was asked for.
    Version,
    /// Implicit where explicit is due, or the other way round.
    Form,
    /// The cipher suite that was asked for.
    Suite,
    /// The server wants one of us.
    NoClientCertificate,
    /// Ours, or its key.
    ClientCertificate,
    /// Module and server have no version or suite in common.
    NoVersionInCommon,
}

impl TlsSuspect {
    /// All, the likeliest first.
    pub const ALL: &'static [Self] = &[
        Self::Authority,
        Self::Dates,
        Self::HostName,
        Self::Version,
        Self::Suite,
        Self::Form,
        Self::ClientCertificate,
        Self::NoClientCertificate,
        Self::NoVersionInCommon,
    ];

    /// What is the matter, if this is it; a sentence without its full stop.
    #[must_use]
    pub const fn cause(self) -> &'static str {
        self.text().0
    }

    /// How to tell whether this is it; a sentence without its full stop.
    #[must_use]
    pub const fn test(self) -> &'static str {
        self.text().1
    }

    const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Authority => (
                "the server's certificate is not signed by the CA certificate that was given",
                "without the check of the server (seclevel 0) the login works; `openssl s_client` with -CAfile names the issuer",
            ),
            Self::Dates => (
                "the server's certificate has expired, or the module's clock is wrong",
                "with ignorelocaltime 1 the login works; compare AT+CCLK? with the dates that `openssl s_client` shows",
            ),
            Self::HostName => (
                "the server's certificate is for another host name (some modules check that)",
                "compare the name in the URL with the subject alternative names that `openssl s_client` shows",
            ),
            Self::Version => (
                "the server does not speak the TLS version that was asked for",
                "with sslversion 4 (all) the login works",
            ),
            Self::Suite => (
                "the server does not have the cipher suite that was asked for",
                "with ciphersuite 0XFFFF (all) the login works",
            ),
            Self::Form => (
                "implicit TLS on a port for explicit TLS or plain FTP, or the other way round",
                "implicit is usually port 990, explicit port 21; try the other",
            ),
            Self::ClientCertificate => (
                "the client's certificate or its key was refused",
                "see whether the key fits the certificate and whether the server trusts its issuer; the server's log tells",
            ),
            Self::NoClientCertificate => (
                "the server asks for a client's certificate",
                "the server's log or its owner tells; `openssl s_client` shows acceptable client certificate CA names",
            ),
            Self::NoVersionInCommon => (
                "module and server have no TLS version or cipher suite in common",
                "`openssl s_client` with -tls1_2 shows whether the server has a version that the module has",
            ),
        }
    }
}

/// Protections that a module does not have: it refused the setting, and the login went on without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlsGaps {
    /// The certificate is not compared with the server's name (no `checkhost`).
    pub host: bool,
    /// The certificate's dates may not be checked (no `ignorelocaltime`).
    pub dates: bool,
    /// The server is not named in the handshake (no `sni`).
    pub sni: bool,
}

impl fmt::Display for TlsGaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gaps = [
            (self.host, "the certificate is not compared with the server's name"),
            (self.dates, "the certificate's dates may not be checked"),
            (self.sni, "the server is not named in the handshake"),
        ];
        let mut first = true;
        for (_, text) in gaps.iter().filter(|(is, _)| *is) {
            f.write_str(if core::mem::take(&mut first) { "" } else { "; " })?;
            f.write_str(text)?;
        }
        if first { f.write_str("none") } else { Ok(()) }
    }
}
