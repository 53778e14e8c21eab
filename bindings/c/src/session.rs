//! The session itself: memory, bytes and time.

use qftp_core::session::Session;
use qftp_core::{Instant, limits};

use crate::error::qftp_error;
use crate::event::qftp_event;
use crate::guard::{guard, status};
use crate::options::{self, qftp_config};
use crate::status::qftp_status::{self, QFTP_ERR_NULL};
use crate::text;

/// Bytes of memory for qftp_session_init that are enough for every build of the library, on every machine.
pub const QFTP_SESSION_SIZE: usize = 6144;

/// Alignment of that memory in bytes.
pub const QFTP_SESSION_ALIGN: usize = 8;

/// The value of qftp_session_poll_timeout when there is none.
pub const QFTP_NEVER: u64 = u64::MAX;

pub(crate) const LINE: usize = if cfg!(feature = "lines") { limits::ANSWER_LINE } else { 0 };

/// The host's side of one module.
pub struct qftp_session {
    pub(crate) session: Session,
    /// A line that is told as an event.
    line: [u8; LINE],
}

const _: () = assert!(size_of::<qftp_session>() <= QFTP_SESSION_SIZE, "QFTP_SESSION_SIZE has to grow");
const _: () = assert!(align_of::<qftp_session>() <= QFTP_SESSION_ALIGN, "QFTP_SESSION_ALIGN has to grow");

impl qftp_session {
    const fn new(config: qftp_core::session::Config) -> Self {
        Self { session: Session::new(config), line: [0; LINE] }
    }
}

/// Makes a session in memory of the caller's: QFTP_SESSION_SIZE bytes, or at least qftp_session_bytes(), aligned to QFTP_SESSION_ALIGN. `config` may be NULL. Returns NULL
/// when the memory does not do, or a field of `config` is out of its range. Nothing has to be undone: the memory can be used for something else at any time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_init(
    memory: *mut u8,
    len: usize,
    config: *const qftp_config,
) -> *mut qftp_session {
    guard(core::ptr::null_mut(), || {
        // SAFETY: NULL, or the caller's whole struct.
        let Ok(config) = (unsafe { options::config(config) }) else { return core::ptr::null_mut() };
        let place = memory.cast::<qftp_session>();
        if memory.is_null()
            || len < size_of::<qftp_session>()
            || !memory.addr().is_multiple_of(QFTP_SESSION_ALIGN)
        {
            return core::ptr::null_mut();
        }
        // SAFETY: not NULL, large enough, aligned, and the caller's to write to.
        unsafe { place.write(qftp_session::new(config)) };
        place
    })
}

/// How many bytes a session takes in this build of the library: QFTP_SESSION_SIZE is enough for all of them, on every machine.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_session_bytes() -> usize {
    size_of::<qftp_session>()
}

/// Makes a session in memory of the library's. `config` may be NULL. Returns NULL when there is no memory, or a field of `config` is out of its range. Not for interrupts.
#[cfg(feature = "hosted")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_new(config: *const qftp_config) -> *mut qftp_session {
    guard(core::ptr::null_mut(), || {
        // SAFETY: NULL, or the caller's whole struct.
        let Ok(config) = (unsafe { options::config(config) }) else { return core::ptr::null_mut() };
        std::boxed::Box::into_raw(std::boxed::Box::new(qftp_session::new(config)))
    })
}

/// Gives back a session of qftp_session_new. NULL is allowed. Not for interrupts.
#[cfg(feature = "hosted")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_free(session: *mut qftp_session) {
    if !session.is_null() {
        // SAFETY: it came from qftp_session_new, and the caller uses it no more.
        drop(unsafe { std::boxed::Box::from_raw(session) });
    }
}

/// # Safety
/// `session` is NULL or a session that nobody else uses meanwhile.
pub(crate) unsafe fn exclusive<'a>(session: *mut qftp_session) -> Result<&'a mut qftp_session, qftp_status> {
    // SAFETY: as promised to us.
    unsafe { session.as_mut() }.ok_or(QFTP_ERR_NULL)
}

/// # Safety
/// `session` is NULL or a session that nobody changes meanwhile.
pub(crate) unsafe fn shared<'a>(session: *const qftp_session) -> Option<&'a qftp_session> {
    // SAFETY: as promised to us.
    unsafe { session.as_ref() }
}

/// Takes bytes that came from the module. `*consumed` is how many of them are used up; `*event` is at most one event. Call it again with the
/// rest while there is any, or an event came.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_handle_input(
    session: *mut qftp_session,
    now_ms: u64,
    input: *const u8,
    len: usize,
    consumed: *mut usize,
    event: *mut qftp_event,
) -> i32 {
    status(|| {
        if consumed.is_null() || event.is_null() {
            return Err(QFTP_ERR_NULL);
        }
        // SAFETY: as the header asks of the caller.
        let (handle, input) = unsafe { (exclusive(session)?, text::bytes(input, len)?) };
        let (used, news) = handle.session.hear(Instant::from_millis(now_ms), input);
        let told = match news {
            // Nearly always.
            None => qftp_event::none(),
            Some(news) => qftp_event::of(&handle.session, news, input, &mut handle.line),
        };
        // SAFETY: not NULL, and the caller's.
        unsafe {
            consumed.write(used);
            event.write(told);
        }
        Ok(())
    })
}

/// The next event that needs no input; `*event` is one of kind QFTP_EVENT_NONE when there is none. Call it until then after each other call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_poll_event(session: *mut qftp_session, event: *mut qftp_event) -> i32 {
    status(|| {
        if event.is_null() {
            return Err(QFTP_ERR_NULL);
        }
        // SAFETY: as the header asks of the caller.
        let handle = unsafe { exclusive(session) }?;
        let told = match handle.session.poll_news() {
            None => qftp_event::none(),
            Some(news) => qftp_event::of(&handle.session, news, b"", &mut handle.line),
        };
        // SAFETY: not NULL, and the caller's.
        unsafe { event.write(told) };
        Ok(())
    })
}

/// Writes bytes for the module into `out`; returns how many, 0 when there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_poll_transmit(
    session: *mut qftp_session,
    now_ms: u64,
    out: *mut u8,
    capacity: usize,
) -> usize {
    guard(0, || {
        // SAFETY: as the header asks of the caller.
        let Ok(handle) = (unsafe { exclusive(session) }) else { return 0 };
        if out.is_null() || capacity == 0 {
            return 0;
        }
        // SAFETY: not NULL, and the caller's to write to. It may be uninitialised for the caller; the session only writes to it.
        let out = unsafe {
            out.write_bytes(0, capacity);
            core::slice::from_raw_parts_mut(out, capacity)
        };
        handle.session.poll_transmit(Instant::from_millis(now_ms), out)
    })
}

/// Offers file bytes of an upload; returns how many of them have to be written to the port now, and no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_send(
    session: *mut qftp_session,
    now_ms: u64,
    data: *const u8,
    len: usize,
) -> usize {
    guard(0, || {
        // SAFETY: as the header asks of the caller.
        let (Ok(handle), Ok(data)) = (unsafe { (exclusive(session), text::bytes(data, len)) }) else {
            return 0;
        };
        handle.session.send(Instant::from_millis(now_ms), data)
    })
}

/// Whether an upload waits for bytes by qftp_session_send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_wants_data(session: *const qftp_session) -> bool {
    // SAFETY: as the header asks of the caller.
    guard(false, || unsafe { shared(session) }.is_some_and(|handle| handle.session.wants_data()))
}

/// When qftp_session_handle_timeout is to be called unless input comes before, in milliseconds of the caller's clock; QFTP_NEVER: never.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_poll_timeout(session: *const qftp_session) -> u64 {
    guard(QFTP_NEVER, || {
        // SAFETY: as the header asks of the caller.
        let due = unsafe { shared(session) }.and_then(|handle| handle.session.poll_timeout());
        due.map_or(QFTP_NEVER, Instant::as_millis)
    })
}

/// The time of qftp_session_poll_timeout has come. A needless call does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_handle_timeout(session: *mut qftp_session, now_ms: u64) {
    guard((), || {
        // SAFETY: as the header asks of the caller.
        if let Ok(handle) = unsafe { exclusive(session) } {
            handle.session.handle_timeout(Instant::from_millis(now_ms));
        }
    });
}

/// Whether an operation may start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_is_idle(session: *const qftp_session) -> bool {
    // SAFETY: as the header asks of the caller.
    guard(false, || unsafe { shared(session) }.is_some_and(|handle| handle.session.is_idle()))
}

/// Whether set-up has succeeded since the module last started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_is_set_up(session: *const qftp_session) -> bool {
    // SAFETY: as the header asks of the caller.
    guard(false, || unsafe { shared(session) }.is_some_and(|handle| handle.session.is_set_up()))
}

/// Whether a login stands, as far as is known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_is_open(session: *const qftp_session) -> bool {
    // SAFETY: as the header asks of the caller.
    guard(false, || unsafe { shared(session) }.is_some_and(|handle| handle.session.is_open()))
}

/// Details of the last QFTP_EVENT_FAILED. `error->struct_size` must be sizeof(qftp_error). QFTP_ERR_NOTHING_TO_ABORT when nothing has failed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_last_error(
    session: *const qftp_session,
    error: *mut qftp_error,
) -> i32 {
    status(|| {
        // SAFETY: as the header asks of the caller.
        let handle = unsafe { shared(session) }.ok_or(QFTP_ERR_NULL)?;
        // SAFETY: as the header asks of the caller.
        unsafe { qftp_error::has_room(error) }?;
        let failure = handle.session.last_failure().ok_or(qftp_status::QFTP_ERR_NOTHING_TO_ABORT)?;
        // SAFETY: not NULL, and the caller's, of this size.
        unsafe { error.write(qftp_error::of(failure)) };
        Ok(())
    })
}
