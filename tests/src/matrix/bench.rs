//! A server, a module and a host, for one combination.

use qftp_core::session::{Cause, Login, Misuse, Tls};
use qftp_core::wire::{FtpSetting, SslType, SslVersion, TransMode, TransferType};
use qftp_transport::Error;

use super::{Combination, Operation};
use crate::host::{CA, Host, login};
use crate::servers::{Form, Kind, Options, Server, Version};

pub(super) struct Bench {
    pub(super) host: Host,
    pub(super) server: Server,
    combination: Combination,
    logged_in: Option<TransferType>,
}

/// Logs in and tries every operation.
pub(super) fn run(combination: Combination) -> Result<Vec<(Operation, String)>, String> {
    let mut bench = Bench::new(combination);
    if combination.form != Form::Plain && combination.mode == TransMode::Active {
        return Err(bench.active_ftps());
    }
    bench.log_in(TransferType::Binary)?;
    let answers = Operation::ALL.map(|operation| (operation, operation.attempt(&mut bench)));
    bench.host.client.close().map_err(answer)?;
    Ok(answers.into())
}

impl Bench {
    fn new(combination: Combination) -> Self {
        let server = server(combination).start();
        let mut host = Host::new();
        if combination.form != Form::Plain {
            host.push_authority();
        }
        Self { host, server, combination, logged_in: None }
    }

    /// Logs in so that transfers are of this type, unless they are.
    pub(super) fn log_in(&mut self, transfer_type: TransferType) -> Result<(), String> {
        if self.logged_in == Some(transfer_type) {
            return Ok(());
        }
        if self.logged_in.take().is_some() {
            self.host.client.close().map_err(answer)?;
        }
        self.host.client.open(&self.login(transfer_type)).map_err(answer)?;
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
            transfer_type,
            trans_mode: self.combination.mode,
            tls: version.map(|version| Tls { implicit, version, ..Tls::new(CA) }),
            ..login(self.server.port())
        }
    }

    /// FTPS in active mode is refused by the host before anything is sent, and by the module as well: that is the answer.
    fn active_ftps(&mut self) -> String {
        match self.host.client.open(&self.login(TransferType::Binary)) {
            Err(Error::Misuse(Misuse::ActiveFtps)) => {}
            other => return format!("not refused by the host: {other:?}"),
        }
        let form =
            if self.combination.form == Form::Implicit { SslType::Implicit } else { SslType::Explicit };
        let settings = [FtpSetting::TransMode(TransMode::Active), FtpSetting::SslType(form)];
        let opened = self.host.open_by_hand(&settings, self.server.port());
        opened.map_or_else(answer, |()| "not refused by the module".to_owned())
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
