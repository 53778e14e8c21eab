//! PDP contexts: `AT+QICSGP`, `AT+QIACT`, `AT+QIDEACT`, `AT+QIGETERROR`, `AT+QIDNSCFG`, and 3GPP's read forms.

use std::collections::BTreeMap;

use qftp_core::codes::TcpIpCode;
use qftp_core::limits;
use qftp_core::wire::{
    GeneralInfo, Info, Line, PdpAuth, PdpCommand, PdpInfo, PdpSettings, PdpType, SecretText, Text, Verb,
};

use super::{Answer, Outcome, Refusal};
use crate::config::Config;
use crate::family::{AccessPoint, Definition, Family, PdpTable};
use crate::module::Module;
use crate::output::Output;
use crate::trouble::Cure;

/// The contexts of a module, by their number.
#[derive(Default)]
pub(crate) struct Pdp {
    contexts: BTreeMap<u8, Context>,
    last_error: u16,
}

struct Context {
    kind: PdpType,
    apn: Vec<u8>,
    user: Vec<u8>,
    password: Vec<u8>,
    auth: PdpAuth,
    name_servers: [Vec<u8>; 2],
    active: bool,
    /// The network dropped it: it has to be deactivated before it can be activated.
    dropped: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            kind: PdpType::V4,
            apn: Vec::new(),
            user: Vec::new(),
            password: Vec::new(),
            auth: PdpAuth::None,
            name_servers: [b"8.8.8.8".to_vec(), b"8.8.4.4".to_vec()],
            active: false,
            dropped: false,
        }
    }
}

/// `<err>` of `AT+QIGETERROR`.
const OPEN_FAILED: u16 = 561;
const NO_APN: u16 = 573;

impl Pdp {
    pub(crate) fn is_active(&self, context: u8) -> bool {
        self.contexts.get(&context).is_some_and(|context| context.active)
    }

    /// The numbers of those that are active.
    pub(crate) fn active_ones(&self) -> Vec<u8> {
        self.contexts.iter().filter(|(_, context)| context.active).map(|(number, _)| *number).collect()
    }

    fn active(&self) -> usize {
        self.contexts.values().filter(|context| context.active).count()
    }

    /// An active context keeps its settings; to set them to what they are does no harm.
    pub(super) fn set(&mut self, number: u8, settings: &PdpSettings<'_>) -> Outcome {
        let context = self.contexts.entry(number).or_default();
        if context.active {
            let same = context.kind == settings.kind && context.apn == settings.apn.as_bytes();
            return if same { Ok(Answer::Ok) } else { Err(Refusal::Error) };
        }
        context.kind = settings.kind;
        context.apn = settings.apn.as_bytes().to_vec();
        if let Some((user, password)) = settings.login {
            context.user = user.expose().as_bytes().to_vec();
            context.password = password.expose().as_bytes().to_vec();
        }
        if let Some(auth) = settings.auth {
            context.auth = auth;
        }
        Ok(Answer::Ok)
    }

    /// The context is no longer defined.
    pub(super) fn forget(&mut self, number: u8) {
        self.contexts.remove(&number);
    }

    fn show(&self, number: u8, out: &mut Output) {
        let unset = Context::default();
        let context = self.contexts.get(&number).unwrap_or(&unset);
        // The strings came as parameters, so they fit into one.
        let (Ok(apn), Ok(user), Ok(password)) = (
            Text::from_bytes(&context.apn),
            Text::from_bytes(&context.user),
            Text::from_bytes(&context.password),
        ) else {
            return;
        };
        let login = Some((SecretText::hide(user), SecretText::hide(password)));
        let settings = PdpSettings { kind: context.kind, apn, login, auth: Some(context.auth) };
        out.info(&Line::Info(Info::Pdp(PdpInfo::Settings(settings))));
    }

    /// `refusal` is an `<err>` with which it fails in any case.
    fn activate(&mut self, number: u8, attached: bool, refusal: Option<u16>, family: &PdpTable) -> Outcome {
        let others = self.active();
        let needs_name = family.access_point.value == AccessPoint::Needed;
        if !needs_name {
            self.contexts.entry(number).or_default();
        }
        let failure = match self.contexts.get_mut(&number) {
            None => NO_APN,
            Some(context) if context.active => return Ok(Answer::Ok),
            Some(context) if refusal.is_some() || context.dropped => refusal.unwrap_or(OPEN_FAILED),
            Some(context) if context.apn.is_empty() && needs_name => NO_APN,
            Some(_) if !attached || others >= usize::from(family.active.value) => OPEN_FAILED,
            Some(context) => {
                context.active = true;
                self.last_error = 0;
                return Ok(Answer::Ok);
            }
        };
        self.last_error = failure;
        Err(Refusal::Error)
    }

    fn deactivate(&mut self, number: u8) {
        if let Some(context) = self.contexts.get_mut(&number) {
            context.active = false;
            context.dropped = false;
        }
        self.last_error = 0;
    }

    /// The network drops a context: whether there was one to drop.
    pub(crate) fn drop_context(&mut self, number: u8) -> bool {
        let Some(context) = self.contexts.get_mut(&number).filter(|context| context.active) else {
            return false;
        };
        context.active = false;
        context.dropped = true;
        true
    }

    pub(crate) fn last_error(&self, family: &Family, out: &mut Output) {
        let code = TcpIpCode::new(self.last_error);
        let text = family.text(self.last_error, code.text());
        out.info(&Line::Info(Info::Pdp(PdpInfo::LastError { code, text: text.as_bytes() })));
    }

    fn dns(&mut self, number: u8, primary: Option<&[u8]>, secondary: Option<&[u8]>, out: &mut Output) {
        let context = self.contexts.entry(number).or_default();
        if let Some(primary) = primary {
            context.name_servers = [primary.to_vec(), secondary.unwrap_or_default().to_vec()];
            return;
        }
        let [primary, secondary] = &context.name_servers;
        if let (Ok(primary), Ok(secondary)) = (Text::from_bytes(primary), Text::from_bytes(secondary)) {
            out.info(&Line::Info(Info::Pdp(PdpInfo::Dns { context: number, primary, secondary })));
        }
    }

    /// `AT+QIACT?`, `AT+CGACT?`, `AT+CGDCONT?`: a line for each context.
    pub(crate) fn read_form(&self, verb: Verb, family: &PdpTable, out: &mut Output) {
        for (&number, context) in &self.contexts {
            let address = address(number);
            let family_name = match context.kind {
                PdpType::V4 => "IP",
                PdpType::V6 => "IPV6",
                PdpType::V4V6 => "IPV4V6",
            };
            let info = match verb {
                Verb::Qiact if !context.active => continue,
                Verb::Qiact => Info::Pdp(PdpInfo::Context {
                    context: number,
                    active: true,
                    kind: context.kind,
                    address: Text::new(&address).ok(),
                }),
                Verb::Cgact => {
                    Info::General(GeneralInfo::ContextState { context: number, active: context.active })
                }
                _ => {
                    let (Ok(kind), Ok(apn)) = (Text::new(family_name), Text::from_bytes(&context.apn)) else {
                        continue;
                    };
                    if family.definition.value == Definition::Long {
                        let shown = if context.active { address.as_str() } else { "" };
                        let apn = String::from_utf8_lossy(apn.as_bytes());
                        let line =
                            format!("+CGDCONT: {number},\"{family_name}\",\"{apn}\",\"{shown}\",0,0,0,0");
                        out.info(&Line::Text(line.as_bytes()));
                        continue;
                    }
                    Info::General(GeneralInfo::Definition { context: number, kind, apn })
                }
            };
            out.info(&Line::Info(info));
        }
    }
}

/// The address that the network gives a context.
pub(super) fn address(number: u8) -> String {
    format!("10.7.157.{number}")
}

impl Module {
    pub(crate) fn pdp_command(&mut self, command: &PdpCommand<'_>) -> Outcome {
        let family = &self.config.family.pdp;
        let (PdpCommand::Set { context, .. }
        | PdpCommand::Show(context)
        | PdpCommand::Activate(context)
        | PdpCommand::Deactivate(context)
        | PdpCommand::Dns { context, .. }) = command;
        if !family.contexts.value.takes(0, (*context).into()) {
            return Err(Refusal::Error);
        }
        match command {
            PdpCommand::Set { settings, .. }
                if settings.auth.is_some_and(|auth| !family.auth.value.takes(0, auth.number().into())) =>
            {
                return Err(Refusal::Error);
            }
            PdpCommand::Set { context, settings } => return self.pdp.set(*context, settings),
            PdpCommand::Show(context) => self.pdp.show(*context, &mut self.out),
            PdpCommand::Activate(context) => return self.activate(*context),
            PdpCommand::Deactivate(context) => self.deactivate(*context),
            PdpCommand::Dns { context, servers } => {
                let (primary, secondary) = servers.unzip();
                let secondary = secondary.flatten().map(Text::as_bytes);
                self.pdp.dns(*context, primary.map(Text::as_bytes), secondary, &mut self.out);
            }
        }
        Ok(Answer::Ok)
    }

    pub(crate) fn activate(&mut self, context: u8) -> Outcome {
        let attached = self.is_attached();
        let Config { trouble, family, .. } = &self.config;
        self.pdp.activate(context, attached, trouble.no_context, &family.pdp)
    }

    pub(crate) fn deactivate(&mut self, context: u8) {
        self.pdp.deactivate(context);
        self.cure(Cure::Context);
        if self.ftp.uses(context) {
            self.lose_network();
        }
    }

    /// Detached: every context goes.
    pub(crate) fn drop_contexts(&mut self) {
        for context in limits::CONTEXT_ID {
            if self.pdp.is_active(context) {
                self.deactivate(context);
            }
        }
    }
}
