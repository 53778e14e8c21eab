//! The public API of the crates that others build on, with all features, compared with what is checked in beside this package's manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use public_api::Builder;

/// The Rust whose rustdoc writes the JSON that `public-api` of Cargo.toml reads: it changes with most versions of Rust, so that the one in use cannot be taken.
const TOOLCHAIN: &str = "1.95.0";

#[test]
fn facade() {
    is_as_it_was("qftp");
}

#[test]
fn core() {
    is_as_it_was("qftp-core");
}

#[test]
fn transport() {
    is_as_it_was("qftp-transport");
}

#[test]
fn emulator() {
    is_as_it_was("qftp-emulator");
}

fn is_as_it_was(package: &str) {
    // What every type has, and what the compiler finds out by itself, would be most of the list.
    let api = Builder::from_rustdoc_json(described(package))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .unwrap_or_else(|error| panic!("{package}: {error}"));
    let found = readable(&api.to_string());

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{package}.txt"));
    if std::env::var_os("QFTP_UPDATE_API").is_some() {
        fs::write(&path, &found).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let news = found.lines().filter(|line| !there.lines().any(|other| other == *line));
    let lost = there.lines().filter(|line| !found.lines().any(|other| other == *line));
    assert!(
        found == there,
        "the public API of {package} changed: new {:#?}, gone {:#?}\n\
         Where that is meant, `QFTP_UPDATE_API=1 cargo test --manifest-path api/Cargo.toml`, and a line in CHANGELOG.md; \
         what is gone breaks programs, and wants a new minor version while the major one is 0.",
        news.collect::<Vec<_>>(),
        lost.collect::<Vec<_>>()
    );
}

/// The list without the functions of core's traits, such as `Clone::clone`: that a type has the trait says it all.
fn readable(api: &str) -> String {
    let mut of_core = None;
    let mut list = String::new();
    for line in api.lines().filter(|line| !line.contains("core::marker::StructuralPartialEq")) {
        if line.starts_with("impl") {
            let (what, name) = line.split_once(" for ").unwrap_or((line, ""));
            let name = name.split(" where ").next().unwrap_or(name);
            of_core = what.contains(" core::").then_some(name);
        }
        let its =
            line.strip_prefix("pub fn ").zip(of_core).is_some_and(|(path, name)| path.starts_with(name));
        if !its {
            list.push_str(line);
            list.push('\n');
        }
    }
    list
}

/// The cargo of that Rust: the one in use where it is that, or else rustup's.
fn cargo() -> Command {
    let version = Command::new("rustc").arg("--version").env_remove("RUSTUP_TOOLCHAIN").output();
    if version.is_ok_and(|said| said.stdout.starts_with(format!("rustc {TOOLCHAIN} ").as_bytes())) {
        return Command::new("cargo");
    }
    let mut cargo = Command::new("rustup");
    cargo.args(["run", TOOLCHAIN, "cargo"]);
    cargo
}

/// The JSON that rustdoc writes of a crate.
fn described(package: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target/api"), PathBuf::from);
    let mut rustdoc = cargo();
    rustdoc
        .args(["rustdoc", "--locked", "--lib", "--all-features"])
        .args(["--package", package, "--target-dir"])
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"])
        .current_dir(&root)
        .env("OPENSSL_NO_VENDOR", "1")
        // A stable Rust, for it stays as it is; its JSON is no stable feature.
        .env("RUSTC_BOOTSTRAP", "1");
    // What the cargo that runs this test has set is meant for its own toolchain.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "RUSTDOCFLAGS"] {
        rustdoc.env_remove(variable);
    }
    let output =
        rustdoc.output().unwrap_or_else(|error| panic!("rustup, which brings Rust {TOOLCHAIN}: {error}"));
    assert!(
        output.status.success(),
        "Rust {TOOLCHAIN} cannot describe {package}. Where it is missing, `cargo xtask audit api` installs it.\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    target.join("doc").join(format!("{}.json", package.replace('-', "_")))
}
