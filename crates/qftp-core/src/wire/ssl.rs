//! SSL contexts: `AT+QSSLCFG="<key>",<ctx>[,<value>…]`.

use super::args::Args;
use super::ftp_config::ranged;
use super::numbered;
use super::text::{SecretText, Text};
use super::writer::Writer;
use crate::limits;

numbered! {
    /// `seclevel`: what the handshake proves.
    SecLevel {
        /// Nothing: anybody may be the server.
        Open = 0,
        /// The server's certificate is checked.
        Server = 1,
        /// And we show our own.
        Mutual = 2,
    }
}

numbered! {
    /// `sslversion`: which versions of TLS a handshake may agree on.
    SslVersion {
        /// SSL 3.0 alone: broken since 2014.
        Ssl3 = 0,
        /// TLS 1.0 alone.
        Tls1_0 = 1,
        /// TLS 1.1 alone.
        Tls1_1 = 2,
        /// TLS 1.2 alone.
        Tls1_2 = 3,
        /// Whatever module and server both have.
        All = 4,
    }
}

/// The shape of a key's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Number,
    Hex,
    File,
    FileAndPassword,
}

macro_rules! keys {
    ($($(#[$doc:meta])* $variant:ident $name:literal $shape:ident,)*) => {
        /// The keys of `AT+QSSLCFG`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum SslKey { $($(#[$doc])* $variant,)* }

        impl SslKey {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            const fn shape(self) -> Shape {
                match self { $(Self::$variant => Shape::$shape,)* }
            }
        }
    };
}

keys! {
    /// 0 SSL 3.0, 1 TLS 1.0, 2 TLS 1.1, 3 TLS 1.2, 4 all.
    SslVersion "sslversion" Number,
    /// A suite's number, `0XFFFF` for all.
    CipherSuite "ciphersuite" Hex,
    /// The CA certificate, a file of the module.
    CaCert "cacert" File,
    /// Our certificate.
    ClientCert "clientcert" File,
    /// Our key, and its password.
    ClientKey "clientkey" FileAndPassword,
    /// [`SecLevel`].
    SecLevel "seclevel" Number,
    /// 1: dates of certificates are not checked.
    IgnoreLocalTime "ignorelocaltime" Number,
    /// 10–300 s.
    NegotiateTime "negotiatetime" Number,
    /// Server name indication.
    Sni "sni" Number,
    /// TLS session resumption.
    SessionCache "session_cache" Number,
    /// The same on older firmware.
    Session "session" Number,
    /// Whether the host name is compared with the certificate.
    CheckHost "checkhost" Number,
    /// Whether missing certificates of the chain are tolerated.
    IgnoreCertChain "ignorecertchain" Number,
    /// Application protocol.
    Alpn "alpn" File,
    /// Pre-shared key.
    Psk "psk" File,
    /// DTLS.
    Dtls "dtls" Number,
    /// Renegotiation.
    Renegotiation "renegotiation" Number,
    /// How a close waits.
    CloseTimeMode "closetimemode" Number,
    /// Whether every certificate of a chain is checked.
    IgnoreMultiCertChainVerify "ignoremulticertchainverify" Number,
    /// Whether a wrong signature is tolerated.
    IgnoreInvalidCertSign "ignoreinvalidcertsign" Number,
}

impl SslKey {
    /// The key of this name; case does not matter.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

impl SslKey {
    /// The numbers that a key takes (companion.md §3), where it takes numbers.
    #[must_use]
    pub const fn range(self) -> Option<core::ops::RangeInclusive<u32>> {
        match self {
            Self::SslVersion => Some(0..=4),
            Self::SecLevel => Some(0..=2),
            Self::NegotiateTime => Some(10..=300),
            _ if matches!(self.shape(), Shape::Number) => Some(0..=1),
            _ => None,
        }
    }
}

/// A value of `AT+QSSLCFG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslValue<'a> {
    /// A number.
    Number(u32),
    /// The number of a cipher suite.
    Suite(u16),
    /// A file of the module, or a text.
    File(Text<'a, { limits::NAME }>),
    /// A file of the module and the password of the key in it.
    FileAndPassword(Text<'a, { limits::NAME }>, Option<SecretText<'a, { limits::NAME }>>),
}

/// `AT+QSSLCFG`, and its answer `+QSSLCFG: "<key>",<ctx>,<value>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SslCfg<'a> {
    /// The key.
    pub key: SslKey,
    /// 0–5.
    pub context: u8,
    /// Without one the command reads.
    pub value: Option<SslValue<'a>>,
}

impl<'a> SslCfg<'a> {
    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        out.quoted(self.key.name().as_bytes()).bytes(b",").dec(self.context);
        match &self.value {
            None => {}
            Some(SslValue::Number(number)) => {
                out.opt(Some(*number));
            }
            Some(SslValue::Suite(suite)) => {
                out.bytes(b",0X").suite(*suite);
            }
            Some(SslValue::File(file)) => {
                out.bytes(b",").quoted(file.as_bytes());
            }
            Some(SslValue::FileAndPassword(file, password)) => {
                out.bytes(b",").quoted(file.as_bytes());
                if let Some(password) = password {
                    out.bytes(b",").quoted(password.expose().as_bytes());
                }
            }
        }
    }

    pub(super) fn parse(args: &mut Args<'a>) -> Option<Self> {
        let key = SslKey::from_name(args.bytes()?)?;
        let context = ranged(args.number()?, &limits::SSL_CONTEXT_ID)?;
        if args.end().is_some() {
            return Some(Self { key, context, value: None });
        }
        let value = match key.shape() {
            Shape::Number => SslValue::Number(args.number()?),
            Shape::Hex => SslValue::Suite(args.hex()?),
            Shape::File => SslValue::File(args.text()?),
            Shape::FileAndPassword => SslValue::FileAndPassword(
                args.text()?,
                args.optional(|args| args.text().map(SecretText::hide))?,
            ),
        };
        Some(Self { key, context, value: Some(value) })
    }
}
