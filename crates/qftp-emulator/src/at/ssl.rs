//! SSL contexts: `AT+QSSLCFG`, and what they make of FTPS.

use std::collections::HashMap;
use std::io::Read;

use qftp_core::limits;
use qftp_core::wire::{Command, Info, Line, SecLevel, SecretText, SslCfg, SslKey, SslValue, Text};

use super::{Answer, Outcome, Refusal};
use crate::drives::Drives;
use crate::family::{Family, SslRule};
use crate::ftp_side::Tls;
use crate::module::Module;
use crate::output::Output;

/// Most bytes of a certificate's file that are read.
const CERTIFICATE: u64 = 64 << 10;

/// The values that were set, by context and key.
pub(crate) struct SslContexts {
    family: Family,
    values: HashMap<(u8, SslKey), Value>,
}

enum Value {
    Number(u32),
    Suite(u16),
    File(Vec<u8>, Option<Vec<u8>>),
}

impl Module {
    pub(crate) fn ssl_command(&mut self, command: &SslCfg<'_>) -> Outcome {
        if !self.config.ssl_keys.contains(&command.key) {
            return Err(Refusal::Error);
        }
        self.ssl.run(command, &mut self.out)
    }
}

impl SslContexts {
    /// As after a start of a module of this family.
    pub(crate) fn new(family: &Family) -> Self {
        Self { family: family.clone(), values: HashMap::new() }
    }

    fn rule(&self, key: SslKey) -> Option<&SslRule> {
        self.family.ssl.keys.iter().find(|rule| rule.name == key)
    }

    fn run(&mut self, command: &SslCfg<'_>, out: &mut Output) -> Outcome {
        let place = (command.context, canonical(command.key));
        if !self.family.ssl.contexts.value.takes(0, command.context.into()) {
            return Err(Refusal::Error);
        }
        match command.value {
            None => {
                let value = self.value(command.context, command.key);
                out.info(&Line::Info(Info::Ssl(SslCfg { value, ..*command })));
            }
            Some(value) if self.rule(command.key).is_some_and(|rule| !rule.takes(&value)) => {
                return Err(Refusal::Error);
            }
            Some(value) => {
                self.values.insert(place, Value::own(value));
            }
        }
        Ok(Answer::Ok)
    }

    fn value(&self, context: u8, key: SslKey) -> Option<SslValue<'_>> {
        let set = self.values.get(&(context, canonical(key)));
        set.map_or_else(|| self.rule(key).and_then(default).or_else(|| unset(key)), Value::borrow)
    }

    /// What a context makes of FTPS; the error says which of its files cannot be used.
    pub(crate) fn tls(&self, context: u8, implicit: bool, drives: &Drives) -> Result<Tls, String> {
        let number = |key| match self.value(context, key) {
            Some(SslValue::Number(number)) => number,
            _ => 0,
        };
        let on = |key| number(key) != 0;
        let level = u8::try_from(number(SslKey::SecLevel)).ok().and_then(SecLevel::from_number);
        let level = level.unwrap_or(SecLevel::Open);
        let file = |key: SslKey| match self.values.get(&(context, key)) {
            Some(Value::File(name, _)) if !name.is_empty() => read(drives, key, name).map(Some),
            _ => Ok(None),
        };
        let key_password = match self.values.get(&(context, SslKey::ClientKey)) {
            Some(Value::File(_, password)) => password.clone(),
            _ => None,
        };
        Ok(Tls {
            implicit,
            version: number(SslKey::SslVersion),
            suite: match self.value(context, SslKey::CipherSuite) {
                Some(SslValue::Suite(suite)) => suite,
                _ => limits::ALL_CIPHER_SUITES,
            },
            level,
            ca: if level == SecLevel::Open { None } else { file(SslKey::CaCert)? },
            certificate: if level == SecLevel::Mutual { file(SslKey::ClientCert)? } else { None },
            key: if level == SecLevel::Mutual { file(SslKey::ClientKey)? } else { None },
            key_password,
            ignores_dates: on(SslKey::IgnoreLocalTime),
            checks_host: on(SslKey::CheckHost),
            sni: on(SslKey::Sni),
            resumes: on(SslKey::SessionCache),
            handshake: number(SslKey::NegotiateTime),
        })
    }
}

/// Older firmware has another name for the same thing.
fn canonical(key: SslKey) -> SslKey {
    if key == SslKey::Session { SslKey::SessionCache } else { key }
}

fn read(drives: &Drives, key: SslKey, name: &[u8]) -> Result<Vec<u8>, String> {
    let fault = |what: &str| format!("{}: {} {what}", key.name(), String::from_utf8_lossy(name));
    let (file, _) = drives.read(name).map_err(|_| fault("is no file of the module"))?;
    let mut bytes = Vec::new();
    file.take(CERTIFICATE).read_to_end(&mut bytes).map_err(|_| fault("cannot be read"))?;
    Ok(bytes)
}

impl Value {
    fn own(value: SslValue<'_>) -> Self {
        match value {
            SslValue::Number(number) => Self::Number(number),
            SslValue::Suite(suite) => Self::Suite(suite),
            SslValue::File(file) => Self::File(file.as_bytes().to_vec(), None),
            SslValue::FileAndPassword(file, password) => Self::File(
                file.as_bytes().to_vec(),
                Some(password.map_or_else(Vec::new, |text| text.expose().as_bytes().to_vec())),
            ),
        }
    }

    fn borrow(&self) -> Option<SslValue<'_>> {
        Some(match self {
            Self::Number(number) => SslValue::Number(*number),
            Self::Suite(suite) => SslValue::Suite(*suite),
            Self::File(file, None) => SslValue::File(Text::from_bytes(file).ok()?),
            Self::File(file, Some(password)) => SslValue::FileAndPassword(
                Text::from_bytes(file).ok()?,
                Some(password)
                    .filter(|text| !text.is_empty())
                    .and_then(|text| Text::from_bytes(text).ok())
                    .map(SecretText::hide),
            ),
        })
    }
}

/// What a family's key is until it is set.
fn default(rule: &SslRule) -> Option<SslValue<'static>> {
    match Command::parse(rule.default_command()?.as_bytes()) {
        Ok(Command::Ssl(SslCfg { value: Some(SslValue::Number(number)), .. })) => {
            Some(SslValue::Number(number))
        }
        Ok(Command::Ssl(SslCfg { value: Some(SslValue::Suite(suite)), .. })) => Some(SslValue::Suite(suite)),
        // Of files there is none before one is named.
        _ => None,
    }
}

/// The same where the family says nothing, or has no such key (companion.md §3).
fn unset(key: SslKey) -> Option<SslValue<'static>> {
    Some(match key {
        SslKey::SslVersion => SslValue::Number(4),
        SslKey::CipherSuite => SslValue::Suite(limits::ALL_CIPHER_SUITES),
        // Without it no data connection of a server that asks for resumption would ever open.
        SslKey::IgnoreLocalTime | SslKey::SessionCache | SslKey::Session => SslValue::Number(1),
        SslKey::NegotiateTime => SslValue::Number(300),
        SslKey::CaCert | SslKey::ClientCert | SslKey::ClientKey | SslKey::Alpn | SslKey::Psk => {
            SslValue::File(Text::new("").ok()?)
        }
        _ => SslValue::Number(0),
    })
}
