//! An operation as a value, for a driver.

use core::ffi::c_char;

use qftp_core::Instant;
use qftp_core::session::{GetOptions, Misuse, PutOptions, Session};

use crate::options::{self, QFTP_UNKNOWN, put, qftp_login, qftp_setup, via};
use crate::status::qftp_status::{self, QFTP_ERR_ARGUMENT};
use crate::text::required_as;

/// The operations: each is the function of the session that its name says.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_operation_kind {
    /// qftp_session_setup, of `setup`.
    QFTP_OPERATION_SETUP = 0,
    /// qftp_session_open, of `login`.
    QFTP_OPERATION_OPEN = 1,
    /// qftp_session_close.
    QFTP_OPERATION_CLOSE = 2,
    /// qftp_session_deactivate.
    QFTP_OPERATION_DEACTIVATE = 3,
    /// qftp_session_restart.
    QFTP_OPERATION_RESTART = 4,
    /// qftp_session_cwd, to `name`.
    QFTP_OPERATION_CWD = 5,
    /// qftp_session_pwd.
    QFTP_OPERATION_PWD = 6,
    /// qftp_session_size, of `name`.
    QFTP_OPERATION_SIZE = 7,
    /// qftp_session_modified, of `name`.
    QFTP_OPERATION_MODIFIED = 8,
    /// qftp_session_rename, of `name` to `to`.
    QFTP_OPERATION_RENAME = 9,
    /// qftp_session_delete, of `name`.
    QFTP_OPERATION_DELETE = 10,
    /// qftp_session_make_dir, of `name`.
    QFTP_OPERATION_MAKE_DIR = 11,
    /// qftp_session_remove_dir, of `name`.
    QFTP_OPERATION_REMOVE_DIR = 12,
    /// qftp_session_length.
    QFTP_OPERATION_LENGTH = 13,
    /// qftp_session_status.
    QFTP_OPERATION_STATUS = 14,
    /// qftp_session_list, of the folder `name`.
    QFTP_OPERATION_LIST = 15,
    /// qftp_session_names, of the folder `name`.
    QFTP_OPERATION_NAMES = 16,
    /// qftp_session_facts, of the folder `name`.
    QFTP_OPERATION_FACTS = 17,
    /// qftp_session_files, of the pattern `name`.
    QFTP_OPERATION_FILES = 18,
    /// qftp_session_download, of `name`.
    QFTP_OPERATION_DOWNLOAD = 19,
    /// qftp_session_remove, of `name`.
    QFTP_OPERATION_REMOVE = 20,
    /// qftp_session_upload, of `len` bytes into `name`.
    QFTP_OPERATION_UPLOAD = 21,
    /// qftp_session_storage, of the storage `via`.
    QFTP_OPERATION_STORAGE = 22,
    /// qftp_session_get, of `len` bytes of `name` from `start` on by `via`: in one attempt, where qftp_driver_get makes as many as are allowed.
    QFTP_OPERATION_GET = 23,
    /// qftp_session_put, likewise.
    QFTP_OPERATION_PUT = 24,
}

use qftp_operation_kind::*;

/// An operation; qftp_operation_init fills it. Its texts have to be there for the call only.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_operation {
    /// sizeof(qftp_operation), set by qftp_operation_init.
    pub struct_size: usize,
    /// A file, a folder or a pattern.
    pub name: *const c_char,
    /// The new name.
    pub to: *const c_char,
    /// Of QFTP_OPERATION_SETUP; NULL for the defaults.
    pub setup: *const qftp_setup,
    /// Of QFTP_OPERATION_OPEN.
    pub login: *const qftp_login,
    /// Offset of the first byte.
    pub start: u64,
    /// Bytes; QFTP_UNKNOWN of a download asks the server first.
    pub len: u64,
    /// One of qftp_operation_kind.
    pub kind: i32,
    /// One of qftp_via.
    pub via: i32,
}

/// An operation of this kind, with nothing else in it: `len` is QFTP_UNKNOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_operation_init(operation: *mut qftp_operation, kind: i32) {
    let value = qftp_operation {
        struct_size: size_of::<qftp_operation>(),
        name: core::ptr::null(),
        to: core::ptr::null(),
        setup: core::ptr::null(),
        login: core::ptr::null(),
        start: 0,
        len: QFTP_UNKNOWN,
        kind,
        via: 0,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(operation, value) };
}

impl qftp_operation {
    /// Bytes of the caller's file that it sends.
    pub(crate) const fn sends(&self) -> u64 {
        const PUT: i32 = QFTP_OPERATION_PUT as i32;
        const UPLOAD: i32 = QFTP_OPERATION_UPLOAD as i32;
        match self.kind {
            PUT | UPLOAD => self.len,
            _ => 0,
        }
    }

    /// Begins it on a session.
    ///
    /// # Safety
    /// What it points to is there.
    pub(crate) unsafe fn begin(
        &self,
        session: &mut Session,
        now: Instant,
    ) -> Result<Result<(), Misuse>, qftp_status> {
        let known = KINDS.iter().find(|kind| **kind as i32 == self.kind);
        // SAFETY: as promised to us; each is read where the operation has one.
        let name = || unsafe { required_as::<[u8]>(self.name) };
        let len = (self.len != QFTP_UNKNOWN).then_some(self.len);
        Ok(match known.ok_or(QFTP_ERR_ARGUMENT)? {
            // SAFETY: as promised to us.
            QFTP_OPERATION_SETUP => session.setup(now, &unsafe { options::setup::<[u8]>(self.setup) }?),
            // SAFETY: as promised to us.
            QFTP_OPERATION_OPEN => session.open(now, &unsafe { options::login::<[u8]>(self.login) }?),
            QFTP_OPERATION_CLOSE => session.close(now),
            QFTP_OPERATION_DEACTIVATE => session.deactivate(now),
            QFTP_OPERATION_RESTART => session.restart(now),
            QFTP_OPERATION_CWD => session.cwd(now, name()?),
            QFTP_OPERATION_PWD => session.pwd(now),
            QFTP_OPERATION_SIZE => session.size(now, name()?),
            QFTP_OPERATION_MODIFIED => session.modified(now, name()?),
            // SAFETY: as promised to us.
            QFTP_OPERATION_RENAME => session.rename(now, name()?, unsafe { required_as::<[u8]>(self.to) }?),
            QFTP_OPERATION_DELETE => session.delete(now, name()?),
            QFTP_OPERATION_MAKE_DIR => session.make_dir(now, name()?),
            QFTP_OPERATION_REMOVE_DIR => session.remove_dir(now, name()?),
            QFTP_OPERATION_LENGTH => session.length(now),
            QFTP_OPERATION_STATUS => session.status(now),
            QFTP_OPERATION_LIST => session.list(now, name()?),
            QFTP_OPERATION_NAMES => session.names(now, name()?),
            QFTP_OPERATION_FACTS => session.facts(now, name()?),
            QFTP_OPERATION_FILES => session.files(now, name()?),
            QFTP_OPERATION_DOWNLOAD => session.download(now, name()?),
            QFTP_OPERATION_REMOVE => session.remove(now, name()?),
            QFTP_OPERATION_UPLOAD => session.upload(now, name()?, len.ok_or(QFTP_ERR_ARGUMENT)?),
            QFTP_OPERATION_STORAGE => session.storage(now, options::storage(self.via)?),
            QFTP_OPERATION_GET => {
                session.get(now, name()?, &GetOptions { start: self.start, len, via: via::of(self.via)? })
            }
            QFTP_OPERATION_PUT => {
                let len = len.ok_or(QFTP_ERR_ARGUMENT)?;
                let options = PutOptions { start: self.start, len, last: true, via: via::of(self.via)? };
                session.put(now, name()?, &options)
            }
        })
    }
}

/// All of them, in the order of their numbers.
const KINDS: [qftp_operation_kind; 25] = [
    QFTP_OPERATION_SETUP,
    QFTP_OPERATION_OPEN,
    QFTP_OPERATION_CLOSE,
    QFTP_OPERATION_DEACTIVATE,
    QFTP_OPERATION_RESTART,
    QFTP_OPERATION_CWD,
    QFTP_OPERATION_PWD,
    QFTP_OPERATION_SIZE,
    QFTP_OPERATION_MODIFIED,
    QFTP_OPERATION_RENAME,
    QFTP_OPERATION_DELETE,
    QFTP_OPERATION_MAKE_DIR,
    QFTP_OPERATION_REMOVE_DIR,
    QFTP_OPERATION_LENGTH,
    QFTP_OPERATION_STATUS,
    QFTP_OPERATION_LIST,
    QFTP_OPERATION_NAMES,
    QFTP_OPERATION_FACTS,
    QFTP_OPERATION_FILES,
    QFTP_OPERATION_DOWNLOAD,
    QFTP_OPERATION_REMOVE,
    QFTP_OPERATION_UPLOAD,
    QFTP_OPERATION_STORAGE,
    QFTP_OPERATION_GET,
    QFTP_OPERATION_PUT,
];
