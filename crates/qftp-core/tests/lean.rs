//! A session built without any feature, as small firmware has it: what is left out is refused, and what is left works.
//! `cargo test -p qftp-core --no-default-features --test lean`, which is in the step `features` of `cargo xtask audit`.
#![cfg(not(any(
    feature = "lines",
    feature = "listings",
    feature = "recovery",
    feature = "staging",
    feature = "tls"
)))]

use qftp_core::session::{
    Cause, Config, Done, Event, Failure, GetOptions, LineFault, Login, Misuse, PutOptions, Session,
    SessionState, Setup, Tls, Via,
};
use qftp_core::wire::{Command, Storage, Verb};
use qftp_core::{Instant, Secret, limits};

const OK: &str = "\r\nOK\r\n";

struct Host {
    session: Session,
    now: Instant,
    sent: String,
    data: Vec<u8>,
    end: Option<Result<Option<u64>, Failure>>,
}

impl Host {
    fn new() -> Self {
        let session = Session::new(Config::default());
        let mut host =
            Self { session, now: Instant::from_millis(0), sent: String::new(), data: Vec::new(), end: None };
        host.set_up();
        host
    }

    fn set_up(&mut self) {
        self.begin(|session, now| session.setup(now, &Setup { network: false, ..Setup::default() }))
            .expect("idle");
        while self.end.is_none() {
            self.answer(OK);
        }
        assert_eq!(self.end, Some(Ok(None)));
    }

    fn log_in(&mut self, user: &str) {
        let login =
            Login { user: Secret::new(user), password: Secret::new(user), ..Login::new("ftp.example.com") };
        self.begin(|session, now| session.open(now, &login)).expect("set up");
        while self.end.is_none() {
            self.answer(OK);
            match self.sent.as_str() {
                sent if sent.starts_with("AT+QFTPOPEN") => self.says(b"\r\n+QFTPOPEN: 0,0\r\n"),
                "AT+QFTPCLOSE\r" => self.says(b"\r\n+QFTPCLOSE: 0,0\r\n"),
                _ => {}
            }
        }
        assert_eq!(self.end, Some(Ok(None)));
    }

    fn begin(
        &mut self,
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<(), Misuse> {
        (self.end, self.data) = (None, Vec::new());
        start(&mut self.session, self.now)
    }

    /// Lets the command out, or the time pass where none goes out, and answers.
    fn answer(&mut self, text: &str) {
        let mut out = [0; 256];
        let len = self.session.poll_transmit(self.now, &mut out);
        if len > 0 {
            self.sent = String::from_utf8_lossy(&out[..len]).into_owned();
        } else if let Some(due) = self.session.poll_timeout().filter(|_| text == OK) {
            self.now = due;
            self.session.handle_timeout(due);
            return self.events();
        }
        self.says(text.as_bytes());
    }

    fn says(&mut self, text: &[u8]) {
        let mut rest = text;
        loop {
            let step = self.session.handle_input(self.now, rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(Event::Data(data)) => self.data.extend(data),
                Some(Event::Done(Done::Number(number))) => self.end = Some(Ok(Some(number))),
                Some(Event::Done(_)) => self.end = Some(Ok(None)),
                Some(Event::Failed(failure)) => self.end = Some(Err(failure)),
                Some(Event::Size(_)) => {}
                Some(other) => panic!("nothing else is told: {other:?}"),
                None if rest.is_empty() => return,
                None => {}
            }
        }
    }

    fn events(&mut self) {
        self.says(b"");
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Failed(failure) => self.end = Some(Err(failure)),
                Event::Done(_) => self.end = Some(Ok(None)),
                Event::Data(data) => self.data.extend(data),
                _ => {}
            }
        }
    }
}

#[test]
fn what_is_left_out_is_refused() {
    let mut host = Host::new();
    host.log_in("me");
    let now = host.now;
    let session = &mut host.session;
    assert_eq!(session.list(now, "."), Err(Misuse::LeftOut));
    assert_eq!(session.names(now, "."), Err(Misuse::LeftOut));
    assert_eq!(session.facts(now, "."), Err(Misuse::LeftOut));
    let via = Via::Storage(Storage::Ufs);
    assert_eq!(session.get(now, "a", &GetOptions { via, ..GetOptions::default() }), Err(Misuse::LeftOut));
    assert_eq!(session.put(now, "a", &PutOptions { via, ..PutOptions::whole(1) }), Err(Misuse::LeftOut));
    assert_eq!(session.upload(now, "a", 1), Err(Misuse::LeftOut));
    assert_eq!(session.download(now, "a"), Err(Misuse::LeftOut));
    assert_eq!(session.files(now, "*"), Err(Misuse::LeftOut));
    assert_eq!(session.file_read(now, 1, 1), Err(Misuse::LeftOut));
    assert_eq!(session.file_write(now, 1, 1), Err(Misuse::LeftOut));
    assert_eq!(session.command(now, &Command::Read(Verb::Creg)), Err(Misuse::LeftOut));
    let tls = Some(Tls::unchecked());
    let login = Login { tls, ..Login::new("ftp.example.com") };
    assert_eq!(session.open(now, &login), Err(Misuse::LeftOut));
    assert!(session.is_idle());
}

#[test]
fn the_longest_texts_fit() {
    let long = "u".repeat(limits::NAME);
    let mut host = Host::new();
    host.log_in(&long);
    let now = host.now;
    assert_eq!(host.session.rename(now, &long, &long), Ok(()));
    let mut out = [0; 256];
    let len = host.session.poll_transmit(now, &mut out);
    assert_eq!(out[..len], format!("AT+QFTPRENAME=\"{long}\",\"{long}\"\r").into_bytes());
    assert!(matches!(host.session.abort(now), Ok(())));
}

#[test]
fn a_file_goes_up_and_down() {
    let mut host = Host::new();
    host.log_in("me");
    host.begin(|session, now| session.put(now, "a.bin", &PutOptions::whole(5))).expect("open");
    host.answer("\r\nCONNECT\r\n");
    assert_eq!(host.sent, "AT+QFTPPUT=\"a.bin\",\"COM:\",0,5,1\r");
    assert_eq!(host.session.send(host.now, b"OK\r\n."), 5);
    host.says(b"\r\nOK\r\n\r\n+QFTPPUT: 0,5\r\n");
    assert_eq!(host.end, Some(Ok(Some(5))));

    let file = b"\r\nOK\r\n\r\n+QFTPGET: 0,0\r\n";
    host.begin(|session, now| session.get(now, "a.bin", &GetOptions::default())).expect("open");
    host.answer("\r\nOK\r\n\r\n+QIND: SMS DONE\r\n\r\n+QFTPSIZE: 0,23\r\n");
    host.answer("\r\nCONNECT\r\n");
    host.says(file);
    assert_eq!(host.end, None);
    host.says(b"\r\nOK\r\n\r\n+QFTPGET: 0,23\r\n");
    assert_eq!((host.end, host.data.as_slice()), (Some(Ok(Some(23))), &file[..]));
}

/// Without the feature `recovery` the line is brought in step by the next set-up, and the words of the module are no data all the same.
#[test]
fn a_broken_download_wants_a_new_set_up() {
    let mut host = Host::new();
    host.log_in("me");
    host.begin(|session, now| {
        session.get(now, "a.bin", &GetOptions { len: Some(100), ..GetOptions::default() })
    })
    .expect("open");
    host.answer("\r\nCONNECT\r\n");
    host.says(b"0123456789\r\n+QFTPGET: 607,0\r\n");
    while host.end.is_none() {
        host.now = host.session.poll_timeout().expect("the silence is awaited");
        host.session.handle_timeout(host.now);
        host.events();
    }
    assert_eq!(host.data, b"0123456789");
    let failure = host.end.expect("it ends").expect_err("it is broken");
    assert_eq!(failure.transferred, 10);
    assert!(matches!(failure.cause, Cause::Ftp(_)), "{failure:?}");

    host.set_up();
    host.log_in("me");
    host.begin(|session, now| {
        session.get(now, "a.bin", &GetOptions { len: Some(100), ..GetOptions::default() })
    })
    .expect("open");
    host.answer("\r\nCONNECT\r\n");
    host.says(b"0123456789");
    while host.end.is_none() {
        host.now = host.session.poll_timeout().expect("more data is awaited");
        host.session.handle_timeout(host.now);
        host.events();
    }
    let failure = host.end.expect("it ends").expect_err("it is broken");
    assert_eq!((failure.cause, failure.state), (Cause::Line(LineFault::Stalled), SessionState::Reset));
    assert!(!host.session.is_set_up());
    host.set_up();
}
