//! Real faults on real servers: with `--resume --retries` the file ends whole, without them the error is true and the next call goes on.
//!
//! Real time: a transfer has to be under way when its server dies, and what is in a socket's buffer arrives all the same. So the server
//! is slow where the server dies, and the module's line where the module does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qftp_tests::program::{Module, Run, command, partial};
use qftp_tests::servers::{Kind, Options, Server};
use tempfile::TempDir;

/// Some seconds of line at [`BAUD`].
const LEN: usize = 600_000;
/// 100,000 bytes a second.
const BAUD: &str = "1000000";
/// Bytes after which the fault strikes.
const FAR: u64 = 100_000;
/// The longest that anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A file that is like no other, and no part of it like another.
fn payload(seed: u32) -> Vec<u8> {
    let mut state = seed;
    let noise = std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    b"+++\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n".iter().copied().chain(noise).take(LEN).collect()
}

struct Bench {
    folder: TempDir,
    module: Module,
    bytes: Vec<u8>,
}

impl Bench {
    fn new(arguments: &[&str]) -> Self {
        let folder = TempDir::with_prefix("qftp-faults-").expect("a folder");
        let bytes = payload(7);
        fs::write(folder.path().join("local"), &bytes).expect("written");
        let module = Module::start(arguments);
        Self { folder, module, bytes }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Starts a transfer that does not give up.
    fn start(&self, arguments: &[&str]) -> Child {
        command(&["--port", &self.module.port(), "--apn", "internet", "--timeout", "20", "-v"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("qftp starts")
    }

    fn persistent(&self, arguments: &[&str]) -> Child {
        self.start(&[arguments, &["--resume", "--retries", "8"]].concat())
    }
}

/// Waits until so much of a file is there, or of what it is until it is whole.
fn wait_for(path: &Path, bytes: u64) {
    let began = Instant::now();
    while fs::metadata(path).or_else(|_| fs::metadata(partial(path))).map_or(0, |about| about.len()) < bytes {
        assert!(began.elapsed() < PATIENCE, "{} does not grow", path.display());
        thread::sleep(Duration::from_millis(20));
    }
}

fn end(child: Child) -> Run {
    child.wait_with_output().expect("a child").into()
}

/// A server that moves 100,000 bytes a second.
fn slow(kind: Kind) -> Server {
    let settings = match kind {
        Kind::Vsftpd => "local_max_rate=100000",
        _ => "TransferRate APPE,RETR,STOR 100",
    };
    Options::plain(kind).with(settings).start()
}

/// The server dies in mid-transfer and comes back.
fn server_dies(kind: Kind) {
    let bench = Bench::new(&[]);
    let mut server = slow(kind);
    let put = bench.persistent(&["put", &bench.text("local"), &server.url("up")]);
    wait_for(&server.root().join("up"), FAR);
    server.restart();
    let run = end(put);
    assert_eq!(run.code, Some(0), "{kind}\n{}", run.err);
    assert!(run.err.contains("going on at byte"), "{kind}\n{}", run.err);
    assert!(fs::read(server.root().join("up")).expect("there") == bench.bytes, "{kind}");

    let get = bench.persistent(&["get", &server.url("up"), &bench.text("down")]);
    wait_for(&bench.path("down"), FAR);
    server.kill();
    // Not there for a while: it is tried more than once.
    thread::sleep(Duration::from_millis(1500));
    server.restart();
    let run = end(get);
    assert_eq!(run.code, Some(0), "{kind}\n{}", run.err);
    assert!(run.err.contains("going on at byte"), "{kind}\n{}", run.err);
    assert!(fs::read(bench.path("down")).expect("there") == bench.bytes, "{kind}");
    assert!(!partial(&bench.path("down")).exists());
}

#[test]
fn vsftpd_dies() {
    server_dies(Kind::Vsftpd);
}

#[test]
fn proftpd_dies() {
    server_dies(Kind::Proftpd);
}

/// Without options the error is true, what came is kept, and the next call goes on from there.
#[test]
fn the_next_call_goes_on() {
    let bench = Bench::new(&[]);
    let mut server = slow(Kind::Vsftpd);
    fs::write(server.root().join("file"), &bench.bytes).expect("written");
    let get = bench.start(&["get", &server.url("file"), &bench.text("down")]);
    wait_for(&bench.path("down"), FAR);
    server.kill();
    let run = end(get);
    assert!([4, 5].contains(&run.code.expect("it ends")), "{}", run.err);
    assert!(run.err.contains("AT+QFTPGET") && run.err.contains("--resume goes on from there"), "{}", run.err);
    assert!(!bench.path("down").exists());
    let kept = fs::read(partial(&bench.path("down"))).expect("kept");
    assert!(kept.len() as u64 >= FAR && bench.bytes.starts_with(&kept), "what is kept is good");
    server.restart();
    let run = end(bench.start(&["get", &server.url("file"), &bench.text("down"), "--resume", "--verify"]));
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains(&format!("going on at byte {}", kept.len())), "{}", run.err);
    assert!(fs::read(bench.path("down")).expect("there") == bench.bytes);

    let put = bench.start(&["put", &bench.text("local"), &server.url("up"), "--atomic"]);
    let temporary = || {
        let entries = fs::read_dir(server.root()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "part"))
    };
    let began = Instant::now();
    while temporary().and_then(|path| fs::metadata(path).ok()).map_or(0, |about| about.len()) < FAR {
        assert!(began.elapsed() < PATIENCE, "nothing grows");
        thread::sleep(Duration::from_millis(20));
    }
    server.kill();
    let run = end(put);
    assert!([4, 5].contains(&run.code.expect("it ends")), "{}", run.err);
    server.restart();
    assert!(!server.root().join("up").exists(), "only a whole file has the name");
    let again = ["put", &bench.text("local"), &server.url("up"), "--atomic", "--resume", "--verify"];
    let run = end(bench.start(&again));
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("going on at byte"), "{}", run.err);
    assert!(fs::read(server.root().join("up")).expect("there") == bench.bytes);
    assert!(
        fs::read_dir(server.root()).expect("there").flatten().all(|entry| entry.path().extension().is_none())
    );
}

/// The module dies with its port, and comes back under the same name.
#[test]
fn the_module_dies() {
    let mut bench = Bench::new(&["--baud", BAUD]);
    let server = Server::start(Kind::Vsftpd);
    let put = bench.persistent(&["put", &bench.text("local"), &server.url("up")]);
    wait_for(&server.root().join("up"), FAR);
    bench.module.restart();
    let run = end(put);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(fs::read(server.root().join("up")).expect("there") == bench.bytes);

    let get = bench.persistent(&["get", &server.url("up"), &bench.text("down")]);
    wait_for(&bench.path("down"), FAR);
    bench.module.kill();
    // The port is gone for a while.
    thread::sleep(Duration::from_millis(1500));
    bench.module.restart();
    let run = end(get);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("going on at byte"), "{}", run.err);
    assert!(fs::read(bench.path("down")).expect("there") == bench.bytes);
}

/// The module restarts by itself, the network drops the context, the data stack wedges: each in mid-transfer. All at once: a wedge takes
/// a minute to be seen through.
#[test]
fn the_module_fails_by_itself() {
    let faults: [(&[&str], &str); 4] = [
        (&["--fault", "reboot=100000"], "the module restarted"),
        (&["--fault", "pdp-drop=100000"], "recovery: "),
        (&["--fault", "wedge=100000", "--fault", "wedge-cure=cfun"], "recovery: restart the module"),
        (&["--fault", "control-lost=100000"], "recovery: close the FTP session"),
    ];
    thread::scope(|scope| {
        for (fault, sign) in faults {
            scope.spawn(move || put_through(fault, sign));
            scope.spawn(move || get_through(fault, sign));
        }
    });
}

fn put_through(fault: &[&str], sign: &str) {
    let bench = Bench::new(&[&["--baud", BAUD], fault].concat());
    let server = Server::start(Kind::Vsftpd);
    let run = end(bench.persistent(&["put", &bench.text("local"), &server.url("up")]));
    assert_eq!(run.code, Some(0), "{fault:?}\n{}", run.err);
    assert!(run.err.contains(sign), "{fault:?}\n{}", run.err);
    assert!(fs::read(server.root().join("up")).expect("there") == bench.bytes, "{fault:?}");
}

fn get_through(fault: &[&str], sign: &str) {
    let bench = Bench::new(&[&["--baud", BAUD], fault].concat());
    let server = Server::start(Kind::Vsftpd);
    fs::write(server.root().join("file"), &bench.bytes).expect("written");
    let run = end(bench.persistent(&["get", &server.url("file"), &bench.text("down")]));
    assert_eq!(run.code, Some(0), "{fault:?}\n{}", run.err);
    assert!(run.err.contains(sign) && run.err.contains("going on at byte"), "{fault:?}\n{}", run.err);
    assert!(fs::read(bench.path("down")).expect("there") == bench.bytes, "{fault:?}");
}

/// A file system of a size of its own, unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path, size: &str) -> Self {
        fs::create_dir_all(folder).expect("made");
        let disk = Self(folder.to_owned());
        disk.run("mount", &["-t", "tmpfs", "-o", &format!("size={size},mode=0777"), "tmpfs"]);
        disk
    }

    fn grow(&self, size: &str) {
        self.run("mount", &["-o", &format!("remount,size={size}")]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let done = Command::new(program).args(arguments).arg(&self.0).status();
        assert!(done.expect("it runs").success(), "{program} needs root: a full disk is a mounted one");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// The server's disk is full: true without retries; with them the file is whole once there is room.
#[test]
fn the_servers_disk_is_full() {
    let bench = Bench::new(&[]);
    let server = Server::start(Kind::Vsftpd);
    let disk = Disk::mount(&server.root().join("small"), "200k");
    let url = server.url("small/file");
    let run = end(bench.start(&["put", &bench.text("local"), &url]));
    assert_eq!(run.code, Some(5), "{}", run.err);
    assert!(run.err.contains("server reply 451") && run.err.contains("disk"), "{}", run.err);
    let put = bench.start(&["put", &bench.text("local"), &url, "--resume", "--retries", "20"]);
    thread::sleep(Duration::from_secs(2));
    disk.grow("2m");
    let run = end(put);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(fs::read(server.root().join("small/file")).expect("there") == bench.bytes);
}

/// UFS is too small for the file: true, and `--via auto` takes another road and says why.
#[test]
fn ufs_is_full() {
    let bench = Bench::new(&["--ufs-size", "100k", "--ram-size", "100k", "--fault", "no-sd"]);
    let server = Server::start(Kind::Vsftpd);
    let put = |via: &str| {
        end(bench.start(&["put", &bench.text("local"), &server.url("up"), "--via", via, "--retries", "2"]))
    };
    let run = put("ufs");
    assert_eq!(run.code, Some(4), "{}", run.err);
    assert!(run.err.contains("AT+QFUPL"), "{}", run.err);
    assert!(!server.root().join("up").exists());
    let run = put("auto");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("straight through: no storage"), "{}", run.err);
    assert!(fs::read(server.root().join("up")).expect("there") == bench.bytes);
}

/// A line without flow control loses bytes of an upload, and the module waits for them until its time-out: 20 seconds at the least. The next
/// run, on another line, begins before what was lost, whatever size the file has on the server.
#[test]
fn what_one_run_has_lost_the_next_does_not_build_upon() {
    let bench = Bench::new(&["--baud", "115200", "--fault", "overrun=64"]);
    let sound = Module::start(&[]);
    let server = Server::start(Kind::Vsftpd);
    let state = bench.path("state");
    let bytes = &bench.bytes[..20_000];
    fs::write(bench.path("short"), bytes).expect("written");
    let put = |port: &str| -> Run {
        let (local, url) = (bench.text("short"), server.url("file"));
        let arguments =
            ["--port", port, "--apn", "internet", "--timeout", "20", "put", &local, &url, "--resume"];
        command(&arguments).env("XDG_STATE_HOME", &state).output().expect("qftp runs").into()
    };
    let run = put(&bench.module.port());
    assert_eq!(run.code, Some(4), "{}", run.err);
    assert!(run.err.contains("609"), "{}", run.err);
    let there = fs::read(server.root().join("file")).expect("some of it came");
    assert!(there != bytes[..there.len()], "the line lost nothing");
    assert_eq!(put(&sound.port()).code, Some(0));
    assert!(fs::read(server.root().join("file")).expect("there") == bytes);
    let notes = fs::read_dir(state.join("qftp/uploads")).expect("made").count();
    assert_eq!(notes, 0, "the note is gone with the doubt");
}

/// Sizes as curl and lftp have them.
#[test]
fn what_is_there_already() {
    let bench = Bench::new(&[]);
    let server = Server::start(Kind::Vsftpd);
    fs::write(server.root().join("file"), &bench.bytes).expect("written");
    let (local, url) = (bench.text("local"), server.url("file"));
    // The same size: done, and nothing is moved.
    for arguments in [&["put", &local, &url, "--resume"], &["get", &url, &local, "--resume"]] {
        let run = end(bench.start(arguments));
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert!(!run.err.contains("AT+QFTPPUT"), "{}", run.err);
        // Of an upload the end is proven, and no more of it.
        let read = run.err.matches("AT+QFTPGET").count();
        assert_eq!(read, usize::from(arguments[0] == "put"), "{}", run.err);
        let tail = format!("\"COM:\",{},256", LEN - 256);
        assert_eq!(run.err.contains(&tail), arguments[0] == "put", "{}", run.err);
    }
    // The same size, and words of a host at its end, as one that was broken off before the data left them there: sent from there on.
    let mut broken = bench.bytes.clone();
    broken[LEN - 10..].copy_from_slice(b"AT\rATQ0V1\r");
    fs::write(server.root().join("file"), &broken).expect("written");
    fs::set_permissions(server.root().join("file"), fs::Permissions::from_mode(0o666)).expect("set");
    let run = end(bench.start(&["put", &local, &url, "--resume"]));
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(fs::read(server.root().join("file")).expect("there") == bench.bytes);
    // Longer than its source: another file.
    fs::write(bench.path("longer"), payload(9).iter().chain(b"more").copied().collect::<Vec<_>>())
        .expect("written");
    let run = end(bench.start(&["get", &url, &bench.text("longer"), "--resume"]));
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("cannot be the beginning of it"), "{}", run.err);
    assert_eq!(fs::read(bench.path("longer")).expect("there").len(), LEN + 4, "it is left as it was");
    // The beginning of another file of the same length: only --verify finds that.
    fs::write(bench.path("other"), &payload(9)[..1000]).expect("written");
    let run = end(bench.start(&["get", &url, &bench.text("other"), "--resume", "--verify"]));
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("differs from what was sent at byte"), "{}", run.err);
    let run =
        end(bench.start(&["get", &url, &bench.text("other"), "--resume", "--verify", "--retries", "1"]));
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(fs::read(bench.path("other")).expect("there") == bench.bytes, "and with a retry mends it");
}
