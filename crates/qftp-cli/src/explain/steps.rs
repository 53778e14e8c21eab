//! Events to the steps of a dialogue: exchanges, and what the module says unasked.

use std::collections::HashMap;
use std::time::Duration;

use qftp_core::codes::CmeCode;
use qftp_core::wire::{Cme, Command, FtpResult, Line, Urc, Verb};

use super::data;
use super::decoration::Way;
use super::dialect;
use super::exchange::{Code, Escape, Exchange, Outcome, operation};
use super::mask::masked;
use super::reading::{Event, What};

/// One step of a dialogue.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A command and what came of it.
    Exchange(Box<Exchange>),
    /// What a module says unasked.
    Unasked(Unasked),
}

/// A line that belongs to no command.
#[derive(Clone, Debug)]
pub(super) struct Unasked {
    pub(super) line: usize,
    pub(super) at: Option<Duration>,
    /// Masked.
    pub(super) text: String,
    /// What it means for a transfer.
    pub(super) event: Option<Happening>,
    /// The line of the command of this name, which is none of ours.
    pub(super) of: Option<usize>,
}

/// What may end a session without a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    /// The network dropped a PDP context.
    ContextLost,
    /// The module started.
    Restarted,
}
/// The dialogue that the events are.
pub(super) fn steps(events: &[Event]) -> Vec<Step> {
    let mut builder = Builder { gsm: dialect::is_of_gsm_modules(events), ..Builder::default() };
    let mut at = 0;
    while let Some(event) = events.get(at) {
        at += 1;
        match &event.what {
            What::Escape => builder.escape(events, at - 1),
            What::Data(count) => builder.data(*count),
            What::Line(_) => {
                let Some(text) = event.text() else { continue };
                if event.is_command() {
                    builder.command(event, text);
                } else if builder.answer(event, text) {
                    // Data mode.
                    let rest = events.get(at..).unwrap_or_default();
                    let verb = builder.current().and_then(|exchange| exchange.verb);
                    let announced = match Line::parse(text.as_bytes()) {
                        Line::Connect(count) => count.map(u64::from),
                        _ => None,
                    };
                    let data = data::behind(rest, verb, announced);
                    builder.data(announced.unwrap_or(data.bytes));
                    for inside in 0..data.events {
                        if rest.get(inside).is_some_and(|event| event.what == What::Escape) {
                            builder.escape(events, at + inside);
                        }
                    }
                    at += data.events;
                }
            }
        }
    }
    builder.steps
}

#[derive(Default)]
struct Builder {
    steps: Vec<Step>,
    /// Where the last command stands in the steps.
    last: Option<usize>,
    /// FTP commands whose outcome has not come.
    pending: HashMap<Verb, usize>,
    /// The last line was cut off within a secret.
    secret: bool,
    /// The FTP commands are not ours.
    gsm: bool,
    /// The lines of the last commands of others, by their names.
    foreign: HashMap<String, usize>,
}

impl Builder {
    fn exchange(&mut self, at: usize) -> Option<&mut Exchange> {
        match self.steps.get_mut(at) {
            Some(Step::Exchange(exchange)) => Some(exchange),
            _ => None,
        }
    }

    fn current(&mut self) -> Option<&mut Exchange> {
        self.exchange(self.last?)
    }

    fn command(&mut self, event: &Event, text: &str) {
        let exchange = Exchange::new(event, text, self.gsm);
        if let Some(last) = self.current() {
            // The echo of what was logged as it was sent.
            let unanswered = !last.accepted && last.outcome == Outcome::Unfinished && last.answers.is_empty();
            if unanswered && last.raw == exchange.raw && event.way != Some(Way::Sent) {
                return;
            }
            // To ask how a transfer stands is allowed while it runs.
            let asks = matches!(exchange.verb, Some(Verb::QftpLen | Verb::QftpStat));
            last.overtaken |= last.deferred && last.outcome == Outcome::Unfinished && !asks;
        }
        self.secret = masked(text) != text;
        let at = self.steps.len();
        if let Some(verb) = exchange.verb.filter(|_| exchange.deferred) {
            self.pending.insert(verb, at);
        }
        if exchange.is_foreign() {
            self.foreign.insert(name(text.get(2..).unwrap_or_default()), exchange.line);
        }
        self.last = Some(at);
        self.steps.push(Step::Exchange(Box::new(exchange)));
    }

    /// Takes a line of the module; whether data mode begins.
    fn answer(&mut self, event: &Event, text: &str) -> bool {
        let line = Line::parse(text.as_bytes());
        let at = event.at;
        match line {
            Line::Ftp(_) if self.gsm => self.unasked(event, text, None),
            Line::Ftp(result) => self.result(event, text, &result),
            Line::Urc(urc) => {
                let happening = match urc {
                    Urc::PdpDeactivated(_) => Some(Happening::ContextLost),
                    Urc::Ready | Urc::PoweredDown => Some(Happening::Restarted),
                    _ => None,
                };
                if happening == Some(Happening::Restarted) {
                    self.restarted(at);
                }
                self.unasked(event, text, happening);
            }
            Line::Connect(_) => {
                let Some(exchange) = self.current() else { return false };
                exchange.connected = true;
                exchange.answered = at;
                return true;
            }
            Line::Ok => {
                if let Some(exchange) = self.current() {
                    exchange.accepted = true;
                    exchange.answered = exchange.answered.or(at);
                    if !exchange.deferred && exchange.outcome == Outcome::Unfinished {
                        exchange.end(Outcome::Ok, at);
                    }
                }
            }
            Line::Error | Line::NoCarrier => self.refused(None, at),
            Line::Cme(cme) => {
                let ftp = self.current().is_some_and(|exchange| exchange.is_ftp());
                let code = match cme {
                    Cme::Code(code) => Some(code),
                    Cme::Text(text) => CmeCode::from_text(text, ftp),
                };
                let code = code.map(|code| code.as_ftp().filter(|_| ftp).map_or(Code::Cme(code), Code::Ftp));
                self.refused(code, at);
            }
            Line::Info(info) => self.information(event, text, Some(info.verb())),
            Line::Text(_) => self.information(event, text, None),
        }
        self.secret &= matches!(line, Line::Text(_));
        false
    }

    fn result(&mut self, event: &Event, text: &str, result: &FtpResult<'_>) {
        if let Some(exchange) = self.pending.remove(&result.verb).and_then(|at| self.exchange(at)) {
            exchange.result(result, event.at);
            return;
        }
        // The log begins in the middle, or the module says it twice.
        if self.last.is_some() {
            self.unasked(event, text, None);
            return;
        }
        let mut exchange = Exchange::new(event, "", self.gsm);
        exchange.verb = Some(result.verb);
        exchange.operation = operation(&Ok(Command::Execute(result.verb))).unwrap_or_default();
        exchange.result(result, None);
        exchange.begun = None;
        self.steps.push(Step::Exchange(Box::new(exchange)));
    }

    fn refused(&mut self, code: Option<Code>, at: Option<Duration>) {
        if let Some(exchange) = self.current().filter(|exchange| exchange.outcome == Outcome::Unfinished) {
            exchange.fail(code, at);
            // A transfer that broke in data mode has its reason still to come.
            let verb = exchange.verb.filter(|_| !exchange.connected);
            if let Some(verb) = verb {
                self.pending.remove(&verb);
            }
        }
    }

    /// What was under way has no outcome any more.
    fn restarted(&mut self, at: Option<Duration>) {
        let pending: Vec<usize> = self.pending.drain().map(|(_, at)| at).chain(self.last).collect();
        for place in pending {
            if let Some(exchange) =
                self.exchange(place).filter(|exchange| exchange.outcome == Outcome::Unfinished)
            {
                exchange.restarted = true;
                exchange.fail(None, at);
            }
        }
    }

    fn information(&mut self, event: &Event, text: &str, verb: Option<Verb>) {
        let secret = self.secret && text.contains([',', '"']);
        let shown = if secret { "***".to_owned() } else { masked(text) };
        let Some(exchange) = self.current() else {
            if text.starts_with('+') {
                self.unasked(event, text, None);
            }
            return;
        };
        let ended = exchange.outcome != Outcome::Unfinished || exchange.accepted;
        if verb.is_some() && verb != exchange.verb || ended {
            // Prose between the steps is nobody's answer.
            if text.starts_with('+') {
                self.unasked(event, text, None);
            }
            return;
        }
        let told = shown
            .split_once(": ")
            .filter(|(name, _)| name.starts_with('+'))
            .map_or(&*shown, |(_, rest)| rest);
        if matches!(verb, Some(Verb::Qfupl | Verb::Qfdwl | Verb::Qfwrite)) {
            exchange.bytes =
                told.split(',').next().and_then(|count| count.trim().parse().ok()).or(exchange.bytes);
        }
        if exchange.value.is_none() {
            exchange.value = Some(told.trim().into());
        }
        exchange.answers.push(shown);
    }

    fn unasked(&mut self, event: &Event, text: &str, happening: Option<Happening>) {
        self.steps.push(Step::Unasked(Unasked {
            line: event.line,
            at: event.at,
            text: masked(text),
            event: happening,
            of: self.foreign.get(&name(text)).copied(),
        }));
    }

    fn data(&mut self, count: u64) {
        if let Some(exchange) = self.current().filter(|_| count > 0) {
            exchange.bytes = Some(exchange.bytes.unwrap_or(0).saturating_add(count));
        }
    }

    fn escape(&mut self, events: &[Event], at: usize) {
        let time = events.get(at).and_then(|event| event.at);
        let before = at.checked_sub(1).and_then(|at| events.get(at)).and_then(|event| event.at);
        // What the module says after it is no part of the silence.
        let next = events.get(at + 1).filter(|event| event.way == Some(Way::Sent));
        let after = next.and_then(|event| event.at);
        let silence = |from: Option<Duration>, to: Option<Duration>| to?.checked_sub(from?);
        let escape = Escape { before: silence(before, time), after: silence(time, after) };
        if let Some(exchange) = self.current() {
            exchange.escape = Some(escape);
        }
    }
}

/// What a command, without its `AT`, and its answers begin with.
fn name(text: &str) -> String {
    text.trim().split(['=', '?', ':', ' ']).next().unwrap_or_default().to_ascii_uppercase()
}
