//! The host's state machine: bytes and time in, bytes and events out.
//!
//! A [`Session`] does one operation at a time: set-up, login, a transfer, a command. A driver owns the port and the clock and does
//! nothing but this:
//!
//! 1. write what [`poll_transmit`](Session::poll_transmit) gives, and during an upload as many file bytes as
//!    [`send`](Session::send) asks for;
//! 2. read the port, but not beyond [`poll_timeout`](Session::poll_timeout), and give what came to
//!    [`handle_input`](Session::handle_input), again and again until all of it is consumed and no event came;
//! 3. when that time has come, call [`handle_timeout`](Session::handle_timeout);
//! 4. after each of these, take [`poll_event`](Session::poll_event) until there is none.
//!
//! Every operation ends with exactly one [`Event::Done`] or [`Event::Failed`]. File data is counted, never searched; it is lent out of
//! the driver's own buffer wherever it can be.
//!
//! ```
//! use qftp_core::Instant;
//! use qftp_core::session::{Config, Done, Event, Session, Setup};
//!
//! let now = Instant::from_millis(0);
//! let mut session = Session::new(Config::default());
//! session.setup(now, &Setup { network: false, ..Setup::default() })?;
//! let mut out = [0; 64];
//! let now = session.poll_timeout().unwrap(); // a short silence comes first
//! session.handle_timeout(now);
//! let mut done = false;
//! for question in [&b"AT\r"[..], b"ATE0\r", b"AT+CMEE=1\r", b"ATS12=15\r"] {
//!     let len = session.poll_transmit(now, &mut out);
//!     assert_eq!(&out[..len], question);
//!     let mut answer = &b"\r\nOK\r\n"[..];
//!     while !answer.is_empty() {
//!         let step = session.handle_input(now, answer);
//!         done |= step.event == Some(Event::Done(Done::Nothing));
//!         answer = &answer[step.consumed..];
//!     }
//! }
//! assert!(done && session.is_set_up());
//! # Ok::<(), qftp_core::session::Misuse>(())
//! ```

mod account;
mod advance;
mod answers;
mod command;
mod end_of_data;
mod event;
mod events;
mod exchange;
mod failure;
mod kept;
mod listings;
mod misuse;
mod module_files;
mod news;
mod operation;
mod operations;
mod options;
mod recover;
mod secrets;
mod sim_state;
mod slots;
mod ssl_context;
mod state;
mod tls;
mod transfer;

use core::fmt;

pub use event::{Done, Event, Reason, Step};
#[doc(hidden)]
pub use exchange::Piece;
pub use failure::{Cause, Failure, Kind, LineFault, SessionState};
pub use misuse::{Field, Misuse};
#[doc(hidden)]
pub use news::News;
#[doc(hidden)]
pub use operation::End;
pub use options::{Apn, ApnOf, Config, GetOptions, Login, LoginOf, PutOptions, Setup, SetupOf, Via};
pub use sim_state::SimState;
pub use tls::{ClientCertificate, ClientCertificateOf, Tls, TlsGaps, TlsOf, TlsSuspect};

use crate::Instant;
use crate::wire::LineReader;
use exchange::{HOLD, Phase};
use state::State;

/// The host's side of one module. See the [module's documentation](self).
pub struct Session {
    /// What is held back at the end of data has its buffer meanwhile: no line has begun then.
    reader: LineReader<HOLD>,
    state: State,
}

impl Session {
    /// A session with a module in an unknown state.
    #[must_use]
    // As State::new.
    #[inline(always)]
    pub const fn new(config: Config) -> Self {
        Self { reader: LineReader::new(), state: State::new(config) }
    }

    /// Takes bytes that came from the module, and gives at most one event.
    ///
    /// Call it again with what is left of the input while any is left or an event came.
    // Small, and called for every byte.
    #[inline(always)]
    pub fn handle_input<'a>(&'a mut self, now: Instant, input: &'a [u8]) -> Step<'a> {
        let (consumed, news) = self.hear(now, input);
        Step { consumed, event: news.map(|news| self.event(news, input)) }
    }

    /// The next event that needs no further input.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        self.poll_news().map(|news| self.event(news, b""))
    }

    /// The time of [`poll_timeout`](Self::poll_timeout) has come. An early or needless call does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.state.exchange.clock = now;
        if self.state.exchange.is_due() {
            self.reader.clear();
            self.state.on_time(self.reader.store());
        }
    }

    /// Writes bytes for the module into `out` and says how many; 0 when there are none.
    ///
    /// File data of an upload does not come this way but by [`send`](Self::send).
    pub fn poll_transmit(&mut self, now: Instant, out: &mut [u8]) -> usize {
        self.state.exchange.clock = now;
        self.state.exchange.transmit(out)
    }

    /// What [`poll_transmit`](Self::poll_transmit) would give, and still does not.
    pub(crate) fn waiting(&self) -> &[u8] {
        self.state.exchange.waiting()
    }

    /// Offers file bytes of an upload: as many of them as the answer says, and no more, have to be written to the port now.
    ///
    /// It is 0 while the module is not ready for them, and at most [`Config::in_flight`]. Give the port's input to
    /// [`handle_input`](Self::handle_input) between two calls: when the module leaves data mode early, not one byte more goes out.
    pub fn send(&mut self, now: Instant, data: &[u8]) -> usize {
        if !self.wants_data() {
            return 0;
        }
        self.state.exchange.clock = now;
        self.state.send_data(data)
    }

    /// Whether an upload waits for bytes by [`send`](Self::send).
    #[must_use]
    pub fn wants_data(&self) -> bool {
        self.state.takes_data() && !self.reader.is_within_line()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called, unless input comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let exchange = &self.state.exchange;
        let retry = match exchange.phase {
            Phase::Transmit => self.state.transmit.retry_at(exchange.guard_ms.into()),
            _ => None,
        };
        exchange.due(retry)
    }

    /// Why there is a [`poll_timeout`](Self::poll_timeout).
    #[must_use]
    pub fn timeout_reason(&self) -> Option<Reason> {
        self.state.exchange.reason()
    }

    /// The last failure of an operation, or that which is being recovered from.
    #[must_use]
    pub const fn last_failure(&self) -> Option<&Failure> {
        self.state.last_failure()
    }

    /// Whether an operation may start.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.state.is_idle()
    }

    /// Whether [`setup`](Self::setup) has succeeded since the module last started.
    #[must_use]
    pub const fn is_set_up(&self) -> bool {
        self.state.set_up
    }

    /// Which protections of the last login's [`Tls`] this module does not have: it refused the settings.
    #[must_use]
    pub const fn tls_gaps(&self) -> TlsGaps {
        self.state.account.tls.gaps
    }

    /// Whether a login stands, as far as is known.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.state.logged_in
    }
}

/// Neither contents nor secrets: what it is doing.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("operation", &self.state.op)
            .field("phase", &self.state.exchange.phase)
            .field("set_up", &self.state.set_up)
            .field("open", &self.state.logged_in)
            .finish_non_exhaustive()
    }
}
