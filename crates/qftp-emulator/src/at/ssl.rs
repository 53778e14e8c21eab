//! SSL contexts: `AT+QSSLCFG`, and what they make of FTPS.

use std::collections::HashMap;
use std::io::Read;

use qftp_core::limits;
use qftp_core::wire::{Info, Line, SecLevel, SecretText, SslCfg, SslKey, SslValue, Text};

use super::{Answer, Outcome, Refusal};
use crate::drives::Drives;
use crate::ftp_side::Tls;
use crate::output::Output;

/// Most bytes of a certificate's file that are read.
const CERTIFICATE: u64 = 64 << 10;

/// The values that were set, by context and key.
#[derive(Default)]
pub(crate) struct SslContexts {
    values: HashMap<(u8, SslKey), Value>,
}

enum Value {
    Number(u32),
    Suite(u16),
    File(Vec<u8>, Option<Vec<u8>>),
}

impl SslContexts {
    pub(crate) fn run(&mut self, command: &SslCfg<'_>, out: &mut Output) -> Outcome {
        let place = (command.context, canonical(command.key));
        match command.value {
            None => {
                let value = self.value(command.context, command.key);
                out.info(&Line::Info(Info::Ssl(SslCfg { value, ..*command })));
            }
            Some(SslValue::Number(number))
                if command.key.range().is_some_and(|range| !range.contains(&number)) =>
            {
                return Err(Refusal::Error);
            }
            Some(value) => {
                self.values.insert(place, Value::own(value));
            }
        }
        Ok(Answer::Ok)
    }

    fn value(&self, context: u8, key: SslKey) -> Option<SslValue<'_>> {
        self.values.get(&(context, canonical(key))).map_or_else(|| default(key), Value::borrow)
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

/// companion.md §3.
fn default(key: SslKey) -> Option<SslValue<'static>> {
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
