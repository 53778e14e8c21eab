//! When a download is over: by its length, or by the module's count and a question.

use super::command::HostCommand;
use super::event::Reason;
use super::exchange::{Held, MARGIN_MS, Question};
use super::failure::LineFault;
use super::state::State;
use crate::mutation::{Mutation, mutated};

/// How long the answer to the question after data may take, in milliseconds.
const QUESTION_MS: u32 = 2_000;

impl State {
    /// The timer of a download after a piece of it.
    pub(super) fn after_data(&mut self, hold: &[u8]) {
        if self.receive.is_complete() {
            self.check_end = true;
            self.exchange.await_trailer(self.t());
            return;
        }
        match self.receive.view(hold).verdict() {
            Held::Nothing | Held::Begun => {
                self.receive.question = Question::NotAsked;
                self.await_more();
            }
            Held::Proven { rest } => self.end_data(rest),
            // The time of the question is running, and what came may be a part of its answer.
            Held::Agrees { rest } if self.receive.was_asked(rest) => {}
            Held::Agrees { .. } => {
                self.receive.question = Question::NotAsked;
                self.exchange.wait(self.config.settle_ms, Reason::Quiet);
            }
            Held::Ended { .. } => {
                self.exchange.wait(self.config.quiet_ms, Reason::Quiet);
            }
        }
    }

    fn await_more(&mut self) {
        self.exchange.wait(self.t().wrapping_add(MARGIN_MS), Reason::DataGap);
    }

    /// The data is over: its last `rest` bytes are among those held back, and lines behind them.
    fn end_data(&mut self, rest: usize) {
        self.events.flush = rest;
        self.events.replay = true;
        self.exchange.await_trailer(0);
    }

    /// Silence has followed data of unknown length. `Agrees` is no proof of its end: data may hold the module's words with its own count in
    /// them, and a stall behind them looks like the end. A module that answers a question is out of data mode; in data mode it takes no
    /// command.
    pub(super) fn silence_after_data(&mut self, hold: &[u8]) {
        let held = self.receive.view(hold);
        match (held.verdict(), self.receive.question) {
            (Held::Ended { rest } | Held::Proven { rest }, _) => self.end_data(rest),
            (Held::Agrees { rest }, _) if mutated(Mutation::EndUnproven) => self.end_data(rest),
            (Held::Agrees { rest }, Question::NotAsked) => {
                self.receive.ask(rest);
                self.exchange.ask_aside(HostCommand::State);
                self.exchange.wait(QUESTION_MS, Reason::Response);
            }
            // A result code alone may be data behind a stall: that goes on within `T`.
            (Held::Agrees { .. }, Question::Asked(at)) if held.is_answered(self.no_state) => {
                self.receive.question = Question::Late(at);
                self.await_more();
            }
            // Nothing goes on, and the URC goes to another port.
            (Held::Agrees { rest }, Question::Late(_)) if held.is_answered(self.no_state) => {
                self.end_data(rest);
            }
            // It is in data mode, and there is a stall; or there is no module any more.
            (Held::Agrees { .. }, Question::Asked(at)) => {
                self.receive.question = Question::Unanswered(at);
                self.await_more();
            }
            (Held::Nothing | Held::Begun, _)
            | (Held::Agrees { .. }, Question::Unanswered(_) | Question::Late(_)) => {
                self.fault(LineFault::Stalled);
            }
        }
    }
}
