//! `qftp survey` as its users meet it: a module on a port, files that come of it, and modules that hang, restart or lie.
#![cfg(feature = "demo")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qftp_emulator::Family;
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::doctor::{NOISE, device};
use crate::emulated::{Emulator, qftp};

/// `qftp serve` over an empty folder.
struct Server {
    child: Child,
    address: String,
    root: TempDir,
}

impl Server {
    fn start() -> Self {
        let root = tempdir().expect("a folder");
        let mut child = qftp(&["serve", &root.path().to_string_lossy(), "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("qftp starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.split("ftp://").nth(1).unwrap_or_else(|| panic!("{line}"));
        let address = address.trim_end().trim_end_matches('/').to_owned();
        Self { child, address, root }
    }

    fn url(&self) -> String {
        format!("ftp://mallory:hunter2@{}/", self.address)
    }

    fn files(&self) -> usize {
        fs::read_dir(self.root.path()).expect("there").count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The files in a folder with this extension.
fn with_extension(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("there").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|own| own == extension)).collect();
    paths.sort();
    paths
}

/// The only file with this extension.
fn only(folder: &Path, extension: &str) -> PathBuf {
    let paths = with_extension(folder, extension);
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths[0].clone()
}

fn object(said: &str) -> Value {
    let line = said.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("no JSON: {said}"));
    serde_json::from_str(line).expect("JSON")
}

/// From a real port and through a real login: a survey of every built-in family finds that family, and contradicts nothing in it.
#[test]
fn a_survey_of_every_family_is_that_family() {
    let server = Server::start();
    let one = |family: &Family| {
        let out = tempdir().expect("a folder");
        let module = Emulator::start(&["--profile", family.name()]);
        let folder = out.path().to_string_lossy().into_owned();
        let (code, said) =
            module.qftp(&["--json", "--apn", "internet", "survey", &server.url(), "--out", &folder]);
        assert_eq!(code, Some(0), "{family:?}: {said}");
        let report = object(&said);
        assert_eq!(report["nearest"], family.name(), "{said}");
        assert_eq!(report["comparison"]["contradictions"], Value::Array(Vec::new()), "{said}");
        assert_eq!(report["notes"], Value::Array(Vec::new()), "{said}");
        let again = Family::load(&only(out.path(), "toml").to_string_lossy()).expect("a family file");
        assert!(again.ftp == family.ftp && again.files == family.files && again.ssl == family.ssl, "{again}");
        assert!(again.pdp == family.pdp && again.commands == family.commands, "{again}");
        assert!(again.identity == family.identity && again.line.texts == family.line.texts, "{again}");
    };
    thread::scope(|scope| {
        // Four at a time: each waits more than it works.
        for part in 0..4 {
            scope.spawn(move || Family::all().iter().skip(part).step_by(4).for_each(one));
        }
    });
    assert_eq!(server.files(), 0, "something is left on the server");
}

/// The report of a module that is not quite its family, the files, and that the file makes an emulated module that is so.
#[test]
fn what_contradicts_the_family_is_told_and_emulated() {
    let server = Server::start();
    let out = tempdir().expect("a folder");
    let folder = out.path().to_string_lossy().into_owned();
    let faults =
        ["path=quoted", "password=shown", "lacks-key=data_address", "no-ram", "no-ats12", "ato-error"];
    let arguments: Vec<&str> = ["--profile", "ec25"]
        .into_iter()
        .chain(faults.iter().flat_map(|fault| ["--fault", *fault]))
        .collect();
    let module = Emulator::start(&arguments);
    let page = out.path().join("page.html");
    let survey = ["--apn", "internet", "survey", "--thorough", &server.url(), "--out", &folder];
    let (code, said) = module.qftp(&[&survey[..], &["--html", &page.to_string_lossy()]].concat());
    assert_eq!(code, Some(0), "{said}");
    let (_, rows) = said.split_once("\n✗ ").expect("contradictions");
    let (rows, rest) = rows.split_once("\nnot found out").expect("gaps");
    insta::assert_snapshot!("contradictions", format!("✗ {rows}"));
    assert!(rest.contains("ftp.after_615 — no data connection can be made to fail from here"), "{rest}");
    assert!(said.starts_with("Quectel EC25, EC25EFAR06A01M4G\nits family: ec25"), "{said}");

    let file = only(out.path(), "toml");
    assert_eq!(file.file_name().expect("a name"), "EC25-EC25EFAR06A01M4G.toml");
    let recording = only(out.path(), "rec");
    assert!(said.contains(&file.display().to_string()) && said.contains(&recording.display().to_string()));
    // A recording that explain reads.
    let (code, explained) = run(&["explain", &recording.to_string_lossy()]);
    assert!(code == Some(0) && explained.contains("AT+QFTPCFG=?"), "{explained}");
    for path in [&file, &recording, &page] {
        let text = fs::read_to_string(path).expect("text");
        for secret in ["mallory", "hunter2", "127.0.0.1", "10.7.157"] {
            assert!(!text.contains(secret), "{secret} in {}", path.display());
        }
        assert!(text.len() > 1000, "{}", path.display());
    }
    let html = fs::read_to_string(&page).expect("text");
    for part in [
        "Survey of Quectel EC25",
        "What contradicts ec25",
        "<td>files.storages</td>",
        "The recording",
        "measured",
    ] {
        assert!(html.contains(part), "no {part}");
    }
    assert!(!html.contains("<script") && !html.contains("src="), "it loads and runs nothing");
    assert_eq!(server.files(), 0, "something is left on the server");

    // A module of that file answers as this one did.
    let twin = Emulator::start(&["--profile", &file.to_string_lossy()]);
    let (code, second) = twin.qftp(&survey);
    assert_eq!(code, Some(0), "{second}");
    let rows_of = |said: &str| {
        let (_, rows) = said.split_once("\n✗ ").expect("contradictions");
        rows.split_once("\nnot found out").expect("gaps").0.to_owned()
    };
    assert_eq!(rows_of(&second), rows);
    // The second survey has written over nothing.
    assert_eq!(with_extension(out.path(), "toml").len(), 2);
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = qftp(arguments).output().expect("qftp runs");
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// A survey that ends before its last question: its exit code, what was said, and the family file.
fn broken(fault: &str) -> (Option<i32>, String, Family) {
    let out = tempdir().expect("a folder");
    let module = Emulator::start(&["--profile", "bg96", "--fault", fault]);
    let began = Instant::now();
    let (code, said) = module.qftp(&["survey", "--out", &out.path().to_string_lossy()]);
    assert!(began.elapsed() < Duration::from_secs(60), "it took {:?}", began.elapsed());
    let file = only(out.path(), "toml");
    let family = Family::load(&file.to_string_lossy()).expect("a family file");
    assert!(family.about.ends_with(", not whole"), "{}", family.about);
    assert!(!with_extension(out.path(), "rec").is_empty());
    (code, said, family)
}

#[test]
fn a_module_that_hangs() {
    let (code, said, family) = broken("power-loss=60cmd");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("qftp: the survey is not whole: the module answers nothing more"), "{said}");
    assert!(said.contains("remedy: what it said until then is written"), "{said}");
    assert_eq!(family.identity.model.value, "BG96");
}

#[test]
fn a_module_that_restarts() {
    let (code, said, family) = broken("reboot=60cmd");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("the module restarted by itself during AT"), "{said}");
    assert_eq!(family.identity.model.value, "BG96");
}

/// Whatever it is asked, it says nonsense that looks like an answer, with what a terminal would act on, and numbers of devices.
#[test]
fn a_module_that_lies() {
    let lies = |heard: &[u8], _: u32| {
        let text = String::from_utf8_lossy(heard).into_owned();
        let Some(command) = text.trim().strip_prefix("AT") else { return Vec::new() };
        let name: String = command.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
        let answer = match command {
            "" => "\r\nOK\r\n".to_owned(),
            "+CGMM" => "\r\n\u{1b}[2JEC25 867730050000000\r\n\r\nOK\r\n".to_owned(),
            "+CGMR" => "\r\n../../../tmp/x\r\n\r\nOK\r\n".to_owned(),
            _ => format!(
                "\r\n+{name}: \"filetype\",(9-1),)),((,4294967296999\r\n+{name}: \"\u{9b}31m\",(0-999999),\"10.1.2.3\"\r\n+QFLDS: 99999999999999999999,1\r\n\r\nOK\r\n"
            ),
        };
        answer.into_bytes()
    };
    let port = device(lies).display().to_string();
    let out = tempdir().expect("a folder");
    let began = Instant::now();
    let (code, said) = run(&["--port", &port, "survey", "--out", &out.path().to_string_lossy()]);
    assert!(began.elapsed() < Duration::from_secs(120), "it took {:?}", began.elapsed());
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{9b}'), "{said:?}");
    let file = only(out.path(), "toml");
    let family = Family::load(&file.to_string_lossy()).expect("a family file, whatever the module says");
    assert!(family.ftp.keys.iter().all(|rule| rule.range.to_string() != "(9-1)"));
    let texts = [
        fs::read_to_string(&file).expect("text"),
        fs::read_to_string(only(out.path(), "rec")).expect("text"),
        said,
    ];
    for text in texts {
        assert!(!text.contains("867730050000000") && !text.contains("10.1.2.3"), "{text}");
    }
}

#[test]
fn what_is_no_module() {
    for noise in [&b""[..], &NOISE] {
        let port = device(move |_, _| noise.to_vec()).display().to_string();
        let out = tempdir().expect("a folder");
        let (code, said) = run(&["--port", &port, "survey", "--out", &out.path().to_string_lossy()]);
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains("nothing was said, and nothing is written"), "{said}");
        assert_eq!(fs::read_dir(out.path()).expect("there").count(), 0);
    }
}

/// What cannot be written is known before the module is asked anything.
#[test]
fn a_folder_that_cannot_be() {
    let (code, said) = run(&["--port", "emulator:", "survey", "--out", "/dev/null/x"]);
    assert!(code == Some(6) && said.contains("/dev/null/x"), "{said}");
    let (code, said) = run(&["survey"]);
    assert!(code == Some(2) && said.contains("no port"), "{said}");
}
