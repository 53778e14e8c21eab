//! `qftp explain` on logs of every kind: the samples in `logs`, the transcripts in every disguise, and any bytes.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::tempdir;

/// The password in every sample.
pub(crate) const SECRET: &str = "hunter2";

pub(crate) fn qftp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qftp"));
    command.args(arguments).env("XDG_CONFIG_HOME", "/nonexistent").env("XDG_STATE_HOME", "/dev/null");
    for name in ["QFTP_PORT", "QFTP_PASSWORD"] {
        command.env_remove(name);
    }
    command
}

/// What is printed about a log on standard input; it ends well, soon, and tells no secret.
pub(crate) fn explain(arguments: &[&str], log: &[u8]) -> String {
    let begin = Instant::now();
    let mut child = qftp(&[&["explain", "-"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("qftp starts");
    child.stdin.take().expect("piped").write_all(log).expect("taken");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(begin.elapsed() < Duration::from_secs(20), "too slow");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(!text.contains(SECRET), "{text}");
    text
}

/// The exchanges, and the diagnosis.
fn objects(log: &[u8]) -> (Vec<Value>, Value) {
    let text = explain(&["--json"], log);
    let mut objects: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let diagnosis = objects.pop().expect("a diagnosis");
    assert!(diagnosis["diagnosis"].is_string(), "{diagnosis}");
    (objects, diagnosis)
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_sample() {
    let logs = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs"));
    assert!(logs.len() > 15, "{logs:?}");
    for log in logs {
        let name = log.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let bytes = fs::read(&log).expect("read");
        insta::assert_snapshot!(name.as_str(), explain(&[], &bytes));
        for exchange in objects(&bytes).0 {
            for key in [
                "command",
                "operation",
                "outcome",
                "module_code",
                "server_code",
                "value",
                "bytes",
                "meaning",
                "remedy",
            ] {
                assert!(exchange.get(key).is_some(), "{name}: no {key} in {exchange}");
            }
        }
    }
}

/// Which mistake each of the samples is there for.
#[test]
fn mistakes_of_hosts_are_named() {
    for (log, mistake, line) in [
        ("forum-post.txt", "curly-quotes", 3),
        ("qftpnlist.log", "qftpnlist", 1),
        ("host-program.log", "ok-for-outcome", 3),
        ("busy-after-close.log", "busy-after-close", 3),
        ("arrows-and-times.log", "failure-taken-for-success", 3),
        ("escape-at-once.rec", "escape-without-silence", 2),
        ("upload-without-end.log", "upload-without-end", 1),
        ("ascii-for-binary.log", "ascii-for-binary", 3),
        ("context-dropped.log", "no-deactivation", 10),
        ("restart.log", "session-lost", 5),
        ("no-ram.log", "no-ram", 1),
    ] {
        let bytes =
            fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs").join(log)).expect("read");
        let (_, diagnosis) = objects(&bytes);
        let mistakes = diagnosis["mistakes"].as_array().expect("an array");
        let seen = mistakes.iter().find(|seen| seen["name"] == mistake);
        assert_eq!(seen.map(|seen| &seen["lines"][0]), Some(&Value::from(line)), "{log}: {diagnosis}");
    }
}

#[test]
fn codes_are_fields() {
    let (exchanges, diagnosis) = objects(b"AT+QFTPSIZE=\"x\"\r\nOK\r\n+QFTPSIZE: 627,550\r\n");
    assert_eq!(exchanges.len(), 1);
    assert_eq!((&exchanges[0]["module_code"], &exchanges[0]["server_code"]), (&627.into(), &550.into()));
    assert_eq!(exchanges[0]["outcome"], "failed");
    assert!(diagnosis["cause"].as_str().is_some_and(|cause| cause.contains("no such file")), "{diagnosis}");
    let (exchanges, _) = objects(b"AT+QFTPLEN\nOK\n+QFTPLEN: 0,77\nAT+QFTPGET=\"x\",\"UFS:x\"\nOK\n");
    assert_eq!((&exchanges[0]["value"], &exchanges[0]["outcome"]), (&77.into(), &"ok".into()));
    assert_eq!(exchanges[1]["outcome"], "unfinished");
}

/// Where line ends were lost between a command and its answers they are found again; what only looks so stays whole.
#[test]
fn glued_lines() {
    let glued = r#"AT+QFTPOPEN="h",21OK+QFTPOPEN: 0,0AT+QFTPSIZE="OK+QFTPSIZE: 0,1"OK+QFTPSIZE: 627,550AT+QIACT=1+CME ERROR: 3"#;
    let apart = "AT+QFTPOPEN=\"h\",21\nOK\n+QFTPOPEN: 0,0\nAT+QFTPSIZE=\"OK+QFTPSIZE: 0,1\"\nOK\n+QFTPSIZE: 627,550\nAT+QIACT=1\n+CME ERROR: 3\n";
    assert_eq!(facts(glued.as_bytes()).len(), 3);
    assert_eq!(facts(glued.as_bytes()), facts(apart.as_bytes()));
    assert_eq!(facts(b"AT+OTHER=1OK\nERROR\n").len(), 1);
}

/// What must be the same in each disguise of a dialogue.
fn facts(log: &[u8]) -> Vec<Value> {
    let keys = ["command", "operation", "outcome", "module_code", "server_code", "value", "bytes"];
    let fact = |exchange: &Value| keys.iter().map(|key| exchange[key].clone()).collect();
    objects(log).0.iter().map(fact).collect()
}

/// The bytes of a transcript on a terminal. Uploaded data is not seen there.
fn terminal(transcript: &str, end: &str, decorate: impl Fn(usize, bool, &str) -> String) -> Vec<u8> {
    let mut log = Vec::new();
    for (number, row) in transcript.lines().enumerate() {
        let Some((mark, text)) = row.split_once(' ') else { continue };
        let text = text.trim_start();
        let sent = match mark {
            ">" => true,
            "<" => false,
            "<=" | "<*" => {
                let count: usize = text.parse().expect("a count");
                log.extend(std::iter::repeat_n(b'x', count));
                log.extend_from_slice(end.as_bytes());
                continue;
            }
            _ => continue,
        };
        log.extend_from_slice(decorate(number, sent, text).as_bytes());
        log.extend_from_slice(end.as_bytes());
    }
    log
}

#[test]
fn transcripts_in_every_disguise() {
    let transcripts =
        [files(&repository("tests/transcripts")), files(&repository("tests/transcripts/own"))].concat();
    let transcripts: Vec<_> =
        transcripts.iter().filter(|path| path.extension().is_some_and(|kind| kind == "at")).collect();
    assert!(transcripts.len() > 20);
    for path in transcripts {
        let text = fs::read_to_string(path).expect("read");
        let expected = facts(text.as_bytes());
        let commands = text.lines().filter(|line| line.starts_with("> ")).count();
        assert_eq!(expected.len(), commands, "{path:?}");
        for exchange in &expected {
            // `*` in a transcript stands for whatever a module may answer.
            let free =
                path.ends_with("own/failures.at") || exchange[0] == "AT+NONSENSE" || text.contains("< *\n");
            assert!(free || exchange[1].is_string(), "{path:?}: {exchange}");
            assert!(free || exchange[2] != "unfinished", "{path:?}: {exchange}");
        }
        let bare = |_: usize, _: bool, text: &str| text.to_owned();
        // Nothing tells how much went up but the module, which says so.
        let check = |kind: &str, log: &[u8]| {
            for (is, expected) in facts(log).iter().zip(&expected) {
                assert_eq!(is, expected, "{path:?}, {kind}: {}", String::from_utf8_lossy(log));
            }
            assert_eq!(facts(log).len(), expected.len(), "{path:?}, {kind}");
        };
        check("CR LF", &terminal(&text, "\r\n", bare));
        check("LF", &terminal(&text, "\n", bare));
        check("CR", &terminal(&text, "\r", bare));
        check("blank lines", &terminal(&text, "\r\n\r\n", bare));
        // File data stands in a line of its own; what is not data lost every end.
        let glued: String = String::from_utf8_lossy(&terminal(&text, "\n", bare))
            .lines()
            .map(|line| if line.starts_with("xxx") { format!("\n{line}\n") } else { line.to_owned() })
            .collect();
        // Whatever a module may answer is no answer by which a line could be told.
        if !text.lines().any(|line| line.starts_with("< ") && line.contains('*')) {
            check("ends lost", glued.as_bytes());
        }
        let curly = |_: usize, _: bool, text: &str| text.replace('"', "”");
        check("typographic quotes", &terminal(&text, "\n", curly));
        let arrows = ["->", "<-"];
        let echo = |_: usize, sent: bool, text: &str| {
            if sent { format!("-> {text}\n<- {text}") } else { format!("<- {text}") }
        };
        check("echo", &terminal(&text, "\n", echo));
        let stamped = |number: usize, sent: bool, text: &str| {
            format!("[10:{:02}:{:02}.250] {} {text}", number / 60, number % 60, arrows[usize::from(!sent)])
        };
        check("time stamps", &terminal(&text, "\n", stamped));
        let dump: Vec<String> = terminal(&text, "\r\n", bare)
            .chunks(16)
            .enumerate()
            .map(|(row, bytes)| {
                let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{:08x}  {}  |...|\n", row * 16, pairs.join(" "))
            })
            .collect();
        check("hex dump", dump.concat().as_bytes());
    }
}

/// Commands of other services and of other vendors' FTP are shown as what they are, whatever they answer, and judged by nobody.
#[test]
fn other_commands_are_passed_through() {
    let logs: [&[u8]; 7] = [
        b"AT+QIOPEN=1,0,\"TCP\",\"192.0.2.7\",80,0,1\r\nOK\r\n+QIOPEN: 0,566\r\nAT+QISEND=0,3\r\n> \r\nSEND OK\r\nAT+QICLOSE=0\r\nOK\r\n",
        b"AT+QMTOPEN=0,\"broker\",1883\r\nOK\r\n+QMTOPEN: 0,3\r\nAT+QMTPUB=0,1,1,0,\"t\",5\r\nERROR\r\n",
        b"AT+QHTTPURL=23,80\r\nCONNECT\r\nhttp://example.com/603,0\r\nOK\r\nAT+QHTTPGET=80\r\nOK\r\n+QHTTPGET: 702\r\nAT+QHTTPREAD=80\r\nCONNECT\r\n<html>\r\nOK\r\n+QHTTPREAD: 0\r\n",
        b"AT+FTPSERV=\"ftp.example.com\"\r\nOK\r\nAT+FTPGET=1\r\nOK\r\n+FTPGET: 1,66\r\n",
        b"AT+CFTPSGETFILE=\"a\",\"b\"\r\nOK\r\n+CFTPSGETFILE: 9\r\nAT#FTPOPEN=\"h\",\"u\",\"p\",0\r\n#FTPOPEN: 4\r\nERROR\r\n",
        b"AT+QFTPUSER=\"u\"\r\nOK\r\nAT+QFTPPASS=\"p\"\r\nOK\r\nAT+QFTPOPEN=\"h\",21\r\nOK\r\n\r\n+QFTPOPEN:0\r\nAT+QFTPGET=\"a\"\r\nOK\r\n\r\n+QFTPGET:603\r\n",
        b"AT+UFTPC=1\r\nOK\r\n+UUFTPCR: 1,0\r\nAT^SISO=1\r\n+CME ERROR: 603\r\n",
    ];
    for (number, log) in logs.into_iter().enumerate() {
        let (exchanges, diagnosis) = objects(log);
        let shown = String::from_utf8_lossy(log);
        let sent = shown.lines().filter(|line| line.starts_with("AT")).count();
        assert_eq!(exchanges.len(), sent, "{shown}{exchanges:?}");
        for exchange in exchanges {
            assert!(exchange["operation"].is_null() && exchange["server_code"].is_null(), "{exchange}");
            let command = exchange["command"].as_str().expect("a command");
            assert!(command.contains("***") || shown.contains(command), "{exchange}");
        }
        let said = diagnosis["diagnosis"].as_str().expect("a sentence");
        // The last ones are FTP, of modules that are named.
        let ftp = number >= 3;
        let expected = if ftp { "qftp does not judge them" } else { "no command in it that qftp knows" };
        assert!(said.contains(expected), "{shown}{diagnosis}");
        assert_eq!(diagnosis["mistakes"].as_array().map(Vec::len), Some(0), "{diagnosis}");
    }
    // Among ours they take nothing from them.
    let mixed = [b"AT+QFTPSIZE=\"a\"\r\nOK\r\n".as_slice(), logs[0], b"+QFTPSIZE: 0,5\r\n"].concat();
    let (exchanges, _) = objects(&mixed);
    assert_eq!((&exchanges[0]["value"], &exchanges[0]["outcome"]), (&5.into(), &"ok".into()));
}

/// The page: whole, with all that the text has, and nothing that it would have to load or run.
#[test]
fn pages() {
    let folder = tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let logs = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs"));
    let recordings = files(&repository("tests/recordings"));
    for log in logs.iter().chain(&recordings) {
        let bytes = fs::read(log).expect("read");
        let arguments =
            ["explain", &log.to_string_lossy(), "--html", &page.to_string_lossy()].map(str::to_owned);
        let output = qftp(&arguments.each_ref().map(String::as_str)).output().expect("qftp runs");
        assert!(output.status.success(), "{log:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(&page).expect("UTF-8");
        for (open, close) in [("<div", "</div>"), ("<span", "</span>"), ("<code", "</code>"), ("<p", "</p>")]
        {
            assert_eq!(text.matches(open).count(), text.matches(close).count(), "{log:?}: {open}");
        }
        for outside in ["<script", "<link", "<img", "src=", "url(", "@import", "href=\"http"] {
            assert!(!text.contains(outside), "{log:?}: {outside}");
        }
        let (exchanges, diagnosis) = objects(&bytes);
        assert_eq!(text.matches("class=\"exchange ").count(), exchanges.len(), "{log:?}");
        let said = diagnosis["diagnosis"].as_str().expect("a sentence");
        let first = said.split(['"', '<', '\'']).next().unwrap_or_default();
        assert!(text.contains(first), "{log:?}: no {first}");
        if let Some(line) = diagnosis["line"].as_u64() {
            assert!(text.contains(&format!("id=\"line{line}\"")), "{log:?}");
        }
        for secret in ["hunter2", "s3cr3t", "Pa55"] {
            assert!(!text.contains(secret), "{log:?}: a secret");
        }
    }
    let page_of = |name: &str| {
        let log = recordings.iter().chain(&logs).find(|path| path.ends_with(name)).expect("it is there");
        let arguments =
            ["explain", &log.to_string_lossy(), "--html", &page.to_string_lossy()].map(str::to_owned);
        assert!(
            qftp(&arguments.each_ref().map(String::as_str)).output().expect("qftp runs").status.success()
        );
        fs::read_to_string(&page).expect("UTF-8")
    };
    let broken = page_of("download-broken-and-resumed.rec");
    for part in [
        "&lt;3000 bytes&gt;",
        "&lt;2140 bytes&gt;",
        "s of silence",
        "try 2",
        "606 (Control connection closed)",
    ] {
        assert!(broken.contains(part), "no {part}");
    }
    assert!(page_of("upload-broken-by-a-restart.rec").contains("RDY"));
    // An outcome that the host did not wait for stands where it came.
    let overtaken = page_of("host-program.log");
    let place = |part: &str| overtaken.find(part).unwrap_or_else(|| panic!("no {part}"));
    assert!(place("603 (FTP(S) server busy)</div>") < place("of AT+QFTPOPEN"), "{overtaken}");
    let nowhere =
        ["explain", &recordings[0].to_string_lossy(), "--html", "/no/such/folder/x"].map(str::to_owned);
    let output = qftp(&nowhere.each_ref().map(String::as_str)).output().expect("qftp runs");
    assert_eq!(output.status.code(), Some(6));
}

/// What --record writes is explained as what it is.
#[test]
fn a_recording_of_ours() {
    let folder = tempdir().expect("a folder");
    let (local, record) = (folder.path().join("file"), folder.path().join("record"));
    fs::write(&local, vec![b'x'; 3000]).expect("written");
    let push =
        ["--port", "emulator:", "module", "push", &local.to_string_lossy(), "RAM:file"].map(str::to_owned);
    let output =
        qftp(&push.each_ref().map(String::as_str)).arg("--record").arg(&record).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (exchanges, diagnosis) = objects(&fs::read(&record).expect("written"));
    let upload = exchanges.iter().find(|exchange| exchange["operation"] == "upload a file into the module");
    let upload = upload.expect("an upload");
    assert_eq!((&upload["outcome"], &upload["bytes"]), (&"ok".into(), &3000.into()), "{diagnosis}");
    assert!(upload["seconds"].is_number());
    assert!(exchanges.iter().all(|exchange| exchange["operation"].is_string()), "{exchanges:?}");
}

#[test]
fn logs_that_are_not_there() {
    let output = qftp(&["explain", "/no/such/log"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(6));
}

/// Long and unkind logs take a time that grows with their length alone.
#[test]
fn long_logs() {
    for piece in [
        "CONNECT\n",
        "AT+QFTPGET=\"a\",\"COM:\"\nCONNECT\nOK\n+QFTPGET: 0,5\n",
        "41 ",
        "41 54\n",
        "AT+",
        "AT;",
        "x",
        "\r",
        "+QFTPCFG",
        "+QICSGP=",
        "+Qé",
        "AT+QICSGP",
        "OK+",
        "+QIND: \n",
        "AT+QFTPGET=\"",
        "12:00:00 ",
        "> ",
        "RX: OK: ",
    ] {
        explain(&["--json"], piece.repeat(400_000 / piece.len()).as_bytes());
    }
}
