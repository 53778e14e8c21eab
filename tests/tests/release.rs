//! A release: one version everywhere.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn text(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The values of a key in the lines of a manifest that hold a word.
fn versions(manifest: &str, word: &str) -> Vec<String> {
    let lines = manifest.lines().filter(|line| line.contains(word));
    let value = |line: &str| Some(line.split_once("version = \"")?.1.split_once('"')?.0.to_owned());
    lines.filter_map(value).collect()
}

#[test]
fn every_package_has_the_version_of_the_workspace() {
    // Where a path stands beside it, the version is that of a crate of ours.
    for manifest in [
        "Cargo.toml",
        "bindings/c/Cargo.toml",
        "bindings/c-emulator/Cargo.toml",
        "bindings/c-support/Cargo.toml",
    ] {
        let own = versions(&text(manifest), "path = ");
        assert!(!own.is_empty() && own.iter().all(|version| version == VERSION), "{manifest}: {own:?}");
    }
    let python = text("bindings/python/Cargo.toml");
    assert_eq!(versions(&python, "version = ")[0], VERSION, "bindings/python/Cargo.toml");
    assert!(text("bindings/python/pyproject.toml").contains("dynamic = [\"version\"]"));
    let members = text("Cargo.toml");
    let members =
        members.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).expect("members").0;
    for member in members.split('"').skip(1).step_by(2) {
        let manifest = text(&format!("{member}/Cargo.toml"));
        assert!(manifest.contains("\nversion.workspace = true\n"), "{member} has a version of its own");
    }
}

#[test]
fn the_header_has_it() {
    let header = text("include/qftp.h");
    let part = |name: &str| {
        let mark = format!("#define QFTP_VERSION_{name} ");
        let (_, rest) = header.split_once(&mark).unwrap_or_else(|| panic!("no {mark}"));
        rest.lines().next().expect("a line").trim().to_owned()
    };
    assert_eq!(["MAJOR", "MINOR", "PATCH"].map(part).join("."), VERSION);
}

#[test]
fn the_changelog_knows_it() {
    let changelog = text("CHANGELOG.md");
    let heading = changelog.lines().find_map(|line| line.strip_prefix("## ")).expect("a heading");
    assert!(
        heading == "Unreleased" || heading.contains(VERSION),
        "the changelog begins with {heading}, and this is {VERSION}"
    );
}

/// What is packaged says what it is, under which licence, and which Rust it needs.
#[test]
fn what_is_published_describes_itself() {
    for name in ["qftp-core", "qftp-transport", "qftp-emulator", "qftp-cli"] {
        let manifest = text(&format!("crates/{name}/Cargo.toml"));
        for key in [
            "description = ",
            "license.workspace",
            "repository.workspace",
            "rust-version",
            "keywords.workspace",
        ] {
            assert!(manifest.contains(key), "{name} has no {key}");
        }
        assert!(!manifest.contains("publish = false"), "{name}");
    }
}

/// What a command of cargo says, without the network.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(cargo);
    let output = command.args(arguments).args(["--locked", "--offline"]).current_dir(root).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The `1.88` of a version of Rust, as a number.
fn minor(version: &str) -> u32 {
    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().expect("a number")).collect();
    assert_eq!(numbers[0], 1, "{version}");
    numbers.get(1).copied().unwrap_or(0)
}

/// No dependency of a crate asks for a newer Rust than the crate says. What of the standard library is newer, clippy finds (`incompatible_msrv`).
#[test]
fn dependencies_are_content_with_our_rust() {
    let metadata =
        cargo(&["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"]);
    // Package by package, each from its name to its Rust: `"name":"x","version":"1.2.3", … "rust_version":"1.60"`.
    let mut needs = HashMap::new();
    let mut name = String::new();
    for part in metadata.split("{\"name\":\"") {
        let (word, rest) = part.split_once('"').unwrap_or((part, ""));
        if let Some(rest) = rest.strip_prefix(",\"version\":\"") {
            name = format!("{word} v{}", rest.split('"').next().unwrap_or_default());
        }
        if let Some((_, version)) = part.split_once("\"rust_version\":\"") {
            needs.insert(name.clone(), minor(version.split('"').next().unwrap_or_default()));
        }
    }
    assert!(needs.len() > 50, "{} packages say what they need", needs.len());
    for package in ["qftp-core", "qftp-transport", "qftp-emulator", "qftp-c", "qftp-cli"] {
        let tree = cargo(&[
            "tree",
            "--package",
            package,
            "--all-features",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ]);
        let mut lines = tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        let ours = needs[&lines.next().expect("itself")];
        let newer: Vec<String> = lines
            .filter_map(|line| Some((needs.get(&line)?, line)))
            .filter(|(needed, _)| **needed > ours)
            .map(|(needed, line)| format!("{line} needs 1.{needed}"))
            .collect();
        assert!(newer.is_empty(), "{package} says 1.{ours}, but {newer:?}");
    }
}
