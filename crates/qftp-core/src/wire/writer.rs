use crate::copy::copy;

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
        self.radix(number.into(), 10)
    }

    /// Appends a number in lower-case hexadecimal without padding.
    pub fn hex(&mut self, number: impl Into<u64>) -> &mut Self {
        self.radix(number.into(), 16)
    }

    fn radix(&mut self, number: u64, base: u64) -> &mut Self {
        let mut digits = [0u8; 20];
        let mut rest = number;
        let mut used = 0;
        for slot in digits.iter_mut().rev() {
            let digit = rest.checked_rem(base).unwrap_or(0);
            *slot = b"0123456789abcdef".get(usize::try_from(digit).unwrap_or(0)).copied().unwrap_or(b'0');
            rest = rest.checked_div(base).unwrap_or(0);
            used += 1;
            if rest == 0 {
                break;
            }
        }
        let start = digits.len().saturating_sub(used);
        self.bytes(digits.get(start..).unwrap_or_default())
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
