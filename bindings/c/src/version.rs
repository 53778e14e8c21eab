//! Which library this is, and its words.

use core::ffi::c_char;

use crate::status::TEXTS;

/// The text of a status, such as "success"; static, never NULL, "unknown status" for other numbers. May be called from anywhere.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_status_str(status: i32) -> *const c_char {
    let known = TEXTS.iter().find(|(known, _)| *known as i32 == status);
    known.map_or(c"unknown status".as_ptr(), |(_, text)| text.as_ptr())
}

/// The library's version as a number: major * 10000 + minor * 100 + patch; compare it with QFTP_VERSION_NUMBER.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_version_number() -> u32 {
    QFTP_VERSION_NUMBER
}

/// The version of this header: its first number.
pub const QFTP_VERSION_MAJOR: u32 = 0;

/// The version of this header: its second number.
pub const QFTP_VERSION_MINOR: u32 = 1;

/// The version of this header: its third number.
pub const QFTP_VERSION_PATCH: u32 = 0;

/// The version of this header: major * 10000 + minor * 100 + patch.
pub const QFTP_VERSION_NUMBER: u32 =
    QFTP_VERSION_MAJOR * 10000 + QFTP_VERSION_MINOR * 100 + QFTP_VERSION_PATCH;
