//! A file up and down again with what a program that runs unattended uses, by both clients.

use std::io::Cursor;

use qftp::emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};
use qftp::{
    Apn, AsyncClient, AsyncWay, Client, Failure, FailureKind, GetOptions, Login, Policy, Settings, Setup,
    Way, open, open_async,
};

fn module(server: &MemoryServer, faults: &[&str]) -> (Emulator, String) {
    let mut config = Config::new(Drives::temporary().expect("a folder"));
    config.faults = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    let module = Emulator::builder(config).ftp(MemoryFtp::new(server)).on_pty(None).expect("a PTY");
    let port = module.path().expect("a path").display().to_string();
    (module, port)
}

fn setup() -> Setup<'static> {
    Setup { apn: Some(Apn::new("internet")), ..Setup::default() }
}

const POLICY: Policy = Policy {
    resume: true,
    verify: true,
    retries: 3,
    wait_ms: 10,
    longest_wait_ms: 10,
    restart: true,
    power: false,
    via: qftp::Via::Com,
};

#[test]
fn blocking() {
    let server = MemoryServer::new();
    let (_module, port) = module(&server, &["control-lost=1000"]);
    let readings = "1,20.5\r\nOK\r\n".repeat(400).into_bytes();
    let mut client = Client::new(open(&port, &Settings::default()).expect("a port"));
    let mut way = Way::new(setup(), Login::new("server"), "");
    let len = readings.len() as u64;
    let sent = client.send("many.csv", &mut Cursor::new(&readings), len, POLICY, &mut way);
    assert_eq!(sent.expect("sent"), len);
    assert_eq!(server.file("/many.csv").as_deref(), Some(&readings[..]));
    let failed = client.size("nothing").expect_err("it is not there");
    assert_eq!(failed.failure().map(Failure::kind), Some(FailureKind::Server));
    client.close().expect("closed");
}

#[tokio::test(flavor = "current_thread")]
async fn asynchronous() {
    let server = MemoryServer::new();
    server.add_file("/words", "\r\nOK\r\n");
    let (_module, port) = module(&server, &[]);
    let port = open_async(&port, &Settings::default()).await.expect("a port");
    let mut client = AsyncClient::new(port);
    client.connect(&mut AsyncWay::new(setup(), Login::new("server"), "")).await.expect("connected");
    let mut back = Vec::new();
    client.get("words", &mut back, &GetOptions::default()).await.expect("it comes");
    assert_eq!(back, b"\r\nOK\r\n");
    client.close().await.expect("closed");
}
