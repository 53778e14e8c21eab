//! The module of a command: its port, opened, and a client on it.

use qftp_core::session::{Apn, Cause, Config, LineFault, Login, Setup, TlsGaps, Via};
use qftp_core::wire::{PdpAuth, PdpType, Storage, TransMode, TransferType, UrcPort};
use qftp_core::{Secret, limits};
use qftp_transport::{Cancel, Client, Error, Flow, Port, Settings, Tap, open};

use crate::bar::Bar;
use crate::config::ApnLogin;
use crate::exit::{Code, Problem};
use crate::interrupt;
use crate::journal::Journal;
use crate::options::{FlowArg, Options, UrcPortArg, ViaArg};
use crate::output::{Output, say};
use crate::password;
use crate::record::Taps;
use crate::standing::{self, Follower};
use crate::state;
use crate::tls::{Ftps, warn};
use crate::url::Url;

/// Everything a command needs besides its own arguments.
pub(crate) struct Context {
    pub(crate) options: Options,
    pub(crate) apn_login: ApnLogin,
    pub(crate) output: Output,
    pub(crate) cancel: Cancel,
    /// What its transfers do.
    pub(crate) journal: Journal,
    /// The module is an emulated one of this program: it is new, and has no access point name yet.
    pub(crate) own_module: bool,
}

/// The port that is an emulated module in this program.
pub(crate) const EMULATOR: &str = "emulator:";

/// Any port.
pub(crate) type AnyPort = Box<dyn Port + Send>;

/// A client on any port.
pub(crate) type AnyClient = Client<AnyPort>;

/// Who logs in, and by which protection.
pub(crate) struct Account {
    user: String,
    password: String,
    pub(crate) ftps: Option<Ftps>,
}

impl Account {
    pub(crate) fn login<'a>(&'a self, context: &Context, url: &'a Url) -> Login<'a> {
        let options = &context.options;
        Login {
            port: url.port,
            user: Secret::new(&self.user),
            password: Secret::new(&self.password),
            transfer_type: if options.ascii { TransferType::Ascii } else { TransferType::Binary },
            trans_mode: if options.active { TransMode::Active } else { TransMode::Passive },
            tls: self.ftps.as_ref().map(Ftps::settings),
            ..Login::new(&url.host)
        }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// For what has to be compared with it, or masked.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Whether a text holds the password: anywhere, or as a word where it is so short that it is in many words.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let password = self.password.as_str();
        let is_word =
            || text.split(|c: char| c.is_whitespace() || ":@/'\"".contains(c)).any(|word| word == password);
        !password.is_empty() && if password.len() < 4 { is_word() } else { text.contains(password) }
    }

    /// An error in the words for the user; a 631 with what it may be.
    pub(crate) fn problem(&self, error: Error) -> Problem {
        match &self.ftps {
            Some(ftps) => ftps.explain(error),
            None => error.into(),
        }
    }
}

impl Context {
    /// A bar for a transfer.
    pub(crate) fn bar(&self, name: &str) -> Bar {
        Bar::new(self.output, self.journal.clone(), name)
    }

    /// The port that the options name, opened.
    pub(crate) fn port(&self) -> Result<AnyPort, Problem> {
        let address = self.options.port.as_deref().ok_or_else(no_port)?;
        Ok(match address {
            EMULATOR => Box::new(crate::emulate::Own::start(None)?),
            address => Box::new(open(address, &self.settings())?),
        })
    }

    /// A client on the port that the options name. Nothing is sent yet.
    pub(crate) fn client(&self) -> Result<AnyClient, Problem> {
        self.client_on(self.port()?)
    }

    /// A client on a port that is open already.
    pub(crate) fn client_on(&self, port: AnyPort) -> Result<AnyClient, Problem> {
        let taps = Taps::boxed(self.options.record.as_deref(), self.options.verbose, say)?;
        Ok(self.client_with(port, taps))
    }

    /// The same, with another tap than that of the options.
    pub(crate) fn client_with(&self, port: AnyPort, tap: Option<Box<dyn Tap>>) -> AnyClient {
        let rsptimeout_s = self.options.timeout.unwrap_or(limits::RSP_TIMEOUT_DEFAULT_S);
        // After Ctrl-C nobody waits for the server: the next command's set-up closes what is left.
        let config = Config { rsptimeout_s, reopen_after_abort: false, ..Config::default() };
        let mut client = Client::with_config(port, config);
        client.set_cancel(self.cancel.clone());
        // What an upload has lost on the line, a later run does not build upon.
        if let Some(folder) = state::folder() {
            client.remember_doubts(folder.join("uploads"));
        }
        client.set_tap(Some(Follower::boxed(tap)));
        client
    }

    /// Sets the module up and logs in to the server of the URL, in its folder. `folder` is as in the URL.
    pub(crate) fn login(
        &self,
        client: &mut AnyClient,
        url: &Url,
        folder: &str,
        account: &Account,
    ) -> Result<(), Problem> {
        self.set_up(client, true)?;
        if let Some(ftps) = &account.ftps {
            let pushed = client.push_certificates(&ftps.certificates());
            pushed
                .map_err(|error| Problem::from(error).about("bringing the certificates into the module"))?;
        }
        if let Err(error) = client.open(&account.login(self, url)) {
            let other = other_module(client, &error);
            return Err(other.unwrap_or_else(|| account.problem(error).about(&url.host)));
        }
        warn_of_gaps(client, account.ftps.as_ref());
        if !folder.is_empty() {
            client.cwd(folder).map_err(|error| Problem::from(error).about(folder))?;
        }
        Ok(())
    }

    /// Who logs in to the server of a URL, and how: all that can be wrong before a byte is sent.
    pub(crate) fn account(&self, url: &Url) -> Result<Account, Problem> {
        let ftps = Ftps::prepare(&self.options, url)?;
        let (user, password) = password::login(url)?;
        if let Some(ftps) = &ftps {
            ftps.warn();
        }
        Ok(Account { user, password, ftps })
    }

    /// Sets the module up for work on its own files alone.
    pub(crate) fn wake(&self, client: &mut AnyClient) -> Result<(), Problem> {
        self.set_up(client, false)
    }

    fn set_up(&self, client: &mut AnyClient, network: bool) -> Result<(), Problem> {
        client.setup(&self.setup(network)).map_err(|error| {
            if let Some(other) = other_module(client, &error) {
                return other;
            }
            let problem = Problem::from(error);
            // Which of several ports was the wrong one.
            match problem.code {
                Code::Port => problem.about(self.options.port.as_deref().unwrap_or_default()),
                _ => problem,
            }
        })
    }

    /// The road of transfers.
    pub(crate) fn via(&self) -> Via {
        match self.options.via {
            // `auto` is decided where the length is known.
            None | Some(ViaArg::Com | ViaArg::Auto) => Via::Com,
            Some(ViaArg::Ram) => Via::Storage(Storage::Ram),
            Some(ViaArg::Ufs) => Via::Storage(Storage::Ufs),
            Some(ViaArg::Sd) => Via::Storage(Storage::Sd),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        let default = Settings::default();
        let flow = match self.options.flow {
            None | Some(FlowArg::None) => Flow::None,
            Some(FlowArg::Rtscts) => Flow::RtsCts,
        };
        Settings { baud: self.options.baud.unwrap_or(default.baud), flow }
    }

    pub(crate) fn setup(&self, network: bool) -> Setup<'_> {
        let login = &self.apn_login;
        let apn = self.options.apn.as_deref().or(self.own_module.then_some("internet"));
        let apn = apn.map(|name| match login.user.is_empty() {
            true => Apn::new(name),
            false => Apn {
                name,
                login: Some((Secret::new(&login.user), Secret::new(&login.password))),
                auth: PdpAuth::Chap,
                kind: PdpType::V4,
            },
        });
        let urc_port = self.options.urc_port.map(|port| match port {
            UrcPortArg::Uart1 => UrcPort::Uart1,
            UrcPortArg::Usbat => UrcPort::UsbAt,
            UrcPortArg::Usbmodem => UrcPort::UsbModem,
        });
        Setup { context: self.options.context.unwrap_or(1), apn, urc_port, network }
    }

    /// Runs something on a server and logs out, whatever came of it.
    pub(crate) fn on_server<T>(
        &self,
        url: &Url,
        folder: &str,
        work: impl FnOnce(&mut AnyClient) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let account = self.account(url)?;
        let mut client = self.client()?;
        let result = self.login(&mut client, url, folder, &account).and_then(|()| work(&mut client));
        leave(&mut client);
        result
    }
}

/// Says which protections the module does not have.
pub(crate) fn warn_of_gaps(client: &AnyClient, ftps: Option<&Ftps>) {
    if ftps.is_some() && client.tls_gaps() != TlsGaps::default() {
        warn(&format!("this module's TLS has gaps: {}", client.tls_gaps()));
    }
}

/// The module does not know a command, or an outcome did not come in a form that is known.
fn is_strange(error: &Error) -> bool {
    let strange = |cause| matches!(cause, Cause::Refused | Cause::Line(LineFault::UrcSilent));
    error.failure().is_some_and(|failure| strange(failure.cause))
}

/// That this is a module which qftp does not speak to, where an error may come of that.
fn other_module(client: &mut AnyClient, error: &Error) -> Option<Problem> {
    // Where it says nothing more, the error itself has to do.
    let dialect = is_strange(error).then(|| client.dialect().ok().flatten()).flatten()?;
    let text = format!("this is {}: {}", dialect.who, dialect.speaks);
    Some(Problem::new(Code::Module, text).remedy(format!("what it would need: {}", dialect.needs)))
}

/// Ends the session and takes certificates away, those of an earlier run too, whatever came of the work.
pub(crate) fn leave(client: &mut AnyClient) {
    // What was cancelled has ended by now; this here is not it.
    let _ = client.cancel().take();
    let stands = client.is_open() || standing::session();
    if stands && !interrupt::hurried() {
        // What counts is the result, and a failure before this one has said more. What could not be closed the next set-up closes.
        let _ = client.hang_up();
    }
    // It has said what it left.
    let _ = tidy(client);
}

/// Takes the certificates out of the module's flash: our own, and what a run that was killed has left, which is said. An error is what has
/// left the module in a state in which nothing else can be asked.
pub(crate) fn tidy(client: &mut AnyClient) -> Result<(), Problem> {
    let ours = standing::certificates();
    if !client.is_set_up() && ours {
        // After what broke off in the middle; where it fails nothing below works, and that is said.
        let _ = client.setup(&Setup { network: false, ..Setup::default() });
    }
    let removed = if client.is_set_up() || ours { client.remove_certificates() } else { Ok(()) };
    match removed {
        Ok(()) => standing::without_certificates(),
        Err(error) if ours => {
            warn(&format!("certificates are still in the module ({error}); the next run removes them"));
        }
        Err(error) if !client.is_set_up() => return Err(error.into()),
        Err(error) => warn(&format!("whether certificates are in the module is not known ({error})")),
    }
    match client.stale_certificates() {
        0 => {}
        count => warn(&format!(
            "an earlier run was killed and had left certificates in the module's flash: {count} removed"
        )),
    }
    Ok(())
}

fn no_port() -> Problem {
    Problem::usage("no port: name the module's port by --port, QFTP_PORT or the configuration file")
        .remedy("try --port /dev/ttyUSB2, or --port emulator: for an emulated module")
}
