//! Uploads: straight through the port, or staged in a file of the module.

use super::commands::HostCommand;
use super::failure::{Cause, LineFault};
use super::link::Outcome;
use super::options::{PutOptions, Via};
use super::receive::Receive;
use super::state::{End, Op, State};
use crate::Instant;
use crate::mutation::{Mutation, mutated};
use crate::wire::{TransferType, Verb};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PutStep {
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

impl State {
    /// `name` and `local` are kept already.
    pub(super) fn begin_put(&mut self, now: Instant, options: &PutOptions, step: PutStep) {
        self.transfer.put = *options;
        self.put_step(now, step);
    }

    fn put_step(&mut self, now: Instant, step: PutStep) {
        self.op = Op::Put(step);
        self.send(
            now,
            match step {
                PutStep::Transfer => HostCommand::Put,
                PutStep::Check => HostCommand::Size,
                PutStep::Stage | PutStep::Upload => HostCommand::Upload,
                PutStep::Push => HostCommand::Push,
                PutStep::Clear | PutStep::Remove => HostCommand::Remove,
            },
        );
    }

    pub(super) fn put_advance(
        &mut self,
        now: Instant,
        step: PutStep,
        result: Result<Outcome, Cause>,
        receive: &Receive,
    ) {
        let len = self.transfer.put.len;
        if !cfg!(feature = "staging") && !matches!(step, PutStep::Transfer | PutStep::Check) {
            return;
        }
        let next = match (step, result) {
            (PutStep::Transfer | PutStep::Push, Ok(Outcome::Number(count))) => {
                if count != len || (step == PutStep::Transfer && !self.transmit.is_complete()) {
                    let fault = match (count, self.transmit.is_complete()) {
                        (count, false) if count <= self.transmit.sent => LineFault::LeftDataMode,
                        (module, _) => LineFault::Count { module, host: self.transmit.sent },
                    };
                    return self.fail(now, Cause::Line(fault), receive);
                }
                match (step, self.transfer.put.start) {
                    (PutStep::Push, _) => PutStep::Remove,
                    // Converted line ends change the size.
                    (_, 1..) if self.transfer.put.last && self.account.transfer_type == TransferType::Binary => PutStep::Check,
                    _ => return self.finish(End::Number(len)),
                }
            }
            (PutStep::Check, Ok(Outcome::Number(size))) => {
                let whole = self.transfer.put.start.saturating_add(len);
                if size != whole {
                    let fault = LineFault::Count { module: size, host: whole };
                    return self.fail_as(now, Some(Verb::QftpPut), Cause::Line(fault), receive);
                }
                return self.finish(End::Number(len));
            }
            (PutStep::Check, Err(Cause::Ftp(error))) if matches!(error.reply.get(), 500 | 502 | 504) => {
                return self.finish(End::Number(len));
            }
            (PutStep::Clear, Ok(_) | Err(Cause::Cme(_) | Cause::Refused)) => PutStep::Stage,
            (PutStep::Stage | PutStep::Upload, Ok(Outcome::Moved { size, checksum })) => {
                if size != len || !self.transmit.is_complete() {
                    let fault = LineFault::Count { module: size, host: self.transmit.sent };
                    return self.fail(now, Cause::Line(fault), receive);
                }
                if checksum != self.transmit.checksum.value() && !mutated(Mutation::ChecksumIgnored) {
                    let fault =
                        LineFault::Checksum { module: checksum, host: self.transmit.checksum.value() };
                    return self.fail(now, Cause::Line(fault), receive);
                }
                match step {
                    PutStep::Stage => PutStep::Push,
                    _ => return self.finish(End::Number(len)),
                }
            }
            // The server has the file; one of the module's that will not go is no reason to doubt it.
            (PutStep::Remove, _) => return self.finish(End::Number(len)),
            (_, Err(cause)) => return self.fail(now, cause, receive),
            (_, Ok(_)) => return self.fail(now, Cause::Line(LineFault::Desync), receive),
        };
        self.put_step(now, next);
    }

    /// Which options go together.
    pub(super) const fn road_fits(options: &PutOptions) -> bool {
        matches!(options.via, Via::Com) || (options.start == 0 && options.last)
    }
}
