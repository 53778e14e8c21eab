//! What the benchmarks share: the dialogue that all contenders read, and a session that is set up.

use qftp_core::Instant;
use qftp_core::session::{Config, Event, Session, Setup};

/// Piece sizes in which the dialogue arrives: at once, as a UART driver hands it over, and byte by byte.
pub const PIECES: [(&str, usize); 3] = [("whole", usize::MAX), ("64-byte pieces", 64), ("byte by byte", 1)];

/// The answer to one `AT+QFTPSIZE`: acceptance, then the outcome.
pub const ANSWER: &[u8] = b"\r\nOK\r\n\r\n+QFTPSIZE: 0,1048576\r\n";

/// How many answers one run reads.
pub const ANSWERS: usize = 1000;

/// All answers, one after the other.
#[must_use]
pub fn dialogue() -> Vec<u8> {
    ANSWER.repeat(ANSWERS)
}

/// The pieces of `text`, `len` bytes each.
pub fn pieces(text: &[u8], len: usize) -> impl Iterator<Item = &[u8]> {
    text.chunks(len.min(text.len()))
}

/// A session that is set up.
///
/// # Panics
/// When set-up fails, which it cannot.
#[must_use]
pub fn session() -> Session {
    let mut session = Session::new(Config::default());
    let mut now = Instant::from_millis(0);
    session.setup(now, &Setup { network: false, ..Setup::default() }).expect("idle");
    let mut out = [0; 64];
    while !session.is_set_up() {
        if session.poll_transmit(now, &mut out) == 0 {
            now = session.poll_timeout().expect("something is awaited");
            session.handle_timeout(now);
        } else {
            feed(&mut session, now, b"\r\nOK\r\n", |_| {});
        }
        while session.poll_event().is_some() {}
    }
    session
}

/// Gives all of `bytes` to the session, and every event to `take`.
pub fn feed(session: &mut Session, now: Instant, bytes: &[u8], mut take: impl FnMut(Event<'_>)) {
    let mut rest = bytes;
    loop {
        let step = session.handle_input(now, rest);
        rest = &rest[step.consumed..];
        match step.event {
            Some(event) => take(event),
            None if rest.is_empty() => return,
            None => {}
        }
    }
}
