//! What comes down, compared with what the caller has: a sink that stores nothing.

use std::io::{self, Read, Write};

use super::Error;

/// A writer that compares what it is given with what a reader has.
pub(super) struct Compare<R> {
    own: R,
    same: u64,
    differs: bool,
}

impl<R> Compare<R> {
    pub(super) const fn new(own: R) -> Self {
        Self { own, same: 0, differs: false }
    }

    /// Compares a piece with as much of our own; an empty piece of our own is its end. Returns how much of `theirs` is dealt with.
    fn piece(&mut self, own: &[u8], theirs: &[u8]) -> usize {
        let same = own.iter().zip(theirs).take_while(|(own, theirs)| own == theirs).count();
        self.same += u64::try_from(same).unwrap_or(0);
        self.differs = own.is_empty() || same < own.len();
        if self.differs { theirs.len() } else { own.len() }
    }

    /// The offset of the first difference; `rest` is what our own has beyond the end.
    fn verdict(&self, rest: usize) -> Option<u64> {
        (self.differs || rest > 0).then_some(self.same)
    }
}

impl<R: Read> Write for Compare<R> {
    fn write(&mut self, theirs: &[u8]) -> io::Result<usize> {
        if self.differs || theirs.is_empty() {
            return Ok(theirs.len());
        }
        let mut own = [0; 4096];
        let most = theirs.len().min(own.len());
        let count = self.own.read(&mut own[..most])?;
        Ok(self.piece(&own[..count], theirs))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<R: Read> Compare<R> {
    /// The offset of the first difference, if there is one, once all has come.
    pub(super) fn finish(mut self) -> Result<Option<u64>, Error> {
        let rest = if self.differs { Ok(0) } else { self.own.read(&mut [0]) };
        rest.map(|rest| self.verdict(rest)).map_err(Error::own_file)
    }
}

#[cfg(feature = "tokio")]
mod asynchronous {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

    use super::{Compare, Error};

    impl<R: AsyncRead + Unpin> AsyncWrite for Compare<R> {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            theirs: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.differs || theirs.is_empty() {
                return Poll::Ready(Ok(theirs.len()));
            }
            let mut own = [0; 4096];
            let most = theirs.len().min(own.len());
            let mut own = ReadBuf::new(&mut own[..most]);
            ready!(Pin::new(&mut self.own).poll_read(context, &mut own))?;
            Poll::Ready(Ok(self.piece(own.filled(), theirs)))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl<R: AsyncRead + Unpin> Compare<R> {
        /// The offset of the first difference, if there is one, once all has come.
        pub(in crate::client) async fn finish_async(mut self) -> Result<Option<u64>, Error> {
            let rest = if self.differs { Ok(0) } else { self.own.read(&mut [0]).await };
            rest.map(|rest| self.verdict(rest)).map_err(Error::own_file)
        }
    }
}
