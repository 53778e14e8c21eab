//! What the benchmarks share: the dialogue that all contenders read, and the contenders.

pub mod contenders;
mod corpus;

pub use corpus::{Exchange, Operation, corpus, whole_text};

/// How text arrives: an answer at once, as a UART driver hands it over, and byte by byte.
pub const PIECES: [(&str, usize); 3] = [("whole", usize::MAX), ("64-byte pieces", 64), ("byte by byte", 1)];

/// The pieces of `text`, `len` bytes each.
pub fn pieces(text: &[u8], len: usize) -> impl Iterator<Item = &[u8]> {
    text.chunks(len.min(text.len()).max(1))
}
