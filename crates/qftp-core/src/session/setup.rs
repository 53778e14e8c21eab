//! Set-up: the line in step, URCs seen, SIM card ready, PDP context active.

use super::commands::HostCommand;
use super::failure::{Cause, LineFault, Misuse};
use super::link::{Outcome, MARGIN_MS, pin_code};
use super::options::Setup;
use super::receive::Receive;
use super::state::{End, Op, State};
use super::sync::{Sync, Synced};
use crate::Instant;
use crate::codes::{CmeCode, TcpIpCode};
use crate::limits;
use crate::wire::{PinState, UrcPort, Verb};

/// How long the URC of `AT+QFTPSTAT` may take before another URC port is tried, in milliseconds.
pub(super) const PROBE_MS: u64 = 2_000;
/// What `AT+QIGETERROR` says of a context that was dropped, and of a module that is not attached.
const OPEN_FAILED: TcpIpCode = TcpIpCode::new(561);

#[derive(Clone, Copy, Debug)]
pub(super) enum SetupStep {
    /// `true` for the second time, after a module that refused what none refuses.
    Sync(Sync, bool),
    EchoOff(bool),
    Errors,
    Guard,
    /// Directs URCs to the caller's port, or to the n-th that there is.
    Direct(UrcPort, usize),
    /// Shows that URCs arrive, and what an earlier session left.
    Probe(usize),
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

impl State {
    pub(super) fn setup(&mut self, now: Instant, setup: &Setup<'_>) -> Result<(), Misuse> {
        if !matches!(self.op, Op::Idle) || self.end.is_some() {
            return Err(Misuse::Busy);
        }
        self.config.check()?;
        self.account.take_setup(setup)?;
        self.set_up = false;
        self.logged_in = false;
        self.link.context = self.account.context;
        self.link.queue = u64::from(self.config.queue_ms);
        // What the last operation has left open, a question would be data of.
        let sync = match self.may_be_in_data {
            true => Sync::escape(now, &mut self.link),
            false => Sync::ask(now, &mut self.link),
        };
        self.op = Op::Setup(SetupStep::Sync(sync, false));
        Ok(())
    }

    fn setup_step(&mut self, now: Instant, step: SetupStep) {
        self.op = Op::Setup(step);
        let command = match step {
            // Started by its own machine.
            SetupStep::Sync(..) => return,
            SetupStep::EchoOff(_) => HostCommand::EchoOff,
            SetupStep::Errors => HostCommand::Errors,
            SetupStep::Guard => HostCommand::Guard,
            SetupStep::Direct(port, _) => {
                let limit = limits::PLAIN_COMMAND_MS.saturating_add(MARGIN_MS);
                return self.send_with(now, HostCommand::Direct, limit, port.name().as_bytes(), [0; 2]);
            }
            SetupStep::Probe(_) => return self.send_within(now, HostCommand::State, PROBE_MS),
            SetupStep::CloseOld => HostCommand::Close,
            SetupStep::Pin => HostCommand::Pin,
            SetupStep::Contexts => HostCommand::Contexts,
            SetupStep::Configure if self.account.has_apn_login => HostCommand::ConfigureLogin,
            SetupStep::Configure => HostCommand::Configure,
            SetupStep::Activate(_) => HostCommand::Activate,
            SetupStep::WhyNot(_) => HostCommand::WhyNot,
            SetupStep::Deactivate => HostCommand::Deactivate,
            SetupStep::Attach => HostCommand::Attach,
        };
        self.send(now, command);
    }

    pub(super) fn setup_advance(
        &mut self,
        now: Instant,
        step: SetupStep,
        result: Result<Outcome, Cause>,
        receive: &Receive,
    ) {
        // A step may be refused where that only means that this firmware lacks it; silence and restarts always count.
        let refused = matches!(result, Err(Cause::Cme(_) | Cause::Refused | Cause::NoCarrier));
        let next = match (step, result) {
            (SetupStep::Sync(sync, again), result) => match self.advance_sync(now, sync, result.is_ok()) {
                Synced::NotYet(sync) => SetupStep::Sync(sync, again),
                Synced::InStep => SetupStep::EchoOff(again),
                Synced::Never(fault) => return self.fail(now, Cause::Line(fault), receive),
            },
            (SetupStep::EchoOff(_), Ok(_)) => SetupStep::Errors,
            // No module refuses this: it is what an earlier host left on the line, words of a file perhaps.
            (SetupStep::EchoOff(false), Err(_)) if refused => {
                SetupStep::Sync(Sync::ask(now, &mut self.link), true)
            }
            (SetupStep::EchoOff(true), Err(_)) if refused => SetupStep::Errors,
            (SetupStep::Errors, result) if result.is_ok() || refused => SetupStep::Guard,
            (SetupStep::Guard, result) if result.is_ok() || refused => {
                let units = if refused { limits::GUARD_UNITS_DEFAULT } else { self.config.guard_units() };
                self.link.guard = u64::from(u16::from(units).saturating_mul(limits::GUARD_UNIT_MS));
                if !self.account.network {
                    self.set_up = true;
                    return self.finish(End::Nothing);
                }
                match self.account.urc_port {
                    Some(port) => SetupStep::Direct(port, UrcPort::ALL.len()),
                    None => SetupStep::Probe(0),
                }
            }
            (SetupStep::Direct(_, tried), Ok(_)) => SetupStep::Probe(tried),
            // This firmware has no such port, or no such setting: what arrives will show.
            (SetupStep::Direct(_, tried), Err(_)) if refused => SetupStep::Probe(tried),
            // 1 and 3: an earlier session is open or closing; 0 and 2: it is busy. A close settles all of them.
            (SetupStep::Probe(_), Ok(Outcome::Number(state))) if state < 4 => SetupStep::CloseOld,
            (SetupStep::Probe(_), result) if result.is_ok() || refused => {
                self.no_state = refused;
                SetupStep::Pin
            }
            (SetupStep::Probe(tried), Err(Cause::Line(LineFault::UrcSilent))) => {
                match UrcPort::ALL.get(tried) {
                    Some(port) => SetupStep::Direct(*port, tried.saturating_add(1)),
                    None => return self.fail(now, Cause::Line(LineFault::UrcSilent), receive),
                }
            }
            (SetupStep::CloseOld, Ok(_) | Err(Cause::Cme(_) | Cause::Ftp(_) | Cause::Refused)) => {
                SetupStep::Pin
            }
            (SetupStep::Pin, Ok(Outcome::Pin(PinState::Ready))) => SetupStep::Contexts,
            (SetupStep::Pin, Ok(Outcome::Pin(state))) => {
                let code = pin_code(state).unwrap_or(CmeCode::new(13));
                return self.fail(now, Cause::Cme(code), receive);
            }
            (SetupStep::Pin, Ok(Outcome::Sim(state))) => return self.fail(now, Cause::Sim(state), receive),
            (SetupStep::Contexts, Ok(Outcome::Active(true))) => {
                self.set_up = true;
                return self.finish(End::Nothing);
            }
            (SetupStep::Contexts, Ok(_)) if self.account.apn.is_empty() => SetupStep::Activate(false),
            (SetupStep::Contexts, Ok(_)) => SetupStep::Configure,
            (SetupStep::Configure, Ok(_)) => SetupStep::Activate(false),
            (SetupStep::Activate(_), Ok(_)) => {
                self.set_up = true;
                return self.finish(End::Nothing);
            }
            (SetupStep::Activate(again), Err(_)) if refused => SetupStep::WhyNot(again),
            (SetupStep::WhyNot(false), Ok(Outcome::Error(OPEN_FAILED))) => SetupStep::Deactivate,
            // Neither is of use everywhere, and neither does harm: the second try will show.
            (SetupStep::Deactivate, result) if result.is_ok() || refused => SetupStep::Attach,
            (SetupStep::Attach, result) if result.is_ok() || refused => SetupStep::Activate(true),
            (SetupStep::WhyNot(_), Ok(Outcome::Error(code))) if code != TcpIpCode::new(0) => {
                return self.fail_as(now, Some(Verb::Qiact), Cause::Network(code), receive);
            }
            (SetupStep::WhyNot(_), _) => {
                return self.fail_as(now, Some(Verb::Qiact), Cause::Refused, receive);
            }
            (_, Err(cause)) => return self.fail(now, cause, receive),
            (_, Ok(_)) => return self.fail(now, Cause::Line(LineFault::Desync), receive),
        };
        self.setup_step(now, next);
    }
}
