use crate::copy::copy;

/// From the largest that 64 bits have down to 1.
const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = powers.len() - 1;
    while at > 0 {
        powers[at - 1] = powers[at] * 10;
        at -= 1;
    }
    powers
};

/// A writer into a slice that remembers when it ran out of room, so that emitting needs one check at its end.
#[derive(Debug)]
pub struct Writer<'a> {
    buf: &'a mut [u8],
    len: usize,
    full: bool,
}

/// The slice given to a [`Writer`] was too short for all of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl core::fmt::Display for Full {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the buffer is too short for the text")
    }
}

impl core::error::Error for Full {}

impl<'a> Writer<'a> {
    /// Starts at the front of `buf`.
    #[must_use]
    pub fn new(buf: &'a mut [u8]) -> Self {
        Self { buf, len: 0, full: false }
    }

    /// What was written.
    ///
    /// # Errors
    /// [`Full`] when any of it did not fit.
    pub fn finish(self) -> Result<&'a [u8], Full> {
        let Self { buf, len, full } = self;
        match buf.get(..len) {
            Some(text) if !full => Ok(text),
            _ => Err(Full),
        }
    }

    /// How many bytes were written; 0 when not all of them fitted.
    #[must_use]
    pub const fn written(&self) -> usize {
        if self.full { 0 } else { self.len }
    }

    /// Appends bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let end = self.len.saturating_add(bytes.len());
        match self.buf.get_mut(self.len..end) {
            Some(room) if !self.full => {
                copy(room, bytes);
                self.len = end;
            }
            _ => self.full = true,
        }
        self
    }

    /// Appends text as it is.
    pub fn str(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Appends bytes between quotation marks.
    pub fn quoted(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes(b"\"").bytes(bytes).bytes(b"\"")
    }

    /// Appends a number in decimal.
    pub fn dec(&mut self, number: impl Into<u64>) -> &mut Self {
        // Small processors have no division of 64 bits, and what the compiler has for it is larger than all of this file.
        let mut rest: u64 = number.into();
        let mut shown = false;
        for power in POWERS_OF_TEN {
            let mut digit = b'0';
            while let Some(less) = rest.checked_sub(power) {
                rest = less;
                digit = digit.saturating_add(1);
            }
            shown |= digit > b'0' || power == 1;
            if shown {
                self.bytes(&[digit]);
            }
        }
        self
    }

    /// Appends a number in lower-case hexadecimal without padding.
    pub fn hex(&mut self, number: u16) -> &mut Self {
        let digits = [12, 8, 4, 0].map(|shift| number >> shift);
        let mut shown = false;
        for (rest, last) in digits.into_iter().zip([false, false, false, true]) {
            shown |= rest > 0 || last;
            if shown {
                let digit = char::from_digit(u32::from(rest & 0xF), 16).unwrap_or('0');
                self.str(digit.encode_utf8(&mut [0; 4]));
            }
        }
        self
    }

    /// Appends a signed number in decimal.
    pub fn int(&mut self, number: i64) -> &mut Self {
        if number < 0 {
            self.bytes(b"-");
        }
        self.dec(number.unsigned_abs())
    }

    /// Appends `,` and a number when there is one.
    pub(crate) fn opt(&mut self, number: Option<impl Into<u64>>) -> &mut Self {
        if let Some(number) = number {
            self.bytes(b",").dec(number);
        }
        self
    }
}
