//! One server as the client's thread sees it: the control connection and the way back in.

mod transfer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use qftp_core::codes::FtpCode;
use suppaftp::{FtpError, FtpResult, ImplFtpStream, Status};

use super::failure::{code, failure};
use super::latin1::{bytes, text};
use super::lever::Lever;
use super::login::{log_in, patience, set_type};
use super::secure::{Connector, Stream};
use crate::ftp_side::{Connect, Failure, Reply, Request, TlsLibrary};
use transfer::Open;

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
