//! The parameters of a command or an answer: comma-separated, quoted or bare, with spaces anywhere between them.

use winnow::ascii::digit1;
use winnow::combinator::{alt, delimited, opt};
use winnow::token::take_while;
use winnow::{ModalResult, Parser};

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

fn spaces<'a>(input: &mut &'a [u8]) -> ModalResult<&'a [u8]> {
    take_while(0.., [b' ', b'\t']).parse_next(input)
}

fn quoted<'a>(input: &mut &'a [u8]) -> ModalResult<Arg<'a>> {
    delimited(b'"', take_while(0.., |byte| byte != b'"'), b'"').map(Arg::Quoted).parse_next(input)
}

fn bare<'a>(input: &mut &'a [u8]) -> ModalResult<Arg<'a>> {
    take_while(0.., |byte| byte != b',' && byte != b'"')
        .map(|bytes: &[u8]| Arg::Bare(bytes.trim_ascii_end()))
        .parse_next(input)
}

/// One parameter and the comma after it, if there is one.
fn parameter<'a>(input: &mut &'a [u8]) -> ModalResult<(Arg<'a>, bool)> {
    (delimited(spaces, alt((quoted, bare)), spaces), opt(b','))
        .map(|(arg, comma)| (arg, comma.is_some()))
        .parse_next(input)
}

impl<'a> Args<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { rest: Some(text) }
    }

    /// The next parameter; the outer `None` is the end of them, or text that cannot be one.
    pub(crate) fn any(&mut self) -> Option<Arg<'a>> {
        let mut rest = self.rest?;
        let (arg, comma) = parameter(&mut rest).ok()?;
        if !comma && !rest.is_empty() {
            return None;
        }
        self.rest = comma.then_some(rest);
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
        T::try_from(number(self.bytes()?)?).ok()
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let text = self.bytes()?;
        match text.strip_prefix(b"-") {
            Some(digits) => i64::try_from(number(digits)?).ok().map(|value| -value),
            None => i64::try_from(number(text)?).ok(),
        }
    }

    pub(crate) fn hex(&mut self) -> Option<u16> {
        let text = self.bytes()?;
        let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
        u16::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
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

fn number(text: &[u8]) -> Option<u64> {
    let mut rest = text;
    let digits: ModalResult<&[u8]> = digit1.parse_next(&mut rest);
    if !rest.is_empty() {
        return None;
    }
    core::str::from_utf8(digits.ok()?).ok()?.parse().ok()
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
