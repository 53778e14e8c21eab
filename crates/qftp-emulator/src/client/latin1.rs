//! Names as the host wrote them: a module does not know the server's character set.

use std::io;

use suppaftp::Encoding;

/// Paths are bytes; this carries them through `str` unchanged.
#[derive(Debug)]
pub(super) struct Latin1;

impl Encoding for Latin1 {
    fn decode(&self, bytes: &[u8]) -> String {
        text(bytes)
    }

    fn encode(&self, text: &str) -> io::Result<Vec<u8>> {
        Ok(bytes(text))
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

pub(super) fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
}
