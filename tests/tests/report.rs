//! `--report`: what a transfer did over time, retries and recovery in it, as a picture and as a page.

use std::fs;

use qftp_tests::program::Module;
use qftp_tests::servers::{Kind, PASSWORD, Server};
use tempfile::tempdir;

#[test]
fn a_transfer_that_was_tried_again() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&["--baud", "4000000", "--fault", "control-lost=200000"]);
    let folder = tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(server.root().join("a<b>&c"), vec![7; 400_000]).expect("written");
    let url = server.url("a<b>&c");
    let page = path("r.html");
    module.qftp(&["get", &url, &path("back"), "--retries", "3", "--resume", "--report", &page]).ok();
    let text = fs::read_to_string(&page).expect("a report");
    for part in [
        "<!doctype html>",
        "<dt>retries</dt><dd>1</dd>",
        "<dt>outcome</dt><dd>done</dd>",
        "class=\"wait\"",
        "class=\"area\"",
        "prefers-color-scheme:dark",
        "a&lt;b&gt;&amp;c",
        "module code 606",
        "recovery: close the FTP session",
        "going on at byte 200000",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    // It needs nothing else, and tells nothing that it must not.
    for no in ["http://", "https://", "<script", "<link", PASSWORD] {
        assert!(!text.contains(no), "{no} in {text}");
    }

    // A failure is reported on as well.
    let picture = path("r.SVG");
    let failed = module.qftp(&["get", &server.url("none"), &path("none"), "--report", &picture]);
    assert_eq!(failed.code, Some(5), "{}", failed.err);
    let text = fs::read_to_string(&picture).expect("a report");
    assert!(
        text.starts_with("<svg xmlns=") && text.contains("outcome failed") && text.contains("550"),
        "{text}"
    );

    // Whole folders too.
    let picture = path("s.svg");
    fs::create_dir(folder.path().join("own")).expect("made");
    for name in ["own/f", "own/g"] {
        fs::write(folder.path().join(name), vec![7; 5000]).expect("written");
    }
    module.qftp(&["sync", &path("own"), &server.url("own"), "--report", &picture]).ok();
    assert!(fs::read_to_string(&picture).expect("a report").contains("moved 9.77 KiB"));
}

#[test]
fn what_is_no_report_is_known_before() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    for (file, code, told) in
        [("r.png", 2, "name it FILE.svg or FILE.html"), ("/no/such/folder/r.svg", 6, "No such file")]
    {
        let failed = module.qftp(&["put", "/etc/hostname", &server.url("f"), "--report", file]);
        assert_eq!(failed.code, Some(code), "{}", failed.err);
        assert!(failed.err.contains(told) && !server.root().join("f").exists(), "{}", failed.err);
    }
}
