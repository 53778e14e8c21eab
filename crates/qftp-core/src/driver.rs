//! The one loop between a session, its port and the caller's files, without I/O.
//!
//! A [`Driver`] holds a [`Session`] and two buffers, and says what comes next: a [`Want`]. Whoever has a port, a clock and a file does
//! that and reports it. The blocking client, the asynchronous one and the simulation's host are such loops; none of them decides
//! about a byte.
//!
//! | [`Want`] | what the caller does | and reports by |
//! |---|---|---|
//! | `Write` | writes to the port, at least a part where the port takes any | [`wrote`](Driver::wrote) |
//! | `Read` | reads the port into [`room`](Driver::room), at the longest until the time that is said | [`received`](Driver::received), if anything came |
//! | `Store` | gives the bytes to the file that a download goes to | nothing, or [`abort`](Driver::abort) where the file failed |
//! | `Fill` | reads the file that an upload comes from into [`source_room`](Driver::source_room) | [`filled`](Driver::filled), or `abort` |
//! | `Tell` | shows it, or not | nothing |
//! | `End` | the operation is over | [`begin`](Driver::begin) of the next |
//!
//! After a `Write` the port is read as well, without waiting: a module that leaves data mode early is heard at once, and then not one
//! byte more of the file goes out.
//!
//! ```
//! use qftp_core::Instant;
//! use qftp_core::driver::{Driver, Want};
//! use qftp_core::session::{Config, Setup};
//!
//! let mut driver = Driver::new(Config::default(), [0; 64], [0; 64]);
//! let mut now = Instant::from_millis(0);
//! let setup = Setup { network: false, ..Setup::default() };
//! driver.begin(now, |session, now| session.setup(now, &setup))?;
//! let mut asked = 0;
//! loop {
//!     match driver.next(now) {
//!         Want::Write { bytes, .. } => {
//!             let len = bytes.len();
//!             driver.wrote(len);
//!             // A module that says OK to everything.
//!             driver.room()[..6].copy_from_slice(b"\r\nOK\r\n");
//!             driver.received(6);
//!             asked += 1;
//!         }
//!         Want::Read(until) => now = until.unwrap(),
//!         Want::End(end) => break assert!(end.is_ok()),
//!         other => panic!("{other:?}"),
//!     }
//! }
//! assert_eq!(asked, 4);
//! # Ok::<(), qftp_core::session::Misuse>(())
//! ```

use core::fmt;

use crate::Instant;
use crate::limits;
use crate::session::{Config, Done, End, Event, Failure, Misuse, News, Session};

/// Plus signs of the escape.
const ESCAPE: usize = 3;

/// What a [`Driver`] needs next. Slices are valid until the next call.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Want<'a> {
    /// Bytes for the port.
    Write {
        /// The bytes.
        bytes: &'a [u8],
        /// They are of the file of an upload, and no command.
        of_file: bool,
    },
    /// Bytes from the port, until this time at the latest; `None`: there is nothing to wait for but what comes by itself.
    Read(Option<Instant>),
    /// Bytes of a download or a listing for the caller, in order.
    Store(&'a [u8]),
    /// Bytes of an upload from the caller.
    Fill,
    /// What is to be told meanwhile: a size, an information line, an unsolicited line.
    Tell(Event<'a>),
    /// The operation is over.
    End(Result<Done<'a>, Failure>),
}

/// A session with what is on its way to and from it. `I` and `S` are the memory: bytes from the port, and bytes of an upload. 16 bytes each
/// are enough; the more, the fewer calls.
pub struct Driver<I, S> {
    session: Session,
    /// From the port; what is between `unread` and `end` is not used up.
    input: I,
    unread: usize,
    end: usize,
    /// Of the caller's file; what is between `used` and `filled` is not handed to the session, and the `released` bytes before `used` are
    /// not written.
    source: S,
    used: usize,
    filled: usize,
    released: usize,
    /// Of the caller's file, not yet read.
    left: u64,
    /// The caller's file had nothing when it was asked last.
    dry: bool,
    /// What came last filled all the room: the port may have more.
    more: bool,
    /// A command of which the port has taken the beginning, and where its rest stands: that goes out whatever becomes of the operation, because
    /// a command that is cut off could be another one. One that is not begun is the session's, which may think better of it.
    command: [u8; limits::COMMAND_LINE],
    pending: (usize, usize),
    /// When [`next`](Self::next) was called last.
    now: Instant,
    outcome: Option<End>,
    aborted: bool,
}

impl<I: AsRef<[u8]> + AsMut<[u8]>, S: AsRef<[u8]> + AsMut<[u8]>> Driver<I, S> {
    /// A driver of a module in an unknown state.
    // As State::new.
    #[inline(always)]
    pub const fn new(config: Config, input: I, source: S) -> Self {
        Self {
            session: Session::new(config),
            input,
            unread: 0,
            end: 0,
            source,
            used: 0,
            filled: 0,
            released: 0,
            left: 0,
            dry: false,
            more: false,
            command: [0; limits::COMMAND_LINE],
            pending: (0, 0),
            now: Instant::from_millis(0),
            outcome: None,
            aborted: false,
        }
    }

    /// The session, to be looked at.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Whether an operation may begin.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.session.is_idle() && self.outcome.is_none()
    }

    /// Forgets all, as on a port that was opened again.
    pub fn reset(&mut self, config: Config) {
        self.session = Session::new(config);
        (self.unread, self.end) = (0, 0);
        self.pending = (0, 0);
        self.released = 0;
        self.outcome = None;
        self.aborted = false;
    }

    /// The next operation sends so many bytes of the caller's file.
    ///
    /// Its first bytes are read before [`begin`](Self::begin), by [`source_room`](Self::source_room) and [`filled`](Self::filled): where the
    /// file cannot be read, nothing has begun, and the one on the server is left as it is.
    pub const fn sends(&mut self, len: u64) {
        (self.used, self.filled, self.released) = (0, 0, 0);
        self.left = len;
        self.dry = false;
    }

    /// Begins an operation.
    ///
    /// # Errors
    /// The session's; nothing was sent.
    pub fn begin(
        &mut self,
        now: Instant,
        begin: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<(), Misuse> {
        if self.outcome.is_some() {
            return Err(Misuse::Busy);
        }
        begin(&mut self.session, now)?;
        self.released = 0;
        self.aborted = false;
        Ok(())
    }

    /// Breaks the operation off; go on until its end. Bytes of a file that were handed out and not written are not to be written any more.
    ///
    /// # Errors
    /// There is none under way.
    pub fn abort(&mut self, now: Instant) -> Result<(), Misuse> {
        if self.outcome.is_some() {
            return Err(Misuse::NothingToAbort);
        }
        self.session.abort(now)?;
        self.released = 0;
        self.aborted = true;
        Ok(())
    }

    /// What comes next.
    pub fn next(&mut self, now: Instant) -> Want<'_> {
        self.next_watched(now, |_, _| {})
    }

    /// The same; `watch` is shown the bytes that came, as the session uses them up, with the event that came of them.
    pub fn next_watched(
        &mut self,
        now: Instant,
        mut watch: impl FnMut(&[u8], Option<&Event<'_>>),
    ) -> Want<'_> {
        if let Some((news, from)) = self.news(now, &mut watch) {
            let input = self.input.as_ref().get(from..self.end).unwrap_or_default();
            return match self.session.event(news, input) {
                Event::Data(data) => Want::Store(data),
                other => Want::Tell(other),
            };
        }
        self.now = now;
        if self.has_command() {
            // The session is past what still waits of a file.
            self.released = 0;
        }
        if let Some(end) = self.outcome.take() {
            self.released = 0;
            return match self.session.event(News::End(end), b"") {
                Event::Done(done) => Want::End(Ok(done)),
                Event::Failed(failure) => Want::End(Err(failure)),
                other => Want::Tell(other),
            };
        }
        if self.released == 0 && !self.has_command() && self.session.wants_data() && !self.aborted {
            if core::mem::take(&mut self.more) {
                // No byte goes out while a word of the module may wait at the port.
                return Want::Read(Some(now));
            }
            if self.wants_more() {
                return Want::Fill;
            }
            let waiting = self.source.as_ref().get(self.used..self.filled).unwrap_or_default();
            self.released = self.session.send(now, waiting);
            self.used = self.used.saturating_add(self.released);
        }
        if self.released > 0 || self.has_command() {
            return self.writing();
        }
        self.dry = false;
        Want::Read(self.session.poll_timeout())
    }

    /// What is to be written: the last [`Want::Write`] as far as the port has not taken it, or no byte.
    #[must_use]
    pub fn writing(&self) -> Want<'_> {
        let (from, to) = self.pending;
        if from < to {
            return Want::Write { bytes: self.command.get(from..to).unwrap_or_default(), of_file: false };
        }
        if self.released == 0 {
            return Want::Write { bytes: self.session.waiting(), of_file: false };
        }
        let from = self.used.saturating_sub(self.released);
        Want::Write { bytes: self.source.as_ref().get(from..self.used).unwrap_or_default(), of_file: true }
    }

    /// The port took so many bytes of [`Want::Write`].
    pub fn wrote(&mut self, count: usize) {
        let (from, to) = self.pending;
        if from < to {
            self.pending.0 = from.saturating_add(count);
        } else if self.released > 0 {
            self.released = self.released.saturating_sub(count);
        } else if count > 0 {
            let len = self.session.poll_transmit(self.now, &mut self.command);
            self.pending = (count, len);
        }
    }

    /// Whether a command, or the rest of one, waits for the port.
    fn has_command(&self) -> bool {
        self.pending.0 < self.pending.1 || !self.session.waiting().is_empty()
    }

    /// Where to put what the port brings; empty while what came before is not used up.
    pub fn room(&mut self) -> &mut [u8] {
        if self.unread >= self.end {
            (self.unread, self.end) = (0, 0);
        }
        self.input.as_mut().get_mut(self.end..).unwrap_or_default()
    }

    /// So many bytes came into [`room`](Self::room).
    pub fn received(&mut self, count: usize) {
        let len = self.input.as_ref().len();
        self.end = self.end.saturating_add(count).min(len);
        self.more = count > 0 && self.end == len;
    }

    /// Where to put the next bytes of the file of an upload.
    pub fn source_room(&mut self) -> &mut [u8] {
        let source = self.source.as_mut();
        if self.used > 0 {
            // Plus signs, if anything: few.
            let waiting = self.used.min(self.filled)..self.filled;
            self.filled = 0;
            for at in waiting {
                let Some(byte) = source.get(at).copied() else { break };
                if let Some(slot) = source.get_mut(self.filled) {
                    *slot = byte;
                    self.filled = self.filled.saturating_add(1);
                }
            }
            self.used = 0;
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = source.get_mut(self.filled..).unwrap_or_default();
        let most = room.len().min(left);
        room.get_mut(..most).unwrap_or_default()
    }

    /// So many bytes of the file came into [`source_room`](Self::source_room). 0: there are none yet, and it is asked again after the port
    /// was read. A file that has ended before its length is to be reported by [`abort`](Self::abort).
    pub fn filled(&mut self, count: usize) {
        self.filled = self.filled.saturating_add(count).min(self.source.as_ref().len());
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        self.dry = count == 0;
    }

    /// Bytes of the file of an upload that are still to be read.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// Feeds the session what came, and the time, up to the first news; also where the input begins that it stands in.
    fn news(
        &mut self,
        now: Instant,
        watch: &mut impl FnMut(&[u8], Option<&Event<'_>>),
    ) -> Option<(News, usize)> {
        let mut timed = false;
        loop {
            let from = self.unread;
            let input = self.input.as_ref().get(from..self.end).unwrap_or_default();
            let (consumed, news) = self.session.hear(now, input);
            let event = news.map(|news| self.session.event(news, input));
            watch(input.get(..consumed).unwrap_or_default(), event.as_ref());
            self.unread = from.saturating_add(consumed);
            match news {
                Some(News::End(end)) => self.outcome = Some(end),
                Some(news) => return Some((news, from)),
                None if self.session.has_news() || (consumed > 0 && self.unread < self.end) => {}
                // What came is used up: now for the time.
                None if !timed && self.session.poll_timeout().is_some_and(|due| due <= now) => {
                    timed = true;
                    self.session.handle_timeout(now);
                }
                None => return None,
            }
        }
    }

    /// Whether the caller's file is asked before anything is sent: there is nothing, or so few plus signs that they could be the escape. More
    /// of them in one piece, or another byte, cannot.
    fn wants_more(&self) -> bool {
        let waiting = self.source.as_ref().get(self.used..self.filled).unwrap_or_default();
        let is_short = waiting.len() <= ESCAPE && waiting.iter().all(|byte| *byte == b'+');
        !self.dry && (waiting.is_empty() || is_short) && self.left > 0
    }
}

impl<I, S> fmt::Debug for Driver<I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("session", &self.session)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
