//! Every setting of an SSL context, as the emulated module does it on a real server: what the handshake agrees on, or 631.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use qftp_core::codes::FtpCode;
use qftp_core::session::{Apn, Login, Setup, Tls};
use qftp_core::wire::{Command, SslCfg, SslKey, SslValue, SslVersion};
use qftp_emulator::{Config, Drives, Emulator};
use qftp_tests::host::login;
use qftp_tests::servers::{Form, Kind, Options, Server};
use qftp_transport::{AnyPort, Client, Settings, open};

/// A host, and what the module's log says.
struct Bench {
    client: Client<AnyPort>,
    notes: Arc<Mutex<Vec<String>>>,
    _module: Emulator,
}

impl Bench {
    fn new() -> Self {
        let notes = Arc::<Mutex<Vec<String>>>::default();
        let log = notes.clone();
        let builder = Emulator::builder(Config::new(Drives::temporary().expect("a folder")));
        let builder = builder.notes(move |note| log.lock().expect("whole").push(note.to_owned()));
        let module = builder.on_pty(None).expect("a PTY");
        let path = module.path().expect("a path").display().to_string();
        let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
        client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
        Self { client, notes, _module: module }
    }

    /// Logs in and lists, over a data connection; or the code, and what the log says of it.
    fn visit(&mut self, port: u16, tls: Tls<'static>) -> Result<(), (Option<FtpCode>, String)> {
        self.notes.lock().expect("whole").clear();
        let login = Login { tls: Some(tls), ..login(port) };
        let visited = self.client.open(&login).and_then(|()| self.client.list(".")).map(drop);
        if visited.is_ok() {
            self.client.close().expect("closed");
        }
        visited.map_err(|error| {
            let code = error.failure().and_then(qftp_core::session::Failure::ftp_code);
            (code, self.notes.lock().expect("whole").join("; "))
        })
    }
}

fn server() -> Server {
    // Whatever OpenSSL has: the suite is the module's choice.
    Options::tls(Kind::Vsftpd, Form::Explicit, None).with("ssl_ciphers=ALL:@SECLEVEL=0").start()
}

/// Every number of companion.md §3: agreed on, or 631 and the log says that OpenSSL lacks it or that the server does.
#[test]
fn every_cipher_suite_works_or_is_refused_by_name() {
    let server = server();
    let mut bench = Bench::new();
    let works = [0x0035, 0x002F, 0x003D, 0xC013, 0xC014, 0xC027, 0xC028, 0xC02F, 0xC030, 0xFFFF];
    // RC4, 3DES, static ECDH: gone from OpenSSL as it is built today. ECDSA: the server's key is RSA.
    let refused =
        [0x0004, 0x0005, 0x000A, 0xC011, 0xC012, 0xC023, 0xC024, 0xC025, 0xC026, 0xC029, 0xC02A, 0xC02B];
    for suite in works {
        let tls = Tls { suite, version: SslVersion::All, ..Tls::unchecked() };
        assert_eq!(bench.visit(server.port(), tls), Ok(()), "{suite:04X}");
    }
    for suite in refused {
        let tls = Tls { suite, version: SslVersion::All, ..Tls::unchecked() };
        let (code, log) = bench.visit(server.port(), tls).expect_err("refused");
        assert_eq!(code, Some(FtpCode::SSL), "{suite:04X}");
        let told =
            log.contains(&format!("ciphersuite 0X{suite:04X} is ")) || log.contains("handshake failure");
        assert!(told, "{suite:04X}: {log}");
    }
    let unknown = Tls { suite: 0x1301, version: SslVersion::All, ..Tls::unchecked() };
    let (code, log) = bench.visit(server.port(), unknown).expect_err("refused");
    assert_eq!(code, Some(FtpCode::SSL));
    assert!(log.contains("0X1301 is not one of the module's"), "{log}");
}

/// `sslversion`: each alone, all of them, and SSL 3.0, which is refused by name.
#[test]
fn every_version() {
    let server = server();
    let mut bench = Bench::new();
    for version in [SslVersion::Tls1_0, SslVersion::Tls1_1, SslVersion::Tls1_2, SslVersion::All] {
        let tls = Tls { version, ..Tls::unchecked() };
        assert_eq!(bench.visit(server.port(), tls), Ok(()), "{version:?}\n{}", server.log());
    }
    let (code, log) = bench
        .visit(server.port(), Tls { version: SslVersion::Ssl3, ..Tls::unchecked() })
        .expect_err("refused");
    assert_eq!(code, Some(FtpCode::SSL));
    assert!(log.contains("SSL 3.0"), "{log}");
}

/// `negotiatetime` ends a handshake that does not come to its end. Real time: 10 s is the least that a module takes.
#[test]
fn a_handshake_that_hangs() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let mut bench = Bench::new();
    let value = Some(SslValue::Number(10));
    let negotiate = Command::Ssl(SslCfg { key: SslKey::NegotiateTime, context: 1, value });
    bench.client.command(&negotiate).expect("set");
    let began = Instant::now();
    let (code, log) = bench.visit(port, Tls { implicit: true, ..Tls::unchecked() }).expect_err("no TLS");
    assert_eq!(code, Some(FtpCode::SSL));
    assert!(log.contains("did not finish the handshake in time"), "{log}");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    let server = server();
    assert_eq!(bench.visit(server.port(), Tls::unchecked()), Ok(()), "usable after it");
}
