//! Signals in mid-transfer: said at once; the module is out of data mode, its FTP session closed, its flash without our certificates.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qftp_tests::certificates::certificates as authority;
use qftp_tests::program::{Module, command, signal};
use qftp_tests::servers::{Form, Kind, Options, Server};
use tempfile::tempdir;

/// Large enough that it is still under way when the signal comes; sparse.
const LEN: u64 = 4 << 30;

/// Starts the program on a module.
fn start(module: &Module, arguments: &[&str]) -> Child {
    command(&["--port", &module.port(), "--apn", "internet"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("qftp starts")
}

/// Waits until the module's dialogue has this, so many times in all.
fn wait_for(module: &Module, text: &str, times: usize) {
    let began = Instant::now();
    while module.log().matches(text).count() < times {
        assert!(began.elapsed() < Duration::from_secs(60), "no {text}: {}", module.log());
        thread::sleep(Duration::from_millis(10));
    }
}

/// Sends the signal; how soon the first line was said, what was said, and how it ended when.
fn end(mut child: Child, name: &str) -> (Duration, String, ExitStatus, Duration) {
    let began = Instant::now();
    signal(&child, name);
    let mut out = BufReader::new(child.stderr.take().expect("piped"));
    let mut said = String::new();
    out.read_line(&mut said).expect("text");
    let first = began.elapsed();
    out.read_to_string(&mut said).expect("text");
    let status = child.wait().expect("a child");
    (first, said, status, began.elapsed())
}

/// The state of the module's FTP client, asked by a dialogue that changes nothing.
fn state(module: &Module) -> String {
    let info = module.qftp(&["module", "info"]).ok();
    let line = info.lines().find(|line| line.starts_with("ftp ")).expect("a state");
    line.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_transfer_is_broken_off_and_the_session_closed() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&["-v"]);
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("local");
    for file in [&local, &server.root().join("there")] {
        fs::File::create(file).and_then(|file| file.set_len(LEN)).expect("made");
    }
    let (local, back) = (local.display().to_string(), folder.path().join("back"));
    let (there, new, to) = (server.url("there"), server.url("new"), back.display().to_string());
    let get = ["get", &there, &to];
    let put = ["put", &local, &new];
    for (number, (arguments, name, code)) in
        (1..).zip([(get, "INT", 130), (put, "INT", 130), (get, "TERM", 143), (put, "HUP", 129)])
    {
        let child = start(&module, &arguments);
        wait_for(&module, "CONNECT", number);
        let (first, said, status, took) = end(child, name);
        assert_eq!(status.code(), Some(code), "{said}");
        assert!(first < Duration::from_millis(500), "nothing was said for {first:?}");
        let told = said.lines().next().unwrap_or_default();
        assert!(
            told.starts_with("qftp: interrupted: leaving data mode, closing the FTP session (up to "),
            "{said}"
        );
        assert!(took < Duration::from_secs(5), "it took {took:?}");
        assert_eq!(state(&module), "closed", "{arguments:?}");
        assert!(!back.exists(), "a broken file stands under a final name");
    }
    assert_eq!(module.qftp(&["size", &there]).ok(), format!("{LEN}\n"));
}

/// What a module has buffered takes its time on a slow line; a second signal does not wait for it, and says what it leaves.
#[test]
fn a_second_one_leaves_at_once_and_says_what_is_left() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&["-v", "--baud", "9600"]);
    let folder = tempdir().expect("a folder");
    fs::File::create(server.root().join("there")).and_then(|file| file.set_len(LEN)).expect("made");
    let back = folder.path().join("back").display().to_string();
    let url = server.url("there");
    let child = start(&module, &["--baud", "9600", "get", &url, &back]);
    wait_for(&module, "CONNECT", 1);
    signal(&child, "INT");
    // It has to be a second signal, and not the same one twice.
    thread::sleep(Duration::from_millis(100));
    let (_, said, status, took) = end(child, "INT");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(took < Duration::from_millis(500), "it took {took:?}");
    assert!(said.contains("(up to 26 s; a second time leaves at once)"), "{said}");
    assert!(
        said.contains("left at once: the module may be in data mode, its FTP session is open; the next run"),
        "{said}"
    );
    assert_eq!(module.qftp(&["--baud", "9600", "size", &url]).ok(), format!("{LEN}\n"));
}

#[test]
fn on_a_slow_line_it_takes_what_is_told_at_most() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&["-v", "--baud", "9600"]);
    let folder = tempdir().expect("a folder");
    fs::File::create(server.root().join("there")).and_then(|file| file.set_len(LEN)).expect("made");
    let back = folder.path().join("back").display().to_string();
    let child = start(&module, &["--baud", "9600", "get", &server.url("there"), &back]);
    wait_for(&module, "CONNECT", 1);
    let (_, said, status, took) = end(child, "INT");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("(up to 26 s; ") && !said.contains("left at once"), "{said}");
    assert!(took < Duration::from_secs(26), "it took {took:?}");
    assert_eq!(state(&module), "closed");
}

/// Our certificates in the module's flash, and a file of the user's whose name is like ours.
fn certificates(module: &Module) -> Vec<String> {
    let names = fs::read_dir(module.storage().join("ufs")).expect("a folder").flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "qftp-ca.pem")
        .collect()
}

#[test]
fn certificates_are_out_of_the_flash_however_it_ends() {
    let server = Options::tls(Kind::Vsftpd, Form::Explicit, None).start();
    let module = Module::start(&["-v"]);
    let folder = tempdir().expect("a folder");
    fs::File::create(server.root().join("there")).and_then(|file| file.set_len(LEN)).expect("made");
    let theirs = module.storage().join("ufs").join("qftp-ca.pem");
    fs::write(&theirs, "the user's own").expect("written");
    let back = folder.path().join("back").display().to_string();
    let url = server.url("there");
    let ca = folder.path().join("ca").display().to_string();
    fs::write(&ca, &authority().ca).expect("written");
    let mut number = 0;
    for times in [1, 2, 3] {
        let child = start(&module, &["--cacert", &ca, "get", &url, &back]);
        number += 1;
        // Those of the certificate's own upload come before.
        wait_for(&module, "AT+QFTPGET", number);
        thread::sleep(Duration::from_millis(200));
        assert_eq!(certificates(&module).len(), 1, "the CA certificate is in it meanwhile");
        for _ in 1..times {
            signal(&child, "INT");
            // It has to be another signal, and not the same one twice.
            thread::sleep(Duration::from_millis(50));
        }
        let (_, said, status, took) = end(child, "INT");
        assert_eq!(status.code(), Some(130), "{said}");
        assert!(took < Duration::from_secs(5), "{times} signals: {took:?}");
        assert_eq!(certificates(&module), [""; 0], "{times} signals: {said}");
    }
    module.qftp(&["--cacert", &ca, "size", &url]).ok();
    assert_eq!(certificates(&module), [""; 0], "after success");
    let missing = server.url("missing");
    assert_eq!(module.qftp(&["--cacert", &ca, "size", &missing]).code, Some(5));
    assert_eq!(certificates(&module), [""; 0], "after a failure");

    // A process that is killed can do nothing; the next run of any kind does, and says so.
    for next in [&["module", "files"][..], &["--cacert", &ca, "size", &url]] {
        let mut child = start(&module, &["--cacert", &ca, "get", &url, &back]);
        number += 1;
        wait_for(&module, "AT+QFTPGET", number);
        child.kill().expect("killed");
        child.wait().expect("a child");
        assert_eq!(certificates(&module).len(), 1);
        let run = module.qftp(next);
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert!(
            run.err.contains("an earlier run was killed and had left certificates"),
            "{next:?}: {}",
            run.err
        );
        assert_eq!(certificates(&module), [""; 0], "{next:?}");
    }
    assert_eq!(fs::read_to_string(&theirs).expect("still there"), "the user's own");
}
