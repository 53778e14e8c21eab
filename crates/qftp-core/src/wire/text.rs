use core::fmt;

/// A string parameter of at most `MAX` bytes that can be put between quotes as it is.
///
/// The wire has no escape: CR, LF or `"` would end the parameter or the command and let the rest run as something else, and a module
/// edits its command line by BS and DEL (ITU-T V.250, S5). A string with `"`, DEL or a byte below a space therefore cannot be made:
/// no AT injection, and no FTP injection behind it.
///
/// ```
/// use qftp_core::wire::{Text, TextFault};
/// assert_eq!(Text::<255>::new("log.bin")?.as_bytes(), b"log.bin");
/// assert_eq!(Text::<255>::new("a\rAT+QPOWD"), Err(TextFault::Forbidden { byte: b'\r', at: 1 }));
/// # Ok::<(), TextFault>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Text<'a, const MAX: usize>(&'a [u8]);

/// Why a string cannot be a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextFault {
    /// It has no byte where at least one is needed.
    Empty,
    /// It is longer than the manual allows.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The most that is allowed.
        max: usize,
    },
    /// It holds a quotation mark or a control character: a byte below 0x20, or 0x7F.
    Forbidden {
        /// The byte.
        byte: u8,
        /// Its offset.
        at: usize,
    },
}

/// What keeps bytes from being a parameter of at most `max` bytes.
pub(crate) const fn fault_of(bytes: &[u8], max: usize) -> Option<TextFault> {
    if bytes.len() > max {
        return Some(TextFault::TooLong { len: bytes.len(), max });
    }
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        if matches!(byte, 0..=0x1F | b'"' | 0x7F) {
            return Some(TextFault::Forbidden { byte, at: bytes.len() - rest.len() });
        }
        rest = tail;
    }
    None
}

impl<'a, const MAX: usize> Text<'a, MAX> {
    /// Checks a string.
    ///
    /// # Errors
    /// [`TextFault`] when it is too long or holds a byte that the wire cannot carry.
    pub const fn new(text: &'a str) -> Result<Self, TextFault> {
        Self::from_bytes(text.as_bytes())
    }

    /// Checks a string in any encoding: servers have names that are not UTF-8.
    ///
    /// # Errors
    /// As [`Text::new`].
    pub const fn from_bytes(bytes: &'a [u8]) -> Result<Self, TextFault> {
        match fault_of(bytes, MAX) {
            Some(fault) => Err(fault),
            None => Ok(Self(bytes)),
        }
    }

    /// The bytes between the quotes.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, when it is UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl<const MAX: usize> fmt::Display for Text<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::Printable(self.0).fmt(f)
    }
}

impl<const MAX: usize> fmt::Debug for Text<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong { len, max } => write!(f, "it has {len} bytes, and at most {max} are allowed"),
            Self::Forbidden { byte, at } => {
                let name = match byte {
                    b'\r' => "a carriage return",
                    b'\n' => "a line feed",
                    0 => "a NUL",
                    0x08 => "a backspace",
                    0x09 => "a tab",
                    0x1B => "an escape",
                    0x7F => "a delete",
                    b'"' => "a quotation mark",
                    _ => "a control character",
                };
                write!(f, "it holds {name} at byte {at}, which an AT command cannot carry")
            }
        }
    }
}

impl core::error::Error for TextFault {}

/// A [`Text`] that must not be shown: user names, passwords, PINs. It prints as `***`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct SecretText<'a, const MAX: usize>(Text<'a, MAX>);

impl<'a, const MAX: usize> SecretText<'a, MAX> {
    /// Checks a secret; see [`Text::new`].
    ///
    /// # Errors
    /// As [`Text::new`].
    pub fn new(secret: crate::Secret<'a>) -> Result<Self, TextFault> {
        Text::new(secret.expose()).map(Self)
    }

    /// Hides a text.
    #[must_use]
    pub const fn hide(text: Text<'a, MAX>) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that has to use it.
    #[must_use]
    pub const fn expose(self) -> Text<'a, MAX> {
        self.0
    }
}

impl<const MAX: usize> fmt::Debug for SecretText<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
