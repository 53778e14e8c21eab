//! A large file takes no more memory than a small one, on either side.

use std::fs::{self, File};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use qftp_tests::program::{Module, command};
use qftp_tests::servers::Vsftpd;
use tempfile::tempdir;

/// Sparse, so that only the wire sees all of it. A leak of one byte in eight would show.
const LEN: u64 = 256 << 20;
/// The most that host and module may hold, in KiB.
const MOST: u64 = 32 << 10;

/// The most resident memory that the process ever had, in KiB; `None` when it is gone.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn it_stays_small() {
    let Some(server) = Vsftpd::start() else { return };
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("big");
    File::create(&local).and_then(|file| file.set_len(LEN)).expect("made");
    for arguments in [["put", &local.to_string_lossy(), &server.url("big")], ["get", &server.url("big"), "-"]]
    {
        let mut child = command(&["--port", &module.port(), "--apn", "internet"])
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("qftp starts");
        let mut most = 0;
        let status = loop {
            most = most.max(peak(child.id()).unwrap_or(0));
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success());
        assert!(most > 0 && most < MOST, "the host held {most} KiB");
        let held = peak(module.id()).expect("it runs");
        assert!(held < MOST, "the module held {held} KiB");
    }
    assert_eq!(fs::metadata(server.root().join("big")).expect("there").len(), LEN);
}
