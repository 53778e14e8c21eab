//! Downloads: straight through the port, or staged in a file of the module.

use super::commands::HostCommand;
use super::failure::{Cause, LineFault, Misuse};
use super::link::Outcome;
use super::options::{GetOptions, Via};
use super::receive::Receive;
use super::state::{End, Op, State};
use crate::Instant;
use crate::mutation::{Mutation, mutated};
use crate::wire::TransferType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GetStep {
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

impl State {
    /// `name` and, for a staged download or one of the module's own files, `local` are kept already.
    pub(super) fn begin_get(&mut self, now: Instant, options: &GetOptions) -> Result<(), Misuse> {
        self.transfer.get = *options;
        match (options.via, options.len) {
            (Via::Storage(_), _) => self.get_step(now, GetStep::Clear),
            (Via::Com, Some(0)) => {
                self.size = Some(0);
                self.finish(End::Number(0));
            }
            (Via::Com, Some(len)) => {
                self.size = Some(len);
                self.get_step(now, GetStep::Transfer);
            }
            // The size of a converted file is not the number of bytes that will come.
            (Via::Com, None) if self.account.transfer_type == TransferType::Ascii => {
                self.get_step(now, GetStep::Transfer);
            }
            (Via::Com, None) => self.get_step(now, GetStep::Size),
        }
        Ok(())
    }

    pub(super) fn get_step(&mut self, now: Instant, step: GetStep) {
        self.op = Op::Get(step);
        self.send(
            now,
            match step {
                GetStep::Size => HostCommand::Size,
                GetStep::Transfer => HostCommand::Get,
                GetStep::Fetch => HostCommand::Fetch,
                GetStep::Measure => HostCommand::Measure,
                GetStep::Pull => HostCommand::Download,
                GetStep::Clear | GetStep::Remove => HostCommand::Remove,
            },
        );
    }

    pub(super) fn get_advance(
        &mut self,
        now: Instant,
        step: GetStep,
        result: Result<Outcome, Cause>,
        receive: &Receive,
    ) {
        if !cfg!(feature = "staging") && !matches!(step, GetStep::Size | GetStep::Transfer) {
            return;
        }
        let next = match (step, result) {
            (GetStep::Size, Ok(Outcome::Number(size))) => match size.checked_sub(self.transfer.get.start) {
                None => {
                    let misuse = Misuse::StartBeyondEnd { start: self.transfer.get.start, size };
                    return self.fail(now, Cause::Misuse(misuse), receive);
                }
                Some(rest) => {
                    self.transfer.get.len = Some(rest);
                    self.size = Some(rest);
                    if rest == 0 {
                        return self.finish(End::Number(0));
                    }
                    GetStep::Transfer
                }
            },
            // A server without SIZE: the length in the URC is the judge.
            (GetStep::Size, Err(Cause::Ftp(error))) if matches!(error.reply.get(), 500 | 502 | 504) => {
                GetStep::Transfer
            }
            (GetStep::Transfer, result) => match Self::received(result, receive) {
                // Success without CONNECT, where there was something to come.
                Ok(0) if self.transfer.get.len.is_some_and(|len| len > 0) => {
                    let expected = self.transfer.get.len.unwrap_or(0);
                    return self.fail(now, Cause::Line(LineFault::Short { expected }), receive);
                }
                Ok(count) => return self.finish(End::Number(count)),
                Err(cause) => return self.fail(now, cause, receive),
            },
            (GetStep::Clear, Ok(_) | Err(Cause::Cme(_) | Cause::Refused)) => GetStep::Fetch,
            (GetStep::Fetch, Ok(Outcome::Number(count))) => {
                self.size = Some(count);
                self.transfer.get.len = Some(count);
                GetStep::Pull
            }
            (GetStep::Measure, Ok(Outcome::Number(size))) => {
                self.size = Some(size);
                self.transfer.get.len = Some(size);
                GetStep::Pull
            }
            (GetStep::Pull, Ok(Outcome::Moved { size, checksum })) => {
                if size != receive.delivered {
                    let fault = LineFault::Count { module: size, host: receive.delivered };
                    return self.fail(now, Cause::Line(fault), receive);
                }
                if let Some(expected) = self.transfer.get.len.filter(|len| *len != size) {
                    return self.fail(now, Cause::Line(LineFault::Short { expected }), receive);
                }
                if checksum != receive.checksum.value() && !mutated(Mutation::ChecksumIgnored) {
                    let fault = LineFault::Checksum { module: checksum, host: receive.checksum.value() };
                    return self.fail(now, Cause::Line(fault), receive);
                }
                if self.transfer.get.via == Via::Com {
                    return self.finish(End::Number(size));
                }
                GetStep::Remove
            }
            // The data is here and proven; a file that will not go is no reason to doubt it.
            (GetStep::Remove, _) => return self.finish(End::Number(receive.delivered)),
            (_, Err(cause)) => return self.fail(now, cause, receive),
            (_, Ok(_)) => return self.fail(now, Cause::Line(LineFault::Desync), receive),
        };
        self.get_step(now, next);
    }
}
