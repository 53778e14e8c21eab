//! A transfer on a data connection: how it opens, what passes, how it ends.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use qftp_core::wire::ListKind;
use suppaftp::{FtpError, FtpResult, Status, TlsStream, TransferStream};

use super::{AFTER_CUT, Ftp, Outcome, Server};
use crate::client::failure::{code, timed_out};
use crate::client::latin1::text;
use crate::ftp_side::{Failure, Reply};

/// Most bytes in one [`Reply::Data`].
const CHUNK: usize = 64 << 10;

/// The transfer under way.
pub(super) enum Open {
    Upload(Box<dyn Transfer>),
    Download { stream: Box<dyn Transfer>, left: Option<u64> },
}

impl Server {
    pub(super) fn store(&mut self, path: &[u8], offset: u64) -> Outcome<()> {
        let size = match offset {
            0 => None,
            _ => match self.binary_size(path) {
                Ok(size) if offset > size => return Err(Failure::local(612)),
                Ok(size) => Some(size),
                Err(Failure { reply, .. }) if reply.get() == 550 => {
                    return Err(Failure { reply, ..Failure::local(612) });
                }
                // A server without SIZE: REST says whether it can.
                Err(failure) if failure.reply.is_some() => None,
                Err(failure) => return Err(failure),
            },
        };
        let path = text(path);
        self.open(
            |ftp| {
                if size == Some(offset) {
                    return ftp.append_with_stream(path);
                }
                ftp.resume_transfer(rest(offset))?;
                ftp.put_with_stream(path)
            },
            Open::Upload,
        )
    }

    pub(super) fn retrieve(&mut self, path: &[u8], offset: u64, limit: Option<u64>) -> Outcome<()> {
        // Most servers answer a REST beyond the end with an empty file and 226.
        if offset > 0 && self.binary_size(path).is_ok_and(|size| offset > size) {
            return Err(Failure::local(612));
        }
        let path = text(path);
        self.open(
            |ftp| {
                ftp.resume_transfer(rest(offset))?;
                ftp.retr_as_stream(path)
            },
            |stream| Open::Download { stream, left: limit },
        )
    }

    pub(super) fn list(&mut self, kind: ListKind, path: &[u8]) -> Outcome<()> {
        let verb = match kind {
            ListKind::Long => "LIST",
            ListKind::Names => "NLST",
            ListKind::Facts => "MLSD",
        };
        let command = format!("{verb} {}", text(path));
        let opening = [Status::AboutToSend, Status::AlreadyOpen];
        self.open(
            |ftp| ftp.custom_data_command(command.trim_end(), &opening).map(|(_, stream)| stream),
            |stream| Open::Download { stream, left: None },
        )
    }

    fn open<T: TlsStream>(
        &mut self,
        command: impl FnOnce(&mut Ftp) -> FtpResult<TransferStream<T>>,
        kind: impl FnOnce(Box<dyn Transfer>) -> Open,
    ) -> Outcome<()>
    where
        TransferStream<T>: Transfer + 'static,
    {
        let stream = self.command(command)?;
        let wait = self.wait();
        let socket = stream.socket();
        self.lever.hold_data(socket);
        if socket.set_read_timeout(Some(wait)).and_then(|()| socket.set_write_timeout(Some(wait))).is_err() {
            return Err(Failure::local(607));
        }
        self.transfer = Some(kind(Box::new(stream)));
        Ok(())
    }

    pub(super) fn write(&mut self, data: &[u8]) -> Outcome<Option<Reply>> {
        let Some(Open::Upload(stream)) = &mut self.transfer else { return Ok(None) };
        match stream.write_all(data) {
            Ok(()) => Ok(Some(Reply::Taken(data.len()))),
            Err(error) => Err(self.broken(&error)),
        }
    }

    pub(super) fn end_upload(&mut self) -> Outcome<Option<Reply>> {
        let Some(Open::Upload(stream)) = self.transfer.take() else { return Ok(None) };
        self.lever.release_data();
        stream.finish().map_err(|error| self.blame(&error))?;
        Ok(Some(Reply::Complete))
    }

    pub(super) fn read(&mut self, most: usize) -> Outcome<Option<Reply>> {
        let Some(Open::Download { stream, left }) = &mut self.transfer else { return Ok(None) };
        let most = left.map_or(most, |left| most.min(usize::try_from(left).unwrap_or(usize::MAX))).min(CHUNK);
        if most == 0 {
            return self.end_download();
        }
        let mut data = vec![0; most];
        match stream.read(&mut data) {
            Ok(0) => self.end_download(),
            Ok(count) => {
                data.truncate(count);
                if let Some(left) = left {
                    *left -= count as u64;
                }
                Ok(Some(Reply::Data(data)))
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// The data connection broke: the server's reply says why, if it comes.
    fn broken(&mut self, error: &io::Error) -> Failure {
        let transfer = self.transfer.take();
        self.lever.release_data();
        if timed_out(error) {
            self.leave(true);
            return Failure::local(609);
        }
        match transfer.map(Open::finish) {
            Some(Err(FtpError::UnexpectedResponse(response))) => Failure::server(code(&response.body)),
            Some(Err(error)) if !matches!(error, FtpError::BadResponse) => {
                self.blame(&error);
                Failure::local(607)
            }
            _ => Failure::local(607),
        }
    }

    /// The end of the file, or of what was asked for.
    fn end_download(&mut self) -> Outcome<Option<Reply>> {
        let Some(Open::Download { mut stream, left }) = self.transfer.take() else { return Ok(None) };
        let more = left == Some(0) && !stream.read(&mut [0]).is_ok_and(|count| count == 0);
        self.lever.release_data();
        if more {
            self.cut(stream);
        } else {
            stream.finish().map_err(|error| self.blame(&error))?;
        }
        Ok(Some(Reply::Complete))
    }

    pub(super) fn abort(&mut self) {
        let transfer = self.transfer.take();
        self.lever.release_data();
        self.lever.reset();
        match transfer {
            Some(Open::Upload(stream) | Open::Download { stream, .. }) => self.cut(stream),
            // The lever closed the control connection under whatever was waiting.
            None => self.leave(true),
        }
    }

    /// Ends a transfer in its middle. No ABOR: servers answer it with one reply or two. With the data connection closed
    /// most answer once and stay in step, which NOOP proves; with the others we log in again.
    pub(super) fn cut(&mut self, stream: Box<dyn Transfer>) {
        // An error means that it is closed already.
        let _ = stream.socket().shutdown(Shutdown::Both);
        let wait = self.wait();
        let Some(session) = &mut self.session else { return };
        let quick = session.get_ref().set_read_timeout(Some(AFTER_CUT)).is_ok();
        let answered = matches!(stream.finish(), Ok(()) | Err(FtpError::UnexpectedResponse(_)));
        let in_step = quick && answered && session.noop().is_ok();
        if !in_step || session.get_ref().set_read_timeout(Some(wait)).is_err() {
            self.leave(true);
        }
    }
}

/// A data connection, plain or not.
pub(super) trait Transfer: Read + Write + Send {
    fn socket(&self) -> &TcpStream;
    /// Closes it and reads the server's last word.
    fn finish(self: Box<Self>) -> FtpResult<()>;
}

impl<T: TlsStream> Transfer for TransferStream<T>
where
    Self: Send,
{
    fn socket(&self) -> &TcpStream {
        self.get_ref().get_ref()
    }

    fn finish(self: Box<Self>) -> FtpResult<()> {
        (*self).finish()
    }
}

impl Open {
    fn finish(self) -> FtpResult<()> {
        match self {
            Self::Upload(stream) | Self::Download { stream, .. } => stream.finish(),
        }
    }
}

fn rest(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
