//! `qftp shell` at a terminal and from a pipe.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use qftp_tests::program::{Module, Run, command};
use qftp_tests::servers::{Kind, PASSWORD, Server};
use qftp_tests::terminal::Terminal;
use tempfile::tempdir;

const TAB: &str = "\t";
const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const ENTER: &str = "\r";

#[test]
fn at_a_terminal() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&["--baud", "1000000"]);
    let folder = tempdir().expect("a folder");
    let (here, state) = (folder.path().join("here"), folder.path().join("state"));
    fs::create_dir_all(here.join("own folder")).expect("made");
    fs::write(here.join("own folder/f"), "mine").expect("written");
    fs::create_dir_all(server.root().join("my dir")).expect("made");
    fs::write(server.root().join("my dir/in it.txt"), "theirs").expect("written");
    fs::write(server.root().join("big"), vec![b'+'; 3 << 20]).expect("written");
    std::os::unix::fs::chown(server.root().join("my dir"), Some(65001), Some(65001)).expect("given");

    let arguments = ["--port", &module.port(), "--apn", "internet", "shell", &server.url("")];
    let mut terminal = Terminal::start(&arguments, &here, &[("XDG_STATE_HOME", &state)]);
    terminal.wait_for("127.0.0.1:/> ");
    // A command, a folder and a name of the server, each by its beginning.
    terminal.type_in(&format!("mi{TAB}"));
    terminal.wait_for("mirror ");
    terminal.type_in("\u{15}");
    terminal.type_in(&format!("get m{TAB}"));
    terminal.wait_for("my\\ dir/");
    terminal.type_in(TAB);
    terminal.wait_for("in\\ it.txt ");
    terminal.type_in(ENTER);
    terminal.wait_for("my dir/in it.txt: got 6 bytes");
    assert_eq!(fs::read(here.join("in it.txt")).expect("there"), b"theirs");
    // A local name.
    terminal.wait_for("> ");
    terminal.type_in(&format!("cd my{TAB}{ENTER}"));
    terminal.wait_for("127.0.0.1:/my dir> ");
    terminal.type_in(&format!("put own{TAB}"));
    terminal.wait_for("own\\ folder/");
    terminal.type_in(&format!("{TAB}{ENTER}"));
    terminal.wait_for("f: sent 4 bytes");
    assert_eq!(fs::read(server.root().join("my dir/f")).expect("there"), b"mine");
    // A failure is told, and the shell goes on.
    terminal.type_in(&format!("get none{ENTER}"));
    terminal.wait_for("550");
    terminal.wait_for("127.0.0.1:/my dir> ");
    // Ctrl-C ends the transfer and not the shell.
    terminal.type_in(&format!("get /big{ENTER}"));
    terminal.wait_for("KiB/3.00 MiB");
    terminal.type_in(CTRL_C);
    terminal.wait_for("qftp: interrupted");
    terminal.wait_for("127.0.0.1:/my dir> ");
    terminal.type_in(&format!("size /big{ENTER}"));
    terminal.wait_for("3145728");
    terminal.wait_for("127.0.0.1:/my dir> ");
    // A command of this machine; Ctrl-C at the prompt leaves the line.
    terminal.type_in(&format!("!echo $((6*7)){ENTER}"));
    terminal.wait_for("42");
    terminal.wait_for("> ");
    terminal.type_in(&format!("rm /big{CTRL_C}"));
    terminal.wait_for("127.0.0.1:/my dir> ");
    assert!(server.root().join("big").exists());
    // What holds a password is not kept.
    terminal.type_in(&format!("!echo {PASSWORD}{ENTER}"));
    terminal.wait_for("127.0.0.1:/my dir> ");
    terminal.type_in(&format!("!true ftp://me:hunter2@host/{ENTER}"));
    terminal.wait_for("127.0.0.1:/my dir> ");
    terminal.type_in(CTRL_D);
    assert_eq!(terminal.end(), Some(0), "{}", terminal.screen());
    let history = fs::read_to_string(state.join("qftp/history")).expect("kept");
    assert!(history.contains("get my\\ dir/in\\ it.txt"), "{history}");
    assert!(!history.contains(PASSWORD) && !history.contains("hunter2"), "{history}");

    // The next session has the lines of this one.
    let mut terminal = Terminal::start(&arguments, &here, &[("XDG_STATE_HOME", &state)]);
    terminal.wait_for("127.0.0.1:/> ");
    terminal.type_in("\u{1b}[A");
    terminal.wait_for("!echo $((6*7))");
    terminal.type_in(&format!("\u{15}quit{ENTER}"));
    assert_eq!(terminal.end(), Some(0));
}

/// Nobody waits for a line that is being typed.
#[test]
fn sigterm_at_the_prompt() {
    let server = Server::start(Kind::Pyftpdlib);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let arguments = ["--port", &module.port(), "--apn", "internet", "shell", &server.url("")];
    let mut terminal =
        Terminal::start(&arguments, folder.path(), &[("XDG_STATE_HOME", &folder.path().join("state"))]);
    terminal.wait_for("127.0.0.1:/> ");
    terminal.type_in("get half of a li");
    terminal.signal(rustix::process::Signal::TERM);
    assert_eq!(terminal.end(), Some(143), "{}", terminal.screen());
    assert!(terminal.is_cooked(), "the terminal is left as a line editor has it");
    assert!(terminal.screen().contains("interrupted: closing the FTP session"), "{}", terminal.screen());
    assert!(module.qftp(&["module", "info"]).ok().contains("closed"), "{}", module.log());
    // The module is free for the next.
    assert!(module.qftp(&["ls", &server.url("")]).code == Some(0), "{}", module.log());
}

/// Feeds lines to the shell.
fn script(module: &Module, server: &Server, folder: &std::path::Path, more: &[&str], lines: &str) -> Run {
    let mut child = command(&["--port", &module.port(), "--apn", "internet", "shell", &server.url("logs")])
        .args(more)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("qftp starts");
    // It may end before it has read all.
    let _ = child.stdin.take().expect("piped").write_all(lines.as_bytes());
    child.wait_with_output().expect("a child").into()
}

#[test]
fn from_a_pipe() {
    let server = Server::start(Kind::Pyftpdlib);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    for name in ["a.bin", "b.bin", "c.txt", "sub/deep"] {
        let path = server.root().join("logs").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, name).expect("written");
    }
    for name in ["x y.up", "z.up"] {
        fs::write(folder.path().join(name), name).expect("written");
    }
    let run = script(
        &module,
        &server,
        folder.path(),
        &[],
        "# what a night's work is like\n\npwd\nmget *.bin\nmput *.up\nmkdir new\nmv 'x y.up' new/\nmv z.up new/zz\nls new\n\
         cat c.txt\nsize new/zz\nmirror sub\nmirror -R sub new/\nmirror -R back new/back\nlcd back\nlpwd\n!mkdir -p made\ncd ..\npwd\nrm logs/c.txt\ntree logs/new\nquit\nrm logs/a.bin\n",
    );
    // `back` is not here: that line fails, and ends it.
    assert_eq!(run.code, Some(6), "{}{}", run.text(), run.err);
    assert!(run.err.starts_with("qftp: line 14: back: no such folder"), "{}", run.err);
    assert!(!run.text().contains("> "), "a prompt in a pipe: {}", run.text());
    for (name, bytes) in [("a.bin", "a.bin"), ("b.bin", "b.bin"), ("sub/deep", "sub/deep")] {
        assert_eq!(fs::read_to_string(folder.path().join(name)).expect("fetched"), bytes);
    }
    assert!(server.root().join("logs/new/deep").exists(), "{}", run.text());
    for (name, bytes) in [("new/x y.up", "x y.up"), ("new/zz", "z.up")] {
        assert_eq!(fs::read_to_string(server.root().join("logs").join(name)).expect("sent"), bytes);
    }
    assert!(run.text().starts_with("/logs\na.bin: got 5 bytes"), "{}", run.text());
    assert!(server.root().join("logs/c.txt").exists(), "it ended before");

    let lines =
        "bogus\nget\nrm none\nmget *.none\ncat c.txt\nrmdir new\nlcd sub\nlpwd\nrm *.bin\nquit\nrm c.txt\n";
    let run = script(&module, &server, folder.path(), &["--keep-going"], lines);
    assert_eq!(run.code, Some(2), "that of the first that failed: {}{}", run.text(), run.err);
    for told in [
        "there is no command `bogus`\n  remedy: `help` lists the commands",
        "<REMOTE>\n  remedy: `help get`",
        "none: AT+QFTPDEL",
        "no file matches `*.none` in /logs",
        "new: AT+QFTPRMDIR",
        "5 commands failed",
    ] {
        assert!(run.err.contains(told), "no {told:?} in {}", run.err);
    }
    assert!(run.text().starts_with("c.txt") && run.text().trim_end().ends_with("/sub"), "{}", run.text());
    assert!(!server.root().join("logs/a.bin").exists() && server.root().join("logs/c.txt").exists());

    let run = script(&module, &server, folder.path(), &["--json"], "pwd\nsize c.txt\nls sub\n");
    let lines: Vec<String> = run.ok().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], r#"{"folder":"/logs"}"#);
    assert_eq!(lines[1], r#"{"name":"c.txt","size":5}"#);
    assert!(lines[2].contains(r#""name":"deep""#) && lines.len() == 3, "{lines:?}");
}
