//! What a hostile module, server or log says reaches no terminal as anything but text: no byte below 0x20 but line feeds, no DEL, no
//! C1, on standard output and standard error, as text and as JSON.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use qftp_tests::dirty::{DirtyModule, acts, controls, dirt};
use qftp_tests::program::{Module, command};
use qftp_tests::servers::hostile::{Answer, Hostile, Script};
use tempfile::tempdir;

/// Runs a command in each form; what it said, when nothing in it acts.
fn clean(options: &[&str], arguments: &[&str], input: &str) -> String {
    let mut said = String::new();
    for form in [&[][..], &["--json"], &["-v"]] {
        let mut child = command(options)
            .args(form)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("qftp starts");
        // A program that fails first reads nothing.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.code().is_some_and(|code| code != 101), "{arguments:?}: {:?}", output.status);
        for stream in [&output.stdout, &output.stderr] {
            assert_eq!(acts(stream), None, "{arguments:?} {form:?}");
            said.push_str(&String::from_utf8_lossy(stream));
        }
    }
    said
}

/// An escaped ESC or CSI: the hostile text was shown, and escaped.
fn shows_dirt(said: &str) -> bool {
    said.contains("\\x1b") || said.contains("\\u{9b}") || said.contains("\\u009b")
}

#[test]
fn of_a_module() {
    let module = DirtyModule::start();
    let port = module.port();
    let url = "ftp://me:pw@server.example/folder/file";
    let folder = tempdir().expect("a folder");
    let local = folder.path().join("local").display().to_string();
    fs::write(&local, "data").expect("written");
    let mut shown = 0;
    let script = "pwd\nls\ntree\nsize file\nmtime file\nrm file\nrmdir folder\nmget *\nmirror . \n";
    for arguments in [
        &["module", "info"][..],
        &["module", "files"],
        &["module", "rm", "UFS:x"],
        &["module", "pull", "UFS:x", &local],
        &["mtime", url],
        &["size", url],
        &["ls", "ftp://me:pw@server.example/"],
        &["ls", "--names", "ftp://me:pw@server.example/"],
        &["ls", "--facts", "ftp://me:pw@server.example/"],
        &["tree", "ftp://me:pw@server.example/"],
        &["rm", url],
        &["rmdir", url],
        &["sync", "ftp://me:pw@server.example/", &folder.path().join("sync").display().to_string()],
        &["shell", "--keep-going", url],
        &["doctor", "--no-file", url],
    ] {
        shown += usize::from(shows_dirt(&clean(&["--port", &port], arguments, script)));
    }
    assert!(shown >= 10, "only {shown} commands have shown anything hostile");
}

#[test]
fn of_a_server() {
    let text: &'static str = controls().leak();
    let reply = |code: u16| -> &'static str { format!("{code} {text}\r\n").leak() };
    let line: &'static [u8] =
        [b"-rw-r--r-- 1 me me 5 Nov 22 16:45 ", dirt().as_slice(), b"\r\n"].concat().leak();
    let pwd: &'static str = format!("257 \"/{text}\"\r\n").leak();
    // Where the folder's name is hostile too, nothing comes to listing it.
    for folder_reply in [pwd, "257 \"/\"\r\n"] {
        let script = || Script {
            answers: vec![
                ("", Answer::Say(reply(220))),
                ("PWD", Answer::Say(folder_reply)),
                ("MDTM", Answer::Say(reply(213))),
                ("DELE", Answer::Say(reply(550))),
                ("MLSD", Answer::Say(reply(500))),
            ],
            listing: Some((3, line)),
            ..Script::default()
        };
        let server = Hostile::start(script());
        let module = Module::start(&[]);
        let url = |path: &str| format!("ftp://me:pw@127.0.0.1:{}/{path}", server.port());
        let folder = tempdir().expect("a folder");
        let sync = folder.path().join("sync").display().to_string();
        let port = module.port();
        let input = "pwd\nls\ntree\nmtime file\nrm file\n";
        let mut all = String::new();
        for arguments in [
            &["ls", &url("")][..],
            &["ls", "--names", &url("")],
            &["tree", &url("")],
            &["mtime", &url("file")],
            &["rm", &url("file")],
            &["sync", &url(""), &sync],
            &["shell", "--keep-going", &url("")],
            &["doctor", "--no-file", &url("")],
        ] {
            all.push_str(&clean(&["--port", &port, "--apn", "internet"], arguments, input));
        }
        assert!(shows_dirt(&all), "nothing hostile was shown: {all}");
    }
}

#[test]
fn of_a_log() {
    let folder = tempdir().expect("a folder");
    let log = folder.path().join("log");
    let dirt = dirt();
    let lines: [&[u8]; 9] = [
        b"AT+QFTPOPEN=\"",
        &dirt,
        b"\",21\r\nOK\r\n",
        &dirt,
        b"\r\n+QFTPOPEN: 0,0\r\nATI\r\n",
        &dirt,
        b"\r\nOK\r\nAT+QFTPDEL=\"",
        &dirt,
        b"\"\r\n+CME ERROR: 625\r\n",
    ];
    fs::write(&log, lines.concat()).expect("written");
    let (log, page) = (log.display().to_string(), folder.path().join("page.html").display().to_string());
    assert!(shows_dirt(&clean(&[], &["explain", &log], "")));
    clean(&[], &["explain", &log, "--html", &page], "");
    assert_eq!(acts(&fs::read(&page).expect("written")), None, "the page");
    clean(&[], &["replay", &log], "");
    // Where a file cannot be read its name is told.
    let odd = folder.path().join(controls()).display().to_string();
    for arguments in [
        &["explain", &odd][..],
        &["replay", &odd],
        &["put", &odd, "ftp://h/x"],
        &["--config", &odd, "options"],
    ] {
        assert!(shows_dirt(&clean(&["--port", &odd], arguments, "")), "{arguments:?}");
    }
    clean(&[], &["ls", &controls()], "");
    clean(&[], &[&controls()], "");
}
