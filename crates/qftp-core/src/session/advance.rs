//! The end of an exchange, or of its time, and what the operation's machine makes of it.

use super::exchange::{Phase, Reply, Synced};
use super::failure::{Cause, LineFault};
use super::operation::{End, Next, Op, RecoverStep, SetupStep, Work};
use super::state::{START_MS, State};
use crate::limits;
use crate::wire::Verb;

impl State {
    /// The time of the exchange, the pause or the data is up; `hold` has what is held back of the data.
    pub(crate) fn on_time(&mut self, hold: &[u8]) {
        let fault = self.exchange.silence();
        match self.exchange.phase {
            Phase::Idle => self.exchange.rest(),
            Phase::Pause => self.advance(Reply::Ok),
            Phase::Receive => self.silence_after_data(hold),
            Phase::Transmit => self.fault(LineFault::Stalled),
            // A module that takes a length of 0 for none still waits for the data of an empty file.
            Phase::Trailer if self.empty_upload => {
                self.empty_upload = false;
                self.exchange.press_escape(self.t());
            }
            Phase::Trailer if matches!(self.op, Op::Recover(_)) => {
                self.exchange.said.cause = Cause::Line(LineFault::NoAnswer);
                self.advance(Reply::Silent);
            }
            // It said OK to all of the data, and then not what came of it.
            Phase::Trailer if fault == LineFault::UrcSilent => self.fault(fault),
            // Bytes were lost and the module waits for more, or its end was lost.
            Phase::Trailer => self.fault(LineFault::Stalled),
            Phase::Answer => {
                self.may_be_in_data |= self.may_connect();
                self.exchange.said.cause = Cause::Line(fault);
                let accepted = fault == LineFault::UrcSilent;
                self.advance(if accepted { Reply::UrcSilent } else { Reply::Silent });
            }
        }
    }

    /// An exchange is over: what comes next?
    pub(crate) fn advance(&mut self, reply: Reply) {
        let mut reply = reply;
        if matches!(
            self.op,
            Op::Setup(SetupStep::Sync(_)) | Op::Recover(RecoverStep::Sync | RecoverStep::Escape)
        ) {
            reply = match self.sync.advance(&mut self.exchange, reply.is_success()) {
                Synced::NotYet => return,
                // A module that answers is out of data mode.
                Synced::InSync => {
                    self.may_be_in_data = false;
                    Reply::Ok
                }
                Synced::Never(fault) => {
                    self.exchange.said.cause = Cause::Line(fault);
                    Reply::Silent
                }
            };
        }
        let Self { account, transfer, receive, transmit, events, .. } = self;
        let mut work = Work {
            said: &mut self.exchange.said,
            account,
            transfer,
            receive,
            transmit,
            tell_size: &mut events.size,
        };
        let next = match self.op {
            Op::Idle => return self.exchange.stop(),
            Op::Single(shape) => work.single(shape, reply).of(|()| Op::Idle),
            Op::Setup(step) => step.next(reply, &mut work).of(Op::Setup),
            Op::Open(step) => step.next(reply, &mut work).of(Op::Open),
            Op::Cwd => work.cwd(reply).of(|()| Op::Cwd),
            Op::List if cfg!(feature = "listings") => {
                work.listed(reply, self.exchange.verb).of(|()| Op::List)
            }
            Op::Get(step) => step.next(reply, &mut work).of(Op::Get),
            Op::Put(step) => step.next(reply, &mut work).of(Op::Put),
            Op::FileRead if cfg!(feature = "staging") => work.file_read(reply).of(|()| Op::FileRead),
            Op::FileWrite if cfg!(feature = "staging") => work.file_written(reply).of(|()| Op::FileWrite),
            // Also where the module gave no answer to the command: it may restart all the same.
            Op::Restart if self.exchange.phase == Phase::Answer => {
                return self.exchange.pause(START_MS);
            }
            // No RDY: it may go to another port. Set-up will tell.
            Op::Restart => Next::Done(End::Nothing),
            Op::Recover(step) if cfg!(feature = "recovery") => step
                .next(
                    reply,
                    &mut work,
                    &self.recovery,
                    &mut self.failure,
                    self.config.reopen_after_abort,
                    self.logged_in,
                )
                .of(Op::Recover),
            // No session of such a build comes here.
            Op::List | Op::FileRead | Op::FileWrite | Op::Recover(_) => Next::Fail,
        };
        self.note(reply, next);
        match next {
            Next::Go(op) => self.go(op),
            Next::Done(end) => self.finish(end),
            Next::Fail => self.fail_as_said(),
            Next::Recovered(state) => self.finish_failed(state),
        }
    }

    /// What a step has shown of the module.
    fn note(&mut self, reply: Reply, next: Next<Op>) {
        let done = matches!(next, Next::Done(_));
        match self.op {
            Op::Setup(SetupStep::Guard) if !matches!(next, Next::Fail) => {
                let units =
                    if reply.is_refusal() { limits::GUARD_UNITS_DEFAULT } else { self.config.guard_units() };
                self.exchange.guard_ms = u16::from(units).saturating_mul(limits::GUARD_UNIT_MS);
                self.set_up |= done;
            }
            Op::Setup(SetupStep::Probe(_)) => self.no_state = reply.is_refusal(),
            Op::Setup(_) => self.set_up |= done,
            Op::Open(_) if done => {
                self.logged_in = true;
                self.in_doubt = false;
            }
            Op::Single(_) if done => {
                self.in_doubt &= !matches!(self.exchange.verb, Some(Verb::QftpOpen | Verb::QftpClose));
            }
            _ => {}
        }
    }
}
