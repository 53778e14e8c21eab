//! Several modules in one process, all at work at once: none gets a byte of another's.

use std::fs;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use qftp_core::Secret;
use qftp_core::session::{Apn, GetOptions, Login, Setup, Via};
use qftp_core::wire::Storage;
use qftp_emulator::{Builder, Config, Drives, Emulator, MemoryFtp, MemoryServer};
use qftp_tests::servers::{Kind, PASSWORD, Server, USER};
use qftp_transport::{AnyPort, Client, Put, Settings, open};

/// How many modules.
const MODULES: usize = 4;
/// The road of each one's files: straight through, and staged. The RAM of a module has 2 MiB.
const ROADS: [Via; MODULES] = [Via::Com, Via::Com, Via::Storage(Storage::Ufs), Via::Storage(Storage::Ram)];

/// A file that is like no other module's.
fn bytes(module: usize, len: usize) -> Vec<u8> {
    let mut state = u32::try_from(module).expect("small") + 1;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let words = format!("{module}\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++\0").into_bytes();
    words.into_iter().chain(noise).take(len).collect()
}

/// A host on a module of its own, logged in.
fn host(path: &str, address: &str, port: u16) -> Client<AnyPort> {
    let mut client = Client::new(open(path, &Settings::default()).expect("opens"));
    client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
    let (user, password) = (Secret::new(USER), Secret::new(PASSWORD));
    client.open(&Login { port, user, password, ..Login::new(address) }).expect("logged in");
    client
}

/// Does something on every host at once and returns when each was at it. Nothing that can fail comes before the barrier.
fn at_once(
    hosts: &mut [Client<AnyPort>],
    work: impl Fn(usize, &mut Client<AnyPort>) + Sync,
) -> Vec<(Instant, Instant)> {
    let (ready, work) = (&Barrier::new(hosts.len()), &work);
    thread::scope(|scope| {
        let start = |(number, host)| {
            scope.spawn(move || {
                ready.wait();
                let began = Instant::now();
                work(number, host);
                (began, Instant::now())
            })
        };
        let threads: Vec<_> = hosts.iter_mut().enumerate().map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// Lets every module send and fetch its own file, all at once, on a server whose files `read` shows.
fn all_at_once(
    address: (&str, u16),
    len: usize,
    with_ftp: impl Fn(Builder) -> Builder,
    read: impl Fn(&str) -> Vec<u8> + Sync,
) {
    let modules: Vec<Emulator> = (0..MODULES)
        .map(|_| {
            let config = Config::new(Drives::temporary().expect("a folder"));
            with_ftp(Emulator::builder(config)).on_pty(None).expect("a PTY")
        })
        .collect();
    let path = |module: &Emulator| module.path().expect("a PTY has a path").display().to_string();
    let mut hosts: Vec<_> = modules.iter().map(|module| host(&path(module), address.0, address.1)).collect();
    // Lengths differ, so that the ends do not fall together.
    let file = |number: usize| bytes(number, len + number * 1021);

    let spans = at_once(&mut hosts, |number, host| {
        let expected = file(number);
        let size = u64::try_from(expected.len()).expect("small");
        let put = Put { via: ROADS[number], ..Put::whole(size) };
        let sent = host.put(&format!("file{number}"), expected.as_slice(), &put);
        assert_eq!(sent.unwrap_or_else(|error| panic!("module {number}: {error}")), size);
    });
    for number in 0..MODULES {
        assert!(
            read(&format!("file{number}")) == file(number),
            "module {number}: the server's file is another"
        );
    }
    // They were at it at the same time: each began before any had ended.
    let (last_begin, first_end) =
        (spans.iter().map(|span| span.0).max(), spans.iter().map(|span| span.1).min());
    assert!(last_begin < first_end, "one after the other shows nothing: {spans:?}");

    // Its own file, then a neighbour's, which this module has never seen.
    for step in 0..2 {
        at_once(&mut hosts, |number, host| {
            let (number, via) = ((number + step) % MODULES, ROADS[number]);
            let mut back = Vec::new();
            let got =
                host.get(&format!("file{number}"), &mut back, &GetOptions { via, ..GetOptions::default() });
            got.unwrap_or_else(|error| panic!("file{number}: {error}"));
            assert!(back == file(number), "file{number} came back as another");
        });
    }
    at_once(&mut hosts, |_, host| host.close().expect("closed"));
    assert!(modules.iter().all(Emulator::is_running));
}

#[test]
fn on_a_real_server() {
    let server = Server::start(Kind::Vsftpd);
    let root = server.root();
    all_at_once(
        ("127.0.0.1", server.port()),
        1 << 20,
        |builder| builder,
        |name| fs::read(root.join(name)).expect("it is there"),
    );
}

#[test]
fn on_a_server_in_memory() {
    let server = MemoryServer::new();
    server.set_account(USER, PASSWORD);
    all_at_once(
        ("ftp.example.org", 21),
        1 << 20,
        |builder| builder.ftp(MemoryFtp::new(&server)),
        |name| server.file(&format!("/{name}")).expect("it is there"),
    );
    assert_eq!(server.logins(), MODULES);
}
