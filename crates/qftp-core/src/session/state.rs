//! What a session knows, and how one exchange leads to the next.

use super::account::Account;
use super::commands::{HostCommand, Slots};
use super::event::Event;
use super::failure::{Cause, Failure, LineFault, Misuse, SessionState};
use super::get::GetStep;
use super::link::{Outcome, Link, MARGIN_MS, Meaning, Phase};
use super::open::OpenStep;
use super::options::Config;
use super::put::PutStep;
use super::receive::Receive;
use super::recover::{LeftOnLine, Recover};
use super::setup::SetupStep;
use super::transfer::Transfer;
use super::transmit::Transmit;
use crate::Instant;
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Answer, Line, ServerState, Verb, Word};

/// The operation under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Idle,
    /// One command whose answer is the result.
    Single(Shape),
    Setup(SetupStep),
    Open(OpenStep),
    /// A change of the working directory, which is kept for a login after an abort.
    Cwd,
    List,
    Get(GetStep),
    Put(PutStep),
    FileRead,
    FileWrite,
    /// `AT+CFUN=1,1`, and the wait for `RDY`.
    Restart,
    Recover(Recover),
}

/// How the answer of a single command becomes its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Nothing,
    Plain,
    State,
}

/// The end of an operation, until it is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Nothing,
    Number(u64),
    Text,
    State(ServerState),
    Space(u64, u64),
    Failed(Failure),
}

/// Everything but the two buffers that events borrow from.
pub(super) struct State {
    pub(super) config: Config,
    pub(super) link: Link,
    pub(super) transmit: Transmit,
    pub(super) op: Op,
    pub(super) set_up: bool,
    pub(super) logged_in: bool,
    /// An answer to an FTP command may still come that nobody waits for: only a close settles that.
    pub(super) in_doubt: bool,
    /// The module refuses `AT+QFTPSTAT`.
    pub(super) no_state: bool,
    /// A command that opens data mode got no answer in its time: data mode may be open, or open still.
    pub(super) may_be_in_data: bool,
    /// The present time, for lines that are read without one.
    pub(super) clock: Instant,
    /// To be told before anything else.
    pub(super) size: Option<u64>,
    pub(super) end: Option<End>,
    /// The line feed of CONNECT has not come yet.
    pub(super) skip_lf: bool,
    /// The next byte must begin the end of the data.
    pub(super) check_end: bool,
    /// Bytes held back that turned out to be data, and whether the rest of them are lines.
    pub(super) flush: usize,
    pub(super) replay: bool,
    /// An upload of no bytes whose end has not come yet.
    empty_upload: bool,
    pub(super) account: Account,
    pub(super) transfer: Transfer,
}

impl State {
    // A call of it, or of those that make its parts, would be a copy of kilobytes on the stack.
    #[inline(always)]
    pub(super) const fn new(config: Config) -> Self {
        Self {
            config,
            link: Link::new(),
            transmit: Transmit::new(),
            op: Op::Idle,
            set_up: false,
            logged_in: false,
            in_doubt: false,
            no_state: false,
            may_be_in_data: false,
            clock: Instant::from_millis(0),
            size: None,
            end: None,
            skip_lf: false,
            check_end: false,
            flush: 0,
            replay: false,
            empty_upload: false,
            account: Account::new(),
            transfer: Transfer::new(),
        }
    }

    /// `T` in milliseconds.
    pub(super) fn t(&self) -> u64 {
        u64::from(self.config.rsptimeout_s).saturating_mul(1_000)
    }

    /// Whether an operation may start.
    pub(super) fn ready(&self) -> Result<(), Misuse> {
        if !matches!(self.op, Op::Idle) || self.end.is_some() {
            return Err(Misuse::Busy);
        }
        if self.set_up { Ok(()) } else { Err(Misuse::NotSetUp) }
    }

    /// Whether an operation on the FTP session may start.
    pub(super) fn ready_for_ftp(&self) -> Result<(), Misuse> {
        self.ready()?;
        if self.in_doubt { Err(Misuse::ReopenFirst) } else { Ok(()) }
    }

    /// Starts an operation that is one command.
    pub(super) fn single(&mut self, now: Instant, command: HostCommand, shape: Shape) {
        self.op = Op::Single(shape);
        self.send(now, command);
    }

    /// Sends a command.
    pub(super) fn send(&mut self, now: Instant, command: HostCommand) {
        let t = self.t();
        let limit = command.verb().map_or(limits::PLAIN_COMMAND_MS, |verb| verb.time_out(t));
        self.send_within(now, command, limit.saturating_add(MARGIN_MS));
    }

    /// Sends a command that has its own limit in milliseconds.
    pub(super) fn send_within(&mut self, now: Instant, command: HostCommand, limit: u64) {
        self.send_with(now, command, limit, b"", [0; 2]);
    }

    /// Sends a command with a text and two numbers that are not kept.
    pub(super) fn send_with(&mut self, now: Instant, command: HostCommand, limit: u64, text: &[u8], numbers: [u32; 2]) {
        let slots = Slots { config: &self.config, account: &self.account, transfer: &self.transfer, text, numbers };
        self.link.start(now, command, limit, &slots);
    }

    pub(super) fn finish(&mut self, end: End) {
        self.link.stop();
        self.empty_upload = false;
        self.op = Op::Idle;
        self.end = Some(end);
    }

    /// Ends the operation with a failure, after the line is in step again if data was on it.
    pub(super) fn fail(&mut self, now: Instant, cause: Cause, receive: &Receive) {
        self.fail_as(now, self.link.verb, cause, receive);
    }

    pub(super) fn fail_as(&mut self, now: Instant, verb: Option<Verb>, cause: Cause, receive: &Receive) {
        let mut failure = Failure::new(verb, cause);
        let restarted = matches!(cause, Cause::Line(LineFault::Restarted));
        // Where bytes were lost, added or changed on the line, nobody knows which: none of them can be trusted.
        let corrupt = matches!(
            cause,
            Cause::Line(LineFault::Count { .. } | LineFault::Checksum { .. } | LineFault::Desync)
        );
        let downloading =
            matches!(self.op, Op::Get(GetStep::Transfer | GetStep::Pull) | Op::List | Op::FileRead);
        if downloading && !corrupt {
            failure.transferred = receive.trusted(self.link.ok, restarted);
        }
        if restarted {
            self.set_up = false;
            self.logged_in = false;
        }
        let line = self.left_on_line(cause);
        if line != LeftOnLine::Nothing && failure.state != SessionState::Reset {
            if cfg!(feature = "recovery") {
                return self.recover(now, failure, line);
            }
            failure.state = SessionState::Reset;
        }
        self.finish_failed(failure);
    }

    /// Ends the operation with a failure whose state is known.
    pub(super) fn finish_failed(&mut self, failure: Failure) {
        self.logged_in &= failure.state == SessionState::Usable;
        self.in_doubt |= failure.state != SessionState::Usable;
        self.set_up &= failure.state != SessionState::Reset;
        self.finish(End::Failed(failure));
    }

    /// A line has come; `text` is that of its parameters. The answer says whether it is to be told as information, as a URC, or not at all.
    pub(super) fn on_answer(
        &mut self,
        now: Instant,
        answer: &Answer,
        text: &[u8],
        receive: &mut Receive,
    ) -> Option<Told> {
        let meaning = self.link.on_answer(answer, text);
        if matches!(self.op, Op::Recover(_) | Op::Restart)
            && let Some(told) = self.follow_aside(now, answer, meaning)
        {
            return told;
        }
        match meaning {
            Meaning::Ours => {
                if self.link.phase == Phase::Transmit && !mutated(Mutation::SendsOn) {
                    // The module has left data mode: not one byte more.
                    self.link.await_trailer(now, self.t());
                }
                None
            }
            Meaning::Info | Meaning::Text if matches!(self.op, Op::Single(_)) => Some(Told::Info),
            Meaning::Info => None,
            // The `A` of a last full block.
            Meaning::Text if self.transmit.acks.is_some() && answer.name() == b"A" => None,
            Meaning::Text => Some(Told::Urc),
            Meaning::Unasked => {
                if answer.word(b"") == Word::Ready {
                    self.set_up = false;
                    self.logged_in = false;
                }
                Some(Told::Urc)
            }
            Meaning::Connect(len) => {
                self.connect(now, len, receive);
                None
            }
            Meaning::End(result) => {
                self.advance(now, result, receive);
                None
            }
        }
    }

    /// What a line means while the module restarts, or while what a failure has left is drained; `None` where it is as everywhere.
    #[cold]
    fn follow_aside(&mut self, now: Instant, answer: &Answer, meaning: Meaning) -> Option<Option<Told>> {
        let word = answer.word(b"");
        let ready = word == Word::Ready;
        match (self.op, meaning) {
            (Op::Restart, _) if ready => {
                self.finish(End::Nothing);
                Some(Some(Told::Urc))
            }
            (Op::Recover(recover), Meaning::Connect(_)) => {
                self.connected_late(now, recover);
                Some(None)
            }
            (Op::Recover(_), _) if ready && self.note_ready() => Some(Some(Told::Urc)),
            // What is drained off the line is the rest of the data, its end, or a real URC.
            (Op::Recover(_), Meaning::Unasked | Meaning::Info | Meaning::Text) => {
                Some((ready || word == Word::Urc).then_some(Told::Urc))
            }
            _ => None,
        }
    }

    fn connect(&mut self, now: Instant, len: Option<u32>, receive: &mut Receive) {
        let t = self.t();
        let Some(verb) = self.link.verb else { return };
        self.skip_lf = true;
        let expected = match self.op {
            Op::Get(GetStep::Transfer | GetStep::Pull) => self.transfer.get.len,
            Op::List => None,
            // No session of such a build comes here.
            Op::FileRead | Op::FileWrite if !cfg!(feature = "staging") => return,
            // It says how much comes (CONNECT <n>), and that is at most what was asked for: the caller may have room for no more.
            Op::FileRead if len.is_none() || len.map(u64::from) > self.transfer.get.len => {
                return self.fail(now, Cause::Line(LineFault::Desync), receive);
            }
            Op::FileRead => len.map(u64::from),
            Op::Put(PutStep::Transfer | PutStep::Stage | PutStep::Upload) | Op::FileWrite => {
                let ack = verb == Verb::Qfupl && !mutated(Mutation::NoAcknowledge);
                self.transmit.begin(verb, self.transfer.put.len, ack, now);
                if self.transfer.put.len == 0 {
                    self.empty_upload = true;
                    self.link.await_trailer(now, 0);
                } else {
                    self.link.await_data(now, Phase::Transmit, t);
                }
                return;
            }
            // Data mode of a command that moves a file within the module.
            _ => return self.fail(now, Cause::Line(LineFault::Desync), receive),
        };
        receive.begin(verb, self.link.own, expected);
        self.link.await_data(now, Phase::Receive, t);
        self.after_data(now, receive);
    }

    /// The time of the exchange, the pause or the data is up.
    pub(super) fn on_time(&mut self, now: Instant, receive: &mut Receive) {
        match self.link.phase {
            Phase::Idle => self.link.timer = None,
            Phase::Pause => self.advance(now, Ok(Outcome::Nothing), receive),
            Phase::Receive => self.silence_after_data(now, receive),
            Phase::Transmit => self.fail(now, Cause::Line(LineFault::Stalled), receive),
            // A module that takes a length of 0 for none still waits for the data of an empty file.
            Phase::Trailer if self.empty_upload => {
                self.empty_upload = false;
                self.link.press_escape(now, self.t());
            }
            Phase::Trailer if matches!(self.op, Op::Recover(_)) => {
                self.advance(now, Err(Cause::Line(LineFault::NoAnswer)), receive);
            }
            // It said OK to all of the data, and then not what came of it.
            Phase::Trailer if self.link.silence() == LineFault::UrcSilent => {
                self.fail(now, Cause::Line(LineFault::UrcSilent), receive);
            }
            // Bytes were lost and the module waits for more, or its end was lost.
            Phase::Trailer => self.fail(now, Cause::Line(LineFault::Stalled), receive),
            Phase::Answer => {
                let fault = self.link.silence();
                self.may_be_in_data |= self.may_connect();
                self.advance(now, Err(Cause::Line(fault)), receive);
            }
        }
    }

    /// An exchange is over: what comes next?
    pub(super) fn advance(&mut self, now: Instant, result: Result<Outcome, Cause>, receive: &mut Receive) {
        match self.op {
            Op::Idle => self.link.stop(),
            Op::Single(shape) => match result {
                Ok(answer) => {
                    self.in_doubt &= !matches!(self.link.verb, Some(Verb::QftpOpen | Verb::QftpClose));
                    self.finish(end_of(answer, shape));
                }
                Err(cause) => self.fail(now, cause, receive),
            },
            Op::Cwd => match result {
                Ok(_) => {
                    self.account.enter(self.transfer.name.as_bytes());
                    self.finish(End::Nothing);
                }
                Err(cause) => self.fail(now, cause, receive),
            },
            Op::Setup(step) => self.setup_advance(now, step, result, receive),
            Op::Open(step) => self.open_advance(now, step, result, receive),
            Op::List if !cfg!(feature = "listings") => {}
            Op::List => match Self::received(result, receive) {
                Ok(count) => self.finish(End::Number(count)),
                Err(cause) => self.fail(now, cause, receive),
            },
            Op::FileRead | Op::FileWrite if !cfg!(feature = "staging") => {}
            Op::FileRead => match result {
                Ok(_) if receive.is_complete() => self.finish(End::Number(receive.delivered)),
                Ok(_) => self.fail(now, Cause::Line(LineFault::Desync), receive),
                Err(cause) => self.fail(now, cause, receive),
            },
            Op::FileWrite => match result {
                Ok(Outcome::Number(written)) if written == self.transfer.put.len && self.transmit.is_complete() => {
                    self.finish(End::Number(written));
                }
                Ok(Outcome::Number(written)) => {
                    let fault = LineFault::Count { module: written, host: self.transmit.sent };
                    self.fail(now, Cause::Line(fault), receive);
                }
                Ok(_) => self.fail(now, Cause::Line(LineFault::Desync), receive),
                Err(cause) => self.fail(now, cause, receive),
            },
            Op::Get(step) => self.get_advance(now, step, result, receive),
            Op::Put(step) => self.put_advance(now, step, result, receive),
            // Also where the module gave no answer to the command: it may restart all the same.
            Op::Restart if self.link.phase == Phase::Answer => self.link.pause(now, limits::START_MS),
            // No RDY: it may go to another port. Set-up will tell.
            Op::Restart => self.finish(End::Nothing),
            Op::Recover(_) if !cfg!(feature = "recovery") => {}
            Op::Recover(recover) => self.recover_advance(now, recover, result),
        }
    }
}

/// How a line is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Info,
    Urc,
}

impl Told {
    pub(super) const fn event(self, line: Line<'_>) -> Event<'_> {
        match self {
            Self::Info => Event::Info(line),
            Self::Urc => Event::Urc(line),
        }
    }
}

fn end_of(answer: Outcome, shape: Shape) -> End {
    match (answer, shape) {
        (_, Shape::Nothing) => End::Nothing,
        (Outcome::Number(number), Shape::State) => {
            let state = u8::try_from(number).ok().and_then(ServerState::from_number);
            state.map_or(End::Number(number), End::State)
        }
        (Outcome::Number(number), Shape::Plain) => End::Number(number),
        (Outcome::Text, _) => End::Text,
        (Outcome::Space(free, total), _) => End::Space(free, total),
        _ => End::Nothing,
    }
}
