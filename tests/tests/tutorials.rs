//! The tutorials of the book, run as they are written. That of Python is run by bindings/python.

use qftp_tests::tutorial::run;

#[test]
fn terminal() {
    assert!(run("tutorials/terminal.md") >= 8);
}

#[test]
fn rust() {
    assert!(run("tutorials/rust.md") >= 4);
}

#[test]
fn gateway() {
    assert!(run("tutorials/gateway.md") >= 5);
}

#[test]
fn firmware() {
    assert!(run("tutorials/firmware.md") >= 4);
}

/// What the guides show is run too.
#[test]
fn guides() {
    for page in ["road", "line", "ftps", "wedged", "survey"] {
        assert!(run(&format!("guides/{page}.md")) > 0);
    }
    for page in ["labgrid", "firmware"] {
        assert_eq!(run(&format!("guides/{page}.md")), 0, "say here that it has commands");
    }
}
