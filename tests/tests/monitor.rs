//! `qftp monitor` at a terminal: a module whose faults keys switch, and a recording.

use std::fs;
use std::time::{Duration, Instant};

use qftp_emulator::Fault;
use qftp_tests::program::{Run, run};
use qftp_tests::servers::{Kind, PASSWORD, Server};
use qftp_tests::terminal::Terminal;
use tempfile::tempdir;

#[test]
fn keys_switch_faults_while_a_host_works() {
    let server = Server::start(Kind::Vsftpd);
    let folder = tempdir().expect("a folder");
    let link = folder.path().join("module").display().to_string();
    fs::write(server.root().join("f"), "+QFTPGET: 0,9\r\n").expect("written");
    let mut terminal = Terminal::start(&["monitor", "--pty", &link], folder.path(), &[]);
    terminal.wait_for_words("faults, 0 on");
    let host = |arguments: &[&str]| run(&[&["--port", &link, "--apn", "internet"], arguments].concat());
    assert_eq!(host(&["cat", &server.url("f")]).ok(), "+QFTPGET: 0,9\r\n");
    terminal.wait_for_words("<15 bytes of a file>");

    let at = Fault::kinds().iter().position(|kind| kind.name == "no-network").expect("a fault");
    terminal.type_in(&"j".repeat(at));
    // Keys act with the next frame.
    let until = |wanted: &dyn Fn(&Run) -> bool| {
        let began = Instant::now();
        loop {
            let run = host(&["size", &server.url("f")]);
            if wanted(&run) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{}{}", run.text(), run.err);
        }
    };
    terminal.type_in("\r");
    until(&|run| run.code == Some(4) && run.err.contains("605"));
    terminal.type_in("c");
    until(&|run| run.text() == "15\n");
    assert!(!terminal.screen().contains(PASSWORD), "a password on the screen");
    terminal.type_in("q");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.screen());
    assert!(fs::symlink_metadata(&link).is_err(), "the module is still there");
}

#[test]
fn a_recording_is_played() {
    let server = Server::start(Kind::Vsftpd);
    let folder = tempdir().expect("a folder");
    let recording = folder.path().join("r").display().to_string();
    fs::write(server.root().join("f"), vec![b'x'; 5000]).expect("written");
    run(&["--port", "emulator:", "--record", &recording, "cat", &server.url("f")]).ok();
    let mut terminal = Terminal::start(&["monitor", &recording], folder.path(), &[]);
    let began = Instant::now();
    terminal.wait_for_words("<5000 bytes of a file>");
    terminal.wait_for_words("+QFTPCLOSE: 0,0");
    assert!(began.elapsed() < Duration::from_secs(30));
    terminal.type_in("q");
    assert_eq!(terminal.end(), Some(0), "{}", terminal.screen());
}

#[test]
fn without_a_terminal() {
    let said = run(&["monitor"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("needs a terminal") && said.err.contains("qftp emulate -v"), "{}", said.err);
}
