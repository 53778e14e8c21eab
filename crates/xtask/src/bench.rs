//! `cargo xtask bench`, and what its counts of instructions are held to.

use std::fs;

use crate::need;
use crate::python;
use crate::root;
use crate::step::{Failure, cargo, cargo_in, command, must, systems_openssl};
use crate::test::with_tools;

/// What a byte of control text may cost, by contender and cut: `benches/budget.txt`.
const BUDGET: &str = "benches/budget.txt";

/// `cargo xtask bench [--quick]`, where what it needs is there.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let quick: &[&str] = match arguments {
        [] => &[],
        ["--quick"] => &["--quick"],
        _ => return Err(Failure { what: "usage: bench [--quick]".to_owned(), code: 2 }),
    };
    // What is only to be seen to work is built as the tests build it.
    let (profile, folder) = if quick.is_empty() { ("dist", "dist") } else { ("dev", "debug") };
    must(&mut cargo(&["build", "--profile", profile, "--package", "qftp-cli"]))?;
    // That of a release, for it is measured.
    python::installed(if quick.is_empty() { "release" } else { "dev" })?;
    let report = [&["-m", "benches.report"], quick].concat();
    let mut report = command(need::python(), &report);
    systems_openssl(with_tools(&mut report)).env("QFTP_TARGET", root::target());
    must(report.env("QFTP_TEST_QFTP", root::target().join(folder).join("qftp")))
}

/// The benchmarks work, with little to do.
pub(crate) fn quick() -> Result<(), Failure> {
    run(&["--quick"])
}

/// Counts instructions, and fails where core costs over 5 % more than `benches/budget.txt` says, or over 5 % less: then that is to be lowered.
pub(crate) fn cost() -> Result<(), Failure> {
    must(&mut cargo_in("benches", &["build", "--release", "--bin", "count"]))?;
    let text = fs::read_to_string(root::workspace().join(BUDGET))
        .map_err(|error| Failure::new(format!("{BUDGET}: {error}")))?;
    let mut over = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let words: Vec<&str> = line.split(" | ").collect();
        let [contender, cut, budget] = words.as_slice() else {
            return Err(Failure::new(format!("{BUDGET}: not `contender | cut | instructions`: {line}")));
        };
        let budget: f64 = budget.parse().map_err(|_| Failure::new(format!("{BUDGET}: no number: {line}")))?;
        let now = per_byte(contender, cut)?;
        println!("{contender}, {cut}: {now:.1} instructions a byte, budget {budget:.1}");
        if (now - budget).abs() > budget * 0.05 {
            over.push(format!("{contender}, {cut}: {now:.1}, and {BUDGET} says {budget:.1}"));
        }
    }
    if over.is_empty() { Ok(()) } else { Err(Failure::new(over.join("; "))) }
}

/// Two rounds less one: what is built up before and after is in both.
fn per_byte(contender: &str, cut: &str) -> Result<f64, Failure> {
    let (one, bytes) = instructions(contender, cut, "1")?;
    let (two, _) = instructions(contender, cut, "2")?;
    Ok((two - one) / bytes)
}

/// The instructions of a run under callgrind, and the bytes of a round.
fn instructions(contender: &str, cut: &str, rounds: &str) -> Result<(f64, f64), Failure> {
    let program = root::target().join("benches/release/count");
    let arguments = [
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        &program.to_string_lossy(),
        contender,
        cut,
        rounds,
    ];
    let output = command("valgrind", &arguments)
        .output()
        .map_err(|error| Failure::new(format!("valgrind: {error}")))?;
    let number = |text: &[u8], before: &str| {
        let text = String::from_utf8_lossy(text).into_owned();
        let rest = text.split_once(before).map(|(_, rest)| rest.to_owned())?;
        rest.split_whitespace().next()?.parse::<f64>().ok()
    };
    match (number(&output.stderr, "Collected : "), number(&output.stdout, "bytes ")) {
        (Some(count), Some(bytes)) if output.status.success() => Ok((count, bytes)),
        _ => Err(Failure::new(format!("valgrind count: {}", String::from_utf8_lossy(&output.stderr)))),
    }
}
