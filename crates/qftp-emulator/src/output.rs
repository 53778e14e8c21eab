//! What the module says, framed as the line discipline has it (§1.5).

use std::collections::VecDeque;

use qftp_core::Instant;
use qftp_core::codes::CmeCode;
use qftp_core::wire::{Cme, Line, Writer};

use crate::config::{CmeForm, ErrorForm, Framing};
use crate::dialogue::Marks;
use crate::family::Family;
use crate::settings::Settings;
use crate::trouble::Rng;

/// Longest line: an information line with two full names.
const LONGEST_LINE: usize = 1024;

/// What a network says when nobody asked.
const CHATTER: [&str; 6] =
    ["+CREG: 1", "+CGREG: 5", "+CEREG: 1", "+QIND: \"csq\",24,99", "+CTZV: 32", "+QSIMSTAT: 1,1"];

/// Bytes on their way to the host.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) framing: Framing,
    /// Texts of errors, and how long answers take.
    family: Family,
    pub(crate) rng: Rng,
    /// The present time, as the module was told last.
    pub(crate) now: Instant,
    /// Until when the answer to the last command is held back, and how many bytes before it may leave.
    answer: Option<(Instant, usize)>,
    /// What was said last is a whole line.
    after_line: bool,
    queue: VecDeque<u8>,
    /// Information lines of the response that is being put together.
    info: Vec<u8>,
    /// Which of it is file data.
    pub(crate) marks: Marks,
    /// URCs that wait for the end of a command or of data mode, and each for its time.
    urcs: VecDeque<(Instant, Vec<u8>)>,
}

impl Output {
    pub(crate) fn new(framing: Framing, family: Family, rng: Rng) -> Self {
        Self {
            framing,
            family,
            rng,
            now: Instant::from_millis(0),
            answer: None,
            after_line: false,
            queue: VecDeque::new(),
            info: Vec::new(),
            marks: Marks::default(),
            urcs: VecDeque::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.room() == 0
    }

    /// How many bytes may still wait for the line.
    pub(crate) fn room(&self) -> usize {
        self.framing.buffer.saturating_sub(self.queue.len())
    }

    /// A command has come whole: what is said from here on leaves when the family's answers do.
    pub(crate) fn hold_answer(&mut self, now: Instant) {
        let time = self.family.line.ok_ms.value;
        if time > 0 {
            let before = self.answer.map_or(self.queue.len(), |(_, before)| before);
            self.answer = Some((now.after(time), before));
        }
    }

    /// How many bytes of what waits may leave now.
    pub(crate) fn may_leave(&mut self) -> usize {
        match self.answer {
            Some((due, before)) if self.now < due => before,
            _ => {
                self.answer = None;
                usize::MAX
            }
        }
    }

    /// When something that is held back may leave. What may leave already waits for the host to read, and for no time.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let answer = self.answer.filter(|_| !self.queue.is_empty()).map(|(due, _)| due);
        let urc = self.urcs.front().map(|(due, _)| *due);
        [answer, urc].into_iter().flatten().filter(|due| *due > self.now).min()
    }

    /// Fills `buf` with what is to be sent next.
    pub(crate) fn transmit(&mut self, buf: &mut [u8]) -> usize {
        let mut count = 0;
        // A deque is two slices.
        for _ in 0..2 {
            let (front, _) = self.queue.as_slices();
            let fits = front.len().min(buf.len() - count);
            buf[count..count + fits].copy_from_slice(&front[..fits]);
            self.queue.drain(..fits);
            count += fits;
        }
        if let Some((_, before)) = &mut self.answer {
            *before = before.saturating_sub(count);
        }
        count
    }

    /// A command has come: its answer begins with a line end of its own, echo or not.
    pub(crate) fn begin_answer(&mut self) {
        self.after_line = false;
    }

    /// The echo of a command; it has no line feeds.
    pub(crate) fn echo(&mut self, bytes: &[u8]) {
        self.queue.extend(bytes.iter().filter(|byte| **byte != b'\n'));
    }

    /// File data, or the bare `A` of ACK mode.
    pub(crate) fn data(&mut self, bytes: &[u8]) {
        self.after_line = false;
        self.marks.data(self.queue.len(), bytes.len());
        self.queue.extend(bytes);
    }

    /// One information line of the response under way.
    pub(crate) fn info(&mut self, line: &Line<'_>) {
        if !self.info.is_empty() {
            self.info.extend(b"\r\n");
        }
        self.info.extend(text(line));
    }

    /// Ends the information lines of one command: the next text begins a response of its own.
    pub(crate) fn end_info(&mut self, settings: &Settings) {
        let info = std::mem::take(&mut self.info);
        if !info.is_empty() {
            self.frame(&info, settings);
            self.chat(settings);
        }
    }

    /// A final result code, or `CONNECT`; what was said before it goes first.
    pub(crate) fn result(&mut self, line: &Line<'_>, settings: &Settings) {
        self.end_info(settings);
        if settings.quiet {
            return;
        }
        let form = match self.framing.cme {
            CmeForm::Level => self.framing.errors.get(usize::from(settings.cmee)).copied(),
            CmeForm::Number => Some(ErrorForm::Number),
            CmeForm::Text => Some(ErrorForm::Text),
        };
        let family = self.family.clone();
        let line = match (line, form) {
            (Line::Cme(_), Some(ErrorForm::Error)) => Line::Error,
            (Line::Cme(Cme::Code(code)), Some(ErrorForm::Text)) => {
                Line::Cme(Cme::Text(family.text(code.get(), words(*code)).as_bytes()))
            }
            (line, _) => *line,
        };
        let digit: Option<&[u8]> = match line {
            Line::Ok => Some(b"0"),
            Line::Connect(None) => Some(b"1"),
            Line::NoCarrier => Some(b"3"),
            Line::Error => Some(b"4"),
            _ => None,
        };
        match digit {
            Some(digit) if !settings.verbose => {
                self.queue.extend(digit);
                self.queue.extend(b"\r");
            }
            _ => self.frame(&text(&line), settings),
        }
        if let Line::Connect(_) = line {
            // What follows is data, of which no line end may be taken away.
            self.after_line = false;
        } else {
            self.chat(settings);
        }
    }

    /// A line that comes by itself, as soon as nothing else is being said.
    pub(crate) fn urc(&mut self, line: &Line<'_>) {
        self.urcs.push_back((self.now, text(line)));
    }

    /// The outcome of an FTP command, which takes the time that it takes with this family.
    pub(crate) fn outcome(&mut self, line: &Line<'_>) {
        self.urcs.push_back((self.now.after(self.family.line.urc_ms.value), text(line)));
    }

    /// Whether a URC has still to come.
    pub(crate) fn awaits_urc(&self) -> bool {
        self.urcs.iter().any(|(due, _)| *due > self.now)
    }

    /// Says the URCs that wait. Not to be called in data mode or within a command.
    pub(crate) fn flush_urcs(&mut self, settings: &Settings) {
        while self.urcs.front().is_some_and(|(due, _)| *due <= self.now)
            && let Some((_, urc)) = self.urcs.pop_front()
        {
            self.frame(&urc, settings);
            self.chat(settings);
        }
    }

    /// Between two lines there may be a third that has nothing to do with them.
    pub(crate) fn chat(&mut self, settings: &Settings) {
        if self.framing.chatter.is_some_and(|lines| self.rng.below(lines) == 0) {
            let urc =
                usize::try_from(self.rng.below(CHATTER.len() as u64)).ok().and_then(|at| CHATTER.get(at));
            self.frame(urc.copied().unwrap_or_default().as_bytes(), settings);
        }
    }

    pub(crate) fn forget_urcs(&mut self) {
        self.urcs.clear();
    }

    fn frame(&mut self, text: &[u8], settings: &Settings) {
        if settings.verbose && (self.framing.blank_lines || !self.after_line) {
            self.queue.extend(b"\r\n");
        }
        self.queue.extend(text);
        self.queue.extend(b"\r\n");
        self.after_line = true;
    }
}

fn text(line: &Line<'_>) -> Vec<u8> {
    if let Line::Text(text) = line {
        return text.to_vec();
    }
    let mut buf = [0; LONGEST_LINE];
    let mut out = Writer::new(&mut buf);
    line.emit(&mut out);
    // Every line but Text is made of parameters with a greatest length.
    out.finish().map(<[u8]>::to_vec).unwrap_or_default()
}

/// The words of `AT+CMEE=2`.
fn words(code: CmeCode) -> &'static str {
    code.as_ftp().map_or(code.text(), qftp_core::codes::FtpCode::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use qftp_core::wire::{FileInfo, Info};

    fn output() -> Output {
        Output::new(Framing::default(), Family::default_one().clone(), Rng::new(1))
    }

    fn settings() -> Settings {
        let drives = crate::drives::Drives::temporary().unwrap();
        Settings::factory(&crate::config::Config::new(drives))
    }

    fn said(output: &mut Output) -> String {
        let mut buf = [0; 4096];
        let count = output.transmit(&mut buf);
        String::from_utf8(buf[..count].to_vec()).unwrap()
    }

    #[test]
    fn information_lines_of_one_response_share_their_line_end() {
        let settings = settings();
        let mut output = output();
        for name in [&b"a"[..], b"b"] {
            output.info(&Line::Info(Info::File(FileInfo::File { name, size: 1 })));
        }
        output.urc(&Line::Text(b"RDY"));
        output.result(&Line::Ok, &settings);
        output.flush_urcs(&settings);
        assert_eq!(said(&mut output), "\r\n+QFLST: \"a\",1\r\n+QFLST: \"b\",1\r\n\r\nOK\r\n\r\nRDY\r\n");
    }

    #[test]
    fn errors_at_every_level() {
        let mut settings = settings();
        let busy = Line::Cme(Cme::Code(CmeCode::new(603)));
        for (level, expected) in [
            (0, "\r\nERROR\r\n"),
            (1, "\r\n+CME ERROR: 603\r\n"),
            (2, "\r\n+CME ERROR: FTP(S) server busy\r\n"),
        ] {
            settings.cmee = level;
            let mut output = output();
            output.result(&busy, &settings);
            assert_eq!(said(&mut output), expected);
        }
        settings.verbose = false;
        let mut output = output();
        output.result(&Line::Error, &settings);
        assert_eq!(said(&mut output), "4\r");
        settings.quiet = true;
        output.result(&Line::Ok, &settings);
        assert_eq!(said(&mut output), "");
    }
}
