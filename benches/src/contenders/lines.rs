//! A straightforward line parser, as one writes it with a combinator library: lines, names, numbers. It knows no operations.

use std::hint::black_box;

use super::Seen;
use crate::{Exchange, pieces};

/// A line of an answer.
#[derive(Debug)]
#[expect(dead_code, reason = "whoever parses a line wants all of it")]
enum Parsed<'a> {
    Ok,
    Error,
    Named { name: &'a [u8], first: u64, rest: &'a [u8] },
    Other(&'a [u8]),
}

/// Collects lines and has each parsed.
fn lines(exchanges: &[Exchange], piece: usize, parse: impl for<'a> Fn(&'a [u8]) -> Parsed<'a>) -> Seen {
    let mut seen = Seen::default();
    let mut held: Vec<u8> = Vec::with_capacity(256);
    let mut line = |text: &[u8]| {
        if text.is_empty() {
            return;
        }
        seen.answers += 1;
        if let Parsed::Named { first: 600.., .. } = black_box(parse(text)) {
            seen.failures += 1;
        }
    };
    for exchange in exchanges {
        for piece in pieces(black_box(&exchange.answer), piece) {
            let mut rest = piece;
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                if held.is_empty() {
                    line(rest[..end].trim_ascii_end());
                } else {
                    held.extend_from_slice(&rest[..end]);
                    line(held.trim_ascii_end());
                    held.clear();
                }
                rest = &rest[end + 1..];
            }
            held.extend_from_slice(rest);
        }
    }
    seen
}

/// With nom.
#[must_use]
pub fn nom_lines(exchanges: &[Exchange], piece: usize) -> Seen {
    use nom::branch::alt;
    use nom::bytes::complete::{tag, take_while1};
    use nom::character::complete::{char, space0, u64};
    use nom::combinator::{all_consuming, rest, value};
    use nom::{IResult, Parser};

    fn named(line: &[u8]) -> IResult<&[u8], Parsed<'_>> {
        let name = take_while1(|byte: u8| byte == b'+' || byte.is_ascii_uppercase());
        (name, char(':'), space0, u64, rest)
            .map(|(name, _, _, first, rest)| Parsed::Named { name, first, rest })
            .parse(line)
    }
    fn result(line: &[u8]) -> IResult<&[u8], Parsed<'_>> {
        alt((
            all_consuming(tag("OK")).map(|_| Parsed::Ok),
            all_consuming(tag("ERROR")).map(|_| Parsed::Error),
            named,
            value((), rest).map(|()| Parsed::Other(line)),
        ))
        .parse(line)
    }
    lines(exchanges, piece, |line| result(line).map_or(Parsed::Other(line), |(_, parsed)| parsed))
}

/// With winnow.
#[must_use]
pub fn winnow_lines(exchanges: &[Exchange], piece: usize) -> Seen {
    use winnow::ascii::{dec_uint, space0};
    use winnow::combinator::{alt, eof};
    use winnow::token::{rest, take_while};
    use winnow::{ModalResult, Parser};

    fn named<'a>(line: &mut &'a [u8]) -> ModalResult<Parsed<'a>> {
        let name = take_while(1.., |byte: u8| byte == b'+' || byte.is_ascii_uppercase());
        (name, b':', space0, dec_uint::<_, u64, _>, rest)
            .map(|(name, _, _, first, rest)| Parsed::Named { name, first, rest })
            .parse_next(line)
    }
    fn result<'a>(line: &mut &'a [u8]) -> ModalResult<Parsed<'a>> {
        alt((
            (&b"OK"[..], eof).map(|_| Parsed::Ok),
            (&b"ERROR"[..], eof).map(|_| Parsed::Error),
            named,
            rest.map(Parsed::Other),
        ))
        .parse_next(line)
    }
    lines(exchanges, piece, |line| {
        let mut input = line;
        result(&mut input).unwrap_or(Parsed::Other(line))
    })
}
