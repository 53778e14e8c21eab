//! The project's own tasks: `cargo xtask test | audit | bench | fuzz | matrix | sizes | dist | install-c | install-cli | lint | fmt`.
//!
//! `test` and `audit` are what a continuous build runs: named steps, which bring what they need on a bare Debian.

mod api;
mod audit;
mod bench;
mod book;
mod deny;
mod dist;
mod fuzz;
mod install;
mod install_c;
mod install_cli;
mod lines;
mod links;
mod need;
mod notices;
mod prefix;
mod python;
mod root;
mod run;
mod step;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
The project's own tasks.

usage: cargo xtask TASK

  test [STEP…]   every test of behaviour (or only the steps named), with what the tests need; a stable Rust is enough
  audit [STEP…]  lints, documentation, book, API texts, licences, features, sizes, fuzzing, packages, benchmarks
                 both: --list         the steps, in order
                       --no-install   nothing is installed: what can run does, the rest is named
                       --keep-going   go on after a step that failed
                       --jobs N       so many steps side by side (one more than processors, for some wait)
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
                 (quick: unproven, and with the system's OpenSSL)
  lint           formatting, clippy and the documentation, warnings as errors
  fmt            format the sources";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test", arguments @ ..] => run::task("test", &test::steps(), arguments),
        ["audit", arguments @ ..] => run::task("audit", &audit::steps(), arguments),
        ["lint", arguments @ ..] => run::task("lint", &audit::lint(), arguments),
        ["bench", arguments @ ..] => audit::bench(arguments),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["dist", arguments @ ..] => dist::run(arguments),
        ["install-c", arguments @ ..] => install_c::run(arguments),
        ["install-cli", arguments @ ..] => install_cli::run(arguments),
        ["sizes"] => audit::write_sizes(),
        ["matrix", arguments @ ..] => audit::matrix(arguments),
        ["fmt"] => audit::fmt(),
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
