//! Files to the server and back.

use core::ffi::{c_char, c_void};
use std::path::Path;

use qftp_transport::{AtomicUpload, Begin, LocalSource, LocalTarget, Origin, Put};

use super::callbacks::{Reader, Writer};
use super::{Problem, qftp_client, qftp_read, qftp_write};
use crate::options::{self, QFTP_UNKNOWN, put, qftp_get_options, qftp_put_options};
use crate::policy::{self, qftp_policy};
use crate::status::qftp_status::{QFTP_ERR_ARGUMENT, QFTP_ERR_NULL};
use crate::text::required;

/// Uploads a file, what `read` gives, in one attempt. `options` may be NULL: all that `read` has, straight through. A length that is not known
/// (QFTP_UNKNOWN) is sent in parts of 64 KiB; options->more must be false.
///
/// `moved` may be NULL, or becomes the number of bytes. `user` is handed to `read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_put(
    client: *mut qftp_client,
    name: *const c_char,
    options: *const qftp_put_options,
    moved: *mut u64,
    read: qftp_read,
    user: *mut c_void,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let name = unsafe { required(name) }?;
        let mut reader = Reader::new(read, user).ok_or(QFTP_ERR_NULL)?;
        let wanted = if options.is_null() {
            Put::default()
        } else {
            // SAFETY: as the header asks of the caller.
            let wanted = unsafe { options::put_options(options) }?;
            if !wanted.last {
                return Err(QFTP_ERR_ARGUMENT.into());
            }
            let len = (wanted.len != QFTP_UNKNOWN).then_some(wanted.len);
            Put { start: wanted.start, len, via: wanted.via }
        };
        let count = work.client.put(name, &mut reader, &wanted)?;
        // SAFETY: NULL, or the caller's.
        unsafe { put(moved, count) };
        Ok(())
    })
}

/// Downloads a file to `write`, in one attempt. `options` may be NULL: the whole file, straight through. What `write` was given before an error is
/// good.
///
/// `moved` may be NULL, or becomes the number of bytes. `user` is handed to `write`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_get(
    client: *mut qftp_client,
    name: *const c_char,
    options: *const qftp_get_options,
    moved: *mut u64,
    write: qftp_write,
    user: *mut c_void,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (name, wanted) = unsafe { (required(name)?, options::get_options(options)?) };
        let mut writer = Writer::new(write, user).ok_or(QFTP_ERR_NULL)?;
        let count = work.client.get(name, &mut writer, &wanted)?;
        // SAFETY: NULL, or the caller's.
        unsafe { put(moved, count) };
        Ok(())
    })
}

/// Uploads the file at `path` of this machine as `policy` says: gone on with, tried again, the session brought back, compared. NULL is one attempt.
/// It needs a qftp_client_connect before, or a set-up and a login that succeeded; a session that is not open is opened.
///
/// A file that is written to meanwhile is an error that names it (QFTP_ERR_LOCAL). What has no length, such as a pipe or a file of /proc, is read to
/// its end in one attempt, and refused where `policy` asks for more.
///
/// The server has an unfinished file under `name` meanwhile, and after a failure; qftp_client_put_file_atomic does not show it to anybody.
///
/// `moved` may be NULL, or becomes the length of the file, also of one that was there already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_put_file(
    client: *mut qftp_client,
    path: *const c_char,
    name: *const c_char,
    policy: *const qftp_policy,
    moved: *mut u64,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (path, name, policy) = unsafe { (required(path)?, required(name)?, policy::policy(policy)?) };
        let mut source = LocalSource::open(Path::new(path)).map_err(Problem::local)?;
        let count = work.on_the_way(|client, way| Ok(client.send_file(name, &mut source, policy, way)?))?;
        // SAFETY: NULL, or the caller's.
        unsafe { put(moved, count) };
        Ok(())
    })
}

/// As qftp_client_put_file, by way of a temporary name on the server, which is nobody's: others see the file when it is whole. It is renamed over the
/// old one at the end, and nothing is deleted for that. Where the server refuses, the old file stays and the new one is whole under the temporary
/// name, which qftp_client_last_error tells. qftp_policy.resume finds what an earlier call for the same file has left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_put_file_atomic(
    client: *mut qftp_client,
    path: *const c_char,
    name: *const c_char,
    policy: *const qftp_policy,
    moved: *mut u64,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (path, name, policy) = unsafe { (required(path)?, required(name)?, policy::policy(policy)?) };
        let mut source = LocalSource::open(Path::new(path)).map_err(Problem::local)?;
        let count = work.on_the_way(|client, way| {
            let url = Origin::of(&way.login, way.folder, name).url;
            let mut upload = AtomicUpload::new(&url, name, &source);
            Ok(client.send_file_atomic(&mut upload, &mut source, policy, way)?)
        })?;
        // SAFETY: NULL, or the caller's.
        unsafe { put(moved, count) };
        Ok(())
    })
}

/// Downloads a file to `path` of this machine as `policy` says, as qftp_client_put_file does. It is written under a temporary name in the same folder and
/// gets its own when it is whole. What is good of it stays when it fails, also when the process is killed; qftp_policy.resume goes on with that while
/// the server's file is the same, or else with PATH itself. A symbolic link is followed, a pipe or device is written into (and not gone on with), a
/// read-only file is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_get_file(
    client: *mut qftp_client,
    name: *const c_char,
    path: *const c_char,
    policy: *const qftp_policy,
    moved: *mut u64,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (name, path, policy) = unsafe { (required(name)?, required(path)?, policy::policy(policy)?) };
        let count = work.on_the_way(|client, way| {
            let begin = if policy.resume { Begin::PartialOrTarget } else { Begin::Anew };
            let origin = Origin::of(&way.login, way.folder, name);
            let target = LocalTarget::create(Path::new(path), name, &origin, begin);
            let mut target = target.map_err(Problem::local)?;
            match client.fetch(name, &mut target, policy, way) {
                Ok(count) => target.finish().map(|_| count).map_err(Problem::local),
                Err(error) => {
                    // Why the transfer failed is what the caller has to know first.
                    let _ = target.keep();
                    Err(error.into())
                }
            }
        })?;
        // SAFETY: NULL, or the caller's.
        unsafe { put(moved, count) };
        Ok(())
    })
}
