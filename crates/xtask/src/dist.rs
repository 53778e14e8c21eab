//! `cargo xtask dist`: what a release hands out, in target/dist.

use std::fs;
use std::path::{Path, PathBuf};

use crate::install;
use crate::install_c::VERSION;
use crate::need::{OPENSSL, PYTHON, PYTHON_CHECKS, PYTHON_PACKAGE};
use crate::notices::{self, Product};
use crate::python;
use crate::root;
use crate::step::{Failure, cargo, command, must};

/// What stands beside the sources in each package.
const TEXTS: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];
/// The crates of a release, each after those that it needs.
const CRATES: [&str; 5] = ["qftp-core", "qftp-transport", "qftp-emulator", "qftp", "qftp-cli"];

/// `cargo xtask dist [--quick]`: quick is with the system's OpenSSL, and without building each crate from its package.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let quick = match arguments {
        [] => false,
        ["--quick"] => true,
        _ => return Err(Failure { what: "usage: cargo xtask dist [--quick]".to_owned(), code: 2 }),
    };
    install::all(&[OPENSSL, PYTHON, PYTHON_PACKAGE, PYTHON_CHECKS])?;
    let dist = root::target().join("dist");
    let _ = fs::remove_dir_all(&dist);
    fs::create_dir_all(&dist).map_err(|error| Failure::file(&dist, &error))?;
    crates(&dist, quick)?;
    archive(&dist, quick)?;
    python::distribution(&dist, quick)?;
    sums(&dist)
}

/// The step of `cargo xtask audit`.
pub(crate) fn step() -> Result<(), Failure> {
    run(&["--quick"])
}

fn crates(dist: &Path, quick: bool) -> Result<(), Failure> {
    let mut package = cargo(&["package", "--locked"]);
    CRATES.iter().for_each(|name| {
        package.args(["--package", name]);
    });
    // Whoever tries it has changes; a release has none.
    if quick {
        package.args(["--no-verify", "--allow-dirty"]);
    } else {
        forget()?;
    }
    must(&mut package)?;
    for name in CRATES {
        let file = format!("{name}-{VERSION}.crate");
        let from = root::target().join("package").join(&file);
        has_texts(&from, &format!("{name}-{VERSION}"))?;
        fs::copy(&from, dist.join(&file)).map_err(|error| Failure::file(&from, &error))?;
    }
    Ok(())
}

/// A package is proven with those before it, of which cargo keeps what it unpacked and built, by name and version alone: a second proof of a
/// version would be one of the packages of the first.
fn forget() -> Result<(), Failure> {
    let mut clean = cargo(&["clean"]);
    CRATES.iter().for_each(|name| {
        clean.args(["--package", name]);
    });
    must(&mut clean)?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).unwrap_or_default();
    let Ok(registries) = fs::read_dir(home.join("registry/src")) else { return Ok(()) };
    // The folder of a registry begins with its host; that of a proof has none.
    for registry in
        registries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"-"))
    {
        for name in CRATES {
            let unpacked = registry.path().join(format!("{name}-{VERSION}"));
            if unpacked.exists() {
                fs::remove_dir_all(&unpacked).map_err(|error| Failure::file(&unpacked, &error))?;
            }
        }
    }
    Ok(())
}

/// Whether the texts are in the package, whole: the licences of a crate's folder are links.
fn has_texts(package: &Path, folder: &str) -> Result<(), Failure> {
    for name in TEXTS {
        let inside = format!("{folder}/{name}");
        let unpack = ["-xzOf", &package.to_string_lossy(), &inside];
        let text = command("tar", &unpack).output();
        let text = text.map_err(|error| Failure::new(format!("tar: {error}")))?.stdout;
        let ours = fs::read(root::workspace().join(name)).unwrap_or_default();
        // Each package has a README of its own.
        if text.is_empty() || (name.starts_with("LICENSE") && text != ours) {
            return Err(Failure::new(format!(
                "{}: {inside} is not in it as it should be",
                package.display()
            )));
        }
    }
    Ok(())
}

/// What `install-c` installs, to be unpacked anywhere: pkg-config and CMake find the place by themselves.
fn archive(dist: &Path, quick: bool) -> Result<(), Failure> {
    let name = format!("qftp-c-{VERSION}-{}", std::env::consts::ARCH);
    let staging = root::target().join("dist-c");
    let _ = fs::remove_dir_all(&staging);
    let folder = staging.join(&name);
    let prefix = folder.to_string_lossy();
    // What is handed out has an OpenSSL of its own, as the wheel has.
    let (profile, features) = if quick { ("dev", "") } else { ("dist", "qftp-c-emulator/vendored-openssl") };
    let install = ["xtask", "install-c", "--prefix", &prefix, "--profile", profile, "--features", features];
    // In a process of its own: where things go is said by its environment too.
    let mut install = if quick { cargo(&install) } else { command(env_cargo(), &install) };
    install.env_remove("DESTDIR");
    if !quick {
        install.env_remove("OPENSSL_NO_VENDOR");
    }
    must(&mut install)?;
    relocate(&folder)?;
    let guide = folder.join("docs");
    fs::create_dir_all(&guide).map_err(|error| Failure::file(&guide, &error))?;
    for text in ["LICENSE-MIT", "LICENSE-APACHE", "docs/c.md"] {
        let from = root::workspace().join(text);
        fs::copy(&from, folder.join(text)).map_err(|error| Failure::file(&from, &error))?;
    }
    let product = Product {
        name: &name,
        manifest: "Cargo.toml",
        build: &["--package", "qftp-c", "--package", "qftp-c-emulator", "--features", features],
        openssl: !quick,
    };
    let texts = folder.join(notices::FILE);
    fs::write(&texts, product.notices()?).map_err(|error| Failure::file(&texts, &error))?;
    let archive = dist.join(format!("{name}.tar.gz"));
    let (archive, staging) = (archive.to_string_lossy(), staging.to_string_lossy());
    must(&mut command(
        "tar",
        &["--owner=0", "--group=0", "--sort=name", "-czf", &archive, "-C", &staging, &name],
    ))?;
    tried(&archive, &product)
}

/// Unpacks the archive somewhere else, reads its notices, and builds and runs a program with it.
fn tried(archive: &str, product: &Product<'_>) -> Result<(), Failure> {
    let place = root::target().join("dist-tried");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).map_err(|error| Failure::file(&place, &error))?;
    must(&mut command("tar", &["-xzf", archive, "-C", &place.to_string_lossy()]))?;
    let folder = place.join(product.name);
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|error| Failure::file(&path, &error))
    };
    product.check(&String::from_utf8_lossy(&read(notices::FILE)?))?;
    let systems = read("lib/libqftp_emulator.so")?.windows(10).any(|bytes| bytes == b"libssl.so.");
    if systems {
        return Err(Failure::new(format!("{archive}: it needs the system's OpenSSL")));
    }
    let found = folder.join("lib/pkgconfig");
    let build = [format!("BUILD={}", place.display()), format!("PKG_CONFIG_PATH={}", found.display())];
    must(&mut command("make", &["-C", "bindings/c/examples/make", &build[0], &build[1]]))?;
    must(&mut command(place.join("hello"), &[]))
}

/// pkg-config's files name the place where they were installed; those of an archive name their own.
fn relocate(folder: &Path) -> Result<(), Failure> {
    for name in ["qftp", "qftp_emulator"] {
        let path = folder.join(format!("lib/pkgconfig/{name}.pc"));
        let fault = |error: std::io::Error| Failure::file(&path, &error);
        let text = fs::read_to_string(&path).map_err(fault)?;
        let place = folder.to_string_lossy();
        fs::write(&path, text.replace(place.as_ref(), "${pcfiledir}/../..")).map_err(fault)?;
    }
    Ok(())
}

fn env_cargo() -> PathBuf {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into()
}

/// SHA256SUMS, as `sha256sum --check` reads it.
fn sums(dist: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(dist).map_err(|error| Failure::file(dist, &error))?.flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = command("sha256sum", &names).current_dir(dist).output();
    let output = output.map_err(|error| Failure::new(format!("sha256sum: {error}")))?;
    let path = dist.join("SHA256SUMS");
    fs::write(&path, &output.stdout).map_err(|error| Failure::file(&path, &error))?;
    must(command("sha256sum", &["--check", "SHA256SUMS"]).current_dir(dist))
}
