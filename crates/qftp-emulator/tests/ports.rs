//! A module at real ports.
#![cfg(unix)]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use qftp_emulator::{Builder, Config, Drives, Emulator, MemoryFtp, MemoryServer};

fn builder(server: &MemoryServer) -> Builder {
    Emulator::builder(Config::new(Drives::temporary().unwrap())).ftp(MemoryFtp::new(server))
}

fn read_until(port: &mut impl Read, end: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let begun = Instant::now();
    while !answer.ends_with(end) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", answer.escape_ascii());
        let mut buf = [0; 4096];
        let count = port.read(&mut buf).unwrap();
        answer.extend_from_slice(&buf[..count]);
    }
    answer
}

fn ask(port: &mut (impl Read + Write), command: &str, end: &str) -> String {
    port.write_all(format!("{command}\r").as_bytes()).unwrap();
    String::from_utf8(read_until(port, end.as_bytes())).unwrap()
}

fn log_in(port: &mut (impl Read + Write)) {
    ask(port, "ATE0", "OK\r\n");
    ask(port, "AT+QICSGP=1,1,\"apn\";+QIACT=1", "OK\r\n");
    ask(port, "AT+QFTPOPEN=\"h\"", "+QFTPOPEN: 0,0\r\n");
}

#[test]
fn on_a_pty_with_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("module");
    let server = MemoryServer::new();
    let emulator = builder(&server).on_pty(Some(&link)).unwrap();
    let open = || OpenOptions::new().read(true).write(true).open(&link).unwrap();
    let mut port: File = open();
    assert_eq!(ask(&mut port, "AT", "OK\r\n"), "AT\r\r\nOK\r\n");
    // A host that closes and comes back finds the same module.
    drop(port);
    let mut port = open();
    log_in(&mut port);
    let data: Vec<u8> =
        (0..8 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0]).collect();
    ask(&mut port, &format!("AT+QFTPPUT=\"big\",\"COM:\",0,{},1", data.len()), "CONNECT\r\n");
    port.write_all(&data).unwrap();
    read_until(&mut port, b"+QFTPPUT: 0,8388608\r\n");
    assert!(server.file("/big").unwrap() == data);
    port.write_all(b"AT+QFTPGET=\"big\",\"COM:\"\r").unwrap();
    let answer = read_until(&mut port, b"\r\nOK\r\n\r\n+QFTPGET: 0,8388608\r\n");
    assert!(answer[11..11 + data.len()] == data);
    emulator.stop();
    assert!(!link.exists() && std::fs::symlink_metadata(&link).is_err());
}

#[test]
fn on_tcp_one_host_after_the_other() {
    let server = MemoryServer::new();
    let emulator = builder(&server).on_tcp("127.0.0.1:0").unwrap();
    let address = emulator.address().unwrap();
    let mut first = TcpStream::connect(address).unwrap();
    log_in(&mut first);
    ask(&mut first, "AT+QFTPPUT=\"f\",\"COM:\"", "CONNECT\r\n");
    // Hanging up in data mode drops DTR: the next host finds a command line.
    drop(first);
    let mut second = TcpStream::connect(address).unwrap();
    assert_eq!(ask(&mut second, "AT", "OK\r\n"), "\r\nOK\r\n");
    emulator.stop();
    assert_eq!(second.read(&mut [0; 16]).unwrap(), 0);
}

#[test]
fn several_in_one_process() {
    let server = MemoryServer::new();
    let mut modules: Vec<_> = (0..4).map(|_| builder(&server).in_process().unwrap()).collect();
    for (_, host) in &mut modules {
        host.write_all(b"AT\r").unwrap();
    }
    for (emulator, mut host) in modules {
        let mut answer = Vec::new();
        while answer.len() < 9 {
            let mut buf = [0; 64];
            let count = host.read_timeout(&mut buf, Duration::from_secs(10)).unwrap();
            answer.extend_from_slice(&buf[..count]);
        }
        assert_eq!(answer, b"AT\r\r\nOK\r\n");
        let silence = host.read_timeout(&mut [0; 1], Duration::from_millis(5)).unwrap_err();
        assert_eq!(silence.kind(), std::io::ErrorKind::TimedOut);
        drop(host);
        let begun = Instant::now();
        while emulator.is_running() && begun.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert!(!emulator.is_running());
    }
}

#[test]
fn the_log_shows_no_password() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let server = MemoryServer::new();
    let logged = builder(&server).log(move |_, bytes| sink.lock().unwrap().extend_from_slice(bytes));
    let emulator = logged.on_tcp("127.0.0.1:0").unwrap();
    let mut port = TcpStream::connect(emulator.address().unwrap()).unwrap();
    ask(&mut port, "AT+QFTPCFG=\"account\",\"me\",\"hunter2\"", "OK\r\n");
    ask(&mut port, "AT+QFTPCFG=\"account\"", "OK\r\n");
    emulator.stop();
    let seen = String::from_utf8(seen.lock().unwrap().clone()).unwrap();
    assert!(seen.contains("AT+QFTPCFG=\"account\",***\r") && !seen.contains("hunter2"), "{seen}");
}

#[test]
fn dtr_comes_from_the_handle() {
    let server = MemoryServer::new();
    let emulator = builder(&server).on_tcp("127.0.0.1:0").unwrap();
    let mut port = TcpStream::connect(emulator.address().unwrap()).unwrap();
    log_in(&mut port);
    ask(&mut port, "AT&D1", "OK\r\n");
    ask(&mut port, "AT+QFTPPUT=\"f\",\"COM:\"", "CONNECT\r\n");
    port.write_all(b"abc").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    emulator.set_dtr(false);
    assert_eq!(read_until(&mut port, b"+QFTPPUT: 0,3\r\n"), b"\r\nOK\r\n\r\n+QFTPPUT: 0,3\r\n");
    emulator.power_cycle();
    read_until(&mut port, b"PB DONE\r\n");
}
