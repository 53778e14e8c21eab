//! What servers say becomes the module's two numbers, and these a sentence: from real servers where one says it, else from pyftpdlib,
//! told what to answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use qftp_core::Secret;
use qftp_core::codes::{FtpCode, ReplyCode};
use qftp_core::session::{Failure, GetOptions, Kind as ErrorKind, Login};
use qftp_core::wire::{
    Command as At, FileName, FtpSetting, SecretText, SslCfg, SslKey, SslType, SslValue, TransMode,
};
use qftp_tests::host::{Host, login};
use qftp_tests::servers::{Form, Kind, Options, PASSWORD, Server, USER, Version, program};
use qftp_transport::{Error, Put};
use tempfile::TempDir;

/// What somebody did, on which server, and what came of it.
struct Case {
    what: String,
    failure: Failure,
}

/// The failure that an operation must be.
#[track_caller]
fn case<T: std::fmt::Debug>(
    what: impl Into<String>,
    numbers: (u16, u16),
    outcome: Result<T, Error>,
    server: &Server,
) -> Case {
    let what = what.into();
    let error = outcome.expect_err(&what);
    let failure = *error.failure().unwrap_or_else(|| panic!("{what}: {error:?}"));
    assert_eq!(self::numbers(&failure), numbers, "{what}: {failure}\n{}", server.log());
    let kind = if numbers.1 == 0 { ErrorKind::Module } else { ErrorKind::Server };
    assert_eq!(failure.kind(), kind, "{what}");
    Case { what, failure }
}

/// `<err>,<protocol_error>`.
fn numbers(failure: &Failure) -> (u16, u16) {
    (failure.ftp_code().map_or(0, FtpCode::get), failure.reply().map_or(0, ReplyCode::get))
}

fn logged_in(server: &Server) -> Host {
    let mut host = Host::new();
    host.client.open(&login(server.port())).expect("logged in");
    host
}

fn put(host: &mut Host, name: &str, len: usize) -> Result<u64, Error> {
    let file = vec![b'x'; len];
    host.client.put(name, file.as_slice(), &Put::whole(len.try_into().expect("small")))
}

fn get(host: &mut Host, name: &str) -> Result<u64, Error> {
    host.client.get(name, std::io::sink(), &GetOptions { len: Some(5), ..GetOptions::default() })
}

/// A session that the server counts: some count connections, some logins.
fn guest(server: &Server) -> BufReader<TcpStream> {
    let began = Instant::now();
    loop {
        let mut session = BufReader::new(TcpStream::connect(("127.0.0.1", server.port())).expect("connects"));
        if reply(&mut session) == "220" {
            for (line, answer) in [(format!("USER {USER}"), "331"), (format!("PASS {PASSWORD}"), "230")] {
                write!(session.get_mut(), "{line}\r\n").expect("sent");
                assert_eq!(reply(&mut session), answer);
            }
            return session;
        }
        // The connection that found out whether it has started may still count.
        assert!(began.elapsed() < Duration::from_secs(20), "full by itself\n{}", server.log());
        thread::sleep(Duration::from_millis(20));
    }
}

/// The code of a reply, of one line or several.
fn reply(session: &mut BufReader<TcpStream>) -> String {
    loop {
        let mut line = String::new();
        session.read_line(&mut line).expect("answered");
        match line.split_at_checked(3) {
            Some((code, rest)) if rest.starts_with(' ') => return code.to_owned(),
            Some(_) => {}
            None => return line,
        }
    }
}

/// The server is full.
fn too_many() -> Vec<Case> {
    let full = [
        (Kind::Vsftpd, "max_clients=1", (614, 421)),
        (Kind::Proftpd, "MaxClients 1", (625, 530)),
        (Kind::Pureftpd, "-c\n1", (614, 421)),
        // It counts the socket it listens on.
        (Kind::Pyftpdlib, "--most\n2", (614, 421)),
    ];
    full.into_iter()
        .map(|(kind, limit, numbers)| {
            let server = Options::plain(kind).with(limit).start();
            let _guest = guest(&server);
            let mut host = Host::new();
            case(format!("open, {kind} is full"), numbers, host.client.open(&login(server.port())), &server)
        })
        .collect()
}

/// The session has been idle for too long.
fn idle() -> Vec<Case> {
    let limits = [
        (Kind::Vsftpd, "idle_session_timeout=3"),
        (Kind::Proftpd, "TimeoutIdle 3"),
        (Kind::Pyftpdlib, "--idle\n3"),
    ];
    limits
        .into_iter()
        .map(|(kind, limit)| {
            let server = Options::plain(kind).with(limit).start();
            let mut host = logged_in(&server);
            // The servers count whole seconds of real time.
            thread::sleep(Duration::from_millis(6_000));
            case(format!("size, after {kind}'s idle time"), (614, 421), host.client.size("x"), &server)
        })
        .collect()
}

/// What all of them say.
fn everywhere(kind: Kind) -> Vec<Case> {
    let server = Server::start(kind);
    let mut host = Host::new();
    let wrong = Login { password: Secret::new("Wr0ng-Pa55"), ..login(server.port()) };
    let denied =
        case(format!("open with a wrong password, {kind}"), (625, 530), host.client.open(&wrong), &server);
    host.client.open(&login(server.port())).expect("logged in");
    let missing = case(format!("get a missing file, {kind}"), (627, 550), get(&mut host, "missing"), &server);
    vec![denied, missing]
}

/// What one of them says.
fn particular() -> Vec<Case> {
    let mut cases = Vec::new();
    let server = Server::start(Kind::Proftpd);
    let mut host = logged_in(&server);
    cases.push(case("names in a missing folder, ProFTPD", (617, 450), host.client.names("missing"), &server));
    let server = Server::start(Kind::Pyftpdlib);
    let mut host = logged_in(&server);
    fs::write(server.root().join("file"), "x").expect("written");
    cases.push(case("facts of a file, pyftpdlib", (621, 501), host.client.facts("file"), &server));
    for kind in [Kind::Vsftpd, Kind::Pureftpd] {
        let server = Server::start(kind);
        let mut host = logged_in(&server);
        let outcome = put(&mut host, "missing/file", 5);
        cases.push(case(format!("put into a missing folder, {kind}"), (630, 553), outcome, &server));
    }
    let server = Options::plain(Kind::Pureftpd).with("-n\n100:1").start();
    let mut host = logged_in(&server);
    cases.push(case("put over the quota, Pure-FTPd", (629, 552), put(&mut host, "big", 3 << 20), &server));
    cases.push(proftpd_quota());
    cases
}

fn proftpd_quota() -> Case {
    let folder = TempDir::new().expect("a folder");
    let tables = ["limit", "tally"].map(|kind| (kind, folder.path().join(kind)));
    for (kind, path) in &tables {
        ftpquota(path, &["--create-table", &format!("--type={kind}")]);
    }
    let limit = ["--quota-type=user", "--limit-type=hard", "--units=byte", "--bytes-upload=65536"];
    let add = ["--add-record", "--type=limit", &format!("--name={USER}")];
    ftpquota(&tables[0].1, &[add.as_slice(), limit.as_slice()].concat());
    for path in std::iter::once(folder.path()).chain(tables.iter().map(|(_, path)| path.as_path())) {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("set");
    }
    let settings = format!(
        "QuotaEngine on\nQuotaLimitTable file:{}\nQuotaTallyTable file:{}",
        tables[0].1.display(),
        tables[1].1.display()
    );
    let server = Options::plain(Kind::Proftpd).with(&settings).start();
    let mut host = logged_in(&server);
    case("put over the quota, ProFTPD", (629, 552), put(&mut host, "big", 3 << 20), &server)
}

fn ftpquota(table: &Path, arguments: &[&str]) {
    let tool = program("QFTP_TEST_PROFTPD", "usr/sbin/ftpquota");
    let mut perl = Command::new("perl");
    perl.arg(tool).arg(format!("--table-path={}", table.display())).args(arguments);
    let output = perl.output().expect("`cargo xtask test` brings perl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What no server can be brought to say here: before the transfer, and as its last word.
fn told() -> Vec<Case> {
    let replies = [
        ((615, 425), "Can't open data connection."),
        ((616, 426), "Connection closed; transfer aborted."),
        ((617, 450), "File is busy."),
        ((618, 451), "Local error in processing."),
        ((619, 452), "No space left on device."),
        ((621, 501), "Invalid argument."),
        ((627, 550), "Permission denied."),
        ((629, 552), "Quota exceeded."),
        ((630, 553), "Name not allowed."),
        ((601, 554), "Invalid REST parameter."),
    ];
    let mut cases = Vec::new();
    for ((code, reply), text) in replies {
        for option in ["--reply", "--end"] {
            let settings = format!("{option}\nSTOR={reply} {text}\n{option}\nRETR={reply} {text}");
            let server = Options::plain(Kind::Pyftpdlib).with(&settings).start();
            fs::write(server.root().join("file"), "12345").expect("written");
            let mut host = logged_in(&server);
            let when = if option == "--reply" { "in place of" } else { "after" };
            for what in ["put", "get"] {
                let outcome =
                    if what == "put" { put(&mut host, "new", 5_000) } else { get(&mut host, "file") };
                let what = format!("{what}, {reply} {when} the data");
                // Without a data connection real modules answer `+CME ERROR: 615` in place of CONNECT, which has no room for
                // the server's code.
                let told = if (reply, option) == (425, "--reply") { 0 } else { reply };
                cases.push(case(what, (code, told), outcome, &server));
                // The next command's answer is its own.
                if host.client.size("file").is_err() {
                    host.client.open(&login(server.port())).expect("usable after a new login");
                    assert_eq!(host.client.size("file").expect("usable"), 5);
                }
            }
        }
    }
    cases
}

/// Data connections that do not resume the control connection's session, where the server wants them to.
fn without_reuse(kind: Kind, numbers: (u16, u16)) -> Case {
    let server = Options::tls(kind, Form::Explicit, Some(Version::Tls12)).start();
    let mut host = Host::new();
    let off = SslCfg { key: SslKey::SessionCache, context: 1, value: Some(SslValue::Number(0)) };
    host.client.command(&At::Ssl(off)).expect("set");
    let secret = |text| SecretText::hide(FileName::new(text).expect("short"));
    let settings = [
        FtpSetting::Account { user: secret(USER), password: secret(PASSWORD) },
        FtpSetting::TransMode(TransMode::Passive),
        FtpSetting::SslType(SslType::Explicit),
        FtpSetting::SslCtxId(qftp_core::wire::SslSpelling::Note, 1),
    ];
    host.open_by_hand(&settings, server.port()).expect("logged in");
    case(format!("list without session reuse, {kind}"), numbers, host.client.list("."), &server)
}

#[test]
fn each_reply_is_its_code_and_reads_as_a_sentence() {
    let mut cases = Vec::new();
    thread::scope(|scope| {
        let work: [fn() -> Vec<Case>; 6] = [
            too_many,
            idle,
            || Kind::ALL.into_iter().flat_map(everywhere).collect(),
            particular,
            told,
            || vec![without_reuse(Kind::Vsftpd, (601, 522)), without_reuse(Kind::Proftpd, (615, 425))],
        ];
        let threads = work.map(|work| scope.spawn(work));
        for thread in threads {
            cases.extend(thread.join().expect("no panic"));
        }
    });
    insta::assert_snapshot!(table(&cases));
}

/// Each pair of numbers once, as a person reads it, and where it came up.
fn table(cases: &[Case]) -> String {
    let mut seen: BTreeMap<(u16, u16), Vec<&Case>> = BTreeMap::new();
    for case in cases {
        seen.entry(numbers(&case.failure)).or_default().push(case);
    }
    let mut table = String::new();
    for ((code, reply), cases) in seen {
        let failure = cases[0].failure;
        let _ = writeln!(table, "{code},{reply}  {}", failure.cause);
        let _ = writeln!(table, "  likely cause: {}\n  remedy: {}", failure.likely_cause(), failure.remedy());
        for Case { what, failure } in cases {
            let verb = failure.verb.map_or("", qftp_core::wire::Verb::name);
            let _ = writeln!(table, "  - {what} (AT{verb}, {:?})", failure.state);
        }
        table.push('\n');
    }
    table
}
