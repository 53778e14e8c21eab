//! Waking a thread that sleeps in poll(2).

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// Rings from any thread.
#[derive(Clone)]
pub(super) struct Bell(Arc<UnixStream>);

/// Is heard by one.
pub(super) struct Alarm(UnixStream);

pub(super) fn pair() -> io::Result<(Bell, Alarm)> {
    // Sockets and no pipe: a byte for a pipe that nobody reads any more is SIGPIPE, which ends programs that are not Rust's.
    let (reader, writer) = UnixStream::pair()?;
    reader.set_nonblocking(true)?;
    writer.set_nonblocking(true)?;
    Ok((Bell(Arc::new(writer)), Alarm(reader)))
}

impl Bell {
    pub(super) fn ring(&self) {
        // Where it is full, it rings already; where it is closed, there is nothing to wake.
        let _ = (&*self.0).write(&[1]);
    }
}

impl Alarm {
    pub(super) fn clear(&mut self) {
        let mut buf = [0; 256];
        while matches!(self.0.read(&mut buf), Ok(count) if count == buf.len()) {}
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
