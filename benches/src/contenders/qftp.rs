//! Ourselves: the codec alone, and a whole session whose operations are asked, answered and ended.

use std::hint::black_box;

use qftp_core::Instant;
use qftp_core::session::{Config, Event, GetOptions, Login, Session, Setup};
use qftp_core::wire::{FtpOutcome, Line, LineReader};

use super::Seen;
use crate::{Exchange, pieces};

/// A session that is set up and logged in.
///
/// # Panics
/// When set-up fails, which it cannot.
#[must_use]
pub fn session() -> Session {
    let mut session = Session::new(Config::default());
    let mut now = Instant::from_millis(0);
    session.setup(now, &Setup { network: false, ..Setup::default() }).expect("idle");
    while !session.is_set_up() {
        now = answer(&mut session, now, b"\r\nOK\r\n");
    }
    session
        .open(now, &Login { user: "me".into(), password: "secret".into(), ..Login::new("ftp.example.com") })
        .expect("set up");
    while !session.is_open() {
        now = answer(&mut session, now, b"\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    }
    session
}

/// Answers a command, or lets the time pass that is awaited.
fn answer(session: &mut Session, now: Instant, text: &[u8]) -> Instant {
    let mut out = [0; 128];
    let mut now = now;
    if session.poll_transmit(now, &mut out) == 0 {
        now = session.poll_timeout().expect("something is awaited");
        session.handle_timeout(now);
    } else {
        feed(session, now, text, |_| {});
    }
    while session.poll_event().is_some() {}
    now
}

/// Gives all of `bytes` to the session, and every event to `take`.
#[inline]
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

/// Whole operations.
///
/// # Panics
/// When an operation does not end with its answer.
#[must_use]
pub fn qftp_session(exchanges: &[Exchange], piece: usize) -> Seen {
    let mut session = session();
    let now = Instant::from_millis(60_000);
    let mut out = [0; 256];
    let mut seen = Seen::default();
    for exchange in exchanges {
        exchange.start(&mut session, now).expect("idle");
        black_box(session.poll_transmit(now, &mut out));
        for piece in pieces(black_box(&exchange.answer), piece) {
            feed(&mut session, now, piece, |event| match black_box(event) {
                Event::Done(_) => seen.answers += 1,
                Event::Failed(_) => {
                    seen.answers += 1;
                    seen.failures += 1;
                }
                _ => {}
            });
        }
        assert!(session.is_idle(), "{exchange:?}");
    }
    seen
}

/// Lines, parsed to values.
#[must_use]
pub fn qftp_lines(exchanges: &[Exchange], piece: usize) -> Seen {
    let mut reader = LineReader::<640>::new();
    let mut seen = Seen::default();
    for exchange in exchanges {
        for piece in pieces(black_box(&exchange.answer), piece) {
            let mut rest = piece;
            while !rest.is_empty() {
                let read = reader.read(rest);
                rest = &rest[read.consumed..];
                let Some(line) = read.line else { continue };
                seen.answers += 1;
                if let Line::Ftp(result) = black_box(Line::parse(line)) {
                    seen.failures += usize::from(matches!(result.outcome, FtpOutcome::Failed(_)));
                }
            }
        }
    }
    seen
}

/// A counted download of `file` in pieces; the session lends the data out of the caller's buffer.
///
/// # Panics
/// When the file does not arrive.
pub fn download(session: &mut Session, file: &[u8], piece: usize) {
    let now = Instant::from_millis(60_000);
    let mut out = [0; 128];
    let len = file.len();
    session
        .get(now, "file.bin", &GetOptions { len: Some(len as u64), ..GetOptions::default() })
        .expect("idle");
    while session.poll_event().is_some() {}
    black_box(session.poll_transmit(now, &mut out));
    feed(session, now, b"\r\nCONNECT\r\n", |_| {});
    let mut data = 0;
    for piece in file.chunks(piece) {
        feed(session, now, piece, |event| {
            if let Event::Data(piece) = event {
                data += piece.len();
            }
        });
    }
    assert_eq!(data, len);
    feed(session, now, format!("\r\nOK\r\n\r\n+QFTPGET: 0,{len}\r\n").as_bytes(), |_| {});
    while session.poll_event().is_some() {}
    assert!(session.is_idle());
}
