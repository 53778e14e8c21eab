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
use super::command::HostCommand;
use super::events::Events;
use super::exchange::{Exchange, MARGIN_MS, PLAIN_MS, Phase, Receive, Sync, Transmit, short, tick};
use super::failure::{Cause, Failure, LineFault, SessionState};
use super::misuse::Misuse;
use super::operation::{End, LeftOnLine, Op, RecoverStep, Recovery, SetupStep, Shape};
use super::options::Config;
use super::slots::Slots;
use super::transfer::Transfer;
use crate::limits;

/// How long the URC of `AT+QFTPSTAT` may take before another URC port is tried, in milliseconds.
pub(crate) const PROBE_MS: u32 = 2_000;
/// The time for each command of recovery, in milliseconds: the caller is waiting for bad news.
const RECOVER_MS: u32 = 10_000;

/// From `AT+CFUN=1,1` to `RDY`, in milliseconds.
pub(crate) const START_MS: u32 = short(limits::START_MS);

/// Everything but the reader of lines.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) exchange: Exchange,
    pub(crate) receive: Receive,
    pub(crate) transmit: Transmit,
    pub(crate) op: Op,
    pub(crate) sync: Sync,
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
    pub(crate) may_be_in_data: bool,
    /// The line feed of CONNECT has not come yet.
    pub(crate) skip_lf: bool,
    /// The next byte must begin the end of the data.
    pub(crate) check_end: bool,
    /// An upload of no bytes whose end has not come yet.
    pub(crate) empty_upload: bool,
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
            // Of the listings, that of names is sent again, in its other spelling.
            Op::List => self.send(HostCommand::NamesOtherwise),
            Op::Get(step) => self.send(step.command()),
            Op::Put(step) => self.send(step.command()),
            Op::Recover(RecoverStep::Stat) => self.send_within(HostCommand::State, RECOVER_MS),
            Op::Recover(RecoverStep::Close) => self.send_within(HostCommand::Close, RECOVER_MS),
            Op::Recover(RecoverStep::Open) => self.send(HostCommand::Open),
            Op::Recover(RecoverStep::Cwd) => self.send_within(HostCommand::CwdAgain, RECOVER_MS),
            // These wait for what is under way.
            Op::Recover(RecoverStep::Outcome | RecoverStep::Wait) => {}
            // These are sent by the call that begins them.
            Op::Idle | Op::Single(_) | Op::Cwd | Op::FileRead | Op::FileWrite | Op::Restart => {}
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
    pub(crate) fn fail_as_said(&mut self) {
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
    pub(crate) fn finish_failed(&mut self, state: SessionState) {
        self.failure.state = state;
        self.has_failed = true;
        self.logged_in &= state == SessionState::Usable;
        self.in_doubt |= state != SessionState::Usable;
        self.set_up &= state != SessionState::Reset;
        self.finish(End::Failed);
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
}
