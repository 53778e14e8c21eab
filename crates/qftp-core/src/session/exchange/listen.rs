//! What a line of the module means to the exchange under way.

use super::said::{Meaning, Reply};
use super::{Exchange, Phase};
use crate::codes::CmeCode;
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::session::failure::{Cause, LineFault};
use crate::session::kept::Kept;
use crate::session::sim_state::SimState;
use crate::wire::{Answer, Args, Outcome, PinState, Verb, Word};

impl Exchange {
    /// What a line means to the exchange; a text that it has is kept in `text`.
    pub(crate) fn on_answer(&mut self, answer: &Answer<'_>, text: &mut Kept<{ limits::NAME }>) -> Meaning {
        self.heard = true;
        if self.phase == Phase::Idle || self.phase == Phase::Pause {
            self.spoke = true;
            return Meaning::Unsolicited;
        }
        match answer.word {
            Word::Ok => {
                self.accepted = true;
                self.ok = true;
                self.conclude()
            }
            Word::Error => self.refuse(Cause::Refused, Reply::Refused),
            Word::NoCarrier => self.refuse(Cause::NoCarrier, Reply::NoCarrier),
            Word::Cme => {
                let ftp = self.verb.is_some_and(Verb::is_ftp);
                let mut args = answer.args;
                let code = args.number().map(CmeCode::new);
                let code = code.or_else(|| CmeCode::from_text(answer.args.rest().trim_ascii(), ftp));
                self.refuse(code.map_or(Cause::Refused, Cause::Cme), Reply::Refused)
            }
            Word::Connect if self.phase == Phase::Answer && self.takes_data() => Meaning::Connect,
            Word::Own => match self.verb.and_then(Verb::urc) {
                Some(value) => match answer.outcome(value) {
                    Some(outcome) => self.on_outcome(outcome, text),
                    None => self.on_text(answer),
                },
                None => self.inform(*answer),
            },
            Word::Ready => {
                self.said.cause = Cause::Line(LineFault::Restarted);
                Meaning::End(Reply::Restarted)
            }
            Word::Text => self.on_text(answer),
            Word::Connect | Word::Urc | Word::State | Word::Close | Word::Other => Meaning::Unsolicited,
        }
    }

    /// What a line means that no table has.
    fn on_text(&self, answer: &Answer<'_>) -> Meaning {
        // Echo of the command, whole or garbled, is no news: it may hold a password.
        if answer.text.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"AT")) {
            return Meaning::Ours;
        }
        if self.phase == Phase::Answer { Meaning::Text } else { Meaning::Unsolicited }
    }

    const fn takes_data(&self) -> bool {
        matches!(
            self.verb,
            Some(
                Verb::QftpPut
                    | Verb::QftpGet
                    | Verb::QftpList
                    | Verb::QftpNlst
                    | Verb::QftpMlsd
                    | Verb::Qfupl
                    | Verb::Qfdwl
                    | Verb::Qfread
                    | Verb::Qfwrite
            )
        )
    }

    /// An error instead of OK. In data mode the URC that follows says more, if one follows.
    fn refuse(&mut self, cause: Cause, reply: Reply) -> Meaning {
        if self.failed {
            return Meaning::End(Reply::Failed);
        }
        self.said.cause = cause;
        Meaning::End(reply)
    }

    fn on_outcome(&mut self, outcome: Outcome<'_>, kept: &mut Kept<{ limits::NAME }>) -> Meaning {
        let reply = match outcome {
            Outcome::Done => Reply::Ok,
            Outcome::Text(text) => {
                kept.set(text);
                Reply::Text
            }
            Outcome::Number(number) => {
                self.said.number = number;
                Reply::Number
            }
            Outcome::Failed(error) if mutated(Mutation::OneNumber) => {
                self.said.number = error.reply.get().into();
                Reply::Number
            }
            Outcome::Failed(error) => {
                self.said.cause = Cause::Ftp(error);
                self.failed = true;
                // Where data mode was open, the result code may be missing when the outcome is a failure.
                self.accepted |= matches!(self.phase, Phase::Transmit | Phase::Trailer);
                return self.conclude();
            }
        };
        self.answer = Some(reply);
        self.conclude()
    }

    /// An information line of the command that is out.
    fn inform(&mut self, answer: Answer<'_>) -> Meaning {
        match self.information(answer.args) {
            Some((number, second, reply)) => {
                self.said.number = number;
                self.said.second = second;
                self.answer = Some(reply);
                Meaning::Info
            }
            None => Meaning::Info,
        }
    }

    /// Its numbers, where they are the answer.
    fn information(&mut self, mut args: Args<'_>) -> Option<(u64, u64, Reply)> {
        Some(match self.verb? {
            Verb::Cpin => {
                let words = args.remainder().unwrap_or_default();
                match PinState::from_name(words) {
                    Some(state) => (state.number().into(), 0, Reply::Number),
                    None => {
                        // A state of the SIM card that no table has: it is shown as it is.
                        self.said.cause = Cause::Sim(SimState::new(words));
                        (0, 0, Reply::Text)
                    }
                }
            }
            Verb::Qiact if args.number() == Some(self.context) => (args.number()?, 0, Reply::Number),
            Verb::Qigeterror => (args.number()?, 0, Reply::Number),
            _ if !cfg!(feature = "staging") => return None,
            Verb::Qflds => (args.number()?, args.number()?, Reply::Numbers),
            Verb::Qfupl | Verb::Qfdwl => (args.number()?, args.hex()?.into(), Reply::Numbers),
            Verb::Qfopen => {
                let handle = args.number()?;
                args.end()?;
                (handle, 0, Reply::Number)
            }
            Verb::Qfposition | Verb::Qfwrite => (args.number()?, 0, Reply::Number),
            Verb::Qflst if self.measures => {
                args.bytes()?;
                (args.number()?, 0, Reply::Number)
            }
            _ => return None,
        })
    }

    /// Both are needed, in whatever order: the result code, and of FTP commands the URC.
    fn conclude(&self) -> Meaning {
        match self.answer {
            _ if !self.accepted => Meaning::Ours,
            _ if self.failed => Meaning::End(Reply::Failed),
            Some(reply) => Meaning::End(reply),
            None if !self.wants_urc() || mutated(Mutation::OkIsTheOutcome) => Meaning::End(Reply::Ok),
            None => Meaning::Ours,
        }
    }
}
