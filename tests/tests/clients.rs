//! The blocking and the asynchronous client on an emulated module: what the program's tests do not see.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use qftp_core::Secret;
use qftp_core::session::{Apn, GetOptions, Login, Setup, Via};
use qftp_core::wire::{Command, FileCommand, OpenMode, Storage, TransMode, Whence};
use qftp_emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};
use qftp_transport::{
    AnyPort, AsyncClient, Cancel, Client, Error, Kind, Put, Settings, Tap, open, open_async,
};

const USER: &str = "testuser-4711";
const PASSWORD: &str = "s3cr3t-Pa55";

/// A module on a PTY with a server in memory behind it, and the port's name.
fn module(server: &MemoryServer) -> (Emulator, String) {
    server.set_account(USER, PASSWORD);
    let config = Config::new(Drives::temporary().expect("a folder"));
    let emulator = Emulator::builder(config).ftp(MemoryFtp::new(server)).on_pty(None).expect("a PTY");
    let path = emulator.path().expect("a PTY has a path").display().to_string();
    (emulator, path)
}

fn setup() -> Setup<'static> {
    Setup { apn: Some(Apn::new("internet")), ..Setup::default() }
}

fn login() -> Login<'static> {
    let (user, password) = (Secret::new(USER), Secret::new(PASSWORD));
    Login { user, password, trans_mode: TransMode::Passive, ..Login::new("ftp.example.org") }
}

fn client(path: &str) -> Client<AnyPort> {
    let mut client = Client::new(open(path, &Settings::default()).expect("opens"));
    client.setup(&setup()).expect("set up");
    client.open(&login()).expect("logged in");
    client
}

fn bytes(len: usize) -> Vec<u8> {
    (0..=255).chain(*b"\r\nOK\r\n+++").cycle().take(len).collect()
}

#[test]
fn a_reader_of_unknown_length_goes_in_parts() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    let mut client = client(&path);
    let part = 64 * 1024;
    for len in [0, 1, part - 1, part, part + 1, 3 * part, 3 * part + 5] {
        let expected = bytes(len);
        let sent = client.put("f", expected.as_slice(), &Put::default()).expect("put");
        assert_eq!(sent, u64::try_from(len).expect("small"));
        assert!(server.file("/f").expect("there") == expected, "{len} bytes");
    }
    client.close().expect("closed");
}

#[test]
fn parts_of_a_file_of_the_module() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    let mut client = client(&path);
    let expected = bytes(5000);
    let handle = client.file_open("UFS:f", OpenMode::Truncate).expect("opened");
    let handle = u32::try_from(handle).expect("32 bits");
    assert_eq!(client.file_write(handle, 5000, expected.as_slice()).expect("written"), 5000);
    let seek = FileCommand::Seek { handle, offset: 1000, from: Some(Whence::Begin) };
    client.command(&Command::File(seek)).expect("moved");
    let mut part = Vec::new();
    assert_eq!(client.file_read(handle, 3000, &mut part).expect("read"), 3000);
    assert!(part == expected[1000..4000]);
    client.command(&Command::File(FileCommand::Close(handle))).expect("closed");
    assert_eq!(
        client.files("*").expect("listed").iter().map(|file| file.size).collect::<Vec<_>>(),
        [Some(5000)]
    );
}

/// A reader or writer that fails after so many bytes.
struct Fails(usize);

impl Read for Fails {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.write(buf)?;
        buf[..count].fill(b'x');
        Ok(count)
    }
}

impl Write for Fails {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.0);
        self.0 -= count;
        if count == 0 { Err(io::Error::other("the disk is full")) } else { Ok(count) }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_local_file_that_fails_leaves_the_session_usable() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    server.add_file("/there", bytes(300_000));
    let mut client = client(&path);
    for via in [Via::Com, Via::Storage(Storage::Ufs)] {
        let got = client.get("there", Fails(100_000), &GetOptions { via, ..GetOptions::default() });
        assert!(
            matches!(&got, Err(Error::Local { error, .. }) if error.to_string() == "the disk is full"),
            "{got:?}"
        );
        assert_eq!(client.size("there").expect("usable"), 300_000);
        let put = client.put("new", Fails(100_000), &Put { via, ..Put::whole(300_000) });
        assert!(matches!(&put, Err(Error::Local { .. })), "{put:?}");
        assert_eq!(client.size("there").expect("usable"), 300_000);
        let short = client.put("new", bytes(10).as_slice(), &Put { via, ..Put::whole(11) });
        assert!(
            matches!(&short, Err(Error::Local { error, .. }) if error.kind() == io::ErrorKind::UnexpectedEof)
        );
        assert_eq!(client.size("there").expect("usable"), 300_000);
    }
}

/// Cancels after so many bytes have passed.
fn cancel_after(client: &mut Client<AnyPort>, bytes: u64) -> Arc<Mutex<Option<Instant>>> {
    let cancel = Cancel::new();
    client.set_cancel(cancel.clone());
    let when = Arc::new(Mutex::new(None));
    let note = when.clone();
    client.set_progress(Some(Box::new(move |progress| {
        let mut note = note.lock().expect("no panic");
        if progress.done >= bytes && note.is_none() {
            *note = Some(Instant::now());
            cancel.cancel();
        }
    })));
    when
}

#[test]
fn cancelling_ends_soon_and_leaves_the_session_usable() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    server.add_file("/there", bytes(50 << 20));
    let mut client = client(&path);
    for upload in [false, true] {
        let when = cancel_after(&mut client, 1 << 20);
        let result = match upload {
            false => client.get("there", io::sink(), &GetOptions::default()),
            true => client.put("new", io::repeat(b'+'), &Put::whole(1 << 30)),
        };
        let took = when.lock().expect("no panic").expect("cancelled").elapsed();
        assert!(matches!(result, Err(Error::Cancelled { .. })), "{result:?}");
        // A second where nothing else runs on the machine; a minute of data was still to come.
        assert!(took < Duration::from_secs(6), "it took {took:?}");
        client.set_progress(None);
        assert_eq!(client.size("there").expect("usable"), 50 << 20);
    }
    // While nothing is under way, the next operation is cancelled, and only that.
    client.cancel().cancel();
    assert!(matches!(client.pwd(), Err(Error::Cancelled { .. })));
    assert_eq!(client.pwd().expect("usable"), "/");
}

#[derive(Clone, Default)]
struct Spy(Arc<Mutex<Vec<u8>>>);

impl Tap for Spy {
    fn sent(&mut self, _at: Duration, _kind: Kind, bytes: &[u8]) {
        self.0.lock().expect("no panic").extend(bytes);
    }
    fn received(&mut self, _at: Duration, kind: Kind, bytes: &[u8]) {
        self.0.lock().expect("no panic").extend(if kind == Kind::Data { b"[data]" } else { bytes });
    }
}

#[test]
fn a_tap_sees_everything_but_secrets() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    server.add_file("/f", bytes(1000));
    let spy = Spy::default();
    let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
    client.set_tap(Some(Box::new(spy.clone())));
    let login_with_apn =
        Apn { login: Some((Secret::new(USER), Secret::new(PASSWORD))), ..Apn::new("internet") };
    client.setup(&Setup { apn: Some(login_with_apn), ..Setup::default() }).expect("set up");
    client.open(&login()).expect("logged in");
    client.get("f", io::sink(), &GetOptions::default()).expect("got");
    let wrong = Login { password: Secret::new("s3cr3t-Pa55-no"), ..login() };
    client.close().expect("closed");
    let error = client.open(&wrong).expect_err("a wrong password");
    drop(client);
    let seen = String::from_utf8_lossy(&spy.0.lock().expect("no panic")).into_owned();
    for part in ["AT+QFTPCFG=\"account\",***", "CONNECT", "[data]", "+QFTPGET: 0,1000", "+QFTPCLOSE: 0,0"] {
        assert!(seen.contains(part), "no {part} in {seen}");
    }
    for text in [seen, format!("{error} {error:?}"), format!("{wrong:?}")] {
        assert!(!text.contains(PASSWORD) && !text.contains(USER), "{text}");
    }
}

#[test]
fn a_port_that_goes_is_an_error_for_good() {
    let server = MemoryServer::new();
    let (module, path) = module(&server);
    let mut client = client(&path);
    let stop = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        module.stop();
    });
    let result = client.put("f", io::repeat(0), &Put::whole(1 << 40));
    assert!(matches!(result, Err(Error::Port(_))), "{result:?}");
    assert!(matches!(client.pwd(), Err(Error::Port(_))));
    stop.join().expect("no panic");
}

/// A source without an end, which counts what was taken from it.
struct Endless {
    given: Arc<AtomicUsize>,
}

impl tokio::io::AsyncRead for Endless {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = into.remaining().min(4096);
        into.put_slice(&[b'x'; 4096][..room]);
        self.given.fetch_add(room, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_asynchronous_client() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    let port = open_async(&path, &Settings::default()).await.expect("opens");
    let mut client = AsyncClient::new(port);
    // Its futures can go to another thread.
    let done = tokio::spawn(async move {
        client.setup(&setup()).await.expect("set up");
        client.open(&login()).await.expect("logged in");
        let expected = bytes(1_000_000);
        client.put("f", &mut expected.as_slice(), &Put::whole(1_000_000)).await.expect("put");
        let mut back = Vec::new();
        client.get("f", &mut back, &GetOptions::default()).await.expect("got");
        assert!(back == expected);
        let parts = client.put("parts", &mut expected.as_slice(), &Put::default()).await.expect("put");
        assert_eq!(parts, 1_000_000);
        assert!(String::from_utf8_lossy(&client.list(".").await.expect("listed")).contains("parts"));

        // A future that is dropped half-way cancels; the next operation finds everything in order.
        let mut endless = Endless { given: Arc::default() };
        let (given, whole) = (Arc::clone(&endless.given), Put::whole(1 << 40));
        let half_way = async {
            while given.load(Ordering::Relaxed) < 300_000 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            ended = client.put("f", &mut endless, &whole) => panic!("{ended:?}"),
            () = half_way => {}
        }
        assert_eq!(client.size("parts").await.expect("usable"), 1_000_000);
        client.close().await.expect("closed");
    });
    done.await.expect("no panic");
}

#[tokio::test]
async fn the_asynchronous_client_over_tcp() {
    let server = MemoryServer::new();
    server.add_file("/f", bytes(100_000));
    server.set_account(USER, PASSWORD);
    let config = Config::new(Drives::temporary().expect("a folder"));
    let builder = Emulator::builder(config).ftp(MemoryFtp::new(&server));
    let module = builder.on_tcp("127.0.0.1:0").expect("a free port");
    let address = format!("tcp://{}", module.address().expect("bound"));
    let mut client = AsyncClient::new(open_async(&address, &Settings::default()).await.expect("connects"));
    client.setup(&setup()).await.expect("set up");
    client.open(&login()).await.expect("logged in");
    let mut back = Vec::new();
    client.get("f", &mut back, &GetOptions::default()).await.expect("got");
    assert!(back == bytes(100_000));
    client.close().await.expect("closed");
}

#[test]
fn a_file_is_read_again_and_compared() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    let there = bytes(100_000);
    server.add_file("/f", there.clone());
    let cases = {
        let mut changed = there.clone();
        changed[77_777] ^= 1;
        let longer = [&there[..], b"x"].concat();
        [
            (there.clone(), None),
            (changed, Some(77_777)),
            (there[..99_999].to_vec(), Some(99_999)),
            (longer, Some(100_000)),
            (Vec::new(), Some(0)),
        ]
    };
    let mut blocking = client(&path);
    for (own, difference) in &cases {
        let found = blocking.verify("f", own.as_slice(), &GetOptions::default()).expect("read again");
        assert_eq!(found, *difference);
    }
    let options = GetOptions { start: 50_000, ..GetOptions::default() };
    assert_eq!(blocking.verify("f", &there[50_000..], &options).expect("read again"), None);
    blocking.close().expect("closed");
    drop(blocking);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let port = open_async(&path, &Settings::default()).await.expect("opens");
        let mut client = AsyncClient::new(port);
        client.setup(&setup()).await.expect("set up");
        client.open(&login()).await.expect("logged in");
        for (own, difference) in &cases {
            let found =
                client.verify("f", &mut own.as_slice(), &GetOptions::default()).await.expect("read again");
            assert_eq!(found, *difference);
        }
    });
}

/// A source that fails, or has nothing, before it has given a byte.
struct NoSource(bool);

impl Read for NoSource {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        if self.0 { Err(io::Error::other("no such thing")) } else { Ok(0) }
    }
}

impl tokio::io::AsyncRead for NoSource {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(self.read(buf.initialize_unfilled()).map(drop))
    }
}

/// The first bytes are read before the command goes out: nothing on the server is touched.
#[test]
fn a_source_that_fails_at_once_touches_nothing() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    server.add_file("/f", b"what was there");
    let mut client = client(&path);
    for fails in [true, false] {
        for via in [Via::Com, Via::Storage(Storage::Ufs)] {
            let whole = Put { via, ..Put::whole(5) };
            let began = Instant::now();
            let error = client.put("f", NoSource(fails), &whole).expect_err("no source");
            assert!(matches!(error, Error::Local { .. }), "{error:?}");
            assert!(began.elapsed() < Duration::from_secs(6), "{via:?}: {:?}", began.elapsed());
            assert!(client.is_open() && server.file("/f").expect("there") == b"what was there");
        }
        let error = client.upload("UFS:f", NoSource(fails), 5).expect_err("no source");
        assert!(matches!(error, Error::Local { .. }), "{error:?}");
    }
    assert!(matches!(client.put("f", NoSource(true), &Put::default()), Err(Error::Local { .. })));
    assert_eq!(server.file("/f").expect("there"), b"what was there");
    assert!(client.files("*").is_err(), "no file of the module was made");
    client.close().expect("closed");
}

#[tokio::test]
async fn a_source_that_fails_at_once_touches_nothing_asynchronously() {
    let server = MemoryServer::new();
    let (_module, path) = module(&server);
    server.add_file("/f", b"what was there");
    let mut client = AsyncClient::new(open_async(&path, &Settings::default()).await.expect("opens"));
    client.setup(&setup()).await.expect("set up");
    client.open(&login()).await.expect("logged in");
    for fails in [true, false] {
        let error = client.put("f", &mut NoSource(fails), &Put::whole(5)).await.expect_err("no source");
        assert!(matches!(error, Error::Local { .. }), "{error:?}");
        assert!(client.is_open() && server.file("/f").expect("there") == b"what was there");
    }
    client.close().await.expect("closed");
}
