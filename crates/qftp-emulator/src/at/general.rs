//! Echo, result codes, identity, SIM card, network, power.

use qftp_core::Instant;
use qftp_core::wire::{Basic, Domain, GeneralCommand, GeneralInfo, Info, Line, PinState, Text, Verb};

use super::{Answer, NO_SIM, NOT_ALLOWED, Outcome, Refusal, WRONG_PIN};
use crate::config::Sim;
use crate::drives::cme;
use crate::module::Module;
use crate::settings::Settings;
use crate::trouble::Cure;

/// The line of a start that says what the SIM card is like; the next ones come when it is ready.
const SIM_STATE: &str = "+CPIN: READY";

impl Module {
    /// What a module says when it has started.
    pub(crate) fn greet(&mut self) {
        let pin = self.pin_state().unwrap_or(PinState::NotInserted);
        let family = self.config.family.clone();
        let mut lines = Vec::new();
        for text in &family.identity.start.value {
            if text != SIM_STATE {
                lines.push(Line::Text(text.as_bytes()));
                continue;
            }
            lines.push(info(GeneralInfo::Pin(pin)));
            if pin != PinState::Ready {
                break;
            }
        }
        while !lines.is_empty() {
            let next = if self.config.shuffles_start { self.out.rng.below(lines.len() as u64) } else { 0 };
            self.out.urc(&lines.remove(usize::try_from(next).unwrap_or(0)));
        }
    }

    pub(crate) fn basic(&mut self, basic: Basic) -> Outcome {
        match basic {
            // ATO is data mode's.
            Basic::Attention | Basic::Online => {}
            Basic::Echo(on) => self.settings.echo = on,
            Basic::Verbose(on) => self.settings.verbose = on,
            Basic::Quiet(on) => self.settings.quiet = on,
            Basic::Dtr(action) => self.settings.dtr = action,
            Basic::GuardTime(_) if !self.config.has_guard_setting => return Err(Refusal::Error),
            Basic::GuardTime(units) => self.settings.guard_units = units,
            Basic::ReadGuardTime => {
                let units = format!("{:03}", self.settings.guard_units);
                self.say(&units);
            }
            Basic::Identify => {
                let identity = self.config.identity.clone();
                self.say(&identity.manufacturer);
                self.say(&identity.model);
                self.say(&format!("Revision: {}", identity.revision));
            }
            Basic::Reset => self.settings = self.stored.clone(),
            Basic::Factory => self.settings = Settings::factory(&self.config),
            Basic::Store => self.stored = self.settings.clone(),
        }
        Ok(Answer::Ok)
    }

    pub(crate) fn read_form(&mut self, verb: Verb) -> Outcome {
        let settings = &self.settings;
        let answer = match verb {
            Verb::Cmee => GeneralInfo::Cmee(settings.cmee),
            Verb::Ipr => GeneralInfo::Rate(settings.rate),
            Verb::Ifc => GeneralInfo::FlowControl(settings.flow_control.0, settings.flow_control.1),
            Verb::Cpin => GeneralInfo::Pin(self.pin_state().ok_or(NO_SIM)?),
            Verb::Creg => self.registration(Domain::Circuit),
            Verb::Cgreg => self.registration(Domain::Gprs),
            Verb::Cereg => self.registration(Domain::Lte),
            Verb::Cops if self.is_registered() => {
                GeneralInfo::Operator { mode: 0, name: Text::new("CHINA MOBILE").ok(), act: Some(7) }
            }
            Verb::Cops => GeneralInfo::Operator { mode: 0, name: None, act: None },
            Verb::Cgatt => GeneralInfo::Attached(self.is_attached()),
            Verb::Cfun => GeneralInfo::Function(1),
            Verb::Cgact | Verb::Cgdcont | Verb::Qiact => {
                self.pdp.read_form(verb, &self.config.family.pdp, &mut self.out);
                return Ok(Answer::Ok);
            }
            Verb::Qfopen => {
                self.list_open_files();
                return Ok(Answer::Ok);
            }
            // There is no AT+QFTPCFG? (companion.md §1), nor a read form of any other FTP command.
            _ => return Err(Refusal::Error),
        };
        self.out.info(&info(answer));
        Ok(Answer::Ok)
    }

    pub(crate) fn execute_form(&mut self, now: Instant, verb: Verb) -> Outcome {
        let identity = &self.config.identity;
        let text = match verb {
            Verb::Cgmi => identity.manufacturer.clone(),
            Verb::Cgmm => identity.model.clone(),
            Verb::Cgmr => identity.revision.clone(),
            Verb::Gsn => identity.serial.clone(),
            Verb::Csq => {
                let rssi = if self.sim_is_ready() { self.config.signal } else { 99 };
                self.out.info(&info(GeneralInfo::Signal { rssi, ber: 99 }));
                return Ok(Answer::Ok);
            }
            Verb::Qpowd => {
                self.power_down();
                return Ok(Answer::Ok);
            }
            Verb::Qigeterror => {
                self.pdp.last_error(&self.config.family, &mut self.out);
                return Ok(Answer::Ok);
            }
            Verb::Qflds => return self.drive_usage(),
            Verb::Qflst => return self.list_files(b"*"),
            _ => return self.ftp_execute(now, verb),
        };
        self.say(&text);
        Ok(Answer::Ok)
    }

    pub(crate) fn general_command(&mut self, now: Instant, command: &GeneralCommand<'_>) -> Outcome {
        match *command {
            GeneralCommand::Cmee(level) => self.settings.cmee = level,
            GeneralCommand::Rate(rate) => self.settings.rate = rate,
            GeneralCommand::FlowControl(to_host, from_host) => match (to_host, from_host) {
                (0 | 2, 0 | 2) => self.settings.flow_control = (to_host, from_host),
                _ => return Err(Refusal::Error),
            },
            GeneralCommand::Pin(pin) => return self.enter_pin(pin.expose().as_bytes()),
            GeneralCommand::Registration(domain, urcs) => {
                self.settings.registration_urcs[domain as usize] = urcs;
            }
            GeneralCommand::Attach(true) if !self.is_registered() => return Err(Refusal::Cme(NOT_ALLOWED)),
            GeneralCommand::Attach(on) => {
                self.attached = on;
                if !on {
                    self.drop_contexts();
                }
            }
            GeneralCommand::ContextState(true, context) => return self.activate(context),
            GeneralCommand::ContextState(false, context) => self.deactivate(context),
            GeneralCommand::Function(1, Some(true)) => {
                self.cure(Cure::Restart);
                self.restart(now);
            }
            GeneralCommand::Function(1, _) => {}
            GeneralCommand::Function(0 | 4, None | Some(false)) => {
                // Without a radio there is no network; nothing here needs the other half.
                self.attached = false;
                self.drop_contexts();
            }
            GeneralCommand::Function(..) => return Err(Refusal::Cme(cme::INVALID_INPUT)),
            GeneralCommand::PowerDown(_) => self.power_down(),
            GeneralCommand::UrcPort(_) if !self.config.has_urc_setting => return Err(Refusal::Error),
            GeneralCommand::UrcPort(Some(port)) => self.settings.urc_port = port,
            GeneralCommand::UrcPort(None) => {
                let port = self.settings.urc_port;
                self.out.info(&info(GeneralInfo::UrcPort(port)));
            }
        }
        Ok(Answer::Ok)
    }

    fn enter_pin(&mut self, digits: &[u8]) -> Outcome {
        match &self.config.sim {
            Sim::Absent => Err(Refusal::Cme(NO_SIM)),
            Sim::Locked(pin) if !self.unlocked => {
                if !pin.is(digits) {
                    return Err(Refusal::Cme(WRONG_PIN));
                }
                self.unlocked = true;
                self.out.urc(&info(GeneralInfo::Pin(PinState::Ready)));
                Ok(Answer::Ok)
            }
            Sim::Ready | Sim::Locked(_) => Err(Refusal::Cme(NOT_ALLOWED)),
        }
    }

    fn pin_state(&self) -> Option<PinState> {
        match self.config.sim {
            Sim::Absent => None,
            _ if self.sim_is_ready() => Some(PinState::Ready),
            _ => Some(PinState::SimPin),
        }
    }

    fn registration(&self, domain: Domain) -> GeneralInfo<'static> {
        let stat = if self.sim_is_ready() { self.config.registration.number() } else { 0 };
        GeneralInfo::Registration { domain, n: self.settings.registration_urcs[domain as usize], stat }
    }

    fn is_registered(&self) -> bool {
        self.sim_is_ready() && self.config.registration.is_registered()
    }

    /// Attached to the packet service: without it no context can be activated.
    pub(crate) fn is_attached(&self) -> bool {
        self.attached && self.is_registered()
    }

    pub(super) fn say(&mut self, text: &str) {
        self.out.info(&Line::Text(text.as_bytes()));
    }
}

fn info(info: GeneralInfo<'_>) -> Line<'_> {
    Line::Info(Info::General(info))
}
