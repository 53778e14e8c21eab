//! Waking a thread that sleeps in poll(2).

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_setfl};

/// Rings from any thread.
#[derive(Clone)]
pub(super) struct Bell(Arc<PipeWriter>);

/// Is heard by one.
pub(super) struct Alarm(PipeReader);

pub(super) fn pair() -> io::Result<(Bell, Alarm)> {
    let (reader, writer) = io::pipe()?;
    fcntl_setfl(&reader, OFlags::NONBLOCK)?;
    fcntl_setfl(&writer, OFlags::NONBLOCK)?;
    Ok((Bell(Arc::new(writer)), Alarm(reader)))
}

impl Bell {
    pub(super) fn ring(&self) {
        // A full pipe rings already; a closed one has nobody to wake.
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
