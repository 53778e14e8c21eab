//! The steps of each task, in the order they run: cheap ones first.

use std::process::Command;

use crate::api;
use crate::bench;
use crate::book;
use crate::deny;
use crate::dist;
use crate::fuzz;
use crate::install;
use crate::python;
use crate::root;
use crate::step::{Failure, Step, cargo, command, must};

/// `cargo xtask test`.
pub(crate) fn all() -> Vec<Step> {
    let mut steps = vec![install_step()];
    steps.extend(lint());
    steps.extend([
        Step { name: "api", about: "the public API of the crates is what api/*.txt says", run: api::step },
        Step { name: "features", about: "the light builds: every crate without its features", run: features },
        Step {
            name: "freestanding",
            about: "qftp-core linked with no library, no undefined symbol, no panic",
            run: freestanding,
        },
        Step {
            name: "doxygen",
            about: "the documentation of the C headers, warnings are errors",
            run: doxygen,
        },
        Step {
            name: "book",
            about: "the book is built, and every link in it leads somewhere",
            run: book::step,
        },
        Step { name: "deny", about: "licences, bans and sources of what we depend on", run: deny::step },
        Step {
            name: "dist",
            about: "the packages of a release, the archive for C, their sums",
            run: dist::step,
        },
        Step { name: "benches", about: "the benchmarks: formatting, clippy, no failure lost", run: benches },
        Step { name: "cost", about: "instructions of core a byte, against a budget", run: bench::cost },
        Step {
            name: "fuzz-targets",
            about: "what is fuzzed, over its corpora, with the stable compiler",
            run: fuzz::targets_step,
        },
        Step {
            name: "fuzz",
            about: "every fuzz target for 20 seconds, with a nightly toolchain",
            run: fuzz::step,
        },
        Step { name: "tests", about: "every test of every crate, all features", run: tests },
        Step {
            name: "simulation",
            about: "20,000 seeds of a host and a module on a faulty line",
            run: simulation,
        },
        Step {
            name: "python",
            about: "the tests that use no qftp code: Python with pyserial",
            run: independent,
        },
        Step {
            name: "python-package",
            about: "the Python package: built, installed by pip, typed, tested, on every Python here",
            run: python::package,
        },
        Step {
            name: "surfaces",
            about: "one table of cases through every surface: program, Rust, C, Python",
            run: surfaces,
        },
        Step { name: "bench", about: "every benchmark runs, with little to do", run: bench::quick },
    ]);
    steps
}

fn install_step() -> Step {
    Step { name: "install", about: "what the tests need: servers, clients, Python", run: install::all }
}

/// `cargo xtask matrix`.
pub(crate) fn matrix() -> Vec<Step> {
    vec![
        install_step(),
        Step {
            name: "matrix",
            about: "what four servers answer, into docs/servers.md",
            run: || run_matrix(&[]),
        },
    ]
}

/// `cargo xtask matrix --check`.
pub(crate) fn matrix_check() -> Vec<Step> {
    vec![
        install_step(),
        Step {
            name: "matrix",
            about: "whether docs/servers.md is what four servers answer",
            run: || run_matrix(&["--check"]),
        },
    ]
}

/// `cargo xtask sizes`.
pub(crate) fn sizes() -> Vec<Step> {
    vec![
        install_step(),
        Step {
            name: "sizes",
            about: "what libqftp costs on a Cortex-M4, into docs/sizes.md",
            run: run_sizes,
        },
    ]
}

fn run_sizes() -> Result<(), Failure> {
    let arguments = ["test", "--package", "qftp-c", "--test", "sizes"];
    must(cargo(&arguments).env("QFTP_UPDATE_SIZES", "1"))
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Vec<Step> {
    vec![
        Step { name: "format", about: "rustfmt", run: || must(&mut cargo(&["fmt", "--all", "--check"])) },
        Step { name: "clippy", about: "clippy, warnings are errors", run: clippy },
        Step { name: "documentation", about: "rustdoc, warnings are errors", run: documentation },
    ]
}

/// `cargo xtask fmt`.
pub(crate) fn format() -> Vec<Step> {
    vec![Step { name: "format", about: "rustfmt", run: || must(&mut cargo(&["fmt", "--all"])) }]
}

fn clippy() -> Result<(), Failure> {
    must(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))?;
    // No target of all, because it is a step of its own.
    let surfaces = ["clippy", "--package", "qftp-tests", "--test", "surfaces", "--", "-D", "warnings"];
    must(&mut cargo(&surfaces))
}

fn documentation() -> Result<(), Failure> {
    must(cargo(&["doc", "--workspace", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn features() -> Result<(), Failure> {
    for package in ["qftp-core", "qftp-transport", "qftp-emulator", "qftp-cli"] {
        must(&mut cargo(&["check", "--package", package, "--no-default-features"]))?;
    }
    must(&mut cargo(&["test", "--package", "qftp-core", "--no-default-features", "--test", "lean"]))?;
    // What firmware may have, as docs/sizes.md has it. Without the standard library panics do not unwind, as that profile says.
    let all = "lines,listings,long-names,recovery,staging,texts,tls";
    for features in ["", "listings", "recovery", "staging", "tls", "texts", "lines", "long-names", all] {
        let firmware =
            ["check", "--package", "qftp-c", "--lib", "--profile", "firmware", "--no-default-features"];
        must(&mut cargo(&[&firmware[..], &["--features", features]].concat()))?;
    }
    Ok(())
}

/// The proof lives beside the crate that it is about.
fn freestanding() -> Result<(), Failure> {
    let target = root::target().join("freestanding");
    must(&mut command("bash", &["crates/qftp-core/freestanding/check.sh", &target.to_string_lossy()]))
}

fn doxygen() -> Result<(), Failure> {
    let output = root::target().join("doxygen");
    must(command("doxygen", &["bindings/c/Doxyfile"]).env("QFTP_DOXYGEN_OUTPUT", output))
}

fn benches() -> Result<(), Failure> {
    let manifest = ["--manifest-path", "benches/Cargo.toml"];
    must(&mut cargo(&[&["fmt"], &manifest[..], &["--check"]].concat()))?;
    must(&mut cargo(&[&["clippy"], &manifest[..], &["--all-targets", "--", "-D", "warnings"]].concat()))?;
    must(&mut cargo(&[&["test", "--tests", "--lib"], &manifest[..]].concat()))
}

fn tests() -> Result<(), Failure> {
    must(with_tools(&mut cargo(&["test", "--workspace", "--all-features"])))
}

/// After `python-package`, which installs what it needs.
fn surfaces() -> Result<(), Failure> {
    must(&mut cargo(&["build", "--package", "qftp-cli"]))?;
    let suite = ["test", "--package", "qftp-tests", "--test", "surfaces"];
    must(with_tools(cargo(&suite).env("QFTP_TEST_QFTP_PYTHON", install::python())))
}

fn simulation() -> Result<(), Failure> {
    must(&mut cargo(&["run", "--release", "--package", "qftp-sim", "--", "--seeds", "20000"]))
}

fn run_matrix(arguments: &[&str]) -> Result<(), Failure> {
    let example = ["run", "--quiet", "--package", "qftp-tests", "--example", "matrix", "--"];
    must(with_tools(&mut cargo(&[&example, arguments].concat())))
}

fn independent() -> Result<(), Failure> {
    must(&mut cargo(&["build", "--package", "qftp-cli"]))?;
    must(with_tools(&mut command(install::python(), &["-m", "pytest", "-q", "tests/python"])))
}

/// Tells the tests where the tools are. A test whose tool is not named fails and names this task.
pub(crate) fn with_tools(command: &mut Command) -> &mut Command {
    for server in install::SERVERS {
        command.env(server.variable, server.folder());
    }
    command
        .env("QFTP_TEST_PYTHON", install::python())
        .env("QFTP_TEST_QFTP", root::target().join("debug").join("qftp"))
}
