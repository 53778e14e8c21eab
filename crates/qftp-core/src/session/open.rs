//! Login: the settings of `AT+QFTPCFG`, then `AT+QFTPOPEN`.

use super::commands::HostCommand;
use super::failure::{Cause, Misuse};
use super::link::{Outcome, MARGIN_MS};
use super::options::Login;
use super::receive::Receive;
use super::ssl_context::KeptTls;
use super::state::{End, Op, State};

use crate::Instant;
use crate::limits;
use crate::wire::SslType;

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
        self.account.take_login(login)?;
        self.logged_in = false;
        self.open_step(now, if self.in_doubt { OpenStep::Close } else { OpenStep::Context });
        Ok(())
    }

    /// `AT+QFTPOPEN` with what is kept.
    pub(super) fn send_open(&mut self, now: Instant) {
        self.send_within(now, HostCommand::Open, limits::OPEN_MS.saturating_add(MARGIN_MS));
    }

    fn open_step(&mut self, now: Instant, step: OpenStep) {
        let mut step = step;
        // Settings that this login does not need are passed over.
        let command = loop {
            break match step {
                OpenStep::Close => HostCommand::Close,
                OpenStep::Context => HostCommand::ContextId,
                OpenStep::Account => HostCommand::Account,
                OpenStep::FileType => HostCommand::FileType,
                OpenStep::TransMode => HostCommand::TransMode,
                OpenStep::RspTimeout => HostCommand::RspTimeout,
                OpenStep::SslType => HostCommand::SslType,
                OpenStep::SslContext => HostCommand::SslContext,
                OpenStep::Ssl(nth) => match self.account.tls.command(nth) {
                    Some(command) => command,
                    None if nth < KeptTls::SETTINGS => {
                        step = OpenStep::Ssl(nth.saturating_add(1));
                        continue;
                    }
                    None => {
                        step = OpenStep::DataAddress;
                        continue;
                    }
                },
                OpenStep::DataAddress if self.account.data_address.is_some() => HostCommand::DataAddress,
                OpenStep::DataAddress => {
                    step = OpenStep::Open;
                    continue;
                }
                OpenStep::Open => HostCommand::Open,
            };
        };
        self.op = Op::Open(step);
        self.send(now, command);
    }

    pub(super) fn open_advance(
        &mut self,
        now: Instant,
        step: OpenStep,
        result: Result<Outcome, Cause>,
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
            (OpenStep::SslType, Err(Cause::Cme(_) | Cause::Refused)) if self.account.tls.form == SslType::Plain => {
                OpenStep::DataAddress
            }
            // Newer firmware has another name for this key.
            (OpenStep::SslContext, Err(Cause::Cme(_) | Cause::Refused)) if self.account.tls.spell_otherwise() => {
                OpenStep::SslContext
            }
            (OpenStep::Ssl(nth), Err(Cause::Cme(_) | Cause::Refused)) if self.account.tls.can_do_without(nth) => {
                OpenStep::Ssl(nth.saturating_add(1))
            }
            (_, Err(cause)) => return self.fail(now, cause, receive),
            (OpenStep::Context, Ok(_)) => OpenStep::Account,
            (OpenStep::Account, Ok(_)) => OpenStep::FileType,
            (OpenStep::FileType, Ok(_)) => OpenStep::TransMode,
            (OpenStep::TransMode, Ok(_)) => OpenStep::RspTimeout,
            (OpenStep::RspTimeout, Ok(_)) => OpenStep::SslType,
            (OpenStep::SslType, Ok(_)) if self.account.tls.is_plain() => OpenStep::DataAddress,
            (OpenStep::SslType, Ok(_)) => OpenStep::SslContext,
            (OpenStep::SslContext, Ok(_)) => OpenStep::Ssl(0),
            (OpenStep::Ssl(nth), Ok(_)) => OpenStep::Ssl(nth.saturating_add(1)),
            (OpenStep::DataAddress, Ok(_)) => OpenStep::Open,
        };
        self.open_step(now, next);
    }
}
