//! What a session knows, and how it carries out what the operations say.
//!
//! | what happens | what it leads to |
//! |---|---|
//! | a line | its [`Meaning`] to the exchange: told, CONNECT, or the end of the exchange |
//! | the time of the phase is up | the end of the exchange, a look at what was held back, or a failure |
//! | the end of the exchange | [`State::advance`]: the operation's machine says what comes [`Next`] |
//! | a step begins | [`State::go`]: its command is sent, or the line brought in sync |
//! | a failure | data on the line: [`RecoverStep`](super::operation::RecoverStep); none: the end |

use super::account::Account;
use super::event::Event;
use super::events::Events;
use super::exchange::{
    Exchange, HostCommand, MARGIN_MS, Meaning, PLAIN_MS, Phase, Receive, Reply, Slots, Sync, Synced,
    Transmit, short, tick,
};
use super::failure::{Cause, Failure, LineFault, Misuse, SessionState};
use super::operation::{
    End, GetStep, LeftOnLine, Next, Op, PutStep, RecoverStep, Recovery, SetupStep, Shape, Work,
};
use super::options::Config;
use super::transfer::Transfer;
use crate::limits;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Answer, Line, Verb, Word};

/// How long the URC of `AT+QFTPSTAT` may take before another URC port is tried, in milliseconds.
pub(crate) const PROBE_MS: u32 = 2_000;
/// The time for each command of recovery, in milliseconds: the caller is waiting for bad news.
const RECOVER_MS: u32 = 10_000;

/// From `AT+CFUN=1,1` to `RDY`, in milliseconds.
const START_MS: u32 = short(limits::START_MS);

/// Everything but the reader of lines.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) exchange: Exchange,
    pub(crate) receive: Receive,
    pub(crate) transmit: Transmit,
    pub(crate) op: Op,
    sync: Sync,
    pub(crate) recovery: Recovery,
    /// The last failure, or that which is being recovered from.
    pub(crate) failure: Failure,
    has_failed: bool,
    pub(crate) set_up: bool,
    pub(crate) logged_in: bool,
    /// An answer to an FTP command may still come that no command waits for: only a close settles that.
    pub(crate) in_doubt: bool,
    /// The module refuses `AT+QFTPSTAT`.
    pub(crate) no_state: bool,
    /// A command that opens data mode got no answer in its time: data mode may be open, or open still.
    may_be_in_data: bool,
    /// The line feed of CONNECT has not come yet.
    pub(crate) skip_lf: bool,
    /// The next byte must begin the end of the data.
    pub(crate) check_end: bool,
    /// An upload of no bytes whose end has not come yet.
    empty_upload: bool,
    pub(crate) events: Events,
    pub(crate) account: Account,
    pub(crate) transfer: Transfer,
}

impl State {
    // A call of it, or of those that make its parts, would be a copy of kilobytes on the stack.
    #[inline(always)]
    pub(crate) const fn new(config: Config) -> Self {
        Self {
            config,
            exchange: Exchange::new(),
            receive: Receive::new(),
            transmit: Transmit::new(),
            op: Op::Idle,
            sync: Sync::new(),
            recovery: Recovery::new(),
            failure: Failure {
                verb: None,
                cause: Cause::Aborted,
                transferred: 0,
                state: SessionState::Reset,
            },
            has_failed: false,
            set_up: false,
            logged_in: false,
            in_doubt: false,
            no_state: false,
            may_be_in_data: false,
            skip_lf: false,
            check_end: false,
            empty_upload: false,
            events: Events::new(),
            account: Account::new(),
            transfer: Transfer::new(),
        }
    }

    /// `T` in milliseconds.
    pub(crate) fn t(&self) -> u32 {
        u32::from(self.config.rsptimeout_s).wrapping_mul(1_000)
    }

    /// The last failure, if there was one.
    pub(crate) const fn last_failure(&self) -> Option<&Failure> {
        if self.has_failed { Some(&self.failure) } else { None }
    }

    /// Whether no operation is under way.
    pub(crate) const fn is_idle(&self) -> bool {
        matches!(self.op, Op::Idle) && self.events.end.is_none()
    }

    /// Whether an operation may start.
    pub(crate) fn ready(&self) -> Result<(), Misuse> {
        if !self.is_idle() {
            return Err(Misuse::Busy);
        }
        if self.set_up { Ok(()) } else { Err(Misuse::NotSetUp) }
    }

    /// Whether an operation on the FTP session may start.
    pub(crate) fn ready_for_ftp(&self) -> Result<(), Misuse> {
        self.ready()?;
        if self.in_doubt { Err(Misuse::ReopenFirst) } else { Ok(()) }
    }

    /// The module has to be set up, and logged in, again.
    pub(crate) const fn forget_setup(&mut self) {
        self.set_up = false;
        self.logged_in = false;
    }

    /// Begins set-up; what it is to bring about is kept already.
    pub(crate) fn begin_setup(&mut self) {
        self.forget_setup();
        self.exchange.context = self.account.context;
        self.exchange.queue_ms = self.config.queue_ms;
        self.op = Op::Setup(SetupStep::Sync(false));
        if self.may_be_in_data {
            // What the last operation has left open, a question would be data of.
            self.sync.escape(&mut self.exchange, false);
        } else {
            self.sync.ask(&mut self.exchange);
        }
    }

    /// A command may have opened data mode, and its answer is not known.
    pub(crate) const fn note_open_data_mode(&mut self) {
        self.may_be_in_data = true;
    }

    /// Begins to bring the line in sync by the escape, as part of the operation.
    pub(crate) fn begin_escape(&mut self, surely: bool) {
        self.sync.escape(&mut self.exchange, surely);
    }

    /// A step begins.
    pub(crate) fn go(&mut self, op: Op) {
        self.op = op;
        let plain = PLAIN_MS.wrapping_add(MARGIN_MS);
        match op {
            Op::Setup(SetupStep::Sync(_)) | Op::Recover(RecoverStep::Sync) => {
                self.sync.ask(&mut self.exchange);
            }
            Op::Recover(RecoverStep::Escape) => self.sync.escape(&mut self.exchange, false),
            Op::Setup(SetupStep::Probe(_)) | Op::Recover(RecoverStep::Settle) => {
                self.send_within(HostCommand::State, PROBE_MS);
            }
            Op::Setup(step) => {
                let port = step.port(self.account.urc_port).map_or("", crate::wire::UrcPort::name);
                let command = step.command(self.account.has_apn_login);
                let limit = if port.is_empty() { self.limit(command) } else { plain };
                self.send_with(command, limit, port.as_bytes(), [0; 2]);
            }
            Op::Open(mut step) => {
                let command = step.command(&mut self.account);
                self.op = Op::Open(step);
                self.send(command);
            }
            Op::Get(step) => self.send(step.command()),
            Op::Put(step) => self.send(step.command()),
            Op::Recover(RecoverStep::Stat) => self.send_within(HostCommand::State, RECOVER_MS),
            Op::Recover(RecoverStep::Close) => self.send_within(HostCommand::Close, RECOVER_MS),
            Op::Recover(RecoverStep::Open) => self.send(HostCommand::Open),
            Op::Recover(RecoverStep::Cwd) => self.send_within(HostCommand::CwdAgain, RECOVER_MS),
            // These wait for what is under way.
            Op::Recover(RecoverStep::Outcome | RecoverStep::Wait) => {}
            // These are sent by the call that begins them.
            Op::Idle | Op::Single(_) | Op::Cwd | Op::List | Op::FileRead | Op::FileWrite | Op::Restart => {}
        }
    }

    /// Starts an operation that is one command.
    pub(crate) fn single(&mut self, command: HostCommand, shape: Shape) {
        self.op = Op::Single(shape);
        self.send(command);
    }

    /// Sends a command.
    pub(crate) fn send(&mut self, command: HostCommand) {
        self.send_within(command, self.limit(command));
    }

    /// How long the outcome of a command may take, in milliseconds.
    fn limit(&self, command: HostCommand) -> u32 {
        command.verb().map_or(PLAIN_MS, |verb| verb.time_out_ms(self.t())).wrapping_add(MARGIN_MS)
    }

    /// Sends a command that has its own limit in milliseconds.
    pub(crate) fn send_within(&mut self, command: HostCommand, limit: u32) {
        self.send_with(command, limit, b"", [0; 2]);
    }

    /// Sends a command with a text and two numbers that are not kept.
    pub(crate) fn send_with(&mut self, command: HostCommand, limit: u32, text: &[u8], numbers: [u32; 2]) {
        let Self { config, account, transfer, exchange, .. } = self;
        exchange.start(command, limit, &Slots { config, account, transfer, text, numbers });
    }

    pub(crate) fn finish(&mut self, end: End) {
        self.exchange.stop();
        self.empty_upload = false;
        self.op = Op::Idle;
        self.events.end = Some(end);
    }

    /// Ends the operation with a failure of the line.
    pub(crate) fn fault(&mut self, fault: LineFault) {
        self.fail(Cause::Line(fault));
    }

    /// Ends the operation with a failure of this cause.
    #[inline(always)] // The cause goes straight to its place.
    pub(crate) fn fail(&mut self, cause: Cause) {
        self.exchange.said.cause = cause;
        self.fail_as_said();
    }

    /// Ends the operation with a failure of the cause that the reply carries, after the line is in sync again if data was on it.
    fn fail_as_said(&mut self) {
        let cause = self.exchange.said.cause;
        let verb = self.exchange.said.blamed.or(self.exchange.verb);
        let mut failure = Failure::new(verb, cause);
        let restarted = matches!(cause, Cause::Line(LineFault::Restarted));
        // Where bytes were lost, added or changed on the line, none of them can be trusted: which they are is not known.
        let corrupt = matches!(
            cause,
            Cause::Line(LineFault::Count { .. } | LineFault::Checksum { .. } | LineFault::Desync)
        );
        let downloads = match self.op {
            Op::Get(step) => step.moves_data(),
            Op::List | Op::FileRead => true,
            _ => false,
        };
        if downloads && !corrupt {
            failure.transferred = self.receive.trusted(self.exchange.ok, restarted);
        }
        if restarted {
            self.forget_setup();
        }
        let left = self.left_on_line(cause);
        let mut state = failure.state;
        self.failure = failure;
        if left != LeftOnLine::Nothing && state != SessionState::Reset {
            if cfg!(feature = "recovery") {
                return self.recover(left);
            }
            state = SessionState::Reset;
        }
        self.finish_failed(state);
    }

    /// Ends the operation with the failure that is known, and what it leaves of the session.
    fn finish_failed(&mut self, state: SessionState) {
        self.failure.state = state;
        self.has_failed = true;
        self.logged_in &= state == SessionState::Usable;
        self.in_doubt |= state != SessionState::Usable;
        self.set_up &= state != SessionState::Reset;
        self.finish(End::Failed);
    }

    /// A line has come. The answer says whether it is to be told as information, as a URC, or not at all.
    pub(crate) fn on_answer(&mut self, answer: &Answer<'_>) -> Option<Told> {
        let meaning = self.exchange.on_answer(answer);
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
            Op::Get(GetStep::Transfer | GetStep::Pull) => self.transfer.get.len,
            Op::List => None,
            // No session of such a build comes here.
            Op::FileRead | Op::FileWrite if !cfg!(feature = "staging") => return,
            // It says how much comes (CONNECT <n>), and that is at most what was asked for: the caller may have room for no more.
            Op::FileRead if len.is_none() || len > self.transfer.get.len => {
                return self.fault(LineFault::Desync);
            }
            Op::FileRead => len,
            Op::Put(PutStep::Transfer | PutStep::Stage | PutStep::Upload) | Op::FileWrite => {
                let ack = verb == Verb::Qfupl && !mutated(Mutation::NoAcknowledge);
                self.transmit.begin(self.transfer.put.len, ack, tick(self.exchange.clock));
                if self.transfer.put.len == 0 {
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
        self.after_data();
    }

    /// Whether an upload takes bytes now.
    pub(crate) fn takes_data(&self) -> bool {
        self.exchange.phase == Phase::Transmit
            && self.transmit.room() > 0
            && !self.exchange.is_sending()
            && !self.exchange.has_answered()
    }

    /// How many bytes of an upload go out now.
    pub(crate) fn send_data(&mut self, data: &[u8]) -> usize {
        let guard = self.exchange.guard_ms.into();
        let len = self.transmit.send(tick(self.exchange.clock), data, self.config.in_flight, guard);
        if len > 0 {
            self.exchange.touch();
            self.exchange.await_data(Phase::Transmit, self.t());
            if self.transmit.is_complete() {
                self.exchange.await_trailer(self.t());
            }
        }
        len
    }

    /// The time of the exchange, the pause or the data is up.
    pub(crate) fn on_time(&mut self) {
        let fault = self.exchange.silence();
        match self.exchange.phase {
            Phase::Idle => self.exchange.rest(),
            Phase::Pause => self.advance(Reply::Ok),
            Phase::Receive => self.silence_after_data(),
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
            Op::Single(shape) => work.single(shape, reply),
            Op::Setup(step) => step.next(reply, &mut work),
            Op::Open(step) => step.next(reply, &mut work),
            Op::Cwd => work.cwd(reply),
            Op::List if cfg!(feature = "listings") => work.listed(reply),
            Op::Get(step) => step.next(reply, &mut work),
            Op::Put(step) => step.next(reply, &mut work),
            Op::FileRead if cfg!(feature = "staging") => work.file_read(reply),
            Op::FileWrite if cfg!(feature = "staging") => work.file_written(reply),
            // Also where the module gave no answer to the command: it may restart all the same.
            Op::Restart if self.exchange.phase == Phase::Answer => {
                return self.exchange.pause(START_MS);
            }
            // No RDY: it may go to another port. Set-up will tell.
            Op::Restart => Next::Done(End::Nothing),
            Op::Recover(step) if cfg!(feature = "recovery") => step.next(
                reply,
                &mut work,
                &self.recovery,
                &mut self.failure,
                self.config.reopen_after_abort,
                self.logged_in,
            ),
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
    fn note(&mut self, reply: Reply, next: Next) {
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
