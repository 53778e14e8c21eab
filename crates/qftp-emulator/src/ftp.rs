//! The FTP commands (§2).

mod config;
mod failure;
mod get;
mod put;
mod session;

use qftp_core::Instant;
use qftp_core::codes::{CmeCode, FtpCode};
use qftp_core::wire::{FileName, FtpCommand, FtpOutcome, FtpResult, Line, Local, ServerState, SslType, Verb};

use crate::at::{Answer, Outcome, Refusal};
use crate::family::Family;
use crate::ftp_side::{Failure, Reply, Request};
use crate::module::Module;
use crate::trouble::Cure;
use config::FtpSettings;
use get::Download;
use put::{KeptUpload, Upload};

/// `+CME ERROR`s that FTP commands give instead of OK or CONNECT.
const BUSY: CmeCode = CmeCode::new(603);
const NOT_OPEN: CmeCode = CmeCode::new(606);
const BAD_POSITION: CmeCode = CmeCode::new(612);
const NO_DATA_CONNECTION: CmeCode = CmeCode::new(615);

/// The module's FTP client, as its host sees it.
#[derive(Debug)]
pub(crate) struct Ftp {
    settings: FtpSettings,
    state: State,
    /// The command under way; there is one at most.
    job: Option<Job>,
    /// An upload whose next part has not been asked for yet (`<beof>` 0).
    kept: Option<KeptUpload>,
    /// Bytes of the present or last transfer (`AT+QFTPLEN`).
    length: u64,
    /// After a data connection failed to open: every command answers 603 until a close (companion.md §1).
    needs_close: bool,
    /// Aborts that are not answered yet: replies before that belong to what was aborted.
    aborts: u32,
    /// When what is under way has taken too long.
    due: Option<Instant>,
}

/// The control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Opening,
    Open,
    Closing,
}

#[derive(Debug)]
enum Job {
    /// One request, one reply, one URC.
    Plain(Verb),
    Put(Upload),
    Get(Download),
}

impl Ftp {
    /// As after the start of a module of this family.
    pub(crate) fn new(family: &Family) -> Self {
        Self {
            settings: FtpSettings::factory(family),
            state: State::Closed,
            job: None,
            kept: None,
            length: 0,
            needs_close: false,
            aborts: 0,
            due: None,
        }
    }

    /// The same. Replies to what went before may still come.
    pub(crate) fn reset(&mut self, family: &Family) {
        *self = Self { aborts: self.aborts, ..Self::new(family) };
    }

    /// Whether a context must not go away under it.
    pub(crate) fn uses(&self, context: u8) -> bool {
        self.state != State::Closed && self.settings.context == context
    }

    /// The context that it goes through.
    pub(crate) fn context(&self) -> u8 {
        self.settings.context
    }

    /// A command is under way whose outcome is still to come by itself.
    pub(crate) fn is_at_work(&self) -> bool {
        self.job.is_some() && !self.is_paused()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.state == State::Closing
    }

    /// Nothing moves any more, and nobody notices.
    pub(crate) fn freeze(&mut self) {
        self.freeze_upload();
        self.due = None;
    }

    /// The session is gone, with no word about it.
    pub(crate) fn forget(&mut self) {
        self.job = None;
        self.kept = None;
        self.due = None;
        self.needs_close = false;
        self.state = State::Closed;
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// `<ftpstat>` (§2.17).
    pub(crate) fn server_state(&self) -> ServerState {
        match self.state {
            State::Closed => ServerState::Closed,
            State::Opening => ServerState::Opening,
            State::Closing => ServerState::Closing,
            State::Open if self.is_transferring() => ServerState::Transferring,
            State::Open => ServerState::Idle,
        }
    }

    fn is_transferring(&self) -> bool {
        self.kept.is_some() || matches!(self.job, Some(Job::Put(_) | Job::Get(_)))
    }

    /// Gives what is under way another `T`.
    fn extend(&mut self, now: Instant) {
        self.due = Some(now.after(self.settings.time_out()));
    }
}

impl Module {
    pub(crate) fn ftp_command(&mut self, now: Instant, command: &FtpCommand<'_>) -> Outcome {
        if !self.sim_is_ready() {
            // The first symptom of §6.
            return Err(Refusal::Error);
        }
        if self.wedged && !matches!(command, FtpCommand::Cfg(_)) {
            return Err(Refusal::Cme(BUSY));
        }
        if !self.lengths_fit(command) {
            return Err(Refusal::Error);
        }
        match command {
            FtpCommand::Cfg(cfg) => self.ftp_config(cfg),
            FtpCommand::Open { host, port } => {
                let outcome = self.open_ftp(now, host.as_bytes(), *port);
                self.refuse_login(now);
                outcome
            }
            FtpCommand::Put(put) => self.put(now, put),
            FtpCommand::Get(get) => self.get(now, get),
            FtpCommand::List(list) => self.list(now, list),
            FtpCommand::Cwd(path) => {
                self.ask(now, Verb::QftpCwd, Request::ChangeDir(path.as_bytes().to_vec()))
            }
            FtpCommand::Size(name) => self.ask(now, Verb::QftpSize, Request::Size(name.as_bytes().to_vec())),
            FtpCommand::Delete(name) => {
                self.ask(now, Verb::QftpDel, Request::Delete(name.as_bytes().to_vec()))
            }
            FtpCommand::MakeDir(name) => {
                self.ask(now, Verb::QftpMkdir, Request::MakeDir(name.as_bytes().to_vec()))
            }
            FtpCommand::RemoveDir(name) => {
                self.ask(now, Verb::QftpRmdir, Request::RemoveDir(name.as_bytes().to_vec()))
            }
            FtpCommand::Modified(name) => {
                self.ask(now, Verb::QftpMdtm, Request::ModTime(name.as_bytes().to_vec()))
            }
            FtpCommand::Rename { from, to } => {
                let (from, to) = (from.as_bytes().to_vec(), to.as_bytes().to_vec());
                self.ask(now, Verb::QftpRename, Request::Rename { from, to })
            }
        }
    }

    /// Whether no name is longer than the family takes.
    fn lengths_fit(&self, command: &FtpCommand<'_>) -> bool {
        let ftp = &self.config.family.ftp;
        let fits = |name: &FileName<'_>| name.as_bytes().len() <= usize::from(ftp.server_name.value);
        let local_fits = |local: &Local<'_>| match local {
            Local::Com => true,
            Local::File(name) => name.as_bytes().len() <= usize::from(ftp.local_name.value),
        };
        match command {
            FtpCommand::Cfg(_) | FtpCommand::Open { .. } => true,
            FtpCommand::Put(put) => fits(&put.file) && local_fits(&put.local),
            FtpCommand::Get(get) => fits(&get.file) && local_fits(&get.local),
            FtpCommand::List(list) => fits(&list.dir) && list.local.as_ref().is_none_or(local_fits),
            FtpCommand::Cwd(path) => path.as_bytes().len() <= usize::from(ftp.folder_path.value),
            FtpCommand::Size(name)
            | FtpCommand::Delete(name)
            | FtpCommand::MakeDir(name)
            | FtpCommand::RemoveDir(name)
            | FtpCommand::Modified(name) => fits(name),
            FtpCommand::Rename { from, to } => fits(from) && fits(to),
        }
    }

    /// The commands without parameters.
    pub(crate) fn ftp_execute(&mut self, now: Instant, verb: Verb) -> Outcome {
        if !self.sim_is_ready() {
            return Err(Refusal::Error);
        }
        if verb == Verb::QftpClose {
            self.cure(Cure::Close);
        }
        if self.wedged {
            return Err(Refusal::Cme(BUSY));
        }
        match verb {
            Verb::QftpPwd => self.ask(now, verb, Request::WorkingDir),
            Verb::QftpLen => {
                self.report(verb, FtpOutcome::Number(self.ftp.length));
                Ok(Answer::Ok)
            }
            Verb::QftpStat => {
                self.report(verb, FtpOutcome::Number(self.ftp.server_state().number().into()));
                Ok(Answer::Ok)
            }
            Verb::QftpClose => self.close_ftp(now),
            _ => Err(Refusal::Error),
        }
    }

    /// Whether no login and no close is under way.
    fn check_settled(&self) -> Result<(), Refusal> {
        let ftp = &self.config.family.ftp;
        let code = match self.ftp.state {
            State::Opening => ftp.while_opening.value,
            State::Closing => ftp.while_closing.value,
            State::Open | State::Closed => return Ok(()),
        };
        Err(Refusal::Cme(CmeCode::new(code)))
    }

    /// Whether a command may begin: open, and nothing under way.
    fn check_idle(&self) -> Result<(), Refusal> {
        self.check_settled()?;
        let has_work = self.ftp.job.is_some() || self.ftp.kept.is_some() || self.out.awaits_urc();
        if has_work || self.ftp.needs_close {
            return Err(Refusal::Cme(BUSY));
        }
        if self.ftp.state == State::Open { Ok(()) } else { Err(Refusal::Cme(NOT_OPEN)) }
    }

    /// A command that is one request and one URC.
    fn ask(&mut self, now: Instant, verb: Verb, request: Request) -> Outcome {
        self.check_idle()?;
        self.ftp.job = Some(Job::Plain(verb));
        self.ftp.extend(now);
        self.requests.push_back(request);
        Ok(Answer::Ok)
    }

    pub(crate) fn ftp_reply(&mut self, now: Instant, reply: Reply) {
        if self.ftp.aborts > 0 {
            if reply == Reply::Aborted {
                self.ftp.aborts -= 1;
            }
            return;
        }
        if self.wedged {
            return;
        }
        match &self.ftp.job {
            Some(Job::Plain(verb)) => {
                let verb = *verb;
                self.plain_reply(verb, reply);
            }
            Some(Job::Put(_)) => self.put_reply(now, reply),
            Some(Job::Get(_)) => self.get_reply(now, reply),
            None => {
                // The server gave up on an upload between two of its parts.
                if let Reply::Failed(failure) = reply {
                    self.ftp.kept = None;
                    self.note_failure(failure);
                }
            }
        }
    }

    /// The end of a transfer that went well.
    fn transfer_done(&mut self, verb: Verb, moved: u64) {
        self.ftp.job = None;
        self.ftp.due = None;
        self.ftp.length = moved;
        self.report(verb, FtpOutcome::Number(moved));
    }

    pub(crate) fn report(&mut self, verb: Verb, outcome: FtpOutcome<'_>) {
        if self.loses_urc(verb) {
            return;
        }
        match outcome {
            FtpOutcome::Text(path) if verb == Verb::QftpPwd && !self.config.quotes_path => {
                self.out.outcome(&Line::Text(&[b"+QFTPPWD: 0,", path].concat()));
            }
            // A family that has but the other spelling says it in its URC too.
            FtpOutcome::Number(number)
                if verb == Verb::QftpNlst && !self.config.family.has_command("QFTPNLST") =>
            {
                self.out.outcome(&Line::Text(format!("+QFTPNLIST: 0,{number}").as_bytes()));
            }
            outcome => self.out.outcome(&Line::Ftp(FtpResult { verb, outcome })),
        }
    }

    /// Has the FTP side open a transfer, which the host hears of by `CONNECT` or by OK.
    fn open_data_connection(&mut self, now: Instant, request: Request, to_host: bool) -> Answer {
        if to_host {
            self.await_data(now);
        }
        if self.refuses_data() {
            self.fail_job(Failure::local(NO_DATA_CONNECTION.get()));
        } else {
            self.requests.push_back(request);
        }
        if to_host { Answer::Later } else { Answer::Ok }
    }

    /// A login that fails whatever the server does never reaches it.
    fn refuse_login(&mut self, now: Instant) {
        if !matches!(self.requests.back(), Some(Request::Connect(_))) {
            return;
        }
        let trouble = &self.config.trouble;
        let tls = trouble.tls_refused && self.ftp.settings.ssl != SslType::Plain;
        if let Some(code) = trouble.login.or_else(|| tls.then_some(FtpCode::SSL.get())) {
            self.requests.pop_back();
            self.receive_reply(now, Reply::Failed(Failure::local(code)));
        }
    }
}
