//! The demo's file: everything that has ever confused a host.

use std::io::{self, Read, Write};

use qftp_core::wire::Verb;
use sha2::{Digest as _, Sha256};

/// The built-in payload: AT commands and answers, ends of transfers, escapes, NULs, all 256 values, noise; again and again.
#[derive(Debug)]
pub(crate) struct Payload {
    block: Vec<u8>,
    at: usize,
    left: u64,
}

impl Payload {
    pub(crate) fn new(len: u64) -> Self {
        Self { block: block(), at: 0, left: len }
    }
}

fn block() -> Vec<u8> {
    let mut block = b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n".to_vec();
    block.extend(
        b"+++\r\nCONNECT\r\n\r\nNO CARRIER\r\n\r\nERROR\r\n\r\n+CME ERROR: 603\r\nRDY\r\nATO\rAT&F\rATZ\r",
    );
    for verb in Verb::ALL {
        block.extend(format!("AT{0}=?\r\r\nOK\r\n\r\n{0}: 0,0\r\n", verb.name()).bytes());
    }
    block.extend([0; 64]);
    block.extend(0..=255);
    block.extend(b"+++");
    // Noise of a length that no buffer has: block and buffer never fall in step.
    let mut state: u32 = 0x2545_F491;
    for _ in 0..997 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        block.push(state.to_le_bytes()[1]);
    }
    block
}

impl Read for Payload {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let rest = &self.block[self.at..];
        let count = rest.len().min(buf.len()).min(left);
        buf[..count].copy_from_slice(&rest[..count]);
        self.at = (self.at + count) % self.block.len();
        self.left -= u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

/// A reader or writer that takes the SHA-256 of what passes.
pub(crate) struct Hashed<T> {
    inner: T,
    hash: Sha256,
}

impl<T> Hashed<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// The hash, in hexadecimal.
    pub(crate) fn finish(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<T: Read> Read for Hashed<T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.hash.update(&buf[..count]);
        Ok(count)
    }
}

impl<T: Write> Write for Hashed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_it_promises() {
        let mut bytes = Vec::new();
        Payload::new(20_000).read_to_end(&mut bytes).expect("no fault");
        assert_eq!(bytes.len(), 20_000);
        let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(holds(b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n") && holds(b"+++") && holds(&[0; 64]));
        assert!(Verb::ALL.iter().all(|verb| holds(verb.name().as_bytes())));
        assert!((0..=255).all(|value| bytes.contains(&value)));
    }

    #[test]
    fn the_hash_is_sha256() {
        let mut hashed = Hashed::new(io::sink());
        hashed.write_all(b"abc").expect("a sink");
        assert_eq!(hashed.finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
