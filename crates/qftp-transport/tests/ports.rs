//! Every kind of port keeps the promises of `Port`: waits are kept, bytes come as they went, a dead line is an error.

use std::io;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use qftp_transport::{Cancel, OpenErrorKind, Port, Settings, TcpPort, open, open_again, pipe};

const NOW: Duration = Duration::ZERO;
const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(5);

/// Bytes of every value, in an order that repeats late.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| u8::try_from((n * 7 + n / 251) % 256).unwrap_or(0)).collect()
}

fn send(port: &mut impl Port, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let written = port.write(bytes, LONG).expect("the line stands");
        assert!(written > 0, "no room within {LONG:?}");
        bytes = &bytes[written..];
    }
}

fn receive(port: &mut impl Port, count: usize) -> Vec<u8> {
    let mut got = Vec::new();
    let mut buf = [0; 1000];
    while got.len() < count {
        let read = port.read(&mut buf, LONG).expect("the line stands");
        assert!(read > 0, "nothing came within {LONG:?}");
        got.extend(&buf[..read]);
    }
    got
}

/// The promises, on two ports that are joined.
fn promises<P: Port + Send + 'static>(mut here: P, mut there: impl Port) {
    let mut buf = [0; 16];
    let began = Instant::now();
    assert_eq!(here.read(&mut buf, NOW).expect("stands"), 0);
    assert!(began.elapsed() < SHORT);
    assert_eq!(here.read(&mut buf, SHORT).expect("stands"), 0);
    assert!(began.elapsed() >= SHORT && began.elapsed() < SHORT * 10, "{:?}", began.elapsed());

    let sent = bytes(300_000);
    let expected = sent.clone();
    let thread = thread::spawn(move || {
        send(&mut here, &sent);
        assert_eq!(receive(&mut here, 5), b"\xFF\x00\r\n\x11");
        here
    });
    assert!(receive(&mut there, expected.len()) == expected);
    send(&mut there, b"\xFF\x00\r\n\x11");
    let mut here = thread.join().expect("no panic");

    // Nobody reads: writing ends, each time within its wait.
    let began = Instant::now();
    let mut total = 0;
    while total < 1 << 26 {
        match here.write(&[0; 65536], SHORT).expect("stands") {
            0 => break,
            written => total += written,
        }
    }
    assert!(total < 1 << 26, "the line takes bytes without end");
    assert!(began.elapsed() < LONG);
    drop(there);
    let dead = (0..100_000).any(|_| here.write(&[0; 4096], SHORT).is_err());
    assert!(dead, "a line without another side takes bytes");
}

#[test]
fn a_pipe() {
    let (here, there) = pipe(1000);
    promises(here, there);
}

#[test]
fn a_tcp_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let here = open(&format!("tcp://{address}"), &Settings::default()).expect("connects");
    let (stream, _) = listener.accept().expect("somebody connected");
    promises(here, TcpPort::new(stream, "test".to_owned()).expect("a port"));
}

#[cfg(unix)]
mod pty {
    use std::io::{Read, Write};

    use serialport::SerialPort as _;

    use super::*;

    /// The master's side of a pseudo-terminal. It holds the slave open, as an emulated module does.
    struct Master(serialport::TTYPort);

    impl Port for Master {
        fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
            self.0.set_timeout(wait)?;
            self.0.read(buf).or_else(none)
        }
        fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
            self.0.set_timeout(wait)?;
            self.0.write(&bytes[..bytes.len().min(2048)]).or_else(none)
        }
        fn name(&self) -> String {
            "master".to_owned()
        }
    }

    fn none(error: io::Error) -> io::Result<usize> {
        if error.kind() == io::ErrorKind::TimedOut { Ok(0) } else { Err(error) }
    }

    fn pair() -> (Master, String) {
        let (master, slave) = serialport::TTYPort::pair().expect("a pseudo-terminal");
        let path = slave.name().expect("a name");
        (Master(master), path)
    }

    #[test]
    fn a_pseudo_terminal() {
        let (master, path) = pair();
        let here = open(&path, &Settings::default()).expect("opens");
        promises(here, master);
    }

    #[test]
    fn only_one_program_has_it() {
        let (_master, path) = pair();
        let first = open(&path, &Settings::default()).expect("opens");
        let error = open(&path, &Settings::default()).expect_err("held");
        assert_eq!(error.kind, OpenErrorKind::Held);
        assert!(error.to_string().starts_with(&format!("{path}: held by another program")), "{error}");
        drop(first);
        open(&path, &Settings::default()).expect("free again");
    }

    #[test]
    fn it_has_no_modem_lines() {
        let (_master, path) = pair();
        let mut port = open(&path, &Settings::default()).expect("opens");
        assert!(port.set_dtr(false).is_err());
    }
}

/// A module that restarts takes its port away for a while.
#[test]
fn a_port_that_comes_back_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let returns = thread::spawn(move || {
        thread::sleep(SHORT);
        TcpListener::bind(address).expect("still free")
    });
    let (settings, cancel) = (Settings::default(), Cancel::new());
    let port = open_again(&format!("tcp://{address}"), &settings, &cancel).expect("it is back");
    assert!(port.name().contains(&address.to_string()));
    drop(returns.join().expect("no panic"));

    // Nobody waits for what somebody cancelled.
    cancel.cancel();
    let began = Instant::now();
    let error = open_again("/dev/no-such-port", &settings, &cancel).expect_err("it stays away");
    assert!(error.kind() == io::ErrorKind::NotConnected && began.elapsed() < LONG, "{error}");
}

#[test]
fn ports_that_do_not_open_say_why() {
    let kind = |address: &str| open(address, &Settings::default()).expect_err(address).kind;
    assert_eq!(kind("/dev/no-such-port"), OpenErrorKind::NoSuchPort);
    assert_eq!(kind("gopher://x:1"), OpenErrorKind::Address);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    assert_eq!(kind(&format!("tcp://{address}")), OpenErrorKind::Refused);
    let file = tempfile::NamedTempFile::new().expect("a file");
    let error = open(&file.path().to_string_lossy(), &Settings::default()).expect_err("a file is no port");
    assert_eq!(error.kind, OpenErrorKind::Other);
    assert!(error.to_string().contains("not a serial port"), "{error}");
}
