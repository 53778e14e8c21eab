//! Login: the settings of `AT+QFTPCFG`, then `AT+QFTPOPEN`.

use super::work::{End, Next, Work};
use crate::session::account::Account;
use crate::session::command::HostCommand;
use crate::session::exchange::Reply;
use crate::session::ssl_context::KeptTls;
use crate::wire::{DataAddress, SslType};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenStep {
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
    Ssl(u8),
    DataAddress,
    Open,
}

impl OpenStep {
    /// The command of a step; a step that this login does not need gives way to the next.
    pub(crate) fn command(&mut self, account: &mut Account) -> HostCommand {
        loop {
            *self = match self {
                Self::Close => return HostCommand::Close,
                Self::Context => return HostCommand::ContextId,
                Self::Account => return HostCommand::Account,
                Self::FileType => return HostCommand::FileType,
                Self::TransMode => return HostCommand::TransMode,
                Self::RspTimeout => return HostCommand::RspTimeout,
                Self::SslType => return HostCommand::SslType,
                Self::SslContext => return HostCommand::SslContext,
                Self::Ssl(nth) => match account.tls.command(*nth) {
                    Some(command) => return command,
                    None if *nth < KeptTls::SETTINGS => Self::Ssl(nth.wrapping_add(1)),
                    None => Self::DataAddress,
                },
                Self::DataAddress if account.data_address.is_some() => return HostCommand::DataAddress,
                Self::DataAddress => Self::Open,
                Self::Open => return HostCommand::Open,
            };
        }
    }

    pub(crate) fn next(self, reply: Reply, work: &mut Work<'_>) -> Next<Self> {
        let refused = reply == Reply::Refused;
        let tls = &mut work.account.tls;
        Next::Go(match self {
            // Whatever there was to close is closed, or was before.
            Self::Close if refused || reply == Reply::Failed => Self::Context,
            // A module without TLS has no such key, and plain is all that it speaks.
            Self::SslType if refused && tls.form == SslType::Plain => Self::DataAddress,
            // Newer firmware has another name for this key.
            Self::SslContext if refused && tls.spell_otherwise() => Self::SslContext,
            Self::Ssl(nth) if refused && tls.can_do_without(nth) => Self::Ssl(nth.wrapping_add(1)),
            // Some families take this address without its time.
            Self::DataAddress
                if refused
                    && matches!(work.account.data_address, Some(DataAddress::ControlThenGiven(Some(_)))) =>
            {
                work.account.data_address = Some(DataAddress::ControlThenGiven(None));
                Self::DataAddress
            }
            _ if !reply.is_success() => return Next::Fail,
            Self::Close => Self::Context,
            Self::Context => Self::Account,
            Self::Account => Self::FileType,
            Self::FileType => Self::TransMode,
            Self::TransMode => Self::RspTimeout,
            Self::RspTimeout => Self::SslType,
            Self::SslType if tls.is_plain() => Self::DataAddress,
            Self::SslType => Self::SslContext,
            Self::SslContext => Self::Ssl(0),
            Self::Ssl(nth) => Self::Ssl(nth.wrapping_add(1)),
            Self::DataAddress => Self::Open,
            Self::Open => return Next::Done(End::Nothing),
        })
    }
}
