//! The program on its own emulated module: no server, no hardware.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::{TempDir, tempdir};

pub(crate) fn qftp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qftp"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/dev/null");
    for name in ["QFTP_PORT", "QFTP_PASSWORD"] {
        command.env_remove(name);
    }
    command
}

/// Exit code and all that was said.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    said(&qftp(arguments).output().expect("qftp runs"))
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// `qftp emulate` with these arguments, and the port it names.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) port: String,
}

impl Emulator {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child =
            qftp(&["emulate"]).args(arguments).stdout(Stdio::piped()).spawn().expect("qftp starts");
        let mut port = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        out.read_line(&mut port).expect("a line");
        Self { child, port: port.trim_end().to_owned() }
    }

    pub(crate) fn qftp(&self, arguments: &[&str]) -> (Option<i32>, String) {
        said(&qftp(&["--port", &self.port]).args(arguments).output().expect("qftp runs"))
    }

    /// Ctrl-C; the exit code.
    fn interrupt(&mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        self.child.wait().expect("a child").code()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An error as people see it, without what differs between runs.
fn shown((code, text): (Option<i32>, String)) -> String {
    format!("exit {}\n{text}", code.unwrap_or(-1))
}

#[test]
fn files_of_the_module() {
    let folder = tempdir().expect("a folder");
    let storage = folder.path().join("storage");
    let module = Emulator::start(&["--storage", &storage.to_string_lossy()]);
    let local = folder.path().join("ca.pem");
    let bytes: Vec<u8> = (0..=255).cycle().take(5000).chain(*b"\r\nOK\r\n+++").collect();
    fs::write(&local, &bytes).expect("written");
    for _ in 0..2 {
        let (code, said) = module.qftp(&["module", "push", &local.to_string_lossy()]);
        assert!(code == Some(0) && said.contains("5009 bytes, checksum proven"), "{said}");
    }
    let (code, said) = module.qftp(&["--json", "module", "files"]);
    assert!(code == Some(0) && said.contains(r#""size":5009"#), "{said}");
    let back = folder.path().join("back");
    let (code, said) = module.qftp(&["module", "pull", "ca.pem", &back.to_string_lossy()]);
    assert!(code == Some(0) && fs::read(&back).expect("there") == bytes, "{said}");
    assert_eq!(module.qftp(&["module", "rm", "ca.pem"]).0, Some(0));
    insta::assert_snapshot!("module_rm_missing", shown(module.qftp(&["module", "rm", "ca.pem"])));
    let (code, said) =
        module.qftp(&["module", "pull", "ca.pem", &folder.path().join("none").to_string_lossy()]);
    assert!(code == Some(4) && !folder.path().join("none.part").exists(), "{said}");
}

#[test]
fn a_full_storage() {
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("big");
    fs::write(&local, vec![7; 40_000]).expect("written");
    let module = Emulator::start(&["--ufs-size", "16k"]);
    let (code, said) = module.qftp(&["module", "push", &local.to_string_lossy()]);
    assert!(code == Some(4) && said.contains("AT+QFUPL") && said.contains("remedy:"), "{said}");
    assert_eq!(module.qftp(&["module", "files"]).0, Some(0), "the next command works");
}

#[test]
fn the_module_itself() {
    let module = Emulator::start(&[]);
    let (code, said) = module.qftp(&["module", "info"]);
    assert_eq!(code, Some(0), "{said}");
    for part in ["EC200S", "READY", "ufs", "free of", "ftp"] {
        assert!(said.contains(part), "no {part} in: {said}");
    }
    let (_, said) = module.qftp(&["--json", "module", "info"]);
    let object: serde_json::Value = serde_json::from_str(&said).expect("one object");
    assert!(object["identity"].as_str().is_some_and(|text| text.contains("Quectel")), "{object}");
}

#[test]
fn states_of_sim_and_network() {
    let none = Emulator::start(&["--fault", "no-sim"]);
    insta::assert_snapshot!("no_sim", shown(none.qftp(&["size", "ftp://h/x"])));
    let pin = Emulator::start(&["--fault", "sim-pin"]);
    insta::assert_snapshot!("sim_pin", shown(pin.qftp(&["size", "ftp://h/x"])));
    let ready = Emulator::start(&[]);
    insta::assert_snapshot!("no_apn", shown(ready.qftp(&["size", "ftp://h/x"])));
}

#[test]
fn what_the_doctor_finds() {
    let healthy = Emulator::start(&[]);
    let (code, text) = healthy.qftp(&["--apn", "internet", "doctor"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains(['✗', '?']) && text.contains("✓ PDP context   context 1 is active"), "{text}");
    let faults = [
        ("no-sim", "✗ SIM card", "contact"),
        ("sim-pin", "✗ SIM card", "AT+CPIN"),
        ("denied", "✗ registration", "ask the operator"),
        ("not-attached", "? attachment", "AT+CGATT=1"),
        ("no-apn", "✗ PDP context", "access point"),
        ("urc-port", "? results", "AT+QURCCFG"),
    ];
    for (fault, finding, words) in faults {
        let module = Emulator::start(&["--fault", fault]);
        let (code, text) = module.qftp(&["--apn", "internet", "doctor"]);
        assert_eq!(code, Some(if finding.starts_with('✗') { 4 } else { 0 }), "{fault}: {text}");
        assert!(text.contains(finding) && text.contains(words), "{fault}: {text}");
    }
    // Nothing listens on port 1: what stands on the login is not tried.
    let (code, text) =
        healthy.qftp(&["--apn", "internet", "--json", "doctor", "ftp://me:hunter2@127.0.0.1:1/"]);
    assert_eq!(code, Some(4), "{text}");
    let line = |check: &str| {
        text.lines().find(|line| line.contains(&format!("\"check\":\"{check}\""))).unwrap_or("")
    };
    assert!(line("login").contains("\"bad\"") && line("small file").contains("\"not tried\""), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn servers_that_are_not_there() {
    let said = run(&["--port", "emulator:", "size", "ftp://no-such-host.invalid/x"]);
    insta::assert_snapshot!("unknown_host", shown(said));
    let closed =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let (code, said) = run(&["--port", "emulator:", "size", &format!("ftp://{closed}/x")]);
    assert!(code == Some(4) && said.contains("605") && said.contains("remedy:"), "{said}");
}

#[test]
fn a_port_that_is_held() {
    let module = Emulator::start(&[]);
    let _holder = qftp_transport::open(&module.port, &qftp_transport::Settings::default()).expect("free");
    let (code, said) = module.qftp(&["module", "files"]);
    assert!(
        code == Some(3) && said.contains("held by another program") && said.contains(&module.port),
        "{said}"
    );
}

#[test]
fn ports_that_answer_nothing_or_noise() {
    for noise in [b"".as_slice(), &[0x00, 0xFF, 0x7E, 0x80, b'\r', b'\n', 0xFE]] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = format!("tcp://{}", listener.local_addr().expect("bound"));
        thread::spawn(move || {
            let (mut host, _) = listener.accept().expect("somebody connected");
            let mut buf = [0; 256];
            while host.read(&mut buf).is_ok_and(|count| count > 0) {
                let _ = host.write_all(noise);
            }
        });
        let began = Instant::now();
        let (code, said) = run(&["--port", &port, "module", "files"]);
        assert!(code == Some(3) && said.contains("remedy:"), "{said}");
        assert!(began.elapsed() < Duration::from_secs(30), "it took {:?}", began.elapsed());
    }
}

#[test]
fn emulate_ends_on_ctrl_c_and_takes_its_link_along() {
    let folder = tempdir().expect("a folder");
    let link = folder.path().join("modem");
    let mut module = Emulator::start(&["--pty", &link.to_string_lossy()]);
    assert!(link.exists() && module.port == link.to_string_lossy());
    assert_eq!(module.interrupt(), Some(0));
    assert!(fs::symlink_metadata(&link).is_err(), "the link is still there");

    let mut module = Emulator::start(&["--tcp", "127.0.0.1:0"]);
    assert!(module.port.starts_with("tcp://127.0.0.1:"), "{}", module.port);
    assert_eq!(module.qftp(&["module", "files"]).0, Some(0));
    assert_eq!(module.interrupt(), Some(0));
}

#[test]
fn demo() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("mine");
    fs::write(&file, b"my own file").expect("written");
    for arguments in [
        &["demo"][..],
        &["demo", "--size", "0"],
        &["demo", "--size", "20000", "--baud", "921600"],
        &["demo", "--file", &file.to_string_lossy()],
        &["demo", "--via", "ufs", "--size", "100k"],
    ] {
        let record = folder.path().join("record");
        let record_option = ["--record", &record.to_string_lossy(), "-v"].map(str::to_owned);
        let output = qftp(arguments).args(record_option).output().expect("qftp runs");
        let (code, said) = said(&output);
        assert!(code == Some(0) && said.contains("proven"), "{arguments:?}: {said}");
        // The demo's password is in none of: output, dialogue, recording.
        assert!(!said.contains("rosebud") && said.contains("***"), "{said}");
        assert!(!fs::read_to_string(&record).expect("written").contains("rosebud"));
    }
    let (code, said) = run(&["demo", "--file", "/no/such/file"]);
    assert!(code == Some(6), "{said}");
}
