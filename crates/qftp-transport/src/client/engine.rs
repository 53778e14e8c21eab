//! The loop of every client without its I/O: it says what to do next, and is told what came of it.
//!
//! The blocking and the asynchronous client differ only in how they do what [`Engine::next`] says.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use qftp_core::Instant as Millis;
use qftp_core::session::{Cause, Config, Done, Event, Failure, LineFault, Session, SessionState};
use qftp_core::wire::{Line, ServerState, Writer};

use super::{Cancel, Error, Kind, Operation, Progress, Recorder, Tap, Watch};

/// The longest wait in one go: a cancellation is noticed that soon.
const WAIT: Duration = Duration::from_millis(100);
/// Most information lines of one operation: no module has as many files.
const LINES: usize = 1 << 16;
/// Plus signs of the escape.
const ESCAPE: usize = 3;
/// Bytes read from the port, and from the caller's file, in one go.
const BUFFER: usize = 16 * 1024;

/// What the driver has to do next.
pub(super) enum Want<'a> {
    /// Write to the port, at least a part; then [`Engine::sent`]. Then look, without waiting, whether something came.
    Send(&'a [u8]),
    /// Read from the port into [`Engine::room`], waiting at most this long; then [`Engine::received`].
    Receive(Duration),
    /// Give all of it to the caller's writer; then [`Engine::stored`].
    Store(&'a [u8]),
    /// Read from the caller's reader into [`Engine::chunk_room`]; then [`Engine::filled`].
    Fill,
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
    pub(super) session: Box<Session>,
    pub(super) cancel: Cancel,
    pub(super) progress: Option<Box<dyn FnMut(Progress) + Send>>,
    pub(super) watch: Watch,
    /// Information lines of the present operation.
    pub(super) lines: Vec<Vec<u8>>,
    /// Files of certificates that another process had left in the module, removed since.
    pub(super) stale_certificates: usize,
    began: Instant,
    input: Box<[u8]>,
    /// The part of `input` that came and is not yet used up.
    unread: std::ops::Range<usize>,
    /// On its way to the port.
    output: Vec<u8>,
    output_is_data: bool,
    /// Of the caller's file, not yet handed to the session.
    chunk: Vec<u8>,
    chunk_used: usize,
    /// What of `chunk` is filled; what is behind waits for the caller's reader.
    chunk_filled: usize,
    /// Of the caller's file, not yet read.
    left: u64,
    /// For the caller's writer.
    data: Vec<u8>,
    done: Progress,
    aborting: Option<Abort>,
    outcome: Option<Result<Outcome, Failure>>,
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
            session: Box::new(Session::new(config)),
            cancel: Cancel::new(),
            progress: None,
            watch: Watch::new(began),
            lines: Vec::new(),
            stale_certificates: 0,
            began,
            input: vec![0; BUFFER].into_boxed_slice(),
            unread: 0..0,
            output: Vec::new(),
            output_is_data: false,
            chunk: Vec::new(),
            chunk_used: 0,
            chunk_filled: 0,
            left: 0,
            data: Vec::new(),
            done: Progress::default(),
            aborting: None,
            outcome: None,
            broken: false,
        }
    }

    /// Where to put the first bytes of what an operation sends; `None` where it sends nothing.
    ///
    /// They are read before the command goes out: a source that fails at once, or has nothing, leaves
    /// the file on the server as it is.
    pub(super) fn first_room(&mut self, operation: &Operation<'_>) -> Option<&mut [u8]> {
        self.chunk_used = 0;
        self.chunk_filled = 0;
        self.left = operation.sends();
        if self.left == 0 { None } else { Some(self.chunk_room()) }
    }

    /// The caller's reader brought so many of the first bytes, or failed. Whether it is to be asked again.
    ///
    /// # Errors
    /// The reader's; nothing has begun then.
    pub(super) fn first_filled(&mut self, result: io::Result<usize>) -> Result<bool, Error> {
        match result {
            Ok(0) => Err(Error::own_file(self.ended_early())),
            Ok(count) => {
                self.took(count);
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
        operation.begin(&mut self.session, now)?;
        self.watch.began(operation);
        let upload = operation.sends();
        self.lines.clear();
        self.data.clear();
        self.done = Progress { done: 0, total: (upload > 0).then_some(upload) };
        self.aborting = None;
        self.outcome = None;
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
        self.take_input();
        self.take_events();
    }

    /// Whether an operation is still under way that its caller has given up.
    pub(super) fn abandoned(&self) -> bool {
        !self.broken && !self.session.is_idle()
    }

    /// Aborts an operation that its caller has given up; then run it to its end.
    pub(super) fn give_up(&mut self) {
        self.abort(Abort::Cancelled);
        self.data.clear();
    }

    pub(super) fn next(&mut self) -> Want<'_> {
        if self.aborting.is_none() && !self.session.is_idle() && self.cancel.take() {
            self.abort(Abort::Cancelled);
        }
        self.take_input();
        let now = self.now();
        if self.session.poll_timeout().is_some_and(|due| due <= now) {
            self.session.handle_timeout(now);
        }
        self.take_events();
        self.take_commands();
        if !self.data.is_empty() {
            return Want::Store(&self.data);
        }
        if self.outcome.is_some() && (self.output.is_empty() || self.output_is_data) {
            self.output.clear();
            return Want::End(self.end());
        }
        if self.output.is_empty() && self.session.wants_data() && self.aborting.is_none() {
            if self.wants_more() {
                return Want::Fill;
            }
            self.take_chunk();
        }
        if !self.output.is_empty() {
            return Want::Send(&self.output);
        }
        let now = self.now();
        let due = self.session.poll_timeout().map_or(WAIT, |due| Duration::from_millis(due.since(now)));
        // A whole millisecond at least: the session counts no smaller ones.
        Want::Receive(due.clamp(Duration::from_millis(1), WAIT))
    }

    /// So many bytes of [`Want::Send`] were written.
    pub(super) fn sent(&mut self, count: usize) {
        let kind = if self.output_is_data { Kind::Data } else { Kind::Line };
        self.watch.sent(kind, &self.output[..count]);
        if self.output_is_data {
            self.advance(count);
        }
        self.output.drain(..count);
    }

    /// Where to put what the port brings; empty while the last is not used up.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.unread.is_empty() {
            self.unread = 0..0;
        }
        &mut self.input[self.unread.end..]
    }

    /// So many bytes came into [`Engine::room`].
    pub(super) fn received(&mut self, count: usize) {
        self.unread.end += count;
    }

    /// Whether the port failed.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Begins anew on a port that was opened again.
    pub(super) fn renew(&mut self) {
        *self.session = Session::new(self.config);
        self.unread = 0..0;
        self.output.clear();
        self.output_is_data = false;
        self.aborting = None;
        self.outcome = None;
        self.broken = false;
    }

    /// The port failed: nothing can be said about the session any more.
    pub(super) fn port_failed(&mut self, error: io::Error) -> Error {
        self.broken = true;
        Error::Port(error)
    }

    /// The caller's writer took [`Want::Store`], or failed.
    pub(super) fn stored(&mut self, result: io::Result<()>) {
        let count = self.data.len();
        self.data.clear();
        match result {
            Ok(()) => self.advance(count),
            Err(error) => self.abort(Abort::Local(error)),
        }
    }

    /// Whether the caller's reader is asked before anything is sent: there is nothing, or so few plus
    /// signs that they could be the escape. More of them in one piece, or another byte, cannot.
    fn wants_more(&self) -> bool {
        let waiting = &self.chunk[self.chunk_used..self.chunk_filled];
        let is_short = waiting.len() <= ESCAPE && waiting.iter().all(|byte| *byte == b'+');
        waiting.is_empty() || (is_short && self.left > 0)
    }

    /// Where to put what the caller's reader brings.
    pub(super) fn chunk_room(&mut self) -> &mut [u8] {
        self.chunk.copy_within(self.chunk_used..self.chunk_filled, 0);
        self.chunk_filled -= self.chunk_used;
        self.chunk_used = 0;
        let room = usize::try_from(self.left).unwrap_or(BUFFER).min(BUFFER);
        self.chunk.resize(self.chunk_filled + room, 0);
        &mut self.chunk[self.chunk_filled..]
    }

    /// The caller's reader brought so many bytes, or failed.
    pub(super) fn filled(&mut self, result: io::Result<usize>) {
        match result {
            Ok(0) => self.abort(Abort::Local(self.ended_early())),
            Ok(count) => self.took(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => self.abort(Abort::Local(error)),
        }
    }

    fn took(&mut self, count: usize) {
        self.chunk_filled += count;
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
    }

    fn ended_early(&self) -> io::Error {
        let text = format!("it ended {} bytes before its length", self.left);
        io::Error::new(io::ErrorKind::UnexpectedEof, text)
    }

    fn now(&self) -> Millis {
        Millis::from_millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn abort(&mut self, why: Abort) {
        let now = self.now();
        let under_way = self.outcome.is_none() && self.session.abort(now).is_ok();
        if under_way {
            self.watch.aborted();
        }
        if under_way && self.output_is_data {
            self.output.clear();
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

    /// Feeds the session what came, until it is used up or there is data for the caller.
    fn take_input(&mut self) {
        let now = self.now();
        loop {
            let bytes = &self.input[self.unread.clone()];
            let step = self.session.handle_input(now, bytes);
            let used = &bytes[..step.consumed];
            self.watch.received(used, step.event.as_ref());
            let (consumed, had_event) = (step.consumed, step.event.is_some());
            if let Some(event) = step.event {
                let keep = Keep {
                    data: &mut self.data,
                    lines: &mut self.lines,
                    total: &mut self.done.total,
                    outcome: &mut self.outcome,
                };
                keep.event(event);
            }
            self.unread.start += consumed;
            if self.lines.len() >= LINES && self.aborting.is_none() {
                self.abort(Abort::Endless);
            }
            let more = had_event || (consumed > 0 && !self.unread.is_empty());
            if !more || self.data.len() >= BUFFER {
                break;
            }
        }
    }

    fn take_events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            let keep = Keep {
                data: &mut self.data,
                lines: &mut self.lines,
                total: &mut self.done.total,
                outcome: &mut self.outcome,
            };
            self.watch.received(b"", Some(&event));
            keep.event(event);
        }
    }

    /// Commands of the session. File data that still waits before them is dropped: the session is past it.
    fn take_commands(&mut self) {
        let now = self.now();
        let mut buf = [0; 1024];
        loop {
            let count = self.session.poll_transmit(now, &mut buf);
            if count == 0 {
                return;
            }
            if self.output_is_data {
                self.output.clear();
                self.output_is_data = false;
            }
            self.output.extend(&buf[..count]);
        }
    }

    fn take_chunk(&mut self) {
        let now = self.now();
        let bytes = &self.chunk[self.chunk_used..self.chunk_filled];
        let count = self.session.send(now, bytes);
        self.output.extend(&bytes[..count]);
        self.output_is_data = true;
        self.chunk_used += count;
    }

    fn end(&mut self) -> Result<Outcome, Error> {
        self.watch.decide();
        let outcome = self.outcome.take().unwrap_or(Ok(Outcome::Nothing));
        match (outcome, self.aborting.take()) {
            (outcome, Some(Abort::Local(error))) => {
                let state = outcome.map_or_else(|failure| failure.state, |_| SessionState::Usable);
                Err(Error::Local { error, state })
            }
            (outcome, Some(Abort::Endless)) => {
                let (verb, state) = outcome
                    .map_or_else(|failure| (failure.verb, failure.state), |_| (None, SessionState::Usable));
                let cause =
                    Cause::Line(LineFault::Endless { lines: u32::try_from(LINES).unwrap_or(u32::MAX) });
                Err(Error::Failed(Failure { verb, cause, transferred: 0, state }))
            }
            (Ok(outcome), _) => Ok(outcome),
            (Err(failure), Some(Abort::Cancelled)) => {
                Err(Error::Cancelled { transferred: failure.transferred, state: failure.state })
            }
            (Err(failure), None) => Err(Error::Failed(failure)),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.watch.finish();
    }
}

/// The parts of an engine that events change, apart from the session that lends them.
struct Keep<'a> {
    data: &'a mut Vec<u8>,
    lines: &'a mut Vec<Vec<u8>>,
    total: &'a mut Option<u64>,
    outcome: &'a mut Option<Result<Outcome, Failure>>,
}

impl Keep<'_> {
    fn event(self, event: Event<'_>) {
        match event {
            Event::Size(size) => *self.total = Some(size),
            Event::Data(data) => self.data.extend(data),
            Event::Info(line) if self.lines.len() < LINES => self.lines.push(text_of(&line)),
            Event::Done(done) => *self.outcome = Some(Ok(Outcome::from(done))),
            Event::Failed(failure) => *self.outcome = Some(Err(failure)),
            _ => {}
        }
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
