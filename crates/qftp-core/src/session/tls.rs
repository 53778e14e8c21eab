//! FTPS: what a login asks of the module's SSL context (`AT+QSSLCFG`, companion.md §3).

use core::fmt;

use super::failure::{Field, Misuse};
use super::kept::Kept;
use crate::limits;
use crate::secret::Secret;
use crate::wire::{
    SecLevel, SecretText, SslCfg, SslKey, SslSpelling, SslType, SslValue, SslVersion, Text, TransMode,
};

/// FTPS as the module shall do it. Its certificates are files of the module, which [`upload`](super::Session::upload) brings there.
#[derive(Clone, Copy, Debug)]
pub struct Tls<'a> {
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
    pub ca: Option<&'a str>,
    /// Our own certificate, for servers that ask for one.
    pub client: Option<ClientCertificate<'a>>,
    /// Takes certificates that have expired or are not valid yet: for a module whose clock is not set.
    pub ignore_dates: bool,
    /// Names the server in the handshake (SNI).
    pub sni: bool,
}

/// A client's certificate and key, as files of the module.
#[derive(Clone, Copy, Debug)]
pub struct ClientCertificate<'a> {
    /// The certificate.
    pub certificate: &'a str,
    /// Its private key.
    pub key: &'a str,
    /// The password of the key, at most 64 bytes; empty for none.
    pub password: Secret<'a>,
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

    /// What the handshake proves.
    #[must_use]
    pub const fn level(&self) -> SecLevel {
        match (self.ca, &self.client) {
            (None, _) => SecLevel::Open,
            (Some(_), None) => SecLevel::Server,
            (Some(_), Some(_)) => SecLevel::Mutual,
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

/// The settings of a login, kept over its steps.
pub(super) struct KeptTls {
    pub(super) form: SslType,
    pub(super) context: u8,
    /// How this firmware spells the key of the SSL context, as far as is known.
    pub(super) spelling: SslSpelling,
    pub(super) gaps: TlsGaps,
    respelled: bool,
    older_cache: bool,
    version: SslVersion,
    suite: u16,
    level: SecLevel,
    ignore_dates: bool,
    sni: bool,
    ca: Kept<FILE>,
    certificate: Kept<FILE>,
    key: Kept<FILE>,
    key_password: Kept<PASSWORD>,
}

/// What is kept of FTPS where there is none.
const FILE: usize = if cfg!(feature = "tls") { limits::MODULE_FILE } else { 0 };
const PASSWORD: usize = if cfg!(feature = "tls") { limits::KEY_PASSWORD } else { 0 };

/// In the order in which they are set.
const KEYS: &[SslKey] = if cfg!(feature = "tls") { ALL_KEYS } else { &[] };

const ALL_KEYS: &[SslKey] = &[
    SslKey::SslVersion,
    SslKey::CipherSuite,
    SslKey::SecLevel,
    SslKey::CaCert,
    SslKey::ClientCert,
    SslKey::ClientKey,
    SslKey::IgnoreLocalTime,
    SslKey::CheckHost,
    SslKey::Sni,
    SslKey::SessionCache,
    SslKey::Session,
];

impl KeptTls {
    /// How many settings there are at most.
    pub(super) const SETTINGS: usize = KEYS.len();

    #[inline(always)] // As State::new.
    pub(super) const fn new() -> Self {
        Self {
            form: SslType::Plain,
            context: 0,
            spelling: SslSpelling::Note,
            gaps: TlsGaps { host: false, dates: false, sni: false },
            respelled: false,
            older_cache: false,
            version: SslVersion::Tls1_2,
            suite: limits::ALL_CIPHER_SUITES,
            level: SecLevel::Open,
            ignore_dates: false,
            sni: true,
            ca: Kept::new(),
            certificate: Kept::new(),
            key: Kept::new(),
            key_password: Kept::new(),
        }
    }

    pub(super) fn take(&mut self, tls: Option<&Tls<'_>>, mode: TransMode) -> Result<(), Misuse> {
        let Some(tls) = tls else {
            self.form = SslType::Plain;
            return Ok(());
        };
        if !cfg!(feature = "tls") {
            return Err(Misuse::LeftOut);
        }
        if mode == TransMode::Active {
            return Err(Misuse::ActiveFtps);
        }
        if tls.client.is_some() && tls.ca.is_none() {
            return Err(Misuse::ClientCertificateAlone);
        }
        if !limits::SSL_CONTEXT_ID.contains(&tls.context) {
            return Err(Misuse::Range(Field::SslContext));
        }
        let file = |name| {
            Text::<{ limits::MODULE_FILE }>::new(name).map_err(|fault| Misuse::Name(Field::ModuleFile, fault))
        };
        let ca = file(tls.ca.unwrap_or_default())?;
        let certificate = file(tls.client.map_or("", |client| client.certificate))?;
        let key = file(tls.client.map_or("", |client| client.key))?;
        let password = tls.client.map_or("", |client| client.password.expose());
        let password = Text::<{ limits::KEY_PASSWORD }>::new(password)
            .map_err(|fault| Misuse::Name(Field::KeyPassword, fault))?;
        self.form = if tls.implicit { SslType::Implicit } else { SslType::Explicit };
        self.context = tls.context;
        self.gaps = TlsGaps::default();
        self.respelled = false;
        self.older_cache = false;
        self.version = tls.version;
        self.suite = tls.suite;
        self.level = tls.level();
        self.ignore_dates = tls.ignore_dates;
        self.sni = tls.sni;
        self.ca.set(ca.as_bytes());
        self.certificate.set(certificate.as_bytes());
        self.key.set(key.as_bytes());
        self.key_password.set(password.as_bytes());
        Ok(())
    }

    pub(super) fn is_plain(&self) -> bool {
        !cfg!(feature = "tls") || self.form == SslType::Plain
    }

    /// The n-th setting, if this login needs it.
    pub(super) fn setting(&self, nth: usize) -> Option<SslCfg<'_>> {
        let key = *KEYS.get(nth)?;
        let checks = self.level != SecLevel::Open;
        let mutual = self.level == SecLevel::Mutual;
        let value = match key {
            SslKey::SslVersion => SslValue::Number(self.version.number().into()),
            SslKey::CipherSuite => SslValue::Suite(self.suite),
            SslKey::SecLevel => SslValue::Number(self.level.number().into()),
            SslKey::CaCert if checks => SslValue::File(self.ca.text()),
            SslKey::ClientCert if mutual => SslValue::File(self.certificate.text()),
            SslKey::ClientKey if mutual => SslValue::FileAndPassword(
                self.key.text(),
                (!self.key_password.is_empty()).then(|| SecretText::hide(self.key_password.text())),
            ),
            SslKey::IgnoreLocalTime if checks => SslValue::Number(self.ignore_dates.into()),
            SslKey::CheckHost if checks => SslValue::Number(1),
            SslKey::Sni => SslValue::Number(self.sni.into()),
            // Many servers take a data connection only with the control connection's session.
            SslKey::SessionCache => SslValue::Number(1),
            SslKey::Session if self.older_cache => SslValue::Number(1),
            _ => return None,
        };
        Some(SslCfg { key, context: self.context, value: Some(value) })
    }

    /// Whether a login can go on where the module refuses the n-th setting; what is lost by that is noted.
    pub(super) fn can_do_without(&mut self, nth: usize) -> bool {
        match KEYS.get(nth) {
            Some(SslKey::IgnoreLocalTime) => self.gaps.dates = !self.ignore_dates,
            Some(SslKey::CheckHost) => self.gaps.host = true,
            Some(SslKey::Sni) => self.gaps.sni = self.sni,
            Some(SslKey::SessionCache) => self.older_cache = true,
            Some(SslKey::Session) => {}
            _ => return false,
        }
        true
    }

    /// The password of the client's key.
    pub(super) fn key_password(&self) -> &[u8] {
        self.key_password.as_bytes()
    }

    /// Turns to the other spelling, once.
    pub(super) fn spell_otherwise(&mut self) -> bool {
        if self.respelled {
            return false;
        }
        self.respelled = true;
        self.spelling = match self.spelling {
            SslSpelling::Note => SslSpelling::Newer,
            SslSpelling::Newer => SslSpelling::Note,
        };
        true
    }
}
