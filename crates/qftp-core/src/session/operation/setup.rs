//! Set-up: the line in sync, URCs seen, SIM card ready, PDP context active.

use super::work::{End, Next, Work};
use crate::codes::TcpIpCode;
use crate::session::command::HostCommand;
use crate::session::exchange::{Reply, pin_code};
use crate::session::failure::Cause;
use crate::wire::{PinState, UrcPort, Verb};

/// What `AT+QIGETERROR` says of a context that was dropped, and of a module that is not attached.
const OPEN_FAILED: u64 = 561;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetupStep {
    /// `true` for the second time, after a module that refused what none refuses.
    Sync(bool),
    EchoOff(bool),
    Errors,
    Guard,
    /// Directs URCs to the caller's port, or to the n-th that there is.
    Direct(u8),
    /// Shows that URCs arrive, and what an earlier session left; so many ports were tried.
    Probe(u8),
    CloseOld,
    Pin,
    Contexts,
    Configure,
    /// `true` for the second try, after `Deactivate` and `Attach`.
    Activate(bool),
    WhyNot(bool),
    /// A context that the network dropped has to be deactivated first.
    Deactivate,
    /// Without the packet service there are no contexts (§6).
    Attach,
}

impl SetupStep {
    /// The command of a step that has one.
    pub(crate) const fn command(self, has_login: bool) -> HostCommand {
        match self {
            Self::Sync(_) => HostCommand::Attention,
            Self::EchoOff(_) => HostCommand::EchoOff,
            Self::Errors => HostCommand::Errors,
            Self::Guard => HostCommand::Guard,
            Self::Direct(_) => HostCommand::Direct,
            Self::Probe(_) => HostCommand::State,
            Self::CloseOld => HostCommand::Close,
            Self::Pin => HostCommand::Pin,
            Self::Contexts => HostCommand::Contexts,
            Self::Configure if has_login => HostCommand::ConfigureLogin,
            Self::Configure => HostCommand::Configure,
            Self::Activate(_) => HostCommand::Activate,
            Self::WhyNot(_) => HostCommand::WhyNot,
            Self::Deactivate => HostCommand::Deactivate,
            Self::Attach => HostCommand::Attach,
        }
    }

    pub(crate) fn next(self, reply: Reply, work: &mut Work<'_>) -> Next<Self> {
        // A step may be refused where that only means that this firmware lacks it; silence and restarts always count.
        let refused = reply.is_refusal();
        let passed = reply.is_success() || refused;
        let number = work.said.number;
        Next::Go(match self {
            Self::Sync(again) if reply.is_success() => Self::EchoOff(again),
            Self::EchoOff(_) if reply.is_success() => Self::Errors,
            // No module refuses this: it is what an earlier host left on the line, words of a file perhaps.
            Self::EchoOff(false) if refused => Self::Sync(true),
            Self::EchoOff(true) if refused => Self::Errors,
            Self::Errors if passed => Self::Guard,
            Self::Guard if passed && !work.account.network => return Next::Done(End::Nothing),
            Self::Guard if passed && work.account.urc_port.is_some() => Self::Direct(ALL_PORTS),
            Self::Guard if passed => Self::Probe(0),
            // This firmware may have no such port, or no such setting: what arrives will show.
            Self::Direct(tried) if passed => Self::Probe(tried),
            // 1 and 3: an earlier session is open or closing; 0 and 2: it is busy. A close settles all of them.
            Self::Probe(_) if reply == Reply::Number && number < 4 => Self::CloseOld,
            Self::Probe(_) if passed => Self::Pin,
            Self::Probe(tried) if reply == Reply::UrcSilent && tried < ALL_PORTS => {
                Self::Direct(tried.wrapping_add(1))
            }
            Self::CloseOld if reply.is_success() => Self::Pin,
            Self::CloseOld if matches!(reply, Reply::Refused | Reply::Failed) => Self::Pin,
            Self::Pin if reply == Reply::Number && number == PinState::Ready.number().into() => {
                Self::Contexts
            }
            Self::Pin if reply == Reply::Number => return work.fail(Cause::Cme(pin_code(number))),
            Self::Pin if reply == Reply::Text => return Next::Fail,
            Self::Contexts if reply == Reply::Number && number == 1 => return Next::Done(End::Nothing),
            Self::Contexts if reply.is_success() && work.account.apn.is_empty() => Self::Activate(false),
            Self::Contexts if reply.is_success() => Self::Configure,
            Self::Configure if reply.is_success() => Self::Activate(false),
            Self::Activate(_) if reply.is_success() => return Next::Done(End::Nothing),
            Self::Activate(again) if refused => Self::WhyNot(again),
            Self::WhyNot(false) if reply == Reply::Number && number == OPEN_FAILED => Self::Deactivate,
            // Neither is of use everywhere, and neither does harm: the second try will show.
            Self::Deactivate if passed => Self::Attach,
            Self::Attach if passed => Self::Activate(true),
            Self::WhyNot(_) => {
                work.said.blamed = Some(Verb::Qiact);
                let code = u16::try_from(number).ok().filter(|code| reply == Reply::Number && *code != 0);
                let cause = code.map_or(Cause::Refused, |code| Cause::Network(TcpIpCode::new(code)));
                return work.fail(cause);
            }
            _ => return work.otherwise(reply),
        })
    }

    /// The port of a step that directs URCs; `wanted` is the caller's.
    pub(crate) fn port(self, wanted: Option<UrcPort>) -> Option<UrcPort> {
        let Self::Direct(tried) = self else { return None };
        wanted.or_else(|| UrcPort::ALL.get(usize::from(tried).wrapping_sub(1)).copied())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are three")]
const ALL_PORTS: u8 = UrcPort::ALL.len() as u8;
