//! What the tests need beside Rust, Python 3 and a C compiler, on a Debian.
//!
//! FTP servers are unpacked into a folder of ours and never installed: Debian's packages of them exclude each other and would
//! start a service. Small libraries and clients come from apt; Python packages go into a virtual environment of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::root;
use crate::step::{Failure, cargo, command, must, succeeds};

/// Packages of the system, each with a file that shows that it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("libnss-wrapper", "/usr/lib/*/libnss_wrapper.so"),
    ("ca-certificates", "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt"),
    // vsftpd's, Pure-FTPd's and ProFTPD's libraries.
    ("libwrap0", "/usr/lib/*/libwrap.so.0"),
    ("libpam0g", "/usr/lib/*/libpam.so.0"),
    ("libcap2", "/usr/lib/*/libcap.so.2"),
    ("libsodium23", "/usr/lib/*/libsodium.so.23"),
    ("libhiredis0.14", "/usr/lib/*/libhiredis.so.0.14"),
    ("libmemcached11", "/usr/lib/*/libmemcached.so.11"),
    ("libmemcachedutil2", "/usr/lib/*/libmemcachedutil.so.2"),
    ("libpcre2-posix3", "/usr/lib/*/libpcre2-posix.so.3"),
    // ftpasswd and ftpquota of ProFTPD.
    ("perl", "/usr/bin/perl"),
    // Certificates, and the library that the emulator is linked with: seconds, where building OpenSSL takes minutes.
    ("openssl", "/usr/bin/openssl"),
    ("libssl-dev", "/usr/include/openssl/ssl.h"),
    ("pkg-config", "/usr/bin/pkg-config"),
    // libqftp: the header as C++ and by another compiler, its documentation, its suite, and programs that find it installed.
    ("g++", "/usr/bin/c++"),
    ("clang", "/usr/bin/clang"),
    ("make", "/usr/bin/make"),
    ("cmake", "/usr/bin/cmake"),
    ("doxygen", "/usr/bin/doxygen"),
    ("valgrind", "/usr/bin/valgrind"),
    // libqftp for firmware: core is built from its sources, by the compiler that they belong to, which rustup's does not get in the way of: it is
    // called by its path. The image runs in QEMU.
    ("rustc-web", "/usr/bin/rustc"),
    ("cargo-web", "/usr/bin/cargo"),
    ("rust-web-src", "/usr/lib/rustlib/src/rust/library/core/src/lib.rs"),
    ("gcc-arm-none-eabi", "/usr/bin/arm-none-eabi-gcc"),
    ("qemu-system-arm", "/usr/bin/qemu-system-arm"),
    ("lftp", "/usr/bin/lftp"),
    // Hands labgrid's serial ports on.
    ("ser2net", "/usr/sbin/ser2net"),
    ("curl", "/usr/bin/curl"),
];

/// Packages of Python, each with the module it brings.
const PYTHON: &[(&str, &str)] = &[
    ("pyserial", "serial"),
    ("pyftpdlib", "pyftpdlib"),
    ("pyOpenSSL", "OpenSSL"),
    ("pytest", "pytest"),
    // What the Python package works with.
    ("fsspec", "fsspec"),
    ("pandas", "pandas"),
    ("labgrid", "labgrid"),
    ("tqdm", "tqdm"),
    ("rich", "rich"),
    // What it is built and checked with; pyright runs on a Node.js that comes with it.
    ("maturin", "maturin"),
    ("mypy", "mypy"),
    ("pyright[nodejs]", "pyright"),
    ("twine", "twine"),
];

/// FTP servers: where each is named to the tests, its packages, and its program among their files.
pub(crate) const SERVERS: &[Server] = &[
    Server {
        variable: "QFTP_TEST_VSFTPD",
        name: "vsftpd",
        packages: &["vsftpd"],
        program: "usr/sbin/vsftpd",
    },
    Server {
        variable: "QFTP_TEST_PROFTPD",
        name: "proftpd",
        packages: &["proftpd-core", "proftpd-mod-crypto"],
        program: "usr/sbin/proftpd",
    },
    Server {
        variable: "QFTP_TEST_PUREFTPD",
        name: "pure-ftpd",
        packages: &["pure-ftpd", "pure-ftpd-common"],
        program: "usr/sbin/pure-ftpd",
    },
];

/// An FTP server unpacked from Debian's packages.
pub(crate) struct Server {
    pub(crate) variable: &'static str,
    name: &'static str,
    packages: &'static [&'static str],
    program: &'static str,
}

impl Server {
    /// The folder with the packages' files.
    pub(crate) fn folder(&self) -> PathBuf {
        root::tools().join(self.name)
    }
}

/// The interpreter of our virtual environment.
pub(crate) fn python() -> PathBuf {
    root::tools().join("python/bin/python")
}

/// Installs all that is not there yet.
pub(crate) fn all() -> Result<(), Failure> {
    fs::create_dir_all(root::tools())
        .map_err(|error| Failure::new(format!("{}: {error}", root::tools().display())))?;
    let mut apt = Apt { updated: false };
    system(&mut apt)?;
    SERVERS.iter().try_for_each(|each| server(&mut apt, each))?;
    virtual_environment(&mut apt)
}

/// The fuzzer's driver.
pub(crate) fn cargo_fuzz() -> Result<(), Failure> {
    program("cargo-fuzz", "0.13.2", &[])
}

/// What makes the book; it has no server and watches nothing.
pub(crate) fn mdbook() -> Result<(), Failure> {
    program("mdbook", "0.5.4", &["--no-default-features", "--features", "search"])
}

/// What looks at the licences of dependencies.
pub(crate) fn cargo_deny() -> Result<(), Failure> {
    program("cargo-deny", "0.20.2", &[])
}

/// A toolchain beside the one in use: the nightly one, or a version.
pub(crate) fn toolchain(name: &str) -> Result<(), Failure> {
    let there = || succeeds(&mut command("rustup", &["run", name, "rustc", "--version"]));
    let install = ["toolchain", "install", name, "--profile", "minimal"];
    if there() || (must(&mut command("rustup", &install)).is_ok() && there()) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "this needs the toolchain `{name}` beside the one in use; `rustup {}` did not bring it",
        install.join(" ")
    )))
}

/// A program of crates.io, built into a folder of ours.
fn program(name: &str, version: &str, features: &[&str]) -> Result<(), Failure> {
    let tools = root::tools();
    fs::create_dir_all(&tools).map_err(|error| Failure::file(&tools, &error))?;
    if tools.join("bin").join(name).exists() {
        println!("{name}: there");
        return Ok(());
    }
    let folder = tools.to_string_lossy();
    let install = ["install", "--locked", "--root", &folder, "--version", version, name];
    must(&mut cargo(&[&install, features].concat()))
}

/// Where cargo finds them by their names: `cargo fuzz`, `cargo deny`.
pub(crate) fn with_programs(command: &mut Command) -> &mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = [root::tools().join("bin")].into_iter().chain(std::env::split_paths(&path));
    let joined = std::env::join_paths(paths);
    command.env("PATH", joined.unwrap_or(path))
}

/// apt-get, whose lists are fetched once and only when something is to be installed.
struct Apt {
    updated: bool,
}

impl Apt {
    fn get(&mut self, arguments: &[&str], folder: &Path) -> Result<(), Failure> {
        if !self.updated {
            must(&mut as_root("apt-get", &["update", "-qq"])?)?;
            self.updated = true;
        }
        must(as_root("apt-get", arguments)?.env("DEBIAN_FRONTEND", "noninteractive").current_dir(folder))
    }

    fn install(&mut self, packages: &[&str]) -> Result<(), Failure> {
        let arguments = [&["install", "-y", "-qq", "--no-install-recommends"], packages].concat();
        self.get(&arguments, &root::workspace()).map_err(|failure| Failure {
            what: format!("{failure}\ninstall these yourself, then try again: {}", packages.join(" ")),
            ..failure
        })
    }
}

fn system(apt: &mut Apt) -> Result<(), Failure> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(_, file)| !exists(file)).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        println!("system packages: there");
        return Ok(());
    }
    apt.install(&missing)?;
    match PACKAGES.iter().find(|(_, file)| !exists(file)) {
        None => Ok(()),
        Some((name, file)) => Err(Failure::new(format!("{name} is installed, but {file} is not there"))),
    }
}

/// Unpacks a server's packages into its folder; the program must then be there.
fn server(apt: &mut Apt, server: &Server) -> Result<(), Failure> {
    let (name, folder) = (server.name, server.folder());
    if folder.join(server.program).exists() {
        println!("{name}: there");
        return Ok(());
    }
    let download = root::tools().join("download");
    let fault = |error: std::io::Error| Failure::new(format!("{}: {error}", download.display()));
    let _ = fs::remove_dir_all(&download);
    fs::create_dir_all(&download).map_err(fault)?;
    apt.get(&[&["download"], server.packages].concat(), &download)?;
    // The folder gets its name when all is in it: half a server is none.
    let unpacked = root::tools().join("unpacked");
    let _ = fs::remove_dir_all(&unpacked);
    for entry in fs::read_dir(&download).map_err(fault)? {
        let archive = entry.map_err(fault)?.path();
        must(&mut command("dpkg-deb", &["-x", &archive.to_string_lossy(), &unpacked.to_string_lossy()]))?;
    }
    if !unpacked.join(server.program).exists() {
        return Err(Failure::new(format!("{name} was unpacked, but {} is not in it", server.program)));
    }
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&unpacked, &folder).map_err(fault)?;
    let _ = fs::remove_dir_all(&download);
    Ok(())
}

fn virtual_environment(apt: &mut Apt) -> Result<(), Failure> {
    let imports: Vec<String> = PYTHON.iter().map(|(_, module)| format!("import {module}")).collect();
    let imports = imports.join("; ");
    if succeeds(&mut command(python(), &["-c", &imports])) {
        println!("Python packages: there");
        return Ok(());
    }
    let folder = root::tools().join("python");
    let create = || command("python3", &["-m", "venv", "--clear", &folder.to_string_lossy()]);
    if !succeeds(&mut create()) {
        apt.install(&["python3-venv"])?;
        must(&mut create())?;
    }
    let packages: Vec<&str> = PYTHON.iter().map(|(name, _)| *name).collect();
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    must(&mut command(python(), &[&pip, packages.as_slice()].concat()))?;
    must(&mut command(python(), &["-c", &imports]))
}

/// The command as root: as it is, or by sudo.
fn as_root(program: &str, arguments: &[&str]) -> Result<Command, Failure> {
    let id = Command::new("id").arg("-u").output();
    if id.is_ok_and(|output| output.stdout.trim_ascii() == b"0") {
        return Ok(command(program, arguments));
    }
    if succeeds(Command::new("sudo").args(["-n", "true"])) {
        return Ok(command("sudo", &[&[program], arguments].concat()));
    }
    let packages: Vec<&str> = PACKAGES.iter().map(|(name, _)| *name).collect();
    Err(Failure::new(format!(
        "not root and no sudo without a password: run `apt-get install {} python3-venv` as root, and once `cargo xtask test` with sudo for the FTP servers",
        packages.join(" ")
    )))
}

/// Whether the file is there; one `*` stands for any one folder.
fn exists(pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once("/*/") else { return Path::new(pattern).exists() };
    let Ok(entries) = fs::read_dir(before) else { return false };
    entries.flatten().any(|entry| entry.path().join(after).exists())
}
