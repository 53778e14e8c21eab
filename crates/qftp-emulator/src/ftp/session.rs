//! Opening, closing, and the commands that are one request and one URC.

use qftp_core::codes::FtpCode;
use qftp_core::wire::{FtpError, FtpOutcome, SslType, Value, Verb};
use qftp_core::{Instant, limits};

use super::{BUSY, Job, State};
use crate::at::{Answer, Outcome, Refusal};
use crate::ftp_side::{Failure, Reply, Request, Tls};
use crate::module::Module;

/// Network error (§3).
const NO_NETWORK: u16 = 605;

impl Module {
    /// `AT+QFTPOPEN` (§2.2). Without an active context there is no name server to ask: 604, as §6 has it.
    pub(super) fn open_ftp(&mut self, now: Instant, host: &[u8], port: Option<u16>) -> Outcome {
        self.check_settled()?;
        if self.ftp.state != State::Closed || self.ftp.job.is_some() {
            return Err(Refusal::Cme(BUSY));
        }
        let settings = &self.ftp.settings;
        let host = str::from_utf8(host).ok().filter(|host| !host.is_empty());
        let Some(host) = host.filter(|_| self.pdp.is_active(settings.context)) else {
            self.plain_failed(Verb::QftpOpen, Failure::local(604));
            return Ok(Answer::Ok);
        };
        let tls = match self.tls() {
            Ok(tls) => tls,
            Err((code, why)) => {
                self.note(why);
                self.plain_failed(Verb::QftpOpen, Failure::local(code));
                return Ok(Answer::Ok);
            }
        };
        let connect = settings.connect(host.to_owned(), port.unwrap_or(limits::DEFAULT_PORT), tls);
        self.requests.push_back(Request::Connect(connect));
        self.ftp.state = State::Opening;
        self.ftp.needs_close = false;
        self.ftp.job = Some(Job::Plain(Verb::QftpOpen));
        // Both bound it: the manual's time for the command, and rsptimeout (§2.1).
        self.ftp.due = Some(now.after(limits::OPEN_MS.min(self.ftp.settings.time_out())));
        Ok(Answer::Ok)
    }

    /// FTPS as `ssltype` and the SSL context have it; an error is `<err>` of the URC and what the log says.
    fn tls(&self) -> Result<Option<Tls>, (u16, String)> {
        let settings = &self.ftp.settings;
        let implicit = match settings.ssl {
            SslType::Plain => return Ok(None),
            SslType::Implicit => true,
            SslType::Explicit => false,
        };
        if !settings.is_passive() {
            let why = "FTPS works in passive mode only: AT+QFTPCFG=\"transmode\",1 (§2.1)";
            return Err((FtpCode::INVALID_PARAMETER.get(), why.to_owned()));
        }
        let tls = self.ssl.tls(settings.ssl_context, implicit, &self.config.drives);
        tls.map(Some).map_err(|why| (FtpCode::SSL.get(), why))
    }

    /// `AT+QFTPCLOSE` (§2.18): also the way out of a transfer that hangs, whose URC comes first.
    pub(super) fn close_ftp(&mut self, now: Instant) -> Outcome {
        self.check_settled()?;
        if self.ftp.state == State::Closed && self.ftp.job.is_none() {
            self.ftp.needs_close = false;
            self.report(Verb::QftpClose, FtpOutcome::Done);
            return Ok(Answer::Ok);
        }
        if matches!(self.ftp.job, Some(Job::Plain(_))) {
            return Err(Refusal::Cme(BUSY));
        }
        if self.ftp.is_transferring() {
            self.abort_request();
            self.fail_job(Failure::local(616));
            self.ftp.kept = None;
        }
        self.ftp.needs_close = false;
        self.ftp.state = State::Closing;
        self.ftp.job = Some(Job::Plain(Verb::QftpClose));
        self.ftp.extend(now);
        self.requests.push_back(Request::Quit);
        Ok(Answer::Ok)
    }

    pub(super) fn plain_reply(&mut self, verb: Verb, reply: Reply) {
        let outcome = match (verb.urc(), &reply) {
            // Nothing listens there, or there is no way to it; a fault that says so means what it says.
            (_, Reply::Failed(failure))
                if verb == Verb::QftpOpen
                    && *failure == Failure::local(NO_NETWORK)
                    && self.config.trouble.login.is_none() =>
            {
                return self.plain_failed(verb, Failure::local(self.config.family.ftp.closed_port.value));
            }
            (_, Reply::Failed(failure)) => return self.plain_failed(verb, *failure),
            (Some(Value::Nothing), Reply::Done) => FtpOutcome::Done,
            (Some(Value::Number), Reply::Number(number)) => FtpOutcome::Number(*number),
            (Some(Value::Text), Reply::Text(text)) => FtpOutcome::Text(text),
            // Left over from a transfer before.
            _ => return,
        };
        match verb {
            Verb::QftpOpen => self.ftp.state = State::Open,
            Verb::QftpClose => self.ftp.state = State::Closed,
            _ => {}
        }
        self.ftp.job = None;
        self.ftp.due = None;
        self.report(verb, outcome);
    }

    pub(super) fn plain_failed(&mut self, verb: Verb, failure: Failure) {
        if matches!(verb, Verb::QftpOpen | Verb::QftpClose) {
            self.ftp.state = State::Closed;
        }
        self.ftp.job = None;
        self.ftp.due = None;
        self.note_failure(failure);
        self.report(verb, FtpOutcome::Failed(FtpError { code: failure.code, reply: failure.reply }));
    }
}
