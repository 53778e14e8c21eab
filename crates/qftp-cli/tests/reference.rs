//! docs/reference/cli.md: the help of every command.
#![cfg(all(feature = "demo", feature = "ftps"))]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn said(words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qftp"));
    command
        .args(words)
        .stdin(Stdio::null())
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/dev/null")
        .env("COLUMNS", "100");
    let output = command.output().expect("qftp runs");
    assert!(output.status.success(), "{words:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The commands that a help names.
fn named(help: &str) -> Vec<String> {
    let rows = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest).lines();
    rows.take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split(' ').next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn chapter(page: &mut String, path: &str) {
    let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
    let help = said(&words);
    let depth = "#".repeat(2 + path.split_whitespace().count().saturating_sub(1));
    if !path.is_empty() {
        write!(page, "\n{depth} qftp {path}\n").expect("text");
    }
    write!(page, "\n```text\n{help}\n```\n").expect("text");
    for name in named(&help) {
        chapter(page, format!("{path} {name}").trim());
    }
}

#[test]
fn the_page_is_fresh() {
    let mut page = "# The program\n\nThe help of every command, as `--help` prints it, made from the program itself: `QFTP_UPDATE_DOCS=1 cargo test -p qftp-cli --test cli_tests reference`.\n".to_owned();
    chapter(&mut page, "");
    write!(
        page,
        "\n## Options of every command\n\n`qftp options` tells them.\n\n```text\n{}\n```\n",
        said(&["options"])
    )
    .expect("text");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/reference/cli.md is stale: QFTP_UPDATE_DOCS=1 cargo test -p qftp-cli --test cli_tests reference"
    );
}
