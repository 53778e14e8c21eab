//! Faults and line speed of a module that runs: real ports, real time.

use std::time::{Duration, Instant};

use qftp_core::session::{Apn, Cause, GetOptions, LineFault, Login, Setup};
use qftp_emulator::{Builder, Config, Drives, Emulator, Fault, MemoryFtp, MemoryServer};
use qftp_transport::{AnyPort, Client, Error, Put, Settings, open};

fn builder(server: &MemoryServer) -> Builder {
    Emulator::builder(Config::new(Drives::temporary().expect("a folder"))).ftp(MemoryFtp::new(server))
}

fn host(module: &Emulator) -> Client<AnyPort> {
    let path = module.path().expect("a PTY has a path").display().to_string();
    Client::new(open(&path, &Settings::default()).expect("opens"))
}

fn log_in(host: &mut Client<AnyPort>) {
    host.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
    host.open(&Login::new("server")).expect("logged in");
}

fn get(host: &mut Client<AnyPort>) -> Result<Vec<u8>, Error> {
    let mut data = Vec::new();
    host.get("f.bin", &mut data, &GetOptions::default()).map(|_| data)
}

#[test]
fn faults_are_switched_while_it_runs() {
    let server = MemoryServer::new();
    let data = vec![b'x'; 50_000];
    server.add_file("/f.bin", data.clone());
    let module = builder(&server).on_pty(None).expect("a PTY");
    let mut host = host(&module);
    log_in(&mut host);
    module.set_faults(&[Fault::parse("control-lost=20000").expect("a fault")]);
    let failure = get(&mut host).expect_err("it is broken off");
    assert_eq!(
        failure.failure().and_then(qftp_core::session::Failure::ftp_code).map(qftp_core::codes::FtpCode::get),
        Some(606),
        "{failure}"
    );
    module.set_faults(&[]);
    log_in(&mut host);
    assert!(get(&mut host).expect("whole") == data);

    module.set_faults(&[Fault::parse("reboot=20000").expect("a fault")]);
    let failure = get(&mut host).expect_err("it is broken off");
    assert_eq!(
        failure.failure().map(|failure| failure.cause),
        Some(Cause::Line(LineFault::Restarted)),
        "{failure}"
    );
    module.set_faults(&[]);
    log_in(&mut host);
    assert!(get(&mut host).expect("whole") == data);
}

/// The one thing here that only a real clock can show: at a line rate no byte leaves, and none is taken, before its time.
#[test]
fn a_line_of_57600_baud() {
    let server = MemoryServer::new();
    let data: Vec<u8> = (0..=255).cycle().take(6000).collect();
    server.add_file("/f.bin", data.clone());
    let module = builder(&server).line_rate(57_600).on_pty(None).expect("a PTY");
    let mut host = host(&module);
    log_in(&mut host);
    // 5760 bytes a second; what it takes longer than that is the machine's load.
    let least = Duration::from_secs_f64(6000.0 / 5760.0);
    let began = Instant::now();
    assert!(get(&mut host).expect("whole") == data);
    assert!(began.elapsed() >= least, "down in {:?}", began.elapsed());
    let began = Instant::now();
    host.put("up.bin", data.as_slice(), &Put::whole(6000)).expect("sent");
    assert!(began.elapsed() >= least, "up in {:?}", began.elapsed());
    assert_eq!(server.file("/up.bin"), Some(data));
}

/// Too fast for a receive buffer of 20 bytes that is looked at every 10 ms, unless flow control stops the host.
#[test]
fn an_overrun_at_57600_baud() {
    let server = MemoryServer::new();
    let mut config = Config::new(Drives::temporary().expect("a folder"));
    config.faults = vec![Fault::parse("overrun=20").expect("a fault")];
    let module = Emulator::builder(config).ftp(MemoryFtp::new(&server)).line_rate(57_600);
    let (_module, mut host) = module.in_process().expect("a pipe");
    let mut ask = |text: &str, end: &str| {
        host.write_all(text.as_bytes()).expect("written");
        let (mut came, began) = (Vec::new(), Instant::now());
        while !came.ends_with(end.as_bytes()) {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", came.escape_ascii());
            let mut buf = [0; 256];
            if let Ok(count) = host.read_timeout(&mut buf, Duration::from_millis(200)) {
                came.extend_from_slice(&buf[..count]);
            }
        }
        String::from_utf8(came).expect("text")
    };
    ask("ATE0\r", "OK\r\n");
    ask("AT+QFUPL=\"fast\",600,1\r", "CONNECT\r\n");
    let said = ask(&"x".repeat(600), "\r\n+CME ERROR: 421\r\n");
    let got = said
        .split("+QFUPL: ")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .and_then(|got| got.parse().ok());
    assert!(got.is_some_and(|got: usize| got < 600), "{said}");
    ask("AT+IFC=2,2\r", "OK\r\n");
    ask("AT+QFUPL=\"slow\",600,5\r", "CONNECT\r\n");
    assert!(ask(&"x".repeat(600), "OK\r\n").contains("+QFUPL: 600,"));
}
