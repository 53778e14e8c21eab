//! Failures: what each ends, and in which words the host hears of it.

use qftp_core::Instant;
use qftp_core::wire::{FtpError, FtpOutcome, Verb};

use super::{Job, NO_DATA_CONNECTION, State};
use crate::at::{Answer, Refusal};
use crate::data_mode::Mode;
use crate::family::AfterDataFailure;
use crate::ftp_side::{Failure, Request};
use crate::module::Module;

impl Module {
    pub(crate) fn ftp_timeout(&mut self, now: Instant) {
        if !self.wedged && self.ftp.due.is_some_and(|due| due <= now) {
            self.abort_request();
            self.fail_job(Failure::local(609));
        }
    }

    /// Ends the command under way with a failure, in whatever form its state asks for.
    pub(super) fn fail_job(&mut self, failure: Failure) {
        match self.ftp.job.take() {
            None => {}
            Some(Job::Plain(verb)) => self.plain_failed(verb, failure),
            Some(Job::Put(upload)) => self.transfer_failed(Verb::QftpPut, upload.moved(), failure),
            Some(Job::Get(download)) => {
                self.transfer_failed(download.verb(), download.moved(), failure);
                download.discard(&self.config.drives);
            }
        }
    }

    pub(super) fn transfer_failed(&mut self, verb: Verb, moved: u64, failure: Failure) {
        self.ftp.due = None;
        self.ftp.length = moved;
        self.note_failure(failure);
        let in_data_mode = match &self.mode {
            Mode::Opening(_) => {
                self.mode = Mode::Command;
                if failure.code.get() == NO_DATA_CONNECTION.get() {
                    self.ftp.needs_close =
                        self.config.family.ftp.after_615.value == AfterDataFailure::NeedsClose;
                    return self.conclude(Err(Refusal::Cme(NO_DATA_CONNECTION)));
                }
                true
            }
            Mode::Data(_) => {
                self.mode = Mode::Command;
                true
            }
            Mode::Command => false,
        };
        // OK ends the command; that it failed is the URC's to say.
        if in_data_mode {
            self.conclude(Ok(Answer::Ok));
        }
        self.report(verb, FtpOutcome::Failed(FtpError { code: failure.code, reply: failure.reply }));
    }

    /// Some failures end the control connection.
    pub(super) fn note_failure(&mut self, failure: Failure) {
        if matches!(failure.code.get(), 605 | 606 | 608 | 614) && self.ftp.state == State::Open {
            self.ftp.state = State::Closed;
            self.ftp.kept = None;
        }
    }

    /// Tells the FTP side to give up what it is doing.
    pub(super) fn abort_request(&mut self) {
        self.requests.push_back(Request::Abort);
        self.ftp.aborts += 1;
    }

    /// The host disconnected by DTR in the middle of a transfer.
    pub(crate) fn disconnect(&mut self) {
        self.abort_request();
        self.fail_job(Failure::local(616));
    }

    /// The context went away under the connection.
    pub(crate) fn lose_network(&mut self) {
        self.cut_ftp();
        self.end_session(Failure::local(605));
    }

    /// Ends what is under way, and the session with it.
    pub(crate) fn end_session(&mut self, failure: Failure) {
        self.fail_job(failure);
        self.ftp.state = State::Closed;
        self.ftp.kept = None;
        self.ftp.needs_close = false;
    }

    /// Leaves the server without a word to the host.
    pub(crate) fn cut_ftp(&mut self) {
        if self.ftp.state != State::Closed {
            self.requests.push_back(Request::Quit);
            self.abort_request();
        }
    }
}
