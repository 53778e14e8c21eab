//! The parameters of a command or an answer: comma-separated, quoted or bare, with spaces anywhere between them.

use super::scan::find;
use super::text::Text;

/// The parameters that are still to be read. Every getter returns `None` for what is not of its form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Args<'a> {
    rest: Option<&'a [u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arg<'a> {
    Bare(&'a [u8]),
    Quoted(&'a [u8]),
}

impl<'a> Arg<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bare(bytes) | Self::Quoted(bytes) => bytes,
        }
    }
}

impl<'a> Args<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: Some(text) }
    }

    /// All of them, as they stand there.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest.unwrap_or_default()
    }

    /// The next parameter; the outer `None` is the end of them, or text that cannot be one.
    pub(crate) fn any(&mut self) -> Option<Arg<'a>> {
        let text = skip_spaces(self.rest?);
        let (arg, after) = match text {
            [b'"', inner @ ..] => {
                let (inside, after) = inner.split_at_checked(find(inner, b'"')?)?;
                let after = after.get(1..).unwrap_or_default();
                (Arg::Quoted(inside), skip_spaces(after))
            }
            _ => {
                let end = text.iter().position(|byte| matches!(byte, b',' | b'"')).unwrap_or(text.len());
                let (bare, after) = text.split_at_checked(end)?;
                (Arg::Bare(bare.trim_ascii_end()), after)
            }
        };
        self.rest = match after {
            [] => None,
            [b',', rest @ ..] => Some(rest),
            _ => return None,
        };
        Some(arg)
    }

    /// Everything that is left as one string: a bare string at the end may hold commas.
    pub(crate) fn remainder(&mut self) -> Option<&'a [u8]> {
        let mut text = self.rest.take()?;
        // What is said again without quotes must be understood as the same.
        loop {
            text = text.trim_ascii();
            match text.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")) {
                Some(inner) => text = inner,
                None => return Some(text),
            }
        }
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        self.any().map(Arg::bytes)
    }

    pub(crate) fn text<const MAX: usize>(&mut self) -> Option<Text<'a, MAX>> {
        Text::from_bytes(self.bytes()?).ok()
    }

    /// A decimal number; some hosts and modules put quotes around it.
    pub(crate) fn number<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.decimal()?).ok()
    }

    fn decimal(&mut self) -> Option<u64> {
        // Bare digits up to a comma or the end, as nearly all are.
        let text = skip_spaces(self.rest?);
        let (number, after) = digits(text);
        match after {
            [] if after.len() < text.len() => self.rest = None,
            [b',', rest @ ..] if after.len() < text.len() => self.rest = Some(rest),
            _ => return number_of(self.bytes()?),
        }
        number
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let text = self.bytes()?;
        match text.strip_prefix(b"-") {
            Some(digits) => i64::try_from(number_of(digits)?).ok().map(|value| -value),
            None => i64::try_from(number_of(text)?).ok(),
        }
    }

    pub(crate) fn hex(&mut self) -> Option<u16> {
        let text = self.bytes()?;
        let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
        let value = digits.iter().try_fold(0u16, |value, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            value.checked_mul(16)?.checked_add(u16::try_from(digit).ok()?)
        });
        value.filter(|_| !digits.is_empty())
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.number::<u8>()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// An optional parameter: absent at the end, or left empty between commas.
    pub(crate) fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        let mut ahead = *self;
        match ahead.any() {
            None if self.rest.is_none() => Some(None),
            Some(Arg::Bare(b"")) => {
                *self = ahead;
                Some(None)
            }
            _ => read(self).map(Some),
        }
    }

    /// Succeeds when nothing is left.
    pub(crate) fn end(self) -> Option<()> {
        self.rest.is_none().then_some(())
    }
}

/// A number that is all of the text.
fn number_of(text: &[u8]) -> Option<u64> {
    let (number, rest) = digits(text);
    number.filter(|_| rest.is_empty() && !text.is_empty())
}

/// The number at the front, `None` where it has more than 64 bits, and what stands after its digits.
fn digits(text: &[u8]) -> (Option<u64>, &[u8]) {
    let mut number = 0u64;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        // 18 digits fit without a look.
        if number >= 100_000_000_000_000_000 {
            return large(number, rest);
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit & 0x0F));
        rest = tail;
    }
    (Some(number), rest)
}

/// The rest of a number that may not fit.
#[cold]
fn large(number: u64, text: &[u8]) -> (Option<u64>, &[u8]) {
    let mut number = Some(number);
    let mut rest = text;
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        number = number.and_then(|number| number.checked_mul(10)?.checked_add(u64::from(digit & 0x0F)));
        rest = tail;
    }
    (number, rest)
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [b' ' | b'\t', tail @ ..] = rest {
        rest = tail;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_bare_and_spaced() {
        let mut args = Args::new(b" \"a, b\" ,c , 12,,\"\"");
        assert_eq!(args.bytes(), Some(&b"a, b"[..]));
        assert_eq!(args.bytes(), Some(&b"c"[..]));
        assert_eq!(args.number(), Some(12u8));
        assert_eq!(args.optional(Args::number::<u8>), Some(None));
        assert_eq!(args.any(), Some(Arg::Quoted(b"")));
        assert_eq!(args.any(), None);
        assert_eq!(args.optional(Args::number::<u8>), Some(None));
        assert_eq!(args.end(), Some(()));
    }

    #[test]
    fn what_is_no_parameter() {
        assert_eq!(Args::new(b"\"open").any(), None);
        assert_eq!(Args::new(b"\"a\"b").any(), None);
        assert_eq!(Args::new(b"256").number::<u8>(), None);
        assert_eq!(Args::new(b"-1").number::<u8>(), None);
        assert_eq!(Args::new(b"-1").signed(), Some(-1));
        assert_eq!(Args::new(b"99999999999999999999").number::<u64>(), None);
        assert_eq!(Args::new(b"0XFFFF").hex(), Some(0xFFFF));
    }

    #[test]
    fn a_bare_string_at_the_end_keeps_its_commas() {
        let mut args = Args::new(b"0, /a,b ");
        assert_eq!(args.number(), Some(0u8));
        assert_eq!(args.remainder(), Some(&b"/a,b"[..]));
    }
}
