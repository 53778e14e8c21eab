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
use std::process::Command;

/// One selection of packages and features for all that is built: crates are built once.
const ALL: &[&str] = &["--workspace", "--all-features"];
/// What wants no more than Rust: the crates from inside and from outside.
const CRATES: &[&str] = &[
    "--lib",
    "--bins",
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
            name: "servers",
            about: "what crosses crates: real servers, other clients, the manual's examples",
            after: &["build"],
            needs: &[
                OPENSSL,
                CERTIFICATES,
                Need::Servers,
                SERVERS_LIBRARIES,
                CLIENTS,
                PYTHON,
            ],
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
            about: "the Python package: a wheel by pip, tested here and on the oldest and newest Python",
            after: &[],
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
            after: &["build", "python-package"],
            needs: &[PYTHON, PYTHON_PACKAGE],
            run: surfaces,
        },
    ]
}

/// The tests; and the program and the libraries for C, which are no part of any test's build.
fn build() -> Result<(), Failure> {
    must(&mut cargo(&[&["test", "--no-run"], ALL].concat()))?;
    must(&mut cargo(&[&["test", "--no-run", "--test", "surfaces"], ALL].concat()))?;
    must(&mut cargo(&[&["build"], ALL].concat()))
}

fn tests(chosen: &[&str]) -> Result<(), Failure> {
    must(with_tools(&mut cargo(&[&["test"], ALL, chosen].concat())))
}

fn waiting(chosen: &[&str]) -> Result<(), Failure> {
    must(with_tools(&mut cargo(&[&["test"], ALL, chosen].concat())).env("RUST_TEST_THREADS", WAITING))
}

fn simulation() -> Result<(), Failure> {
    must(&mut cargo(&[&["run", "--package", "qftp-sim", "--"], &["--seeds", "20000"][..]].concat()))
}

fn independent() -> Result<(), Failure> {
    must(with_tools(&mut command(need::python(), &["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/python"])))
}

/// After `python-package`, which installs what it needs.
fn surfaces() -> Result<(), Failure> {
    let suite = [&["test"], ALL, &["--test", "surfaces"]].concat();
    must(with_tools(cargo(&suite).env("QFTP_TEST_QFTP_PYTHON", need::python())))
}

/// Tells the tests where the tools are, and what is built. A test whose tool is not named fails and names this task.
pub(crate) fn with_tools(command: &mut Command) -> &mut Command {
    for server in need::SERVERS {
        command.env(server.variable, server.folder());
    }
    let built = root::target().join("debug");
    command
        .env("QFTP_TEST_PYTHON", need::python())
        .env("QFTP_TEST_QFTP", built.join("qftp"))
        .env("QFTP_TEST_LIBRARIES", built)
}
