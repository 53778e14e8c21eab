//! docs/c.md: its programs compile and run as they are printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use qftp_tests::certificates::certificates;
use qftp_tests::servers::{Form, Kind, Options};

use crate::common::{Bench, compile, payload, root, said, succeed};

/// The programs of the guide, by their names.
fn listings() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/c.md")).expect("the guide");
    let blocks = text.split("\n```c ").skip(1);
    let program = |block: &str| {
        let (name, rest) = block.split_once('\n')?;
        Some((name.to_owned(), rest.split_once("\n```")?.0.to_owned() + "\n"))
    };
    blocks.map(|block| program(block).expect("a name and an end")).collect()
}

#[test]
fn every_program_compiles_and_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new(Kind::Vsftpd);
    let file = folder.path().join("file");
    fs::write(&file, payload()).expect("written");
    let mut names = Vec::new();
    for (name, text) in listings() {
        let program = built(folder.path(), &name, &text);
        let said = match name.as_str() {
            "upload.c" => {
                let said = ok(&bench.run(&program, &[&file.display().to_string(), "guide.bin"]));
                assert_eq!(fs::read(bench.server.root().join("guide.bin")).expect("there"), payload());
                assert_eq!(bench.run(&program, &[]).status.code(), Some(2));
                said
            }
            "folder.c" => {
                let said = ok(&bench.run(&program, &[]));
                let line = format!("guide.bin: {} bytes, first 0x2B\nsuccess\n", payload().len());
                assert!(said.contains(&line), "{said}");
                said
            }
            "secure.c" => secure(folder.path(), &program),
            "test.c" => {
                let said = ok(&Command::new(&program).output().expect("it runs"));
                assert_eq!(said, "without a card: the module refused or failed; with one: success\n");
                said
            }
            "driver.c" => {
                let said = ok(&Command::new(&program).output().expect("it runs"));
                assert!(said.starts_with("> AT") && said.contains("restarted"), "{said}");
                said
            }
            other => panic!("nobody knows how to run {other}"),
        };
        assert!(!said.is_empty());
        names.push(name);
    }
    assert_eq!(names, ["upload.c", "folder.c", "secure.c", "test.c", "driver.c"]);
}

fn built(folder: &Path, name: &str, text: &str) -> PathBuf {
    let source = folder.join(name);
    fs::write(&source, text).expect("written");
    compile(folder, &source, &[])
}

fn secure(folder: &Path, program: &Path) -> String {
    let server = Options { form: Form::Explicit, ..Options::plain(Kind::Vsftpd) }.start();
    let bench = Bench::with(server);
    let ca = folder.join("ca.pem");
    fs::write(&ca, &certificates().ca).expect("written");
    let said = ok(&bench.run(program, &[&ca.display().to_string()]));
    assert!(said.contains("in /, and nobody listens"), "{said}");
    // Another authority did not sign it.
    fs::write(&ca, &certificates().other_ca).expect("written");
    let refused = bench.run(program, &[&ca.display().to_string()]);
    assert!(!refused.status.success() && crate::common::said(&refused).contains("likely cause:"));
    said
}

fn ok(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}\n{}", output.status, said(output));
    said(output)
}

/// What the guide says about the shell is what there is.
#[test]
fn the_commands_are_there() {
    let text = fs::read_to_string(root().join("docs/c.md")).expect("the guide");
    for path in text.split("](../").skip(1).filter_map(|rest| rest.split_once(')')) {
        assert!(root().join(path.0).exists(), "{}", path.0);
    }
    let help = succeed(crate::common::cargo().args(["run", "--quiet", "--package", "xtask", "--", "help"]));
    assert!(said(&help).contains("install-c [--prefix DIR]"));
}
