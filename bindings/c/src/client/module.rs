//! The module's own files.

use core::ffi::{c_char, c_void};

use super::callbacks::{Reader, Writer};
use super::server::place;
use super::{qftp_client, qftp_read, qftp_write};
use crate::options;
use crate::status::qftp_status::QFTP_ERR_NULL;
use crate::text::required;

/// Asks for the space of a storage of the module, one of qftp_via but QFTP_VIA_COM: `*free` bytes of `*total`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_storage(
    client: *mut qftp_client,
    storage: i32,
    free: *mut u64,
    total: *mut u64,
) -> i32 {
    qftp_client::operation(client, |work| {
        let (free, total) = (place(free)?, place(total)?);
        let space = work.client.storage(options::storage(storage)?)?;
        // SAFETY: not NULL, and the caller's.
        unsafe {
            free.write(space.0);
            total.write(space.1);
        }
        Ok(())
    })
}

/// Uploads a file into the module, such as "UFS:name", its checksum proven: exactly `len` bytes of `read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_upload(
    client: *mut qftp_client,
    name: *const c_char,
    len: u64,
    read: qftp_read,
    user: *mut c_void,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        let mut reader = Reader::new(read, user).ok_or(QFTP_ERR_NULL)?;
        Ok(work.client.upload(name, &mut reader, len).map(drop)?)
    })
}

/// Downloads a file out of the module to `write`, its checksum proven.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_download(
    client: *mut qftp_client,
    name: *const c_char,
    write: qftp_write,
    user: *mut c_void,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        let mut writer = Writer::new(write, user).ok_or(QFTP_ERR_NULL)?;
        Ok(work.client.download(name, &mut writer).map(drop)?)
    })
}

/// Deletes files of the module: one, or "*", "RAM:*" for all of a storage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_remove(client: *mut qftp_client, name: *const c_char) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        Ok(work.client.remove(name)?)
    })
}
