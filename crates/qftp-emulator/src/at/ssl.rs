//! SSL contexts: `AT+QSSLCFG`. Stored and read back; FTPS is not there yet.

use std::collections::HashMap;

use qftp_core::wire::{Info, Line, SecretText, SslCfg, SslKey, SslValue, Text};

use super::{Answer, Outcome};
use crate::output::Output;

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
        let place = (command.context, command.key);
        match command.value {
            None => {
                let value = self.values.get(&place).map_or_else(|| default(command.key), Value::borrow);
                out.info(&Line::Info(Info::Ssl(SslCfg { value, ..*command })));
            }
            Some(value) => {
                self.values.insert(place, Value::own(value));
            }
        }
        Ok(Answer::Ok)
    }
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
        SslKey::CipherSuite => SslValue::Suite(0xFFFF),
        SslKey::IgnoreLocalTime => SslValue::Number(1),
        SslKey::NegotiateTime => SslValue::Number(300),
        SslKey::CaCert | SslKey::ClientCert | SslKey::ClientKey | SslKey::Alpn | SslKey::Psk => {
            SslValue::File(Text::new("").ok()?)
        }
        _ => SslValue::Number(0),
    })
}
