//! A server, a module and a host, for one combination.

use qftp_core::Secret;
use qftp_core::session::{Apn, Cause, Login, Misuse, Setup, Tls};
use qftp_core::wire::{
    Command, FtpCfg, FtpCommand, FtpSetting, SslType, SslVersion, TransMode, TransferType,
};
use qftp_emulator::{Config, Drives, Emulator};
use qftp_transport::{AnyPort, Client, Error, Settings, open};

use super::{Combination, Operation};
use crate::certificates::certificates;
use crate::servers::{Form, Kind, Options, PASSWORD, Server, USER, Version};

/// The authority's certificate on the module.
const CA: &str = "UFS:ca.pem";

pub(super) struct Bench {
    pub(super) client: Client<AnyPort>,
    pub(super) server: Server,
    combination: Combination,
    logged_in: Option<TransferType>,
    _module: Emulator,
}

/// Logs in and tries every operation.
pub(super) fn run(combination: Combination) -> Result<Vec<(Operation, String)>, String> {
    let mut bench = Bench::new(combination);
    if combination.form != Form::Plain && combination.mode == TransMode::Active {
        return Err(bench.active_ftps());
    }
    bench.log_in(TransferType::Binary)?;
    let answers = Operation::ALL.map(|operation| (operation, operation.attempt(&mut bench)));
    bench.client.close().map_err(answer)?;
    Ok(answers.into())
}

impl Bench {
    fn new(combination: Combination) -> Self {
        let server = server(combination).start();
        let config = Config::new(Drives::temporary().expect("a folder"));
        let module = Emulator::builder(config).on_pty(None).expect("a PTY");
        let path = module.path().expect("a PTY has a path").display().to_string();
        let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
        client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
        if combination.form != Form::Plain {
            let ca = &certificates().ca;
            client.upload(CA, ca.as_bytes(), ca.len().try_into().expect("small")).expect("room in UFS");
        }
        Self { client, server, combination, logged_in: None, _module: module }
    }

    /// Logs in so that transfers are of this type, unless they are.
    pub(super) fn log_in(&mut self, transfer_type: TransferType) -> Result<(), String> {
        if self.logged_in == Some(transfer_type) {
            return Ok(());
        }
        if self.logged_in.take().is_some() {
            self.client.close().map_err(answer)?;
        }
        self.client.open(&self.login(transfer_type)).map_err(answer)?;
        self.logged_in = Some(transfer_type);
        Ok(())
    }

    fn login(&self, transfer_type: TransferType) -> Login<'static> {
        let version = self.combination.version.map(|version| match version {
            Version::Tls10 => SslVersion::Tls1_0,
            Version::Tls12 => SslVersion::Tls1_2,
            // TLS 1.3 has no number of its own.
            Version::Tls13 => SslVersion::All,
        });
        let implicit = self.combination.form == Form::Implicit;
        Login {
            port: self.server.port(),
            user: Secret::new(USER),
            password: Secret::new(PASSWORD),
            transfer_type,
            trans_mode: self.combination.mode,
            tls: version.map(|version| Tls { implicit, version, ..Tls::new(CA) }),
            ..Login::new("127.0.0.1")
        }
    }

    /// FTPS in active mode is refused by the host before anything is sent, and by the module as well: that is the answer.
    fn active_ftps(&mut self) -> String {
        match self.client.open(&self.login(TransferType::Binary)) {
            Err(Error::Misuse(Misuse::ActiveFtps)) => {}
            other => return format!("not refused by the host: {other:?}"),
        }
        let form =
            if self.combination.form == Form::Implicit { SslType::Implicit } else { SslType::Explicit };
        for setting in [FtpSetting::TransMode(TransMode::Active), FtpSetting::SslType(form)] {
            let set = self.client.command(&Command::Ftp(FtpCommand::Cfg(FtpCfg::Set(setting))));
            if let Err(error) = set {
                return answer(error);
            }
        }
        let host = qftp_core::wire::FileName::new("127.0.0.1").expect("a name");
        let open = Command::Ftp(FtpCommand::Open { host, port: Some(self.server.port()) });
        self.client.command(&open).map_or_else(answer, |_| "not refused by the module".to_owned())
    }
}

/// The server that is asked. Where it cannot be what the combination wants, it is what it can be, and says so.
fn server(combination: Combination) -> Options<'static> {
    let Combination { kind, form, version, .. } = combination;
    let limited = kind == Kind::Pureftpd && form != Form::Plain;
    Options {
        form: if limited { Form::Explicit } else { form },
        version: version.filter(|version| !(limited && *version == Version::Tls10)),
        ..Options::plain(kind)
    }
}

/// An error as the page has it: the numbers that came over the line.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn answer(error: Error) -> String {
    match error.failure().map(|failure| failure.cause) {
        Some(Cause::Ftp(error)) => format!("{},{}", error.code.get(), error.reply.get()),
        Some(Cause::Cme(code)) => format!("+CME ERROR: {}", code.get()),
        Some(Cause::Refused) => "ERROR".to_owned(),
        _ => error.to_string(),
    }
}
