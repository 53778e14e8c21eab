//! A host's session between a fuzzer's module and a caller with a fuzzer's whims, in virtual time, every promise watched.

use std::time::Instant as RealTime;

use qftp_core::session::{
    Apn, ClientCertificate, Config, Done, Event, Failure, GetOptions, Login, Misuse, PutOptions, Session,
    Setup, Tls, Via,
};
use qftp_core::wire::{
    Command, DataAddress, GeneralCommand, Line, OpenMode, PdpAuth, PdpType, SslVersion, Storage, TransMode,
    TransferType, Urc, UrcPort, Verb, Writer,
};
use qftp_core::{Checksum, Instant, Secret};

use crate::client::tap::{Kind, Tap, Watch};
use crate::input::{Input, PASSWORD, SECRET, USER, assert_public};
use crate::oblige;

/// No operation survives more of its own time-outs than this.
const TIMEOUTS: usize = 400;

/// What a module may say at any time.
const LINES: &[&str] = &[
    "OK",
    "ERROR",
    "NO CARRIER",
    "CONNECT",
    "CONNECT 5",
    "RDY",
    "POWERED DOWN",
    "A",
    "+CME ERROR: 603",
    "+CME ERROR: operation not allowed",
    "+QFTPGET: 0,5",
    "+QFTPGET: 627,550",
    "+QFTPPUT: 0,5",
    "+QFTPPUT: 605,0",
    "+QFTPSIZE: 0,5",
    "+QFTPSTAT: 0,1",
    "+QFTPOPEN: 604,0",
    "+QFTPCLOSE: 606",
    "+QFTPLIST: 0,0",
    "+QIURC: \"pdpdeact\",1",
    "+QFUPL: 5,0",
    "+QFDWL: 5,0",
    "+QIND: SMS DONE",
    "+CPIN: SIM PIN",
    "+QFLST: \"a\",18446744073709551615",
    "+QFTPSIZE: 0,18446744073709551615",
    "+QFTPSIZE: 0,18446744073709551616",
    "+QFTPCFG: \"account\",\"a\",\"b\"",
    "+QIGETERROR: 552,\"why\"",
];

/// What the operation under way has done so far.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    kind: Move,
    delivered: u64,
    told: Option<u64>,
    /// Bytes that the caller offers, and those that went.
    len: u64,
    sent: u64,
    timeouts: usize,
}

/// Whether file data may pass in an operation, and which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Move {
    #[default]
    None,
    /// With the length that the caller knows.
    Down(Option<u64>),
    Up {
        staged: bool,
    },
}

pub(crate) struct Host {
    session: Session,
    now: Instant,
    under_way: Option<Account>,
    /// The command that went out last, and since it the file data that came.
    command: Vec<u8>,
    complete: bool,
    checksum: Checksum,
    moved: u64,
    watch: Option<Watch>,
}

impl Host {
    pub(crate) fn new(input: &mut Input<'_>, tap: Option<Box<dyn Tap>>) -> Self {
        let mut config = Config::default();
        if input.flag() {
            config.guard_ms = 200 + u16::from(input.small()) * 20;
            config.in_flight = usize::from(input.small()) + 1;
            config.queue_ms = u16::from(input.small());
            config.reopen_after_abort = input.flag();
            config.rsptimeout_s = 20 + input.small() % 160;
            config.quiet_ms = u32::from(input.small());
            config.settle_ms = u32::from(input.small());
        }
        let watch = tap.map(|tap| {
            let mut watch = Watch::new(RealTime::now());
            watch.taps.tap = Some(tap);
            watch
        });
        Self {
            session: Session::new(config),
            now: Instant::from_millis(1_000),
            under_way: None,
            command: Vec::new(),
            complete: true,
            checksum: Checksum::new(),
            moved: 0,
            watch,
        }
    }

    /// Runs the rest of the input, then lets whatever is under way come to its end.
    pub(crate) fn run(mut self, input: &mut Input<'_>) {
        while let Some(op) = input.byte() {
            self.step(op, input);
        }
        self.wind_down();
        if let Some(watch) = &mut self.watch {
            watch.finish();
        }
    }

    fn step(&mut self, op: u8, input: &mut Input<'_>) {
        match op % 16 {
            0 => {
                let (said, cut) = (input.chunk(), input.small());
                self.hear(&said, cut);
            }
            1 => {
                let line = format!("\r\n{}\r\n", input.one(LINES));
                self.hear(line.as_bytes(), input.small());
            }
            2 => self.time_out(),
            3 => {
                self.now = self.now.after(u64::from(input.small()) << (input.small() % 8));
                self.session.handle_timeout(self.now);
                self.take_events();
            }
            4 => self.transmit(usize::from(input.small()) + 1, false),
            5 => self.transmit(1024, true),
            6 => self.send(usize::from(input.small()) << (input.small() % 6)),
            7 => {
                let aborts = self.session.abort(self.now);
                assert_eq!(aborts.is_ok(), self.under_way.is_some(), "{aborts:?} {:?}", self.session);
                self.take_events();
            }
            // As a good module would.
            8 | 9 => self.oblige(input.number(), input.small()),
            10 => {
                // All the way through: set-up and login in one go.
                for _ in 0..40 {
                    if self.under_way.is_none() {
                        break;
                    }
                    if self.command.is_empty() {
                        self.time_out();
                    }
                    self.transmit(1024, false);
                    self.oblige(5, 0);
                }
            }
            11 => {
                // File data, and perhaps their end.
                let (data, cut) = (input.chunk(), input.small());
                self.hear(&data, cut);
                if input.flag() {
                    let end = oblige::end(&self.command, self.moved, self.checksum.value());
                    self.hear(&end, input.small());
                }
            }
            _ => self.start(input),
        }
    }

    fn oblige(&mut self, number: u64, cut: u8) {
        if self.complete && !self.command.is_empty() {
            let answer = oblige::oblige(&self.command, number);
            self.hear(&answer, cut);
        }
    }

    /// Bytes from the module, in pieces of the same size.
    fn hear(&mut self, bytes: &[u8], cut: u8) {
        let cut = if cut == 0 { bytes.len().max(1) } else { usize::from(cut) };
        for piece in bytes.chunks(cut) {
            let mut rest = piece;
            let mut idle = 0;
            loop {
                let before = self.session.is_idle();
                let step = self.session.handle_input(self.now, rest);
                assert!(step.consumed <= rest.len(), "more than there was");
                if let Some(watch) = &mut self.watch {
                    watch.received(&rest[..step.consumed], step.event.as_ref());
                }
                let (consumed, event) = (step.consumed, step.event);
                let more = event.is_some() || (consumed < rest.len());
                idle = if consumed == 0 && event.is_none() { idle + 1 } else { 0 };
                assert!(idle < 3, "it takes nothing and says nothing: {before}");
                if let Some(event) = event {
                    check(&mut self.under_way, &mut self.checksum, &mut self.moved, &event);
                }
                rest = &rest[consumed..];
                if !more {
                    break;
                }
            }
            self.take_events();
        }
    }

    fn take_events(&mut self) {
        for count in 0.. {
            assert!(count < 1000, "events without end");
            let Some(event) = self.session.poll_event() else { break };
            if let Some(watch) = &mut self.watch {
                watch.received(b"", Some(&event));
            }
            check(&mut self.under_way, &mut self.checksum, &mut self.moved, &event);
        }
        if self.under_way.is_none() {
            assert!(self.session.is_idle(), "it is over, and is not: {:?}", self.session);
            if let Some(watch) = &mut self.watch {
                watch.decide();
            }
        }
    }

    fn time_out(&mut self) {
        if let Some(due) = self.session.poll_timeout() {
            // Where it is data that are waited for, none come.
            self.now = self.now.max(due).after(1);
            self.session.handle_timeout(self.now);
            if let Some(account) = &mut self.under_way {
                account.timeouts += 1;
            }
            self.take_events();
        }
    }

    fn transmit(&mut self, room: usize, echo: bool) {
        let mut buf = vec![0; room];
        let len = self.session.poll_transmit(self.now, &mut buf);
        if len == 0 {
            return;
        }
        let bytes = &buf[..len];
        if let Some(watch) = &mut self.watch {
            watch.sent(Kind::Line, bytes);
        }
        if std::mem::replace(&mut self.complete, bytes.ends_with(b"\r") || bytes == b"+++") {
            self.command.clear();
            self.checksum = Checksum::new();
            self.moved = 0;
        }
        self.command.extend(bytes);
        if echo && self.complete {
            let echoed = self.command.clone();
            self.hear(&echoed, u8::try_from(len % 7).unwrap_or(0));
        }
    }

    fn send(&mut self, len: usize) {
        let left = self.under_way.map_or(0, |account| account.len - account.sent);
        let data = vec![b'u'; len.min(usize::try_from(left).unwrap_or(usize::MAX))];
        let sent = self.session.send(self.now, &data);
        assert!(sent <= data.len());
        if sent == 0 {
            return;
        }
        if let Some(watch) = &mut self.watch {
            watch.sent(Kind::Data, &data[..sent]);
        }
        let account = self.under_way.as_mut().expect("only an operation takes data");
        assert!(matches!(account.kind, Move::Up { .. }), "it sends what nobody gave: {account:?}");
        account.sent += sent as u64;
        self.moved += sent as u64;
        self.checksum.update(&data[..sent]);
        self.take_events();
    }

    fn start(&mut self, input: &mut Input<'_>) {
        let busy = self.under_way.is_some();
        let (account, started) = self.operation(input);
        match started {
            Ok(()) => {
                assert!(!busy, "two operations at a time");
                assert!(!self.session.is_idle());
                self.under_way = Some(account);
                self.command.clear();
                self.complete = true;
            }
            Err(misuse) => {
                assert_public(format!("{misuse} {misuse:?}").as_bytes(), "a misuse");
                assert_eq!(self.session.is_idle(), !busy);
            }
        }
        self.take_events();
    }

    fn operation(&mut self, input: &mut Input<'_>) -> (Account, Result<(), Misuse>) {
        let (now, session) = (self.now, &mut self.session);
        let plain = Account::default();
        let down = |len| Account { kind: Move::Down(len), ..plain };
        let up = |len, staged| Account { kind: Move::Up { staged }, len, ..plain };
        let via = |input: &mut Input<'_>| {
            input.one(&[Via::Com, Via::Com, Via::Storage(Storage::Ram), Via::Storage(Storage::Ufs)])
        };
        match input.small() % 28 {
            0 | 1 => (plain, setup(session, now, input)),
            2 | 3 => (plain, open(session, now, input)),
            4..=6 => {
                let len = input.flag().then(|| input.number());
                let options = GetOptions { start: input.number(), len, via: via(input) };
                (down(len), session.get(now, &input.name(), &options))
            }
            7..=9 => {
                let (start, len, last) = (input.number(), input.number(), !input.small().is_multiple_of(4));
                let options = PutOptions { start, len, last, via: via(input) };
                let staged = options.via != Via::Com;
                (up(len, staged), session.put(now, &input.name(), &options))
            }
            10 => (down(None), session.list(now, &input.name())),
            11 => (down(None), session.names(now, &input.name())),
            12 => (down(None), session.facts(now, &input.name())),
            13 => (plain, session.close(now)),
            14 => (plain, session.deactivate(now)),
            15 => (plain, session.restart(now)),
            16 => (plain, session.cwd(now, &input.name())),
            17 => (plain, session.pwd(now)),
            18 => (plain, session.size(now, &input.name())),
            19 => (plain, session.rename(now, &input.name(), &input.name())),
            20 => (plain, session.status(now)),
            21 => (plain, session.files(now, &input.name())),
            22 => {
                let len = input.number();
                (up(len, true), session.upload(now, &input.name(), len))
            }
            23 => (down(None), session.download(now, &input.name())),
            24 => (plain, session.file_open(now, &input.name(), OpenMode::from_number(0).expect("a mode"))),
            25 => {
                let len = u32::from(input.small());
                (down(Some(u64::from(len))), session.file_read(now, 1, len))
            }
            26 => {
                let len = u32::from(input.small());
                (up(u64::from(len), true), session.file_write(now, 1, len))
            }
            _ => {
                let command = input.one(&[
                    Command::Execute(Verb::QftpLen),
                    Command::Read(Verb::Qiact),
                    Command::Read(Verb::QftpCfg),
                    Command::Test(Verb::QftpGet),
                    Command::General(GeneralCommand::UrcPort(None)),
                ]);
                (plain, session.command(now, &command))
            }
        }
    }

    /// Nobody says anything any more: every operation ends by its own time-outs.
    fn wind_down(&mut self) {
        for _ in 0..4 * TIMEOUTS {
            self.transmit(1024, false);
            self.take_events();
            if self.under_way.is_none() {
                return;
            }
            let due = self.session.poll_timeout().expect("an operation that waits for nothing");
            // A caller that has no data to send is looked after once in a while.
            self.now = self.now.after(500).max(due);
            self.session.handle_timeout(self.now);
        }
        panic!("it never ends: {:?} {:?}", self.session, self.under_way);
    }
}

fn setup(session: &mut Session, now: Instant, input: &mut Input<'_>) -> Result<(), Misuse> {
    let name = input.name();
    let apn = Apn {
        name: &name,
        login: input.flag().then_some((Secret::new(USER), Secret::new(PASSWORD))),
        auth: input.one(&[PdpAuth::None, PdpAuth::Pap, PdpAuth::Chap]),
        kind: input.one(&[PdpType::V4, PdpType::V6]),
    };
    let setup = Setup {
        context: input.small() % 18,
        apn: input.flag().then_some(apn),
        urc_port: input.flag().then(|| input.one(&UrcPort::ALL)),
        network: !input.small().is_multiple_of(8),
    };
    session.setup(now, &setup)
}

fn open(session: &mut Session, now: Instant, input: &mut Input<'_>) -> Result<(), Misuse> {
    let host = input.name();
    let mut login = Login { user: Secret::new(USER), password: Secret::new(PASSWORD), ..Login::new(&host) };
    login.port = u16::try_from(input.number()).unwrap_or(21);
    if input.flag() {
        login.transfer_type = input.one(&[TransferType::Binary, TransferType::Ascii]);
        login.trans_mode = input.one(&[TransMode::Passive, TransMode::Active]);
        login.data_address = Some(DataAddress::ControlThenGiven(Some(20)));
    }
    if input.flag() {
        let key =
            ClientCertificate { certificate: "UFS:c.pem", key: "UFS:k.pem", password: Secret::new(PASSWORD) };
        login.tls = Some(Tls {
            implicit: input.flag(),
            context: input.small() % 8,
            version: input.one(&[SslVersion::Tls1_2, SslVersion::All]),
            ca: input.flag().then_some("UFS:ca.pem"),
            client: input.flag().then_some(key),
            ignore_dates: input.flag(),
            sni: input.flag(),
            ..Tls::unchecked()
        });
    }
    session.open(now, &login)
}

/// Every promise about events.
fn check(under_way: &mut Option<Account>, checksum: &mut Checksum, moved: &mut u64, event: &Event<'_>) {
    assert_public(format!("{event:?}").as_bytes(), "the Debug of an event");
    match event {
        Event::Size(size) => {
            let account = under_way.as_mut().expect("a size of nothing");
            assert!(matches!(account.kind, Move::Down(_)) && account.told.is_none(), "{account:?} {size}");
            assert_eq!(account.delivered, 0, "a size after data");
            account.told = Some(*size);
        }
        Event::Data(data) => {
            assert_public(data, "data");
            let account = under_way.as_mut().expect("data of nothing");
            let Move::Down(known) = account.kind else { panic!("data in {account:?}") };
            assert!(!data.is_empty(), "no data in Data");
            account.delivered += data.len() as u64;
            *moved += data.len() as u64;
            checksum.update(data);
            let most = account.told.or(known).unwrap_or(u64::MAX);
            assert!(account.delivered <= most, "more than was told: {account:?}");
        }
        Event::Info(line) | Event::Urc(line) => {
            let emitted = shown(line);
            assert_public(&emitted, "a line");
            assert!(under_way.is_some() || matches!(event, Event::Urc(_)), "information about nothing");
            assert_ne!(*line, Line::Urc(Urc::Indication(&[SECRET])));
        }
        Event::Done(done) => {
            let account = under_way.take().expect("the end of nothing");
            done_well(&account, done);
        }
        Event::Failed(failure) => {
            let account = under_way.take().expect("the failure of nothing");
            failed(&account, failure);
        }
        other => panic!("an event that this does not know: {other:?}"),
    }
}

fn done_well(account: &Account, done: &Done<'_>) {
    if let Done::Text(text) = done {
        assert_public(text, "a text");
    }
    match (account.kind, done) {
        (Move::None, _) => {}
        (Move::Down(_), Done::Number(count)) => {
            assert_eq!(*count, account.delivered, "{account:?}");
            // What the caller asked for may be more than a file of the module has.
            assert!(account.told.is_none_or(|told| *count == told), "{account:?}");
        }
        (Move::Up { .. }, Done::Number(count)) => {
            assert_eq!((*count, account.sent), (account.len, account.len), "{account:?}");
        }
        (_, other) => panic!("{other:?} of {account:?}"),
    }
}

fn failed(account: &Account, failure: &Failure) {
    assert_public(format!("{failure} {failure:?}").as_bytes(), "a failure");
    assert!(failure.transferred <= account.delivered, "more trusted than came: {account:?} {failure:?}");
    let _ = (failure.kind(), failure.likely_cause(), failure.remedy());
}

/// The line as it would be shown; what a type hides is not shown.
fn shown(line: &Line<'_>) -> Vec<u8> {
    if format!("{line:?}").contains("***") {
        return Vec::new();
    }
    let mut buf = [0; 2048];
    let mut out = Writer::new(&mut buf);
    line.emit(&mut out);
    out.finish().expect("a line is not that long").to_vec()
}
