//! What of a file is moved, and by which road.

use qftp_core::session::{GetOptions, PutOptions, Via};
use qftp_core::wire::Storage;

use super::get;
use crate::status::qftp_status::{self, QFTP_ERR_ARGUMENT, QFTP_ERR_NULL};

/// The road of a transfer.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_via {
    /// Straight through the port.
    QFTP_VIA_COM = 0,
    /// Staged in the module's flash, its way over the line proven by a checksum.
    QFTP_VIA_UFS = 1,
    /// Staged in the module's RAM.
    QFTP_VIA_RAM = 2,
    /// Staged on the module's SD card.
    QFTP_VIA_SD = 3,
}

/// Roads and their numbers.
pub(crate) mod via {
    use super::{QFTP_ERR_ARGUMENT, Storage, Via, qftp_status};

    const ROADS: [Via; 4] =
        [Via::Com, Via::Storage(Storage::Ufs), Via::Storage(Storage::Ram), Via::Storage(Storage::Sd)];

    pub(crate) fn of(number: i32) -> Result<Via, qftp_status> {
        let place = usize::try_from(number).ok();
        place.and_then(|place| ROADS.get(place)).copied().ok_or(QFTP_ERR_ARGUMENT)
    }

    #[cfg(any(feature = "driver", feature = "hosted"))]
    pub(crate) fn number(via: Via) -> i32 {
        ROADS.iter().zip(0..).find(|(road, _)| **road == via).map_or(0, |(_, number)| number)
    }
}

/// A storage of the module by its number among the roads.
pub(crate) fn storage(number: i32) -> Result<Storage, qftp_status> {
    match via::of(number)? {
        Via::Storage(storage) => Ok(storage),
        Via::Com => Err(QFTP_ERR_ARGUMENT),
    }
}

/// A length that is not known.
pub const QFTP_UNKNOWN: u64 = u64::MAX;

/// How a file is downloaded; NULL in place of it: the whole file, straight through.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_get_options {
    /// sizeof(qftp_get_options).
    pub struct_size: usize,
    /// Offset of the first byte.
    pub start: u64,
    /// Bytes to come from there, QFTP_UNKNOWN to ask the server first.
    pub len: u64,
    /// One of qftp_via.
    pub via: i32,
}

/// # Safety
/// As [`get`].
pub(crate) unsafe fn get_options(options: *const qftp_get_options) -> Result<GetOptions, qftp_status> {
    // SAFETY: as promised to us.
    let Some(options) = (unsafe { get(options) })? else {
        return Ok(GetOptions::default());
    };
    let len = (options.len != QFTP_UNKNOWN).then_some(options.len);
    Ok(GetOptions { start: options.start, len, via: via::of(options.via)? })
}

/// How a file is uploaded.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_put_options {
    /// sizeof(qftp_put_options).
    pub struct_size: usize,
    /// Offset in the server's file; 0 replaces it.
    pub start: u64,
    /// Bytes that will be sent.
    pub len: u64,
    /// One of qftp_via.
    pub via: i32,
    /// More of the file follows: the next operation must be its next part.
    pub more: bool,
}

/// # Safety
/// As [`get`].
pub(crate) unsafe fn put_options(options: *const qftp_put_options) -> Result<PutOptions, qftp_status> {
    // SAFETY: as promised to us.
    let options = unsafe { get(options) }?.ok_or(QFTP_ERR_NULL)?;
    Ok(PutOptions { start: options.start, len: options.len, last: !options.more, via: via::of(options.via)? })
}
