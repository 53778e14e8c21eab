//! The calls of a driver.

use qftp_core::Instant;

use crate::driver::{Buffer, QFTP_DRIVER_SIZE, qftp_driver};
use crate::error::qftp_error;
use crate::guard::{guard, status};
use crate::operation::qftp_operation;
use crate::options::{self, QFTP_UNKNOWN, qftp_config};
use crate::session::QFTP_SESSION_ALIGN;
use crate::status::qftp_status::{self, QFTP_ERR_NULL};
use crate::transfer::{Transfer, qftp_transfer};
use crate::want::qftp_want;

/// Fewest bytes of each of a driver's two buffers.
const BUFFER: usize = 16;

const _: () = assert!(size_of::<qftp_driver>() <= QFTP_DRIVER_SIZE);

/// Makes a driver of a module in an unknown state, in memory of the caller's: QFTP_DRIVER_SIZE bytes, or at least qftp_driver_bytes(), aligned to
/// QFTP_SESSION_ALIGN. `buffers` are 32 bytes at least, half for what comes from the port and half for the local file; the more, the fewer calls.
/// `config` may be NULL. Returns NULL when the memory does not do, or a field of `config` is out of its range. Nothing has to be undone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_init(
    memory: *mut u8,
    len: usize,
    buffers: *mut u8,
    buffers_len: usize,
    config: *const qftp_config,
) -> *mut qftp_driver {
    guard(core::ptr::null_mut(), || {
        // SAFETY: NULL, or the caller's whole struct.
        let Ok(config) = (unsafe { options::config(config) }) else { return core::ptr::null_mut() };
        let place = memory.cast::<qftp_driver>();
        let half = buffers_len / 2;
        if memory.is_null()
            || buffers.is_null()
            || len < size_of::<qftp_driver>()
            || half < BUFFER
            || !memory.addr().is_multiple_of(QFTP_SESSION_ALIGN)
        {
            return core::ptr::null_mut();
        }
        // SAFETY: not NULL, large enough, aligned, and the caller's to write to, who leaves them to the driver.
        unsafe {
            buffers.write_bytes(0, half.saturating_mul(2));
            let (input, source) = (Buffer::new(buffers, half), Buffer::new(buffers.add(half), half));
            place.write(qftp_driver::new(config, input, source));
        }
        place
    })
}

/// How many bytes a driver takes in this build of the library, beside its buffers.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_driver_bytes() -> usize {
    size_of::<qftp_driver>()
}

/// # Safety
/// `driver` is NULL or a driver that nobody else uses meanwhile.
unsafe fn exclusive<'a>(driver: *mut qftp_driver) -> Result<&'a mut qftp_driver, qftp_status> {
    // SAFETY: as promised to us.
    unsafe { driver.as_mut() }.ok_or(QFTP_ERR_NULL)
}

/// # Safety
/// `driver` is NULL or a driver that nobody changes meanwhile.
unsafe fn shared<'a>(driver: *const qftp_driver) -> Option<&'a qftp_driver> {
    // SAFETY: as promised to us.
    unsafe { driver.as_ref() }
}

/// Begins one operation. It ends with QFTP_WANT_DONE or QFTP_WANT_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_begin(
    driver: *mut qftp_driver,
    now_ms: u64,
    operation: *const qftp_operation,
) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe {
        let driver = exclusive(driver)?;
        let operation = options::get(operation)?.ok_or(QFTP_ERR_NULL)?;
        driver.begin(Instant::from_millis(now_ms), operation)
    })
}

/// Begins the download of a whole file, by as many attempts as its policy allows: the module is set up and logged in where it is not. It ends with
/// QFTP_WANT_DONE, or with QFTP_WANT_FAILED and qftp_driver_kept good bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_get(driver: *mut qftp_driver, transfer: *const qftp_transfer) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver)?.transfer(Transfer::new(transfer, false)?) })
}

/// Begins the upload of a whole file, likewise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_put(driver: *mut qftp_driver, transfer: *const qftp_transfer) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver)?.transfer(Transfer::new(transfer, true)?) })
}

/// Ends what is under way; go on until its end, with QFTP_ERR_ABORTED. Also for a local file that failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_abort(driver: *mut qftp_driver, now_ms: u64) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver)?.abort(Instant::from_millis(now_ms)) })
}

/// What comes next. Do it, report it as qftp_want_kind says, and call this again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_next(
    driver: *mut qftp_driver,
    now_ms: u64,
    want: *mut qftp_want,
) -> i32 {
    status(|| {
        if want.is_null() {
            return Err(QFTP_ERR_NULL);
        }
        // SAFETY: as the header asks of the caller.
        let next = unsafe { exclusive(driver) }?.next(Instant::from_millis(now_ms));
        // SAFETY: not NULL, and the caller's.
        unsafe { want.write(next) };
        Ok(())
    })
}

/// The port took so many bytes of QFTP_WANT_WRITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_wrote(driver: *mut qftp_driver, count: usize) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver) }.map(|driver| driver.driver.wrote(count)))
}

/// The port brought so many bytes into the room of QFTP_WANT_WRITE or QFTP_WANT_READ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_received(driver: *mut qftp_driver, count: usize) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver) }.map(|driver| driver.driver.received(count)))
}

/// So many bytes of the local file came into the room of QFTP_WANT_FILL; 0: there are none yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_filled(driver: *mut qftp_driver, count: usize) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver) }.map(|driver| driver.filled(count)))
}

/// So many bytes of QFTP_WANT_COMPARE are the same as the local file's, up to the first that is not or the end of one of both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_compared(driver: *mut qftp_driver, same: usize) -> i32 {
    // SAFETY: as the header asks of the caller.
    status(|| unsafe { exclusive(driver) }.map(|driver| driver.compared(same)))
}

/// Whether a login stands, as far as is known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_is_open(driver: *const qftp_driver) -> bool {
    // SAFETY: as the header asks of the caller.
    guard(false, || unsafe { shared(driver) }.is_some_and(|driver| driver.driver.session().is_open()))
}

/// Bytes of the local file that are good after a download that ended, of the server's file after an upload; 0 of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_kept(driver: *const qftp_driver) -> u64 {
    // SAFETY: as the header asks of the caller.
    guard(0, || unsafe { shared(driver) }.map_or(0, |driver| driver.kept))
}

/// Bytes of the file on the server that are good at most, where the last upload lost bytes on the line: the next transfer of this name has it as
/// qftp_transfer.good_there, or else goes on behind a hole. QFTP_UNKNOWN where nothing was lost, and of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_distrusted(driver: *const qftp_driver) -> u64 {
    // SAFETY: as the header asks of the caller.
    guard(QFTP_UNKNOWN, || {
        unsafe { shared(driver) }.and_then(|driver| driver.distrusted).unwrap_or(QFTP_UNKNOWN)
    })
}

/// Details of the last failure of module, server or line. `error->struct_size` must be sizeof(qftp_error). QFTP_ERR_NOTHING_TO_ABORT when nothing has
/// failed since the last transfer began.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_driver_last_error(driver: *const qftp_driver, error: *mut qftp_error) -> i32 {
    status(|| {
        // SAFETY: as the header asks of the caller.
        let driver = unsafe { shared(driver) }.ok_or(QFTP_ERR_NULL)?;
        // SAFETY: as the header asks of the caller.
        unsafe { qftp_error::has_room(error) }?;
        let failure = driver.failure.as_ref().ok_or(qftp_status::QFTP_ERR_NOTHING_TO_ABORT)?;
        // SAFETY: not NULL, and the caller's, of this size.
        unsafe { error.write(qftp_error::of(failure)) };
        Ok(())
    })
}
