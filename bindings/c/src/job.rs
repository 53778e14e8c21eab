//! A whole file over any number of attempts: `qftp_core::job`, call for call.

use qftp_core::job::{Job, Policy, Step, Trouble};
use qftp_core::session::Misuse;

use crate::guard::{guard, status};
use crate::options::{QFTP_UNKNOWN, get, put, via};
use crate::session::{QFTP_SESSION_ALIGN, qftp_session, shared};
use crate::status::qftp_status::{self, QFTP_ERR_NULL};

/// Bytes of memory for qftp_job_get and qftp_job_put, on every machine.
pub const QFTP_JOB_SIZE: usize = 256;

/// One file on its way. Its memory is the caller's; nothing has to be undone.
pub struct qftp_job(Job);

const _: () = assert!(size_of::<qftp_job>() <= QFTP_JOB_SIZE, "QFTP_JOB_SIZE has to grow");
const _: () = assert!(align_of::<qftp_job>() <= 8, "QFTP_SESSION_ALIGN has to grow");

/// How hard a job tries; qftp_policy_init fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_policy {
    /// sizeof(qftp_policy), set by qftp_policy_init.
    pub struct_size: usize,
    /// The wait before the first retry, in milliseconds; it doubles with each.
    pub wait_ms: u32,
    /// The longest wait, in milliseconds.
    pub longest_wait_ms: u32,
    /// One of qftp_via. What is left of an upload that is gone on with goes by QFTP_VIA_COM.
    pub via: i32,
    /// How often a failure that may pass is tried again without a byte of progress in between.
    pub retries: u8,
    /// Goes on with what is there already.
    pub resume: bool,
    /// Reads the file again at the end and compares.
    pub verify: bool,
    /// Whether the module may be restarted.
    pub restart: bool,
    /// Whether the caller can switch the module's power off and on.
    pub power: bool,
}

/// Fills in the defaults: one attempt, nothing gone on with, nothing compared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_policy_init(policy: *mut qftp_policy) {
    let default = Policy::default();
    let value = qftp_policy {
        struct_size: size_of::<qftp_policy>(),
        wait_ms: default.wait_ms,
        longest_wait_ms: default.longest_wait_ms,
        via: 0,
        retries: default.retries,
        resume: default.resume,
        verify: default.verify,
        restart: default.restart,
        power: default.power,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(policy, value) };
}

/// The kinds of steps.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_step_kind {
    /// The file is whole.
    QFTP_STEP_DONE = 0,
    /// It is not, and nothing more is tried; `status` says why.
    QFTP_STEP_FAILED = 1,
    /// Ask for the size of the remote file; then qftp_job_size.
    QFTP_STEP_SIZE = 2,
    /// Cut the local file to `start` bytes; then qftp_job_ready.
    QFTP_STEP_TRUNCATE = 3,
    /// Download from `start` on, `len` bytes or QFTP_UNKNOWN, by `via`; then qftp_job_moved.
    QFTP_STEP_GET = 4,
    /// Upload from `start` on, `len` bytes, by `via`; then qftp_job_moved.
    QFTP_STEP_PUT = 5,
    /// Download from `start` on and compare with the local file; then qftp_job_compared.
    QFTP_STEP_COMPARE = 6,
    /// Wait `len` milliseconds; then qftp_job_ready.
    QFTP_STEP_WAIT = 7,
    /// Log in by qftp_session_open (it closes first); then qftp_job_ready. Of this and the next seven qftp_job_failed where it did not help; what you have
    /// nothing for is ready at once.
    QFTP_STEP_OPEN = 8,
    /// qftp_session_setup.
    QFTP_STEP_SET_UP = 9,
    /// qftp_session_deactivate.
    QFTP_STEP_DEACTIVATE = 10,
    /// qftp_session_restart.
    QFTP_STEP_RESTART = 11,
    /// Switch the module's power off and on.
    QFTP_STEP_POWER_CYCLE = 12,
    /// Go to the working folder by qftp_session_cwd.
    QFTP_STEP_FOLDER = 13,
    /// Bring the certificates of the login into the module.
    QFTP_STEP_CERTIFICATES = 14,
    /// Open the port again, which was lost. A session knows no port: no job of this library asks for it.
    QFTP_STEP_REOPEN_PORT = 15,
}

use qftp_step_kind::*;

/// What is to be done next.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_step {
    /// An offset.
    pub start: u64,
    /// Bytes, or milliseconds.
    pub len: u64,
    /// One of qftp_step_kind.
    pub kind: i32,
    /// One of qftp_via.
    pub via: i32,
    /// One of qftp_status, of QFTP_STEP_FAILED.
    pub status: i32,
}

impl qftp_step {
    const fn new(kind: qftp_step_kind, start: u64, len: u64) -> Self {
        Self { start, len, kind: kind as i32, via: 0, status: 0 }
    }
}

fn step(step: Step) -> qftp_step {
    let unknown = QFTP_UNKNOWN;
    match step {
        Step::End(Ok(())) => qftp_step::new(QFTP_STEP_DONE, 0, 0),
        Step::End(Err(trouble)) => {
            let status = match trouble {
                Trouble::Failed(failure) => qftp_status::from(&failure),
                Trouble::TargetIsLonger { .. } => qftp_status::QFTP_ERR_TARGET_IS_LONGER,
                Trouble::Differs { .. } => qftp_status::QFTP_ERR_DIFFERS,
            };
            qftp_step { status: status as i32, ..qftp_step::new(QFTP_STEP_FAILED, 0, 0) }
        }
        Step::Size => qftp_step::new(QFTP_STEP_SIZE, 0, 0),
        Step::Truncate(len) => qftp_step::new(QFTP_STEP_TRUNCATE, len, 0),
        Step::Get(get) => qftp_step {
            via: via::number(get.via),
            ..qftp_step::new(QFTP_STEP_GET, get.start, get.len.unwrap_or(unknown))
        },
        Step::Put(put) => {
            qftp_step { via: via::number(put.via), ..qftp_step::new(QFTP_STEP_PUT, put.start, put.len) }
        }
        Step::Compare(get) => qftp_step {
            via: via::number(get.via),
            ..qftp_step::new(QFTP_STEP_COMPARE, get.start, get.len.unwrap_or(unknown))
        },
        Step::Wait(millis) => qftp_step::new(QFTP_STEP_WAIT, 0, millis.into()),
        Step::Open => qftp_step::new(QFTP_STEP_OPEN, 0, 0),
        Step::SetUp => qftp_step::new(QFTP_STEP_SET_UP, 0, 0),
        Step::Deactivate => qftp_step::new(QFTP_STEP_DEACTIVATE, 0, 0),
        Step::Restart => qftp_step::new(QFTP_STEP_RESTART, 0, 0),
        Step::PowerCycle => qftp_step::new(QFTP_STEP_POWER_CYCLE, 0, 0),
        Step::Folder => qftp_step::new(QFTP_STEP_FOLDER, 0, 0),
        Step::Certificates => qftp_step::new(QFTP_STEP_CERTIFICATES, 0, 0),
        Step::ReopenPort => qftp_step::new(QFTP_STEP_REOPEN_PORT, 0, 0),
    }
}

/// # Safety
/// `policy` is NULL or a whole struct.
pub(crate) unsafe fn policy(policy: *const qftp_policy) -> Result<Policy, qftp_status> {
    // SAFETY: as promised to us.
    let Some(policy) = (unsafe { get(policy) })? else {
        return Ok(Policy::default());
    };
    Ok(Policy {
        resume: policy.resume,
        verify: policy.verify,
        retries: policy.retries,
        wait_ms: policy.wait_ms,
        longest_wait_ms: policy.longest_wait_ms,
        restart: policy.restart,
        power: policy.power,
        via: via::of(policy.via)?,
    })
}

/// # Safety
/// `memory` is NULL or `len` bytes of the caller's.
unsafe fn place(memory: *mut u8, len: usize, job: Job) -> *mut qftp_job {
    if memory.is_null() || len < QFTP_JOB_SIZE || !memory.addr().is_multiple_of(QFTP_SESSION_ALIGN) {
        return core::ptr::null_mut();
    }
    let place = memory.cast::<qftp_job>();
    // SAFETY: not NULL, large enough, aligned, and the caller's to write to.
    unsafe { place.write(qftp_job(job)) };
    place
}

/// A download into a local file that has `local_len` bytes already; 0: none. `memory` has QFTP_JOB_SIZE bytes, aligned to QFTP_SESSION_ALIGN; `policy`
/// may be NULL. Returns NULL when memory or policy do not do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_get(
    memory: *mut u8,
    len: usize,
    local_len: u64,
    policy_or_null: *const qftp_policy,
) -> *mut qftp_job {
    // SAFETY: as the header asks of the caller.
    guard(core::ptr::null_mut(), || unsafe {
        let Ok(policy) = policy(policy_or_null) else { return core::ptr::null_mut() };
        place(memory, len, Job::get(Some(local_len), policy))
    })
}

/// An upload of a local file of `local_len` bytes. The rest as of qftp_job_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_put(
    memory: *mut u8,
    len: usize,
    local_len: u64,
    policy_or_null: *const qftp_policy,
) -> *mut qftp_job {
    // SAFETY: as the header asks of the caller.
    guard(core::ptr::null_mut(), || unsafe {
        let Ok(policy) = policy(policy_or_null) else { return core::ptr::null_mut() };
        place(memory, len, Job::put(local_len, policy))
    })
}

/// Changes a job.
///
/// # Safety
/// `job` is NULL or a job that nobody else uses meanwhile.
unsafe fn change(job: *mut qftp_job, change: impl FnOnce(&mut Job)) -> i32 {
    status(|| {
        // SAFETY: as promised to us.
        let job = unsafe { job.as_mut() }.ok_or(QFTP_ERR_NULL)?;
        change(&mut job.0);
        Ok(())
    })
}

/// What comes next; the same until it is reported on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_next(job: *const qftp_job, next: *mut qftp_step) -> i32 {
    status(|| {
        // SAFETY: as the header asks of the caller.
        let job = unsafe { job.as_ref() }.ok_or(QFTP_ERR_NULL)?;
        if next.is_null() {
            return Err(QFTP_ERR_NULL);
        }
        // SAFETY: not NULL, and the caller's.
        unsafe { next.write(step(job.0.next())) };
        Ok(())
    })
}

/// Begins with a set-up and a login, where there is no session yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_connect(job: *mut qftp_job) -> i32 {
    // SAFETY: as the header asks of the caller.
    unsafe { change(job, Job::connect) }
}

/// The size of the remote file; QFTP_UNKNOWN where it is not there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_size(job: *mut qftp_job, remote: u64) -> i32 {
    let remote = (remote != QFTP_UNKNOWN).then_some(remote);
    // SAFETY: as the header asks of the caller.
    unsafe { change(job, |job| job.size(remote)) }
}

/// The transfer succeeded with so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_moved(job: *mut qftp_job, count: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    unsafe { change(job, |job| job.moved(count)) }
}

/// What the comparison found: QFTP_UNKNOWN for no difference, or the offset of the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_compared(job: *mut qftp_job, differs: u64) -> i32 {
    let differs = (differs != QFTP_UNKNOWN).then_some(differs);
    // SAFETY: as the header asks of the caller.
    unsafe { change(job, |job| job.compared(differs)) }
}

/// The wait, the cut or the recovery is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_ready(job: *mut qftp_job) -> i32 {
    // SAFETY: as the header asks of the caller.
    unsafe { change(job, Job::ready) }
}

/// The present step failed, with the last failure of this session. QFTP_ERR_NOTHING_TO_ABORT when it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_failed(job: *mut qftp_job, session: *const qftp_session) -> i32 {
    status(|| {
        // SAFETY: as the header asks of the caller.
        let (job, handle) = unsafe { (job.as_mut(), shared(session)) };
        let (job, handle) = (job.ok_or(QFTP_ERR_NULL)?, handle.ok_or(QFTP_ERR_NULL)?);
        let failure = handle.session.last_failure().ok_or(qftp_status::QFTP_ERR_NOTHING_TO_ABORT)?;
        job.0.failed(failure);
        Ok(())
    })
}

/// The session refused to begin the present step, with this status. QFTP_OK where that is the module's doing, which has restarted or has no context to
/// deactivate: the job goes on. Else it is a mistake of the program, and the status comes back; QFTP_ERR_ARGUMENT where
/// it is none that a session refuses with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_refused(job: *mut qftp_job, refusal: i32) -> i32 {
    const LEFT_OUT: i32 = qftp_status::QFTP_ERR_LEFT_OUT as i32;
    const PANIC: i32 = qftp_status::QFTP_ERR_PANIC as i32;
    let misuse = match refusal {
        _ if refusal == qftp_status::QFTP_ERR_NOT_SET_UP as i32 => Misuse::NotSetUp,
        _ if refusal == qftp_status::QFTP_ERR_REOPEN_FIRST as i32 => Misuse::ReopenFirst,
        _ => Misuse::Busy,
    };
    guard(QFTP_ERR_NULL as i32, || {
        // SAFETY: as the header asks of the caller.
        let job = unsafe { job.as_mut() };
        match job.map(|job| job.0.refused(misuse)) {
            None => QFTP_ERR_NULL as i32,
            Some(true) => qftp_status::QFTP_OK as i32,
            // Of those that a session refuses with.
            Some(false) if (LEFT_OUT..0).contains(&refusal) && refusal != PANIC => refusal,
            Some(false) => qftp_status::QFTP_ERR_ARGUMENT as i32,
        }
    })
}

/// An upload: at most `good` bytes of what the server has are built upon, because an earlier one, whose qftp_job_distrusted said so, lost bytes on the line
/// behind them. Call it before the first qftp_job_next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_trust(job: *mut qftp_job, good: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    unsafe { change(job, |job| *job = job.clone().trusting(good)) }
}

/// Bytes of the file on the server that are good at most, where this upload lost bytes on the line: a later job for this name is told by
/// qftp_job_trust, or else goes on behind a hole. QFTP_UNKNOWN where nothing was lost, and of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_distrusted(job: *const qftp_job) -> u64 {
    // SAFETY: as the header asks of the caller.
    guard(QFTP_UNKNOWN, || unsafe { job.as_ref() }.and_then(|job| job.0.distrusted()).unwrap_or(QFTP_UNKNOWN))
}

/// Bytes of the target that are good by now; 0 of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_job_kept(job: *const qftp_job) -> u64 {
    // SAFETY: as the header asks of the caller.
    guard(0, || unsafe { job.as_ref() }.map_or(0, |job| job.0.kept()))
}
