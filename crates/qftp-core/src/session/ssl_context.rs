//! The SSL context of a login: its settings, kept over the steps that bring them to the module (`AT+QSSLCFG`).

use super::command::{Fill, HostCommand};
use super::kept::Kept;
use super::misuse::{Field, Misuse, check};
use super::tls::{TlsGaps, TlsOf};
use crate::limits;
use crate::wire::{FtpKey, SecLevel, SslKey, SslSpelling, SslType, SslVersion, TransMode};

/// The settings of a login, kept over its steps.
pub(crate) struct KeptTls {
    /// Which of the settings is brought to the module.
    nth: u8,
    pub(crate) form: SslType,
    pub(crate) context: u8,
    /// How this firmware spells the key of the SSL context, as far as is known.
    pub(crate) spelling: SslSpelling,
    pub(crate) gaps: TlsGaps,
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
    #[expect(clippy::cast_possible_truncation, reason = "there are eleven")]
    pub(crate) const SETTINGS: u8 = KEYS.len() as u8;

    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self {
            nth: 0,
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

    pub(crate) fn take<T: AsRef<[u8]> + ?Sized>(
        &mut self,
        tls: Option<&TlsOf<'_, T>>,
        mode: TransMode,
    ) -> Result<(), Misuse> {
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
        let ca = tls.ca.map_or(b"".as_slice(), AsRef::as_ref);
        let [certificate, key, password] = match &tls.client {
            Some(client) => {
                [client.certificate.as_ref(), client.key.as_ref(), client.password.expose().as_ref()]
            }
            None => [b"".as_slice(); 3],
        };
        for file in [ca, certificate, key] {
            check(file, limits::MODULE_FILE, Field::ModuleFile)?;
        }
        check(password, limits::KEY_PASSWORD, Field::KeyPassword)?;
        self.ca.set(ca);
        self.certificate.set(certificate);
        self.key.set(key);
        self.key_password.set(password);
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
        Ok(())
    }

    pub(crate) fn is_plain(&self) -> bool {
        !cfg!(feature = "tls") || self.form == SslType::Plain
    }

    /// The command of the n-th setting, if this login needs it; the setting is then what [`fill`](Self::fill) fills in.
    pub(crate) fn command(&mut self, nth: u8) -> Option<HostCommand> {
        self.nth = nth;
        let checks = self.level != SecLevel::Open;
        let mutual = self.level == SecLevel::Mutual;
        Some(match KEYS.get(usize::from(nth))? {
            SslKey::SslVersion | SslKey::SecLevel | SslKey::Sni => HostCommand::SslNumber,
            // Many servers take a data connection only with the control connection's session.
            SslKey::SessionCache => HostCommand::SslNumber,
            SslKey::Session if self.older_cache => HostCommand::SslNumber,
            SslKey::IgnoreLocalTime | SslKey::CheckHost if checks => HostCommand::SslNumber,
            SslKey::CipherSuite => HostCommand::SslSuite,
            SslKey::CaCert if checks => HostCommand::SslFile,
            SslKey::ClientCert if mutual => HostCommand::SslFile,
            SslKey::ClientKey if mutual && self.key_password.is_empty() => HostCommand::SslFile,
            SslKey::ClientKey if mutual => HostCommand::SslFileAndPassword,
            _ => return None,
        })
    }

    /// What stands in a slot of the commands of FTPS.
    pub(crate) fn fill(&self, letter: u8) -> Fill<'_> {
        match (letter, KEYS.get(usize::from(self.nth))) {
            (b'k', _) => Fill::Text(FtpKey::SslCtxId(self.spelling).name().as_bytes()),
            (b'x', _) => Fill::Number(self.context.into()),
            (b'H', _) => Fill::Suite(self.suite),
            (b'P', _) => Fill::Text(self.key_password.as_bytes()),
            // The rest is of the setting that is brought to the module.
            (_, None) => Fill::Nothing,
            (b'K', Some(key)) => Fill::Text(key.name().as_bytes()),
            (b'F', Some(SslKey::CaCert)) => Fill::Text(self.ca.as_bytes()),
            (b'F', Some(SslKey::ClientCert)) => Fill::Text(self.certificate.as_bytes()),
            (b'F', Some(_)) => Fill::Text(self.key.as_bytes()),
            (_, Some(key)) => Fill::Number(match key {
                SslKey::SslVersion => self.version.number().into(),
                SslKey::SecLevel => self.level.number().into(),
                SslKey::IgnoreLocalTime => self.ignore_dates.into(),
                SslKey::Sni => self.sni.into(),
                _ => 1,
            }),
        }
    }

    /// Whether a login can go on where the module refuses the n-th setting; what is lost by that is noted.
    pub(crate) fn can_do_without(&mut self, nth: u8) -> bool {
        match KEYS.get(usize::from(nth)) {
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
    pub(crate) fn key_password(&self) -> &[u8] {
        self.key_password.as_bytes()
    }

    /// Turns to the other spelling, once.
    pub(crate) fn spell_otherwise(&mut self) -> bool {
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
