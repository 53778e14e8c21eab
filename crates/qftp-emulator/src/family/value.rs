//! What values of a family file may be.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::config::{DownloadEscape, ErrorForm};

/// A kind of value: how the reference describes it, and how it is written.
pub trait Value: DeserializeOwned + PartialEq + fmt::Debug {
    /// For the reference.
    const FORM: &'static str;

    /// As TOML.
    fn toml(&self) -> String;
}

/// A TOML string.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

impl Value for String {
    const FORM: &'static str = "a text";

    fn toml(&self) -> String {
        quote(self)
    }
}

impl Value for u64 {
    const FORM: &'static str = "a number";

    fn toml(&self) -> String {
        self.to_string()
    }
}

impl Value for u16 {
    const FORM: &'static str = "a number";

    fn toml(&self) -> String {
        self.to_string()
    }
}

impl Value for Vec<String> {
    const FORM: &'static str = "texts";

    fn toml(&self) -> String {
        let texts: Vec<String> = self.iter().map(|text| quote(text)).collect();
        format!("[{}]", texts.join(", "))
    }
}

/// One of some words.
macro_rules! words {
    ($Type:ident: $form:literal { $($Word:ident = $word:literal,)+ }) => {
        impl $Type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$Word),)+];

            /// The word of a family file.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$Word => $word,)+ }
            }
        }

        impl<'de> Deserialize<'de> for $Type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let found = Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
                found.ok_or_else(|| {
                    let words: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
                    serde::de::Error::custom(format!("`{text}` is none of {}", words.join(", ")))
                })
            }
        }

        impl Value for $Type {
            const FORM: &'static str = $form;

            fn toml(&self) -> String {
                quote(self.word())
            }
        }
    };
}

/// How a text of an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// In double quotes.
    Quoted,
    /// As it is.
    Bare,
}

/// The name that the test form of the listing of names prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesListing {
    /// As in the note.
    Nlst,
    /// As in other manuals.
    Nlist,
}

/// What `ATO` answers with nothing to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NothingToResume {
    /// `NO CARRIER`.
    NoCarrier,
    /// `ERROR`.
    Error,
}

/// What a download from the end of the file brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOfFile {
    /// 0 bytes, and success.
    Empty,
    /// `627,550`.
    Refused,
}

/// What FTP commands answer after a data connection could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDataFailure {
    /// 603, until `AT+QFTPCLOSE`.
    NeedsClose,
    /// As before.
    Nothing,
}

/// Whether the prefix of a storage may be in small letters where an FTP command names a file of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixCase {
    /// It may.
    Any,
    /// It may not.
    Upper,
}

/// How `+QFLST` names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// With its storage where the command named one.
    AsAsked,
    /// With its storage, always.
    WithStorage,
}

/// Whether `AT+QIACT` works in a context that has no access point name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessPoint {
    /// It does not.
    Needed,
    /// It does: the network gives one.
    FromNetwork,
}

/// What a line of `AT+CGDCONT?` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// Number, type, access point name.
    Short,
    /// These, the address, and four numbers.
    Long,
}

words!(Quoting: "`quoted`, `bare`" { Quoted = "quoted", Bare = "bare", });
words!(NamesListing: "`QFTPNLST`, `QFTPNLIST`" { Nlst = "QFTPNLST", Nlist = "QFTPNLIST", });
words!(NothingToResume: "`NO CARRIER`, `ERROR`" { NoCarrier = "NO CARRIER", Error = "ERROR", });
words!(EndOfFile: "`empty`, `refused`" { Empty = "empty", Refused = "refused", });
words!(AfterDataFailure: "`needs-close`, `nothing`" { NeedsClose = "needs-close", Nothing = "nothing", });
words!(PrefixCase: "`any`, `upper`" { Any = "any", Upper = "upper", });
words!(Listed: "`as-asked`, `with-storage`" { AsAsked = "as-asked", WithStorage = "with-storage", });
words!(AccessPoint: "`needed`, `from-network`" { Needed = "needed", FromNetwork = "from-network", });
words!(Definition: "`short`, `long`" { Short = "short", Long = "long", });
words!(DownloadEscape: "`pause`, `abort`" { Pause = "pause", Abort = "abort", });
words!(ErrorForm: "`error`, `number`, `text`" { Error = "error", Number = "number", Text = "text", });

/// The form of an error at each level of `AT+CMEE`: 0, 1, 2.
impl Value for [ErrorForm; 3] {
    const FORM: &'static str = "three of `error`, `number`, `text`";

    fn toml(&self) -> String {
        format!("[{}]", self.map(|form| form.toml()).join(", "))
    }
}
