//! Downloads: straight through the port, or staged in a file of the module.

use super::work::{Next, Work};
use crate::mutation::{Mutation, mutated};
use crate::session::command::HostCommand;
use crate::session::exchange::Reply;
use crate::session::failure::{Cause, LineFault};
use crate::session::misuse::Misuse;
use crate::session::options::Via;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GetStep {
    /// `AT+QFTPSIZE`.
    Size,
    /// `AT+QFTPGET` through the port.
    Transfer,
    /// A leftover of an earlier download goes.
    Clear,
    /// `AT+QFTPGET` into a file of the module.
    Fetch,
    /// `AT+QFLST`: the length of a file of the module.
    Measure,
    /// `AT+QFDWL`.
    Pull,
    /// The staged file goes.
    Remove,
}

impl GetStep {
    pub(crate) const fn command(self) -> HostCommand {
        match self {
            Self::Size => HostCommand::Size,
            Self::Transfer => HostCommand::Get,
            Self::Fetch => HostCommand::Fetch,
            Self::Measure => HostCommand::Measure,
            Self::Pull => HostCommand::Download,
            Self::Clear | Self::Remove => HostCommand::Remove,
        }
    }

    /// Whether its command opens data mode.
    pub(crate) const fn moves_data(self) -> bool {
        matches!(self, Self::Transfer | Self::Pull)
    }

    pub(crate) fn next(self, reply: Reply, work: &mut Work<'_>) -> Next<Self> {
        let number = work.said.number;
        Next::Go(match self {
            Self::Size if reply == Reply::Number => {
                let start = work.transfer.start;
                let Some(rest) = number.checked_sub(start) else {
                    return work.fail(Cause::Misuse(Misuse::StartBeyondEnd { start, size: number }));
                };
                work.expect(rest);
                if rest == 0 {
                    return work.done_with(0);
                }
                Self::Transfer
            }
            // A server without SIZE: the length in the URC is the judge.
            Self::Size if work.is_unknown_to_server(reply) => Self::Transfer,
            Self::Transfer => {
                return match (work.received(reply), work.transfer.len) {
                    (None, _) => Next::Fail,
                    // Success without CONNECT, where there was something to come.
                    (Some(0), Some(expected @ 1..)) => work.fault(LineFault::Short { expected }),
                    (Some(count), _) => work.done_with(count),
                };
            }
            _ if !cfg!(feature = "staging") => return work.otherwise(reply),
            Self::Clear if reply.is_success() || reply == Reply::Refused => Self::Fetch,
            Self::Fetch | Self::Measure if reply == Reply::Number => {
                work.expect(number);
                Self::Pull
            }
            Self::Pull if reply == Reply::Numbers => match work.pulled() {
                Some(fault) => return work.fault(fault),
                None if work.transfer.via == Via::Com => return work.done_with(number),
                None => Self::Remove,
            },
            // The data is here and proven; a file that will not go is no reason to doubt it.
            Self::Remove => return work.done_with(work.receive.delivered),
            _ => return work.otherwise(reply),
        })
    }
}

impl Work<'_> {
    /// So many bytes will come.
    fn expect(&mut self, len: u64) {
        self.transfer.len = Some(len);
        *self.tell_size = true;
    }

    /// How many bytes came, where the module's count of a download agrees with ours.
    pub(crate) fn received(&mut self, reply: Reply) -> Option<u64> {
        let module = self.said.number;
        let host = self.receive.delivered;
        let expected = self.receive.expected.unwrap_or(host);
        let fault = match reply {
            Reply::Number if mutated(Mutation::CountIgnored) => return Some(host),
            Reply::Number if module == host && host == expected => return Some(host),
            Reply::Number if module == host => LineFault::Short { expected },
            Reply::Number => LineFault::Count { module, host },
            _ if !reply.is_success() => return None,
            _ => LineFault::Desync,
        };
        self.said.cause = Cause::Line(fault);
        None
    }

    /// What is wrong with a file that came out of the module.
    fn pulled(&self) -> Option<LineFault> {
        let (size, checksum) = (self.said.number, self.said.second);
        let (delivered, sum) = (self.receive.delivered, self.receive.checksum.value());
        if size != delivered {
            return Some(LineFault::Count { module: size, host: delivered });
        }
        if let Some(expected) = self.transfer.len.filter(|len| *len != size) {
            return Some(LineFault::Short { expected });
        }
        checksum_fault(checksum, sum)
    }
}

/// Whether the module's checksum is another than ours.
pub(super) fn checksum_fault(module: u64, host: u16) -> Option<LineFault> {
    if module == host.into() || mutated(Mutation::ChecksumIgnored) {
        return None;
    }
    Some(LineFault::Checksum { module: u16::try_from(module).unwrap_or(u16::MAX), host })
}
