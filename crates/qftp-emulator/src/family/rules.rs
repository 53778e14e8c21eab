//! What stands in the lists of a family file: keys, commands, storages, texts.

use qftp_core::wire::{
    Command, DataAddress, FtpCfg, FtpCommand, FtpKey, FtpSetting, SslCfg, SslKey, SslValue, Storage,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::origin::{Origin, Words};
use super::range::Range;
use super::value::{Value as _, quote};

/// An element of a list: its own keys, and how it is known.
macro_rules! rule {
    ($(#[doc = $about:literal])+ $Type:ident { $($(#[doc = $doc:literal])+ $(#[serde($($how:tt)+)])? $field:ident: $T:ty,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub struct $Type {
            $($(#[doc = $doc])+ pub $field: $T,)+
            /// How it is known.
            pub origin: Origin,
        }

        impl PartialEq for $Type {
            /// The same in all but how it is known.
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&+
            }
        }

        impl<'de> Deserialize<'de> for $Type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Written {
                    $($(#[serde($($how)+)])? $field: $T,)+
                    manual: Option<Spanned<String>>,
                    measured: Option<Spanned<String>>,
                    code: Option<Spanned<String>>,
                    inferred: Option<Spanned<String>>,
                }
                // What is wrong with an element is told where it stands, which a reader of a list does not know.
                let written = Spanned::<Written>::deserialize(deserializer)?;
                let at = written.span().start;
                let Written { $($field,)+ manual, measured, code, inferred } = written.into_inner();
                Ok(Self { $($field,)+ origin: Words { manual, measured, code, inferred }.origin(at) })
            }
        }

        impl super::form::Element for $Type {
            const FIELDS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($field), concat!($($doc),+)),)+];

            fn origin(&self) -> &Origin {
                &self.origin
            }

            fn toml(&self) -> String {
                self.fields()
            }
        }
    };
}

rule! {
    /// A key of `AT+QFTPCFG`.
    FtpRule {
        /// Its name: one of those in [the commands](limits.md#keys-of-atqftpcfg).
        #[serde(deserialize_with = "ftp_key")]
        name: FtpKey,
        /// What the test form prints after the name; a number outside of it is refused.
        range: Range,
        /// Its value after a start, as a host would set it. Without one nothing is set.
        #[serde(default)]
        default: Option<String>,
        /// Of `account`: how the password is read back, `shown` or `masked`.
        #[serde(default)]
        reads: Option<Password>,
    }
}

rule! {
    /// A key of `AT+QSSLCFG`.
    SslRule {
        /// Its name.
        #[serde(deserialize_with = "ssl_key")]
        name: SslKey,
        /// What the test form prints after the number of the context; a number outside of it is refused.
        range: Range,
        /// Its value after a start, as a host would set it. Without one nothing is set.
        #[serde(default)]
        default: Option<String>,
    }
}

rule! {
    /// Commands that exist; one that is in no list is answered with `ERROR`.
    Names {
        /// Their names without `AT+`; `S12` is `ATS12=`. One that this program does not know answers its test form alone.
        names: Vec<String>,
    }
}

rule! {
    /// A storage.
    StorageRule {
        /// `UFS`, `RAM` or `SD`.
        #[serde(deserialize_with = "storage")]
        name: Storage,
        /// Its size in bytes.
        size: u64,
        /// A file takes whole blocks of this size in bytes.
        block: u64,
    }
}

rule! {
    /// The text of a code where it is another than the note's, in `+CME ERROR` and `+QIGETERROR`.
    TextRule {
        /// The code.
        error: u16,
        /// Its text.
        text: String,
    }
}

/// How the password of `account` is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Password {
    /// As it is.
    Shown,
    /// As asterisks.
    Masked,
}

fn ftp_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FtpKey, D::Error> {
    let name = String::deserialize(deserializer)?;
    FtpKey::from_name(name.as_bytes())
        .ok_or_else(|| D::Error::custom(format!("`{name}` is no key of AT+QFTPCFG that this program knows")))
}

fn ssl_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SslKey, D::Error> {
    let name = String::deserialize(deserializer)?;
    SslKey::from_name(name.as_bytes())
        .ok_or_else(|| D::Error::custom(format!("`{name}` is no key of AT+QSSLCFG that this program knows")))
}

fn storage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Storage, D::Error> {
    let name = String::deserialize(deserializer)?;
    Storage::from_name(name.as_bytes())
        .ok_or_else(|| D::Error::custom(format!("`{name}` is none of UFS, RAM, SD")))
}

impl FtpRule {
    /// Whether the family takes this value.
    pub(crate) fn takes(&self, setting: &FtpSetting<'_>) -> bool {
        let numbers: &[u32] = &match *setting {
            FtpSetting::Account { .. } => return true,
            FtpSetting::FileType(kind) => [kind.number().into(), 0],
            FtpSetting::TransMode(mode) => [mode.number().into(), 0],
            FtpSetting::SslType(kind) => [kind.number().into(), 0],
            FtpSetting::ContextId(number)
            | FtpSetting::RspTimeout(number)
            | FtpSetting::SslCtxId(_, number)
            | FtpSetting::Cache(number) => [number.into(), 0],
            FtpSetting::RestEnable(on) => [on.into(), 0],
            FtpSetting::CacheSize(size) => [size, 0],
            FtpSetting::DataAddress(DataAddress::Given) => [0, 0],
            FtpSetting::DataAddress(DataAddress::Control) => [1, 0],
            FtpSetting::DataAddress(DataAddress::ControlThenGiven(None)) => [2, 0],
            FtpSetting::DataAddress(DataAddress::ControlThenGiven(Some(timeout))) => {
                return self.range.takes(0, 2) && self.range.takes(1, timeout.into());
            }
        };
        numbers.first().is_some_and(|number| self.range.takes(0, *number))
    }

    /// Whether a value of this key is read back with a second number.
    pub(crate) fn has_second(&self) -> bool {
        self.range.parameters() > 1
    }

    /// The command that sets the default.
    pub(crate) fn default_command(&self) -> Option<String> {
        let default = self.default.as_deref()?;
        Some(format!("+QFTPCFG=\"{}\",{default}", self.name.name()))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.reads.is_some() != (self.name == FtpKey::Account) {
            return Err("`reads` stands with the key `account`, and with no other".to_owned());
        }
        let Some(command) = self.default_command() else { return Ok(()) };
        match Command::parse(command.as_bytes()) {
            Ok(Command::Ftp(FtpCommand::Cfg(FtpCfg::Set(setting)))) if self.takes(&setting) => Ok(()),
            _ => Err(format!("`default` is no value of {}{}", self.name.name(), self.range_words())),
        }
    }

    fn range_words(&self) -> String {
        format!(", whose range is {}", self.range)
    }

    fn fields(&self) -> String {
        let default =
            self.default.as_ref().map_or_else(String::new, |text| format!(", default = {}", quote(text)));
        let reads = match self.reads {
            Some(Password::Shown) => ", reads = \"shown\"",
            Some(Password::Masked) => ", reads = \"masked\"",
            None => "",
        };
        format!("name = {}, range = {}{default}{reads}", quote(self.name.name()), self.range.toml())
    }
}

impl SslRule {
    /// Whether the family takes this value.
    pub(crate) fn takes(&self, value: &SslValue<'_>) -> bool {
        match value {
            SslValue::Number(number) => self.range.takes(0, *number),
            SslValue::Suite(suite) => self.range.takes(0, u32::from(*suite)),
            SslValue::File(_) | SslValue::FileAndPassword(..) => true,
        }
    }

    /// The command that sets the default of a context.
    pub(crate) fn default_command(&self) -> Option<String> {
        let default = self.default.as_deref()?;
        Some(format!("+QSSLCFG=\"{}\",0,{default}", self.name.name()))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let Some(command) = self.default_command() else { return Ok(()) };
        match Command::parse(command.as_bytes()) {
            Ok(Command::Ssl(SslCfg { value: Some(value), .. })) if self.takes(&value) => Ok(()),
            _ => Err(format!("`default` is no value of {}, whose range is {}", self.name.name(), self.range)),
        }
    }

    fn fields(&self) -> String {
        let default =
            self.default.as_ref().map_or_else(String::new, |text| format!(", default = {}", quote(text)));
        format!("name = {}, range = {}{default}", quote(self.name.name()), self.range.toml())
    }
}

impl Names {
    pub(super) fn check(&self) -> Result<(), String> {
        let wrong = |name: &&String| {
            name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        match self.names.iter().find(wrong) {
            Some(name) => Err(format!("`{name}` is no name of a command: capital letters and digits")),
            None => Ok(()),
        }
    }

    fn fields(&self) -> String {
        format!("names = {}", self.names.toml())
    }
}

impl StorageRule {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.block == 0 || self.size < self.block {
            return Err("`block` is at least 1 byte, and `size` at least a block".to_owned());
        }
        Ok(())
    }

    fn fields(&self) -> String {
        format!("name = {}, size = {}, block = {}", quote(self.name.name()), self.size, self.block)
    }
}

impl TextRule {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.text.is_empty() || !self.text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err("`text` is printable ASCII".to_owned());
        }
        Ok(())
    }

    fn fields(&self) -> String {
        format!("error = {}, text = {}", self.error, quote(&self.text))
    }
}
