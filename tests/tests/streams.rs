//! Standard output that takes nothing: a full device is an error of every command, a reader that has gone is a quiet end.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::process::{Output, Stdio};

use qftp_tests::program::{Module, command};
use qftp_tests::servers::hostile::{Hostile, Script};
use tempfile::tempdir;

/// What a shell says of a program that SIGPIPE ended.
const READER_GONE: i32 = 141;

fn full(arguments: &[&str]) -> Output {
    let device = OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    command(arguments).stdout(device).stderr(Stdio::piped()).output().expect("qftp runs")
}

/// Reads so many bytes of what it prints and closes the pipe.
fn left_early(arguments: &[&str], bytes: usize) -> (Option<i32>, String) {
    let mut child =
        command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("qftp starts");
    let mut out = child.stdout.take().expect("piped");
    out.read_exact(&mut vec![0; bytes]).expect("so much is printed");
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_full_device_is_an_error_of_every_command() {
    let server = Hostile::start(Script::default());
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("local").display().to_string();
    std::fs::write(&local, "AT\r\nOK\r\n").expect("written");
    let url = |path: &str| format!("ftp://me:pw@127.0.0.1:{}/{path}", server.port());
    let port = module.port();
    let on_module = ["--port", &port, "--apn", "internet"];
    let pages = folder.path().join("man").display().to_string();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["get", "--help"],
        &["options"],
        &["completions", "bash"],
        &["man", &pages],
        &["emulate", "--list-faults"],
        &["explain", &local],
        &[&on_module[..], &["ls", &url("")]].concat(),
        &[&on_module[..], &["ls", "--raw", &url("")]].concat(),
        &[&on_module[..], &["tree", &url("")]].concat(),
        &[&on_module[..], &["size", &url("file")]].concat(),
        &[&on_module[..], &["cat", &url("file")]].concat(),
        &[&on_module[..], &["get", &url("file"), &local]].concat(),
        &[&on_module[..], &["put", &local, &url("up")]].concat(),
        &[&on_module[..], &["module", "info"]].concat(),
        &[&on_module[..], &["doctor"]].concat(),
        &[&on_module[..], &["--json", "size", &url("file")]].concat(),
    ] {
        let output = full(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{arguments:?}: {said}");
        assert!(said.contains("standard output: No space left on device"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_reader_that_has_gone_is_a_quiet_end() {
    let line: &'static [u8] = b"-rw-r--r--    1 1000  1000   1024 Nov 22 16:45 #.bin\r\n";
    let server = Hostile::start(Script { listing: Some((20_000, line)), ..Script::default() });
    let module = Module::start(&["-v"]);
    let url = format!("ftp://me:pw@127.0.0.1:{}/", server.port());
    let port = module.port();
    let on_module = ["--port", &port, "--apn", "internet"];
    for shell in ["bash", "zsh", "fish"] {
        let (code, said) = left_early(&["completions", shell], 1);
        // What fits into the pipe was taken before its reader left.
        assert!(matches!(code, Some(0 | READER_GONE)) && said.is_empty(), "{shell}: {code:?} {said}");
    }
    for arguments in [&["ls", &url][..], &["ls", "--raw", &url], &["ls", "--json", &url]] {
        let (code, said) = left_early(&[&on_module[..], arguments].concat(), 1);
        assert_eq!((code, said.as_str()), (Some(READER_GONE), ""), "{arguments:?}");
        // The module was left in order all the same.
        let log = module.log();
        let (_, after) = log.rsplit_once("AT+QFTPLIST").expect("it listed");
        assert!(after.contains("AT+QFTPCLOSE"), "{after}");
    }
}
