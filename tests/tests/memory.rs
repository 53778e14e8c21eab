//! A large file takes no more memory than a small one, on either side.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qftp_tests::program::{Module, command};
use qftp_tests::servers::{Kind, Server};
use tempfile::tempdir;

/// A gibibyte, sparse on this side: only the wire sees all of it. A leak of one byte in thirty-two would show.
const LEN: u64 = 1 << 30;
/// The most that host and module may hold, in KiB.
const MOST: u64 = 32 << 10;
/// Bytes that stand here and there in the file: elsewhere it is a hole.
const MARK: &[u8] = b"\r\nOK\r\n\r\n+QFTPPUT: 0,1073741824\r\n+++\0\xFF";
/// Bytes between two marks; no multiple of a block, so that no mark is ever where one was before.
const STEP: u64 = (64 << 20) + 4099;

/// The most resident memory that the process ever had, in KiB; `None` when it is gone.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Makes the file: marks, and holes between them.
fn make(path: &Path) {
    use std::os::unix::fs::FileExt as _;
    let file = File::create(path).expect("made");
    file.set_len(LEN).expect("as long as that");
    let end = LEN - u64::try_from(MARK.len()).expect("short");
    let places = (0..).map(|index| index * STEP).take_while(|at| *at < end).chain([end]);
    for at in places {
        file.write_all_at(MARK, at).expect("written");
    }
}

/// Whether two files hold the same, a block at a time.
fn same(one: &Path, other: &Path) -> bool {
    let open = |path: &Path| File::open(path).expect("it is there");
    let (mut one, mut other) = (open(one), open(other));
    let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let count = one.read(&mut left).expect("read");
        if count == 0 {
            return other.read(&mut right).expect("read") == 0;
        }
        if other.read_exact(&mut right[..count]).is_err() || left[..count] != right[..count] {
            return false;
        }
    }
}

/// Waits for the host's end and returns the most memory that it had.
fn watch(mut child: Child) -> u64 {
    let mut most = 0;
    loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(status.success(), "{status}");
            return most;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_gibibyte_up_and_down_in_little_memory() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let (local, there) = (folder.path().join("big"), server.root().join("big"));
    make(&local);
    let start = |arguments: &[&str]| -> Command {
        let mut command = command(&["--port", &module.port(), "--apn", "internet"]);
        command.args(arguments);
        command
    };

    let began = Instant::now();
    let put = start(&["put", &local.to_string_lossy(), &server.url("big")]).stdout(Stdio::null()).spawn();
    let host = watch(put.expect("qftp starts"));
    let held = peak(module.id()).expect("it runs");
    println!("put: {:.1} s, host {host} KiB, module {held} KiB", began.elapsed().as_secs_f32());
    assert!(host > 0 && host < MOST, "the host held {host} KiB");
    assert!(held < MOST, "the module held {held} KiB");
    assert_eq!(fs::metadata(&there).expect("there").len(), LEN);
    assert!(same(&local, &there), "the server's file is not ours");

    // And down again, into a program that compares as it comes: there is no third gibibyte on the disk.
    let began = Instant::now();
    let mut get =
        start(&["get", &server.url("big"), "-"]).stdout(Stdio::piped()).spawn().expect("qftp starts");
    let compared = Command::new("cmp").arg("-").arg(&local).stdin(get.stdout.take().expect("piped")).spawn();
    let host = watch(get);
    assert!(compared.expect("cmp runs").wait().expect("a child").success(), "what came down is not our file");
    let held = peak(module.id()).expect("it runs");
    println!("get: {:.1} s, host {host} KiB, module {held} KiB", began.elapsed().as_secs_f32());
    assert!(host > 0 && host < MOST, "the host held {host} KiB");
    assert!(held < MOST, "the module held {held} KiB");
}
