use super::args::Args;
use super::files::FileInfo;
use super::ftp::FtpResult;
use super::ftp_config::{FtpCfg, FtpSetting};
use super::general::GeneralInfo;
use super::pdp::PdpInfo;
use super::scan::find;
use super::ssl::SslCfg;
use super::verb::Verb;
use super::writer::Writer;
use crate::codes::CmeCode;

/// One line that a module says, without the CR and LF around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// `OK`: the command is accepted; of an FTP command the outcome is still to come.
    Ok,
    /// `ERROR`.
    Error,
    /// `+CME ERROR: <err>`, as a number or a text.
    Cme(Cme<'a>),
    /// `NO CARRIER`: there is no data mode to return to.
    NoCarrier,
    /// `CONNECT`, or `CONNECT <n>` of `AT+QFREAD`: file data begins.
    Connect(Option<u32>),
    /// The outcome of an FTP command.
    Ftp(FtpResult<'a>),
    /// An information line that a table has.
    Info(Info<'a>),
    /// A line that comes unasked.
    Urc(Urc<'a>),
    /// Anything else, kept as it is: identity lines, test forms, lines of newer firmware, noise.
    Text(&'a [u8]),
}

/// The two forms of `+CME ERROR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cme<'a> {
    /// A number, known or not.
    Code(CmeCode),
    /// Words, as `AT+CMEE=2` asks for them; [`CmeCode::from_text`] knows what they stand for.
    Text(&'a [u8]),
}

/// An information line that a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Info<'a> {
    /// `+QFTPCFG: "<key>",<value>`.
    FtpCfg(FtpSetting<'a>),
    /// Of the module's files.
    File(FileInfo<'a>),
    /// Of PDP contexts.
    Pdp(PdpInfo<'a>),
    /// `+QSSLCFG: "<key>",<ctx>,<value>`.
    Ssl(SslCfg<'a>),
    /// Everything else.
    General(GeneralInfo<'a>),
}

impl Info<'_> {
    /// The command that answers so.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::FtpCfg(_) => Verb::QftpCfg,
            Self::File(info) => info.verb(),
            Self::Pdp(info) => info.verb(),
            Self::Ssl(_) => Verb::Qsslcfg,
            Self::General(info) => info.verb(),
        }
    }
}

/// A line that comes unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urc<'a> {
    /// `RDY`: the module has started.
    Ready,
    /// `POWERED DOWN`.
    PoweredDown,
    /// `+QIURC: "pdpdeact",<ctx>`: the network dropped a context.
    PdpDeactivated(u8),
    /// `+QUSIM: <n>`.
    SimType(u8),
    /// `+QIND: <text>`.
    Indication(&'a [u8]),
}

impl<'a> Line<'a> {
    /// Whether this ends the response to a command: OK, an error, NO CARRIER.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Ok | Self::Error | Self::Cme(_) | Self::NoCarrier)
    }

    /// Writes the line without CR and LF.
    pub fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Ok => {
                out.str("OK");
            }
            Self::Error => {
                out.str("ERROR");
            }
            Self::Cme(Cme::Code(code)) => {
                out.str("+CME ERROR: ").dec(code.get());
            }
            Self::Cme(Cme::Text(text)) => {
                out.str("+CME ERROR: ").bytes(text);
            }
            Self::NoCarrier => {
                out.str("NO CARRIER");
            }
            Self::Connect(None) => {
                out.str("CONNECT");
            }
            Self::Connect(Some(len)) => {
                out.str("CONNECT ").dec(*len);
            }
            Self::Ftp(result) => result.emit(out.str(result.verb.name()).str(": ")),
            Self::Info(info) => {
                out.str(info.verb().name()).str(": ");
                match info {
                    Info::FtpCfg(setting) => setting.emit(out),
                    Info::File(info) => info.emit(out),
                    Info::Pdp(info) => info.emit(out),
                    Info::Ssl(cfg) => cfg.emit(out),
                    Info::General(info) => info.emit(out),
                }
            }
            Self::Urc(urc) => {
                match urc {
                    Urc::Ready => out.str("RDY"),
                    Urc::PoweredDown => out.str("POWERED DOWN"),
                    Urc::PdpDeactivated(context) => out.str("+QIURC: \"pdpdeact\",").dec(*context),
                    Urc::SimType(n) => out.str("+QUSIM: ").dec(*n),
                    Urc::Indication(text) => out.str("+QIND: ").bytes(text),
                };
            }
            Self::Text(text) => {
                out.bytes(text);
            }
        }
    }

    /// Reads a line; what no table has comes back as [`Line::Text`].
    ///
    /// Spaces around the colon, the commas and the line, and missing quotes do not matter.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Self {
        let text = match line {
            [b'!'..=b'~', .., b'!'..=b'~'] => line,
            _ => line.trim_ascii(),
        };
        let known = match text {
            [b'+', ..] => Self::parse_plus(text),
            b"OK" => Some(Self::Ok),
            b"ERROR" => Some(Self::Error),
            b"NO CARRIER" => Some(Self::NoCarrier),
            b"CONNECT" => Some(Self::Connect(None)),
            b"RDY" => Some(Self::Urc(Urc::Ready)),
            b"POWERED DOWN" => Some(Self::Urc(Urc::PoweredDown)),
            [b'C', b'O', b'N', b'N', b'E', b'C', b'T', b' ', len @ ..] => {
                Args::new(len).number().map(|len| Self::Connect(Some(len)))
            }
            _ => None,
        };
        known.unwrap_or(Self::Text(line))
    }

    fn parse_plus(text: &'a [u8]) -> Option<Self> {
        let (name, rest) = text.split_at_checked(find(text, b':')?)?;
        let (name, rest) = (name.trim_ascii_end(), rest.get(1..)?);
        if name == b"+CME ERROR" {
            let rest = rest.trim_ascii();
            let code = Args::new(rest).number().map(CmeCode::new);
            return Some(Self::Cme(code.map_or(Cme::Text(rest), Cme::Code)));
        }
        let verb = Verb::from_name(name)?;
        let mut args = Args::new(rest);
        Some(match verb {
            Verb::QftpCfg | Verb::Qsslcfg if !cfg!(feature = "lines") => return None,
            Verb::QftpCfg => match FtpCfg::parse(&mut args)? {
                FtpCfg::Set(setting) => {
                    args.end()?;
                    Self::Info(Info::FtpCfg(setting))
                }
                FtpCfg::Read(_) => return None,
            },
            Verb::Qsslcfg => {
                let cfg = SslCfg::parse(&mut args)?;
                args.end()?;
                Self::Info(Info::Ssl(cfg))
            }
            Verb::Qiurc => {
                args.bytes().filter(|kind| *kind == b"pdpdeact")?;
                let context = args.number()?;
                args.end()?;
                Self::Urc(Urc::PdpDeactivated(context))
            }
            Verb::Qusim => {
                let kind = args.number()?;
                args.end()?;
                Self::Urc(Urc::SimType(kind))
            }
            Verb::Qind => Self::Urc(Urc::Indication(rest.trim_ascii())),
            _ if verb.urc().is_some() => Self::Ftp(FtpResult::parse(verb, &mut args)?),
            _ => {
                let (mut files, mut pdp) = (args, args);
                Self::Info(if let Some(info) = FileInfo::parse(verb, &mut files) {
                    Info::File(info)
                } else if let Some(info) = PdpInfo::parse(verb, &mut pdp) {
                    Info::Pdp(info)
                } else {
                    Info::General(GeneralInfo::parse(verb, &mut args)?)
                })
            }
        })
    }
}
