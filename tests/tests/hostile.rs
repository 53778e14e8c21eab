//! Servers that misbehave: an error with its true code within its time, or success where that is right, and a module that logs in to a
//! good server afterwards.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use qftp_core::codes::{FtpCode, ReplyCode};
use qftp_core::session::{Cause, Config, Failure, GetOptions, Kind, LineFault, Login};
use qftp_core::wire::DataAddress;
use qftp_tests::host::{Host, login};
use qftp_tests::servers::hostile::{Answer, Data, FILE, FLOOD, Hostile, Script};
use qftp_transport::{Error, Put};

/// A module that gives up after the shortest time there is: 20 s (§2.1).
fn host() -> Host {
    Host::with(Config { rsptimeout_s: 20, ..Config::default() })
}

/// An upload of the same bytes.
fn put(host: &mut Host) -> Result<u64, Error> {
    host.client.put("new", FILE, &Put::whole(1000))
}

/// A download of the file; it must be the file.
fn get(host: &mut Host) -> Result<u64, Error> {
    let mut back = Vec::new();
    let got = host.client.get("file", &mut back, &GetOptions::default())?;
    assert_eq!(back, FILE, "not the file, and no error");
    Ok(got)
}

/// Login, the small commands, a download, an upload, a listing: the first that fails.
fn everything(host: &mut Host, login: &Login<'_>) -> Result<(), Error> {
    host.client.open(login)?;
    assert_eq!(host.client.pwd()?, "/");
    host.client.cwd("/")?;
    assert_eq!(host.client.size("file")?, 1000);
    get(host)?;
    put(host)?;
    assert_eq!(host.client.names(".")?, b"file\r\n");
    host.client.close()
}

/// The same module on a server that means well.
#[track_caller]
fn usable(host: &mut Host, what: &str) {
    let good = Hostile::start(Script::default());
    // Where the session is in doubt the host itself closes it, and says so here.
    let _ = host.client.close();
    everything(host, &login(good.port())).unwrap_or_else(|error| panic!("{what}: not usable: {error}"));
}

#[track_caller]
fn failure(what: &str, outcome: Result<(), Error>) -> Failure {
    let error = outcome.expect_err(what);
    *error.failure().unwrap_or_else(|| panic!("{what}: {error:?}"))
}

/// `<err>,<protocol_error>`; 0,0 for what is the line's fault.
fn numbers(failure: &Failure) -> (u16, u16) {
    (failure.ftp_code().map_or(0, FtpCode::get), failure.reply().map_or(0, ReplyCode::get))
}

#[test]
fn odd_but_right() {
    let odd = [
        ("LF line ends", Script { bare_lf: true, ..Script::default() }),
        (
            "a greeting of many lines",
            Script::answer("", Answer::Say("220-Hello\r\n220-\r\n 421 no\r\n220 ready\r\n")),
        ),
        ("a greeting of many lines with LF", Script::answer("", Answer::Say("220-Hello\n\n220 ready\n"))),
        ("125 in place of 150", Script { opening: Some("125 open already"), ..Script::default() }),
        ("no such command as EPSV", Script::answer("EPSV", Answer::Say("500 no\r\n"))),
        ("no password wanted", Script::answer("USER", Answer::Say("230 welcome\r\n"))),
    ];
    for (what, script) in odd {
        let server = Hostile::start(script);
        let mut host = host();
        everything(&mut host, &login(server.port())).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[test]
fn data_address_chooses_where_the_data_connection_goes() {
    let (control, other) = (Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2));
    let both = DataAddress::ControlThenGiven(Some(15));
    // What is announced, where it listens, the setting, whether it works.
    let cases = [
        (other, control, DataAddress::Given, false),
        (other, control, DataAddress::Control, true),
        (other, control, both, true),
        (other, other, DataAddress::Given, true),
        (other, other, DataAddress::Control, false),
        (other, other, both, true),
    ];
    for (announced, listens, address, works) in cases {
        let what = format!("{announced} announced, listening on {listens}, {address:?}");
        let script = Script { announced: Some(announced), listens: Some(listens), ..Script::default() };
        let server = Hostile::start(script);
        let mut host = host();
        let login = Login { data_address: Some(address), ..login(server.port()) };
        let outcome = everything(&mut host, &login);
        if works {
            outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        } else {
            assert_eq!(numbers(&failure(&what, outcome)), (615, 0), "{what}");
            usable(&mut host, &what);
        }
    }
}

/// Replies to PASV that lead nowhere.
#[test]
fn a_wrong_reply_to_pasv() {
    for reply in [
        "227 nonsense\r\n",
        "227 (127,0,0,1,4)\r\n",
        "227 (127,0,0,1,300,300)\r\n",
        "227 (127,0,0,1,0,0)\r\n",
        "227 (127,0,0,1,0,1)\r\n",
    ] {
        let server = Hostile::start(Script::answer("PASV", Answer::Say(reply)));
        let mut host = host();
        let failure = failure(reply, everything(&mut host, &login(server.port())));
        let (code, _) = numbers(&failure);
        assert!([601, 615].contains(&code), "{reply}: {failure}");
        usable(&mut host, reply);
    }
}

/// In place of every reply, in the middle of it, and after it.
#[test]
fn closed_at_any_point() {
    let verbs = ["", "USER", "PASS", "TYPE", "PWD", "CWD", "SIZE", "PASV", "RETR", "STOR", "NLST"];
    thread::scope(|scope| {
        for verb in verbs {
            scope.spawn(move || {
                for said in ["", "2", "22", "220", "220-half of", "150 here\r\n"] {
                    closed_after(verb, said);
                }
            });
        }
    });
}

fn closed_after(verb: &'static str, said: &'static str) {
    let what = format!("closed after {said:?} in answer to {verb:?}");
    let server = Hostile::start(Script::answer(verb, Answer::SayAndClose(said)));
    let mut host = host();
    let began = Instant::now();
    let failure = failure(&what, everything(&mut host, &login(server.port())));
    let took = began.elapsed();
    // 601: a reply that makes no sense. 606 and 608: no control connection. 607: no data connection.
    let (code, reply) = numbers(&failure);
    assert!([601, 606, 607, 608].contains(&code), "{what}: {failure}");
    assert!(reply == 0 || said.starts_with("150"), "{what}: {failure}");
    assert!(took < Duration::from_secs(15), "{what}: {took:?}");
    usable(&mut host, &what);
}

#[test]
fn closed_in_mid_data() {
    let server = Hostile::start(Script { data: Data::Cut, ..Script::default() });
    let mut host = host();
    for what in ["get", "put"] {
        host.client.open(&login(server.port())).expect("logged in");
        let outcome = if what == "get" { get(&mut host) } else { put(&mut host) };
        let failure = failure(what, outcome.map(drop));
        assert!([606, 607, 608].contains(&numbers(&failure).0), "{what}: {failure}");
        assert!(failure.transferred <= 500, "{what}: more bytes trusted than were sent: {failure:?}");
        usable(&mut host, what);
    }
}

/// The server takes half a file for the whole: its own SIZE is the judge.
#[test]
fn half_a_file_is_no_success() {
    let server = Hostile::start(Script { data: Data::Half, ..Script::default() });
    let mut host = host();
    host.client.open(&login(server.port())).expect("logged in");
    let failure = failure("get", get(&mut host).map(drop));
    assert_eq!(failure.cause, Cause::Line(LineFault::Short { expected: 1000 }), "{failure}");
    assert_eq!(failure.transferred, 500);
    usable(&mut host, "half a file");
}

/// The module has no room for that, nor has this test's process: the connection is closed long before the end. What counts as taken
/// lies in the sockets' buffers for the most part.
#[test]
fn replies_without_end() {
    for (verb, again, end) in [
        ("", "x", "\r\n220 ready\r\n"),
        ("", "220-and on\r\n", "220 ready\r\n"),
        ("SIZE", "2", "\r\n"),
        ("SIZE", "213-and on\r\n", "213 1000\r\n"),
        ("RETR", "150-and on\r\n", "150 here\r\n"),
    ] {
        let what = format!("{again:?} without end in answer to {verb:?}");
        let server = Hostile::start(Script::answer(verb, Answer::Flood(again, end)));
        let mut host = host();
        let began = Instant::now();
        let failure = failure(&what, everything(&mut host, &login(server.port())));
        assert_eq!(failure.kind(), Kind::Module, "{what}: {failure}");
        assert!(began.elapsed() < Duration::from_secs(15), "{what}");
        assert!(server.flooded() < FLOOD / 2, "{what}: {} bytes were taken", server.flooded());
        usable(&mut host, &what);
    }
}

/// Real time: `rsptimeout` is 20 s at least (§2.1), so all of them hang at the same time. None waits for another's login.
#[test]
fn silence_is_a_time_out() {
    let silent = |verb| (format!("nothing in answer to {verb:?}"), Script::answer(verb, Answer::Silence));
    let half =
        |verb, said| (format!("{said:?} in answer to {verb:?}"), Script::answer(verb, Answer::Say(said)));
    let data = |data| (format!("data connection: {data:?}"), Script { data, ..Script::default() });
    let scripts = [
        silent(""),
        silent("USER"),
        silent("PASS"),
        silent("SIZE"),
        silent("PASV"),
        silent("RETR"),
        silent("STOR"),
        half("", "22"),
        half("", "220-and on\r\n"),
        half("PASS", "230 welc"),
        half("SIZE", "213-one\r\n"),
        data(Data::Stall),
        data(Data::NeverAccepted),
        // The module does not know that it has the whole file: it waits for the end of the connection.
        data(Data::NeverClosed),
    ];
    thread::scope(|scope| {
        for (what, script) in scripts {
            scope.spawn(move || {
                let server = Hostile::start(script);
                let mut host = host();
                let began = Instant::now();
                let outcome = everything(&mut host, &login(server.port()));
                let took = began.elapsed();
                let failure = failure(&what, outcome);
                assert_eq!(numbers(&failure), (609, 0), "{what}: {failure}");
                assert!((20..40).contains(&took.as_secs()), "{what}: {took:?}");
                usable(&mut host, &what);
            });
        }
    });
}
