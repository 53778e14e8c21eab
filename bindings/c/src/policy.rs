//! How hard a transfer of a whole file tries.

use qftp_core::job::Policy;

use crate::options::{get, put, via};
use crate::status::qftp_status;

/// How hard a transfer tries; qftp_policy_init fills it.
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
