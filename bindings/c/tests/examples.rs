//! The examples as a reader would build them, against an emulated module and a real server.

use std::fs;

use qftp_tests::servers::Kind;

use crate::common::{Bench, compile, example, payload, said};

#[test]
fn put_and_get() {
    let folder = tempfile::tempdir().expect("a folder");
    let (put, get) = (
        compile(folder.path(), &example("put.c"), &[]),
        compile(folder.path(), &example("get.c"), &["-pthread"]),
    );
    let bench = Bench::new(Kind::Vsftpd);
    let file = folder.path().join("file");
    fs::write(&file, payload()).expect("written");
    let file = file.display().to_string();

    let sent = bench.run(&put, &[&file, "from-c.bin"]);
    assert!(sent.status.success() && said(&sent).contains("bytes, compared"), "{}", said(&sent));
    assert_eq!(fs::read(bench.server.root().join("from-c.bin")).expect("there"), payload());

    let got = bench.run(&get, &["from-c.bin"]);
    assert!(got.status.success(), "{}", said(&got));
    assert_eq!(got.stdout, payload());

    let none = bench.run(&get, &["none.bin"]);
    assert_eq!(none.status.code(), Some(1));
    let text = said(&none);
    assert!(text.contains("550") && text.contains("likely cause:") && text.contains("remedy:"), "{text}");
    let none = bench.run(&put, &["/nowhere/file", "f"]);
    assert!(!none.status.success() && said(&none).contains("/nowhere/file: "), "{}", said(&none));
}

#[test]
fn cxx() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = compile(folder.path(), &example("cxx.cpp"), &[]);
    let bench = Bench::new(Kind::Vsftpd);
    let file = folder.path().join("file");
    fs::write(&file, payload()).expect("written");
    let ran = bench.run(&program, &[&file.display().to_string()]);
    let (text, len) = (said(&ran), payload().len());
    assert!(ran.status.success(), "{text}");
    assert!(text.contains("as it should be, 550\n"), "{text}");
    assert!(text.contains(&format!("from-cxx.bin {len}\n{len} up, {len} down\n")), "{text}");
}
