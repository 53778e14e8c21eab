//! `cargo xtask fuzz`: every target for some time, and what came of it.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::install;
use crate::need::{CARGO_FUZZ, Need};
use crate::root;
use crate::step::{Failure, cargo_in, command, must};

/// How long each target runs where nothing is said.
const SECONDS: u64 = 20;
/// The toolchain with the sanitizer.
pub(crate) const TOOLCHAIN: &str = "nightly";
/// No input may take longer, in seconds: it hangs. A slow machine with a sanitizer is no hang.
const HANG: u64 = 20;

/// `cargo xtask fuzz [--seconds N | --minutes M] [TARGET…]`.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let usage =
        || Failure { what: "usage: fuzz [--seconds N | --minutes M] [TARGET…]".to_owned(), code: 2 };
    let (seconds, names) = match arguments {
        ["--seconds", count, names @ ..] => (count.parse().map_err(|_| usage())?, names),
        ["--minutes", count, names @ ..] => (60 * count.parse::<u64>().map_err(|_| usage())?, names),
        names => (SECONDS, names),
    };
    let all = targets()?;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|target| target == *name)) {
        return Err(Failure {
            what: format!("no target `{unknown}`; there are: {}", all.join(", ")),
            code: 2,
        });
    }
    install::all(&[Need::Toolchain(TOOLCHAIN), CARGO_FUZZ])?;
    build()?;
    let chosen: Vec<&String> =
        all.iter().filter(|target| names.is_empty() || names.contains(&target.as_str())).collect();
    let mut results = Vec::new();
    // A target takes one processor.
    for beside in chosen.chunks(thread::available_parallelism().map_or(1, NonZero::get)) {
        let ended: Result<Vec<String>, Failure> = thread::scope(|scope| {
            let running: Vec<_> = beside.iter().map(|target| scope.spawn(|| fuzz(target, seconds))).collect();
            running.into_iter().map(|each| each.join().expect("it does not panic")).collect()
        });
        results.extend(ended?);
    }
    println!("\n{:<16}{:>12}{:>10}{:>10}{:>10}", "target", "runs", "runs/s", "edges", "corpus");
    results.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Every target for 20 seconds, as a step of the audit.
pub(crate) fn step() -> Result<(), Failure> {
    run(&[])
}

/// What is fuzzed without a fuzzer: clippy, and every target over its corpus with the stable compiler.
pub(crate) fn targets_step() -> Result<(), Failure> {
    let tests = ["clippy", "--tests", "--bins", "--examples"];
    must(cargo_in("fuzz", &tests).args(["--", "-D", "warnings"]).env("CARGO_TARGET_DIR", stable()))?;
    must(cargo_in("fuzz", &["test"]).env("CARGO_TARGET_DIR", stable()))
}

/// Where the stable compiler builds.
fn stable() -> PathBuf {
    root::target().join("fuzz-targets")
}

/// The targets' names: those of their files.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = root::workspace().join("fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.path().file_stem().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Where cargo-fuzz builds, and where the corpora grow: not in the sources.
fn folder() -> PathBuf {
    root::target().join("fuzz")
}

fn build() -> Result<(), Failure> {
    let folder = folder();
    let target = folder.to_string_lossy().into_owned();
    let arguments =
        ["run", TOOLCHAIN, "cargo", "fuzz", "build", "--fuzz-dir", "fuzz", "--target-dir", &target];
    // What the cargo that runs this task has set is meant for its own toolchain.
    must(
        install::with_programs(&mut command("rustup", &arguments))
            .env_remove("CARGO")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO_TARGET_DIR"),
    )
}

/// Runs one target; its row of the table.
fn fuzz(target: &str, seconds: u64) -> Result<String, Failure> {
    let folder = folder();
    let (corpus, found) = (folder.join("corpus").join(target), folder.join("found"));
    for each in [&corpus, &found] {
        fs::create_dir_all(each).map_err(|error| Failure::new(format!("{}: {error}", each.display())))?;
    }
    println!("$ fuzz {target}: {seconds} s");
    let program = program(&folder, target)?;
    let output = Command::new(program)
        .args([format!("-max_total_time={seconds}"), format!("-timeout={HANG}")])
        .arg("-print_final_stats=1")
        .arg(format!("-artifact_prefix={}/{target}-", found.display()))
        .arg("-dict=fuzz/dictionaries/at.dict")
        // The first is where what is new goes.
        .arg(&corpus)
        .arg(format!("fuzz/corpus/{target}"))
        .current_dir(root::workspace())
        .output()
        .map_err(|error| Failure::new(format!("{target}: {error}")))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        // From the words of the panic on; where there are none, the end of it.
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.len().saturating_sub(60);
        let from = lines.iter().position(|line| line.contains("panicked at")).unwrap_or(last);
        eprintln!("{}", lines[from..].join("\n"));
        return Err(Failure::new(format!(
            "{target}: a finding, in {}; look at it with `cargo run --manifest-path fuzz/Cargo.toml --bin {target} -- FILE`",
            found.display()
        )));
    }
    Ok(row(target, &log))
}

fn program(folder: &Path, target: &str) -> Result<PathBuf, Failure> {
    let triples =
        fs::read_dir(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    triples
        .flatten()
        .map(|triple| triple.path().join("release").join(target))
        .find(|program| program.exists())
        .ok_or_else(|| Failure::new(format!("{target} was not built in {}", folder.display())))
}

/// What libFuzzer says of a run: `cov: 123 ft: 456 corp: 78/9b`, and its final statistics.
fn row(target: &str, log: &str) -> String {
    let after = |mark: &str| {
        let last = log.lines().rev().find_map(|line| line.split_once(mark));
        let text = last.map_or("", |(_, rest)| rest.trim_start());
        text.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    let (runs, speed) = (after("stat::number_of_executed_units:"), after("stat::average_exec_per_sec:"));
    format!("{target:<16}{runs:>12}{speed:>10}{:>10}{:>10}", after(" cov: "), after(" corp: "))
}
