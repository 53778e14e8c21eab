//! What happened is what is said: ports that go away, answers that no table has.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use qftp_tests::program::{Run, command};
use tempfile::tempdir;

/// A module on a TCP port that answers as `answer` says, `None` to hang up; the address.
fn module(answer: impl Fn(&str) -> Option<&'static str> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    // It is there once: who hangs up is gone.
    thread::spawn(move || {
        let Ok((socket, _)) = listener.accept() else { return };
        drop(listener);
        let _ = serve(socket, answer);
    });
    format!("tcp://127.0.0.1:{port}")
}

fn serve(mut socket: TcpStream, answer: impl Fn(&str) -> Option<&'static str>) -> std::io::Result<()> {
    let (mut line, mut byte) = (String::new(), [0]);
    while socket.read(&mut byte)? > 0 {
        if byte != *b"\r" {
            line.push(char::from(byte[0]));
            continue;
        }
        match answer(&line) {
            Some(text) => socket.write_all(text.as_bytes())?,
            None => return socket.shutdown(Shutdown::Both),
        }
        line.clear();
    }
    Ok(())
}

/// What a healthy module says in a set-up.
fn healthy(command: &str) -> &'static str {
    match command {
        "AT+QFTPSTAT" => "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n",
        "AT+CPIN?" => "\r\n+CPIN: READY\r\n\r\nOK\r\n",
        "AT+QIACT?" => "\r\n+QIACT: 1,1,1,\"10.0.0.1\"\r\n\r\nOK\r\n",
        "AT+QFTPCLOSE" => "\r\nOK\r\n\r\n+QFTPCLOSE: 0,0\r\n",
        _ if command.starts_with("AT+QFTPOPEN") => "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n",
        _ if command.starts_with("AT+QFTPMDTM") => "\r\nOK\r\n\r\n+QFTPMDTM: 0,\"20261126120000\"\r\n",
        _ if command.starts_with("AT+QFTPSIZE") => "\r\nOK\r\n\r\n+QFTPSIZE: 0,5\r\n",
        _ => "\r\nOK\r\n",
    }
}

fn run(port: &str, arguments: &[&str]) -> (Run, Duration) {
    // The first one builds the program.
    let mut command = command(&["--port", port]);
    let began = Instant::now();
    let run = command.args(arguments).output().expect("qftp runs").into();
    (run, began.elapsed())
}

#[test]
fn a_port_that_closes_was_closed() {
    let folder = tempdir().expect("a folder");
    let to = folder.path().join("to").display().to_string();
    let get = |port: &str, retries: &str| {
        run(port, &["get", "ftp://me:pw@server.example/x", &to, "--retries", retries])
    };
    for at in ["AT", "AT+CPIN?", "AT+QFTPOPEN=", "AT+QFTPGET="] {
        let closes = move |command: &str| command == at || (at.ends_with('=') && command.starts_with(at));
        let (end, took) = get(&module(move |command| (!closes(command)).then(|| healthy(command))), "0");
        assert_eq!(end.code, Some(3), "{at}: {}", end.err);
        assert!(end.err.contains("was closed by the other side"), "{at}: {}", end.err);
        assert!(!end.err.contains("baud rate"), "{at}: {}", end.err);
        assert!(took < Duration::from_secs(5), "{at}: {took:?}");
    }
}

#[test]
fn with_retries_it_says_why_it_waits() {
    let folder = tempdir().expect("a folder");
    let to = folder.path().join("to").display().to_string();
    let port = module(|command| (command != "AT+CPIN?").then(|| healthy(command)));
    let mut command =
        command(&["--port", &port, "get", "ftp://me:pw@server.example/x", &to, "--retries", "2"]);
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("qftp starts");
    let mut said = [0; 60];
    child.stderr.take().expect("piped").read_exact(&mut said).expect("it says something");
    assert!(began.elapsed() < Duration::from_secs(5), "it said nothing for {:?}", began.elapsed());
    child.kill().expect("killed");
    child.wait().expect("a child");
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("the port was closed by the other side"), "{said}");
}

#[test]
fn a_state_of_the_card_that_no_table_has_is_shown() {
    let port = module(|command| {
        Some(if command == "AT+CPIN?" { "\r\n+CPIN: PH-NET PIN\r\n\r\nOK\r\n" } else { healthy(command) })
    });
    let (end, _) = run(&port, &["size", "ftp://me:pw@server.example/x"]);
    assert_eq!(end.code, Some(4), "{}", end.err);
    assert!(end.err.contains("the module says `PH-NET PIN`"), "{}", end.err);
    assert!(!end.err.contains("lost"), "{}", end.err);
}

#[test]
fn no_carrier_is_no_error() {
    let port = module(|command| {
        Some(if command.starts_with("AT+QFTPSIZE") { "\r\nNO CARRIER\r\n" } else { healthy(command) })
    });
    let (end, _) = run(&port, &["size", "ftp://me:pw@server.example/x"]);
    assert_eq!(end.code, Some(4), "{}", end.err);
    assert!(end.err.contains("the module answered NO CARRIER"), "{}", end.err);
}

#[test]
fn files_of_impossible_sizes_are_shown() {
    let port = module(|command| {
        Some(if command.starts_with("AT+QFLST") {
            "\r\n+QFLST: \"UFS:a\",5\r\n+QFLST: \"UFS:b\",-1\r\n+QFLST: \"UFS:c\",99999999999999999999\r\n+QFLST: \"UFS:\"d\",7\r\n\r\nOK\r\n"
        } else {
            healthy(command)
        })
    });
    let (end, _) = run(&port, &["module", "files"]);
    let shown = end.ok();
    let lines: Vec<&str> = shown.lines().map(str::trim_start).collect();
    assert_eq!(lines[..3], ["5 UFS:a", "? \"UFS:b\",-1", "? \"UFS:c\",99999999999999999999"]);
    assert!(lines.len() == 4 && lines[3].contains('d'), "{shown}");
}

/// A module that never ends an answer: it costs little, and is not called a file's fault.
#[test]
fn a_flood_of_lines_ends_with_its_cause() {
    let flood: &'static str = "+QFLST: \"UFS:a\",5\r\n".repeat(100_000).leak();
    let port =
        module(move |command| Some(if command.starts_with("AT+QFLST") { flood } else { healthy(command) }));
    let (end, took) = run(&port, &["module", "files"]);
    assert_eq!(end.code, Some(3), "{}", end.err);
    assert!(end.err.contains("more than 65536 lines"), "{}", end.err);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

/// The same from a module that floods for good: what is said is the flood, and not that something was forgotten.
#[test]
fn a_flood_that_does_not_end_is_named_too() {
    let flood: &'static str = "+QFLST: \"UFS:a\",5\r\n".repeat(100_000).leak();
    let flooding = AtomicBool::new(false);
    let port = module(move |command| {
        flooding.fetch_or(command.starts_with("AT+QFLST"), Ordering::Relaxed);
        Some(if flooding.load(Ordering::Relaxed) { flood } else { healthy(command) })
    });
    let (end, _) = run(&port, &["module", "files"]);
    assert_eq!(end.code, Some(3), "{}", end.err);
    assert!(end.err.contains("more than 65536 lines") && !end.err.contains("call setup"), "{}", end.err);
}
