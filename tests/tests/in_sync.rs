//! The line after whatever broke: nothing of a file is left for the next command, and no word of the host gets into a file.

use qftp_core::Instant;
use qftp_core::session::{
    Apn, Cause, Config, Event, GetOptions, Login, Misuse, PutOptions, Session, SessionState, Setup,
};
use qftp_core::wire::Verb;
use qftp_emulator::Failure;
use qftp_tests::pair::{Outcome, Pair};

/// The longest until the next command is answered.
const SECONDS_MS: u64 = 3_000;

/// Bytes that are no command, whatever is taken for one.
fn bytes(len: usize) -> Vec<u8> {
    (b'a'..=b'w').cycle().take(len).collect()
}

/// Every length up to 5,000, each ended at another place by the server, by the control connection, or by the module.
#[test]
fn an_upload_that_was_ended_leaves_nothing_for_the_next_command() {
    let mut pair = Pair::whole().logged_in();
    for len in 1..=5_000_usize {
        let place = (len * 7_919) % (len + 1);
        let failure = match len % 3 {
            0 => Failure::server(426),
            1 => Failure::local(606),
            _ => Failure::server(452),
        };
        pair.server.break_after(place as u64, failure);
        let began = pair.now;
        let put = |s: &mut Session, now| s.put(now, "f", &PutOptions::whole(len as u64));
        let failed = match pair.run(&bytes(len), put).outcome {
            Outcome::Failed(failed) => failed,
            // A server whose disk is full behind the last byte has the file.
            Outcome::Done(_) => continue,
        };
        let answered = pair.run(b"", Session::status).expect_done();
        let took = pair.now.since(began);
        assert!(matches!(failed.cause, Cause::Ftp(_)), "{len} bytes, ended at {place}: {failed}");
        assert_ne!(failed.state, SessionState::Reset, "{len} bytes, ended at {place}: {failed}");
        assert!(took <= SECONDS_MS, "{len} bytes, ended at {place}: {answered} after {took} ms");
        pair.server.break_after(u64::MAX, Failure::server(426));
        if !pair.session().is_open() {
            let login = Login { user: "test".into(), password: "s3cret".into(), ..Login::new("server") };
            pair.run(b"", |s, now| s.open(now, &login)).expect_done();
        }
    }
}

/// A session whose module is played by the test, set up and logged in.
struct Played {
    session: Session,
    now: Instant,
    sent: Vec<u8>,
    end: Option<Cause>,
}

impl Played {
    fn new() -> Self {
        let mut played = Self {
            session: Session::new(Config::default()),
            now: Instant::from_millis(0),
            sent: Vec::new(),
            end: None,
        };
        played.start(|s, now| s.setup(now, &Setup { apn: Some(Apn::new("internet")), ..Setup::default() }));
        while !played.session.is_set_up() {
            let answer = match played.command().as_str() {
                "AT+QFTPSTAT" => "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n",
                "AT+CPIN?" => "\r\n+CPIN: READY\r\n\r\nOK\r\n",
                "AT+QIACT?" => "\r\n+QIACT: 1,1,1,\"10.0.0.1\"\r\n\r\nOK\r\n",
                _ => "\r\nOK\r\n",
            };
            played.hear(answer);
        }
        played.start(|s, now| s.open(now, &Login::new("server")));
        while !played.session.is_open() {
            let opens = played.command().starts_with("AT+QFTPOPEN");
            played.hear(if opens { "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n" } else { "\r\nOK\r\n" });
        }
        played.sent.clear();
        played
    }

    fn start(&mut self, operation: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>) {
        self.end = None;
        operation(&mut self.session, self.now).expect("it may begin");
        self.turn();
    }

    fn hear(&mut self, words: &str) {
        let mut rest = words.as_bytes();
        while !rest.is_empty() {
            let step = self.session.handle_input(self.now, rest);
            rest = &rest[step.consumed..];
            if let Some(Event::Failed(failure)) = step.event {
                self.end = Some(failure.cause);
            }
        }
        self.turn();
    }

    /// Lets so many milliseconds pass.
    fn pass(&mut self, millis: u64) {
        let until = self.now.after(millis);
        while let Some(due) = self.session.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.session.handle_timeout(self.now);
            self.turn();
        }
        self.now = until;
    }

    fn turn(&mut self) {
        let mut out = [0; 600];
        while let Some(event) = self.session.poll_event() {
            if let Event::Failed(failure) = event {
                self.end = Some(failure.cause);
            }
        }
        let count = self.session.poll_transmit(self.now, &mut out);
        self.sent.extend(&out[..count]);
    }

    /// The next command, waited for.
    fn command(&mut self) -> String {
        for _ in 0..100 {
            if let Some(end) = self.sent.iter().position(|byte| *byte == b'\r') {
                let line: Vec<u8> = self.sent.drain(..=end).collect();
                return String::from_utf8(line).expect("ASCII").trim().to_owned();
            }
            self.pass(10);
        }
        panic!("no command in a second")
    }
}

/// A module that says how an upload ended, and no OK.
#[test]
fn an_outcome_without_ok_is_the_end() {
    for handed_out in [1, 1_500, 3_000] {
        let mut host = Played::new();
        host.start(|s, now| s.put(now, "f", &PutOptions::whole(3_000)));
        assert_eq!(host.command(), "AT+QFTPPUT=\"f\",\"COM:\",0,3000,1");
        host.hear("\r\nCONNECT\r\n");
        assert_eq!(host.session.send(host.now, &bytes(handed_out)), handed_out);
        let began = host.now;
        host.hear("\r\n+QFTPPUT: 616,426\r\n");
        // What is left of the file stands before it in one line, which no module answers.
        assert_eq!(host.command(), "AT");
        host.pass(750);
        assert_eq!(host.command(), "ATQ0V1");
        host.hear("\r\nOK\r\n");
        host.pass(50);
        if host.end.is_none() {
            assert_eq!(host.command(), "AT+QFTPSTAT");
            host.hear("\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
        }
        assert!(matches!(host.end, Some(Cause::Ftp(error)) if error.reply.get() == 426), "{:?}", host.end);
        assert!(host.now.since(began) <= SECONDS_MS);
        // And the next one comes by itself: nothing of the file stands before it.
        host.start(Session::status);
        assert_eq!(host.command(), "AT+QFTPSTAT");
    }
}

type Start = fn(&mut Session, Instant) -> Result<(), Misuse>;

/// Whatever opens data mode, and what is asked of the module before that.
const OPENING: [(Verb, Start); 8] = [
    (Verb::QftpPut, |s, now| s.put(now, "f", &PutOptions::whole(10))),
    (Verb::QftpGet, |s, now| s.get(now, "f", &GetOptions { len: Some(10), ..GetOptions::default() })),
    (Verb::QftpList, |s, now| s.list(now, ".")),
    (Verb::QftpNlst, |s, now| s.names(now, ".")),
    (Verb::QftpMlsd, |s, now| s.facts(now, ".")),
    (Verb::Qfupl, |s, now| s.upload(now, "f", 10)),
    (Verb::Qfread, |s, now| s.file_read(now, 1, 10)),
    (Verb::Qfwrite, |s, now| s.file_write(now, 1, 10)),
];

/// Of a host that breaks off while the module opens a data connection, nothing goes out that could be the first bytes of the file: not before
/// CONNECT, and then the escape with its silences.
#[test]
fn nothing_goes_out_while_data_mode_may_open() {
    for (verb, start) in OPENING {
        for wait in [0, 500, 1_000, 4_000] {
            let mut host = Played::new();
            host.start(start);
            assert!(host.command().starts_with(&format!("AT{}", verb.name())), "{verb}");
            host.pass(wait);
            host.session.abort(host.now).expect("it is under way");
            host.turn();
            host.pass(3_000);
            assert_eq!(host.sent.escape_ascii().to_string(), "", "{verb}, broken off after {wait} ms");
            host.hear(if verb == Verb::Qfread { "\r\nCONNECT 10\r\n" } else { "\r\nCONNECT\r\n" });
            let connected = host.now;
            while host.sent.is_empty() {
                host.pass(10);
            }
            assert_eq!(host.sent, b"+++", "{verb}");
            assert!(host.now.since(connected) >= 300, "{verb}: no silence before the escape");
            host.sent.clear();
            host.pass(300);
            assert_eq!(host.sent.escape_ascii().to_string(), "", "{verb}: no silence after the escape");
            host.hear("\r\nOK\r\n");
            host.pass(100);
            // The line end of its own ends what a module in command mode has of the escape.
            assert_eq!(host.sent.escape_ascii().to_string(), "\\rAT\\r", "{verb}");
        }
    }
}

/// The module refuses the transfer after all: no data mode, and no escape.
#[test]
fn a_refusal_is_the_outcome_too() {
    let mut host = Played::new();
    host.start(OPENING[0].1);
    host.command();
    host.session.abort(host.now).expect("it is under way");
    host.pass(2_000);
    host.hear("\r\n+QFTPPUT: 627,550\r\n\r\nOK\r\n");
    assert_eq!(host.command(), "AT");
}

/// No answer in all of its time: it may be CONNECT that was lost, so that the next set-up begins with the escape.
#[test]
fn a_command_without_an_answer_may_have_opened_data_mode() {
    let mut host = Played::new();
    host.start(OPENING[0].1);
    host.command();
    host.pass(200_000);
    assert!(matches!(host.end, Some(Cause::Line(_))), "{:?}", host.end);
    assert_eq!(host.sent.escape_ascii().to_string(), "");
    host.start(|s, now| s.setup(now, &Setup::default()));
    while host.sent.is_empty() {
        host.pass(10);
    }
    assert_eq!(host.sent, b"+++");
}

/// What is broken off before a byte of its command is out was never asked for.
#[test]
fn what_was_not_sent_is_not_awaited() {
    let mut host = Played::new();
    host.session.put(host.now, "f", &PutOptions::whole(10)).expect("it may begin");
    host.session.abort(host.now).expect("it is under way");
    assert_eq!(host.command(), "AT");
}

/// Data that spells its own end, with a pause behind it: the module is asked, and in data mode it does not answer.
#[test]
fn an_end_that_the_data_spells_is_none() {
    for pause in [50, 150, 1_900, 2_500, 60_000] {
        let mut host = Played::new();
        host.start(|s, now| s.facts(now, "."));
        host.command();
        host.hear("\r\nCONNECT\r\ntype=file; a\r\nOK\r\n\r\n+QFTPMLSD: 0,12\r\n");
        host.pass(pause);
        let asked = usize::from(pause >= 100) * "AT+QFTPSTAT\r".len();
        assert_eq!(host.sent.len(), asked, "after {pause} ms");
        host.sent.clear();
        assert!(!host.session.is_idle(), "after {pause} ms");
        host.hear("b\r\ntype=file; c\r\n\r\nOK\r\n\r\n+QFTPMLSD: 0,54\r\n");
        host.pass(150);
        assert_eq!(host.sent.escape_ascii().to_string(), "AT+QFTPSTAT\\r", "after {pause} ms");
        host.hear("\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
        assert!(host.session.is_idle() && host.end.is_none(), "after {pause} ms: {:?}", host.end);
    }
}

/// The host's own commands never become the file, at whatever time it breaks off.
#[test]
fn breaking_off_at_any_time_leaves_no_word_of_the_host_in_the_file() {
    let contents = bytes(2_000);
    for after in 0..400 {
        let mut pair = Pair::whole().logged_in();
        let mut turns = 0;
        pair.intervene = Some(Box::new(move |host, _, now, _| {
            turns += 1;
            turns > after && host.abort(now).is_ok()
        }));
        pair.run(&contents, |s, now| s.put(now, "f", &PutOptions::whole(2_000)));
        let there = pair.server.file("/f").unwrap_or_default();
        assert!(contents.starts_with(&there), "after {after} turns: {}", there.escape_ascii());
    }
}
