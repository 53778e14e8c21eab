//! A release: one version everywhere.

use std::fs;
use std::path::Path;

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
    for manifest in ["Cargo.toml", "bindings/c/Cargo.toml", "bindings/c-emulator/Cargo.toml"] {
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
            "rust-version.workspace",
            "keywords.workspace",
        ] {
            assert!(manifest.contains(key), "{name} has no {key}");
        }
        assert!(!manifest.contains("publish = false"), "{name}");
    }
}
