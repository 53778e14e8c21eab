//! What is on the server.

use core::ffi::c_char;

use super::{Problem, qftp_client};
use crate::status::qftp_status::{self, QFTP_ERR_MEMORY, QFTP_ERR_NULL};
use crate::text::required;

/// A place that must be there.
pub(super) fn place<T>(place: *mut T) -> Result<*mut T, qftp_status> {
    if place.is_null() { Err(QFTP_ERR_NULL) } else { Ok(place) }
}

/// Writes a text with its NUL.
///
/// # Safety
/// `out` has `capacity` writable bytes.
unsafe fn give_text(out: *mut c_char, capacity: usize, text: &str) -> Result<(), Problem> {
    if text.len() >= capacity {
        return Err(QFTP_ERR_MEMORY.into());
    }
    // SAFETY: there is room for the text and its NUL.
    unsafe {
        out.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), text.len());
        out.add(text.len()).write(0);
    }
    Ok(())
}

/// Changes the working folder on the server; at most 128 bytes. It is changed to again when the session is brought back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_cwd(client: *mut qftp_client, path: *const c_char) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let path = unsafe { required(path) }?;
        work.client.cwd(path)?;
        work.remembered.enter(path);
        Ok(())
    })
}

/// Asks for the working folder on the server, and writes it to `path`, which has `capacity` bytes, the NUL included; QFTP_ERR_MEMORY where it is longer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_pwd(
    client: *mut qftp_client,
    path: *mut c_char,
    capacity: usize,
) -> i32 {
    qftp_client::operation(client, |work| {
        let path = place(path)?;
        // SAFETY: as the header asks of the caller.
        unsafe { give_text(path, capacity, &work.client.pwd()?) }
    })
}

/// Asks for the size of a file, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_size(
    client: *mut qftp_client,
    name: *const c_char,
    size: *mut u64,
) -> i32 {
    qftp_client::operation(client, |work| {
        let size = place(size)?;
        // SAFETY: as the header asks of the caller.
        unsafe { size.write(work.client.size(required(name)?)?) };
        Ok(())
    })
}

/// Asks when a file was last written, and writes that to `time`, which has `capacity` bytes, the NUL included: YYYYMMDDHHMMSS or YYYYMMDDHHMMSS.sss, UTC.
/// 32 bytes do; QFTP_ERR_MEMORY where it is longer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_modified(
    client: *mut qftp_client,
    name: *const c_char,
    time: *mut c_char,
    capacity: usize,
) -> i32 {
    qftp_client::operation(client, |work| {
        let time = place(time)?;
        // SAFETY: as the header asks of the caller.
        unsafe { give_text(time, capacity, &work.client.modified(required(name)?)?) }
    })
}

/// Renames a file or folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_rename(
    client: *mut qftp_client,
    from: *const c_char,
    to: *const c_char,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (from, to) = unsafe { (required(from)?, required(to)?) };
        Ok(work.client.rename(from, to)?)
    })
}

/// Deletes a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_delete(client: *mut qftp_client, name: *const c_char) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        Ok(work.client.delete(name)?)
    })
}

/// Makes a folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_make_dir(client: *mut qftp_client, name: *const c_char) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        Ok(work.client.make_dir(name)?)
    })
}

/// Removes an empty folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_remove_dir(client: *mut qftp_client, name: *const c_char) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        Ok(work.client.remove_dir(name)?)
    })
}

/// Asks how many bytes the last transfer moved.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_length(client: *mut qftp_client, count: *mut u64) -> i32 {
    qftp_client::operation(client, |work| {
        let count = place(count)?;
        // SAFETY: not NULL, and the caller's.
        unsafe { count.write(work.client.length()?) };
        Ok(())
    })
}

/// Asks for the state of the FTP client: 0 opening, 1 open and idle, 2 transferring, 3 closing, 4 closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_status(client: *mut qftp_client, state: *mut i32) -> i32 {
    qftp_client::operation(client, |work| {
        let state = place(state)?;
        // SAFETY: not NULL, and the caller's.
        unsafe { state.write(work.client.status()?.number().into()) };
        Ok(())
    })
}
