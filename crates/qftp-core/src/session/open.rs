//! Login: the settings of `AT+QFTPCFG`, then `AT+QFTPOPEN`.

use super::failure::{Cause, Field, Misuse};
use super::link::Answer;
use super::options::Login;
use super::receive::Receive;
use super::state::{End, Op, State};
use super::tls::KeptTls;
use crate::Instant;
use crate::limits;
use crate::wire::{
    Command, DataAddress, FileName, FtpCfg, FtpCommand, FtpSetting, SecretText, SslType, Verb,
};

#[derive(Clone, Copy, Debug)]
pub(super) enum OpenStep {
    /// What an earlier failure left is closed first.
    Close,
    Context,
    Account,
    FileType,
    TransMode,
    RspTimeout,
    SslType,
    /// Which SSL context, in the spelling that the firmware knows.
    SslContext,
    /// The n-th setting of the SSL context.
    Ssl(usize),
    DataAddress,
    Open,
}

impl State {
    pub(super) fn open(&mut self, now: Instant, login: &Login<'_>) -> Result<(), Misuse> {
        self.ready()?;
        let text = |text, field| FileName::new(text).map_err(|fault| Misuse::Name(field, fault));
        let host = text(login.host, Field::Host)?;
        if host.is_empty() {
            return Err(Misuse::Name(Field::Host, crate::wire::TextFault::Empty));
        }
        let user = text(login.user.expose(), Field::User)?;
        let password = text(login.password.expose(), Field::Password)?;
        if login.port == 0 {
            return Err(Misuse::Range(Field::Port));
        }
        self.host.set(host.as_bytes());
        self.user.set(user.as_bytes());
        self.password.set(password.as_bytes());
        self.port = login.port;
        self.transfer_type = login.transfer_type;
        self.trans_mode = login.trans_mode;
        self.data_address = login.data_address;
        self.tls.take(login.tls.as_ref(), login.trans_mode)?;
        self.logged_in = false;
        self.cwd.clear();
        self.cwd_known = true;
        self.open_step(now, if self.in_doubt { OpenStep::Close } else { OpenStep::Context });
        Ok(())
    }

    /// `AT+QFTPOPEN` with what is kept.
    pub(super) fn send_open(&mut self, now: Instant) {
        let command = Command::Ftp(FtpCommand::Open { host: self.host.text(), port: Some(self.port) });
        self.link.start_within(now, &command, limits::OPEN_MS.saturating_add(5_000));
    }

    fn open_step(&mut self, now: Instant, step: OpenStep) {
        self.op = Op::Open(step);
        let setting = match step {
            OpenStep::Close => return self.link.start(now, &Command::Execute(Verb::QftpClose), self.t()),
            OpenStep::Context => FtpSetting::ContextId(self.wanted.context),
            OpenStep::Account => FtpSetting::Account {
                user: SecretText::hide(self.user.text()),
                password: SecretText::hide(self.password.text()),
            },
            OpenStep::FileType => FtpSetting::FileType(self.transfer_type),
            OpenStep::TransMode => FtpSetting::TransMode(self.trans_mode),
            OpenStep::RspTimeout => FtpSetting::RspTimeout(self.config.rsptimeout_s),
            OpenStep::SslType => FtpSetting::SslType(self.tls.form),
            OpenStep::SslContext => FtpSetting::SslCtxId(self.tls.spelling, self.tls.context),
            OpenStep::Ssl(nth) => match self.tls.setting(nth) {
                Some(setting) => {
                    return self.link.start(now, &Command::Ssl(setting), self.t());
                }
                None if nth < KeptTls::SETTINGS => {
                    return self.open_step(now, OpenStep::Ssl(nth.saturating_add(1)));
                }
                None => return self.open_step(now, OpenStep::DataAddress),
            },
            OpenStep::DataAddress => match self.data_address {
                Some(address) => FtpSetting::DataAddress(address),
                None => return self.open_step(now, OpenStep::Open),
            },
            OpenStep::Open => return self.send_open(now),
        };
        self.link.start(now, &Command::Ftp(FtpCommand::Cfg(FtpCfg::Set(setting))), self.t());
    }

    pub(super) fn open_advance(
        &mut self,
        now: Instant,
        step: OpenStep,
        result: Result<Answer, Cause>,
        receive: &Receive,
    ) {
        let next = match (step, result) {
            (OpenStep::Open, Ok(_)) => {
                self.logged_in = true;
                self.in_doubt = false;
                return self.finish(End::Nothing);
            }
            // Whatever there was to close is closed, or was before.
            (OpenStep::Close, Ok(_) | Err(Cause::Ftp(_) | Cause::Cme(_) | Cause::Refused)) => {
                OpenStep::Context
            }
            // A module without TLS has no such key, and plain is all that it speaks.
            (OpenStep::SslType, Err(Cause::Cme(_) | Cause::Refused)) if self.tls.form == SslType::Plain => {
                OpenStep::DataAddress
            }
            // Newer firmware has another name for this key.
            (OpenStep::SslContext, Err(Cause::Cme(_) | Cause::Refused)) if self.tls.spell_otherwise() => {
                OpenStep::SslContext
            }
            (OpenStep::Ssl(nth), Err(Cause::Cme(_) | Cause::Refused)) if self.tls.can_do_without(nth) => {
                OpenStep::Ssl(nth.saturating_add(1))
            }
            // Some families take this address without its time.
            (OpenStep::DataAddress, Err(Cause::Cme(_) | Cause::Refused))
                if matches!(self.data_address, Some(DataAddress::ControlThenGiven(Some(_)))) =>
            {
                self.data_address = Some(DataAddress::ControlThenGiven(None));
                OpenStep::DataAddress
            }
            (_, Err(cause)) => return self.fail(now, cause, receive),
            (OpenStep::Context, Ok(_)) => OpenStep::Account,
            (OpenStep::Account, Ok(_)) => OpenStep::FileType,
            (OpenStep::FileType, Ok(_)) => OpenStep::TransMode,
            (OpenStep::TransMode, Ok(_)) => OpenStep::RspTimeout,
            (OpenStep::RspTimeout, Ok(_)) => OpenStep::SslType,
            (OpenStep::SslType, Ok(_)) if self.tls.is_plain() => OpenStep::DataAddress,
            (OpenStep::SslType, Ok(_)) => OpenStep::SslContext,
            (OpenStep::SslContext, Ok(_)) => OpenStep::Ssl(0),
            (OpenStep::Ssl(nth), Ok(_)) => OpenStep::Ssl(nth.saturating_add(1)),
            (OpenStep::DataAddress, Ok(_)) => OpenStep::Open,
        };
        self.open_step(now, next);
    }
}
