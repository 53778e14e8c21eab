//! The project's own tasks: `cargo xtask test | bench | fuzz | matrix | sizes | dist | install-c | install-cli | lint | fmt`.
//!
//! `test` is what a continuous build runs: it installs what the tests need on a bare Debian, then runs every check there is,
//! one named step after the other, and stops at the first that fails.

mod api;
mod bench;
mod book;
mod deny;
mod dist;
mod fuzz;
mod install;
mod install_c;
mod install_cli;
mod links;
mod notices;
mod prefix;
mod python;
mod root;
mod step;
mod steps;

use std::process::ExitCode;

const HELP: &str = "\
The project's own tasks.

usage: cargo xtask TASK

  test [STEP…]   install what the tests need, then run every check (or only the steps named)
  test --list    the steps of `test`, in order
  matrix         every operation on four servers in every form; writes docs/servers.md (--check: fails where it is stale)
  sizes          builds libqftp for a Cortex-M4 with and without its features, runs it in QEMU; writes docs/sizes.md
  bench [--quick] every benchmark, side by side with what else there is; writes docs/benchmarks.md (quick: only shows that it works)
  fuzz [--seconds N | --minutes M] [TARGET…]
                 every target (or those named) for so long, 20 seconds where nothing is said; needs a nightly toolchain
  install-c [--prefix DIR] [--profile PROFILE] [--features FEATURES]
                 libqftp and libqftp_emulator for C below DIR (/usr/local), or below DESTDIR/DIR
  install-cli [--prefix DIR] [--profile PROFILE] [--features FEATURES]
                 the program with its man pages and completions below DIR (/usr/local), or below DESTDIR/DIR
  dist [--quick] packages of the crates, the archive for C and the wheel, with their sums, into target/dist
                 (quick: unproven, and without the wheel)
  lint           formatting, clippy and the documentation, warnings as errors
  fmt            format the sources";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test", "--list"] => {
            steps::all().iter().for_each(|step| println!("{:<14}{}", step.name, step.about));
            Ok(())
        }
        ["test"] => step::run(&steps::all(), &[]),
        ["test", names @ ..] => step::run(&steps::all(), names),
        ["bench", arguments @ ..] => bench::run(arguments),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["dist", arguments @ ..] => dist::run(arguments),
        ["install-c", arguments @ ..] => install_c::run(arguments),
        ["install-cli", arguments @ ..] => install_cli::run(arguments),
        ["sizes"] => step::run(&steps::sizes(), &[]),
        ["matrix"] => step::run(&steps::matrix(), &[]),
        ["matrix", "--check"] => step::run(&steps::matrix_check(), &[]),
        ["lint"] => step::run(&steps::lint(), &[]),
        ["fmt"] => step::run(&steps::format(), &[]),
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        [other, ..] => {
            eprintln!("xtask: no task `{other}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: FAILED: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
