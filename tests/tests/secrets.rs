//! A password appears in no output, dialogue, recording, error or Debug, wherever one looks.

use std::fmt::Debug;
use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use qftp_core::Secret;
use qftp_core::session::{Apn, Login, Setup};
use qftp_core::wire::{Command, PdpAuth, PdpType, SecretText};
use qftp_emulator::{
    Config, Connect, DataAddress, Drives, Emulator, MemoryFtp, MemoryServer, Pin, Request, Sim,
};
use qftp_tests::program::{Module, Run, command};
use qftp_tests::servers::hostile::{Answer, Hostile, Script};
use qftp_tests::servers::{Kind, PASSWORD, Server, USER};
use qftp_transport::{Client, Settings, open};
use tempfile::tempdir;

const WRONG: &str = "Wr0ng-Pa55";

#[test]
fn nowhere() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&["-v"]);
    let folder = tempdir().expect("a folder");
    let config = folder.path().join("qftp.toml");
    fs::write(
        &config,
        format!("apn = 'internet'\napn-user = 'apn-{USER}'\napn-password = 'apn-{PASSWORD}'\n"),
    )
    .expect("written");
    let local = folder.path().join("file");
    fs::write(&local, b"data").expect("written");
    let (local, port) = (local.to_string_lossy(), module.port());
    let wrong = |url: String| url.replace(PASSWORD, WRONG);
    let without = server.url("x").replace(&format!(":{PASSWORD}"), "");

    let mut everything = String::new();
    let runs: [(&[&str], i32); 8] = [
        (&["put", &local, &server.url("x")], 0),
        (&["get", &server.url("x"), "-"], 0),
        (&["ls", &server.url("")], 0),
        (&["size", &without], 0),
        (&["size", &server.url("missing")], 5),
        (&["size", &wrong(server.url("x"))], 5),
        (&["size", &server.url("%zz")], 2),
        (&["size", &server.url("x").replace("127.0.0.1", "no-such-host.invalid")], 4),
    ];
    for (index, (arguments, code)) in runs.into_iter().enumerate() {
        for json in [&[][..], &["--json"]] {
            let record = folder.path().join(format!("record{index}"));
            let run: Run = command(&["--port", &port, "-v", "--record", &record.to_string_lossy()])
                .args(["--config", &config.to_string_lossy()])
                .args(json)
                .args(arguments)
                .env("QFTP_PASSWORD", PASSWORD)
                .output()
                .expect("qftp runs")
                .into();
            assert_eq!(run.code, Some(code), "{} {}", run.text(), run.err);
            everything.push_str(&run.text());
            everything.push_str(&run.err);
            everything.push_str(&fs::read_to_string(&record).unwrap_or_default());
        }
    }
    let log = module.log();
    assert!(log.contains("AT+QFTPCFG=\"account\",***"), "the module's dialogue is not in it");
    everything.push_str(&log);
    assert!(everything.contains("AT+QFTPCFG=\"account\",***"), "the dialogue is not in it");
    for secret in [PASSWORD, WRONG] {
        assert!(!everything.contains(secret), "{secret} stands in: {everything}");
    }
}

/// A URL in any place of the command line, where it belongs and where it does not.
#[test]
fn not_where_the_arguments_are_wrong() {
    let folder = tempdir().expect("a folder");
    let record = folder.path().join("record").display().to_string();
    let url = &format!("ftp://testuser:{PASSWORD}@127.0.0.1:1/x");
    let slash = &format!("ftp://testuser:{PASSWORD}/a@b@127.0.0.1/x");
    let bare = &format!("testuser:{PASSWORD}@127.0.0.1/x");
    let glued = |option: &str, url: &str| format!("{option}={url}");
    let (port, prot, baud, log) =
        (glued("--port", url), glued("--prot", url), glued("--baud", url), glued("--record", url));
    let lines: [&[&str]; 24] = [
        &["get", url, url],
        &["get", url, url, url],
        &["put", url, "file"],
        &["put", url, url],
        &["put", "file", bare],
        &["sync", url, url],
        &["sync", bare, url],
        &["mv", url, url],
        &["mkdir", slash],
        &["ls", slash],
        &["size", bare],
        &[url],
        &[url, "ls"],
        &["ls", &prot],
        &["--port", url, "module", "info"],
        &[&port, "module", "info"],
        &["--port", bare, "module", "info"],
        &[&baud, "module", "info"],
        &["--baud", slash, "module", "info"],
        &[&log, "--port", "emulator:", "module", "info"],
        &["--config", url, "options"],
        &["explain", url],
        &["replay", slash],
        &["module", "push", url],
    ];
    for arguments in lines {
        for more in [&[][..], &["--json"], &["-v", "--record", &record]] {
            let run: Run = command(more).args(arguments).output().expect("qftp runs").into();
            assert!(run.code.is_some_and(|code| code != 0), "{arguments:?}");
            let said = format!("{}{}", run.text(), run.err);
            assert!(!said.contains(PASSWORD), "{arguments:?}: {said}");
        }
    }
    let run: Run = command(&["module", "info"]).env("QFTP_PORT", url).output().expect("qftp runs").into();
    assert!(run.err.contains("***@127.0.0.1") && !run.err.contains(PASSWORD), "{}", run.err);
    assert_eq!(command(&["get", url, url]).output().expect("qftp runs").status.code(), Some(2));
}

/// A password in an argument is wiped from what `ps` shows.
#[test]
fn not_in_the_process_list() {
    let server = Hostile::start(Script::answer("", Answer::Silence));
    let module = Module::start(&[]);
    let url = format!("ftp://testuser:{PASSWORD}@127.0.0.1:{}/x", server.port());
    let mut child = command(&["--port", &module.port(), "-v", "size", &url])
        .stderr(Stdio::piped())
        .spawn()
        .expect("qftp starts");
    let mut said = [0];
    child.stderr.take().expect("piped").read_exact(&mut said).expect("it has begun its work");
    let list = fs::read_to_string(format!("/proc/{}/cmdline", child.id())).expect("it runs");
    child.kill().expect("killed");
    child.wait().expect("a child");
    assert!(!list.contains(PASSWORD), "{list}");
    let stars = "*".repeat(PASSWORD.len());
    assert!(list.contains(&url.replace(PASSWORD, &stars)), "all else is as it was: {list}");
}

/// Files that hold what is nobody else's business.
#[test]
fn not_in_files_that_others_may_read() {
    let folder = tempdir().expect("a folder");
    let (record, config) = (folder.path().join("record"), folder.path().join("qftp.toml"));
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let run =
        command(&["--port", "emulator:", "--record", &record.to_string_lossy(), "module", "info"]).output();
    assert!(run.expect("qftp runs").status.success());
    assert_eq!(mode(&record), 0o600);

    let module = Module::start(&[]);
    for storage in ["", "ufs", "ram", "sd"] {
        assert_eq!(mode(&module.storage().join(storage)), 0o700, "{storage}");
    }

    let warned = |text: &str, mode: u32| {
        fs::write(&config, text).expect("written");
        fs::set_permissions(&config, Permissions::from_mode(mode)).expect("set");
        let run: Run =
            command(&["--config", &config.to_string_lossy(), "options"]).output().expect("runs").into();
        assert_eq!(run.code, Some(0), "{}", run.err);
        run.err.contains("holds a password and is open to others")
    };
    assert!(warned("apn-password = 'secret'", 0o644) && warned("apn-password = 'secret'", 0o640));
    assert!(!warned("apn-password = 'secret'", 0o600) && !warned("apn = 'internet'", 0o644));
}

/// What the program says when a configuration file, itself full of secrets, is broken or the module refuses them.
#[test]
fn not_in_the_complaints() {
    const APN_PASSWORD: &str = "apn-s3cr3t-Pa55";
    let module = Module::start(&["-v"]);
    let folder = tempdir().expect("a folder");
    let config = folder.path().join("qftp.toml");
    let record = folder.path().join("record");
    let sound = format!("apn = 'internet'\napn-user = 'apn-user'\napn-password = '{APN_PASSWORD}'\n");
    let mut everything = String::new();
    for (text, arguments, code) in [
        (sound.clone(), &["module", "info"][..], 0),
        (sound.clone(), &["size", "ftp://testuser@127.0.0.1:1/x"], 4),
        (sound.clone(), &["size", "nosuch://testuser:apn-s3cr3t-Pa55@host/x"], 2),
        (sound.clone(), &["size", "ftp://testuser:apn-s3cr3t-Pa55@host:99999/x"], 2),
        (sound.clone(), &["size", "testuser:apn-s3cr3t-Pa55@host/x"], 2),
        (sound.replace("apn-password", "apn-passwort"), &["module", "info"], 2),
        (sound.replace(&format!("'{APN_PASSWORD}'"), &format!("'{APN_PASSWORD}")), &["module", "info"], 2),
        (sound.replace(&format!("'{APN_PASSWORD}'"), APN_PASSWORD), &["module", "info"], 2),
        // Longer than the module's 64 bytes.
        (sound.replace(APN_PASSWORD, &APN_PASSWORD.repeat(9)), &["size", "ftp://testuser@127.0.0.1:1/x"], 2),
    ] {
        fs::write(&config, text).expect("written");
        for json in [&[][..], &["--json"]] {
            let run: Run = command(&["--port", &module.port(), "-v", "--record", &record.to_string_lossy()])
                .args(["--config", &config.to_string_lossy()])
                .args(json)
                .args(arguments)
                .env("QFTP_PASSWORD", PASSWORD)
                .output()
                .expect("qftp runs")
                .into();
            let said = format!("{}{}", run.text(), run.err);
            assert_eq!(run.code, Some(code), "{arguments:?}: {said}");
            assert!(!said.contains(APN_PASSWORD), "{arguments:?}: {said}");
            everything.push_str(&said);
            everything.push_str(&fs::read_to_string(&record).unwrap_or_default());
        }
    }
    everything.push_str(&module.log());
    assert!(
        everything.contains("AT+QICSGP=1,1,\"internet\",***"),
        "the login of the APN is not in it: {everything}"
    );
    for secret in [PASSWORD, APN_PASSWORD] {
        assert!(!everything.contains(secret), "{secret} stands in: {everything}");
    }
}

/// Debug of everything that holds a secret.
#[test]
fn not_in_debug() {
    let mut everything = String::new();
    // Each must show that it hides something: else it may not have held it.
    let mut hides = |what: &dyn Debug| {
        let text = format!("{what:?} {what:#?}");
        assert!(text.contains("***"), "it hides nothing: {text}");
        everything.push_str(&text);
    };
    let secret = Secret::new(PASSWORD);
    hides(&secret);
    hides(&SecretText::<255>::new(secret).expect("short"));
    let login = Login { user: secret, password: secret, ..Login::new("ftp.example.org") };
    hides(&login);
    let apn = Apn { name: "internet", login: Some((secret, secret)), auth: PdpAuth::Chap, kind: PdpType::V4 };
    let setup = Setup { apn: Some(apn), ..Setup::default() };
    hides(&setup);
    for text in [
        format!("+QFTPCFG=\"account\",\"{PASSWORD}\",\"{PASSWORD}\""),
        format!("+QICSGP=1,1,\"internet\",\"{PASSWORD}\",\"{PASSWORD}\",1"),
        format!("+CPIN=\"{PASSWORD}\""),
        format!("+QSSLCFG=\"clientkey\",1,\"UFS:key.pem\",\"{PASSWORD}\""),
    ] {
        hides(&Command::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")));
    }
    let connect = Connect {
        host: "ftp.example.org".to_owned(),
        port: 21,
        user: PASSWORD.into(),
        password: PASSWORD.into(),
        tls: None,
        ascii: false,
        passive: true,
        data_address: DataAddress::Server,
        timeout: 90,
    };
    hides(&connect);
    hides(&Request::Connect(connect));
    let mut config = Config::new(Drives::temporary().expect("a folder"));
    config.sim = Sim::Locked(Pin::new(PASSWORD));
    hides(&config);
    hides(&Emulator::builder(config));

    // And of what has been told a secret, whether it keeps it or not.
    let server = MemoryServer::new();
    server.set_account("someone", "else");
    let emulator = Emulator::builder(Config::new(Drives::temporary().expect("a folder")))
        .ftp(MemoryFtp::new(&server))
        .on_pty(None)
        .expect("a PTY");
    let path = emulator.path().expect("a path").display().to_string();
    let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
    client.setup(&setup).expect("set up");
    let refused = client.open(&login).expect_err("a wrong password");
    everything.push_str(&format!("{refused} {refused:?} {client:?} {emulator:?} {server:?}"));
    server.set_account(PASSWORD, PASSWORD);
    client.open(&login).expect("logged in");
    everything.push_str(&format!("{client:?} {emulator:?} {server:?}"));
    let long = PASSWORD.repeat(50);
    let refused = client.open(&Login { password: Secret::new(&long), ..login }).expect_err("too long");
    everything.push_str(&format!("{refused} {refused:?}"));
    assert!(!everything.contains(PASSWORD), "{everything}");
    // The password as a list of numbers is a password still.
    let numbers = format!("{:?}", PASSWORD.as_bytes());
    assert!(!everything.contains(numbers.trim_matches(['[', ']'])), "{everything}");
}
