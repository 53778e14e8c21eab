//! `cargo xtask install-c`: libqftp and libqftp_emulator where C programs find them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::prefix::Prefix;
use crate::root;
use crate::step::{Failure, command, must};

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");
const MINOR: &str = env!("CARGO_PKG_VERSION_MINOR");

/// The libraries: their names, what they are, and which of them they need.
const LIBRARIES: [(&str, &str, &str); 2] = [
    ("qftp", "Files over FTP through a Quectel cellular module, by AT commands", ""),
    (
        "qftp_emulator",
        "An emulated Quectel module for test suites",
        concat!("qftp = ", env!("CARGO_PKG_VERSION")),
    ),
];

/// Builds both and installs them under `--prefix`, below `DESTDIR` where that is set.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let prefix = Prefix::read("install-c", arguments)?;
    // Not by our `cargo`, which takes the system's OpenSSL: whoever installs says which by features.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let packages =
        ["build", "--package", "qftp-c", "--package", "qftp-c-emulator", "--profile", prefix.profile];
    must(command(cargo, &packages).args(["--features", prefix.features]))?;
    let built = root::target().join(prefix.built());
    Installation { prefix }.all(&built)
}

struct Installation<'a> {
    prefix: Prefix<'a>,
}

impl Installation<'_> {
    fn all(&self, built: &Path) -> Result<(), Failure> {
        let sources = root::workspace();
        for (name, about, requires) in LIBRARIES {
            self.shared(built, name)?;
            self.copy(&sources.join("include").join(format!("{name}.h")), &format!("include/{name}.h"))?;
            let values = [("name", name), ("about", about), ("requires", requires)];
            self.fill("library.pc.in", &values, &format!("lib/pkgconfig/{name}.pc"))?;
        }
        self.copy(&built.join("libqftp.a"), "lib/libqftp.a")?;
        self.fill("qftpConfig.cmake.in", &[], "lib/cmake/qftp/qftpConfig.cmake")?;
        self.fill("qftpConfigVersion.cmake.in", &[], "lib/cmake/qftp/qftpConfigVersion.cmake")
    }

    /// A shared library by its whole version, and the two names that lead to it: the loader's and the linker's.
    fn shared(&self, built: &Path, name: &str) -> Result<(), Failure> {
        let file = format!("lib{name}.so");
        let (whole, major) = (format!("{file}.{VERSION}"), format!("{file}.{MAJOR}"));
        self.copy(&built.join(&file), &format!("lib/{whole}"))?;
        self.link(&whole, &major)?;
        self.link(&major, &file)
    }

    fn link(&self, to: &str, name: &str) -> Result<(), Failure> {
        let path = self.prefix.folder.join("lib").join(name);
        if path.symlink_metadata().is_ok() {
            fs::remove_file(&path).map_err(|error| Failure::file(&path, &error))?;
        }
        println!("{} -> {to}", path.display());
        symlink(to, &path).map_err(|error| Failure::file(&path, &error))
    }

    fn copy(&self, from: &Path, to: &str) -> Result<(), Failure> {
        let path = self.prefix.place(to)?;
        fs::copy(from, &path).map(drop).map_err(|error| Failure::file(from, &error))
    }

    /// A template with its `@names@` filled in.
    fn fill(&self, template: &str, values: &[(&str, &str)], to: &str) -> Result<(), Failure> {
        let template = root::workspace().join("bindings/c/install").join(template);
        let mut text = fs::read_to_string(&template).map_err(|error| Failure::file(&template, &error))?;
        // The oldest version whose programs this one still serves.
        let compatible = if MAJOR == "0" { format!("0.{MINOR}") } else { MAJOR.to_owned() };
        let always = [
            ("prefix", self.prefix.prefix),
            ("version", VERSION),
            ("major", MAJOR),
            ("compatible", &compatible),
        ];
        for (name, value) in always.iter().chain(values) {
            text = text.replace(&format!("@{name}@"), value);
        }
        let path = self.prefix.place(to)?;
        fs::write(&path, text).map_err(|error| Failure::file(&path, &error))
    }
}
