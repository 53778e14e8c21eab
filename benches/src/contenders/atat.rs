//! atat's Ingress with its own digester, as its users set it up: it keeps a buffer and digests it anew with each piece.

use std::hint::black_box;

use atat::digest::ParseError;
use atat::{AtDigester, AtatIngress, AtatUrc, Ingress, Parser, ResponseSlot, UrcChannel};

use super::Seen;
use crate::{Exchange, pieces};

/// URCs of the FTP commands and a few others, as a user of atat would declare them.
#[derive(Clone, Debug)]
pub struct Urc {
    failed: bool,
}

const NAMES: [&str; 13] = [
    "+QFTPCWD",
    "+QFTPPWD",
    "+QFTPMKDIR",
    "+QFTPRENAME",
    "+QFTPSIZE",
    "+QFTPMDTM",
    "+QFTPDEL",
    "+QFTPLEN",
    "+QFTPSTAT",
    "+QIND",
    "+CREG",
    "+CMTI",
    "+QIURC",
];

impl Parser for Urc {
    fn parse(buf: &[u8]) -> Result<(&[u8], usize), ParseError> {
        // A URC is a line that begins with one of the names, between CR LF and CR LF.
        let start = buf.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if start == buf.len() {
            return Err(ParseError::Incomplete);
        }
        let line = &buf[start..];
        if !NAMES.iter().any(|name| line.starts_with(name.as_bytes()) || name.as_bytes().starts_with(line)) {
            return Err(ParseError::NoMatch);
        }
        let end = line.windows(2).position(|end| end == b"\r\n").ok_or(ParseError::Incomplete)?;
        Ok((&line[..end], start + end + 2))
    }
}

impl AtatUrc for Urc {
    fn parse(line: &[u8]) -> Option<Self> {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = line.get(colon + 2..)?;
        Some(Self { failed: value.starts_with(b"6") })
    }
}

/// Every answer goes through the Ingress; its URCs and responses are taken at once.
///
/// # Panics
/// When there is no subscription, which there is.
#[must_use]
pub fn atat(exchanges: &[Exchange], piece: usize) -> Seen {
    let slot = ResponseSlot::<1024>::new();
    let channel = UrcChannel::<Urc, 64, 1>::new();
    let mut urcs = channel.subscribe().expect("the only one");
    let mut buf = [0; 4096];
    let mut ingress = Ingress::new(AtDigester::<Urc>::new(), &mut buf, &slot, &channel);
    let mut seen = Seen::default();
    for exchange in exchanges {
        for piece in pieces(black_box(&exchange.answer), piece) {
            for piece in piece.chunks(2048) {
                black_box(ingress.try_write(piece)).unwrap_or(0);
                if slot.try_get().is_some() {
                    seen.answers += 1;
                    slot.reset();
                }
                while let Some(urc) = urcs.try_next_message_pure() {
                    seen.failures += usize::from(black_box(urc).failed);
                }
            }
        }
        // What it could not read must not be in the way of the next.
        ingress.clear();
    }
    seen
}
