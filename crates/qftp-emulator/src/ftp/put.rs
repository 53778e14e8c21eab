//! `AT+QFTPPUT` (§2.5).

use std::io::Read;

use qftp_core::Instant;
use qftp_core::codes::CmeCode;
use qftp_core::wire::{Local, Part, Put, Verb};

use super::{BAD_POSITION, BUSY, Job};
use crate::at::{Answer, Outcome, Refusal};
use crate::data_mode::{Flow, Mode};
use crate::drives::{StoredFile, cme};
use crate::ftp_side::{Failure, Reply, Request};
use crate::module::Module;

/// Requests that may be on their way: a host that writes byte by byte makes small ones.
const MOST_CHUNKS: usize = 512;
/// Bytes read from a file of the module at a time.
const CHUNK: usize = 32 << 10;

/// An upload command under way.
#[derive(Debug)]
pub(super) struct Upload {
    path: Vec<u8>,
    source: Source,
    phase: Phase,
    /// Where in the server's file this command began.
    start: u64,
    /// Bytes of this command that came in.
    moved: u64,
    /// Of them, those that have not left for the server yet, and in how many pieces.
    in_flight: usize,
    chunks: usize,
}

#[derive(Debug)]
enum Source {
    /// The host, in data mode: a part of known length, or all until `+++`.
    Com(Option<Part>),
    /// A file of the module.
    File(StoredFile),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waiting for the data connection.
    Opening,
    Moving,
    /// All data came in, and more parts will follow: the rest is leaving.
    Draining,
    /// The server has to say that it has all of it.
    Ending,
}

/// An upload between two of its parts; its data connection is open.
#[derive(Debug)]
pub(super) struct KeptUpload {
    path: Vec<u8>,
    position: u64,
}

impl Upload {
    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    /// Room in a buffer of this size.
    fn room(&self, buffer: usize) -> usize {
        match self.phase {
            Phase::Moving if self.chunks < MOST_CHUNKS => buffer.saturating_sub(self.in_flight),
            _ => 0,
        }
    }

    /// Bytes that data mode still takes; `None` until `+++`.
    fn left(&self) -> Option<u64> {
        match self.source {
            Source::Com(part) => part.map(|part| part.len.saturating_sub(self.moved)),
            Source::File(_) => Some(0),
        }
    }

    fn is_last(&self) -> bool {
        !matches!(self.source, Source::Com(Some(Part { last: false, .. })))
    }
}

impl super::Ftp {
    fn upload(&mut self) -> Option<&mut Upload> {
        match &mut self.job {
            Some(Job::Put(upload)) => Some(upload),
            _ => None,
        }
    }

    pub(crate) fn upload_room(&mut self) -> usize {
        let buffer = self.settings.buffer();
        self.upload().map_or(0, |upload| upload.room(buffer))
    }

    /// Nothing is on its way to the server any more, and nothing goes there.
    pub(super) fn freeze_upload(&mut self) {
        if let Some(upload) = self.upload() {
            upload.in_flight = 0;
            upload.chunks = 0;
        }
    }

    pub(crate) fn upload_left(&mut self) -> Option<u64> {
        self.upload().and_then(|upload| upload.left())
    }
}

impl Module {
    pub(super) fn put(&mut self, now: Instant, put: &Put<'_>) -> Outcome {
        let path = put.file.as_bytes().to_vec();
        let start = put.start.unwrap_or(0);
        if self.ftp.kept.is_some() && self.ftp.job.is_none() {
            return self.continue_put(now, path, start, put);
        }
        self.check_idle()?;
        let source = match put.local {
            Local::Com => Source::Com(put.part),
            Local::File(name) => match self.local_source(name.as_bytes()) {
                Ok(file) => Source::File(file),
                Err(cme::INVALID_NAME) => return Err(self.bad_local_name()),
                Err(_) => {
                    // A file of the module that cannot be read: 611, by URC like every other outcome.
                    self.transfer_failed(Verb::QftpPut, 0, Failure::local(611));
                    return Ok(Answer::Ok);
                }
            },
        };
        let from_host = matches!(source, Source::Com(_));
        let request = Request::Store { path: path.clone(), offset: start };
        self.begin_put(
            now,
            Upload { path, source, phase: Phase::Opening, start, moved: 0, in_flight: 0, chunks: 0 },
        );
        Ok(self.open_data_connection(now, request, from_host))
    }

    /// A file of the module that is there.
    fn local_source(&self, name: &[u8]) -> Result<StoredFile, CmeCode> {
        self.check_local_prefix(name)?;
        Ok(self.config.drives.read(name)?.0)
    }

    /// The next part of an upload whose data connection is open.
    fn continue_put(&mut self, now: Instant, path: Vec<u8>, start: u64, put: &Put<'_>) -> Outcome {
        match &self.ftp.kept {
            Some(kept) if kept.path == path && put.local == Local::Com => {
                if kept.position != start {
                    return Err(Refusal::Cme(BAD_POSITION));
                }
            }
            _ => return Err(Refusal::Cme(BUSY)),
        }
        self.ftp.kept = None;
        let source = Source::Com(put.part);
        self.begin_put(
            now,
            Upload { path, source, phase: Phase::Moving, start, moved: 0, in_flight: 0, chunks: 0 },
        );
        self.start_data(now, None, Flow::Upload)
    }

    fn begin_put(&mut self, now: Instant, upload: Upload) {
        self.ftp.job = Some(Job::Put(upload));
        self.ftp.length = 0;
        self.ftp.extend(now);
    }

    pub(super) fn put_reply(&mut self, now: Instant, reply: Reply) {
        let Some(upload) = self.ftp.upload() else { return };
        match reply {
            Reply::Opened => {
                upload.phase = Phase::Moving;
                let from_file = matches!(upload.source, Source::File(_));
                self.ftp.extend(now);
                if from_file { self.push_file(now) } else { self.ready(now, Flow::Upload) }
            }
            Reply::Taken(count) => {
                upload.in_flight = upload.in_flight.saturating_sub(count);
                upload.chunks = upload.chunks.saturating_sub(1);
                let (from_file, phase) = (matches!(upload.source, Source::File(_)), upload.phase);
                self.ftp.extend(now);
                match phase {
                    Phase::Moving if from_file => self.push_file(now),
                    Phase::Draining => self.keep_upload(),
                    _ => {}
                }
            }
            Reply::Complete => {
                let moved = upload.moved;
                self.transfer_done(Verb::QftpPut, moved);
            }
            Reply::Failed(failure) => self.fail_job(failure),
            // Left over from before.
            Reply::Done | Reply::Number(_) | Reply::Text(_) | Reply::Data(_) | Reply::Aborted => {}
        }
    }

    /// Data mode is there; a part of no bytes is complete already.
    pub(crate) fn upload_begun(&mut self, now: Instant) {
        self.ftp.extend(now);
        if self.ftp.upload_left() == Some(0) {
            self.end_upload_data(now);
        }
    }

    /// File data from the host.
    pub(crate) fn upload_data(&mut self, now: Instant, bytes: &[u8]) {
        let Some(upload) = self.ftp.upload() else { return };
        upload.moved += bytes.len() as u64;
        upload.in_flight += bytes.len();
        upload.chunks += 1;
        let (moved, complete) = (upload.moved, upload.left() == Some(0));
        self.ftp.length = moved;
        self.ftp.extend(now);
        if self.wedged {
            self.ftp.freeze();
        } else {
            self.requests.push_back(Request::Data(bytes.to_vec()));
        }
        if complete {
            self.end_upload_data(now);
        }
    }

    pub(crate) fn upload_escaped(&mut self, now: Instant) {
        // What the host broke off is over, even where it had announced more.
        if let Some(Upload { source, .. }) = self.ftp.upload() {
            *source = Source::Com(None);
        }
        self.end_upload_data(now);
    }

    /// The host has sent its part: OK ends the command, the URC comes when the server has it.
    fn end_upload_data(&mut self, now: Instant) {
        self.mode = Mode::Command;
        self.conclude(Ok(Answer::Ok));
        self.end_upload(now);
    }

    fn end_upload(&mut self, now: Instant) {
        let Some(upload) = self.ftp.upload() else { return };
        let last = upload.is_last();
        upload.phase = if last { Phase::Ending } else { Phase::Draining };
        self.ftp.extend(now);
        if self.wedged {
            return;
        }
        if last {
            self.requests.push_back(Request::EndOfData);
        } else {
            self.keep_upload();
        }
    }

    /// Once everything has left: the URC, and the data connection waits for the next part.
    fn keep_upload(&mut self) {
        let Some(upload) = self.ftp.upload().filter(|upload| upload.in_flight == 0) else { return };
        let moved = upload.moved;
        let kept = KeptUpload { path: std::mem::take(&mut upload.path), position: upload.start + moved };
        self.transfer_done(Verb::QftpPut, moved);
        self.ftp.kept = Some(kept);
    }

    /// Sends on from a file of the module.
    fn push_file(&mut self, now: Instant) {
        let buffer = self.ftp.settings.buffer();
        while let Some(upload) = self.ftp.upload() {
            let Source::File(file) = &mut upload.source else { return };
            if self.wedged || upload.phase != Phase::Moving || upload.in_flight >= buffer {
                return;
            }
            let mut chunk = vec![0; self.watch.until_event(CHUNK)];
            match file.read(&mut chunk) {
                Ok(0) => return self.end_upload(now),
                Ok(count) => {
                    chunk.truncate(count);
                    upload.moved += count as u64;
                    upload.in_flight += count;
                    upload.chunks += 1;
                    self.ftp.length = upload.moved;
                    self.requests.push_back(Request::Data(chunk));
                    self.count_data(now, count);
                }
                Err(_) => {
                    self.abort_request();
                    return self.fail_job(Failure::local(613));
                }
            }
        }
    }
}
