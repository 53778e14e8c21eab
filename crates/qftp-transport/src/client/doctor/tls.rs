//! Whether a module has the settings that a login by FTPS needs.

use qftp_core::session::{Login, SessionState, Tls, TlsGaps};
use qftp_core::wire::{Command, FtpCfg, FtpCommand, FtpKey, SslCfg, SslKey, SslSpelling};

use super::super::{Client, Error};
use super::check::{Check, Finding, doubtful, good, not_tried};
use crate::port::Port;

/// What a login loses with a setting that the module does not have.
enum Loss {
    /// All: there is no login.
    Login,
    /// A protection.
    Protection(TlsGaps),
    /// Data connections that resume the session of the control connection.
    Resumption,
}

/// The settings that this login makes, as the session makes them.
fn needs(tls: &Tls<'_>) -> Vec<(SslKey, Loss)> {
    let none = TlsGaps::default();
    let mut needs = vec![
        (SslKey::SslVersion, Loss::Login),
        (SslKey::CipherSuite, Loss::Login),
        (SslKey::SecLevel, Loss::Login),
        (SslKey::Sni, Loss::Protection(TlsGaps { sni: tls.sni, ..none })),
        (SslKey::SessionCache, Loss::Resumption),
    ];
    if tls.ca.is_some() {
        needs.extend([
            (SslKey::CaCert, Loss::Login),
            (SslKey::IgnoreLocalTime, Loss::Protection(TlsGaps { dates: !tls.ignore_dates, ..none })),
            (SslKey::CheckHost, Loss::Protection(TlsGaps { host: true, ..none })),
        ]);
    }
    if tls.client.is_some() {
        needs.extend([(SslKey::ClientCert, Loss::Login), (SslKey::ClientKey, Loss::Login)]);
    }
    needs
}

impl<P: Port> Client<P> {
    pub(super) fn tls_settings(&mut self, login: Option<&Login<'_>>) -> Result<Finding, Error> {
        let check = Check::Tls;
        let Some(tls) = login.and_then(|login| login.tls.as_ref()) else {
            // What stands on it stands.
            let why = if login.is_some() { "none are needed: plain FTP" } else { "no server was named" };
            return Ok(if login.is_some() { good(check, why.to_owned()) } else { not_tried(check, why) });
        };
        let spellings = [SslSpelling::Note, SslSpelling::Newer].map(FtpKey::SslCtxId);
        let mut lacks = None;
        if !self.knows(&Command::Ftp(FtpCommand::Cfg(FtpCfg::Read(FtpKey::SslType))))? {
            lacks = Some(FtpKey::SslType);
        } else if !self.knows(&Command::Ftp(FtpCommand::Cfg(FtpCfg::Read(spellings[0]))))?
            && !self.knows(&Command::Ftp(FtpCommand::Cfg(FtpCfg::Read(spellings[1]))))?
        {
            lacks = Some(spellings[0]);
        }
        if let Some(key) = lacks {
            return Ok(doubtful(
                check,
                format!("AT+QFTPCFG has no {}", key.name()),
                "this firmware cannot do FTPS",
                "use ftp:// where the server allows it, or ask the vendor for firmware with FTPS",
            )
            .bad());
        }
        self.ssl_context(tls)
    }

    fn ssl_context(&mut self, tls: &Tls<'_>) -> Result<Finding, Error> {
        let check = Check::Tls;
        let (mut missing, mut gaps, mut resumes) = (Vec::new(), TlsGaps::default(), true);
        let mut all_lost = false;
        for (key, loss) in needs(tls) {
            let has = match key {
                SslKey::SessionCache => self.has(key, tls)? || self.has(SslKey::Session, tls)?,
                key => self.has(key, tls)?,
            };
            if has {
                continue;
            }
            missing.push(key.name());
            match loss {
                Loss::Login => all_lost = true,
                Loss::Protection(gap) => {
                    gaps.host |= gap.host;
                    gaps.dates |= gap.dates;
                    gaps.sni |= gap.sni;
                }
                Loss::Resumption => resumes = false,
            }
        }
        if missing.is_empty() {
            return Ok(good(check, "the module has all that are needed".to_owned()));
        }
        let said = format!("AT+QSSLCFG has no {}", missing.join(", "));
        if all_lost {
            let cause = "this firmware cannot do FTPS as it was asked for";
            return Ok(doubtful(check, said, cause, "ask the vendor for newer firmware").bad());
        }
        let mut cause = Vec::new();
        if gaps != TlsGaps::default() {
            cause.push(gaps.to_string());
        }
        if !resumes {
            cause.push(
                "data connections do not resume the TLS session, which some servers insist on".to_owned(),
            );
        }
        if cause.is_empty() {
            return Ok(good(check, format!("{said}, which this login does not need")));
        }
        let remedy =
            "newer firmware may have it; until then trust the network between, or send nothing secret";
        Ok(doubtful(check, said, &cause.join("; "), remedy))
    }

    /// Whether the module knows a key of an SSL context.
    fn has(&mut self, key: SslKey, tls: &Tls<'_>) -> Result<bool, Error> {
        self.knows(&Command::Ssl(SslCfg { key, context: tls.context, value: None }))
    }

    /// Whether the module takes a command rather than refuse it.
    fn knows(&mut self, command: &Command<'_>) -> Result<bool, Error> {
        match self.command(command) {
            Ok(_) => Ok(true),
            Err(Error::Failed(failure)) if failure.state == SessionState::Usable => Ok(false),
            Err(error) => Err(error),
        }
    }
}
