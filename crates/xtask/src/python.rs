//! The Python package: built, checked, installed as a user would, and tested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install_c::VERSION;
use crate::need;
use crate::notices::{self, Product};
use crate::root;
use crate::step::{Failure, cargo_in, command, must, succeeds, systems_openssl};
use crate::test::with_tools;

/// Versions of Python that the package is for.
const VERSIONS: &[&str] = &["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];
/// The tests that another Python runs: those that want nothing but an FTP server.
const EVERYWHERE: &[&str] = &["tests/test_ftplib.py", "tests/test_sans_io.py"];

/// The step of `cargo xtask test` that others stand on.
pub(crate) fn wheel() -> Result<(), Failure> {
    installed("dev").map(drop)
}

/// The step of `cargo xtask test`: tested where all that it works with is, and on other Pythons.
pub(crate) fn package() -> Result<(), Failure> {
    let wheel = wheel_in(&target().join("wheel/dev"))?;
    must(with_tools(&mut pytest(&need::python(), &["tests"])))?;
    interpreters().iter().try_for_each(|python| elsewhere(python, &wheel))
}

/// The step of `cargo xtask audit`: clippy, types, and whether the stubs say what the extension has.
pub(crate) fn checks() -> Result<(), Failure> {
    let clippy = ["clippy"];
    let mut clippy = cargo_in("bindings/python", &clippy);
    must(clippy.args(["--", "-D", "warnings"]).env("PYO3_PYTHON", need::python()))?;
    installed("dev")?;
    let python = need::python();
    must(in_package(&mut module(&python, &["mypy", "python/qftp"])))?;
    // Not where the sources are: they would be taken for the package.
    must(module(&python, &["mypy.stubtest", "qftp._qftp"]).current_dir(root::tools()))?;
    let shown = python.to_string_lossy();
    must(in_package(&mut module(&python, &["pyright", "--pythonpath", &shown])))
}

/// What wheels for others have.
const OPENSSL: &str = "pyo3/extension-module,vendored-openssl";

/// Builds the wheel as the README says it, by pip, of a profile of cargo, and installs it where its tools are.
pub(crate) fn installed(profile: &str) -> Result<PathBuf, Failure> {
    let folder = target().join("wheel").join(profile);
    let _ = fs::remove_dir_all(&folder);
    let out = folder.to_string_lossy().into_owned();
    // maturin is there: pip need not fetch it again for a place of its own.
    let build =
        ["pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"];
    let mut pip = module(&need::python(), &[&build[..], &["-w", &out, "./bindings/python"]].concat());
    must(building(&mut pip).env("MATURIN_PEP517_ARGS", format!("--profile {profile}")))?;
    let wheel = wheel_in(&folder)?;
    must(&mut install(&need::python(), &["--force-reinstall", "--no-deps", &wheel.to_string_lossy()]))?;
    Ok(wheel)
}

/// The wheel and the source distribution of a release, and whether a wheel can be built from that alone. One that others are given has an OpenSSL
/// of its own, and is tried where nothing of ours is.
pub(crate) fn distribution(folder: &Path, quick: bool) -> Result<(), Failure> {
    let out = folder.to_string_lossy();
    let mut build = module(&need::python(), &["maturin", "build", "--sdist", "--out", &out]);
    building(&mut build);
    if quick {
        build.args(["--release", "--auditwheel", "skip"]);
    } else {
        // The system's OpenSSL is of no use to others.
        build.args(["--profile", "dist", "--features", OPENSSL]).env_remove("OPENSSL_NO_VENDOR");
    }
    with_notices(&mut build, folder, !quick)?;
    let wheel = wheel_in(folder)?;
    let sources = folder.join(format!("qftp-{VERSION}.tar.gz"));
    let (shown, sources) = (wheel.to_string_lossy(), sources.to_string_lossy());
    must(&mut module(&need::python(), &["twine", "check", "--strict", &shown, &sources]))?;
    let tried = target().join("from-sources");
    let _ = fs::remove_dir_all(&tried);
    let tried = tried.to_string_lossy().into_owned();
    let pip = ["pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "-w", &tried, &sources];
    must(building(&mut module(&need::python(), &pip)).env("MATURIN_PEP517_ARGS", "--profile dev"))?;
    if quick { Ok(()) } else { elsewhere(&need::python(), &wheel) }
}

/// Builds with the notices beside the licences, where they are found for the wheel, and reads them there.
fn with_notices(build: &mut Command, folder: &Path, openssl: bool) -> Result<(), Failure> {
    let product = Product {
        name: "the wheel of the Python package qftp",
        manifest: "bindings/python/Cargo.toml",
        build: &["--features", if openssl { OPENSSL } else { "pyo3/extension-module" }],
        openssl,
    };
    let texts = root::workspace().join("bindings/python").join(notices::FILE);
    fs::write(&texts, product.notices()?).map_err(|error| Failure::file(&texts, &error))?;
    let built = must(in_package(build));
    fs::remove_file(&texts).map_err(|error| Failure::file(&texts, &error))?;
    built?;
    let inside = "import sys, zipfile; wheel = zipfile.ZipFile(sys.argv[1]); \
                  name = next(name for name in wheel.namelist() if name.endswith('/licenses/' + sys.argv[2])); \
                  sys.stdout.buffer.write(wheel.read(name))";
    let mut read =
        command(need::python(), &["-c", inside, &wheel_in(folder)?.to_string_lossy(), notices::FILE]);
    let read = read.output().map_err(|error| Failure::new(format!("python: {error}")))?;
    product.check(&String::from_utf8_lossy(&read.stdout))
}

/// Another Python: the wheel installs and works there.
fn elsewhere(python: &Path, wheel: &Path) -> Result<(), Failure> {
    let name = python.to_string_lossy().replace(['/', '.'], "_");
    let folder = root::tools().join("pythons").join(name.trim_start_matches('_'));
    let own = folder.join("bin/python");
    if !succeeds(&mut command(&own, &["-c", "import pytest, pyftpdlib, OpenSSL"])) {
        must(&mut command(python, &["-m", "venv", "--clear", &folder.to_string_lossy()]))?;
        must(&mut install(&own, &["pytest", "pyftpdlib", "pyOpenSSL"]))?;
    }
    must(&mut install(&own, &["--force-reinstall", "--no-deps", &wheel.to_string_lossy()]))?;
    must(&mut pytest(&own, EVERYWHERE))
}

/// The oldest and the newest on this machine that the package is for: what lies between has the same stable interface of C.
fn interpreters() -> Vec<PathBuf> {
    let home = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    let managed = |version: &str| {
        let folder = fs::read_dir(home.as_ref()?.join("versions")).ok()?;
        let of = format!("{version}.");
        let found = folder.flatten().find(|entry| entry.file_name().to_string_lossy().starts_with(&of))?;
        Some(found.path().join("bin/python"))
    };
    let works =
        |python: &PathBuf| succeeds(&mut command(python, &["-c", "import venv, ensurepip, ssl, ctypes"]));
    let found = |version: &&'static str| {
        managed(version).into_iter().chain([PathBuf::from(format!("python{version}"))]).find(works)
    };
    let (oldest, newest) = (VERSIONS.iter().find_map(found), VERSIONS.iter().rev().find_map(found));
    let mut both: Vec<PathBuf> = oldest.into_iter().chain(newest).collect();
    both.dedup();
    both
}

fn wheel_in(folder: &Path) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let wheel = paths.find(|path| path.extension().is_some_and(|end| end == "whl"));
    wheel.ok_or_else(|| Failure::new("no wheel was built"))
}

fn target() -> PathBuf {
    root::target().join("python")
}

fn module(python: &Path, arguments: &[&str]) -> Command {
    let mut command = command(python, &[&["-m"], arguments].concat());
    // The tools that a module calls are beside it.
    if let (Some(folder), Some(path)) = (python.parent(), std::env::var_os("PATH")) {
        let paths = [folder.to_path_buf()].into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(paths).unwrap_or(path));
    }
    command
}

fn install(python: &Path, packages: &[&str]) -> Command {
    module(python, &[&["pip", "install", "--quiet", "--disable-pip-version-check"], packages].concat())
}

/// Builds of the extension share their folder, and take the system's OpenSSL.
fn building(command: &mut Command) -> &mut Command {
    systems_openssl(command).env("CARGO_TARGET_DIR", target())
}

fn in_package(command: &mut Command) -> &mut Command {
    command.current_dir(root::workspace().join("bindings/python"))
}

fn pytest(python: &Path, tests: &[&str]) -> Command {
    let mut pytest = module(python, &[&["pytest", "-q", "-p", "no:cacheprovider"], tests].concat());
    in_package(&mut pytest);
    pytest
}
