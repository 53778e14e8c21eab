//! One command on the line: its bytes, its answers, its time.

use super::commands::{HostCommand, Slots};
use super::event::Reason;
use super::failure::{Cause, LineFault};
use super::reader::Wanted;
use super::sim_state::SimState;
use crate::Instant;
use crate::codes::{CmeCode, TcpIpCode};
use crate::copy::copy;
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::wire::{self, Answer, Args, Command, FtpError, PinState, Verb, Word, Writer};

/// Added to the module's own time limits, so that its error arrives before ours.
pub(super) const MARGIN_MS: u64 = 5_000;

/// What the line is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// No command is out.
    Idle,
    /// A command waits for its result code, its URC or both.
    Answer,
    /// Data mode towards the module.
    Transmit,
    /// The data is over; its result code and URC are to come.
    Trailer,
    /// Data mode towards the host.
    Receive,
    /// A pause without a command; the timer ends it.
    Pause,
}

impl Phase {
    /// Whether what comes is lines, and nothing waits for silence.
    pub(super) const fn has_lines(self) -> bool {
        matches!(self, Self::Idle | Self::Answer | Self::Transmit | Self::Trailer)
    }
}

/// What an exchange brought, besides success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    Number(u64),
    /// That of the reader.
    Text,
    Space(u64, u64),
    Moved {
        size: u64,
        checksum: u16,
    },
    /// Whether the PDP context that was asked for is active.
    Active(bool),
    Pin(PinState),
    Sim(SimState),
    Error(TcpIpCode),
}

/// What a line meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Part of the exchange; nothing to tell.
    Ours,
    /// An information line of the exchange.
    Info,
    /// A line of no known form, while an answer is awaited.
    Text,
    /// A line of nobody's.
    Unasked,
    /// Data mode begins.
    Connect(Option<u32>),
    /// The exchange is over.
    End(Result<Outcome, Cause>),
}

pub(super) struct Link {
    pub(super) phase: Phase,
    /// The command that is out.
    pub(super) verb: Option<Verb>,
    /// The name that its answers have.
    pub(super) own: &'static [u8],
    /// The PDP context whose state `AT+QIACT?` is asked for.
    pub(super) context: u8,
    /// Guard time in force, in milliseconds.
    pub(super) guard: u64,
    /// How long a written byte may wait before it is on the line, in milliseconds.
    pub(super) queue: u64,
    pub(super) timer: Option<(Instant, Reason)>,
    tx: [u8; limits::COMMAND_LINE],
    tx_len: usize,
    tx_pos: usize,
    last_tx: Instant,
    /// Whether anything at all came since the command went out.
    pub(super) heard: bool,
    /// Whether a whole line came during the pause.
    pub(super) spoke: bool,
    drain: Option<(u64, Instant)>,
    accepted: bool,
    /// OK itself has come.
    pub(super) ok: bool,
    answer: Option<Outcome>,
    failed: Option<FtpError>,
}

impl Link {
    #[inline(always)] // As State::new.
    pub(super) const fn new() -> Self {
        Self {
            phase: Phase::Idle,
            verb: None,
            own: b"",
            context: 1,
            guard: limits::GUARD_UNIT_MS as u64 * limits::GUARD_UNITS_DEFAULT as u64,
            queue: 0,
            timer: None,
            tx: [0; limits::COMMAND_LINE],
            tx_len: 0,
            tx_pos: 0,
            last_tx: Instant::from_millis(0),
            heard: false,
            spoke: false,
            drain: None,
            accepted: false,
            ok: false,
            answer: None,
            failed: None,
        }
    }

    /// Sends a command whose outcome may take `limit` milliseconds.
    pub(super) fn start(&mut self, now: Instant, command: HostCommand, limit: u64, slots: &Slots<'_>) {
        let mut out = Writer::new(&mut self.tx);
        slots.write(command, out.bytes(b"AT"));
        // The longest command fits: COMMAND_LINE counts it, and every string in it was checked.
        self.tx_len = out.bytes(b"\r").written();
        self.begin(now, command.verb(), Phase::Answer, limit, Reason::Response);
        self.own = command.name();
    }

    /// Sends a command of the caller's.
    pub(super) fn start_foreign(&mut self, now: Instant, command: &Command<'_>, t: u64) {
        let mut out = Writer::new(&mut self.tx);
        command.emit(out.bytes(b"AT"));
        self.tx_len = out.bytes(b"\r").written();
        let limit = command.verb().map_or(limits::PLAIN_COMMAND_MS, |verb| verb.time_out(t));
        self.begin(now, command.verb(), Phase::Answer, limit.saturating_add(MARGIN_MS), Reason::Response);
        self.own = command.verb().map_or(b"", |verb| verb.name().as_bytes());
    }

    /// Asks whether the module answers, with a line end before the question where one is wanted.
    pub(super) fn ask(&mut self, now: Instant, question: HostCommand, limit: u64, new_line: bool) {
        self.say(if new_line { b"\rAT" } else { b"AT" }, question);
        self.begin(now, None, Phase::Answer, limit, Reason::Response);
    }

    /// Puts a command without slots on its way.
    fn say(&mut self, before: &[u8], command: HostCommand) {
        let mut out = Writer::new(&mut self.tx);
        self.tx_len = out.bytes(before).bytes(command.text()).bytes(b"\r").written();
        self.tx_pos = 0;
    }

    /// Sends `+++`, and waits for the silence after it: data that is on its way may say anything meanwhile.
    pub(super) fn escape(&mut self, now: Instant) {
        let mut out = Writer::new(&mut self.tx);
        self.tx_len = out.str("+++").written();
        let silence = self.guard.saturating_add(super::transmit::GUARD_MARGIN_MS);
        let silence = if mutated(Mutation::NoTrailingGuard) { 0 } else { silence };
        self.drain = None;
        self.begin(now, None, Phase::Pause, silence, Reason::Guard);
    }

    /// Sends `+++` to end an upload whose command is still to be answered.
    pub(super) fn press_escape(&mut self, now: Instant, t: u64) {
        let mut out = Writer::new(&mut self.tx);
        self.tx_len = out.str("+++").written();
        self.tx_pos = 0;
        self.await_trailer(now, t);
    }

    /// Waits without a command.
    pub(super) fn pause(&mut self, now: Instant, millis: u64) {
        self.tx_len = 0;
        self.drain = None;
        self.begin(now, None, Phase::Pause, millis, Reason::Guard);
    }

    /// Waits until nothing has come for `quiet` milliseconds, two seconds at most.
    pub(super) fn drain(&mut self, now: Instant, quiet: u64) {
        self.tx_len = 0;
        self.begin(now, None, Phase::Pause, quiet, Reason::Quiet);
        self.drain = Some((quiet, now.after(2_000)));
    }

    /// Waits for a result code without a command.
    pub(super) fn listen(&mut self, now: Instant, millis: u64) {
        self.tx_len = 0;
        self.begin(now, None, Phase::Answer, millis, Reason::Response);
    }

    /// Whether draining has ended without silence.
    pub(super) fn is_restless(&self) -> bool {
        matches!((self.drain, self.timer), (Some((_, end)), Some((due, _))) if due >= end)
    }

    /// Something came during a pause.
    pub(super) fn disturb(&mut self, now: Instant) {
        self.heard = true;
        if let Some((quiet, end)) = self.drain {
            self.timer = Some((now.after(quiet).min(end), Reason::Quiet));
        }
    }

    fn begin(&mut self, now: Instant, verb: Option<Verb>, phase: Phase, limit: u64, reason: Reason) {
        self.tx_pos = 0;
        self.verb = verb;
        self.own = b"";
        self.phase = phase;
        self.heard = false;
        self.spoke = false;
        self.accepted = false;
        self.ok = false;
        self.answer = None;
        self.failed = None;
        self.timer = Some((now.after(limit), reason));
    }

    /// The exchange is over, whatever came of it.
    pub(super) fn stop(&mut self) {
        self.phase = Phase::Idle;
        self.timer = None;
        self.tx_len = 0;
        self.tx_pos = 0;
    }

    /// Milliseconds until the silence before `+++` is long enough.
    pub(super) fn silence_left(&self, now: Instant) -> u64 {
        let silence = self.guard.saturating_add(super::transmit::GUARD_MARGIN_MS).saturating_add(self.queue);
        silence.saturating_sub(now.since(self.last_tx))
    }

    pub(super) fn touch(&mut self, now: Instant) {
        self.last_tx = now;
    }

    pub(super) const fn is_sending(&self) -> bool {
        self.tx_pos < self.tx_len
    }

    /// Nothing of the command has been handed out yet.
    pub(super) const fn is_unsent(&self) -> bool {
        self.tx_pos == 0 && self.tx_len > 0
    }

    /// Whether a command is out whose outcome comes by URC, and has not come.
    pub(super) fn awaits_urc(&self) -> bool {
        let told = self.answer.is_some() || self.failed.is_some();
        self.phase == Phase::Answer
            && !self.is_unsent()
            && !told
            && self.verb.is_some_and(|verb| verb.urc().is_some())
    }

    /// Asks something beside the exchange under way, whose verb, answers and time stay what they are.
    pub(super) fn ask_aside(&mut self, question: HostCommand) {
        self.say(b"AT", question);
    }

    /// The bytes of the command that nobody has taken yet.
    pub(super) fn waiting(&self) -> &[u8] {
        self.tx.get(self.tx_pos..self.tx_len).unwrap_or_default()
    }

    /// The bytes of the command that still have to go out.
    pub(super) fn transmit(&mut self, now: Instant, out: &mut [u8]) -> usize {
        let rest = self.tx.get(self.tx_pos..self.tx_len).unwrap_or_default();
        let len = copy(out, rest);
        if len > 0 {
            self.tx_pos = self.tx_pos.saturating_add(len);
            self.last_tx = now;
        }
        len
    }

    /// The time for the rest of an exchange after its data.
    pub(super) fn await_trailer(&mut self, now: Instant, t: u64) {
        self.phase = Phase::Trailer;
        self.timer = Some((now.after(t.saturating_add(MARGIN_MS)), Reason::Response));
    }

    pub(super) fn await_data(&mut self, now: Instant, phase: Phase, t: u64) {
        self.phase = phase;
        self.timer = Some((now.after(t.saturating_add(MARGIN_MS)), Reason::DataGap));
    }

    /// What a line means to the exchange; `text` is that of its parameters that was [`wanted`](Self::wanted).
    pub(super) fn on_answer(&mut self, answer: &Answer, text: &[u8]) -> Meaning {
        self.heard = true;
        if self.phase == Phase::Idle || self.phase == Phase::Pause {
            self.spoke = true;
            return Meaning::Unasked;
        }
        match answer.word(self.own) {
            Word::Ok => self.accept(),
            Word::Error => self.refuse(Cause::Refused),
            Word::NoCarrier => self.refuse(Cause::NoCarrier),
            Word::Cme => {
                let ftp = self.verb.is_some_and(Verb::is_ftp);
                let code = answer.code(0).map(CmeCode::new);
                let code = code.or_else(|| CmeCode::from_text(text.trim_ascii(), ftp));
                self.refuse(code.map_or(Cause::Refused, Cause::Cme))
            }
            Word::Connect if self.phase == Phase::Answer && self.takes_data() => {
                Meaning::Connect(answer.number(0).and_then(|len| u32::try_from(len).ok()))
            }
            Word::Own => match self.verb.and_then(Verb::urc) {
                Some(value) => match answer.outcome(value) {
                    Some(outcome) => self.outcome(outcome),
                    None => self.text(answer),
                },
                None => self.inform(answer, text),
            },
            Word::Ready => Meaning::End(Err(Cause::Line(LineFault::Restarted))),
            Word::Text => self.text(answer),
            _ => Meaning::Unasked,
        }
    }

    /// What a line means that no table has.
    fn text(&self, answer: &Answer) -> Meaning {
        let name = answer.name();
        if name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(b"AT")) {
            // Echo of the command, whole or garbled: it may hold a password and is nobody's news.
            return Meaning::Ours;
        }
        match self.phase {
            Phase::Answer => Meaning::Text,
            _ => Meaning::Unasked,
        }
    }

    /// Which text of the answers of the command that is out is needed.
    pub(super) fn wanted(&self) -> Wanted {
        match self.verb {
            Some(Verb::Cpin) => Wanted::All,
            Some(Verb::QftpPwd | Verb::QftpMdtm) => Wanted::Second,
            Some(Verb::Qfupl | Verb::Qfdwl) if cfg!(feature = "staging") => Wanted::Second,
            _ => Wanted::Nothing,
        }
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

    fn accept(&mut self) -> Meaning {
        self.accepted = true;
        self.ok = true;
        self.conclude()
    }

    /// An error instead of OK. In data mode the URC that follows says more, if one follows.
    fn refuse(&mut self, cause: Cause) -> Meaning {
        if let Some(error) = self.failed {
            return Meaning::End(Err(Cause::Ftp(error)));
        }
        Meaning::End(Err(cause))
    }

    fn outcome(&mut self, outcome: wire::Outcome) -> Meaning {
        match outcome {
            wire::Outcome::Done => self.answer = Some(Outcome::Nothing),
            wire::Outcome::Number(number) => self.answer = Some(Outcome::Number(number)),
            wire::Outcome::Text => self.answer = Some(Outcome::Text),
            wire::Outcome::Failed(error) if mutated(Mutation::OneNumber) => {
                self.answer = Some(Outcome::Number(u64::from(error.reply.get())));
            }
            wire::Outcome::Failed(error) => self.failed = Some(error),
        }
        // Where data mode was open, the result code may be missing when the outcome is a failure.
        if matches!(self.phase, Phase::Transmit | Phase::Trailer) && self.failed.is_some() {
            self.accepted = true;
        }
        self.conclude()
    }

    /// An information line of the command that is out.
    fn inform(&mut self, answer: &Answer, text: &[u8]) -> Meaning {
        let (first, second) = (answer.number(0), answer.number(1));
        let outcome = match (self.verb, first, second) {
            (Some(Verb::Cpin), ..) => {
                let words = Args::new(text).remainder().unwrap_or_default();
                Some(PinState::from_name(words).map_or(Outcome::Sim(SimState::new(words)), Outcome::Pin))
            }
            (Some(Verb::Qiact), Some(context), Some(active)) if context == u64::from(self.context) => {
                Some(Outcome::Active(active == 1))
            }
            (Some(Verb::Qigeterror), Some(_), _) => answer.code(0).map(TcpIpCode::new).map(Outcome::Error),
            _ if !cfg!(feature = "staging") => None,
            (Some(Verb::Qflds), Some(free), Some(total)) => Some(Outcome::Space(free, total)),
            (Some(Verb::Qfupl | Verb::Qfdwl), Some(size), _) => {
                Args::new(text).hex().map(|checksum| Outcome::Moved { size, checksum })
            }
            (Some(Verb::Qfopen), Some(handle), None) => Some(Outcome::Number(handle)),
            (Some(Verb::Qfwrite), Some(written), Some(_)) => Some(Outcome::Number(written)),
            (Some(Verb::Qfposition), Some(offset), None) => Some(Outcome::Number(offset)),
            (Some(Verb::Qflst), None, Some(size)) => Some(Outcome::Number(size)),
            _ => None,
        };
        if outcome.is_some() {
            self.answer = outcome;
        }
        Meaning::Info
    }

    /// Both are needed, in whatever order: the result code, and of FTP commands the URC.
    fn conclude(&self) -> Meaning {
        let wants_urc = self.verb.is_some_and(|verb| verb.urc().is_some());
        match (self.accepted, self.answer, self.failed) {
            (true, _, Some(error)) => Meaning::End(Err(Cause::Ftp(error))),
            (true, Some(answer), None) => Meaning::End(Ok(answer)),
            (true, None, None) if !wants_urc || mutated(Mutation::OkIsTheOutcome) => {
                Meaning::End(Ok(Outcome::Nothing))
            }
            _ => Meaning::Ours,
        }
    }

    /// Whether the module has begun to answer: in data mode that is its end.
    pub(super) fn has_answered(&self) -> bool {
        if mutated(Mutation::SendsOn) {
            return false;
        }
        self.accepted || self.answer.is_some() || self.failed.is_some()
    }

    /// Why an exchange whose time is up failed.
    pub(super) fn silence(&self) -> LineFault {
        if self.accepted {
            LineFault::UrcSilent
        } else if self.heard {
            LineFault::Noise
        } else {
            LineFault::NoAnswer
        }
    }
}

/// The code that stands for a SIM card that is not ready.
pub(super) const fn pin_code(state: PinState) -> Option<CmeCode> {
    match state {
        PinState::Ready => None,
        PinState::SimPin => Some(CmeCode::new(11)),
        PinState::SimPuk => Some(CmeCode::new(12)),
        PinState::NotReady => Some(CmeCode::new(14)),
        PinState::NotInserted => Some(CmeCode::new(10)),
    }
}
