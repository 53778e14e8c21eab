//! Ctrl-C in mid-transfer: it ends in a second, the module is out of data mode, the next command works.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use qftp_tests::program::{Module, command, partial, signal};
use qftp_tests::servers::{Kind, Server};
use tempfile::tempdir;

/// Large enough that it is still under way when the signal comes; sparse.
const LEN: u64 = 4 << 30;

fn interrupt(arguments: &[&str], module: &Module, server: &Server) {
    let mut child = command(&["--port", &module.port(), "--apn", "internet"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("qftp starts");
    thread::sleep(Duration::from_millis(700));
    assert!(child.try_wait().expect("a child").is_none(), "it was over too soon");
    let began = Instant::now();
    signal(&child, "INT");
    let status = child.wait().expect("a child");
    let took = began.elapsed();
    assert_eq!(status.code(), Some(130));
    assert!(took < Duration::from_millis(2000), "it took {took:?}");
    assert_eq!(module.qftp(&["size", &server.url("there")]).ok(), format!("{LEN}\n"));
}

#[test]
fn in_a_download_and_in_an_upload() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("local");
    for file in [&local, &server.root().join("there")] {
        fs::File::create(file).and_then(|file| file.set_len(LEN)).expect("made");
    }
    let back = folder.path().join("back");
    interrupt(&["get", &server.url("there"), &back.to_string_lossy()], &module, &server);
    assert!(!back.exists(), "a broken file stands under a final name");
    assert!(partial(&back).metadata().expect("what came is kept").len() > 0);
    interrupt(&["put", &local.to_string_lossy(), &server.url("new")], &module, &server);
}
