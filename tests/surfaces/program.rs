//! The surfaces that are programs of their own: C and Python, all with the same arguments.

use std::ffi::OsStr;
use std::io::{BufRead as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use qftp_tests::servers::{PASSWORD, USER};
use tempfile::TempDir;

use crate::bench::{Bench, end};
use crate::job::{Cause, Job, Outcome, Ran};
use crate::surface::{FEATURES, Feature, Surface};

/// The interpreter that has the package.
const PYTHON: &str = "QFTP_TEST_QFTP_PYTHON";

/// Does the jobs in one process.
pub(crate) fn run(surface: Surface, bench: &Bench, jobs: &[Job]) -> Vec<Ran> {
    let mut program = program(surface);
    program.arg(bench.port()).arg(bench.server_port().to_string()).args([USER, PASSWORD]);
    program.arg(bench.stor_came().path());
    for job in jobs {
        program.arg(job.verb()).arg(OsStr::from_bytes(&job.remote)).arg(&job.local);
        program.arg(job.flags());
    }
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = end(program.spawn().unwrap_or_else(|error| panic!("{program:?}: {error}")));
    let (mut ran, said) = match output {
        Some(output) => {
            let lines = output.stdout.lines().map_while(Result::ok);
            (lines.filter_map(|line| read(&line)).collect(), output.stderr)
        }
        None => (Vec::new(), b"it does not end".to_vec()),
    };
    // A program that crashed has said why.
    ran.resize_with(jobs.len(), || Ran {
        outcome: Outcome::failed(Cause::Broken, String::from_utf8_lossy(&said)),
        took: Duration::ZERO,
    });
    ran
}

/// A line of a program: `done MS` or `failed MS CAUSE MODULE SERVER TEXT`.
fn read(line: &str) -> Option<Ran> {
    let mut words = line.splitn(6, ' ');
    let word = words.next()?;
    let took = Duration::from_millis(words.next()?.parse().ok()?);
    let outcome = match word {
        "done" => Outcome::Done,
        "failed" => Outcome::Failed {
            cause: Cause::named(words.next()?),
            module: words.next()?.parse().ok()?,
            server: words.next()?.parse().ok()?,
            text: words.next().unwrap_or_default().to_owned(),
        },
        _ => return None,
    };
    Some(Ran { outcome, took })
}

/// What a class of the Python package has, as its signatures say.
pub(crate) fn features(surface: Surface) -> Vec<Feature> {
    let output = program(surface).arg("features").output().expect("python runs");
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    FEATURES
        .into_iter()
        .filter(|feature| words.split_whitespace().any(|word| word == feature.word()))
        .collect()
}

fn program(surface: Surface) -> Command {
    match surface {
        Surface::CClient => Command::new(compiled("client.c")),
        Surface::CPoll => Command::new(compiled("session.c")),
        _ => {
            let python = std::env::var_os(PYTHON)
                .unwrap_or_else(|| panic!("{PYTHON} is not set: `cargo xtask test surfaces` does it"));
            let kind = match surface {
                Surface::Aio => "aio",
                Surface::Fsspec => "fsspec",
                _ => "ftp",
            };
            let mut program = Command::new(python);
            program.args(["-B", "-W", "ignore"]).arg(source("python.py")).arg(kind);
            program
        }
    }
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("surfaces/programs").join(name)
}

/// The folder with libqftp: what `QFTP_TEST_LIBRARIES` names, or else what cargo builds now.
fn libraries(root: &Path) -> PathBuf {
    if let Some(folder) = std::env::var_os("QFTP_TEST_LIBRARIES") {
        return PathBuf::from(folder);
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    succeed(cargo.current_dir(root).args(["build", "--quiet", "--package", "qftp-c"]));
    // This test is TARGET/debug/deps/NAME-HASH.
    let test = std::env::current_exe().expect("a path");
    test.ancestors().nth(2).expect("a target folder").to_path_buf()
}

/// The C programs, compiled once.
fn compiled(name: &str) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let library = libraries(&root).join("libqftp.a");
        let folder = TempDir::with_prefix("qftp-surfaces-").expect("a folder");
        for name in ["client.c", "session.c"] {
            let mut cc = Command::new("cc");
            cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]);
            cc.arg("-I").arg(root.join("include")).arg("-I").arg(root.join("bindings/c/examples"));
            cc.arg("-o").arg(folder.path().join(name).with_extension("")).arg(source(name));
            succeed(cc.arg(&library).args(["-lpthread", "-ldl", "-lm"]));
        }
        folder
    });
    folder.path().join(name).with_extension("")
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    std::io::stderr().write_all(&output.stderr).expect("standard error");
    assert!(output.status.success(), "{command:?}: {}", output.status);
}
