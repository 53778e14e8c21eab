//! `AT+QFTPGET` and the three listings (§2.6, §2.11–§2.13).

use std::io::Write;

use qftp_core::Instant;
use qftp_core::codes::CmeCode;
use qftp_core::wire::{Get, List, Local, OpenMode, Storage, Verb};

use super::Job;
use crate::at::{Answer, Outcome, Refusal};
use crate::config::DownloadEscape;
use crate::data_mode::{Flow, Mode};
use crate::drives::{Drives, Place, StoredFile, cme};
use crate::family::PrefixCase;
use crate::ftp_side::{Failure, Reply, Request};
use crate::module::Module;

/// A download command under way.
#[derive(Debug)]
pub(super) struct Download {
    verb: Verb,
    target: Target,
    /// The data connection is open.
    opened: bool,
    /// Bytes were asked for and have not come yet.
    asked: bool,
    /// Bytes of this command that came.
    moved: u64,
    /// Where in the server's file it began.
    from: u64,
}

#[derive(Debug)]
enum Target {
    /// The host, in data mode.
    Com {
        /// `+++` paused it; `ATO` resumes it.
        paused: bool,
        /// What came during the pause: one piece at most.
        waiting: Vec<u8>,
        /// How it ended, which a pause keeps from being said.
        end: Option<Result<(), Failure>>,
    },
    /// A file of the module, and how much still fits.
    File { file: StoredFile, place: Place, room: u64 },
}

impl Download {
    pub(super) fn verb(&self) -> Verb {
        self.verb
    }

    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    /// A file that got no byte because of a failure is not left behind.
    pub(super) fn discard(self, drives: &Drives) {
        if let Target::File { place, .. } = self.target
            && self.moved == 0
        {
            // Then it stays, empty.
            let _ = drives.delete(&place);
        }
    }
}

impl super::Ftp {
    fn download(&mut self) -> Option<&mut Download> {
        match &mut self.job {
            Some(Job::Get(download)) => Some(download),
            _ => None,
        }
    }

    /// A download to the host is paused.
    pub(crate) fn is_paused(&self) -> bool {
        matches!(&self.job, Some(Job::Get(Download { target: Target::Com { paused: true, .. }, .. })))
    }
}

impl Module {
    pub(super) fn get(&mut self, now: Instant, get: &Get<'_>) -> Outcome {
        let path = get.file.as_bytes().to_vec();
        // A length of 0 is that of the whole file.
        let limit = get.len.filter(|len| *len > 0);
        let request = Request::Retrieve { path, offset: get.start.unwrap_or(0), limit };
        self.download(now, Verb::QftpGet, get.local, request)
    }

    pub(super) fn list(&mut self, now: Instant, list: &List<'_>) -> Outcome {
        let request = Request::List { kind: list.kind, path: list.dir.as_bytes().to_vec() };
        self.download(now, list.kind.verb(), list.local.unwrap_or(Local::Com), request)
    }

    fn download(&mut self, now: Instant, verb: Verb, local: Local<'_>, request: Request) -> Outcome {
        self.check_idle()?;
        let from = match request {
            Request::Retrieve { offset, .. } => offset,
            _ => 0,
        };
        let target = match local {
            Local::Com => Target::Com { paused: false, waiting: Vec::new(), end: None },
            Local::File(name) => match self.file_target(name.as_bytes()) {
                Ok(target) => target,
                Err(cme::INVALID_NAME) => return Err(self.bad_local_name()),
                Err(_) => {
                    self.transfer_failed(verb, 0, Failure::local(611));
                    return Ok(Answer::Ok);
                }
            },
        };
        let to_host = matches!(target, Target::Com { .. });
        self.ftp.job = Some(Job::Get(Download { verb, target, opened: false, asked: false, moved: 0, from }));
        self.ftp.length = 0;
        self.ftp.extend(now);
        Ok(self.open_data_connection(now, request, to_host))
    }

    /// A file of the module, empty; one that is there is emptied.
    fn file_target(&self, name: &[u8]) -> Result<Target, CmeCode> {
        let drives = &self.config.drives;
        self.check_local_prefix(name)?;
        let place = drives.place(name)?;
        let file = drives.open(&place, OpenMode::Truncate)?;
        Ok(Target::File { file, room: drives.free(place.storage), place })
    }

    /// Some families want the name of a storage in capital letters.
    pub(super) fn check_local_prefix(&self, name: &[u8]) -> Result<(), CmeCode> {
        let small = self.config.family.ftp.local_prefix.value == PrefixCase::Upper
            && name.split(|byte| *byte == b':').next().is_some_and(|prefix| {
                Storage::from_name(prefix).is_some_and(|storage| storage.name().as_bytes() != prefix)
            });
        if small { Err(cme::INVALID_NAME) } else { Ok(()) }
    }

    /// The name of a file of the module that cannot be one.
    pub(super) fn bad_local_name(&self) -> Refusal {
        Refusal::Cme(CmeCode::new(self.config.family.ftp.local_name_error.value))
    }

    pub(super) fn get_reply(&mut self, now: Instant, reply: Reply) {
        let Some(download) = self.ftp.download() else { return };
        match reply {
            Reply::Opened => {
                download.opened = true;
                let to_host = matches!(download.target, Target::Com { .. });
                // From here on only what was asked of the server can be late.
                self.ftp.due = None;
                if to_host { self.ready(now, Flow::Download) } else { self.pull_download(now) }
            }
            Reply::Data(bytes) => self.download_data(now, &bytes),
            Reply::Complete => self.end_download(Ok(())),
            Reply::Failed(failure) => self.end_download(Err(failure)),
            // Left over from before.
            Reply::Done | Reply::Number(_) | Reply::Text(_) | Reply::Taken(_) | Reply::Aborted => {}
        }
    }

    /// Asks the server for more, if there is somewhere to put it.
    pub(crate) fn pull_download(&mut self, now: Instant) {
        let in_data_mode = matches!(self.mode, Mode::Data(_));
        let (buffer, line) = (self.ftp.settings.buffer(), self.out.room());
        let Some(download) = self.ftp.download() else { return };
        let room = match &download.target {
            Target::Com { paused, end, .. } if in_data_mode && !paused && end.is_none() => buffer.min(line),
            Target::Com { .. } => 0,
            Target::File { .. } => buffer,
        };
        if room > 0 && download.opened && !download.asked && !self.wedged {
            download.asked = true;
            self.ftp.extend(now);
            self.requests.push_back(Request::Read(room));
        }
    }

    fn download_data(&mut self, now: Instant, bytes: &[u8]) {
        // What comes after something has happened by itself is lost with the session.
        let bytes = &bytes[..self.watch.until_event(bytes.len())];
        let Some(download) = self.ftp.download() else { return };
        download.asked = false;
        download.moved += bytes.len() as u64;
        let moved = download.moved;
        let written = match &mut download.target {
            Target::Com { paused: true, waiting, .. } => {
                waiting.extend(bytes);
                Ok(())
            }
            Target::Com { .. } => {
                self.out.data(bytes);
                Ok(())
            }
            Target::File { room, .. } if bytes.len() as u64 > *room => Err(Failure::local(619)),
            Target::File { file, room, .. } => {
                *room -= bytes.len() as u64;
                file.write_all(bytes).map_err(|_| Failure::local(613))
            }
        };
        self.ftp.length = moved;
        self.ftp.due = None;
        match written {
            Ok(()) => {
                self.count_data(now, bytes.len());
                self.pull_download(now);
            }
            Err(failure) => {
                self.abort_request();
                self.fail_job(failure);
            }
        }
    }

    fn end_download(&mut self, outcome: Result<(), Failure>) {
        let Some(download) = self.ftp.download() else { return };
        let (verb, moved) = (download.verb, download.moved);
        let at_end = download.from > 0 && moved == 0 && outcome.is_ok();
        let outcome = if at_end && self.config.end_read_fails { Err(Failure::server(550)) } else { outcome };
        let to_host = match &mut download.target {
            // Between the opening and CONNECT, and during a pause, the end has to wait.
            Target::Com { paused, end, .. }
                if *paused || (download.opened && !matches!(self.mode, Mode::Data(_))) =>
            {
                *end = Some(outcome);
                self.ftp.due = None;
                return;
            }
            Target::Com { .. } => true,
            Target::File { .. } => false,
        };
        match outcome {
            Err(failure) => self.fail_job(failure),
            Ok(()) => {
                if to_host {
                    self.mode = Mode::Command;
                    self.conclude(Ok(Answer::Ok));
                }
                self.transfer_done(verb, moved);
            }
        }
    }

    /// Data mode is there, or there again.
    pub(crate) fn download_begun(&mut self, now: Instant) {
        let Some(Download { target: Target::Com { paused, waiting, end }, .. }) = self.ftp.download() else {
            return;
        };
        *paused = false;
        let waiting = std::mem::take(waiting);
        let end = end.take();
        self.out.data(&waiting);
        match end {
            Some(outcome) => self.end_download(outcome),
            None => self.pull_download(now),
        }
    }

    pub(crate) fn download_escaped(&mut self) {
        self.mode = Mode::Command;
        self.conclude(Ok(Answer::Ok));
        if self.config.download_escape == DownloadEscape::Abort {
            self.abort_request();
            self.ftp.job = None;
            self.ftp.due = None;
        } else if let Some(Download { target: Target::Com { paused, .. }, .. }) = self.ftp.download() {
            *paused = true;
            self.ftp.due = None;
        }
    }
}
