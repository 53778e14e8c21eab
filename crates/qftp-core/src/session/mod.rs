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
mod end_of_data;
mod event;
mod events;
mod exchange;
mod failure;
mod kept;
mod operation;
mod operations;
mod options;
mod recover;
mod secrets;
mod ssl_context;
mod state;
mod tls;
mod transfer;

use core::fmt;

pub use event::{Done, Event, Reason, Step};
pub use failure::{Cause, Failure, Field, Kind, LineFault, Misuse, SessionState};
pub use options::{Apn, Config, GetOptions, Login, PutOptions, Setup, Via};
pub use exchange::SimState;

pub use tls::{ClientCertificate, Tls, TlsGaps, TlsSuspect};

use crate::Instant;
use crate::copy::copy;
use crate::wire::{Line, is_end};
use exchange::{HOLD, Phase, Piece, Reader, Receive, is_answer, tick};
pub(crate) use operation::End;
use state::{State, Told};

/// What a session has brought, and where that stands: a value, so that whoever holds it may still use the session.
#[derive(Clone, Copy, Debug)]
pub(crate) enum News {
    Size(u64),
    Data(Piece),
    Line(Told, Place),
    End(End),
}

/// The form in which a session tells what came.
pub(crate) trait Form<'a>: Sized {
    fn data(receive: &'a Receive, piece: Piece, input: &'a [u8]) -> Option<Self>;
    fn line(told: Told, line: Line<'a>, place: Place) -> Self;
    /// Of what does not stand in the input.
    fn of(session: &'a Session, news: News) -> Self;
}

impl<'a> Form<'a> for Event<'a> {
    fn data(receive: &'a Receive, piece: Piece, input: &'a [u8]) -> Option<Self> {
        receive.data(piece, input).map(Event::Data)
    }

    fn line(told: Told, line: Line<'a>, _: Place) -> Self {
        told.event(line)
    }

    fn of(session: &'a Session, news: News) -> Self {
        session.event(news, b"")
    }
}

impl<'a> Form<'a> for News {
    fn data(_: &'a Receive, piece: Piece, _: &'a [u8]) -> Option<Self> {
        (piece != Piece::Nothing).then_some(Self::Data(piece))
    }

    fn line(told: Told, _: Line<'a>, place: Place) -> Self {
        Self::Line(told, place)
    }

    fn of(_: &'a Session, news: News) -> Self {
        news
    }
}

/// Where a line stands that is to be told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// In the input, so many bytes behind its first line ends.
    Input(usize),
    /// In the reader, which put it together.
    Reader(usize),
    /// Among the bytes that were held back.
    Held(Piece),
}

/// The host's side of one module. See the [module's documentation](self).
pub struct Session {
    reader: Reader,
    state: State,
}

impl Session {
    /// A session with a module in an unknown state.
    #[must_use]
    // As State::new.
    #[inline(always)]
    pub const fn new(config: Config) -> Self {
        Self { reader: Reader::new(), state: State::new(config) }
    }

    /// Takes bytes that came from the module, and gives at most one event.
    ///
    /// Call it again with what is left of the input while any is left or an event came.
    // Small, and called for every byte.
    #[inline(always)]
    pub fn handle_input<'a>(&'a mut self, now: Instant, input: &'a [u8]) -> Step<'a> {
        let (consumed, event) = self.hear(now, input);
        Step { consumed, event }
    }

    /// The same, with what it brought in the form that the caller wants: an event, or [`News`], which borrows nothing.
    #[inline(always)]
    pub(crate) fn hear<'a, F: Form<'a>>(&'a mut self, now: Instant, input: &'a [u8]) -> (usize, Option<F>) {
        // A byte within a line, as an interrupt brings it: only the end of the line means anything.
        if let [byte] = input
            && self.state.exchange.phase.has_lines()
            && self.reader.push(*byte)
        {
            self.state.exchange.heard = true;
            return (1, None);
        }
        self.take(now, input)
    }

    #[inline(never)]
    fn take<'a, F: Form<'a>>(&'a mut self, now: Instant, input: &'a [u8]) -> (usize, Option<F>) {
        self.state.exchange.clock = now;
        if self.has_news() {
            let news = self.poll_news();
            return (0, news.map(|news| F::of(self, news)));
        }
        let Some(first) = input.first() else { return (0, None) };
        if core::mem::take(&mut self.state.skip_lf) && *first == b'\n' {
            return (1, None);
        }
        match self.state.exchange.phase {
            Phase::Receive => self.take_data(input),
            Phase::Transmit if *first == b'A' && self.awaits_ack() => {
                self.state.transmit.acks = self.state.transmit.acks.map(|acks| acks.saturating_add(1));
                (1, None)
            }
            Phase::Trailer
                if core::mem::take(&mut self.state.check_end) && !self.state.receive.end_begins(*first) =>
            {
                self.state.fail(Cause::Line(LineFault::Desync));
                (0, None)
            }
            phase => {
                if phase == Phase::Pause {
                    self.state.exchange.disturb();
                }
                self.take_line(input)
            }
        }
    }

    fn take_data<'a, F: Form<'a>>(&'a mut self, input: &'a [u8]) -> (usize, Option<F>) {
        let (consumed, piece) = self.state.receive.take(input);
        self.state.after_data();
        (consumed, F::data(&self.state.receive, piece, input))
    }

    fn take_line<'a, F: Form<'a>>(&'a mut self, input: &'a [u8]) -> (usize, Option<F>) {
        let link = &mut self.state.exchange;
        // A line without end is no answer, but something is there.
        link.heard |= input.last().is_some_and(|last| !is_end(*last));
        let had_begun = self.reader.is_within_line();
        let (consumed, ended) = self.reader.read(input, link.own, link.wanted());
        let line = input.get(..consumed).unwrap_or_default();
        if !ended {
            self.reader.keep(line, !had_begun);
            return (consumed, None);
        }
        let told = self.state.on_answer(&self.reader.answer, self.reader.text());
        // A carriage return may have its line feed still to come, which is no file data.
        if line.last() == Some(&b'\n') {
            self.state.skip_lf = false;
        }
        let Some(told) = told.filter(|_| cfg!(feature = "lines")) else { return (consumed, None) };
        let (text, place) = if had_begun {
            self.reader.keep(line.split_last().map_or(b"", |(_, line)| line), false);
            let text = self.reader.whole();
            (text, Place::Reader(text.len()))
        } else {
            let begin = line.iter().take_while(|byte| is_end(**byte)).count();
            let text = line.get(begin..consumed.saturating_sub(1)).unwrap_or_default();
            (text, Place::Input(text.len()))
        };
        let line = Line::parse(text);
        let told = self.state.may_tell(&line, text).then(|| F::line(told, line, place));
        (consumed, told)
    }

    fn awaits_ack(&self) -> bool {
        self.state.transmit.acks.is_some() && self.state.transmit.room() == 0 && !self.reader.is_within_line()
    }

    /// The time of [`poll_timeout`](Self::poll_timeout) has come. An early or needless call does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.state.exchange.clock = now;
        if self.state.exchange.is_due() {
            self.reader.clear();
            self.state.on_time();
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
        let guard = self.state.exchange.guard_ms.into();
        self.state.exchange.clock = now;
        let len = self.state.transmit.send(tick(now), data, self.state.config.in_flight, guard);
        if len > 0 {
            self.state.exchange.touch();
            self.state.exchange.await_data(Phase::Transmit, self.state.t());
            if self.state.transmit.is_complete() {
                self.state.exchange.await_trailer(self.state.t());
            }
        }
        len
    }

    /// Whether an upload waits for bytes by [`send`](Self::send).
    #[must_use]
    pub fn wants_data(&self) -> bool {
        self.state.exchange.phase == Phase::Transmit
            && self.state.transmit.room() > 0
            && !self.state.exchange.is_sending()
            && !self.reader.is_within_line()
            && !self.state.exchange.has_answered()
    }

    /// The next event that needs no further input.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        self.poll_news().map(|news| self.event(news, b""))
    }

    /// The same as a value that borrows nothing.
    pub(crate) fn poll_news(&mut self) -> Option<News> {
        if core::mem::take(&mut self.state.events.size) {
            return Some(News::Size(self.state.transfer.get.len.unwrap_or(0)));
        }
        let flush = core::mem::take(&mut self.state.events.flush);
        if flush > 0 {
            return Some(News::Data(self.state.receive.release(flush)));
        }
        if self.state.events.replay
            && let Some((told, piece)) = self.replay()
        {
            return Some(News::Line(told, Place::Held(piece)));
        }
        self.state.events.end.take().map(News::End)
    }

    /// What [`hear`](Self::hear) or [`poll_news`](Self::poll_news) brought last; `input` is what it was heard in.
    pub(crate) fn event<'a>(&'a self, news: News, input: &'a [u8]) -> Event<'a> {
        match news {
            News::Size(size) => Event::Size(size),
            News::Data(piece) => Event::Data(self.state.receive.data(piece, input).unwrap_or_default()),
            // No line of such a build is told.
            News::Line(..) if !cfg!(feature = "lines") => Event::Data(b""),
            News::Line(told, place) => {
                let text = match place {
                    Place::Input(len) => {
                        let begin = input.iter().take_while(|byte| is_end(**byte)).count();
                        input.get(begin..begin.saturating_add(len))
                    }
                    Place::Reader(len) => self.reader.whole().get(..len),
                    Place::Held(piece) => self.state.receive.data(piece, b""),
                };
                told.event(Line::parse(text.unwrap_or_default()))
            }
            News::End(end) => match end {
                End::Nothing => Event::Done(Done::Nothing),
                End::Number => Event::Done(Done::Number(self.state.exchange.said.number)),
                End::Text => Event::Done(Done::Text(self.reader.said())),
                End::State(state) => Event::Done(Done::State(state)),
                End::Space => {
                    let said = &self.state.exchange.said;
                    Event::Done(Done::Space { free: said.number, total: said.second })
                }
                End::Failed => Event::Failed(self.state.failure),
            },
        }
    }

    /// Reads the bytes that were held back at the end of data as the lines they turned out to be, up to the first that is to be told.
    fn replay(&mut self) -> Option<(Told, Piece)> {
        while let Some((piece, after_question)) = self.state.receive.next_line() {
            let mut text = [0; HOLD];
            let line = self.state.receive.data(piece, b"").unwrap_or_default();
            let len = copy(&mut text, line);
            let text = text.get(..len).unwrap_or_default();
            // The answer to the question whether the data is over is nobody else's.
            if after_question && self.state.receive.speaker().hears(text).is_some_and(is_answer) {
                continue;
            }
            let link = &self.state.exchange;
            self.reader.read(text, link.own, link.wanted());
            self.reader.answer.finish();
            let told =
                self.state.on_answer(&self.reader.answer, self.reader.text());
            if let Some(told) = told.filter(|_| cfg!(feature = "lines"))
                && self.state.may_tell(&Line::parse(text), text)
            {
                return Some((told, piece));
            }
        }
        self.state.events.replay = false;
        // The start of a line whose end is still to come.
        let held = self.state.receive.held();
        let (consumed, _) = self.reader.read(held, self.state.exchange.own, self.state.exchange.wanted());
        self.reader.keep(held.get(..consumed).unwrap_or_default(), true);
        None
    }

    /// Whether [`poll_news`](Self::poll_news) has any.
    pub(crate) fn has_news(&self) -> bool {
        self.state.events.is_any()
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
