//! `AT+QFTPCFG` (§2.1).

use super::args::Args;
use super::numbered;
use super::text::SecretText;
use super::writer::Writer;
use crate::limits;

numbered! {
    /// `filetype`: how the server converts line ends.
    TransferType {
        /// TYPE I: bytes as they are.
        Binary = 0,
        /// TYPE A: the server converts line ends.
        Ascii = 1,
    }
}

numbered! {
    /// `transmode`: who opens the data connection.
    TransMode {
        /// The server connects to the module.
        Active = 0,
        /// The module connects to the server; FTPS needs it.
        Passive = 1,
    }
}

numbered! {
    /// `ssltype`.
    SslType {
        /// Plain FTP.
        Plain = 0,
        /// TLS from the first byte on, usually port 990.
        Implicit = 1,
        /// `AUTH TLS` on the plain port.
        Explicit = 2,
    }
}

/// How a firmware spells the key of the SSL context; names are compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SslSpelling {
    /// `SSL_ctxID`, as in the note.
    Note,
    /// `sslctxid`, as newer firmware has it.
    Newer,
}

/// `data_address`: where the module connects to for data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataAddress {
    /// 0: the address that the server gives.
    Given,
    /// 1: the address of the control connection.
    Control,
    /// 2: the control connection's, then, after so many seconds (15–50, default 25), the server's.
    ControlThenGiven(Option<u8>),
}

impl DataAddress {
    /// The number on the wire.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Given => 0,
            Self::Control => 1,
            Self::ControlThenGiven(_) => 2,
        }
    }
}

/// The keys of `AT+QFTPCFG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FtpKey {
    /// User name and password.
    Account,
    /// Binary or ASCII.
    FileType,
    /// Active or passive.
    TransMode,
    /// The PDP context.
    ContextId,
    /// The response time-out `T`.
    RspTimeout,
    /// Plain, implicit or explicit.
    SslType,
    /// The SSL context, in one of two spellings.
    SslCtxId(SslSpelling),
    /// Where data connections go.
    DataAddress,
    /// The module's watermark buffer.
    Cache,
    /// Whether REST may be used; newer firmware.
    RestEnable,
    /// The size of the cache; newer firmware.
    CacheSize,
}

impl FtpKey {
    /// The keys of the note, in its order.
    pub const NOTE: [Self; 9] = [
        Self::Account,
        Self::FileType,
        Self::TransMode,
        Self::ContextId,
        Self::RspTimeout,
        Self::SslType,
        Self::SslCtxId(SslSpelling::Note),
        Self::DataAddress,
        Self::Cache,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::FileType => "filetype",
            Self::TransMode => "transmode",
            Self::ContextId => "contextid",
            Self::RspTimeout => "rsptimeout",
            Self::SslType => "ssltype",
            Self::SslCtxId(SslSpelling::Note) => "SSL_ctxID",
            Self::SslCtxId(SslSpelling::Newer) => "sslctxid",
            Self::DataAddress => "data_address",
            Self::Cache => "cache",
            Self::RestEnable => "restenable",
            Self::CacheSize => "cache_size",
        }
    }

    /// The range that the test form prints after the name (§2.1).
    #[must_use]
    pub const fn range(self) -> &'static str {
        match self {
            Self::Account => "<username>,<password>",
            Self::FileType | Self::TransMode | Self::RestEnable => "(0,1)",
            Self::ContextId => "(1-15)",
            Self::RspTimeout => "(20-180)",
            Self::SslType | Self::Cache => "(0-2)",
            Self::SslCtxId(_) => "(0-5)",
            Self::DataAddress => "(0-2),(15-50)",
            Self::CacheSize => "(1-131072)",
        }
    }

    /// The key of this name; case does not matter.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        let more = [Self::SslCtxId(SslSpelling::Newer), Self::RestEnable, Self::CacheSize];
        Self::NOTE.into_iter().chain(more).find(|key| key.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

/// One key with its value: what a host sets and a module reads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FtpSetting<'a> {
    /// User name and password, at most 255 bytes each; a module may read the password back as asterisks.
    Account {
        /// User name.
        user: SecretText<'a, { limits::NAME }>,
        /// Password.
        password: SecretText<'a, { limits::NAME }>,
    },
    /// Binary or ASCII.
    FileType(TransferType),
    /// Active or passive.
    TransMode(TransMode),
    /// 1–15; the context must be active before `AT+QFTPOPEN`.
    ContextId(u8),
    /// `T` in seconds, 20–180.
    RspTimeout(u8),
    /// Plain, implicit or explicit.
    SslType(SslType),
    /// 0–5.
    SslCtxId(SslSpelling, u8),
    /// Where data connections go.
    DataAddress(DataAddress),
    /// 0: 64 KB, 1: 128 KB fast, 2: 128 KB slow with resumed download.
    Cache(u8),
    /// Newer firmware.
    RestEnable(bool),
    /// Newer firmware, in bytes.
    CacheSize(u32),
}

impl<'a> FtpSetting<'a> {
    /// The key.
    #[must_use]
    pub const fn key(&self) -> FtpKey {
        match self {
            Self::Account { .. } => FtpKey::Account,
            Self::FileType(_) => FtpKey::FileType,
            Self::TransMode(_) => FtpKey::TransMode,
            Self::ContextId(_) => FtpKey::ContextId,
            Self::RspTimeout(_) => FtpKey::RspTimeout,
            Self::SslType(_) => FtpKey::SslType,
            Self::SslCtxId(spelling, _) => FtpKey::SslCtxId(*spelling),
            Self::DataAddress(_) => FtpKey::DataAddress,
            Self::Cache(_) => FtpKey::Cache,
            Self::RestEnable(_) => FtpKey::RestEnable,
            Self::CacheSize(_) => FtpKey::CacheSize,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        out.quoted(self.key().name().as_bytes()).bytes(b",");
        match self {
            Self::Account { user, password } => {
                out.quoted(user.expose().as_bytes()).bytes(b",").quoted(password.expose().as_bytes())
            }
            Self::FileType(kind) => out.dec(kind.number()),
            Self::TransMode(mode) => out.dec(mode.number()),
            Self::SslType(kind) => out.dec(kind.number()),
            Self::ContextId(number)
            | Self::RspTimeout(number)
            | Self::SslCtxId(_, number)
            | Self::Cache(number) => out.dec(*number),
            Self::DataAddress(address) => {
                out.dec(address.number());
                if let DataAddress::ControlThenGiven(timeout) = address { out.opt(*timeout) } else { out }
            }
            Self::RestEnable(on) => out.dec(*on),
            Self::CacheSize(size) => out.dec(*size),
        };
    }

    fn parse(key: FtpKey, args: &mut Args<'a>) -> Option<Self> {
        Some(match key {
            FtpKey::Account => Self::Account {
                user: SecretText::hide(args.text()?),
                password: SecretText::hide(args.text()?),
            },
            FtpKey::FileType => Self::FileType(TransferType::from_number(args.number()?)?),
            FtpKey::TransMode => Self::TransMode(TransMode::from_number(args.number()?)?),
            FtpKey::ContextId => Self::ContextId(ranged(args.number()?, &limits::CONTEXT_ID)?),
            FtpKey::RspTimeout => Self::RspTimeout(ranged(args.number()?, &limits::RSP_TIMEOUT_S)?),
            FtpKey::SslType => Self::SslType(SslType::from_number(args.number()?)?),
            FtpKey::SslCtxId(spelling) => {
                Self::SslCtxId(spelling, ranged(args.number()?, &limits::SSL_CONTEXT_ID)?)
            }
            FtpKey::DataAddress => {
                let kind: u8 = args.number()?;
                // Its time may stand behind every kind, and means something to the last alone.
                let timeout = match args.optional(Args::number)? {
                    Some(timeout) => Some(ranged(timeout, &limits::DATA_TIMEOUT_S)?),
                    None => None,
                };
                Self::DataAddress(match kind {
                    0 => DataAddress::Given,
                    1 => DataAddress::Control,
                    2 => DataAddress::ControlThenGiven(timeout),
                    _ => return None,
                })
            }
            FtpKey::Cache => Self::Cache(ranged(args.number()?, &(0..=2))?),
            FtpKey::RestEnable => Self::RestEnable(args.flag()?),
            FtpKey::CacheSize => Self::CacheSize(args.number()?),
        })
    }
}

pub(super) fn ranged(number: u8, range: &core::ops::RangeInclusive<u8>) -> Option<u8> {
    range.contains(&number).then_some(number)
}

/// The write form of `AT+QFTPCFG`: without a value it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FtpCfg<'a> {
    /// `AT+QFTPCFG="<key>"`.
    Read(FtpKey),
    /// `AT+QFTPCFG="<key>",<value>`; at once, never stored.
    Set(FtpSetting<'a>),
}

impl<'a> FtpCfg<'a> {
    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Read(key) => {
                out.quoted(key.name().as_bytes());
            }
            Self::Set(setting) => setting.emit(out),
        }
    }

    pub(super) fn parse(args: &mut Args<'a>) -> Option<Self> {
        let key = FtpKey::from_name(args.text::<{ limits::NAME }>()?.as_bytes())?;
        if args.end().is_some() {
            return Some(Self::Read(key));
        }
        FtpSetting::parse(key, args).map(Self::Set)
    }
}
