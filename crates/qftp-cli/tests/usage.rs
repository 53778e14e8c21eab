//! What the program says before it touches a port: help, usage errors, ports that do not open, local files.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::tempdir;

fn qftp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qftp"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/dev/null")
        .env("COLUMNS", "100");
    for name in ["QFTP_PORT", "QFTP_PASSWORD"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    qftp(arguments).output().expect("qftp runs")
}

/// Exit code and standard error.
fn fails(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    let code = output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
    format!("exit {code}\n{}", String::from_utf8_lossy(&output.stderr))
}

/// The help of a command, and then of the commands that it names, as their user finds them.
fn helps(path: &str, all: &mut Vec<(String, String)>) {
    let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
    let output = run(&words);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}");
    let commands = text.split_once("\nCommands:\n").map_or("", |(_, rest)| rest).lines();
    let names: Vec<String> = commands
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .filter(|name| name != "help")
        .collect();
    all.push((path.to_owned(), text));
    for name in names {
        helps(format!("{path} {name}").trim(), all);
    }
}

/// A help fits a screen, begins with what the command does and ends with an example.
#[test]
fn help_of_every_command() {
    let mut all = Vec::new();
    helps("", &mut all);
    assert!(all.len() >= 25, "{}", all.len());
    for (path, text) in &all {
        let lines: Vec<&str> = text.trim_end().lines().collect();
        assert!(lines.len() <= 40, "`{path}` takes {} lines", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "`{path}` is too wide: {text}");
        assert!(lines[0].len() > 10 && !lines[0].starts_with("Usage"), "`{path}` begins with {}", lines[0]);
        let [.., heading, example] = lines.as_slice() else { panic!("`{path}` says nothing") };
        assert_eq!(*heading, "Example:", "`{path}`");
        assert!(example.starts_with("  qftp ") && example.contains(path.as_str()), "{example}");
    }
    let shown: Vec<String> = all
        .iter()
        .map(|(path, text)| {
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            format!("$ qftp {path}\n{}\n", lines.join("\n"))
        })
        .collect();
    insta::assert_snapshot!("help", shown.join("\n"));
    let options = run(&["options"]);
    insta::assert_snapshot!("options", String::from_utf8(options.stdout).expect("text"));
}

#[test]
fn urls_that_are_none() {
    let tries = [
        "host/path",
        "gopher://h/x",
        "ftps://h/x",
        "ftpes://h/x",
        "ftp:///x",
        "ftp://h:0/x",
        "ftp://h/%zz",
        "ftp://h/a%0Db",
        "ftp://h/a%0Ab",
        "ftp://h/a%00b",
        "ftp://h/a%22b",
    ];
    let said: Vec<String> = tries.iter().map(|url| format!("{url}: {}", fails(&["size", url]))).collect();
    insta::assert_snapshot!("urls", said.join("\n"));
    let long = "x".repeat(256);
    assert!(fails(&["size", &format!("ftp://h/{long}")]).starts_with("exit 2\n"));
    assert!(fails(&["size", &format!("ftp://h/{}/x", "d".repeat(129))]).starts_with("exit 2\n"));
    assert!(fails(&["mv", "ftp://h/x", "a\"b"]).starts_with("exit 2\n"));
}

#[test]
fn options_out_of_range() {
    for wrong in [
        ["--timeout", "19"],
        ["--timeout", "181"],
        ["--context", "0"],
        ["--context", "17"],
        ["--baud", "0"],
        ["--flow", "xon"],
        ["--via", "moon"],
        ["--urc-port", "usb"],
    ] {
        let said = fails(&[wrong[0], wrong[1], "size", "ftp://h/x"]);
        assert!(said.starts_with("exit 2\n") && said.contains(wrong[0]), "{said}");
    }
}

#[test]
fn ports_that_do_not_open() {
    let said = fails(&["size", "ftp://h/x"]);
    insta::assert_snapshot!("no_port", said);
    insta::assert_snapshot!("no_such_port", fails(&["--port", "/dev/no-such-port", "size", "ftp://h/x"]));
    let closed =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let said = fails(&["--port", &format!("tcp://{closed}"), "size", "ftp://h/x"]);
    assert!(said.starts_with("exit 3\n") && said.contains("nobody listens there"), "{said}");
    let said = fails(&["--port", "udp://h:1", "size", "ftp://h/x"]);
    assert!(said.starts_with("exit 3\n") && said.contains("tcp:// and rfc2217://"), "{said}");
}

#[test]
fn local_files() {
    let said = fails(&["--port", "/dev/no-such-port", "put", "/no/such/file", "ftp://h/x"]);
    insta::assert_snapshot!("no_such_file", said);
    let folder = tempdir().expect("a folder");
    let path = folder.path().to_string_lossy();
    assert!(fails(&["--port", "/dev/no-such-port", "put", &path, "ftp://h/x"]).starts_with("exit 6\n"));
    let into = format!("{path}/none/x");
    assert!(fails(&["--port", "/dev/no-such-port", "get", "ftp://h/x", &into]).starts_with("exit 6\n"));
    // A port that fails leaves nothing of the file either.
    assert!(fails(&["--port", "/dev/no-such-port", "get", "ftp://h/x", &path]).starts_with("exit 3\n"));
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn json_errors_are_objects() {
    let output = run(&["--json", "--port", "/dev/no-such-port", "size", "ftp://h/x"]);
    assert_eq!(output.status.code(), Some(3));
    let object: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(object["kind"], "port");
    assert!(object["error"].as_str().is_some_and(|text| text.contains("no such port")), "{object}");
    assert!(object["remedy"].is_string() && output.stderr.is_empty());
}

#[test]
fn the_configuration_file() {
    let folder = tempdir().expect("a folder");
    let write = |text: &str| fs::write(folder.path().join("qftp.toml"), text).expect("written");
    let size = |more: &[&str]| {
        let output = qftp(more).args(["size", "ftp://h/x"]).env("XDG_CONFIG_HOME", folder.path()).output();
        let output = output.expect("qftp runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    write("port = '/dev/from-the-file'\napn = 'internet'\n");
    let (code, said) = size(&[]);
    assert!(code == Some(3) && said.contains("/dev/from-the-file"), "{said}");
    let (code, said) = size(&["--port", "/dev/from-the-option"]);
    assert!(code == Some(3) && said.contains("/dev/from-the-option"), "{said}");
    write("prot = '/dev/x'\n");
    let (code, said) = size(&[]);
    assert!(code == Some(2) && said.contains("unknown field `prot`") && said.contains("line 1"), "{said}");
    let (code, said) = size(&["--config", "/no/such/file"]);
    assert!(code == Some(6) && said.contains("/no/such/file"), "{said}");
}

#[test]
fn no_password_and_no_terminal() {
    let said = fails(&["--port", "emulator:", "size", "ftp://me@h/x"]);
    insta::assert_snapshot!("no_password", said);
}

#[test]
fn completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("urc-port"),
            "{shell}"
        );
    }
    assert!(!Path::new("qftp").exists());
}

/// What `qftp emulate` can be told to do: a line each, and a name that is wrong is told what it might be.
#[test]
fn faults_and_profiles() {
    for (list, rows) in [("--list-faults", 40), ("--list-profiles", 13)] {
        let output = run(&["emulate", list]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success() && text.lines().count() >= rows, "{text}");
        assert!(text.lines().all(|line| line.contains("  ")), "a name and what it does: {text}");
        let output = run(&["--json", "emulate", list]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{text}");
    }
    for (wrong, said) in [
        (["--fault", "rebot"], "did you mean `reboot`?"),
        (["--fault", "path=gone"], "takes one of bare, quoted"),
        (["--fault", "reboot=soon"], "3cmd"),
        (["--profile", "ec200"], "did you mean `ec200s`?"),
        (["--profile", "nowhere.toml"], "nowhere.toml: "),
    ] {
        let told = fails(&[&["emulate"][..], &wrong].concat());
        assert!(told.starts_with("exit 2\n") && told.contains(said), "{told}");
    }
}
