//! `cargo xtask test`: every test of behaviour, with a stable Rust alone.

use crate::install;
use crate::need::{
    self, CERTIFICATES, CLIENTS, COMPILERS, FIRMWARE, Need, OPENSSL, PYTHON, PYTHON_PACKAGE, SER2NET,
    SERVERS_LIBRARIES, VALGRIND,
};
use crate::python;
use crate::root;
use crate::run::{self, INSTALL, INSTALL_PYTHON};
use crate::step::{Failure, Step, cargo, command, must};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// One selection of packages and features for all that is built: crates are built once.
const ALL: &[&str] = &["--workspace", "--all-features"];
/// What wants no more than Rust: the crates from inside and from outside.
const CRATES: &[&str] = &[
    "--lib",
    "--bins",
    "--test",
    "facade_tests",
    "--test",
    "core_tests",
    "--test",
    "emulator_tests",
    "--test",
    "sim_tests",
    "--test",
    "mutations",
    "--test",
    "cli_tests",
];
/// Tests that wait for servers and for time leave the processor to others: more of them than there are processors.
const WAITING: &str = "6";

/// The steps, longest first where they run side by side.
pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step {
            name: INSTALL,
            about: "what the tests need of Debian: servers, clients, compilers",
            after: &[],
            needs: &[],
            run: || install::system(&run::needs(&steps())),
        },
        Step {
            name: INSTALL_PYTHON,
            about: "what they need of PyPI, in a virtual environment",
            after: &[],
            needs: &[],
            run: || install::python(&run::needs(&steps())),
        },
        Step {
            name: "build",
            about: "every crate and its tests, with all features, once",
            after: &[],
            needs: &[],
            run: build,
        },
        Step {
            name: "wheel",
            about: "the Python package, built and installed by pip, once",
            after: &[],
            needs: &[OPENSSL, PYTHON, PYTHON_PACKAGE],
            run: python::wheel,
        },
        Step {
            name: "servers",
            about: "what crosses crates: real servers, other clients, the manual's examples",
            after: &["build"],
            needs: &[OPENSSL, CERTIFICATES, Need::Servers, SERVERS_LIBRARIES, CLIENTS, PYTHON],
            run: || waiting(&["--test", "cross_tests", "--", "--skip", "tutorials::"]),
        },
        Step {
            name: "c",
            about: "libqftp as C and C++ programs have it, and as firmware in QEMU",
            after: &["build"],
            needs: &[
                OPENSSL,
                CERTIFICATES,
                Need::Servers,
                SERVERS_LIBRARIES,
                PYTHON,
                COMPILERS,
                VALGRIND,
                FIRMWARE,
            ],
            run: || waiting(&["--test", "c_tests"]),
        },
        Step {
            name: "python-package",
            about: "the Python package: tested with all that it works with, and on the oldest and newest Python",
            after: &["wheel"],
            needs: &[OPENSSL, PYTHON, PYTHON_PACKAGE, SER2NET],
            run: python::package,
        },
        Step {
            name: "simulation",
            about: "20,000 seeds of a host and a module on a faulty line",
            after: &["build"],
            needs: &[],
            run: simulation,
        },
        Step {
            name: "tutorials",
            about: "the tutorials and guides of the book, run as they are written",
            after: &["build"],
            needs: &[OPENSSL, CERTIFICATES, PYTHON, COMPILERS, FIRMWARE],
            run: || waiting(&["--test", "cross_tests", "--", "tutorials::"]),
        },
        Step {
            name: "crates",
            about: "the crates, from inside and from outside",
            after: &["build"],
            needs: &[],
            run: || tests(CRATES),
        },
        Step {
            name: "ports",
            about: "ports: serial, TCP, RFC 2217",
            after: &["build"],
            needs: &[PYTHON],
            run: || tests(&["--test", "transport_tests"]),
        },
        Step {
            name: "doctests",
            about: "the examples in the documentation of the crates, and of README",
            after: &["build"],
            needs: &[],
            run: || tests(&["--doc"]),
        },
        Step {
            name: "python",
            about: "the tests that use no qftp code: Python with pyserial",
            after: &["build"],
            needs: &[PYTHON],
            run: independent,
        },
        Step {
            name: "surfaces",
            about: "one table of cases through every surface: program, Rust, C, Python",
            after: &["build", "wheel"],
            needs: &[PYTHON, PYTHON_PACKAGE],
            run: surfaces,
        },
    ]
}

/// The tests; and the program and the libraries for C, which are no part of any test's build.
fn build() -> Result<(), Failure> {
    must(&mut cargo(&[&["test", "--no-run"], ALL].concat()))?;
    must(&mut cargo(&[&["test", "--no-run", "--test", "surfaces"], ALL].concat()))?;
    program()
}

/// The program and the libraries for C alone.
pub(crate) fn program() -> Result<(), Failure> {
    must(&mut cargo(&[&["build"], ALL].concat()))?;
    keep()
}

/// What other steps run and link: copies, for tests of our installers build the same with fewer features, where cargo puts it.
fn keep() -> Result<(), Failure> {
    let kept = built();
    fs::create_dir_all(&kept).map_err(|error| Failure::file(&kept, &error))?;
    for name in ["qftp", "qftp-sim", "libqftp.a", "libqftp.so", "libqftp_emulator.so"] {
        let (from, fresh) = (root::target().join("debug").join(name), kept.join(format!("{name}.new")));
        fs::copy(&from, &fresh).map_err(|error| Failure::file(&from, &error))?;
        fs::rename(&fresh, kept.join(name)).map_err(|error| Failure::file(&fresh, &error))?;
    }
    Ok(())
}

/// Where [`keep`] puts them.
fn built() -> PathBuf {
    root::target().join("xtask").join("built")
}

fn tests(chosen: &[&str]) -> Result<(), Failure> {
    must(with_tools(&mut cargo(&[&["test"], ALL, chosen].concat())))
}

fn waiting(chosen: &[&str]) -> Result<(), Failure> {
    must(with_tools(&mut cargo(&[&["test"], ALL, chosen].concat())).env("RUST_TEST_THREADS", WAITING))
}

/// The program that `build` built; `cargo run` would choose other features, and build the crates again.
fn simulation() -> Result<(), Failure> {
    must(&mut command(built().join("qftp-sim"), &["--seeds", "20000"]))
}

fn independent() -> Result<(), Failure> {
    must(with_tools(&mut command(
        need::python(),
        &["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/python"],
    )))
}

/// After `wheel`, which installs what it needs.
fn surfaces() -> Result<(), Failure> {
    let suite = [&["test"], ALL, &["--test", "surfaces"]].concat();
    must(with_tools(cargo(&suite).env("QFTP_TEST_QFTP_PYTHON", need::python())))
}

/// Tells the tests where the tools are, and what is built. A test whose tool is not named fails and names this task.
pub(crate) fn with_tools(command: &mut Command) -> &mut Command {
    for server in need::SERVERS {
        command.env(server.variable, server.folder());
    }
    let built = built();
    // What the user has set is nothing for tests, and what tests do is nothing for the user.
    for name in ["QFTP_PORT", "QFTP_PASSWORD", "DESTDIR"] {
        command.env_remove(name);
    }
    command
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/dev/null")
        .env("QFTP_TEST_PYTHON", need::python())
        .env("QFTP_TEST_QFTP", built.join("qftp"))
        .env("QFTP_TEST_LIBRARIES", built)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of tests that no binary has is never run, and nobody is told.
    #[test]
    fn every_file_of_tests_is_in_a_binary() {
        let crates = root::workspace().join("crates");
        let crates = fs::read_dir(crates).expect("crates").flatten().map(|entry| entry.path());
        let others = ["tests", "bindings/c", "bindings/c-emulator"].map(|name| root::workspace().join(name));
        let mut seen = 0;
        for package in crates.chain(others) {
            let Ok(files) = fs::read_dir(package.join("tests")) else { continue };
            let text = |name: &str| fs::read_to_string(package.join(name)).expect("it is there");
            let (main, manifest) = (text("tests/main.rs"), text("Cargo.toml"));
            for file in files.flatten().map(|entry| entry.path()) {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                if file.extension().is_some_and(|end| end == "rs") && name != "main" {
                    let is_in = main.lines().any(|line| line == format!("mod {name};"))
                        || manifest.lines().any(|line| line == format!("name = \"{name}\""));
                    assert!(is_in, "{} is in no binary: `mod {name};` in main.rs beside it", file.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 60, "{seen} files of tests were found");
    }

    /// A step that stands on one that is not there, or comes before it, would never be run.
    #[test]
    fn steps_stand_on_steps_before_them() {
        for steps in [steps(), crate::audit::steps()] {
            for (index, step) in steps.iter().enumerate() {
                let before = |name: &&str| steps[..index].iter().any(|other| &other.name == name);
                assert!(step.after.iter().all(before), "{}", step.name);
                assert!(!steps[..index].iter().any(|other| other.name == step.name), "{} twice", step.name);
            }
        }
    }
}
