//! Every recording in tests/recordings, both ways: against today's session, and in the place of its module. A recording that is copied there
//! is tested from then on.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use qftp_tests::program::{command, run};
use qftp_transport::recording::{Recording, What};
use qftp_transport::{Client, Error, Kind, Operation, Settings, open};
use tempfile::tempdir;

fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "rec")).collect();
    paths.sort();
    assert!(paths.len() >= 4, "recordings are missing: {paths:?}");
    paths
}

fn read(path: &Path) -> Recording {
    Recording::parse(&fs::read_to_string(path).expect("text"))
        .unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

#[test]
fn the_session_does_the_same_today() {
    for path in recordings() {
        let played = run(&["replay", &path.to_string_lossy()]);
        assert_eq!(played.code, Some(0), "{path:?}: {}{}", played.text(), played.err);
        assert!(played.text().starts_with("the same: "), "{}", played.text());
    }
}

/// `qftp replay --as-module` on a pseudo-terminal.
struct Module {
    child: Child,
    port: String,
}

impl Module {
    fn start(recording: &Path) -> Self {
        let mut child = command(&["replay", "--as-module", &recording.to_string_lossy()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("qftp starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        Self { child, port: line.trim_end().to_owned() }
    }

    /// What it said of a host that did something else.
    fn end(mut self) -> String {
        let _ = self.child.kill();
        let mut said = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        let _ = self.child.wait();
        said
    }
}

/// An operation as it was recorded: its words, what passed in it, how it ended.
#[derive(Default)]
struct Recorded {
    words: Vec<String>,
    sent: Vec<u8>,
    received: Vec<u8>,
    ended: String,
}

fn operations(recording: &Recording) -> Vec<Recorded> {
    let mut operations: Vec<Recorded> = Vec::new();
    for entry in &recording.entries {
        match (&entry.what, operations.last_mut()) {
            (What::Began(words), _) => {
                operations.push(Recorded { words: words.clone(), ..Recorded::default() });
            }
            (What::Sent(Kind::Data, bytes), Some(last)) => last.sent.extend(bytes),
            (What::Received(Kind::Data, bytes), Some(last)) => last.received.extend(bytes),
            (What::Ended(outcome), Some(last)) => last.ended.clone_from(outcome),
            _ => {}
        }
    }
    operations
}

#[test]
fn a_host_hears_the_module_that_was_recorded() {
    for path in recordings() {
        let recording = read(&path);
        let module = Module::start(&path);
        let port = open(&module.port, &Settings::default()).expect("opens");
        let mut client = Client::with_config(port, recording.config);
        for recorded in operations(&recording) {
            let operation = Operation::parse(&recorded.words).expect("an operation");
            // What was not sent then is not known; the module breaks off before.
            let mut source = recorded.sent.chain(std::io::repeat(0));
            let mut sink = Vec::new();
            let done = client.perform(&operation, Some(&mut source), Some(&mut sink));
            let told = match done {
                Ok(()) => "ok".to_owned(),
                Err(Error::Failed(failure)) => format!("failed {failure}, {} bytes", failure.transferred),
                Err(error) => panic!("{path:?}: {operation}: {error}"),
            };
            assert!(
                recorded.ended.starts_with(&told),
                "{path:?}: {operation}: {told}, then {}",
                recorded.ended
            );
            assert!(sink == recorded.received, "{path:?}: {operation}: {} bytes came", sink.len());
        }
        let said = module.end();
        assert!(!said.contains("the host sends"), "{path:?}: {said}");
    }
}

#[test]
fn the_program_downloads_from_a_recorded_module() {
    let path = recordings().into_iter().find(|path| path.ends_with("download-broken-and-resumed.rec"));
    let path = path.expect("it is there");
    let file: Vec<u8> = operations(&read(&path)).into_iter().flat_map(|recorded| recorded.received).collect();
    let module = Module::start(&path);
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("down.bin");
    let url = "ftp://me:s3cr3t-Pa55@127.0.0.1:2121/down.bin";
    let options = ["--port", &module.port, "--apn", "internet", "--timeout", "20"];
    let get = ["get", "--retries", "3", url, &local.to_string_lossy()];
    let got = run(&[&options[..], &get].concat());
    assert_eq!(got.code, Some(0), "{}{}", got.text(), got.err);
    assert!(fs::read(&local).expect("there") == file);
    // Another file: the module says what it did not expect.
    let other = run(&[&options[..], &["size", "ftp://me:s3cr3t-Pa55@127.0.0.1:2121/other"]].concat());
    assert_ne!(other.code, Some(0));
    assert!(module.end().contains("the recording is over"));
}

#[test]
fn what_the_session_would_do_otherwise_is_told() {
    let path = recordings().into_iter().find(|path| path.ends_with("failed-login.rec")).expect("it is there");
    let text = fs::read_to_string(path).expect("text");
    let folder = tempdir().expect("a folder");
    let changed = folder.path().join("changed.rec");
    let line_of =
        |text: &str, part: &str| text.lines().position(|line| line.contains(part)).expect("there") + 1;
    let cases = [
        // The module says something else.
        ("+QFTPOPEN: 625,530", "+QFTPOPEN: 604,0", "= failed", "module code 604"),
        // The host did something else.
        ("AT+CMEE=1", "AT+CMEE=2", "AT+CMEE=2", "AT+CMEE=1"),
        // It asked for something else.
        ("open 127.0.0.1 port=2121", "open 127.0.0.1 port=2122", "AT+QFTPOPEN=", "2122"),
        // The module said nothing.
        ("+QFTPOPEN: 625,530", "", "= failed", "never told its outcome"),
    ];
    for (from, to, at, today) in cases {
        let other = text.replace(from, to);
        assert_ne!(other, text);
        fs::write(&changed, &other).expect("written");
        let played = run(&["replay", &changed.to_string_lossy()]);
        let line = format!("line {}: then", line_of(&other, at));
        assert!(played.code == Some(1) && played.err.contains(&line), "{}\n{}", played.err, line);
        let said = played.err.split("today").nth(1).unwrap_or_default();
        assert!(said.contains(today), "{}", played.err);
    }
    fs::write(&changed, "AT\nOK\n").expect("written");
    let none = run(&["replay", &changed.to_string_lossy()]);
    assert!(
        none.code == Some(2) && none.err.contains("line 1") && none.err.contains("remedy:"),
        "{}",
        none.err
    );
}
