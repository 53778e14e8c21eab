//! Uploads: straight through the port, or staged in a file of the module.

use super::get::checksum_fault;
use super::work::{Next, Work};
use crate::session::command::HostCommand;
use crate::session::exchange::Reply;
use crate::session::failure::LineFault;
use crate::wire::{TransferType, Verb};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PutStep {
    /// `AT+QFTPPUT` through the port.
    Transfer,
    /// `AT+QFTPSIZE` after a file was written by several commands.
    Check,
    /// A leftover of an earlier upload goes.
    Clear,
    /// `AT+QFUPL` of a file that is to be sent on.
    Stage,
    /// `AT+QFUPL` of a file that stays.
    Upload,
    /// `AT+QFTPPUT` from a file of the module.
    Push,
    /// The staged file goes.
    Remove,
}

impl PutStep {
    pub(crate) const fn command(self) -> HostCommand {
        match self {
            Self::Transfer => HostCommand::Put,
            Self::Check => HostCommand::Size,
            Self::Stage | Self::Upload => HostCommand::Upload,
            Self::Push => HostCommand::Push,
            Self::Clear | Self::Remove => HostCommand::Remove,
        }
    }

    /// Whether its command opens data mode.
    pub(crate) const fn moves_data(self) -> bool {
        matches!(self, Self::Transfer | Self::Stage | Self::Upload)
    }

    pub(crate) fn next(self, reply: Reply, work: &mut Work<'_>) -> Next<Self> {
        let number = work.said.number;
        let (start, len, last) = (work.transfer.start, work.transfer.upload_len(), work.transfer.last);
        let is_complete = work.transmit.is_complete();
        Next::Go(match self {
            Self::Transfer | Self::Push if reply == Reply::Number => {
                if number != len || (self == Self::Transfer && !is_complete) {
                    let host = work.transmit.sent;
                    return work.fault(if !is_complete && number <= host {
                        LineFault::LeftDataMode
                    } else {
                        LineFault::Count { module: number, host }
                    });
                }
                // Converted line ends change the size.
                let is_binary = work.account.transfer_type == TransferType::Binary;
                match self {
                    Self::Push => Self::Remove,
                    _ if start > 0 && last && is_binary => Self::Check,
                    _ => return work.done_with(len),
                }
            }
            Self::Check if reply == Reply::Number => {
                let host = start.saturating_add(len);
                if number != host {
                    work.said.blamed = Some(Verb::QftpPut);
                    return work.fault(LineFault::Count { module: number, host });
                }
                return work.done_with(len);
            }
            Self::Check if work.is_unknown_to_server(reply) => return work.done_with(len),
            _ if !cfg!(feature = "staging") => return work.otherwise(reply),
            Self::Clear if reply.is_success() || reply == Reply::Refused => Self::Stage,
            Self::Stage | Self::Upload if reply == Reply::Numbers => {
                if number != len || !is_complete {
                    return work.fault(LineFault::Count { module: number, host: work.transmit.sent });
                }
                if let Some(fault) = checksum_fault(work.said.second, work.transmit.checksum.value()) {
                    return work.fault(fault);
                }
                if self == Self::Upload {
                    return work.done_with(len);
                }
                Self::Push
            }
            // The server has the file; one of the module's that will not go is no reason to doubt it.
            Self::Remove => return work.done_with(len),
            _ => return work.otherwise(reply),
        })
    }
}
