//! The loop of every client without its I/O: it says what to do next, and is told what came of it.
//!
//! The blocking and the asynchronous client differ only in how they do what [`Engine::next`] says.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use qftp_core::Instant as Millis;
use qftp_core::driver::{self, Driver};
use qftp_core::session::{Cause, Config, Done, Event, Failure, LineFault, Session, SessionState};
use qftp_core::wire::{Line, ServerState, Writer};

use super::{Cancel, Error, Kind, Operation, Progress, Recorder, Tap, Watch};

/// The longest wait in one go: a cancellation is noticed that soon.
const WAIT: Duration = Duration::from_millis(100);
/// Most information lines of one operation: no module has as many files.
const LINES: usize = 1 << 16;
/// Bytes read from the port, and from the caller's file, in one go.
const BUFFER: usize = 16 * 1024;

/// What the loop over a port has to do next.
pub(super) enum Want<'a> {
    /// Write to the port, at least a part; then [`Engine::sent`]. Then look, without waiting, whether something came.
    Send(&'a [u8]),
    /// Read from the port into [`Engine::room`], waiting at most this long; then [`Engine::received`].
    Receive(Duration),
    /// Give all of it to the caller's writer; then [`Engine::stored`].
    Store(&'a [u8]),
    /// Read from the caller's reader into [`Engine::chunk_room`]; then [`Engine::filled`].
    Fill,
    /// Ask again: something was told.
    Again,
    /// The operation is over.
    End(Result<Outcome, Error>),
}

/// The result of an operation, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    Number(u64),
    Text(String),
    State(ServerState),
    Space { free: u64, total: u64 },
}

/// Why an operation is being aborted.
enum Abort {
    Cancelled,
    /// The module's answer has more than [`LINES`] lines.
    Endless,
    Local(io::Error),
}

pub(super) struct Engine {
    config: Config,
    driver: Box<Driver<[u8; BUFFER], [u8; BUFFER]>>,
    pub(super) cancel: Cancel,
    pub(super) progress: Option<Box<dyn FnMut(Progress) + Send>>,
    pub(super) watch: Watch,
    /// Information lines of the present operation.
    pub(super) lines: Vec<Vec<u8>>,
    /// Files of certificates that another process had left in the module, removed since.
    pub(super) stale_certificates: usize,
    began: Instant,
    /// Bytes of the last [`Want::Store`].
    storing: usize,
    done: Progress,
    aborting: Option<Abort>,
    broken: bool,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("done", &self.done)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Engine {
    pub(super) fn new(config: Config) -> Self {
        let began = Instant::now();
        Self {
            config,
            driver: Box::new(Driver::new(config, [0; BUFFER], [0; BUFFER])),
            cancel: Cancel::new(),
            progress: None,
            watch: Watch::new(began),
            lines: Vec::new(),
            stale_certificates: 0,
            began,
            storing: 0,
            done: Progress::default(),
            aborting: None,
            broken: false,
        }
    }

    pub(super) fn session(&self) -> &Session {
        self.driver.session()
    }

    /// Where to put the first bytes of what an operation sends; `None` where it sends nothing.
    ///
    /// They are read before the command goes out: a source that fails at once, or has nothing, leaves
    /// the file on the server as it is.
    pub(super) fn first_room(&mut self, operation: &Operation<'_>) -> Option<&mut [u8]> {
        self.driver.sends(operation.sends());
        if operation.sends() == 0 { None } else { Some(self.driver.source_room()) }
    }

    /// The caller's reader brought so many of the first bytes, or failed. Whether it is to be asked again.
    ///
    /// # Errors
    /// The reader's; nothing has begun then.
    pub(super) fn first_filled(&mut self, result: io::Result<usize>) -> Result<bool, Error> {
        match result {
            Ok(0) => Err(Error::own_file(self.ended_early())),
            Ok(count) => {
                self.driver.filled(count);
                Ok(false)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(Error::own_file(error)),
        }
    }

    /// Begins an operation. What it sends begins with what [`Engine::first_room`] got.
    pub(super) fn start(&mut self, operation: &Operation<'_>) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Port(io::Error::new(
                io::ErrorKind::NotConnected,
                "it failed before; open it again",
            )));
        }
        if self.cancel.take() {
            return Err(Error::Cancelled { transferred: 0, state: SessionState::Usable });
        }
        let now = self.now();
        self.driver.begin(now, |session, now| operation.begin(session, now))?;
        self.watch.began(operation);
        let upload = operation.sends();
        self.lines.clear();
        self.done = Progress { done: 0, total: (upload > 0).then_some(upload) };
        self.aborting = None;
        Ok(())
    }

    /// Shows this what passes from now on.
    pub(super) fn set_tap(&mut self, tap: Option<Box<dyn Tap>>) {
        self.watch.finish();
        self.watch.taps.tap = tap;
        self.watch.configured(&self.config);
    }

    /// Records what passes from now on; returns the recorder of before.
    pub(super) fn record(&mut self, recorder: Option<Recorder>) -> Option<Recorder> {
        self.watch.finish();
        let before = std::mem::replace(&mut self.watch.taps.recorder, recorder);
        self.watch.configured(&self.config);
        before
    }

    /// Takes note of what came between two operations.
    pub(super) fn idle_input(&mut self) {
        while matches!(self.next(), Want::Again) {}
    }

    /// Whether an operation is still under way that its caller has given up.
    pub(super) fn abandoned(&self) -> bool {
        !self.broken && !self.driver.is_idle()
    }

    /// Aborts an operation that its caller has given up; then run it to its end.
    pub(super) fn give_up(&mut self) {
        self.abort(Abort::Cancelled);
    }

    pub(super) fn next(&mut self) -> Want<'_> {
        if self.aborting.is_none() && !self.driver.is_idle() && self.cancel.take() {
            self.abort(Abort::Cancelled);
        }
        if self.lines.len() >= LINES && self.aborting.is_none() {
            self.abort(Abort::Endless);
        }
        let now = self.now();
        let watch = &mut self.watch;
        match self.driver.next_watched(now, |used, event| watch.received(used, event)) {
            driver::Want::Write { bytes, .. } => Want::Send(bytes),
            driver::Want::Read(due) => {
                // The clock has gone on meanwhile.
                let due = due.map_or(WAIT, |due| Duration::from_millis(due.since(now)));
                // A whole millisecond at least: the session counts no smaller ones.
                Want::Receive(due.clamp(Duration::from_millis(1), WAIT))
            }
            driver::Want::Store(data) => {
                self.storing = data.len();
                Want::Store(data)
            }
            driver::Want::Fill => Want::Fill,
            driver::Want::End(end) => {
                self.watch.decide();
                let end = end.map(Outcome::from);
                Want::End(ended(end, self.aborting.take()))
            }
            driver::Want::Tell(event) => {
                match event {
                    Event::Size(size) => self.done.total = Some(size),
                    Event::Info(line) => self.lines.push(text_of(&line)),
                    _ => {}
                }
                Want::Again
            }
            _ => Want::Again,
        }
    }

    /// So many bytes of [`Want::Send`] were written.
    pub(super) fn sent(&mut self, count: usize) {
        let driver::Want::Write { bytes, of_file } = self.driver.writing() else { return };
        let kind = if of_file { Kind::Data } else { Kind::Line };
        self.watch.sent(kind, bytes.get(..count).unwrap_or_default());
        self.driver.wrote(count);
        if of_file {
            self.advance(count);
        }
    }

    /// Where to put what the port brings; empty while the last is not used up.
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.driver.room()
    }

    /// So many bytes came into [`Engine::room`].
    pub(super) fn received(&mut self, count: usize) {
        self.driver.received(count);
    }

    /// Whether the port failed.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Begins anew on a port that was opened again.
    pub(super) fn renew(&mut self) {
        self.driver.reset(self.config);
        self.aborting = None;
        self.broken = false;
    }

    /// The port failed: nothing can be said about the session any more.
    pub(super) fn port_failed(&mut self, error: io::Error) -> Error {
        self.broken = true;
        Error::Port(error)
    }

    /// The caller's writer took [`Want::Store`], or failed.
    pub(super) fn stored(&mut self, result: io::Result<()>) {
        match result {
            Ok(()) => self.advance(self.storing),
            Err(error) => self.abort(Abort::Local(error)),
        }
    }

    /// Where to put what the caller's reader brings.
    pub(super) fn chunk_room(&mut self) -> &mut [u8] {
        self.driver.source_room()
    }

    /// The caller's reader brought so many bytes, or failed.
    pub(super) fn filled(&mut self, result: io::Result<usize>) {
        match result {
            Ok(0) => self.abort(Abort::Local(self.ended_early())),
            Ok(count) => self.driver.filled(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => self.abort(Abort::Local(error)),
        }
    }

    fn ended_early(&self) -> io::Error {
        let text = format!("it ended {} bytes before its length", self.driver.left());
        io::Error::new(io::ErrorKind::UnexpectedEof, text)
    }

    fn now(&self) -> Millis {
        Millis::from_millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn abort(&mut self, why: Abort) {
        let under_way = self.driver.abort(self.now()).is_ok();
        if under_way {
            self.watch.aborted();
        }
        // A cancellation that comes too late is none; a file that failed has failed.
        if under_way || matches!(why, Abort::Local(_) | Abort::Endless) {
            self.aborting = Some(why);
        }
    }

    fn advance(&mut self, count: usize) {
        self.done.done += u64::try_from(count).unwrap_or(0);
        if let Some(progress) = &mut self.progress {
            progress(self.done);
        }
    }
}

/// What came of an operation, and why it was aborted if it was.
fn ended(outcome: Result<Outcome, Failure>, aborting: Option<Abort>) -> Result<Outcome, Error> {
    match (outcome, aborting) {
        (outcome, Some(Abort::Local(error))) => {
            let state = outcome.map_or_else(|failure| failure.state, |_| SessionState::Usable);
            Err(Error::Local { error, state })
        }
        (outcome, Some(Abort::Endless)) => {
            let (verb, state) = outcome
                .map_or_else(|failure| (failure.verb, failure.state), |_| (None, SessionState::Usable));
            let cause = Cause::Line(LineFault::Endless { lines: u32::try_from(LINES).unwrap_or(u32::MAX) });
            Err(Error::Failed(Failure { verb, cause, transferred: 0, state }))
        }
        (Ok(outcome), _) => Ok(outcome),
        (Err(failure), Some(Abort::Cancelled)) => {
            Err(Error::Cancelled { transferred: failure.transferred, state: failure.state })
        }
        (Err(failure), None) => Err(Error::Failed(failure)),
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.watch.finish();
    }
}

/// The line as the module would write it.
fn text_of(line: &Line<'_>) -> Vec<u8> {
    let mut buf = [0; 2048];
    let mut out = Writer::new(&mut buf);
    line.emit(&mut out);
    out.finish().map(<[u8]>::to_vec).unwrap_or_default()
}

impl From<Done<'_>> for Outcome {
    fn from(done: Done<'_>) -> Self {
        match done {
            Done::Number(number) => Self::Number(number),
            Done::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            Done::State(state) => Self::State(state),
            Done::Space { free, total } => Self::Space { free, total },
            _ => Self::Nothing,
        }
    }
}
