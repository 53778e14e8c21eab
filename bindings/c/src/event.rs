//! What a session tells.

use qftp_core::session::{Done, End, Event, News, Session};
use qftp_core::wire::Writer;

/// The kinds of events.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_event_kind {
    /// There is none.
    QFTP_EVENT_NONE = 0,
    /// `number` bytes will come in the download that begins.
    QFTP_EVENT_SIZE = 1,
    /// `data` and `len`: bytes of a file or listing, in order.
    QFTP_EVENT_DATA = 2,
    /// `data` and `len`: an information line of the operation.
    QFTP_EVENT_INFO = 3,
    /// `data` and `len`: a line that belongs to no operation.
    QFTP_EVENT_URC = 4,
    /// The operation succeeded. `number` is its result where that is a number: bytes moved, a size, a handle, free space (`total` beside it), the
    /// state of the FTP client; `data` and `len` where it is a text: a path, a time.
    QFTP_EVENT_DONE = 5,
    /// The operation failed; qftp_session_last_error says why.
    QFTP_EVENT_FAILED = 6,
}

use qftp_event_kind::*;

/// One event. `data` points into the caller's input or the session, and is good until the next call on the session.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_event {
    /// Bytes of the event, not NUL-terminated; NULL where there are none.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// A number of the event.
    pub number: u64,
    /// All bytes of a storage, beside the free ones in `number`.
    pub total: u64,
    /// One of qftp_event_kind.
    pub kind: i32,
}

impl qftp_event {
    pub(crate) const fn none() -> Self {
        Self { data: core::ptr::null(), len: 0, number: 0, total: 0, kind: QFTP_EVENT_NONE as i32 }
    }

    fn number(kind: qftp_event_kind, number: u64) -> Self {
        Self { number, kind: kind as i32, ..Self::none() }
    }

    fn bytes(kind: qftp_event_kind, bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len(), kind: kind as i32, ..Self::none() }
    }

    /// The event of what a session brought, heard in `input`; `line` holds what is told as a line.
    pub(crate) fn of(session: &Session, news: News, input: &[u8], line: &mut [u8]) -> Self {
        match news {
            News::Size(size) => Self::number(QFTP_EVENT_SIZE, size),
            News::Data(piece) => Self::bytes(QFTP_EVENT_DATA, session.data(piece, input)),
            News::End(end) => Self::end(session, end),
            // Whoever leaves them out has no room for lines either.
            News::Line(..) if !cfg!(feature = "lines") => Self::none(),
            News::Line(..) => Self::told(&session.event(news, input), line),
        }
    }

    /// The event as a driver tells it.
    pub(crate) fn told(event: &Event<'_>, line: &mut [u8]) -> Self {
        let (kind, told) = match event {
            Event::Size(size) => return Self::number(QFTP_EVENT_SIZE, *size),
            Event::Data(data) => return Self::bytes(QFTP_EVENT_DATA, data),
            Event::Done(done) => return Self::done(*done),
            Event::Failed(_) => return Self::number(QFTP_EVENT_FAILED, 0),
            Event::Info(told) if cfg!(feature = "lines") => (QFTP_EVENT_INFO, told),
            Event::Urc(told) if cfg!(feature = "lines") => (QFTP_EVENT_URC, told),
            _ => return Self::none(),
        };
        let mut out = Writer::new(line);
        told.emit(&mut out);
        Self::bytes(kind, out.finish().unwrap_or_default())
    }

    fn done(done: Done<'_>) -> Self {
        match done {
            Done::Number(number) => Self::number(QFTP_EVENT_DONE, number),
            Done::Text(text) => Self::bytes(QFTP_EVENT_DONE, text),
            Done::State(state) => Self::number(QFTP_EVENT_DONE, state.number().into()),
            Done::Space { free, total } => Self { total, ..Self::number(QFTP_EVENT_DONE, free) },
            _ => Self::number(QFTP_EVENT_DONE, 0),
        }
    }

    fn end(session: &Session, end: End) -> Self {
        let (number, total, text) = session.result();
        match end {
            End::Nothing => Self::number(QFTP_EVENT_DONE, 0),
            End::Number => Self::number(QFTP_EVENT_DONE, number),
            End::Space => Self { total, ..Self::number(QFTP_EVENT_DONE, number) },
            End::State(state) => Self::number(QFTP_EVENT_DONE, state.number().into()),
            End::Text => Self::bytes(QFTP_EVENT_DONE, text),
            End::Failed => Self::number(QFTP_EVENT_FAILED, 0),
        }
    }
}
