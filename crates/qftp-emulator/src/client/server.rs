//! One server as the client's thread sees it: the control connection, the transfer under way, the way back in.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use qftp_core::codes::FtpCode;
use qftp_core::wire::ListKind;
use suppaftp::{FtpError, FtpResult, ImplFtpStream, Status, TlsStream, TransferStream};

use super::failure::{code, failure, timed_out};
use super::latin1::{bytes, text};
use super::lever::Lever;
use super::login::{log_in, patience, set_type};
use super::secure::{Connector, Stream};
use crate::ftp_side::{Connect, Failure, Reply, Request, TlsLibrary};

/// Most bytes in one [`Reply::Data`].
const CHUNK: usize = 64 << 10;
/// How long a server may take to say that a transfer we cut is over; then we log in again.
const AFTER_CUT: Duration = Duration::from_secs(2);
/// CWDs to replay after logging in again, before they are replaced by one PWD.
const TRAIL: usize = 8;

pub(super) struct Server {
    lever: Lever,
    /// Speaks TLS where a login asks for it.
    library: TlsLibrary,
    login: Option<Connect>,
    session: Option<Ftp>,
    /// Makes the data connections of an FTPS session, and knows why one failed.
    connector: Option<Connector>,
    /// The session was dropped by us, not by the server: the next command logs in again without a word.
    stale: bool,
    /// The CWDs that lead to where the session is.
    trail: Vec<Vec<u8>>,
    transfer: Option<Open>,
    /// Set by the data connection's builder: the control connection is not to blame.
    data_failed: Arc<AtomicBool>,
    notes: Sender<String>,
}

enum Open {
    Upload(Box<dyn Transfer>),
    Download { stream: Box<dyn Transfer>, left: Option<u64> },
}

type Outcome<T> = Result<T, Failure>;

/// An FTP session, under TLS or not.
pub(super) type Ftp = ImplFtpStream<Stream>;

impl Server {
    pub(super) fn new(lever: Lever, notes: Sender<String>, library: TlsLibrary) -> Self {
        Self {
            lever,
            library,
            login: None,
            session: None,
            connector: None,
            stale: false,
            trail: Vec::new(),
            transfer: None,
            data_failed: Arc::default(),
            notes,
        }
    }

    /// Does what is asked; `None` where the answer came with an earlier request.
    pub(super) fn answer(&mut self, request: Request) -> Outcome<Option<Reply>> {
        let done = |()| Some(Reply::Done);
        match request {
            Request::Connect(login) => self.connect(login).map(done),
            Request::ChangeDir(path) => self.change_dir(path).map(done),
            Request::WorkingDir => self.command(Ftp::pwd).map(|path| Some(Reply::Text(bytes(&path)))),
            Request::Size(path) => self.size(&path).map(|size| Some(Reply::Number(size))),
            Request::ModTime(path) => {
                self.value(&format!("MDTM {}", text(&path))).map(|time| Some(Reply::Text(bytes(&time))))
            }
            Request::Delete(path) => self.command(|ftp| ftp.rm(text(&path))).map(done),
            Request::MakeDir(path) => self.command(|ftp| ftp.mkdir(text(&path))).map(done),
            Request::RemoveDir(path) => self.command(|ftp| ftp.rmdir(text(&path))).map(done),
            Request::Rename { from, to } => self.command(|ftp| ftp.rename(text(&from), text(&to))).map(done),
            Request::Store { path, offset } => self.store(&path, offset).map(|()| Some(Reply::Opened)),
            Request::Data(data) => self.write(&data),
            Request::EndOfData => self.end_upload(),
            Request::Retrieve { path, offset, limit } => {
                self.retrieve(&path, offset, limit).map(|()| Some(Reply::Opened))
            }
            Request::List { kind, path } => self.list(kind, &path).map(|()| Some(Reply::Opened)),
            Request::Read(most) => self.read(most),
            Request::Abort => {
                self.abort();
                Ok(None)
            }
            Request::Quit => {
                self.quit();
                Ok(Some(Reply::Done))
            }
        }
    }

    fn connect(&mut self, login: Connect) -> Outcome<()> {
        self.quit();
        self.trail.clear();
        self.log_in(&login)?;
        self.login = Some(login);
        Ok(())
    }

    fn log_in(&mut self, login: &Connect) -> Outcome<()> {
        let way_in =
            log_in(login, self.library, &self.lever, self.data_failed.clone()).map_err(|refused| {
                if let Some(why) = refused.why {
                    self.note(why);
                }
                refused.failure
            })?;
        self.connector = way_in.connector;
        self.session = Some(way_in.session);
        Ok(())
    }

    /// Nobody has to listen.
    fn note(&self, note: String) {
        let _ = self.notes.send(note);
    }

    /// Runs one command on the session, and sorts out what a failure means for it.
    fn command<T>(&mut self, command: impl FnOnce(&mut Ftp) -> FtpResult<T>) -> Outcome<T> {
        self.log_in_again()?;
        let Some(session) = &mut self.session else { return Err(Failure::local(606)) };
        self.data_failed.store(false, Ordering::SeqCst);
        let outcome = command(session);
        outcome.map_err(|error| match self.connector.as_ref().and_then(Connector::why) {
            Some(why) => self.data_handshake_failed(&why),
            None => self.blame(&error),
        })
    }

    /// TLS on a data connection did not come about; the server may say what it holds against it.
    fn data_handshake_failed(&mut self, why: &str) -> Failure {
        self.note(format!("TLS on the data connection: {why}"));
        let word = self.session.as_mut().and_then(|session| {
            // Without a time-out of its own the session is given up below all the same.
            let _ = session.get_ref().set_read_timeout(Some(AFTER_CUT));
            match session.custom_command("NOOP", &[Status::CommandOk]) {
                Err(FtpError::UnexpectedResponse(response)) => Some(code(&response.body)),
                _ => None,
            }
        });
        self.leave(true);
        word.filter(|code| *code >= 400).map_or(Failure::local(FtpCode::SSL.get()), Failure::server)
    }

    fn blame(&mut self, error: &FtpError) -> Failure {
        if self.data_failed.swap(false, Ordering::SeqCst) {
            return Failure::local(615);
        }
        let failure = failure(error);
        match failure.code.get() {
            // Out of step: a late answer would be taken for the next command's.
            601 | 609 if !failure.reply.is_some() => self.leave(true),
            605 | 606 | 608 | 614 => self.leave(self.lever.is_pulled()),
            _ => {}
        }
        failure
    }

    fn leave(&mut self, stale: bool) {
        self.session = None;
        self.stale = stale;
    }

    fn log_in_again(&mut self) -> Outcome<()> {
        if self.session.is_some() || !self.stale {
            return Ok(());
        }
        self.stale = false;
        let Some(login) = self.login.clone() else { return Ok(()) };
        self.log_in(&login)?;
        let Some(ftp) = &mut self.session else { return Ok(()) };
        let back = self.trail.iter().try_for_each(|path| ftp.cwd(text(path)));
        back.map_err(|error| {
            self.session = None;
            failure(&error)
        })
    }

    fn change_dir(&mut self, path: Vec<u8>) -> Outcome<()> {
        self.command(|ftp| ftp.cwd(text(&path)))?;
        if path.starts_with(b"/") {
            self.trail.clear();
        }
        self.trail.push(path);
        if self.trail.len() > TRAIL
            && let Ok(here) = self.command(Ftp::pwd)
        {
            self.trail = vec![bytes(&here)];
        }
        Ok(())
    }

    fn size(&mut self, path: &[u8]) -> Outcome<u64> {
        let size = self.value(&format!("SIZE {}", text(path)))?;
        size.parse().map_err(|_| Failure::server(213))
    }

    /// The value in a `213` reply.
    fn value(&mut self, command: &str) -> Outcome<String> {
        let response = self.command(|ftp| ftp.custom_command(command, &[Status::File]))?;
        Ok(response.body.iter().skip(4).copied().map(char::from).collect::<String>().trim().to_owned())
    }

    /// A file's size in bytes, if the server tells. In TYPE A many do not, so this asks in TYPE I.
    fn binary_size(&mut self, path: &[u8]) -> Outcome<u64> {
        if !self.login.as_ref().is_some_and(|login| login.ascii) {
            return self.size(path);
        }
        self.command(|ftp| set_type(ftp, false))?;
        let size = self.size(path);
        self.command(|ftp| set_type(ftp, true))?;
        size
    }

    fn store(&mut self, path: &[u8], offset: u64) -> Outcome<()> {
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

    fn retrieve(&mut self, path: &[u8], offset: u64, limit: Option<u64>) -> Outcome<()> {
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

    fn list(&mut self, kind: ListKind, path: &[u8]) -> Outcome<()> {
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

    fn write(&mut self, data: &[u8]) -> Outcome<Option<Reply>> {
        let Some(Open::Upload(stream)) = &mut self.transfer else { return Ok(None) };
        match stream.write_all(data) {
            Ok(()) => Ok(Some(Reply::Taken(data.len()))),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn end_upload(&mut self) -> Outcome<Option<Reply>> {
        let Some(Open::Upload(stream)) = self.transfer.take() else { return Ok(None) };
        self.lever.release_data();
        stream.finish().map_err(|error| self.blame(&error))?;
        Ok(Some(Reply::Complete))
    }

    fn read(&mut self, most: usize) -> Outcome<Option<Reply>> {
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

    fn abort(&mut self) {
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
    fn cut(&mut self, stream: Box<dyn Transfer>) {
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

    fn quit(&mut self) {
        if let Some(Open::Upload(stream) | Open::Download { stream, .. }) = self.transfer.take() {
            self.lever.release_data();
            self.cut(stream);
        }
        if let Some(mut session) = self.session.take() {
            // A server that does not answer QUIT is left all the same.
            let _ = session.get_ref().set_read_timeout(Some(AFTER_CUT));
            let _ = session.quit();
        }
        self.login = None;
        self.stale = false;
    }

    fn wait(&self) -> Duration {
        self.login.as_ref().map_or(AFTER_CUT, patience)
    }
}

/// A data connection, plain or not.
trait Transfer: Read + Write + Send {
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
