//! The manual's example of FTPS, word by word, over a real port.

use std::fs;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use qftp_tests::program::Module;
use qftp_tests::servers::{Form, Kind, Options, Version};
use qftp_tests::transcript::{Step, all, matches};
use qftp_transport::{AnyPort, Port as _, Settings, open};
use tempfile::TempDir;

/// Section 3.2 of the manual, word by word: its host, its port, TLS 1.0, no check, every suite; the server speaks TLS 1.0 only.
#[test]
fn section_3_2_word_by_word() {
    let settings = "--user=test\n--password=test";
    let server = Options::tls(Kind::Pyftpdlib, Form::Implicit, Some(Version::Tls10)).with(settings).start();
    let address = forward(990, server.port());
    let folder = TempDir::with_prefix("qftp-names-").expect("a folder");
    let hosts = folder.path().join("hosts");
    fs::write(&hosts, format!("{address} quectel.3322.org\n")).expect("written");
    let names = hosts.to_string_lossy();
    let environment = [("LD_PRELOAD", "libnss_wrapper.so"), ("NSS_WRAPPER_HOSTS", names.as_ref())];
    let module = Module::start_in(&["-v"], &environment);
    let mut port = open(&module.port(), &Settings::default()).expect("opens");
    let transcript =
        all().into_iter().find(|transcript| transcript.name.starts_with("s3.2")).expect("it is there");
    let mut said = String::new();
    for step in &transcript.steps {
        match step {
            Step::Command(command) => {
                port.write(format!("{command}\r").as_bytes(), PATIENCE).expect("written");
            }
            Step::Line(line) => assert!(next_line(&mut port, &mut said, line), "{line}\n{}", module.log()),
            other => panic!("{other:?}"),
        }
    }
    assert!(server.log().contains("USER 'test' logged in"), "{}", server.log());
    let newer = Options::tls(Kind::Pyftpdlib, Form::Implicit, Some(Version::Tls12)).with(settings).start();
    let open = format!("AT+QFTPOPEN=\"127.0.0.1\",{}", newer.port());
    for (command, outcome) in [("AT+QFTPCLOSE", "+QFTPCLOSE: 0,0"), (&open, "+QFTPOPEN: 631,0")] {
        port.write(format!("{command}\r").as_bytes(), PATIENCE).expect("written");
        for line in ["OK", outcome] {
            assert!(next_line(&mut port, &mut said, line), "{line}: 1 is TLS 1.0 alone\n{}", module.log());
        }
    }
}

/// The longest that a step of a dialogue takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads on to the line that is expected; echo and blank lines are passed over, anything else is not.
fn next_line(port: &mut AnyPort, said: &mut String, expected: &str) -> bool {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        while let Some((line, rest)) = said.split_once(['\r', '\n']) {
            let line = line.to_owned();
            *said = rest.to_owned();
            if !line.is_empty() && !line.starts_with("AT") {
                return matches(expected, &line);
            }
        }
        let mut bytes = [0; 256];
        let count = port.read(&mut bytes, Duration::from_millis(100)).expect("readable");
        said.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    false
}

/// Carries connections on to a port of 127.0.0.1, for as long as the test runs: from this port of an address of loopback that nobody
/// else uses it on, another run of the tests either.
fn forward(from: u16, port: u16) -> Ipv4Addr {
    let first = std::process::id().to_be_bytes();
    let free = (3..=u8::MAX).find_map(|second| {
        let address = Ipv4Addr::new(127, second, first[2], first[3].max(1));
        TcpListener::bind((address, from)).ok().map(|listener| (address, listener))
    });
    let (address, listener) = free.unwrap_or_else(|| panic!("no address of loopback has port {from} free"));
    std::thread::spawn(move || {
        for here in listener.incoming().flatten() {
            let there = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
            for (mut from, mut to) in
                [(here.try_clone().expect("a handle"), there.try_clone().expect("a handle")), (there, here)]
            {
                std::thread::spawn(move || {
                    // Whoever closes first ends it.
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Write);
                });
            }
        }
    });
    address
}
