//! The operations, one call each: refused before a byte is sent, or ended by one event.

use core::ffi::c_char;

use qftp_core::Instant;
use qftp_core::session::{Misuse, Session};

use crate::guard::status;
use crate::options::{self, qftp_get_options, qftp_login, qftp_put_options, qftp_setup};
use crate::session::{exclusive, qftp_session};
use crate::status::qftp_status;
use crate::text;

/// A name of the caller's, in any encoding.
///
/// # Safety
/// As [`text::required_as`].
unsafe fn required<'a>(name: *const c_char) -> Result<&'a [u8], qftp_status> {
    // SAFETY: as promised to us.
    unsafe { text::required_as(name) }
}

/// Begins an operation.
///
/// # Safety
/// `session` is NULL or a session that nobody else uses meanwhile.
unsafe fn begin(
    session: *mut qftp_session,
    now_ms: u64,
    operation: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
) -> Result<(), qftp_status> {
    // SAFETY: as promised to us.
    let handle = unsafe { exclusive(session) }?;
    operation(&mut handle.session, Instant::from_millis(now_ms)).map_err(qftp_status::from)
}

/// Brings the line in sync and the module in order: echo off, a short guard time, URCs proven to arrive, SIM card ready, PDP context active.
/// `setup` may be NULL for the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_setup(
    session: *mut qftp_session,
    now_ms: u64,
    setup: *const qftp_setup,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let setup = options::setup::<[u8]>(setup)?;
        begin(session, now_ms, |session, now| session.setup(now, &setup))
    })
}

/// Logs in to a server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_open(
    session: *mut qftp_session,
    now_ms: u64,
    login: *const qftp_login,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let login = options::login::<[u8]>(login)?;
        begin(session, now_ms, |session, now| session.open(now, &login))
    })
}

/// Logs out; over only when the module says so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_close(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::close) })
}

/// Deactivates the PDP context; qftp_session_setup comes next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_deactivate(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::deactivate) })
}

/// Restarts the module (AT+CFUN=1,1) and waits for it; qftp_session_setup comes next. May be called in any state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_restart(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::restart) })
}

/// Changes the working folder on the server; at most 128 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_cwd(
    session: *mut qftp_session,
    now_ms: u64,
    path: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let path = required(path)?;
        begin(session, now_ms, |session, now| session.cwd(now, path))
    })
}

/// Asks for the working folder on the server: the text of the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_pwd(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::pwd) })
}

/// Asks for the size of a file: the number of the event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_size(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.size(now, name))
    })
}

/// Asks when a file was last written: the text of the event, YYYYMMDDHHMMSS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_modified(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.modified(now, name))
    })
}

/// Renames a file or folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_rename(
    session: *mut qftp_session,
    now_ms: u64,
    from: *const c_char,
    to: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let from = required(from)?;
        let to = required(to)?;
        begin(session, now_ms, |session, now| session.rename(now, from, to))
    })
}

/// Deletes a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_delete(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.delete(now, name))
    })
}

/// Makes a folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_make_dir(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.make_dir(now, name))
    })
}

/// Removes an empty folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_remove_dir(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.remove_dir(now, name))
    })
}

/// Asks how many bytes the last transfer moved, or the present one has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_length(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::length) })
}

/// Asks for the state of the FTP client: 0 opening, 1 open and idle, 2 transferring, 3 closing, 4 closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_status(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::status) })
}

/// Lists a folder as the server prints it, "." for the working folder: QFTP_EVENT_DATA, then the number of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_list(
    session: *mut qftp_session,
    now_ms: u64,
    folder: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let folder = required(folder)?;
        begin(session, now_ms, |session, now| session.list(now, folder))
    })
}

/// Lists the names in a folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_names(
    session: *mut qftp_session,
    now_ms: u64,
    folder: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let folder = required(folder)?;
        begin(session, now_ms, |session, now| session.names(now, folder))
    })
}

/// Lists a folder with its facts (MLSD).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_facts(
    session: *mut qftp_session,
    now_ms: u64,
    folder: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let folder = required(folder)?;
        begin(session, now_ms, |session, now| session.facts(now, folder))
    })
}

/// Lists the files of the module, "*" or "RAM:*" for all: QFTP_EVENT_INFO a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_files(
    session: *mut qftp_session,
    now_ms: u64,
    pattern: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let pattern = required(pattern)?;
        begin(session, now_ms, |session, now| session.files(now, pattern))
    })
}

/// Downloads a file out of the module, its checksum proven.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_download(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.download(now, name))
    })
}

/// Deletes files of the module: one, or "*", "RAM:*" for all of a storage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_remove(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.remove(now, name))
    })
}

/// Downloads a file: QFTP_EVENT_SIZE where the length is known, QFTP_EVENT_DATA, then the number of bytes. `options` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_get(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
    options: *const qftp_get_options,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let (name, options) = (required(name)?, options::get_options(options)?);
        begin(session, now_ms, |session, now| session.get(now, name, &options))
    })
}

/// Uploads a file, or a part of one: exactly `options->len` bytes by qftp_session_send, then the number of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_put(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
    options: *const qftp_put_options,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let (name, options) = (required(name)?, options::put_options(options)?);
        begin(session, now_ms, |session, now| session.put(now, name, &options))
    })
}

/// Uploads a file into the module, its checksum proven: exactly `len` bytes by qftp_session_send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_upload(
    session: *mut qftp_session,
    now_ms: u64,
    name: *const c_char,
    len: u64,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let name = required(name)?;
        begin(session, now_ms, |session, now| session.upload(now, name, len))
    })
}

/// Asks for the space of a storage of the module, one of qftp_via but QFTP_VIA_COM: `number` bytes are free of `total`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_storage(session: *mut qftp_session, now_ms: u64, storage: i32) -> i32 {
    status(|| {
        let storage = options::storage(storage)?;
        // SAFETY: as the header asks of the caller.
        unsafe { begin(session, now_ms, |session, now| session.storage(now, storage)) }
    })
}

/// Ends the operation under way: data mode is left, the line brought in sync. The operation then ends with QFTP_ERR_ABORTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_session_abort(session: *mut qftp_session, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { begin(session, now_ms, Session::abort) })
}
