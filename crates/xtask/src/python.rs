//! The Python package: built, checked, installed as a user would, and tested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install;
use crate::notices::{self, Product};
use crate::root;
use crate::step::{Failure, cargo, command, must, succeeds};

/// Versions of Python that the package is for. All that are on this machine are tried.
const VERSIONS: &[&str] = &["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];
/// The tests that every one of them runs: those that want nothing but an FTP server.
const EVERYWHERE: &[&str] = &["tests/test_ftplib.py", "tests/test_sans_io.py"];

/// The step of `cargo xtask test`.
pub(crate) fn package() -> Result<(), Failure> {
    let manifest = ["--manifest-path", "bindings/python/Cargo.toml"];
    must(&mut cargo(&[&["fmt"], &manifest[..], &["--check"]].concat()))?;
    must(
        cargo(&[&["clippy"], &manifest[..], &["--", "-D", "warnings"]].concat())
            .env("CARGO_TARGET_DIR", target())
            .env("PYO3_PYTHON", install::python()),
    )?;
    // As the README says it: pip, and nothing else.
    must(&mut pip(&install::python(), &["--force-reinstall", "--no-deps", "./bindings/python"]))?;
    types()?;
    must(&mut pytest(&install::python(), &["tests"]))?;
    let dist = distribution()?;
    interpreters().iter().try_for_each(|python| elsewhere(python, &dist))
}

/// Types of the package, and whether its stubs say what the extension has.
fn types() -> Result<(), Failure> {
    must(in_package(&mut module(&install::python(), &["mypy", "python/qftp"])))?;
    // Not where the sources are: they would be taken for the package.
    must(module(&install::python(), &["mypy.stubtest", "qftp._qftp"]).current_dir(root::tools()))?;
    let python = install::python();
    let python = python.to_string_lossy();
    must(in_package(&mut module(&install::python(), &["pyright", "--pythonpath", &python])))
}

/// What wheels for others have.
const OPENSSL: &str = "pyo3/extension-module,vendored-openssl";

/// The wheel and the source distribution of a release, with an OpenSSL of its own; the wheel is installed where nothing of ours is, and tried.
pub(crate) fn release(folder: &Path) -> Result<(), Failure> {
    let out = folder.to_string_lossy();
    let features = ["--features", OPENSSL];
    let build =
        [&["maturin", "build", "--profile", "dist", "--sdist", "--out", &out], &features[..]].concat();
    let mut build = module(&install::python(), &build);
    build.env("CARGO_TARGET_DIR", target()).env_remove("OPENSSL_NO_VENDOR");
    with_notices(&mut build, folder, true)?;
    elsewhere(&install::python(), folder)
}

/// The wheel and the source distribution, into a folder of their own.
fn distribution() -> Result<PathBuf, Failure> {
    let folder = target().join("dist");
    let fault = |error: std::io::Error| Failure::new(format!("{}: {error}", folder.display()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(fault)?;
    let out = folder.to_string_lossy().into_owned();
    // A release has an OpenSSL of its own; this one has none.
    let build = ["maturin", "build", "--release", "--sdist", "--auditwheel", "skip", "--out", &out];
    with_notices(building(&mut module(&install::python(), &build)), &folder, false)?;
    let files: Vec<String> = entries(&folder).map_err(fault)?;
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    must(&mut module(&install::python(), &[&["twine", "check", "--strict"], files.as_slice()].concat()))?;
    Ok(folder)
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
    let mut read = command(install::python(), &["-c", inside, &wheel(folder)?, notices::FILE]);
    let read = read.output().map_err(|error| Failure::new(format!("python: {error}")))?;
    product.check(&String::from_utf8_lossy(&read.stdout))
}

/// Another Python: the wheel installs and works there.
fn elsewhere(python: &Path, dist: &Path) -> Result<(), Failure> {
    let name = python.to_string_lossy().replace(['/', '.'], "_");
    let folder = root::tools().join("pythons").join(name.trim_start_matches('_'));
    let own = folder.join("bin/python");
    if !succeeds(&mut command(&own, &["-c", "import pytest, pyftpdlib, OpenSSL"])) {
        must(&mut command(python, &["-m", "venv", "--clear", &folder.to_string_lossy()]))?;
        must(&mut pip(&own, &["pytest", "pyftpdlib", "pyOpenSSL"]))?;
    }
    must(&mut pip(&own, &["--force-reinstall", "--no-deps", &wheel(dist)?]))?;
    must(&mut pytest(&own, EVERYWHERE))
}

/// Interpreters on this machine, one of each version.
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
    VERSIONS
        .iter()
        .filter_map(|version| managed(version).or_else(|| Some(PathBuf::from(format!("python{version}")))))
        .filter(works)
        .collect()
}

fn wheel(folder: &Path) -> Result<String, Failure> {
    let wheel = entries(folder).unwrap_or_default().into_iter().find(|name| name.ends_with(".whl"));
    wheel.ok_or_else(|| Failure::new("no wheel was built"))
}

fn entries(folder: &Path) -> std::io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.flatten().map(|entry| entry.path().to_string_lossy().into_owned());
    Ok(names.collect())
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

fn pip(python: &Path, arguments: &[&str]) -> Command {
    let install = ["pip", "install", "--quiet", "--disable-pip-version-check"];
    let mut pip = module(python, &[&install, arguments].concat());
    building(&mut pip);
    pip
}

/// Builds of the extension share their folder, and take the system's OpenSSL.
fn building(command: &mut Command) -> &mut Command {
    command.env("CARGO_TARGET_DIR", target()).env("OPENSSL_NO_VENDOR", "1")
}

fn in_package(command: &mut Command) -> &mut Command {
    command.current_dir(root::workspace().join("bindings/python"))
}

fn pytest(python: &Path, tests: &[&str]) -> Command {
    let mut pytest = module(python, &[&["pytest", "-q", "-p", "no:cacheprovider"], tests].concat());
    in_package(&mut pytest);
    pytest
}
