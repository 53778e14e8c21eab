//! A recording against the driver of this program: what the recorded module said is what it hears, in virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::session::Event;
use qftp_transport::recording::{Entry, Recording, What, ending, escape};
use qftp_transport::{Kind, Operation};

use super::masked;

/// How much was played.
#[derive(Debug, Default)]
pub(super) struct Played {
    pub(super) operations: usize,
    pub(super) sent: usize,
    pub(super) received: usize,
}

/// Where today's host does something else than the recorded one.
#[derive(Debug)]
pub(super) struct Difference {
    /// Of the recording.
    pub(super) line: usize,
    pub(super) then: String,
    pub(super) today: String,
}

/// More timers than any operation waits for.
const TIMERS: usize = 10_000;
/// As large as the client's buffers.
const BUFFER: usize = 16 * 1024;

struct Player {
    driver: Driver<Vec<u8>, Vec<u8>>,
    now: u64,
    /// By how much today is later than the recording.
    behind: u64,
    /// What the recorded module has said, and the driver has not read.
    came: VecDeque<u8>,
    /// What is left of the file that an operation sends.
    upload: VecDeque<u8>,
    outcome: Option<String>,
    /// An operation is under way, as the recording has it.
    under_way: bool,
    played: Played,
}

/// Plays all of it, or up to the first difference.
pub(super) fn play(recording: &Recording) -> Result<Played, Difference> {
    let mut player = Player {
        driver: Driver::new(recording.config, vec![0; BUFFER], vec![0; BUFFER]),
        now: 0,
        behind: 0,
        came: VecDeque::new(),
        upload: VecDeque::new(),
        outcome: None,
        under_way: false,
        played: Played::default(),
    };
    let mut last = 0;
    for (place, entry) in recording.entries.iter().enumerate() {
        if let What::Began(_) = &entry.what {
            let rest = recording.entries.get(place + 1..).unwrap_or_default();
            player.upload = upload(rest, recording.config.in_flight);
        }
        player.entry(entry)?;
        last = entry.line;
    }
    player.work();
    match player.driver.writing() {
        Want::Write { bytes, of_file: false } if player.under_way && !bytes.is_empty() => {
            let today = format!("the host goes on with {}", escape(bytes));
            Err(Difference { line: last, then: "the recording ended".to_owned(), today })
        }
        _ => Ok(player.played),
    }
}

/// What an operation sent of a file, and as much beyond as may have been handed out and not written when it broke off.
fn upload(rest: &[Entry], in_flight: usize) -> VecDeque<u8> {
    let own = rest.iter().take_while(|entry| !matches!(entry.what, What::Began(_)));
    let sent = own.filter_map(|entry| match &entry.what {
        What::Sent(Kind::Data, bytes) => Some(bytes),
        _ => None,
    });
    let mut upload: VecDeque<u8> = sent.flatten().copied().collect();
    upload.resize(upload.len() + in_flight, 0);
    upload
}

impl Player {
    fn entry(&mut self, entry: &Entry) -> Result<(), Difference> {
        self.advance(entry.at);
        let differs = |then: String, today: String| Difference { line: entry.line, then, today };
        match &entry.what {
            What::Began(words) => {
                let Some(operation) = Operation::parse(words) else { return Ok(()) };
                if self.under_way {
                    let then = format!("`{operation}` began");
                    return Err(differs(then, "the host is still busy with the operation before".to_owned()));
                }
                self.played.operations += 1;
                self.outcome = None;
                self.begin(&operation).map_err(|refusal| differs(format!("`{operation}` began"), refusal))?;
                self.under_way = true;
            }
            What::Aborted => {
                // What had ended already had nothing to abort.
                let _ = self.driver.abort(Instant::from_millis(self.now));
            }
            What::Sent(..) if !self.under_way => {}
            What::Sent(Kind::Line, bytes) => self.compare(bytes, differs)?,
            What::Sent(Kind::Data, bytes) => self.offer(bytes.len(), differs)?,
            What::Received(_, bytes) => {
                self.played.received += bytes.len();
                self.came.extend(bytes);
                self.work();
            }
            What::Ended(then) => {
                self.until(|player| player.outcome.is_some());
                self.under_way = false;
                match self.outcome.take() {
                    Some(today) if today == *then => {}
                    Some(today) => {
                        return Err(differs(
                            format!("the operation ended: {then}"),
                            format!("it ends: {today}"),
                        ));
                    }
                    None => {
                        let waits = format!("it does not end{}", self.waiting());
                        return Err(differs(format!("the operation ended: {then}"), waits));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, operation: &Operation<'_>) -> Result<(), String> {
        self.driver.sends(operation.sends());
        self.fill();
        let begun =
            self.driver.begin(Instant::from_millis(self.now), |session, now| operation.begin(session, now));
        begun.map_err(|misuse| format!("the host refuses it: {misuse}"))
    }

    /// What the host wants to write; no byte where it wants nothing.
    fn writing(&self) -> &[u8] {
        match self.driver.writing() {
            Want::Write { bytes, .. } => bytes,
            _ => b"",
        }
    }

    fn waiting(&self) -> String {
        let output = match self.driver.writing() {
            Want::Write { bytes, of_file: false } if !bytes.is_empty() => {
                format!(", the host sends {}", escape(bytes))
            }
            _ => String::new(),
        };
        match self.driver.session().timeout_reason() {
            Some(reason) => format!(", the host waits ({reason:?}){output}").to_lowercase(),
            None => output,
        }
    }

    /// Lets the time of an entry come, and with it the timers before it.
    fn advance(&mut self, at: Duration) {
        let at = u64::try_from(at.as_millis()).unwrap_or(u64::MAX).saturating_add(self.behind);
        for _ in 0..TIMERS {
            self.work();
            // What came at the same time came first.
            let Some(due) = self.due().filter(|due| *due < at) else { break };
            self.now = self.now.max(due);
        }
        self.now = self.now.max(at);
    }

    /// Lets timers run out until something is the case, at most until there are none.
    fn until(&mut self, is: impl Fn(&Self) -> bool) {
        for _ in 0..TIMERS {
            self.work();
            if is(self) {
                break;
            }
            let Some(due) = self.due() else { break };
            self.behind += due.saturating_sub(self.now);
            self.now = self.now.max(due);
        }
    }

    fn due(&self) -> Option<u64> {
        self.driver.session().poll_timeout().map(Instant::as_millis)
    }

    /// Does what the driver wants until it waits: for what comes, for a time, or for the recorded host to have written.
    fn work(&mut self) {
        let now = Instant::from_millis(self.now);
        self.read();
        let mut looked = false;
        loop {
            let end = match self.driver.next(now) {
                Want::Fill => {
                    self.fill();
                    continue;
                }
                Want::Store(_) | Want::Tell(_) => continue,
                // The port is looked at once more where it may have more.
                Want::Read(Some(until)) if until <= now && !looked => {
                    looked = !self.read();
                    continue;
                }
                Want::End(Ok(done)) => ending(&Event::Done(done)),
                Want::End(Err(failure)) => ending(&Event::Failed(failure)),
                _ => {
                    if !self.read() {
                        return;
                    }
                    looked = false;
                    continue;
                }
            };
            self.outcome = self.outcome.take().or(end);
        }
    }

    fn read(&mut self) -> bool {
        let room = self.driver.room();
        let count = room.len().min(self.came.len());
        for (to, byte) in room.iter_mut().zip(self.came.drain(..count)) {
            *to = byte;
        }
        self.driver.received(count);
        count > 0
    }

    fn fill(&mut self) {
        let room = self.driver.source_room();
        let count = room.len().min(self.upload.len());
        for (to, byte) in room.iter_mut().zip(self.upload.drain(..count)) {
            *to = byte;
        }
        self.driver.filled(count);
    }

    /// The next command: what the recorded host sent, and what today's does.
    fn compare(
        &mut self,
        then: &[u8],
        differs: impl Fn(String, String) -> Difference,
    ) -> Result<(), Difference> {
        self.until(|player| !player.writing().is_empty() || player.outcome.is_some());
        let said = |line: &[u8]| format!("the host sent {}", escape(line.trim_ascii_end()));
        let line = match self.driver.writing() {
            Want::Write { bytes, of_file: false } if !bytes.is_empty() => {
                // A recording has a line for each line end that the host sends, and one for the escape.
                let end = bytes.iter().position(|byte| *byte == b'\r').map_or(bytes.len(), |at| at + 1);
                bytes.get(..end).unwrap_or_default().to_vec()
            }
            _ => {
                let today = self.outcome.as_ref().map_or_else(
                    || format!("it sends nothing{}", self.waiting()),
                    |outcome| format!("the operation has ended: {outcome}"),
                );
                return Err(differs(said(then), today));
            }
        };
        self.driver.wrote(line.len());
        self.played.sent += line.len();
        let today = masked(&line);
        if today != then {
            return Err(differs(said(then), format!("it sends {}", escape(today.trim_ascii_end()))));
        }
        Ok(())
    }

    /// File data that the recorded host wrote: so much today's has to write as well.
    fn offer(
        &mut self,
        count: usize,
        differs: impl Fn(String, String) -> Difference,
    ) -> Result<(), Difference> {
        let mut left = count;
        while left > 0 {
            self.until(|player| !player.writing().is_empty() || player.outcome.is_some());
            let Want::Write { bytes: waiting @ [_, ..], of_file: true } = self.driver.writing() else {
                let then = format!("the host sent {count} bytes of the file");
                return Err(differs(then, format!("it sends {} of them{}", count - left, self.waiting())));
            };
            let taken = waiting.len().min(left);
            self.driver.wrote(taken);
            left -= taken;
        }
        self.played.sent += count;
        Ok(())
    }
}
