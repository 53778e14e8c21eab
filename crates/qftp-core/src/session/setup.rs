//! Set-up: the line in step, URCs seen, SIM card ready, PDP context active.

use super::failure::{Cause, Field, LineFault, Misuse};
use super::kept::Kept;
use super::link::{Answer, pin_code};
use super::options::Setup;
use super::receive::Receive;
use super::state::{End, Op, State};
use super::sync::{Sync, Synced};
use crate::Instant;
use crate::codes::{CmeCode, TcpIpCode};
use crate::limits;
use crate::wire::{
    Basic, Command, GeneralCommand, PdpAuth, PdpCommand, PdpSettings, PdpType, PinState, SecretText, Text,
    UrcPort, Verb,
};

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

/// What the caller wants, kept over the steps.
pub(super) struct Wanted {
    pub(super) context: u8,
    network: bool,
    urc_port: Option<UrcPort>,
    apn: Kept<{ limits::APN }>,
    user: Kept<{ limits::PDP_LOGIN }>,
    password: Kept<{ limits::PDP_LOGIN }>,
    has_login: bool,
    auth: PdpAuth,
    kind: PdpType,
}

impl Wanted {
    #[inline(always)] // As State::new.
    pub(super) const fn new() -> Self {
        Self {
            context: 1,
            network: true,
            urc_port: None,
            apn: Kept::new(),
            user: Kept::new(),
            password: Kept::new(),
            has_login: false,
            auth: PdpAuth::None,
            kind: PdpType::V4,
        }
    }

    fn take(&mut self, setup: &Setup<'_>) -> Result<(), Misuse> {
        if !limits::CONTEXT_ID.contains(&setup.context) {
            return Err(Misuse::Range(Field::Context));
        }
        let apn = setup.apn.as_ref();
        let name = Text::<{ limits::APN }>::new(apn.map_or("", |apn| apn.name))
            .map_err(|fault| Misuse::Name(Field::Apn, fault))?;
        let login = apn.and_then(|apn| apn.login);
        let (user, password) = login.unwrap_or_default();
        let user = Text::<{ limits::PDP_LOGIN }>::new(user.expose())
            .map_err(|fault| Misuse::Name(Field::User, fault))?;
        let password = Text::<{ limits::PDP_LOGIN }>::new(password.expose())
            .map_err(|fault| Misuse::Name(Field::Password, fault))?;
        self.context = setup.context;
        self.network = setup.network;
        self.urc_port = setup.urc_port;
        self.apn.set(name.as_bytes());
        self.user.set(user.as_bytes());
        self.password.set(password.as_bytes());
        self.has_login = login.is_some();
        self.auth = apn.map_or(PdpAuth::None, |apn| apn.auth);
        self.kind = apn.map_or(PdpType::V4, |apn| apn.kind);
        Ok(())
    }

    pub(super) fn password(&self) -> &[u8] {
        self.password.as_bytes()
    }

    fn settings(&self) -> PdpSettings<'_> {
        let login = (SecretText::hide(self.user.text()), SecretText::hide(self.password.text()));
        PdpSettings {
            kind: self.kind,
            apn: self.apn.text(),
            login: self.has_login.then_some(login),
            auth: self.has_login.then_some(self.auth),
        }
    }
}

impl State {
    pub(super) fn setup(&mut self, now: Instant, setup: &Setup<'_>) -> Result<(), Misuse> {
        if !matches!(self.op, Op::Idle) || self.end.is_some() {
            return Err(Misuse::Busy);
        }
        self.config.check()?;
        self.wanted.take(setup)?;
        self.set_up = false;
        self.logged_in = false;
        self.link.context = self.wanted.context;
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
        let t = self.t();
        let command = match step {
            // Started by its own machine.
            SetupStep::Sync(..) => return,
            SetupStep::EchoOff(_) => Command::Basic(Basic::Echo(false)),
            SetupStep::Errors => Command::General(GeneralCommand::Cmee(1)),
            SetupStep::Guard => Command::Basic(Basic::GuardTime(self.guard_units())),
            SetupStep::Direct(port, _) => Command::General(GeneralCommand::UrcPort(Some(port))),
            SetupStep::Probe(_) => {
                return self.link.start_within(now, &Command::Execute(Verb::QftpStat), PROBE_MS);
            }
            SetupStep::CloseOld => Command::Execute(Verb::QftpClose),
            SetupStep::Pin => Command::Read(Verb::Cpin),
            SetupStep::Contexts => Command::Read(Verb::Qiact),
            SetupStep::Configure => {
                let settings = self.wanted.settings();
                let command = Command::Pdp(PdpCommand::Set { context: self.wanted.context, settings });
                return self.link.start(now, &command, t);
            }
            SetupStep::Activate(_) => Command::Pdp(PdpCommand::Activate(self.wanted.context)),
            SetupStep::WhyNot(_) => Command::Execute(Verb::Qigeterror),
            SetupStep::Deactivate => Command::Pdp(PdpCommand::Deactivate(self.wanted.context)),
            SetupStep::Attach => Command::General(GeneralCommand::Attach(true)),
        };
        self.link.start(now, &command, t);
    }

    /// The guard time in units of 20 ms, rounded up.
    fn guard_units(&self) -> u8 {
        u8::try_from(self.config.guard_ms.div_ceil(limits::GUARD_UNIT_MS))
            .unwrap_or(limits::GUARD_UNITS_DEFAULT)
    }

    pub(super) fn setup_advance(
        &mut self,
        now: Instant,
        step: SetupStep,
        result: Result<Answer, Cause>,
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
                let units = if refused { limits::GUARD_UNITS_DEFAULT } else { self.guard_units() };
                self.link.guard = u64::from(u16::from(units).saturating_mul(limits::GUARD_UNIT_MS));
                if !self.wanted.network {
                    self.set_up = true;
                    return self.finish(End::Nothing);
                }
                match self.wanted.urc_port {
                    Some(port) => SetupStep::Direct(port, UrcPort::ALL.len()),
                    None => SetupStep::Probe(0),
                }
            }
            (SetupStep::Direct(_, tried), Ok(_)) => SetupStep::Probe(tried),
            // This firmware has no such port, or no such setting: what arrives will show.
            (SetupStep::Direct(_, tried), Err(_)) if refused => SetupStep::Probe(tried),
            // 1 and 3: an earlier session is open or closing; 0 and 2: it is busy. A close settles all of them.
            (SetupStep::Probe(_), Ok(Answer::Number(state))) if state < 4 => SetupStep::CloseOld,
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
            (SetupStep::Pin, Ok(Answer::Pin(PinState::Ready))) => SetupStep::Contexts,
            (SetupStep::Pin, Ok(Answer::Pin(state))) => {
                let code = pin_code(state).unwrap_or(CmeCode::new(13));
                return self.fail(now, Cause::Cme(code), receive);
            }
            (SetupStep::Pin, Ok(Answer::Sim(state))) => return self.fail(now, Cause::Sim(state), receive),
            (SetupStep::Contexts, Ok(Answer::Active(true))) => {
                self.set_up = true;
                return self.finish(End::Nothing);
            }
            (SetupStep::Contexts, Ok(_)) if self.wanted.apn.is_empty() => SetupStep::Activate(false),
            (SetupStep::Contexts, Ok(_)) => SetupStep::Configure,
            (SetupStep::Configure, Ok(_)) => SetupStep::Activate(false),
            (SetupStep::Activate(_), Ok(_)) => {
                self.set_up = true;
                return self.finish(End::Nothing);
            }
            (SetupStep::Activate(again), Err(_)) if refused => SetupStep::WhyNot(again),
            (SetupStep::WhyNot(false), Ok(Answer::Error(OPEN_FAILED))) => SetupStep::Deactivate,
            // Neither is of use everywhere, and neither does harm: the second try will show.
            (SetupStep::Deactivate, result) if result.is_ok() || refused => SetupStep::Attach,
            (SetupStep::Attach, result) if result.is_ok() || refused => SetupStep::Activate(true),
            (SetupStep::WhyNot(_), Ok(Answer::Error(code))) if code != TcpIpCode::new(0) => {
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
