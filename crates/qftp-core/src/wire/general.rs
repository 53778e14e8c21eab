//! General commands: errors, line, identity, SIM, network, power.

use super::args::Args;
use super::numbered;
use super::text::{SecretText, Text};
use super::verb::Verb;
use super::writer::Writer;
use crate::limits;

/// Which registration: circuit-switched, GPRS, LTE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// `+CREG`.
    Circuit,
    /// `+CGREG`.
    Gprs,
    /// `+CEREG`.
    Lte,
}

impl Domain {
    /// The command.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Circuit => Verb::Creg,
            Self::Gprs => Verb::Cgreg,
            Self::Lte => Verb::Cereg,
        }
    }

    const fn of(verb: Verb) -> Option<Self> {
        match verb {
            Verb::Creg => Some(Self::Circuit),
            Verb::Cgreg => Some(Self::Gprs),
            Verb::Cereg => Some(Self::Lte),
            _ => None,
        }
    }
}

/// The port that URCs go to (`AT+QURCCFG="urcport"`): on another than the host's, no FTP result is ever seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrcPort {
    /// `usbat`: the USB port for AT commands.
    UsbAt,
    /// `usbmodem`: the USB modem port.
    UsbModem,
    /// `uart1`: the main UART.
    Uart1,
}

impl UrcPort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::UsbAt, Self::UsbModem, Self::Uart1];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UsbAt => "usbat",
            Self::UsbModem => "usbmodem",
            Self::Uart1 => "uart1",
        }
    }

    /// The port of this name; case does not matter.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|port| port.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

numbered! {
    /// `+CPIN: …`. The numbers are this crate's own; the wire has the names.
    PinState {
        /// `READY`.
        Ready = 0,
        /// `SIM PIN`.
        SimPin = 1,
        /// `SIM PUK`.
        SimPuk = 2,
        /// `NOT READY`, a URC of modules without a card.
        NotReady = 3,
        /// `NOT INSERTED`, likewise.
        NotInserted = 4,
    }
}

impl PinState {
    const ALL: [Self; 5] = [Self::Ready, Self::SimPin, Self::SimPuk, Self::NotReady, Self::NotInserted];

    /// The words on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::SimPin => "SIM PIN",
            Self::SimPuk => "SIM PUK",
            Self::NotReady => "NOT READY",
            Self::NotInserted => "NOT INSERTED",
        }
    }

    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

/// The write forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneralCommand<'a> {
    /// `AT+CMEE=<n>`: 0 `ERROR`, 1 a number, 2 a text.
    Cmee(u8),
    /// `AT+IPR=<rate>`; takes effect after its OK.
    Rate(u32),
    /// `AT+IFC=<to the host>,<from the host>`: 2 is RTS/CTS, 0 none.
    FlowControl(u8, u8),
    /// `AT+CPIN="<pin>"`.
    Pin(SecretText<'a, { limits::NAME }>),
    /// `AT+CREG=<n>` and its sisters: which URCs are wanted.
    Registration(Domain, u8),
    /// `AT+CGATT=<0/1>`.
    Attach(bool),
    /// `AT+CGACT=<state>,<ctx>`.
    ContextState(bool, u8),
    /// `AT+CFUN=<fun>[,<rst>]`; `1,1` restarts.
    Function(u8, Option<bool>),
    /// `AT+QPOWD=<mode>`.
    PowerDown(u8),
    /// `AT+QURCCFG="urcport"[,"<port>"]`; without a port it reads.
    UrcPort(Option<UrcPort>),
}

impl<'a> GeneralCommand<'a> {
    /// The command's name.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Cmee(_) => Verb::Cmee,
            Self::Rate(_) => Verb::Ipr,
            Self::FlowControl(..) => Verb::Ifc,
            Self::Pin(_) => Verb::Cpin,
            Self::Registration(domain, _) => domain.verb(),
            Self::Attach(_) => Verb::Cgatt,
            Self::ContextState(..) => Verb::Cgact,
            Self::Function(..) => Verb::Cfun,
            Self::PowerDown(_) => Verb::Qpowd,
            Self::UrcPort(_) => Verb::Qurccfg,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Cmee(n) => out.dec(*n),
            Self::Attach(on) => out.dec(*on),
            Self::Function(fun, reset) => out.dec(*fun).opt(*reset),
            Self::UrcPort(port) => {
                out.quoted(b"urcport");
                if let Some(port) = port {
                    out.bytes(b",").quoted(port.name().as_bytes());
                }
                out
            }
            // No session of such a build comes here.
            _ if !cfg!(feature = "lines") => out,
            Self::PowerDown(n) | Self::Registration(_, n) => out.dec(*n),
            Self::Rate(rate) => out.dec(*rate),
            Self::FlowControl(a, b) => out.dec(*a).bytes(b",").dec(*b),
            Self::Pin(pin) => out.quoted(pin.expose().as_bytes()),
            Self::ContextState(on, context) => out.dec(*on).bytes(b",").dec(*context),
        };
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        Some(match verb {
            Verb::Cmee => Self::Cmee(args.number().filter(|n| *n <= 2)?),
            Verb::Ipr => Self::Rate(args.number()?),
            Verb::Ifc => Self::FlowControl(args.number()?, args.number()?),
            Verb::Cpin => Self::Pin(SecretText::hide(args.text()?)),
            Verb::Creg | Verb::Cgreg | Verb::Cereg => {
                Self::Registration(Domain::of(verb)?, args.number().filter(|n| *n <= 5)?)
            }
            Verb::Cgatt => Self::Attach(args.flag()?),
            Verb::Cgact => Self::ContextState(args.flag()?, args.number()?),
            Verb::Cfun => Self::Function(args.number()?, args.optional(Args::flag)?),
            Verb::Qpowd => Self::PowerDown(args.number()?),
            Verb::Qurccfg => {
                args.bytes()?.eq_ignore_ascii_case(b"urcport").then_some(())?;
                Self::UrcPort(args.optional(|args| UrcPort::from_name(args.bytes()?))?)
            }
            _ => return None,
        })
    }
}

/// What the commands answer; some come as URCs too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneralInfo<'a> {
    /// `+CMEE: <n>`.
    Cmee(u8),
    /// `+IPR: <rate>`.
    Rate(u32),
    /// `+IFC: <a>,<b>`.
    FlowControl(u8, u8),
    /// `+CPIN: …`, also at boot.
    Pin(PinState),
    /// `+CREG: <n>,<stat>` and its sisters; 1 home, 5 roaming, 2 searching, 3 denied.
    Registration {
        /// Which.
        domain: Domain,
        /// Which URCs are on.
        n: u8,
        /// The state.
        stat: u8,
    },
    /// `+CSQ: <rssi>,<ber>`; 99 is unknown.
    Signal {
        /// 0–31.
        rssi: u8,
        /// Bit errors, 0–7.
        ber: u8,
    },
    /// `+COPS: <mode>[,<format>,"<operator>"[,<act>]]`.
    Operator {
        /// How it is chosen.
        mode: u8,
        /// Its name.
        name: Option<Text<'a, { limits::NAME }>>,
        /// Access technology; 7 is LTE.
        act: Option<u8>,
    },
    /// `+CGATT: <state>`.
    Attached(bool),
    /// `+CGACT: <ctx>,<state>`.
    ContextState {
        /// The context.
        context: u8,
        /// Whether it is active.
        active: bool,
    },
    /// `+CGDCONT: <ctx>,"<type>","<apn>",…`.
    Definition {
        /// The context.
        context: u8,
        /// `IP`, `IPV6`, `IPV4V6`.
        kind: Text<'a, { limits::NAME }>,
        /// Access point name.
        apn: Text<'a, { limits::NAME }>,
    },
    /// `+CFUN: <fun>`, also at boot.
    Function(u8),
    /// `+QURCCFG: "urcport","<port>"`.
    UrcPort(UrcPort),
}

impl<'a> GeneralInfo<'a> {
    pub(super) const fn verb(&self) -> Verb {
        match self {
            Self::Cmee(_) => Verb::Cmee,
            Self::Rate(_) => Verb::Ipr,
            Self::FlowControl(..) => Verb::Ifc,
            Self::Pin(_) => Verb::Cpin,
            Self::Registration { domain, .. } => domain.verb(),
            Self::Signal { .. } => Verb::Csq,
            Self::Operator { .. } => Verb::Cops,
            Self::Attached(_) => Verb::Cgatt,
            Self::ContextState { .. } => Verb::Cgact,
            Self::Definition { .. } => Verb::Cgdcont,
            Self::Function(_) => Verb::Cfun,
            Self::UrcPort(_) => Verb::Qurccfg,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Cmee(n) | Self::Function(n) => out.dec(*n),
            Self::Rate(rate) => out.dec(*rate),
            Self::FlowControl(a, b) => out.dec(*a).bytes(b",").dec(*b),
            Self::Pin(state) => out.str(state.name()),
            Self::Registration { n, stat, .. } => out.dec(*n).bytes(b",").dec(*stat),
            Self::Signal { rssi, ber } => out.dec(*rssi).bytes(b",").dec(*ber),
            Self::Operator { mode, name, act } => {
                out.dec(*mode);
                if let Some(name) = name {
                    out.str(",0,").quoted(name.as_bytes()).opt(*act);
                }
                out
            }
            Self::Attached(on) => out.dec(*on),
            Self::ContextState { context, active } => out.dec(*context).bytes(b",").dec(*active),
            Self::Definition { context, kind, apn } => {
                out.dec(*context).bytes(b",").quoted(kind.as_bytes()).bytes(b",").quoted(apn.as_bytes())
            }
            Self::UrcPort(port) => out.quoted(b"urcport").bytes(b",").quoted(port.name().as_bytes()),
        };
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        let info = match verb {
            Verb::Cpin => Self::Pin(PinState::from_name(args.bytes()?)?),
            _ if !cfg!(feature = "lines") => return None,
            Verb::Cmee => Self::Cmee(args.number()?),
            Verb::Ipr => Self::Rate(args.number()?),
            Verb::Ifc => Self::FlowControl(args.number()?, args.number()?),
            Verb::Creg | Verb::Cgreg | Verb::Cereg => {
                // With `<n>` at 2 a module appends its cell; only the first two numbers matter here.
                let info =
                    Self::Registration { domain: Domain::of(verb)?, n: args.number()?, stat: args.number()? };
                return Some(info);
            }
            Verb::Csq => Self::Signal { rssi: args.number()?, ber: args.number()? },
            Verb::Cops => {
                let mode = args.number()?;
                let format: Option<u8> = args.optional(Args::number)?;
                let name = if format.is_some() { Some(args.text()?) } else { None };
                let act = args.optional(Args::number)?;
                // Nobody's technology is no news.
                Self::Operator { mode, name, act: act.filter(|_| name.is_some()) }
            }
            Verb::Cgatt => Self::Attached(args.flag()?),
            Verb::Cgact => Self::ContextState { context: args.number()?, active: args.flag()? },
            // Address, compression and more follow; nothing here needs them.
            Verb::Cgdcont => {
                let info =
                    Self::Definition { context: args.number()?, kind: args.text()?, apn: args.text()? };
                return Some(info);
            }
            Verb::Cfun => Self::Function(args.number()?),
            Verb::Qurccfg => {
                args.bytes()?.eq_ignore_ascii_case(b"urcport").then_some(())?;
                Self::UrcPort(UrcPort::from_name(args.bytes()?)?)
            }
            _ => return None,
        };
        args.end()?;
        Some(info)
    }
}
