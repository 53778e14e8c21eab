//! One command on the line: its bytes, its data, its answers, its time. It knows no operation.
//!
//! | Phase | what the line does | ends with |
//! |---|---|---|
//! | `Idle` | no command is out | [`Exchange::start`] and its like |
//! | `Answer` | a command waits for its result code, its URC or both | both, CONNECT, or its time |
//! | `Transmit` | data mode towards the module | the last byte, or a word of the module |
//! | `Receive` | data mode towards the host | the last byte, or silence after what may be the module's words |
//! | `Trailer` | the data is over; result code and URC are to come | both, or their time |
//! | `Pause` | no command; the silence before or after `+++`, or a wait for silence | its time |

mod held;
mod listen;
mod question;
mod receive;
mod said;
mod spoken;
mod sync;
#[cfg(test)]
mod tests;
mod transmit;
mod words;

pub(crate) use held::Held;
pub use receive::Piece;
pub(crate) use receive::{HOLD, Question, Receive};
pub(crate) use said::{Meaning, Reply, Said, pin_code};
pub(crate) use spoken::is_answer;
pub(crate) use sync::{Sync, Synced};
pub(crate) use transmit::Transmit;

use super::command::HostCommand;
use super::event::Reason;
use super::failure::LineFault;
use super::slots::Slots;
use crate::Instant;
use crate::copy::copy;
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Command, Verb, Writer};

/// Added to the module's own time limits, so that its error arrives before ours.
pub(crate) const MARGIN_MS: u32 = 5_000;
/// The time of a command that has none of its own.
pub(crate) const PLAIN_MS: u32 = short(limits::PLAIN_COMMAND_MS);
/// The longest wait for silence.
const DRAIN_MS: u32 = 2_000;

/// What the line is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle,
    Answer,
    Transmit,
    Trailer,
    Receive,
    Pause,
}

impl Phase {
    /// Whether what comes is lines, and nothing waits for silence.
    #[inline(always)]
    pub(crate) const fn has_lines(self) -> bool {
        matches!(self, Self::Idle | Self::Answer | Self::Transmit | Self::Trailer)
    }
}

pub(crate) struct Exchange {
    /// The present time. The times below are the lower 32 bits of one: none is further away than minutes.
    pub(crate) clock: Instant,
    pub(crate) phase: Phase,
    /// The command that is out.
    pub(crate) verb: Option<Verb>,
    /// The name that its answers have.
    pub(crate) own: &'static [u8],
    /// The PDP context whose state `AT+QIACT?` is asked for.
    pub(crate) context: u8,
    /// Guard time in force, in milliseconds.
    pub(crate) guard_ms: u16,
    /// How long a written byte may wait before it is on the line, in milliseconds.
    pub(crate) queue_ms: u16,
    /// When the time of the phase is up, and what was waited for.
    due: Option<u32>,
    reason: Reason,
    tx: [u8; limits::COMMAND_LINE],
    tx_len: usize,
    tx_pos: usize,
    last_tx: u32,
    /// Whether anything at all came since the command went out.
    pub(crate) heard: bool,
    /// Whether a whole line came during the pause.
    pub(crate) spoke: bool,
    /// The silence that is waited for, in milliseconds, and until when; 0: none.
    quiet_ms: u16,
    quiet_until: u32,
    /// Whether the size of a file of the module is asked for, and not a list of them.
    pub(crate) measures: bool,
    /// What came of the command so far.
    accepted: bool,
    /// OK itself has come.
    pub(crate) ok: bool,
    answer: Option<Reply>,
    failed: bool,
    pub(crate) said: Said,
}

impl Exchange {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self {
            clock: Instant::from_millis(0),
            phase: Phase::Idle,
            verb: None,
            own: b"",
            context: 1,
            guard_ms: limits::GUARD_UNIT_MS * limits::GUARD_UNITS_DEFAULT as u16,
            queue_ms: 0,
            due: None,
            reason: Reason::Response,
            tx: [0; limits::COMMAND_LINE],
            tx_len: 0,
            tx_pos: 0,
            last_tx: 0,
            heard: false,
            spoke: false,
            quiet_ms: 0,
            quiet_until: 0,
            measures: false,
            accepted: false,
            ok: false,
            answer: None,
            failed: false,
            said: Said::new(),
        }
    }

    /// Sends a command whose outcome may take `limit` milliseconds.
    pub(crate) fn start(&mut self, command: HostCommand, limit: u32, slots: &Slots<'_>) {
        let mut out = Writer::new(&mut self.tx);
        slots.write(command, out.bytes(b"AT"));
        // The longest command fits: COMMAND_LINE counts it, and every string in it was checked.
        self.tx_len = out.bytes(b"\r").written();
        self.begin(Phase::Answer, limit, Reason::Response);
        self.verb = command.verb();
        self.own = command.name();
        self.measures = command == HostCommand::Measure;
    }

    /// Sends a command of the caller's.
    pub(crate) fn start_foreign(&mut self, command: &Command<'_>, t: u32) {
        let mut out = Writer::new(&mut self.tx);
        command.emit(out.bytes(b"AT"));
        self.tx_len = out.bytes(b"\r").written();
        let limit = command.verb().map_or(PLAIN_MS, |verb| verb.time_out_ms(t));
        self.begin(Phase::Answer, limit.wrapping_add(MARGIN_MS), Reason::Response);
        self.verb = command.verb();
        self.own = command.verb().map_or(b"", |verb| verb.name().as_bytes());
    }

    /// Asks whether the module answers, with a line end before the question where one is wanted.
    pub(crate) fn ask(&mut self, question: HostCommand, limit: u32, new_line: bool) {
        self.say(if new_line { b"\rAT" } else { b"AT" }, question);
        self.begin(Phase::Answer, limit, Reason::Response);
    }

    /// Asks something beside the exchange under way, whose verb, answers and time stay what they are.
    pub(crate) fn ask_aside(&mut self, question: HostCommand) {
        self.say(b"AT", question);
    }

    /// Puts a command without slots on its way.
    fn say(&mut self, before: &[u8], command: HostCommand) {
        let mut out = Writer::new(&mut self.tx);
        self.tx_len = out.bytes(before).bytes(command.text()).bytes(b"\r").written();
        self.tx_pos = 0;
    }

    fn say_escape(&mut self) {
        self.tx_len = copy(&mut self.tx, b"+++");
        self.tx_pos = 0;
    }

    /// Sends `+++`, and waits for the silence after it: data that is on its way may say anything meanwhile.
    pub(crate) fn escape(&mut self) {
        let silence = self.silence_ms();
        self.say_escape();
        self.begin(Phase::Pause, if mutated(Mutation::NoTrailingGuard) { 0 } else { silence }, Reason::Guard);
    }

    /// Sends `+++` to end an upload whose command is still to be answered.
    pub(crate) fn press_escape(&mut self, t: u32) {
        self.say_escape();
        self.await_trailer(t);
    }

    /// Waits without a command until the silence before `+++` is long enough.
    pub(crate) fn await_silence(&mut self) {
        let silence = self.silence_ms().saturating_add(self.queue_ms.into());
        self.pause(silence.saturating_sub(self.tick().wrapping_sub(self.last_tx)));
    }

    /// The silence that the module wants around `+++`, and more: its clock and ours differ.
    fn silence_ms(&self) -> u32 {
        u32::from(self.guard_ms).wrapping_add(transmit::GUARD_MARGIN_MS)
    }

    /// Waits without a command.
    pub(crate) fn pause(&mut self, millis: u32) {
        self.tx_len = 0;
        self.begin(Phase::Pause, millis, Reason::Guard);
    }

    /// Waits until nothing has come for `quiet_ms` milliseconds, two seconds at most.
    pub(crate) fn drain(&mut self, quiet_ms: u16) {
        self.tx_len = 0;
        self.begin(Phase::Pause, quiet_ms.into(), Reason::Quiet);
        self.quiet_ms = quiet_ms;
        self.quiet_until = self.tick().wrapping_add(DRAIN_MS);
    }

    /// Waits for a result code without a command.
    pub(crate) fn listen(&mut self, millis: u32) {
        self.tx_len = 0;
        self.begin(Phase::Answer, millis, Reason::Response);
    }

    /// Whether draining has ended without silence.
    pub(crate) fn is_restless(&self) -> bool {
        self.quiet_ms > 0 && self.due == Some(self.quiet_until)
    }

    /// Something came during a pause.
    pub(crate) fn disturb(&mut self) {
        self.heard = true;
        if self.quiet_ms > 0 {
            // The end may be past already: a host that is busy comes late.
            let left = self.quiet_until.wrapping_sub(self.tick()).cast_signed();
            if left > self.quiet_ms.into() {
                self.wait(self.quiet_ms.into(), Reason::Quiet);
            } else {
                self.due = Some(self.quiet_until);
                self.reason = Reason::Quiet;
            }
        }
    }

    fn begin(&mut self, phase: Phase, limit: u32, reason: Reason) {
        self.tx_pos = 0;
        self.verb = None;
        self.own = b"";
        self.phase = phase;
        self.heard = false;
        self.spoke = false;
        self.quiet_ms = 0;
        self.accepted = false;
        self.ok = false;
        self.answer = None;
        self.failed = false;
        self.said.blamed = None;
        self.wait(limit, reason);
    }

    /// Sets the time of the phase.
    pub(crate) fn wait(&mut self, millis: u32, reason: Reason) {
        self.due = Some(self.tick().wrapping_add(millis));
        self.reason = reason;
    }

    fn tick(&self) -> u32 {
        tick(self.clock)
    }

    /// When the time of the phase is up, or this time if that is earlier.
    pub(crate) fn due(&self, other: Option<u32>) -> Option<Instant> {
        let left = |time: u32| time.wrapping_sub(self.tick()).cast_signed();
        // The time may have passed already, by less than half of what 32 bits hold.
        let left = match (self.due.map(left), other.map(left)) {
            (Some(due), Some(other)) => due.min(other),
            (due, other) => due.or(other)?,
        };
        Some(Instant::from_millis(self.clock.as_millis().wrapping_add_signed(left.into())))
    }

    /// Whether it is up.
    pub(crate) fn is_due(&self) -> bool {
        self.due.is_some_and(|due| due.wrapping_sub(self.tick()).cast_signed() <= 0)
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        self.due.map(|_| self.reason)
    }

    /// Nothing is waited for any more.
    pub(crate) const fn rest(&mut self) {
        self.due = None;
    }

    /// The exchange is over, whatever came of it.
    pub(crate) const fn stop(&mut self) {
        self.phase = Phase::Idle;
        self.due = None;
        self.tx_len = 0;
        self.tx_pos = 0;
    }

    /// A byte went to the module now.
    pub(crate) fn touch(&mut self) {
        self.last_tx = self.tick();
    }

    pub(crate) const fn is_sending(&self) -> bool {
        self.tx_pos < self.tx_len
    }

    /// Nothing of the command has been handed out yet.
    pub(crate) const fn is_unsent(&self) -> bool {
        self.tx_pos == 0 && self.tx_len > 0
    }

    /// Whether a command is out whose outcome comes by URC, and has not come.
    pub(crate) fn awaits_urc(&self) -> bool {
        let told = self.answer.is_some() || self.failed;
        self.phase == Phase::Answer && !self.is_unsent() && !told && self.wants_urc()
    }

    fn wants_urc(&self) -> bool {
        self.verb.is_some_and(|verb| verb.urc().is_some())
    }

    /// The bytes of the command that nobody has taken yet.
    pub(crate) fn waiting(&self) -> &[u8] {
        self.tx.get(self.tx_pos..self.tx_len).unwrap_or_default()
    }

    /// The bytes of the command that still have to go out.
    pub(crate) fn transmit(&mut self, out: &mut [u8]) -> usize {
        let rest = self.tx.get(self.tx_pos..self.tx_len).unwrap_or_default();
        let len = copy(out, rest);
        if len > 0 {
            self.tx_pos = self.tx_pos.wrapping_add(len);
            self.last_tx = self.tick();
        }
        len
    }

    /// The time for the rest of an exchange after its data.
    pub(crate) fn await_trailer(&mut self, t: u32) {
        self.phase = Phase::Trailer;
        self.wait(t.wrapping_add(MARGIN_MS), Reason::Response);
    }

    pub(crate) fn await_data(&mut self, phase: Phase, t: u32) {
        self.phase = phase;
        self.wait(t.wrapping_add(MARGIN_MS), Reason::DataGap);
    }

    /// Whether the module has begun to answer: in data mode that is its end.
    pub(crate) fn has_answered(&self) -> bool {
        if mutated(Mutation::SendsOn) {
            return false;
        }
        self.accepted || self.answer.is_some() || self.failed
    }

    /// Why an exchange whose time is up failed.
    pub(crate) const fn silence(&self) -> LineFault {
        if self.accepted {
            LineFault::UrcSilent
        } else if self.heard {
            LineFault::Noise
        } else {
            LineFault::NoAnswer
        }
    }
}

/// The lower half of a time.
pub(crate) const fn tick(time: Instant) -> u32 {
    short(time.as_millis())
}

/// The lower half of a number of milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "the upper half is left out on purpose")]
pub(crate) const fn short(millis: u64) -> u32 {
    millis as u32
}
