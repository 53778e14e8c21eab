//! Texts across the border.

use core::ffi::{CStr, c_char};

use crate::status::qftp_status;

/// What a text of the caller's is read as: the session takes bytes in any encoding, the client UTF-8.
pub trait CText {
    /// The text that these bytes are.
    fn of(bytes: &[u8]) -> Result<&Self, qftp_status>;
}

impl CText for [u8] {
    fn of(bytes: &[u8]) -> Result<&Self, qftp_status> {
        Ok(bytes)
    }
}

impl CText for str {
    fn of(bytes: &[u8]) -> Result<&Self, qftp_status> {
        core::str::from_utf8(bytes).map_err(|_| qftp_status::QFTP_ERR_ARGUMENT)
    }
}

/// A text of the caller's that must be there.
///
/// # Safety
/// `text` is NULL or NUL-terminated, and lives as long as `'a`.
pub unsafe fn required_as<'a, T: CText + ?Sized>(text: *const c_char) -> Result<&'a T, qftp_status> {
    // SAFETY: as promised to us.
    unsafe { optional_as(text) }?.ok_or(qftp_status::QFTP_ERR_NULL)
}

/// A text that may be NULL.
///
/// # Safety
/// As [`required_as`].
pub unsafe fn optional_as<'a, T: CText + ?Sized>(text: *const c_char) -> Result<Option<&'a T>, qftp_status> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and NUL-terminated as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    T::of(text.to_bytes()).map(Some)
}

/// The same as [`required_as`], in UTF-8.
///
/// # Safety
/// As there.
#[cfg(feature = "hosted")]
pub unsafe fn required<'a>(text: *const c_char) -> Result<&'a str, qftp_status> {
    // SAFETY: as promised to us.
    unsafe { required_as(text) }
}

/// The same as [`optional_as`], in UTF-8.
///
/// # Safety
/// As there.
#[cfg(feature = "hosted")]
pub unsafe fn optional<'a>(text: *const c_char) -> Result<Option<&'a str>, qftp_status> {
    // SAFETY: as promised to us.
    unsafe { optional_as(text) }
}

/// Bytes of the caller's; NULL is allowed for none.
///
/// # Safety
/// `bytes` points to `len` readable bytes that live as long as `'a`.
pub unsafe fn bytes<'a>(bytes: *const u8, len: usize) -> Result<&'a [u8], qftp_status> {
    if len == 0 {
        return Ok(&[]);
    }
    if bytes.is_null() {
        return Err(qftp_status::QFTP_ERR_NULL);
    }
    // SAFETY: not NULL and of this length, as the caller promises.
    Ok(unsafe { core::slice::from_raw_parts(bytes, len) })
}

/// A NUL-terminated text of a fixed size; what does not fit is cut between two characters.
pub struct Cut<'a> {
    out: &'a mut [c_char],
    len: usize,
}

impl<'a> Cut<'a> {
    /// An empty text here.
    pub fn new(out: &'a mut [c_char]) -> Self {
        out.fill(0);
        Self { out, len: 0 }
    }
}

impl core::fmt::Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        for letter in text.chars() {
            let mut bytes = [0; 4];
            let bytes = letter.encode_utf8(&mut bytes).as_bytes();
            let end = self.len.saturating_add(bytes.len());
            // One byte stays for the NUL.
            let fits = end < self.out.len();
            let Some(room) = self.out.get_mut(self.len..end).filter(|_| fits) else {
                return Err(core::fmt::Error);
            };
            for (place, byte) in room.iter_mut().zip(bytes) {
                *place = c_char::from_ne_bytes([*byte]);
            }
            self.len = end;
        }
        Ok(())
    }
}
