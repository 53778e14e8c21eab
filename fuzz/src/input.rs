//! The fuzzer's bytes as a program: small numbers, texts and chunks, until there are no more.

/// The byte that stands in secrets and nowhere else: where it shows, a secret shows.
pub(crate) const SECRET: u8 = b'~';
/// A password that consists of it for the most part.
pub(crate) const PASSWORD: &str = "~~hunter~~2~~";
/// A user name likewise.
pub(crate) const USER: &str = "~mallory~";

pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    /// The next byte; `None` at the end.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next byte, 0 at the end.
    pub(crate) fn small(&mut self) -> u8 {
        self.byte().unwrap_or(0)
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.small() & 1 == 1
    }

    /// One of these.
    pub(crate) fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.small()) % all.len()]
    }

    /// A number: small, or next to a limit.
    pub(crate) fn number(&mut self) -> u64 {
        let (kind, n) = (self.small(), u64::from(self.small()));
        match kind % 10 {
            0..=3 => n,
            4 => n << 4,
            5 => n << 10,
            6 => u64::from(u32::MAX) - 2 + n % 5,
            7 => (1 << 63) - 2 + n % 5,
            8 => u64::MAX - n,
            _ => n << 32,
        }
    }

    /// Up to 255 bytes: their number, then they themselves. None of them is of a secret.
    pub(crate) fn chunk(&mut self) -> Vec<u8> {
        let len = usize::from(self.small()).min(self.0.len());
        let (chunk, rest) = self.0.split_at(len);
        self.0 = rest;
        public(chunk)
    }

    /// A chunk as text.
    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(&self.chunk()).into_owned()
    }

    /// A name, mostly a usual one.
    pub(crate) fn name(&mut self) -> String {
        match self.small() % 4 {
            0 => self.text(),
            1 => "x".repeat(usize::from(self.small()) + 1),
            2 => "/dir/file.bin".to_owned(),
            _ => "file".to_owned(),
        }
    }
}

/// The bytes with none of a secret's among them.
pub(crate) fn public(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| if *byte == SECRET { b'-' } else { *byte }).collect()
}

/// Panics where a secret shows.
#[track_caller]
pub(crate) fn assert_public(bytes: &[u8], what: &str) {
    assert!(!bytes.contains(&SECRET), "a secret shows in {what}: {}", bytes.escape_ascii());
}
