//! What the benchmarks share: the dialogue that all contenders read.

/// Piece sizes in which the dialogue arrives: at once, as a UART driver hands it over, and byte by byte.
pub const PIECES: [(&str, usize); 3] = [("whole", usize::MAX), ("64-byte pieces", 64), ("byte by byte", 1)];

/// The answer to one `AT+QFTPSIZE`: acceptance, then the outcome.
pub const ANSWER: &[u8] = b"\r\nOK\r\n\r\n+QFTPSIZE: 0,1048576\r\n";

/// How many answers one run reads.
pub const ANSWERS: usize = 1000;

/// All answers, one after the other.
#[must_use]
pub fn dialogue() -> Vec<u8> {
    ANSWER.repeat(ANSWERS)
}

/// The pieces of `text`, `len` bytes each.
pub fn pieces(text: &[u8], len: usize) -> impl Iterator<Item = &[u8]> {
    text.chunks(len.min(text.len()))
}
