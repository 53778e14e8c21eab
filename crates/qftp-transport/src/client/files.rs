//! Values that the clients take and give, beside those of core.

use std::io;

use qftp_core::session::Via;
use qftp_core::wire::{FileInfo, Info, Line, ServerState};

use super::Error;
use super::engine::Outcome;

/// How a client uploads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Put {
    /// Offset in the server's file; 0 replaces the file.
    pub start: u64,
    /// Bytes to send. `None` sends all that the reader has, in parts of 64 KiB, each a command of its own.
    pub len: Option<u64>,
    /// The road.
    pub via: Via,
}

impl Put {
    /// A whole file of `len` bytes, straight through the port.
    #[must_use]
    pub const fn whole(len: u64) -> Self {
        Self { start: 0, len: Some(len), via: Via::Com }
    }
}

/// A file of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFile {
    /// Its name, with its storage in front where the module gives it; where it has no size, all that the module says of it.
    pub name: String,
    /// Its size in bytes; `None` where the module says one that cannot be, or a name.
    pub size: Option<u64>,
}

impl ModuleFile {
    /// Those among information lines.
    pub(super) fn all(lines: &[Vec<u8>]) -> Vec<Self> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let file = |line: &Vec<u8>| match Line::parse(line) {
            Line::Info(Info::File(FileInfo::File { name, size })) => {
                Some(Self { name: text(name), size: Some(size) })
            }
            // The file is there, whatever the module says of it.
            _ => line.strip_prefix(b"+QFLST:").map(|said| Self { name: text(said.trim_ascii()), size: None }),
        };
        lines.iter().filter_map(file).collect()
    }
}

/// A listing that is kept in memory; a server that never ends one fills no more than this.
#[derive(Debug, Default)]
pub(super) struct Listing(pub(super) Vec<u8>);

impl Listing {
    /// Most bytes.
    const MOST: usize = 16 << 20;

    fn add(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > Self::MOST {
            let text = "the listing has more than 16 MiB; have it written as it comes (list_to)";
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, text));
        }
        self.0.extend(bytes);
        Ok(bytes.len())
    }
}

impl io::Write for Listing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(feature = "tokio")]
impl tokio::io::AsyncWrite for Listing {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<io::Result<usize>> {
        std::task::Poll::Ready(self.add(bytes))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

/// Bytes of one part of an upload of unknown length.
pub(super) const PART: usize = 64 * 1024;

impl Outcome {
    pub(super) fn number(self) -> u64 {
        if let Self::Number(number) = self { number } else { 0 }
    }

    pub(super) fn state(self) -> ServerState {
        if let Self::State(state) = self { state } else { ServerState::Closed }
    }

    /// Free bytes and all bytes.
    pub(super) fn space(self) -> (u64, u64) {
        if let Self::Space { free, total } = self { (free, total) } else { (0, 0) }
    }

    pub(super) fn text(self) -> String {
        if let Self::Text(text) = self { text } else { String::new() }
    }
}

/// The result of an upload: those of its parts, added up.
pub(super) fn add(sum: u64, part: Result<Outcome, Error>) -> Result<u64, Error> {
    part.map(|outcome| sum + outcome.number())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file is there whatever the module says of its size: 2^64 bytes, fewer than none, no number.
    #[test]
    fn files_of_impossible_sizes_are_shown() {
        let lines = [
            &b"+QFLST: \"a\",5"[..],
            b"+QFLST: \"b\",18446744073709551616",
            b"+QFLST: \"c\",-1",
            b"+QFLST: \"d\",",
            b"Quectel",
        ];
        let files = ModuleFile::all(&lines.map(<[u8]>::to_vec));
        let told: Vec<(&str, Option<u64>)> =
            files.iter().map(|file| (file.name.as_str(), file.size)).collect();
        assert_eq!(
            told,
            [("a", Some(5)), ("\"b\",18446744073709551616", None), ("\"c\",-1", None), ("\"d\",", None)]
        );
    }
}
