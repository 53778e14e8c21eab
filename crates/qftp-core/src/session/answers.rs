//! What a line of the module leads to.

use super::event::Event;
use super::exchange::{Meaning, Phase, tick};
use super::failure::LineFault;
use super::operation::{End, GetStep, Op, PutStep};
use super::state::State;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Answer, Line, Verb, Word};

impl State {
    /// A line has come. The answer says whether it is to be told as information, as a URC, or not at all.
    pub(crate) fn on_answer(&mut self, answer: &Answer<'_>) -> Option<Told> {
        let meaning = self.exchange.on_answer(answer, &mut self.transfer.name);
        if matches!(self.op, Op::Recover(_) | Op::Restart)
            && let Some(told) = self.follow_aside(answer, meaning)
        {
            return told;
        }
        match meaning {
            Meaning::Ours => {
                if self.exchange.phase == Phase::Transmit && !mutated(Mutation::SendsOn) {
                    // The module has left data mode: not one byte more.
                    self.exchange.await_trailer(self.t());
                }
                None
            }
            Meaning::Info | Meaning::Text if matches!(self.op, Op::Single(_)) => Some(Told::Info),
            Meaning::Info => None,
            // The `A` of a last full block.
            Meaning::Text if self.transmit.acks.is_some() && answer.text == b"A" => None,
            Meaning::Text => Some(Told::Urc),
            Meaning::Unsolicited => {
                if answer.word == Word::Ready {
                    self.forget_setup();
                }
                Some(Told::Urc)
            }
            Meaning::Connect => {
                let mut args = answer.args;
                self.connect(args.number());
                None
            }
            Meaning::End(reply) => {
                self.advance(reply);
                None
            }
        }
    }

    /// What a line means while the module restarts, or while what a failure has left is drained; `None` where it is as everywhere.
    #[cold]
    fn follow_aside(&mut self, answer: &Answer<'_>, meaning: Meaning) -> Option<Option<Told>> {
        let word = answer.word;
        let ready = word == Word::Ready;
        match (self.op, meaning) {
            (Op::Restart, _) if ready => {
                self.finish(End::Nothing);
                Some(Some(Told::Urc))
            }
            (Op::Recover(_), _) if !cfg!(feature = "recovery") => None,
            (Op::Recover(_), Meaning::Connect) => {
                // The command that was broken off has its CONNECT now: the silence before the escape begins with data mode.
                self.exchange.touch();
                self.leave_data_mode();
                Some(None)
            }
            (Op::Recover(step), _) if ready && self.note_ready(step) => Some(Some(Told::Urc)),
            // What is drained off the line is the rest of the data, its end, or a real URC.
            (Op::Recover(_), Meaning::Unsolicited | Meaning::Info | Meaning::Text) => {
                Some((ready || word == Word::Urc).then_some(Told::Urc))
            }
            _ => None,
        }
    }

    fn connect(&mut self, len: Option<u64>) {
        let t = self.t();
        let Some(verb) = self.exchange.verb else { return };
        self.skip_lf = true;
        let expected = match self.op {
            Op::Get(GetStep::Transfer | GetStep::Pull) => self.transfer.len,
            Op::List => None,
            // No session of such a build comes here.
            Op::FileRead | Op::FileWrite if !cfg!(feature = "staging") => return,
            // It says how much comes (CONNECT <n>), and that is at most what was asked for: the caller may have room for no more.
            Op::FileRead if len.is_none() || len > self.transfer.len => {
                return self.fault(LineFault::Desync);
            }
            Op::FileRead => len,
            Op::Put(PutStep::Transfer | PutStep::Stage | PutStep::Upload) | Op::FileWrite => {
                let ack = verb == Verb::Qfupl && !mutated(Mutation::NoAcknowledge);
                self.transmit.begin(self.transfer.upload_len(), ack, tick(self.exchange.clock));
                if self.transfer.upload_len() == 0 {
                    self.empty_upload = true;
                    self.exchange.await_trailer(0);
                } else {
                    self.exchange.await_data(Phase::Transmit, t);
                }
                return;
            }
            // Data mode of a command that moves a file within the module.
            _ => return self.fault(LineFault::Desync),
        };
        self.receive.begin(verb, self.exchange.own, expected);
        self.exchange.await_data(Phase::Receive, t);
        // Nothing is held back yet.
        self.after_data(b"");
    }
}

/// How a line is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// As information.
    Info,
    /// As a URC.
    Urc,
}

impl Told {
    pub(crate) const fn event(self, line: Line<'_>) -> Event<'_> {
        match self {
            Self::Info => Event::Info(line),
            Self::Urc => Event::Urc(line),
        }
    }
}
