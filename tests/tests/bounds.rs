//! Hostile input has bounds: memory, time, and nothing lost without a word.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant as RealTime};

use qftp_core::Instant;
use qftp_core::session::{Cause, Config, Event, Failure, LineFault, Session, Setup};
use qftp_core::wire::{Line, ListKind};
use qftp_tests::host::{Host, login};
use qftp_tests::program::{Module, command};
use qftp_tests::servers::hostile::{Answer, Hostile, Script};
use qftp_transport::{Client, Error, Port};

/// The most that host and module may hold, in KiB: as in `memory.rs`.
const MOST: u64 = 32 << 10;
/// Entries of a large folder.
const MILLION: u64 = 1_000_000;

/// A session whose module answers every command with `answer` until the operation is over.
struct Bench {
    session: Session,
    now: Instant,
}

impl Bench {
    /// Set up without a network: four OKs.
    fn new() -> Self {
        let mut bench =
            Self { session: Session::new(Config::default()), now: Instant::from_millis(1_000_000) };
        bench.session.setup(bench.now, &Setup { network: false, ..Setup::default() }).expect("it may start");
        bench.run(|_| b"\r\nOK\r\n".to_vec()).expect("set up");
        bench
    }

    /// Runs the operation that was started: the number of `Done`, if it is one.
    ///
    /// The module says `answer(n)` to the n-th command, and the same again ten times a second.
    fn run(&mut self, answer: impl Fn(usize) -> Vec<u8>) -> Result<Option<u64>, Failure> {
        let mut commands = 0;
        for _ in 0..100_000 {
            let mut out = [0; 1024];
            if self.session.poll_transmit(self.now, &mut out) > 0 {
                commands += 1;
            }
            if commands > 0 {
                let said = answer(commands);
                let mut rest = &said[..];
                loop {
                    let step = self.session.handle_input(self.now, rest);
                    rest = &rest[step.consumed..];
                    match step.event {
                        Some(Event::Failed(failure)) => return Err(failure),
                        Some(Event::Done(qftp_core::session::Done::Number(number))) => {
                            return Ok(Some(number));
                        }
                        Some(Event::Done(_)) => return Ok(None),
                        Some(_) => {}
                        None if rest.is_empty() => break,
                        None => {}
                    }
                }
            }
            let due = self.session.poll_timeout().expect("it waits for something");
            self.now = due.min(self.now.after(100));
            self.session.handle_timeout(self.now);
            match self.session.poll_event() {
                Some(Event::Failed(failure)) => return Err(failure),
                Some(Event::Done(_)) => return Ok(None),
                _ => {}
            }
        }
        panic!("it never ends: {:?}", self.session);
    }
}

#[test]
fn a_line_without_end_is_noise_within_the_command_s_time() {
    let mut bench = Bench::new();
    bench.session.files(bench.now, "*").expect("it may start");
    let began = bench.now;
    let failure = bench.run(|_| vec![b'x'; 64 << 10]).expect_err("no answer");
    assert_eq!(failure.cause, Cause::Line(LineFault::Noise));
    assert!(bench.now.since(began) < 60_000, "{} ms", bench.now.since(began));
}

/// Numbers of more than 64 bits in every number of an answer that is waited for: an error, never another number.
#[test]
fn numbers_beyond_64_bits_are_no_numbers() {
    const HUGE: &str = "18446744073709551616";
    for line in [
        format!("+QFLDS: {HUGE},5"),
        format!("+QFLDS: 5,{HUGE}"),
        format!("+QFLST: \"a\",{HUGE}"),
        format!("+QFOPEN: {HUGE}"),
        format!("+QFUPL: {HUGE},0"),
        format!("+QFUPL: 5,{HUGE}"),
        format!("+QFDWL: {HUGE},0"),
        format!("+QFWRITE: {HUGE},5"),
        format!("+QFWRITE: 5,{HUGE}"),
        format!("+QFPOSITION: {HUGE}"),
        format!("+QFTPSIZE: 0,{HUGE}"),
        format!("+QFTPSIZE: {HUGE},0"),
        format!("+QFTPGET: 0,{HUGE}"),
        format!("+QFTPPUT: 627,{HUGE}"),
        format!("+QFTPSTAT: 0,{HUGE}"),
        format!("+QFTPLEN: 0,{HUGE}"),
        format!("+CSQ: {HUGE},99"),
        format!("+QIACT: {HUGE},1,1,\"10.0.0.1\""),
        format!("+QIGETERROR: {HUGE},x"),
        format!("+QIURC: \"pdpdeact\",{HUGE}"),
        format!("+CME ERROR: {HUGE}"),
        format!("CONNECT {HUGE}"),
    ] {
        let parsed = Line::parse(line.as_bytes());
        let shown = format!("{parsed:?}");
        // As a text it is kept whole; never as a number that it is not.
        let kept =
            matches!(parsed, Line::Text(text) if text == line.as_bytes()) || shown.starts_with("Cme(Text(");
        assert!(kept, "{line}: {shown}");
        let mut bench = Bench::new();
        bench
            .session
            .file_open(bench.now, "a", qftp_core::wire::OpenMode::from_number(0).expect("a mode"))
            .expect("it may start");
        let answer = format!("\r\n{line}\r\n\r\nOK\r\n");
        if let Ok(number) = bench.run(|_| answer.clone().into_bytes()) {
            assert_eq!(number, None, "{line}");
        }
    }
}

/// 64 bits are taken whole.
#[test]
fn sizes_up_to_64_bits_are_exact() {
    for size in [u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX] {
        let line = format!("+QFTPSIZE: 0,{size}");
        assert!(format!("{:?}", Line::parse(line.as_bytes())).contains(&size.to_string()), "{line}");
    }
}

/// Names that are no UTF-8 come as they are from the server; what a terminal cannot show is marked, not left out.
#[test]
fn names_in_any_encoding() {
    const NAMES: &[u8] = b"caf\xe9 \xff\xfe\r\nnul\0inside\r\n\xe2\x82\xac#\r\n\x1b[2Jclear\r\n";
    let server = Hostile::start(Script { listing: Some((1, NAMES)), ..Script::default() });
    let mut host = Host::with(Config::default());
    host.client.open(&login(server.port())).expect("logged in");
    let expected: Vec<u8> = NAMES.split(|byte| *byte == b'#').collect::<Vec<_>>().join(&b"0"[..]);
    assert_eq!(host.client.names(".").expect("a listing"), expected);
    let mut streamed = Vec::new();
    let count = host.client.list_to(ListKind::Names, ".", &mut streamed).expect("a listing");
    assert_eq!((count, streamed), (expected.len() as u64, expected));

    let module = Module::start(&[]);
    let url = format!("ftp://me:pw@127.0.0.1:{}/", server.port());
    let run = command(&["--port", &module.port(), "--apn", "internet", "ls", "--names", &url]).output();
    let run = run.expect("qftp runs");
    let shown = String::from_utf8(run.stdout).expect("UTF-8, whatever the names are");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines, [r"caf\xe9 \xff\xfe", r"nul\x00inside", "\u{20ac}0", r"\x1b[2Jclear"]);
    assert_eq!(run.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&run.stderr).contains("3 names cannot be used"));
}

/// A listing that is kept has a limit, says so, and the session is of use afterwards.
#[test]
fn a_listing_without_end_fills_no_memory() {
    let listing = Some((u64::MAX, &b"file number #\r\n"[..]));
    let server = Hostile::start(Script { listing, ..Script::default() });
    let mut host = Host::with(Config::default());
    host.client.open(&login(server.port())).expect("logged in");
    let error = host.client.names(".").expect_err("no memory is that large");
    assert!(matches!(error, Error::Local { .. }) && error.to_string().contains("16 MiB"), "{error}");

    // Streamed, it goes on until the taker has had enough.
    let _ = host.client.close();
    host.client.open(&login(server.port())).expect("logged in");
    let error = host.client.list_to(ListKind::Names, ".", Enough(1 << 20)).expect_err("enough");
    assert!(error.to_string().contains("enough"), "{error}");
    let _ = host.client.close();
    let good = Hostile::start(Script::default());
    host.client.open(&login(good.port())).expect("usable");
    assert_eq!(host.client.names(".").expect("a listing"), b"file\r\n");
}

/// Takes so many bytes and no more.
struct Enough(usize);

impl Write for Enough {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("enough"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A million entries are printed as they come: all of them, and neither program holds them.
#[test]
fn a_million_entries_in_little_memory() {
    const LINE: &[u8] = b"-rw-r--r--    1 1000  1000   1024 Nov 22 16:45 #.bin\r\n";
    let server = Hostile::start(Script { listing: Some((MILLION, LINE)), ..Script::default() });
    let module = Module::start(&[]);
    let url = format!("ftp://me:pw@127.0.0.1:{}/", server.port());
    let began = RealTime::now();
    let mut child = command(&["--port", &module.port(), "--apn", "internet", "ls", &url])
        .stdout(Stdio::piped())
        .spawn()
        .expect("qftp starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let (mut count, mut held) = (0, 0);
    for line in out.lines() {
        let line = line.expect("text");
        assert!(line.ends_with(&format!(" {count}.bin")), "{line} is not entry {count}");
        count += 1;
        if count % 10_000 == 0 {
            held = peak(child.id()).unwrap_or(held);
        }
    }
    assert!(child.wait().expect("a child").success());
    let module = peak(module.id()).expect("it runs");
    println!("{count} entries: {:.1} s, host {held} KiB, module {module} KiB", began.elapsed().as_secs_f32());
    assert_eq!(count, MILLION);
    assert!(held > 0 && held < MOST, "the host held {held} KiB");
    assert!(module < MOST, "the module held {module} KiB");
}

/// The most resident memory that the process ever had, in KiB; `None` when it is gone.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A module that says OK to everything, and to `AT+QFLST` a list of files without end.
struct Babbler {
    said: Vec<u8>,
    babbles: bool,
}

impl Port for Babbler {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        if self.babbles && self.said.len() < buf.len() {
            self.said.extend(b"+QFLST: \"UFS:a\",5\r\n".repeat(1000));
        }
        if self.said.is_empty() {
            std::thread::sleep(wait);
        }
        let count = self.said.len().min(buf.len());
        buf[..count].copy_from_slice(&self.said[..count]);
        self.said.drain(..count);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8], _wait: Duration) -> io::Result<usize> {
        self.babbles = bytes.windows(5).any(|window| window == b"QFLST");
        if bytes.ends_with(b"\r") && !self.babbles {
            self.said.extend(b"\r\nOK\r\n");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn set_dtr(&mut self, _on: bool) -> io::Result<()> {
        Ok(())
    }

    fn name(&self) -> String {
        "a babbler".to_owned()
    }
}

/// A list of the module's files without end: an error that says so, and no memory filled.
#[test]
fn an_answer_without_end_fills_no_memory() {
    let mut client = Client::new(Babbler { said: Vec::new(), babbles: false });
    client.setup(&Setup { network: false, ..Setup::default() }).expect("set up");
    let error = client.files("*").expect_err("no module has as many files");
    let failure = error.failure().expect("the module's doing, and no file's");
    assert!(matches!(failure.cause, Cause::Line(LineFault::Endless { .. })), "{error}");
    assert!(error.to_string().contains("65536"), "{error}");
}

/// The same, where they are held to be compared: a million of them, of which each is to be fetched.
#[test]
fn a_folder_of_a_million_entries_is_compared() {
    const LINE: &[u8] = b"-rw-r--r--    1 1000  1000   1024 Nov 22 16:45 #.bin\r\n";
    /// KiB.
    const ROOM: u64 = 256 << 10;
    let no_facts = ("MLSD", Answer::Say("500 never heard of it\r\n"));
    let script = Script { listing: Some((MILLION, LINE)), answers: vec![no_facts], ..Script::default() };
    let server = Hostile::start(script);
    let module = Module::start(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let (url, here) =
        (format!("ftp://me:pw@127.0.0.1:{}/", server.port()), folder.path().display().to_string());
    for arguments in [&["sync", "--dry-run", &url, &here][..], &["tree", &url]] {
        let began = RealTime::now();
        let mut child = command(&["--port", &module.port(), "--apn", "internet"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("qftp starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let (mut count, mut held) = (0, 0);
        for line in out.lines() {
            count += u64::from(line.expect("text").contains(".bin"));
            if count % 10_000 == 0 {
                held = peak(child.id()).unwrap_or(held);
            }
        }
        assert!(child.wait().expect("a child").success());
        println!("{}: {:.1} s, {held} KiB", arguments[0], began.elapsed().as_secs_f32());
        assert_eq!(count, MILLION, "{arguments:?}");
        assert!(held > 0 && held < ROOM, "{arguments:?} held {held} KiB");
    }
}

/// What has no end is the server's failure, and the limit is named.
#[test]
fn listings_beyond_a_limit_are_the_servers_failure() {
    let module = Module::start(&[]);
    let long: &'static [u8] = vec![b'x'; 70_000].leak();
    for (listing, told) in [
        ((1, long), "a line of more than 65536 bytes"),
        (
            (1_000, b"drwxr-xr-x    2 1000  1000   4096 Nov 22 16:45 #\r\n"),
            "more than 64 folders one in the other",
        ),
    ] {
        let no_facts = ("MLSD", Answer::Say("500 never heard of it\r\n"));
        let script = Script { listing: Some(listing), answers: vec![no_facts], ..Script::default() };
        let server = Hostile::start(script);
        let url = format!("ftp://me:pw@127.0.0.1:{}/", server.port());
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().display().to_string();
        for arguments in [&["tree", &url][..], &["sync", &url, &here], &["ls", &url]] {
            if arguments[0] == "ls" && listing.0 > 1 {
                continue;
            }
            let run = module.qftp(arguments);
            assert_eq!(run.code, Some(5), "{arguments:?}: {}", run.err);
            assert!(run.err.contains(told), "{arguments:?}: {}", run.err);
        }
    }
}

/// A log is read a part at a time, whatever its length: 50 MB take as much memory as this one does.
#[test]
fn a_long_log_in_little_memory() {
    let exchange = "> AT+QFTPSIZE=\"a\"\n< OK\n< +QFTPSIZE: 0,5\n";
    let log = tempfile::NamedTempFile::new().expect("a file");
    fs::write(log.path(), exchange.repeat((8 << 20) / exchange.len())).expect("written");
    let mut explain = command(&["explain", &log.path().display().to_string()])
        .stdout(Stdio::null())
        .spawn()
        .expect("qftp runs");
    let mut most = 0;
    while explain.try_wait().expect("a child").is_none() {
        most = peak(explain.id()).unwrap_or(most);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(explain.wait().expect("a child").success());
    assert!(most > 0 && most < 2 * MOST, "{most} KiB");
}
