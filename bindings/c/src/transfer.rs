//! A whole file over any number of attempts: what the caller gives for it, and the steps of its job as operations.

use core::ffi::c_char;

use qftp_core::Instant;
use qftp_core::job::{Job, Step, Trouble};
use qftp_core::session::{Failure, GetOptions};

use crate::operation::{qftp_operation, qftp_operation_kind};
use crate::options::{self, QFTP_UNKNOWN, put, qftp_login, qftp_setup, via};
use crate::policy::{policy, qftp_policy};
use crate::status::qftp_status;
use crate::text::{optional_as, required_as};

/// A file to be transferred; qftp_transfer_init fills it. What it points to has to be there until the transfer is over.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_transfer {
    /// sizeof(qftp_transfer), set by qftp_transfer_init.
    pub struct_size: usize,
    /// Its name on the server.
    pub remote: *const c_char,
    /// Bytes of the local file: all of an upload; of a download those that are there already, which qftp_policy.resume goes on with.
    pub local_len: u64,
    /// Of an upload with qftp_policy.resume: at most so many bytes of what the server has are good, as qftp_driver_distrusted said of the one before;
    /// QFTP_UNKNOWN where none lost any.
    pub good_there: u64,
    /// How hard it tries; NULL for the defaults.
    pub policy: *const qftp_policy,
    /// The module's set-up, where it is not set up, or no longer; NULL for the defaults.
    pub setup: *const qftp_setup,
    /// The login, where there is none, or none any more.
    pub login: *const qftp_login,
    /// The working folder; NULL for the login's own.
    pub folder: *const c_char,
}

/// A transfer of nothing yet; `good_there` is QFTP_UNKNOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_transfer_init(transfer: *mut qftp_transfer) {
    let value = qftp_transfer {
        struct_size: size_of::<qftp_transfer>(),
        remote: core::ptr::null(),
        local_len: 0,
        good_there: QFTP_UNKNOWN,
        policy: core::ptr::null(),
        setup: core::ptr::null(),
        login: core::ptr::null(),
        folder: core::ptr::null(),
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(transfer, value) };
}

/// A transfer that is under way.
pub(crate) struct Transfer {
    pub(crate) job: Job,
    of: qftp_transfer,
    is_upload: bool,
    /// When the wait of the present step is over.
    pub(crate) deadline: Option<Instant>,
    /// Where the comparison has found its first difference, counted from where it began.
    differs: Option<u64>,
    /// Its caller has had enough.
    pub(crate) stopped: bool,
    /// Whether the first bytes of an upload were asked for, and whether they are here.
    pub(crate) asked: bool,
    pub(crate) filled: bool,
}

impl Transfer {
    /// # Safety
    /// `of` is NULL or a whole struct, and what it points to is there until the transfer is over.
    pub(crate) unsafe fn new(of: *const qftp_transfer, is_upload: bool) -> Result<Self, qftp_status> {
        // SAFETY: as promised to us.
        let of = unsafe { options::get(of) }?.ok_or(qftp_status::QFTP_ERR_NULL)?;
        // SAFETY: as promised to us. What is no text or no struct is told at once.
        let policy = unsafe {
            required_as::<[u8]>(of.remote)?;
            optional_as::<[u8]>(of.folder)?;
            options::setup::<[u8]>(of.setup)?;
            if !of.login.is_null() {
                options::login::<[u8]>(of.login)?;
            }
            policy(of.policy)?
        };
        let mut job =
            if is_upload { Job::put(of.local_len, policy) } else { Job::get(Some(of.local_len), policy) };
        if is_upload && of.good_there != QFTP_UNKNOWN {
            job = job.trusting(of.good_there);
        }
        let (deadline, differs) = (None, None);
        Ok(Self { job, of: *of, is_upload, deadline, differs, stopped: false, asked: false, filled: false })
    }

    /// The operation that does this step; `None` where there is nothing to do for it.
    pub(crate) fn operation(&self, step: Step) -> Option<qftp_operation> {
        use qftp_operation_kind::*;
        let qftp_transfer { remote, setup, login, folder, .. } = self.of;
        let plain = |kind: qftp_operation_kind, name| qftp_operation {
            struct_size: size_of::<qftp_operation>(),
            name,
            to: core::ptr::null(),
            setup,
            login,
            start: 0,
            len: QFTP_UNKNOWN,
            kind: kind as i32,
            via: 0,
        };
        Some(match step {
            Step::Size => plain(QFTP_OPERATION_SIZE, remote),
            Step::Get(GetOptions { start, len, via }) | Step::Compare(GetOptions { start, len, via }) => {
                let len = len.unwrap_or(QFTP_UNKNOWN);
                qftp_operation { start, len, via: via::number(via), ..plain(QFTP_OPERATION_GET, remote) }
            }
            Step::Put(options) => {
                let (start, len, via) = (options.start, options.len, via::number(options.via));
                qftp_operation { start, len, via, ..plain(QFTP_OPERATION_PUT, remote) }
            }
            Step::Restart => plain(QFTP_OPERATION_RESTART, remote),
            Step::Deactivate => plain(QFTP_OPERATION_DEACTIVATE, remote),
            Step::SetUp => plain(QFTP_OPERATION_SETUP, remote),
            Step::Open => plain(QFTP_OPERATION_OPEN, remote),
            Step::Folder if !folder.is_null() => plain(QFTP_OPERATION_CWD, folder),
            _ => return None,
        })
    }

    /// So many bytes at this offset are the same as the file's, of so many.
    pub(crate) fn compared(&mut self, offset: u64, same: usize, of: usize) {
        let Step::Compare(options) = self.job.next() else { return };
        let same = u64::try_from(same).ok().filter(|_| same < of);
        let from = offset.saturating_sub(options.start);
        self.differs = self.differs.or(same.map(|same| from.saturating_add(same)));
    }

    /// The operation of the present step has ended, with a number or a failure.
    pub(crate) fn ended(&mut self, end: Result<u64, Failure>) {
        (self.asked, self.filled) = (false, false);
        match (self.job.next(), end) {
            (Step::Size, Ok(size)) => self.job.size(Some(size)),
            (Step::Get(_) | Step::Put(_), Ok(count)) => self.job.moved(count),
            (Step::Compare(options), Ok(count)) => {
                let own = if self.is_upload { self.of.local_len } else { self.job.kept() };
                let own = own.saturating_sub(options.start);
                let shorter = (count != own).then_some(count.min(own));
                let differs = self.differs.take().or(shorter);
                self.job.compared(differs);
            }
            (_, Ok(_)) => self.job.ready(),
            (Step::Get(_), Err(failure)) if self.stopped => self.job.stopped(failure.transferred),
            (_, Err(_)) if self.stopped => {}
            (_, Err(failure)) => {
                self.differs = None;
                self.job.failed(&failure);
            }
        }
    }
}

/// Why a job ended without its file.
pub(crate) fn status_of(trouble: Trouble) -> qftp_status {
    match trouble {
        Trouble::Failed(failure) => qftp_status::from(&failure),
        Trouble::TargetIsLonger { .. } => qftp_status::QFTP_ERR_TARGET_IS_LONGER,
        Trouble::Differs { .. } => qftp_status::QFTP_ERR_DIFFERS,
    }
}
