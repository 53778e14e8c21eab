//! A host at a line whose other end is a transcript.

use qftp_core::Instant;
use qftp_core::session::{Config, Event, Failure, Misuse, Session, Setup};

/// A host at a line whose other end is the transcript.
pub(super) struct Host {
    pub(super) session: Session,
    pub(super) now: Instant,
    pub(super) written: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) lines: Vec<String>,
    pub(super) end: Option<Result<String, Failure>>,
    pub(super) piece: usize,
}

impl Host {
    pub(super) fn new(piece: usize) -> Self {
        let mut host = Self {
            session: Session::new(Config::default()),
            now: Instant::from_millis(0),
            written: Vec::new(),
            data: Vec::new(),
            lines: Vec::new(),
            end: None,
            piece,
        };
        host.start(|session, now| session.setup(now, &Setup { network: false, ..Setup::default() }));
        while host.end.is_none() {
            host.command();
            host.feed(b"\r\nOK\r\n");
        }
        host
    }

    pub(super) fn start(&mut self, operation: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>) {
        self.data.clear();
        self.lines.clear();
        self.end = None;
        operation(&mut self.session, self.now).expect("the operation may start");
        self.events();
    }

    /// The next command line that the host writes.
    pub(super) fn command(&mut self) -> String {
        loop {
            let mut out = [0; 64];
            match self.session.poll_transmit(self.now, &mut out) {
                0 if self.written.ends_with(b"\r") => {
                    return String::from_utf8(std::mem::take(&mut self.written)).unwrap().trim().to_owned();
                }
                0 => self.time_out(),
                len => self.written.extend(&out[..len]),
            }
        }
    }

    pub(super) fn time_out(&mut self) {
        self.now = self.session.poll_timeout().expect("something is awaited").max(self.now);
        self.session.handle_timeout(self.now);
        self.events();
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(self.piece) {
            let mut rest = piece;
            loop {
                let step = self.session.handle_input(self.now, rest);
                rest = &rest[step.consumed..];
                match step.event {
                    Some(event) => note(&event, &mut self.data, &mut self.lines, &mut self.end),
                    None if rest.is_empty() => break,
                    None => {}
                }
            }
        }
        self.events();
    }

    pub(super) fn events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            note(&event, &mut self.data, &mut self.lines, &mut self.end);
        }
    }

    pub(super) fn upload(&mut self, data: &[u8]) {
        let mut rest = data;
        while !rest.is_empty() {
            let len = self.session.send(self.now, rest);
            rest = &rest[len..];
            if len == 0 {
                self.time_out();
            }
        }
    }
}

fn note(
    event: &Event<'_>,
    data: &mut Vec<u8>,
    lines: &mut Vec<String>,
    end: &mut Option<Result<String, Failure>>,
) {
    match event {
        Event::Data(piece) => data.extend_from_slice(piece),
        Event::Done(done) => *end = Some(Ok(format!("{done:?}"))),
        Event::Failed(failure) => *end = Some(Err(*failure)),
        other => lines.push(format!("{other:?}")),
    }
}
