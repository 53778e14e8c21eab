//! PDP contexts: `AT+QICSGP`, `AT+QIACT`, `AT+QIDEACT`, `AT+QIGETERROR`, `AT+QIDNSCFG`.

use super::args::Args;
use super::numbered;
use super::text::{SecretText, Text};
use super::verb::Verb;
use super::writer::Writer;
use crate::codes::TcpIpCode;
use crate::limits;

numbered! {
    /// Address family of a context.
    PdpType {
        /// IPv4.
        V4 = 1,
        /// IPv6.
        V6 = 2,
        /// Both.
        V4V6 = 3,
    }
}

numbered! {
    /// How user name and password of a context are sent.
    PdpAuth {
        /// Not at all.
        None = 0,
        /// PAP.
        Pap = 1,
        /// CHAP.
        Chap = 2,
        /// Whichever the network takes; on newer firmware.
        PapOrChap = 3,
    }
}

/// `<type>,"<apn>"[,"<user>","<pwd>"[,<auth>]]` of `AT+QICSGP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PdpSettings<'a> {
    /// Address family.
    pub kind: PdpType,
    /// Access point name.
    pub apn: Text<'a, { limits::APN }>,
    /// User name and password, where the network wants them.
    pub login: Option<(SecretText<'a, { limits::PDP_LOGIN }>, SecretText<'a, { limits::PDP_LOGIN }>)>,
    /// Only with a login.
    pub auth: Option<PdpAuth>,
}

impl<'a> PdpSettings<'a> {
    fn emit(&self, out: &mut Writer<'_>) {
        out.dec(self.kind.number()).bytes(b",").quoted(self.apn.as_bytes());
        if let Some((user, password)) = self.login {
            out.bytes(b",").quoted(user.expose().as_bytes()).bytes(b",").quoted(password.expose().as_bytes());
            out.opt(self.auth.map(PdpAuth::number));
        }
    }

    fn parse(args: &mut Args<'a>) -> Option<Self> {
        let kind = PdpType::from_number(args.number()?)?;
        let apn = args.text()?;
        let login = match args.optional(Args::text)? {
            Some(user) => Some((user, args.text()?)),
            None => args.optional(Args::text)?.map(|password| (Text::default(), password)),
        };
        let auth = args.optional(|args| PdpAuth::from_number(args.number()?))?;
        // Without a login there is nothing to be sent in any way.
        let auth = auth.filter(|_| login.is_some());
        let login = login.map(|(user, password)| (SecretText::hide(user), SecretText::hide(password)));
        Some(Self { kind, apn, login, auth })
    }
}

/// The write forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdpCommand<'a> {
    /// `AT+QICSGP=<ctx>,…`.
    Set {
        /// 1–15.
        context: u8,
        /// The new settings.
        settings: PdpSettings<'a>,
    },
    /// `AT+QICSGP=<ctx>`: reads.
    Show(u8),
    /// `AT+QIACT=<ctx>`.
    Activate(u8),
    /// `AT+QIDEACT=<ctx>`.
    Deactivate(u8),
    /// `AT+QIDNSCFG=<ctx>[,"<primary>"[,"<secondary>"]]`; without an address it reads.
    Dns {
        /// 1–15.
        context: u8,
        /// The name servers, the first and perhaps a second.
        servers: Option<(Server<'a>, Option<Server<'a>>)>,
    },
}

/// The address of a name server.
type Server<'a> = Text<'a, { limits::NAME }>;

impl<'a> PdpCommand<'a> {
    /// The command's name.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Set { .. } | Self::Show(_) => Verb::Qicsgp,
            Self::Activate(_) => Verb::Qiact,
            Self::Deactivate(_) => Verb::Qideact,
            Self::Dns { .. } => Verb::Qidnscfg,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Set { context, settings } => {
                out.dec(*context).bytes(b",");
                settings.emit(out);
            }
            Self::Show(context) | Self::Activate(context) | Self::Deactivate(context) => {
                out.dec(*context);
            }
            // No session of such a build comes here.
            Self::Dns { .. } if !cfg!(feature = "lines") => {}
            Self::Dns { context, servers } => {
                out.dec(*context);
                let (primary, secondary) = servers.unzip();
                for server in [primary, secondary.flatten()].into_iter().flatten() {
                    out.bytes(b",").quoted(server.as_bytes());
                }
            }
        }
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        let context = args.number()?;
        limits::CONTEXT_ID.contains(&context).then_some(())?;
        Some(match verb {
            Verb::Qicsgp if args.end().is_some() => Self::Show(context),
            Verb::Qicsgp => Self::Set { context, settings: PdpSettings::parse(args)? },
            Verb::Qiact => Self::Activate(context),
            Verb::Qideact => Self::Deactivate(context),
            Verb::Qidnscfg => {
                let servers = match args.optional(Args::text)? {
                    Some(primary) => Some((primary, args.optional(Args::text)?)),
                    None => None,
                };
                Self::Dns { context, servers }
            }
            _ => return None,
        })
    }
}

/// What the commands answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdpInfo<'a> {
    /// `+QICSGP: <type>,"<apn>","<user>","<pwd>",<auth>`.
    Settings(PdpSettings<'a>),
    /// `+QIACT: <ctx>,<state>,<type>[,"<ip>"]`.
    Context {
        /// 1–15.
        context: u8,
        /// Whether it is active.
        active: bool,
        /// Address family.
        kind: PdpType,
        /// Its address.
        address: Option<Text<'a, { limits::NAME }>>,
    },
    /// `+QIGETERROR: <err>,<text>`.
    LastError {
        /// The code.
        code: TcpIpCode,
        /// The module's own words.
        text: &'a [u8],
    },
    /// `+QIDNSCFG: <ctx>,"<primary>","<secondary>"`.
    Dns {
        /// 1–15.
        context: u8,
        /// First name server.
        primary: Text<'a, { limits::NAME }>,
        /// Second name server.
        secondary: Text<'a, { limits::NAME }>,
    },
}

impl<'a> PdpInfo<'a> {
    pub(super) const fn verb(&self) -> Verb {
        match self {
            Self::Settings(_) => Verb::Qicsgp,
            Self::Context { .. } => Verb::Qiact,
            Self::LastError { .. } => Verb::Qigeterror,
            Self::Dns { .. } => Verb::Qidnscfg,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Settings(settings) => settings.emit(out),
            Self::Context { context, active, kind, address } => {
                out.dec(*context).bytes(b",").dec(*active).bytes(b",").dec(kind.number());
                if let Some(address) = address {
                    out.bytes(b",").quoted(address.as_bytes());
                }
            }
            Self::LastError { code, text } => {
                out.dec(code.get()).bytes(b",").bytes(text);
            }
            Self::Dns { context, primary, secondary } => {
                out.dec(*context)
                    .bytes(b",")
                    .quoted(primary.as_bytes())
                    .bytes(b",")
                    .quoted(secondary.as_bytes());
            }
        }
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        let info = match verb {
            Verb::Qicsgp | Verb::Qidnscfg if !cfg!(feature = "lines") => return None,
            Verb::Qicsgp => Self::Settings(PdpSettings::parse(args)?),
            Verb::Qiact => Self::Context {
                context: args.number()?,
                active: args.flag()?,
                kind: PdpType::from_number(args.number()?)?,
                address: args.optional(Args::text)?,
            },
            Verb::Qigeterror => {
                Self::LastError { code: TcpIpCode::new(args.number()?), text: args.remainder()? }
            }
            Verb::Qidnscfg => {
                Self::Dns { context: args.number()?, primary: args.text()?, secondary: args.text()? }
            }
            _ => return None,
        };
        args.end()?;
        Some(info)
    }
}
