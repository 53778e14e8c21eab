//! A recording against the session of this program: what the recorded module said is what it hears, in virtual time.

use std::time::Duration;

use qftp_core::Instant;
use qftp_core::session::Session;
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

/// Where today's session does something else than the recorded one.
#[derive(Debug)]
pub(super) struct Difference {
    /// Of the recording.
    pub(super) line: usize,
    pub(super) then: String,
    pub(super) today: String,
}

/// More timers than any operation waits for.
const TIMERS: usize = 10_000;

struct Player {
    session: Session,
    now: u64,
    /// By how much today is later than the recording.
    behind: u64,
    /// Commands that the session wants to send, and the recording has not sent yet.
    output: Vec<u8>,
    outcome: Option<String>,
    /// An operation is under way, as the recording has it.
    under_way: bool,
    /// What it sends of a file, how much of that the session has taken, and how much the recorded host has written: a driver is handed more than
    /// it has written.
    upload: Vec<u8>,
    taken: usize,
    written: usize,
    played: Played,
}

/// Plays all of it, or up to the first difference.
pub(super) fn play(recording: &Recording) -> Result<Played, Difference> {
    let mut player = Player {
        session: Session::new(recording.config),
        now: 0,
        behind: 0,
        output: Vec::new(),
        outcome: None,
        under_way: false,
        upload: Vec::new(),
        taken: 0,
        written: 0,
        played: Played::default(),
    };
    let mut last = 0;
    for (place, entry) in recording.entries.iter().enumerate() {
        if let What::Began(_) = &entry.what {
            let rest = recording.entries.get(place + 1..).unwrap_or_default();
            player.upload = upload(rest, recording.config.in_flight);
            (player.taken, player.written) = (0, 0);
        }
        player.entry(entry)?;
        last = entry.line;
    }
    player.transmit();
    if player.output.is_empty() || !player.under_way {
        return Ok(player.played);
    }
    let today = format!("the host goes on with {}", escape(&player.output));
    Err(Difference { line: last, then: "the recording ended".to_owned(), today })
}

/// What an operation sent of a file, and as much beyond as may have been handed out and not written when it broke off.
fn upload(rest: &[Entry], in_flight: usize) -> Vec<u8> {
    let own = rest.iter().take_while(|entry| !matches!(entry.what, What::Began(_)));
    let sent = own.filter_map(|entry| match &entry.what {
        What::Sent(Kind::Data, bytes) => Some(bytes),
        _ => None,
    });
    let mut upload: Vec<u8> = sent.flatten().copied().collect();
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
                operation.begin(&mut self.session, Instant::from_millis(self.now)).map_err(|misuse| {
                    differs(format!("`{operation}` began"), format!("the host refuses it: {misuse}"))
                })?;
                self.under_way = true;
            }
            What::Aborted => {
                // What had ended already had nothing to abort.
                let _ = self.session.abort(Instant::from_millis(self.now));
            }
            What::Sent(..) if !self.under_way => {}
            What::Sent(Kind::Line, bytes) => self.compare(bytes, differs)?,
            What::Sent(Kind::Data, bytes) => self.offer(bytes, differs)?,
            What::Received(_, bytes) => {
                self.played.received += bytes.len();
                self.hear(bytes);
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

    fn waiting(&self) -> String {
        let output = if self.output.is_empty() {
            String::new()
        } else {
            format!(", the host sends {}", escape(&self.output))
        };
        match self.session.timeout_reason() {
            Some(reason) => format!(", the host waits ({reason:?}){output}").to_lowercase(),
            None => output,
        }
    }

    /// Lets the time of an entry come, and with it the timers before it.
    fn advance(&mut self, at: Duration) {
        let at = u64::try_from(at.as_millis()).unwrap_or(u64::MAX).saturating_add(self.behind);
        for _ in 0..TIMERS {
            self.transmit();
            // What came at the same time came first.
            let Some(due) = self.session.poll_timeout().map(Instant::as_millis).filter(|due| *due < at)
            else {
                break;
            };
            self.now = self.now.max(due);
            self.session.handle_timeout(Instant::from_millis(self.now));
            self.events();
        }
        self.now = self.now.max(at);
    }

    /// Lets timers run out until something is the case, at most until there are none.
    fn until(&mut self, is: impl Fn(&Self) -> bool) {
        for _ in 0..TIMERS {
            self.transmit();
            self.events();
            if is(self) {
                break;
            }
            let Some(due) = self.session.poll_timeout().map(Instant::as_millis) else { break };
            self.behind += due.saturating_sub(self.now);
            self.now = self.now.max(due);
            self.session.handle_timeout(Instant::from_millis(self.now));
        }
    }

    fn transmit(&mut self) {
        let mut buf = [0; 1024];
        loop {
            let count = self.session.poll_transmit(Instant::from_millis(self.now), &mut buf);
            if count == 0 {
                return;
            }
            self.output.extend_from_slice(buf.get(..count).unwrap_or_default());
        }
    }

    fn events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            let end = ending(&event);
            self.outcome = self.outcome.take().or(end);
        }
    }

    fn hear(&mut self, mut bytes: &[u8]) {
        let now = Instant::from_millis(self.now);
        loop {
            let step = self.session.handle_input(now, bytes);
            let (consumed, had_event) = (step.consumed, step.event.is_some());
            let end = step.event.as_ref().and_then(ending);
            self.outcome = self.outcome.take().or(end);
            bytes = bytes.get(consumed..).unwrap_or_default();
            if !had_event && (consumed == 0 || bytes.is_empty()) {
                break;
            }
        }
        self.events();
    }

    /// The next command: what the recorded host sent, and what today's does.
    fn compare(
        &mut self,
        then: &[u8],
        differs: impl Fn(String, String) -> Difference,
    ) -> Result<(), Difference> {
        self.until(|player| !player.output.is_empty() || player.outcome.is_some());
        let said = |line: &[u8]| format!("the host sent {}", escape(line.trim_ascii_end()));
        let len = match self.output.as_slice() {
            output if output.starts_with(b"+++") => 3,
            output => match output.iter().position(|byte| *byte == b'\r') {
                Some(at) => at + 1,
                None => {
                    let today = self.outcome.as_ref().map_or_else(
                        || format!("it sends nothing{}", self.waiting()),
                        |outcome| format!("the operation has ended: {outcome}"),
                    );
                    return Err(differs(said(then), today));
                }
            },
        };
        let line: Vec<u8> = self.output.drain(..len).collect();
        self.played.sent += line.len();
        let today = masked(&line);
        if today != then {
            return Err(differs(said(then), format!("it sends {}", escape(today.trim_ascii_end()))));
        }
        Ok(())
    }

    /// File data that the recorded host sent: so much the session has to have taken by now.
    fn offer(
        &mut self,
        bytes: &[u8],
        differs: impl Fn(String, String) -> Difference,
    ) -> Result<(), Difference> {
        self.written += bytes.len();
        self.played.sent += bytes.len();
        while self.taken < self.written {
            self.until(|player| {
                player.session.wants_data() || player.outcome.is_some() || !player.output.is_empty()
            });
            let left = self.upload.get(self.taken..).unwrap_or_default();
            let count = self.session.send(Instant::from_millis(self.now), left);
            if count == 0 {
                let then = format!("the host had sent {} bytes of the file", self.written);
                let today = format!("it takes {} of them{}", self.taken, self.waiting());
                return Err(differs(then, today));
            }
            self.taken += count;
        }
        Ok(())
    }
}
