//! Data mode: from `CONNECT` until the count, the end, an escape or DTR (§1.5).

use std::io::{Read, Write};

use qftp_core::codes::CmeCode;
use qftp_core::wire::{FileInfo, Line};
use qftp_core::{Checksum, Instant, limits};

use crate::at::{Answer, Outcome, Refusal};
use crate::drives::{StoredFile, cme};
use crate::escape::{Escape, Kind, Silence};
use crate::module::Module;

/// How long `CONNECT` waits for the line feed of a host that ends its lines with CR LF, in milliseconds.
const LINE_FEED_WAIT: u64 = 2;
/// Bytes read from a file of the module at a time.
const CHUNK: usize = 16 << 10;

/// Who gets what the host sends.
#[derive(Debug)]
pub(crate) enum Mode {
    /// The command interpreter.
    Command,
    /// Nobody: a command was accepted and `CONNECT` is still to come.
    Opening(Opening),
    /// A file or the server.
    Data(Data),
}

#[derive(Debug)]
pub(crate) struct Opening {
    /// `<n>` of `CONNECT <n>`.
    count: Option<u32>,
    /// What data mode will be for, once the FTP side is ready.
    flow: Option<Flow>,
    /// A line feed may still follow the command's CR.
    line_feed_until: Option<Instant>,
}

#[derive(Debug)]
pub(crate) struct Data {
    escape: Escape,
    pub(crate) flow: Flow,
}

/// Where the bytes of data mode go or come from.
#[derive(Debug)]
pub(crate) enum Flow {
    /// From the host to the server: `AT+QFTPPUT`.
    Upload,
    /// From the server to the host: `AT+QFTPGET` and the listings.
    Download,
    /// From the host into a file: `AT+QFUPL`, `AT+QFWRITE`.
    FileIn(FileIn),
    /// From a file to the host: `AT+QFDWL`, `AT+QFREAD`.
    FileOut(FileOut),
}

#[derive(Debug)]
pub(crate) struct FileIn {
    pub(crate) file: StoredFile,
    pub(crate) left: u64,
    pub(crate) got: u64,
    pub(crate) checksum: Checksum,
    /// Longest silence in milliseconds.
    pub(crate) gap: u64,
    /// When the silence will have been too long.
    pub(crate) due: Instant,
    pub(crate) purpose: InPurpose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InPurpose {
    /// `AT+QFUPL`.
    New { ack: bool },
    /// `AT+QFWRITE` to this handle.
    Open(u32),
}

#[derive(Debug)]
pub(crate) struct FileOut {
    file: StoredFile,
    left: u64,
    sent: u64,
    checksum: Checksum,
    /// `AT+QFDWL`, which says size and checksum, rather than `AT+QFREAD`.
    whole: bool,
}

impl FileOut {
    pub(crate) fn new(file: StoredFile, left: u64, whole: bool) -> Self {
        Self { file, left, sent: 0, checksum: Checksum::new(), whole }
    }
}

/// Why a file stops taking data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InEnd {
    Complete,
    Escaped,
    TimeOut,
    WriteFailed,
}

impl Module {
    /// A command will open data mode as soon as [`Module::ready`] says for what.
    pub(crate) fn await_data(&mut self, now: Instant) {
        let wait = match self.line_feeds {
            // This host has shown that none will come. One that is there already still counts.
            Some(false) => 0,
            Some(true) | None => LINE_FEED_WAIT,
        };
        let line_feed_until = self.config.line_feed_is_command.then(|| now.after(wait));
        self.mode = Mode::Opening(Opening { count: None, flow: None, line_feed_until });
    }

    /// What the data mode that was awaited is for.
    pub(crate) fn ready(&mut self, now: Instant, ready: Flow) {
        if let Mode::Opening(opening) = &mut self.mode {
            opening.flow = Some(ready);
            self.connect(now);
        }
    }

    /// A command opens data mode at once: when the input that is there has been looked at.
    pub(crate) fn start_data(&mut self, now: Instant, count: Option<u32>, flow: Flow) -> Outcome {
        self.await_data(now);
        if let Mode::Opening(opening) = &mut self.mode {
            opening.count = count;
            opening.flow = Some(flow);
        }
        Ok(Answer::Later)
    }

    /// Enters data mode, if nothing is left to wait for.
    pub(crate) fn connect(&mut self, now: Instant) {
        let Mode::Opening(opening) = &mut self.mode else { return };
        if opening.line_feed_until.is_some_and(|until| until > now) {
            return;
        }
        let Some(mut flow) = opening.flow.take() else { return };
        self.after_cr = false;
        self.out.result(&Line::Connect(opening.count), &self.settings);
        if let Flow::FileIn(file) = &mut flow {
            file.due = now.after(file.gap);
        }
        self.mode = Mode::Data(Data { escape: Escape::new(self.settings.guard(), now), flow });
        self.data_begun(now);
    }

    /// Some data modes are over at once: a count of 0, an empty file.
    fn data_begun(&mut self, now: Instant) {
        let Mode::Data(data) = &mut self.mode else { return };
        match &data.flow {
            Flow::FileIn(file) if file.left == 0 => self.end_file_in(InEnd::Complete),
            Flow::FileIn(_) => {}
            Flow::FileOut(_) => self.refill(now),
            Flow::Upload => self.upload_begun(now),
            Flow::Download => self.download_begun(now),
        }
    }

    /// Before `CONNECT` only the line feed of the command itself is taken.
    pub(crate) fn take_before_connect(&mut self, now: Instant, input: &[u8]) -> usize {
        self.learn_line_end(input);
        let Mode::Opening(opening) = &mut self.mode else { return 0 };
        let awaited = opening.line_feed_until.take().is_some();
        if awaited && input.first() == Some(&b'\n') {
            self.connect(now);
            return 1;
        }
        self.connect(now);
        if matches!(self.mode, Mode::Data(_)) { self.take_data(now, input) } else { 0 }
    }

    /// Takes input in data mode: as much as there is room for.
    pub(crate) fn take_data(&mut self, now: Instant, input: &[u8]) -> usize {
        let Mode::Data(data) = &mut self.mode else { return 0 };
        let (room, left) = match &data.flow {
            Flow::Upload => (self.ftp.upload_room(), self.ftp.upload_left()),
            Flow::FileIn(file) => (if self.out.is_full() { 0 } else { input.len() }, Some(file.left)),
            Flow::Download | Flow::FileOut(_) => (input.len(), None),
        };
        let held = data.escape.held();
        let left =
            left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX)).saturating_sub(held);
        // What happens by itself happens after just so many bytes; the rest meets another module.
        let input = &input[..self.watch.until_event(input.len().min(room).min(left))];
        if input.is_empty() {
            return 0;
        }
        data.escape.set_blocked(now, false);
        let kind = data.escape.take(now, input);
        // With the count reached there is no escape any more: these were the last bytes.
        let full = input.len() == left;
        let plus_signs = match kind {
            Kind::Held if full => {
                let all = data.escape.give_up();
                self.sink(now, &b"+++"[..all]);
                return input.len();
            }
            Kind::Held => return input.len(),
            Kind::Data(plus_signs) => plus_signs,
        };
        self.sink(now, &b"+++"[..plus_signs]);
        self.sink(now, input);
        input.len()
    }

    /// Hands file data on.
    fn sink(&mut self, now: Instant, bytes: &[u8]) {
        let Mode::Data(data) = &mut self.mode else { return };
        if bytes.is_empty() {
            return;
        }
        let is_file = matches!(data.flow, Flow::Upload | Flow::FileIn(_));
        match &mut data.flow {
            // A host has nothing to say while data comes to it, but for the escape.
            Flow::Download | Flow::FileOut(_) => {}
            Flow::Upload => self.upload_data(now, bytes),
            Flow::FileIn(file) => {
                if file.file.write_all(bytes).is_err() {
                    return self.end_file_in(InEnd::WriteFailed);
                }
                file.checksum.update(bytes);
                let blocks = file.got / limits::ACK_BLOCK;
                file.got += bytes.len() as u64;
                file.left -= bytes.len() as u64;
                file.due = now.after(file.gap);
                if file.purpose == (InPurpose::New { ack: true }) {
                    for _ in blocks..file.got / limits::ACK_BLOCK {
                        self.out.data(b"A");
                    }
                }
                if file.left == 0 {
                    self.end_file_in(InEnd::Complete);
                }
            }
        }
        if is_file {
            self.count_data(now, bytes.len());
        }
    }

    /// Bytes are left over: what follows plus signs at once makes data of them, and time without room is no silence.
    pub(crate) fn hold_input(&mut self, now: Instant) {
        let Mode::Data(data) = &mut self.mode else { return };
        let held = data.escape.give_up();
        data.escape.set_blocked(now, true);
        self.sink(now, &b"+++"[..held]);
    }

    /// Keeps what goes to the host going: a file of the module, or a download.
    pub(crate) fn refill(&mut self, now: Instant) {
        self.refill_from_file(now);
        self.pull_download(now);
    }

    fn refill_from_file(&mut self, now: Instant) {
        while !self.out.is_full() {
            let Mode::Data(Data { flow: Flow::FileOut(file), .. }) = &mut self.mode else { return };
            let mut chunk = [0; CHUNK];
            let most = CHUNK.min(usize::try_from(file.left).unwrap_or(CHUNK));
            let most = self.watch.until_event(most);
            let Ok(count) = file.file.read(&mut chunk[..most]) else {
                return self.end_file_out(Err(Refusal::Cme(cme::READ)));
            };
            let bytes = &chunk[..count];
            file.checksum.update(bytes);
            file.left -= count as u64;
            file.sent += count as u64;
            // A file that was cut short in the meantime ends where it ends.
            let end = count == 0 || file.left == 0;
            self.out.data(bytes);
            if end {
                self.end_file_out(Ok(Answer::Ok));
            }
            self.count_data(now, count);
        }
    }

    fn end_file_out(&mut self, outcome: Outcome) {
        let Mode::Data(Data { flow: Flow::FileOut(file), .. }) =
            std::mem::replace(&mut self.mode, Mode::Command)
        else {
            return;
        };
        if file.whole && outcome.is_ok() {
            self.show(FileInfo::Downloaded { size: file.sent, checksum: file.checksum.value() });
        }
        self.conclude(outcome);
    }

    fn end_file_in(&mut self, end: InEnd) {
        let Mode::Data(Data { flow: Flow::FileIn(file), .. }) =
            std::mem::replace(&mut self.mode, Mode::Command)
        else {
            return;
        };
        match file.purpose {
            InPurpose::New { .. } => {
                self.show(FileInfo::Uploaded { size: file.got, checksum: file.checksum.value() });
            }
            InPurpose::Open(handle) => {
                let total = self.files.extent(handle).map_or(file.got, |(_, size)| size);
                self.show(FileInfo::Written { written: file.got, total });
            }
        }
        self.conclude(match end {
            InEnd::Complete | InEnd::Escaped => Ok(Answer::Ok),
            InEnd::TimeOut if matches!(file.purpose, InPurpose::Open(_)) => Ok(Answer::Ok),
            InEnd::TimeOut => Err(Refusal::Cme(CmeCode::new(self.config.family.files.time_out.value))),
            InEnd::WriteFailed => Err(Refusal::Cme(cme::WRITE)),
        });
    }

    /// `ATO`: back to a download that `+++` paused, and to nothing else.
    pub(crate) fn online(&mut self, now: Instant) -> Outcome {
        if !self.ftp.is_paused() {
            return Err(if self.config.online_error { Refusal::Error } else { Refusal::NoCarrier });
        }
        self.start_data(now, None, Flow::Download)
    }

    pub(crate) fn data_deadline(&self) -> Option<Instant> {
        match &self.mode {
            Mode::Command => None,
            Mode::Opening(opening) => opening.line_feed_until.filter(|_| opening.flow.is_some()),
            Mode::Data(data) => {
                let gap = match &data.flow {
                    Flow::FileIn(file) => Some(file.due),
                    _ => None,
                };
                [data.escape.deadline(), gap].into_iter().flatten().min()
            }
        }
    }

    pub(crate) fn data_timeout(&mut self, now: Instant) {
        self.connect(now);
        let Mode::Data(data) = &mut self.mode else { return };
        match data.escape.silence(now) {
            Some(Silence::Escaped) => self.escaped(now),
            Some(Silence::Data(plus_signs)) => self.sink(now, &b"+++"[..plus_signs]),
            None => {}
        }
        if let Mode::Data(Data { flow: Flow::FileIn(file), .. }) = &self.mode
            && file.due <= now
        {
            self.end_file_in(InEnd::TimeOut);
        }
    }

    fn escaped(&mut self, now: Instant) {
        let Mode::Data(data) = &self.mode else { return };
        match &data.flow {
            Flow::FileIn(_) => self.end_file_in(InEnd::Escaped),
            Flow::FileOut(_) => self.end_file_out(Ok(Answer::Ok)),
            Flow::Upload => self.upload_escaped(now),
            Flow::Download => self.download_escaped(),
        }
    }

    pub(crate) fn dtr_dropped(&mut self, now: Instant) {
        let Mode::Data(data) = &mut self.mode else { return };
        match self.settings.dtr {
            0 => {}
            1 => {
                let held = data.escape.give_up();
                self.sink(now, &b"+++"[..held]);
                self.escaped(now);
            }
            _ => {
                let of_server = matches!(data.flow, Flow::Upload | Flow::Download);
                self.mode = Mode::Command;
                self.conclude(Err(Refusal::NoCarrier));
                if of_server {
                    self.disconnect();
                }
            }
        }
    }
}
