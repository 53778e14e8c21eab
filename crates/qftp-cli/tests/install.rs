//! `cargo xtask install-cli`: what it installs is whole, and a shell completes with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

fn text(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

#[test]
fn program_pages_and_completions() {
    let folder = tempdir().expect("a folder");
    for _ in 0..2 {
        // A second time over the first.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut xtask = Command::new(cargo);
        xtask.args(["run", "--quiet", "--package", "xtask", "--", "install-cli", "--profile", "dev"]);
        xtask.args(["--prefix", "/usr"]).env("DESTDIR", folder.path());
        xtask.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace"));
        text(&mut xtask);
    }
    let usr = folder.path().join("usr");
    let program = usr.join("bin/qftp");
    let version = format!("qftp {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(text(Command::new(&program).arg("--version")), version);

    let help = text(Command::new(&program).arg("--help"));
    let commands = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !matches!(*name, "" | "help" | "qftp"));
    let pages = usr.join("share/man/man1");
    let mut count = 0;
    for name in commands {
        let page = fs::read_to_string(pages.join(format!("qftp-{name}.1"))).expect(name);
        assert!(page.contains(".SH SYNOPSIS") && page.contains("Example:"), "{name}: {page}");
        count += 1;
    }
    assert!(count >= 20, "{count} commands");
    let root = fs::read_to_string(pages.join("qftp.1")).expect("a page");
    assert!(root.contains("urc\\-port") && root.contains("qftp\\-sync(1)"), "{root}");
    assert!(pages.join("qftp-module-push.1").exists() && !pages.join("qftp-man.1").exists());

    // What bash offers for `qftp sy` and for `qftp put --rep`.
    let script = usr.join("share/bash-completion/completions/qftp");
    for (words, offered) in [("sy", "sync"), ("put --rep", "--report"), ("put --urc", "--urc-port")] {
        let count = words.split(' ').count();
        let bash = format!(
            "source '{}'; COMP_WORDS=(qftp {words}); COMP_CWORD={count}; _qftp qftp '' ''; echo \"${{COMPREPLY[@]}}\"",
            script.display()
        );
        let said = text(Command::new("bash").args(["--norc", "-c", &bash]));
        assert!(said.split_whitespace().any(|word| word == offered), "{words}: {said}");
    }
    let read = |path: &str| fs::read_to_string(usr.join(path)).expect(path);
    assert!(read("share/zsh/site-functions/_qftp").starts_with("#compdef qftp"));
    assert!(read("share/fish/vendor_completions.d/qftp.fish").contains("__fish_qftp_using_subcommand sync"));
}
