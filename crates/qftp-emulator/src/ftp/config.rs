//! `AT+QFTPCFG` (§2.1).

use qftp_core::limits;
use qftp_core::wire::{
    Command, DataAddress, FtpCfg, FtpCommand, FtpKey, FtpSetting, Info, Line, SecretText, SslType, Text,
    TransMode, TransferType,
};

use crate::at::{Answer, Outcome, Refusal};
use crate::family::{Family, FtpRule};
use crate::ftp_side::{self, Connect, Tls};
use crate::module::Module;

/// What `AT+QFTPCFG` sets; lost with the power.
pub(super) struct FtpSettings {
    user: Vec<u8>,
    password: Vec<u8>,
    file_type: TransferType,
    mode: TransMode,
    pub(super) context: u8,
    rsp_timeout: u8,
    pub(super) ssl: SslType,
    pub(super) ssl_context: u8,
    data_address: DataAddress,
    cache: u8,
    rest_enable: bool,
    cache_size: u32,
}

impl FtpSettings {
    /// As after a start of a module of this family.
    pub(super) fn factory(family: &Family) -> Self {
        let mut settings = Self::unset();
        for command in family.ftp.keys.iter().filter_map(FtpRule::default_command) {
            // Each was read by the same parser when the family was.
            if let Ok(Command::Ftp(FtpCommand::Cfg(FtpCfg::Set(setting)))) =
                Command::parse(command.as_bytes())
            {
                settings.set(setting);
            }
        }
        settings
    }

    /// What holds of a key that a family does not have.
    fn unset() -> Self {
        Self {
            user: Vec::new(),
            password: Vec::new(),
            file_type: TransferType::Binary,
            mode: TransMode::Passive,
            context: 1,
            rsp_timeout: limits::RSP_TIMEOUT_DEFAULT_S,
            ssl: SslType::Plain,
            ssl_context: 0,
            data_address: DataAddress::Given,
            cache: 0,
            rest_enable: true,
            cache_size: 65536,
        }
    }
}

impl std::fmt::Debug for FtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FtpSettings")
            .field("context", &self.context)
            .field("ssl", &self.ssl)
            .finish_non_exhaustive()
    }
}

impl FtpSettings {
    /// `T` in milliseconds.
    pub(super) fn time_out(&self) -> u64 {
        u64::from(self.rsp_timeout) * 1000
    }

    /// Bytes between host and server that the module holds at most (`cache`). What sets 2 apart from 1 on hardware, a download that is
    /// gone on with, happens inside of it.
    pub(super) fn buffer(&self) -> usize {
        if self.cache == 0 { 64 << 10 } else { 128 << 10 }
    }

    pub(super) fn is_passive(&self) -> bool {
        self.mode == TransMode::Passive
    }

    pub(super) fn connect(&self, host: String, port: u16, tls: Option<Tls>) -> Connect {
        Connect {
            host,
            port,
            user: self.user.clone(),
            password: self.password.clone(),
            tls,
            ascii: self.file_type == TransferType::Ascii,
            passive: self.is_passive(),
            data_address: match self.data_address {
                DataAddress::Given => ftp_side::DataAddress::Server,
                DataAddress::Control => ftp_side::DataAddress::Control,
                DataAddress::ControlThenGiven(timeout) => {
                    ftp_side::DataAddress::Both(timeout.unwrap_or(limits::DATA_TIMEOUT_DEFAULT_S).into())
                }
            },
            timeout: self.rsp_timeout.into(),
        }
    }

    fn set(&mut self, setting: FtpSetting<'_>) {
        match setting {
            FtpSetting::Account { user, password } => {
                self.user = user.expose().as_bytes().to_vec();
                self.password = password.expose().as_bytes().to_vec();
            }
            FtpSetting::FileType(file_type) => self.file_type = file_type,
            FtpSetting::TransMode(mode) => self.mode = mode,
            FtpSetting::ContextId(context) => self.context = context,
            FtpSetting::RspTimeout(seconds) => self.rsp_timeout = seconds,
            FtpSetting::SslType(ssl) => self.ssl = ssl,
            FtpSetting::SslCtxId(_, context) => self.ssl_context = context,
            FtpSetting::DataAddress(DataAddress::ControlThenGiven(None)) => {
                // An omitted parameter keeps the value set before, or its default (§1).
                let kept = match self.data_address {
                    DataAddress::ControlThenGiven(timeout) => timeout,
                    _ => Some(limits::DATA_TIMEOUT_DEFAULT_S),
                };
                self.data_address = DataAddress::ControlThenGiven(kept);
            }
            FtpSetting::DataAddress(address) => self.data_address = address,
            FtpSetting::Cache(cache) => self.cache = cache,
            FtpSetting::RestEnable(on) => self.rest_enable = on,
            FtpSetting::CacheSize(size) => self.cache_size = size,
        }
    }
}

impl Module {
    pub(super) fn ftp_config(&mut self, cfg: &FtpCfg<'_>) -> Outcome {
        let key = match cfg {
            FtpCfg::Set(setting) => setting.key(),
            FtpCfg::Read(key) => *key,
        };
        if !self.config.ftp_keys.contains(&key) {
            return Err(Refusal::Error);
        }
        let rule = self.config.family.ftp_rule(key);
        match cfg {
            FtpCfg::Set(setting) if rule.is_some_and(|rule| !rule.takes(setting)) => {
                return Err(Refusal::Error);
            }
            FtpCfg::Set(setting) => self.ftp.settings.set(*setting),
            FtpCfg::Read(key) => self.show_ftp_setting(*key),
        }
        Ok(Answer::Ok)
    }

    fn show_ftp_setting(&mut self, key: FtpKey) {
        let settings = &self.ftp.settings;
        let masked = vec![b'*'; settings.password.len()];
        let password = if self.config.masks_password { &masked } else { &settings.password };
        let setting = match key {
            FtpKey::Account => {
                // Both came as parameters, so they fit into one.
                let (Ok(user), Ok(password)) = (Text::from_bytes(&settings.user), Text::from_bytes(password))
                else {
                    return;
                };
                FtpSetting::Account { user: SecretText::hide(user), password: SecretText::hide(password) }
            }
            FtpKey::FileType => FtpSetting::FileType(settings.file_type),
            FtpKey::TransMode => FtpSetting::TransMode(settings.mode),
            FtpKey::ContextId => FtpSetting::ContextId(settings.context),
            FtpKey::RspTimeout => FtpSetting::RspTimeout(settings.rsp_timeout),
            FtpKey::SslType => FtpSetting::SslType(settings.ssl),
            FtpKey::SslCtxId(spelling) => FtpSetting::SslCtxId(spelling, settings.ssl_context),
            FtpKey::DataAddress => FtpSetting::DataAddress(match settings.data_address {
                // Without a range for its time there is none to be shown.
                DataAddress::ControlThenGiven(_)
                    if self.config.family.ftp_rule(key).is_some_and(|rule| !rule.has_second()) =>
                {
                    DataAddress::ControlThenGiven(None)
                }
                address => address,
            }),
            FtpKey::Cache => FtpSetting::Cache(settings.cache),
            FtpKey::RestEnable => FtpSetting::RestEnable(settings.rest_enable),
            FtpKey::CacheSize => FtpSetting::CacheSize(settings.cache_size),
        };
        self.out.info(&Line::Info(Info::FtpCfg(setting)));
    }
}
