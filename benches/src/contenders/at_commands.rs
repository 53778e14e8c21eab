//! The crate at-commands: it reads a whole answer of a known form, so its user collects until the end is there.

use std::hint::black_box;

use at_commands::parser::CommandParser;

use super::Seen;
use crate::{Exchange, Operation, pieces};

/// Collects each answer, and parses it when a piece brought its end.
#[must_use]
pub fn at_commands(exchanges: &[Exchange], piece: usize) -> Seen {
    let mut seen = Seen::default();
    let mut buf = Vec::with_capacity(4096);
    for exchange in exchanges {
        buf.clear();
        for piece in pieces(black_box(&exchange.answer), piece) {
            buf.extend_from_slice(piece);
            if buf.len() < exchange.answer.len() {
                continue;
            }
            if let Some(failed) = outcome(exchange.operation, &buf) {
                seen.answers += 1;
                seen.failures += usize::from(failed);
            }
        }
    }
    seen
}

fn outcome(operation: Operation, answer: &[u8]) -> Option<bool> {
    let name: &[u8] = match operation {
        Operation::Cwd => b"+QFTPCWD: ",
        Operation::Pwd => b"+QFTPPWD: ",
        Operation::MakeDir => b"+QFTPMKDIR: ",
        Operation::Rename => b"+QFTPRENAME: ",
        Operation::Size => b"+QFTPSIZE: ",
        Operation::Modified => b"+QFTPMDTM: ",
        Operation::Delete => b"+QFTPDEL: ",
        Operation::Length => b"+QFTPLEN: ",
        Operation::Status => b"+QFTPSTAT: ",
        Operation::Space => b"+QFLDS: ",
        Operation::Files => return answer.windows(4).any(|end| end == b"OK\r\n").then_some(false),
    };
    // It finds nothing that does not stand where it is expected.
    let at = answer.windows(name.len()).position(|window| window == name)?;
    let parser = CommandParser::parse(&answer[at..]).expect_identifier(name).expect_int_parameter();
    let (first,) = parser.finish().ok().or_else(|| {
        let parser = CommandParser::parse(&answer[at..]).expect_identifier(name).expect_int_parameter();
        parser.expect_raw_string().finish().ok().map(|(first, _)| (first,))
    })?;
    Some(black_box(first) >= 600)
}
