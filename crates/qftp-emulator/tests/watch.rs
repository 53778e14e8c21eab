//! What a watcher of a running module sees: file data told from lines, secrets masked, its state, and faults that come and go.

use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use qftp_core::wire::ServerState;
use qftp_emulator::{
    Config, Direction, Drives, Emulator, Fault, HostEnd, MemoryFtp, MemoryServer, Passing, PowerState,
};

/// Sends a command and reads until the answer ends so.
fn ask(host: &mut HostEnd, command: &[u8], end: &str) -> String {
    host.write_all(command).expect("written");
    let mut answer = Vec::new();
    let began = Instant::now();
    while !answer.ends_with(end.as_bytes()) {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", String::from_utf8_lossy(&answer));
        let mut buf = [0; 4096];
        // A pause within an answer is no end of it.
        let count = match host.read_timeout(&mut buf, Duration::from_millis(100)) {
            Err(error) if error.kind() == ErrorKind::TimedOut => 0,
            read => read.expect("read"),
        };
        answer.extend_from_slice(&buf[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_watched_module() {
    let server = MemoryServer::new();
    server.set_account("me", "hunter2");
    let trap = b"\r\nOK\r\n\r\n+QFTPGET: 0,9\r\nAT+QFTPCLOSE\r\n";
    server.add_file("/trap", trap);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = seen.clone();
    let (module, mut host) = Emulator::builder(Config::new(Drives::temporary().expect("a folder")))
        .ftp(MemoryFtp::new(&server))
        .watch(move |direction, passing| {
            let mark = if direction == Direction::ToModule { '>' } else { '<' };
            let text = match passing {
                Passing::Line(line) => format!("{mark} {}", String::from_utf8_lossy(line.trim_ascii())),
                Passing::Data(count) => format!("{mark} <{count} bytes>"),
            };
            if text.len() > 2 {
                note.lock().expect("no panic").push(text);
            }
        })
        .in_process()
        .expect("a module");
    for (command, end) in [
        ("ATE0", "OK\r\n"),
        ("AT+QICSGP=1,1,\"internet\"", "OK\r\n"),
        ("AT+QIACT=1", "OK\r\n"),
        ("AT+QFTPCFG=\"account\",\"me\",\"hunter2\"", "OK\r\n"),
        ("AT+QFTPOPEN=\"ftp.example\"", "+QFTPOPEN: 0,0\r\n"),
        ("AT+QFTPGET=\"trap\",\"COM:\"", "+QFTPGET: 0,37\r\n"),
        ("AT+QFTPPUT=\"new\",\"COM:\",0,37,1", "CONNECT\r\n"),
    ] {
        ask(&mut host, format!("{command}\r").as_bytes(), end);
    }
    assert_eq!(trap.len(), 37);
    ask(&mut host, trap, "+QFTPPUT: 0,37\r\n");
    // The module's thread says how it stands a moment after its last word is out.
    let began = Instant::now();
    let mut state = module.state();
    while state.ftp != ServerState::Idle && began.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
        state = module.state();
    }
    assert_eq!((state.power, state.ftp, state.data_mode), (PowerState::On, ServerState::Idle, false));
    assert_eq!(state.contexts, [1]);

    // Switched on and off while it runs.
    module.set_faults(&[Fault::parse("control-lost=1cmd").expect("sound")]);
    ask(&mut host, b"AT\r", "+QFTPCLOSE: 606,0\r\n");
    module.set_faults(&[]);
    ask(&mut host, b"AT+QFTPOPEN=\"ftp.example\"\r", "+QFTPOPEN: 0,0\r\n");
    module.stop();

    let seen = seen.lock().expect("no panic").join("\n");
    assert!(!seen.contains("hunter2") && seen.contains("> AT+QFTPCFG=\"account\",***"), "{seen}");
    let get = "> AT+QFTPGET=\"trap\",\"COM:\"\n< CONNECT\n< <37 bytes>\n< OK\n< +QFTPGET: 0,37";
    let put = "> AT+QFTPPUT=\"new\",\"COM:\",0,37,1\n< CONNECT\n> <37 bytes>\n< OK\n< +QFTPPUT: 0,37";
    assert!(seen.contains(get) && seen.contains(put), "{seen}");
}
