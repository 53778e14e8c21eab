//! Breaking off, in virtual time: what goes out when, while the module is busy or its data still comes.
#![cfg(all(feature = "recovery", feature = "staging"))]

use qftp_core::Instant;
use qftp_core::session::{Cause, Config, Event, Failure, Misuse, Session, SessionState, Setup};

/// What the module is asked to have as guard time, in milliseconds.
const GUARD: u64 = 300;

/// A session whose module says what the test says, when it says it.
struct Host {
    session: Session,
    now: u64,
    /// What went out, and when.
    sent: Vec<(u64, String)>,
    done: Option<Result<(), Failure>>,
}

impl Host {
    /// Set up without a network, so that a few OKs do it.
    fn new() -> Self {
        let mut host =
            Self { session: Session::new(Config::default()), now: 0, sent: Vec::new(), done: None };
        host.begin(|session, now| session.setup(now, &Setup { network: false, ..Setup::default() }));
        host.pass(100);
        while host.done.is_none() {
            host.says("\r\nOK\r\n");
        }
        host
    }

    fn begin(&mut self, start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>) {
        self.done = None;
        start(&mut self.session, Instant::from_millis(self.now)).expect("it may start");
        self.write();
        self.sent.clear();
    }

    fn write(&mut self) {
        let mut out = [0; 1024];
        let len = self.session.poll_transmit(Instant::from_millis(self.now), &mut out);
        if len > 0 {
            self.sent.push((self.now, out[..len].escape_ascii().to_string()));
        }
    }

    /// The module says this now.
    fn says(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        loop {
            let step = self.session.handle_input(Instant::from_millis(self.now), rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(Event::Done(_)) => self.done = Some(Ok(())),
                Some(Event::Failed(failure)) => self.done = Some(Err(failure)),
                None if rest.is_empty() => break,
                _ => {}
            }
        }
        self.write();
    }

    /// So many milliseconds pass.
    fn pass(&mut self, millis: u64) {
        let until = self.now + millis;
        while self.now < until {
            self.now += 1;
            self.session.handle_timeout(Instant::from_millis(self.now));
            self.write();
            while let Some(event) = self.session.poll_event() {
                if let Event::Failed(failure) = event {
                    self.done = Some(Err(failure));
                }
            }
        }
    }

    fn abort(&mut self) {
        self.session.abort(Instant::from_millis(self.now)).expect("something is under way");
    }

    /// What went out, without the times.
    fn words(&self) -> Vec<&str> {
        self.sent.iter().map(|(_, text)| text.as_str()).collect()
    }

    fn state(&self) -> SessionState {
        let failure = self.done.expect("it is over").expect_err("a failure");
        assert_eq!(failure.cause, Cause::Aborted);
        failure.state
    }
}

/// An upload into the module, in data mode, of which half has been sent.
fn half_an_upload() -> Host {
    let mut host = Host::new();
    host.begin(|session, now| session.upload(now, "file", 100));
    host.says("\r\nCONNECT\r\n");
    assert_eq!(host.session.send(Instant::from_millis(host.now), &[b'x'; 50]), 50);
    host.pass(1_000);
    host.abort();
    host
}

/// A busy module read the escape together with the question behind it, and had both in the file.
#[test]
fn no_question_before_a_word_of_a_module_in_data_mode() {
    let mut host = half_an_upload();
    host.pass(2_000);
    assert_eq!(host.words(), ["+++", "+++"]);
    let (first, second) = (host.sent[0].0, host.sent[1].0);
    assert!(second - first > 2 * GUARD, "a silence before the escape, and one behind it: {:?}", host.sent);
    // It answers the second one, and is asked.
    host.says("\r\n+QFUPL: 50,0\r\n\r\nOK\r\n");
    host.pass(400);
    assert_eq!(host.words(), ["+++", "+++", "\\rAT\\r"]);
}

#[test]
fn a_module_that_says_nothing_is_asked_in_the_end() {
    let mut host = half_an_upload();
    // The time that whoever breaks off is told.
    host.pass(8_000);
    assert_eq!(host.words(), ["+++", "+++", "+++", "\\rAT\\r", "ATQ0V1\\r"]);
    assert_eq!(host.state(), SessionState::Reset);
}

/// A module that has said a word before the escape is out of data mode, or will be soon: nothing is to be waited for.
#[test]
fn one_escape_for_a_module_that_has_spoken() {
    let mut host = half_an_upload();
    host.says("\r\n+QFUPL: 50,0\r\n\r\nOK\r\n");
    host.pass(1_000);
    assert_eq!(host.words(), ["+++", "\\rAT\\r"]);
}

/// What is on its way of a download that was broken off: it spells words of the module.
const WORDS: &str = "\r\nRDY\r\n\r\nOK\r\n\r\nERROR\r\n\r\nOK\r\n\r\nRDY\r\n";

fn half_a_download() -> Host {
    let mut host = Host::new();
    host.begin(|session, now| session.download(now, "file"));
    host.says("\r\n+QFLST: \"file\",90000\r\n\r\nOK\r\n");
    host.says("\r\nCONNECT\r\n");
    host.says("hello");
    host.pass(1_000);
    host.abort();
    host
}

/// Data ended the silence behind the escape, its OK passed for an answer, and its RDY for a restart.
#[test]
fn words_in_data_are_neither_an_answer_nor_a_restart() {
    let mut host = half_a_download();
    host.sent.clear();
    // Two and a half seconds of what the module has read ahead.
    for _ in 0..250 {
        host.says(WORDS);
        host.pass(10);
        assert!(host.done.is_none(), "{:?}", host.done);
    }
    let escape = host.sent.iter().position(|(_, text)| text == "+++").expect("the escape goes out");
    let after = host.sent.get(escape + 1).expect("it is asked").0 - host.sent[escape].0;
    assert!(after > GUARD, "a silence behind the escape: {:?}", host.sent);
    // Now it is silent, and answers.
    host.pass(1_000);
    host.says("\r\nOK\r\n");
    assert_eq!(host.sent.last().map(|(_, text)| text.as_str()), Some("AT+QFTPSTAT\\r"));
    host.says("\r\nRDY\r\n");
    host.says("\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
    assert_eq!(host.state(), SessionState::Usable);
}
