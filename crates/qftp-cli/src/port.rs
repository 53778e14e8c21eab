//! The module of a command: its port, opened, and a client on it.

use std::sync::OnceLock;
use std::time::Duration;

use qftp_core::session::{Apn, Config, Login, Setup, TlsGaps, Via};
use qftp_core::wire::{PdpAuth, PdpType, Storage, TransMode, TransferType, UrcPort};
use qftp_core::{Secret, limits};
use qftp_transport::{Cancel, Client, Flow, Port, Settings, open};

use crate::args::{FlowArg, Options, UrcPortArg, ViaArg};
use crate::config::ApnLogin;
use crate::exit::{Code, Problem};
use crate::output::Output;
use crate::password;
use crate::record::Taps;
use crate::tls::{Ftps, warn};
use crate::url::Url;

/// Everything a command needs besides its own arguments.
pub(crate) struct Context {
    pub(crate) options: Options,
    pub(crate) apn_login: ApnLogin,
    pub(crate) output: Output,
    pub(crate) cancel: Cancel,
    /// The module is an emulated one of this program: it is new, and has no access point name yet.
    pub(crate) own_module: bool,
}

/// The port that is an emulated module in this program.
pub(crate) const EMULATOR: &str = "emulator:";

/// A client on any port.
pub(crate) type AnyClient = Client<Box<dyn Port + Send>>;

impl Context {
    /// A client on the port that the options name. Nothing is sent yet.
    pub(crate) fn client(&self) -> Result<AnyClient, Problem> {
        let address = self.options.port.as_deref().ok_or_else(no_port)?;
        let port: Box<dyn Port + Send> = match address {
            EMULATOR => Box::new(crate::emulate::Own::start(None)?),
            address => Box::new(open(address, &self.settings())?),
        };
        self.client_on(port)
    }

    /// A client on a port that is open already.
    pub(crate) fn client_on(&self, port: Box<dyn Port + Send>) -> Result<AnyClient, Problem> {
        let rsptimeout_s = self.options.timeout.unwrap_or(limits::RSP_TIMEOUT_DEFAULT_S);
        // After Ctrl-C nobody waits for the server: the next command's set-up closes what is left.
        let config = Config { rsptimeout_s, reopen_after_abort: false, ..Config::default() };
        let mut client = Client::with_config(port, config);
        client.set_cancel(self.cancel.clone());
        client.set_tap(Taps::boxed(self.options.record.as_deref(), self.options.verbose)?);
        Ok(client)
    }

    /// Sets the module up and logs in to the server of the URL, in its folder. `folder` is as in the URL.
    pub(crate) fn login(
        &self,
        client: &mut AnyClient,
        url: &Url,
        folder: &str,
        ftps: Option<&Ftps>,
    ) -> Result<(), Problem> {
        let (user, password) = password::login(url)?;
        self.set_up(client, true)?;
        if let Some(ftps) = ftps {
            let pushed = client.push_certificates(&ftps.certificates());
            pushed
                .map_err(|error| Problem::from(error).about("bringing the certificates into the module"))?;
        }
        let login = Login {
            port: url.port,
            user: Secret::new(&user),
            password: Secret::new(&password),
            transfer_type: if self.options.ascii { TransferType::Ascii } else { TransferType::Binary },
            trans_mode: if self.options.active { TransMode::Active } else { TransMode::Passive },
            tls: ftps.map(Ftps::settings),
            ..Login::new(&url.host)
        };
        client.open(&login).map_err(|error| {
            let problem = match ftps {
                Some(ftps) => ftps.explain(error),
                None => error.into(),
            };
            problem.about(&url.host)
        })?;
        if ftps.is_some() && client.tls_gaps() != TlsGaps::default() {
            warn(&format!("this module's TLS has gaps: {}", client.tls_gaps()));
        }
        if !folder.is_empty() {
            client.cwd(folder).map_err(|error| Problem::from(error).about(folder))?;
        }
        Ok(())
    }

    /// Sets the module up for work on its own files alone.
    pub(crate) fn wake(&self, client: &mut AnyClient) -> Result<(), Problem> {
        self.set_up(client, false)
    }

    fn set_up(&self, client: &mut AnyClient, network: bool) -> Result<(), Problem> {
        client.setup(&self.setup(network)).map_err(|error| {
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
            None | Some(ViaArg::Com) => Via::Com,
            Some(ViaArg::Ram) => Via::Storage(Storage::Ram),
            Some(ViaArg::Ufs) => Via::Storage(Storage::Ufs),
            Some(ViaArg::Sd) => Via::Storage(Storage::Sd),
        }
    }

    fn settings(&self) -> Settings {
        let default = Settings::default();
        let flow = match self.options.flow {
            None | Some(FlowArg::None) => Flow::None,
            Some(FlowArg::Rtscts) => Flow::RtsCts,
        };
        Settings { baud: self.options.baud.unwrap_or(default.baud), flow }
    }

    fn setup(&self, network: bool) -> Setup<'_> {
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
        let ftps = Ftps::prepare(&self.options, url)?;
        if let Some(ftps) = &ftps {
            ftps.warn();
        }
        let mut client = self.client()?;
        let result = self.login(&mut client, url, folder, ftps.as_ref()).and_then(|()| work(&mut client));
        if client.is_open() && client.is_set_up() {
            // What counts is the result; a close that fails takes nothing from it.
            let _ = client.close();
        }
        if ftps.is_some()
            && client.is_set_up()
            && let Err(error) = client.remove_certificates()
        {
            warn(&format!(
                "the certificates are still in the module ({error}); `qftp module rm` removes them"
            ));
        }
        result
    }
}

fn no_port() -> Problem {
    Problem::usage("no port: name the module's port by --port, QFTP_PORT or the configuration file")
        .remedy("try --port /dev/ttyUSB2, or --port emulator: for an emulated module")
}

/// The flag that Ctrl-C sets. A second Ctrl-C, when the first does not help, ends the program at once.
pub(crate) fn cancel_on_interrupt() -> Cancel {
    static CANCEL: OnceLock<Cancel> = OnceLock::new();
    let cancel = CANCEL.get_or_init(Cancel::new).clone();
    let handle = cancel.clone();
    // It fails only when a handler stands already.
    let _ = ctrlc::set_handler(move || {
        if handle.is_cancelled() {
            std::process::exit(130);
        }
        handle.cancel();
        std::thread::spawn(|| {
            std::thread::sleep(LAST);
            std::process::exit(130);
        });
    });
    cancel
}

/// How long the program may go on after Ctrl-C to bring the module in order.
const LAST: Duration = Duration::from_secs(10);
