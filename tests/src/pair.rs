//! A host and a module in one thread, in virtual time, over a line whose pieces the test chooses.

use std::collections::VecDeque;

use qftp_core::Instant;
use qftp_core::session::{Config as SessionConfig, Event, Failure, Misuse, Session, Setup};
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

/// A host and a module.
#[allow(missing_debug_implementations)]
pub struct Pair {
    /// The host.
    pub session: Session,
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
    offered: usize,
}

/// What a test does to a pair in mid-operation; it is called until it answers `true`.
pub type Intervention = Box<dyn FnMut(&mut Session, &mut Module, Instant, usize) -> bool>;

impl Pair {
    /// A pair whose line hands over at most `piece()` bytes at a time, in either direction.
    pub fn new(config: Config, piece: impl FnMut() -> usize + 'static) -> Self {
        let server = MemoryServer::new();
        Self {
            session: Session::new(SessionConfig::default()),
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
            offered: 0,
        }
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
        start(&mut self.session, self.now).expect("the operation may start");
        let end = self.now.after(3_600_000);
        self.offered = 0;
        let mut told = Told { outcome: Outcome::Done(String::new()), data: Vec::new(), lines: Vec::new() };
        let mut rest = upload;
        loop {
            assert!(self.now < end, "the operation takes for ever: {:?}", self.session);
            if let Some(mut intervene) = self.intervene.take()
                && !intervene(&mut self.session, &mut self.module, self.now, told.data.len())
            {
                self.intervene = Some(intervene);
            }
            while let Some(event) = self.session.poll_event() {
                if let Some(outcome) = note(&event, &mut told) {
                    told.outcome = outcome;
                    self.settle();
                    return told;
                }
            }
            let mut moved = self.host_to_module(&mut rest);
            moved |= self.module_to_host(&mut told);
            if let Outcome::Failed(_) = told.outcome {
                self.settle();
                return told;
            }
            if matches!(&told.outcome, Outcome::Done(text) if !text.is_empty()) {
                self.settle();
                return told;
            }
            if !moved {
                self.wait();
            }
        }
    }

    /// Lets both sides finish what is on the line.
    pub fn settle(&mut self) {
        let mut told = Told { outcome: Outcome::Done(String::new()), data: Vec::new(), lines: Vec::new() };
        while self.host_to_module(&mut &b""[..]) | self.module_to_host(&mut told) {}
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

    fn host_to_module(&mut self, upload: &mut &[u8]) -> bool {
        let mut out = [0; 4096];
        let len = self.session.poll_transmit(self.now, &mut out);
        self.to_module.extend(&out[..len]);
        self.sent.extend(&out[..len]);
        let mut moved = len > 0;
        if len == 0 && self.to_module.len() < 4096 {
            let ready = self.source.as_ref().map_or(usize::MAX, |source| source(self.now) - self.offered);
            let len = self.session.send(self.now, &upload[..ready.min(upload.len())]);
            self.offered += len;
            self.to_module.extend(&upload[..len]);
            self.sent.extend(&upload[..len]);
            *upload = &upload[len..];
            moved |= len > 0;
        }
        moved | self.feed_module()
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
        let mut said = [0; 4096];
        let room = said.len().min(4096usize.saturating_sub(self.to_host.len()));
        let len = self.module.poll_transmit(self.now, &mut said[..room]);
        self.to_host.extend(&said[..len]);
        self.came.extend(&said[..len]);
        len > 0
    }

    fn module_to_host(&mut self, told: &mut Told) -> bool {
        let mut moved = self.listen();
        let len = (self.piece)().clamp(1, self.to_host.len().max(1)).min(self.to_host.len());
        let piece: Vec<u8> = self.to_host.drain(..len).collect();
        let mut rest = &piece[..];
        moved |= len > 0;
        loop {
            let step = self.session.handle_input(self.now, rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(event) => {
                    if let Some(outcome) = note(&event, told) {
                        told.outcome = outcome;
                    }
                }
                None if rest.is_empty() => return moved,
                None => {}
            }
        }
    }

    fn wait(&mut self) {
        let due = [self.session.poll_timeout(), self.module.poll_timeout()].into_iter().flatten().min();
        let due = due.unwrap_or_else(|| panic!("nothing can happen any more: {:?}", self.session));
        // A slow source is looked at every ten milliseconds.
        let due = if self.source.is_some() { due.min(self.now.after(10)) } else { due };
        self.now = due.max(self.now.after(1));
        self.session.handle_timeout(self.now);
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

fn note(event: &Event<'_>, told: &mut Told) -> Option<Outcome> {
    match event {
        Event::Data(data) => told.data.extend_from_slice(data),
        Event::Done(done) => return Some(Outcome::Done(format!("{done:?}"))),
        Event::Failed(failure) => return Some(Outcome::Failed(*failure)),
        other => told.lines.push(format!("{other:?}")),
    }
    None
}
