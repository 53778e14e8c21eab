//! What the fuzzer has found, each as the shortest dialogue that showed it.

use qftp_core::session::{
    Cause, Config, Done, Event, Failure, GetOptions, LineFault, Login, Misuse, PutOptions, Session, Setup,
    Via,
};
use qftp_core::wire::{Command, GeneralInfo, Info, Line, PdpCommand, PdpInfo, Storage};
use qftp_core::{Instant, Secret};

/// A session whose module says what the test says.
struct Host {
    session: Session,
    now: Instant,
    /// Events of the last operation: data, lines as they print, and its end.
    data: Vec<u8>,
    told: Vec<String>,
    done: Option<Result<Option<u64>, Failure>>,
}

impl Host {
    /// Set up without a network, so that a few OKs do it.
    fn new() -> Self {
        let session = Session::new(Config::default());
        let (data, told) = (Vec::new(), Vec::new());
        let mut host = Self { session, now: Instant::from_millis(0), data, told, done: None };
        host.begin(|session, now| session.setup(now, &Setup { network: false, ..Setup::default() }));
        let due = host.session.poll_timeout().expect("a silence comes first");
        host.now = due;
        host.session.handle_timeout(due);
        while host.done.is_none() {
            host.says("\r\nOK\r\n");
        }
        host
    }

    fn begin(&mut self, start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>) {
        (self.data, self.told, self.done) = (Vec::new(), Vec::new(), None);
        start(&mut self.session, self.now).expect("it may start");
    }

    /// The module says this, to whatever it was sent.
    fn says(&mut self, text: &str) {
        let mut out = [0; 1024];
        self.session.poll_transmit(self.now, &mut out);
        let mut rest = text.as_bytes();
        loop {
            let step = self.session.handle_input(self.now, rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(Event::Data(data)) => self.data.extend(data),
                Some(Event::Done(Done::Number(number))) => self.done = Some(Ok(Some(number))),
                Some(Event::Done(_)) => self.done = Some(Ok(None)),
                Some(Event::Failed(failure)) => self.done = Some(Err(failure)),
                Some(Event::Info(line) | Event::Urc(line)) => self.told.push(format!("{line:?}")),
                Some(_) => {}
                None if rest.is_empty() => return,
                None => {}
            }
        }
    }

    fn get(&mut self) {
        let options = GetOptions { len: Some(5), ..GetOptions::default() };
        self.begin(|session, now| session.get(now, "file", &options));
    }

    fn failure(&self) -> Failure {
        self.done.expect("it is over").expect_err("a failure")
    }
}

const WHOLE: &str = "\r\nCONNECT\r\nhello\r\nOK\r\n\r\n+QFTPGET: 0,5\r\n";

/// The bytes of the transfer before were counted as trusted bytes of one that was refused: a job would have gone on behind them.
#[test]
fn a_refused_download_has_no_bytes_of_the_one_before() {
    let mut host = Host::new();
    host.get();
    host.says(WHOLE);
    assert_eq!((host.done, &host.data[..]), (Some(Ok(Some(5))), &b"hello"[..]));
    host.get();
    host.says("\r\n+CME ERROR: 627\r\n");
    assert_eq!(host.failure().transferred, 0);

    host.begin(|session, now| session.list(now, "."));
    host.says("\r\nERROR\r\n");
    assert_eq!(host.failure().transferred, 0);
}

/// An outcome without CONNECT agreed with the count of the transfer before: success, and not a byte of data.
#[test]
fn an_outcome_without_data_is_no_success() {
    let mut host = Host::new();
    for count in [5, 0] {
        host.get();
        host.says(WHOLE);
        assert!(matches!(host.done, Some(Ok(_))));
        host.get();
        host.says(&format!("\r\nOK\r\n\r\n+QFTPGET: 0,{count}\r\n"));
        assert!(matches!(
            host.failure().cause,
            Cause::Line(LineFault::Short { .. } | LineFault::Count { .. })
        ));
    }
    host.begin(|session, now| session.file_read(now, 1, 5));
    host.says("\r\nCONNECT 5\r\nhello\r\nOK\r\n");
    assert!(matches!(host.done, Some(Ok(_))));
    host.begin(|session, now| session.file_read(now, 1, 5));
    host.says("\r\nOK\r\n");
    assert!(host.data.is_empty() && !matches!(host.done, Some(Ok(_))));
}

/// An echo that does not begin its line, or that comes when nobody waits for one, is told to nobody either.
#[test]
fn no_echo_of_a_login_is_told() {
    let mut host = Host::new();
    let login = Login { user: Secret::new("me"), password: Secret::new("hunter2"), ..Login::new("h") };
    host.begin(|session, now| session.open(now, &login));
    host.says("\r\nOK\r\n");
    let before = host.told.len();
    host.says("\u{1}AT+QFTPCFG=\"account\",\"me\",\"hunter2\"\r\r\nERROR\r\n");
    assert!(host.done.is_some());
    host.says("AT+QFTPCFG=\"account\",\"me\",\"hunter2\"\r\r\n+QIND: SMS DONE\r\n");
    assert_eq!(host.told.len(), before + 1, "the URC and nothing else: {:?}", host.told);
}

/// A module that announces more than was asked for: the caller may have room for no more.
#[test]
fn no_more_of_a_file_than_asked_for() {
    let mut host = Host::new();
    host.begin(|session, now| session.file_read(now, 1, 5));
    host.says("\r\nCONNECT 6\r\nhello!\r\nOK\r\n");
    assert!(host.data.is_empty() && !matches!(host.done, Some(Ok(_))));
}

/// An outcome without CONNECT agreed with what the upload before had sent: success, and not a byte of it had gone out.
#[test]
fn an_upload_that_sent_nothing_is_no_success() {
    let mut host = Host::new();
    let options = PutOptions::whole(5);
    for again in [false, true] {
        host.begin(|session, now| session.put(now, "file", &options));
        if !again {
            host.says("\r\nCONNECT\r\n");
            assert_eq!(host.session.send(host.now, b"hello"), 5);
        }
        host.says("\r\nOK\r\n\r\n+QFTPPUT: 0,5\r\n");
        assert_eq!(matches!(host.done, Some(Ok(_))), !again);
    }
    let mut host = Host::new();
    for (count, again) in [(8, false), (8, true), (0, true)] {
        host.begin(|session, now| session.file_write(now, 1, 8));
        if !again {
            host.says("\r\nCONNECT\r\n");
            assert_eq!(host.session.send(host.now, b"12345678"), 8);
        }
        host.says(&format!("\r\n+QFWRITE: {count},8\r\n\r\nOK\r\n"));
        assert_eq!(matches!(host.done, Some(Ok(_))), !again, "{count}");
    }
}

/// A file of the module that brings fewer bytes than it was measured to have: its own count and checksum agreed, and it was success.
#[test]
fn less_than_was_measured_is_no_success() {
    let mut host = Host::new();
    host.begin(|session, now| session.download(now, "UFS:a"));
    host.says("\r\n+QFLST: \"UFS:a\",9\r\n\r\nOK\r\n");
    host.says("\r\nCONNECT\r\n1234\r\n+QFDWL: 4,206\r\n\r\nOK\r\n");
    for _ in 0..100 {
        let Some(due) = host.session.poll_timeout() else { break };
        host.now = due;
        host.session.handle_timeout(due);
        host.says("\r\nOK\r\n");
    }
    assert!(matches!(host.done, Some(Err(_))), "{:?}", host.done);
}

/// A module that answers `CONNECT` to a transfer into a file of its own: what came counted as data of the download, and the length of the
/// staged file was told after it.
#[test]
fn data_of_a_transfer_within_the_module_is_nobodys() {
    let mut host = Host::new();
    let options = GetOptions { via: Via::Storage(Storage::Ufs), ..GetOptions::default() };
    host.begin(|session, now| session.get(now, "file", &options));
    host.says("\r\n+CME ERROR: 405\r\n");
    host.says("\r\nCONNECT\r\nhello\r\nOK\r\n\r\n+QFTPGET: 0,5\r\n");
    assert!(host.data.is_empty() && !matches!(host.done, Some(Ok(_))), "{:?}", host.done);

    let options = PutOptions { via: Via::Storage(Storage::Ufs), ..PutOptions::whole(5) };
    let mut host = Host::new();
    host.begin(|session, now| session.put(now, "file", &options));
    host.says("\r\n+CME ERROR: 405\r\n");
    host.says("\r\nCONNECT\r\n");
    assert_eq!(host.session.send(host.now, b"hello"), 5);
    host.says("\r\n+QFUPL: 5,5e40\r\n\r\nOK\r\n");
    host.says("\r\nCONNECT\r\n");
    assert!(!host.session.wants_data());
}

/// A second name server without a first was said as the first.
#[test]
fn a_second_name_server_needs_a_first() {
    let said = |line: &[u8]| matches!(Command::parse(line), Ok(Command::Pdp(PdpCommand::Dns { .. })));
    assert!(said(br#"+QIDNSCFG=2"#) && said(br#"+QIDNSCFG=2,"1.1.1.1","8.8.8.8""#));
    assert!(!said(br#"+QIDNSCFG=2,,"8.8.8.8""#));
}

/// Settings with a way of sending a login, and no login: it was said again without either, and understood as something else.
#[test]
fn no_login_is_sent_in_no_way() {
    let login = |line: &[u8]| match Command::parse(line) {
        Ok(Command::Pdp(PdpCommand::Set { settings, .. })) => {
            (settings.login.is_some(), settings.auth.is_some())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(login(br#"+QICSGP=1,1,"internet",,,1"#), (false, false));
    assert_eq!(login(br#"+QICSGP=1,1,"internet",,"secret",1"#), (true, true));
    assert_eq!(login(br#"+QICSGP=1,1,"internet","me","secret""#), (true, false));
}

/// The technology of no operator was said again as nothing.
#[test]
fn no_operator_has_no_technology() {
    let act = |line: &[u8]| match Line::parse(line) {
        Line::Info(Info::General(GeneralInfo::Operator { name, act, .. })) => (name.is_some(), act),
        other => panic!("{other:?}"),
    };
    assert_eq!(act(b"+COPS: 0,,1"), (false, None));
    assert_eq!(act(b"+COPS: 0,0,\"CHN-UNICOM\",7"), (true, Some(7)));
}

/// The words of an error, said again without their quotes, lost the white space within them.
#[test]
fn words_in_quotes_are_the_same_without() {
    for line in [
        &b"+QIGETERROR: 573,\"\x0c words\""[..],
        b"+QIGETERROR: 573,\"\"words\" \"",
        b"+QIGETERROR: 573,words",
    ] {
        let Line::Info(Info::Pdp(PdpInfo::LastError { text, .. })) = Line::parse(line) else {
            panic!("understood")
        };
        assert_eq!(text, b"words");
    }
}
