//! Twenty modules in one process, each in threads of its own, all in mid-transfer at the same time: every file is exact.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use qftp_core::session::{Apn, GetOptions, Login, Setup, Via};
use qftp_core::wire::Storage;
use qftp_emulator::{Config, Drives, Emulator, Family, MemoryFtp, MemoryServer};
use qftp_transport::{AnyPort, Client, Put, Settings, open};

const MODULES: usize = 20;
const LEN: usize = 1 << 20;

/// A file that is like no other module's.
fn bytes(module: usize) -> Vec<u8> {
    let mut state = u32::try_from(module).expect("small") + 1;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let words = format!("{module}\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++\0").into_bytes();
    words.into_iter().chain(noise).take(LEN + module * 1021).collect()
}

/// Every other one is staged in UFS, which all families have.
fn road(module: usize) -> Via {
    if module.is_multiple_of(2) { Via::Com } else { Via::Storage(Storage::Ufs) }
}

fn host(module: &Emulator) -> Client<AnyPort> {
    let path = module.path().expect("a PTY has a path").display().to_string();
    let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
    client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
    client.open(&Login::new("server")).expect("logged in");
    client
}

/// The families take turns, each with a UFS into which the file fits.
fn start(number: usize, server: &MemoryServer) -> Emulator {
    let drives = Drives::temporary().expect("a folder").with_size(Storage::Ufs, 4 * LEN as u64);
    let mut config = Config::new(drives);
    Family::all()[number % Family::all().len()].apply(&mut config);
    Emulator::builder(config).ftp(MemoryFtp::new(server)).on_pty(None).expect("a PTY")
}

#[test]
fn twenty_at_once() {
    let server = MemoryServer::new();
    let modules: Vec<Emulator> = (0..MODULES).map(|number| start(number, &server)).collect();
    // They meet before each step, so that all of them are at it together.
    let together = Barrier::new(MODULES);
    let spans: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let threads: Vec<_> = modules
            .iter()
            .enumerate()
            .map(|(number, module)| {
                let together = &together;
                scope.spawn(move || {
                    let mut host = host(module);
                    let (data, via) = (bytes(number), road(number));
                    together.wait();
                    let begin = Instant::now();
                    let put = Put { via, ..Put::whole(data.len() as u64) };
                    let sent = host.put(&format!("file{number}"), data.as_slice(), &put);
                    let span = (begin, Instant::now());
                    together.wait();
                    // Its neighbour's, which this module has never seen.
                    let other = (number + 1) % MODULES;
                    let mut back = Vec::new();
                    let got = host.get(
                        &format!("file{other}"),
                        &mut back,
                        &GetOptions { via, ..GetOptions::default() },
                    );
                    assert_eq!(
                        sent.unwrap_or_else(|error| panic!("module {number}: {error}")),
                        data.len() as u64
                    );
                    got.unwrap_or_else(|error| panic!("module {number}: {error}"));
                    assert!(back == bytes(other), "module {number}: file{other} came back as another");
                    host.close().expect("closed");
                    span
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for number in 0..MODULES {
        let stored = server.file(&format!("/file{number}")).expect("it is there");
        assert!(stored == bytes(number), "module {number}: the server's file is another");
    }
    let (last_begin, first_end) =
        (spans.iter().map(|span| span.0).max(), spans.iter().map(|span| span.1).min());
    assert!(last_begin < first_end, "one after the other shows nothing");
    assert_eq!(server.logins(), MODULES);
    assert!(modules.iter().all(Emulator::is_running));
}
