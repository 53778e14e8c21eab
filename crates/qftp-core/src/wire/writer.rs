use crate::copy::copy;

/// A tenth of a number, rounded down, and what is left.
#[expect(clippy::cast_possible_truncation, reason = "halves of 32 bits, and what is left is less than ten")]
fn tenth_of(number: u64) -> (u64, u8) {
    // By halves of 32 bits: what is left of the upper half, less than ten, goes before each 16 bits of the lower.
    let upper = (number >> 32) as u32;
    let (mut tenth, mut left) = (u64::from(upper / 10), upper % 10);
    for shift in [16, 0] {
        let part = left << 16 | (number >> shift) as u32 & 0xFFFF;
        tenth = tenth << 16 | u64::from(part / 10);
        left = part % 10;
    }
    (tenth, left as u8)
}

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

    /// Appends one byte.
    #[inline(always)]
    pub(crate) fn byte(&mut self, byte: u8) {
        match self.buf.get_mut(self.len) {
            Some(place) => {
                *place = byte;
                self.len = self.len.wrapping_add(1);
            }
            None => self.full = true,
        }
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
    #[inline(always)]
    pub fn dec(&mut self, number: impl Into<u64>) -> &mut Self {
        self.decimal(number.into())
    }

    #[inline(never)]
    fn decimal(&mut self, number: u64) -> &mut Self {
        // The longest u64 has 20 digits.
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut put = |digit: u8| {
            at = at.saturating_sub(1);
            if let Some(place) = digits.get_mut(at) {
                *place = b'0' | digit;
            }
        };
        let mut rest = number;
        // Small processors have no division of 64 bits, and what the compiler has for it is larger than all of this file.
        while rest > u64::from(u32::MAX) {
            let (tenth, digit) = tenth_of(rest);
            put(digit);
            rest = tenth;
        }
        let mut rest = u32::try_from(rest).unwrap_or(u32::MAX);
        loop {
            put(u8::try_from(rest % 10).unwrap_or(0));
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.bytes(digits.get(at..).unwrap_or_default())
    }

    /// Appends the number of a cipher suite: four digits in upper-case hexadecimal.
    pub(crate) fn suite(&mut self, suite: u16) -> &mut Self {
        for shift in [12u16, 8, 4, 0] {
            let digit = usize::from((suite >> shift) & 0xF);
            self.bytes(b"0123456789ABCDEF".get(digit..).and_then(|rest| rest.get(..1)).unwrap_or(b"0"));
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
