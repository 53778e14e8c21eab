//! What a driver wants next.

use qftp_core::Instant;
use qftp_core::session::{Done, Event};

use crate::event::{qftp_event, qftp_event_kind};
use crate::session::QFTP_NEVER;
use crate::status::qftp_status;

/// The kinds of wants.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_want_kind {
    /// Nothing is under way, and nothing is to be done but to read the port when something comes.
    QFTP_WANT_NOTHING = 0,
    /// Write `len` bytes at `data` to the port, or as many as it takes; then qftp_driver_wrote. Read the port as well, without waiting, as for
    /// QFTP_WANT_READ.
    QFTP_WANT_WRITE = 1,
    /// Wait for bytes of the port until `until_ms` and read them into `room_len` bytes at `room`; then qftp_driver_received, if there were any.
    QFTP_WANT_READ = 2,
    /// Write `len` bytes at `data` to the local file, at `offset`. Where it fails: qftp_driver_abort.
    QFTP_WANT_STORE = 3,
    /// Read the local file from `offset` on into `room_len` bytes at `room`; then qftp_driver_filled. Where it fails, or ends too early:
    /// qftp_driver_abort.
    QFTP_WANT_FILL = 4,
    /// Compare `len` bytes at `data` with the local file from `offset` on; then qftp_driver_compared, with how many are the same up to the first
    /// that is not.
    QFTP_WANT_COMPARE = 5,
    /// Cut the local file to `offset` bytes. Where it fails: qftp_driver_abort.
    QFTP_WANT_TRUNCATE = 6,
    /// Switch the module's power off and on: only with qftp_policy.power.
    QFTP_WANT_POWER_CYCLE = 7,
    /// Show it, or not: an attempt failed with `status`, and the next begins at `until_ms`; qftp_driver_last_error says more.
    QFTP_WANT_RETRY = 8,
    /// Show it, or not: `number` bytes will come in the download that begins.
    QFTP_WANT_SIZE = 9,
    /// Show it, or not: `data` and `len` are an information line of the operation.
    QFTP_WANT_INFO = 10,
    /// Show it, or not: `data` and `len` are a line that belongs to no operation.
    QFTP_WANT_URC = 11,
    /// It is over, and succeeded: `number`, `total`, `data` and `len` as of QFTP_EVENT_DONE; of a transfer, `number` is the length of the file.
    QFTP_WANT_DONE = 12,
    /// It is over, and failed with `status`; qftp_driver_last_error says more of a failure of module, server or line.
    QFTP_WANT_FAILED = 13,
}

use qftp_want_kind::*;

/// What a driver wants next. Pointers are good until the next call on the driver that is no report on this want.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_want {
    /// Bytes, not NUL-terminated; NULL where there are none.
    pub data: *const u8,
    /// How many.
    pub len: usize,
    /// Where bytes go; NULL where none do.
    pub room: *mut u8,
    /// How many at most.
    pub room_len: usize,
    /// A place in the local file.
    pub offset: u64,
    /// A time of the caller's clock in milliseconds; QFTP_NEVER: none.
    pub until_ms: u64,
    /// A number of it.
    pub number: u64,
    /// All bytes of a storage, beside the free ones in `number`.
    pub total: u64,
    /// One of qftp_want_kind.
    pub kind: i32,
    /// One of qftp_status.
    pub status: i32,
}

impl qftp_want {
    pub(crate) const fn new(kind: qftp_want_kind) -> Self {
        Self {
            data: core::ptr::null(),
            len: 0,
            room: core::ptr::null_mut(),
            room_len: 0,
            offset: 0,
            until_ms: QFTP_NEVER,
            number: 0,
            total: 0,
            kind: kind as i32,
            status: 0,
        }
    }

    pub(crate) const fn of_bytes(kind: qftp_want_kind, bytes: &[u8], offset: u64) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len(), offset, ..Self::new(kind) }
    }

    pub(crate) const fn with_room(self, room: &mut [u8]) -> Self {
        Self { room: room.as_mut_ptr(), room_len: room.len(), ..self }
    }

    pub(crate) fn until(self, until: Option<Instant>) -> Self {
        Self { until_ms: until.map_or(QFTP_NEVER, Instant::as_millis), ..self }
    }

    pub(crate) const fn failed(status: qftp_status) -> Self {
        Self { status: status as i32, ..Self::new(QFTP_WANT_FAILED) }
    }

    pub(crate) fn done(done: Done<'_>) -> Self {
        Self::of(QFTP_WANT_DONE, &qftp_event::told(&Event::Done(done), &mut []))
    }

    /// What is told meanwhile; `None` where this library has no lines. `line` holds what is told as one.
    pub(crate) fn told(event: &Event<'_>, line: &mut [u8]) -> Option<Self> {
        const SIZE: i32 = qftp_event_kind::QFTP_EVENT_SIZE as i32;
        const INFO: i32 = qftp_event_kind::QFTP_EVENT_INFO as i32;
        const URC: i32 = qftp_event_kind::QFTP_EVENT_URC as i32;
        let event = qftp_event::told(event, line);
        let kind = match event.kind {
            SIZE => QFTP_WANT_SIZE,
            INFO => QFTP_WANT_INFO,
            URC => QFTP_WANT_URC,
            _ => return None,
        };
        Some(Self::of(kind, &event))
    }

    const fn of(kind: qftp_want_kind, event: &qftp_event) -> Self {
        let qftp_event { data, len, number, total, .. } = *event;
        Self { data, len, number, total, ..Self::new(kind) }
    }
}
