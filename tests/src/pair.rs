//! A host and a module in one thread, in virtual time, over a line whose pieces the test chooses.

use std::collections::VecDeque;

use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::session::{Config as SessionConfig, Failure, Misuse, Session, Setup};
use qftp_emulator::{Config, Drives, FtpSide, MemoryFtp, MemoryServer, Module};

/// What an operation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `Event::Done`, as text.
    Done(String),
    /// `Event::Failed`.
    Failed(Failure),
}

/// All that an operation told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// How it ended.
    pub outcome: Outcome,
    /// The file data, in one piece.
    pub data: Vec<u8>,
    /// Sizes, information lines and URCs, as text, in order.
    pub lines: Vec<String>,
}

/// The host: the driver that every client of ours is.
pub type Host = Driver<Vec<u8>, Vec<u8>>;

/// Bytes that the line and each of the driver's buffers hold.
const ROOM: usize = 4096;

/// A host and a module.
#[allow(missing_debug_implementations)]
pub struct Pair {
    /// The host.
    pub host: Host,
    /// The module.
    pub module: Module,
    /// The server behind it.
    pub server: MemoryServer,
    /// The present time.
    pub now: Instant,
    /// All bytes that went to the module.
    pub sent: Vec<u8>,
    /// All bytes that came from it.
    pub came: Vec<u8>,
    ftp: MemoryFtp,
    to_module: VecDeque<u8>,
    to_host: VecDeque<u8>,
    piece: Box<dyn FnMut() -> usize>,
    /// Called before each step with the number of data bytes that have come: for aborts and other interventions.
    pub intervene: Option<Intervention>,
    /// How many bytes of an upload there are at a time, for a slow source.
    pub source: Option<Box<dyn Fn(Instant) -> usize>>,
}

/// What a test does to a pair in mid-operation; it is called until it answers `true`.
pub type Intervention = Box<dyn FnMut(&mut Host, &mut Module, Instant, usize) -> bool>;

impl Pair {
    /// A pair whose line hands over at most `piece()` bytes at a time, in either direction.
    pub fn new(config: Config, piece: impl FnMut() -> usize + 'static) -> Self {
        let server = MemoryServer::new();
        Self {
            host: Driver::new(SessionConfig::default(), vec![0; ROOM], vec![0; ROOM]),
            module: Module::new(config),
            ftp: MemoryFtp::new(&server),
            server,
            now: Instant::from_millis(1_000_000),
            sent: Vec::new(),
            came: Vec::new(),
            to_module: VecDeque::new(),
            to_host: VecDeque::new(),
            piece: Box::new(piece),
            intervene: None,
            source: None,
        }
    }

    /// The host's session.
    #[must_use]
    pub const fn session(&self) -> &Session {
        self.host.session()
    }

    /// Begins an operation, or is refused it.
    ///
    /// # Errors
    /// The session's.
    pub fn begin(
        &mut self,
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<(), Misuse> {
        self.host.begin(self.now, start)
    }

    /// A pair with a fresh module, all at once.
    #[must_use]
    pub fn whole() -> Self {
        Self::new(config(), || usize::MAX)
    }

    /// Set up and logged in.
    #[must_use]
    pub fn logged_in(mut self) -> Self {
        use qftp_core::session::{Apn, Login};
        self.run(b"", |session, now| {
            session.setup(now, &Setup { apn: Some(Apn::new("internet")), ..Setup::default() })
        })
        .expect_done();
        self.run(b"", |session, now| {
            let login = Login { user: "test".into(), password: "s3cret".into(), ..Login::new("server") };
            session.open(now, &login)
        })
        .expect_done();
        self
    }

    /// Runs one operation to its end; `upload` is what it may send.
    ///
    /// # Panics
    /// When the operation is refused, when nothing can happen any more, or when it takes more than an hour.
    pub fn run(
        &mut self,
        upload: &[u8],
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Told {
        let mut told = Told { outcome: Outcome::Done(String::new()), data: Vec::new(), lines: Vec::new() };
        let (mut rest, end) = (upload, self.now.after(3_600_000));
        self.host.sends(upload.len() as u64);
        self.fill(upload.len(), &mut rest);
        self.begin(start).expect("the operation may start");
        loop {
            assert!(self.now < end, "the operation takes for ever: {:?}", self.host);
            if let Some(mut intervene) = self.intervene.take()
                && !intervene(&mut self.host, &mut self.module, self.now, told.data.len())
            {
                self.intervene = Some(intervene);
            }
            match self.host.next(self.now) {
                Want::Store(data) => told.data.extend_from_slice(data),
                Want::Tell(event) => told.lines.push(format!("{event:?}")),
                Want::Fill => self.fill(upload.len(), &mut rest),
                Want::End(end) => {
                    told.outcome =
                        end.map_or_else(Outcome::Failed, |done| Outcome::Done(format!("{done:?}")));
                    self.settle();
                    return told;
                }
                // A port is read after each write, and waited for where it takes nothing.
                _ => {
                    if !(self.write() | self.exchange()) {
                        self.wait();
                    }
                }
            }
        }
    }

    /// Lets both sides finish what is on the line.
    pub fn settle(&mut self) {
        loop {
            let told = matches!(self.host.next(self.now), Want::Store(_) | Want::Tell(_) | Want::End(_));
            if !(told | self.write() | self.exchange()) {
                return;
            }
        }
    }

    /// Gives bytes to the module as a terminal would, and returns what it answers by the time nothing moves for `wait` milliseconds.
    pub fn type_in(&mut self, text: &[u8], wait: u64) -> Vec<u8> {
        self.to_module.extend(text);
        let from = self.came.len();
        let end = self.now.after(wait);
        loop {
            let mut moved = self.feed_module();
            moved |= self.listen();
            self.to_host.clear();
            if moved {
                continue;
            }
            match self.module.poll_timeout().filter(|due| *due <= end) {
                Some(due) => {
                    self.now = self.now.max(due);
                    self.module.handle_timeout(self.now);
                }
                None => break,
            }
        }
        self.now = end;
        self.module.handle_timeout(self.now);
        self.listen();
        self.to_host.clear();
        self.came[from..].to_vec()
    }

    /// Reads the file, as much as there is of it now.
    fn fill(&mut self, len: usize, rest: &mut &[u8]) {
        let there = self.source.as_ref().map_or(len, |source| source(self.now).min(len));
        let ready = there.saturating_sub(len - rest.len());
        let room = self.host.source_room();
        let count = room.len().min(ready);
        let (now, later) = rest.split_at(count);
        room[..count].copy_from_slice(now);
        self.host.filled(count);
        *rest = later;
    }

    /// Writes what the host wants to, as far as the line has room.
    fn write(&mut self) -> bool {
        let Want::Write { bytes, .. } = self.host.writing() else { return false };
        let count = bytes.len().min(ROOM.saturating_sub(self.to_module.len()));
        self.to_module.extend(&bytes[..count]);
        self.sent.extend(&bytes[..count]);
        self.host.wrote(count);
        count > 0
    }

    /// A piece to the module, what that says to it, and a piece to the host.
    fn exchange(&mut self) -> bool {
        let moved = self.feed_module() | self.listen();
        let len = (self.piece)().clamp(1, self.to_host.len().max(1)).min(self.to_host.len());
        let room = self.host.room();
        let count = room.len().min(len);
        for (to, byte) in room.iter_mut().zip(self.to_host.drain(..count)) {
            *to = byte;
        }
        self.host.received(count);
        moved | (count > 0)
    }

    fn feed_module(&mut self) -> bool {
        let mut moved = false;
        let len = (self.piece)().clamp(1, self.to_module.len().max(1)).min(self.to_module.len());
        let piece: Vec<u8> = self.to_module.iter().take(len).copied().collect();
        let taken = if piece.is_empty() { 0 } else { self.module.handle_input(self.now, &piece) };
        self.to_module.drain(..taken);
        moved |= taken > 0;
        while let Some(request) = self.module.poll_request() {
            self.ftp.request(request);
            moved = true;
        }
        if let Some(reply) = self.ftp.poll() {
            self.module.handle_reply(self.now, reply);
            moved = true;
        }
        moved
    }

    fn listen(&mut self) -> bool {
        let mut said = [0; ROOM];
        let room = said.len().min(ROOM.saturating_sub(self.to_host.len()));
        let len = self.module.poll_transmit(self.now, &mut said[..room]);
        self.to_host.extend(&said[..len]);
        self.came.extend(&said[..len]);
        len > 0
    }

    fn wait(&mut self) {
        let due = [self.session().poll_timeout(), self.module.poll_timeout()].into_iter().flatten().min();
        let due = due.unwrap_or_else(|| panic!("nothing can happen any more: {:?}", self.host));
        // A slow source is looked at every ten milliseconds.
        let due = if self.source.is_some() { due.min(self.now.after(10)) } else { due };
        self.now = due.max(self.now.after(1));
        self.module.handle_timeout(self.now);
    }
}

impl Told {
    /// The text of `Event::Done`.
    ///
    /// # Panics
    /// When the operation failed.
    #[track_caller]
    pub fn expect_done(self) -> String {
        match self.outcome {
            Outcome::Done(text) => text,
            Outcome::Failed(failure) => panic!("{failure} ({failure:?})"),
        }
    }

    /// The failure.
    ///
    /// # Panics
    /// When the operation succeeded.
    #[track_caller]
    pub fn expect_failure(self) -> Failure {
        match self.outcome {
            Outcome::Failed(failure) => failure,
            Outcome::Done(text) => panic!("it succeeded: {text}"),
        }
    }
}

/// A module of the usual kind.
///
/// # Panics
/// When there is no room for its folders.
#[must_use]
pub fn config() -> Config {
    Config::new(Drives::temporary().expect("a temporary folder"))
}
