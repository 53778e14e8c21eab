//! `cargo xtask install-c` as a distribution uses it, and programs that find what it installed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{cargo, example, said, succeed};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn install(arguments: &[&str], destination: &Path) {
    let mut xtask = cargo();
    xtask.args(["run", "--quiet", "--package", "xtask", "--", "install-c", "--profile", "dev"]);
    succeed(xtask.args(arguments).env("DESTDIR", destination));
}

fn is_free(said: &str) {
    assert!(said.contains("bytes free\nsuccess\n"), "{said}");
}

#[test]
fn programs_find_the_installed_library() {
    let folder = tempfile::tempdir().expect("a folder");
    let prefix = folder.path().join("prefix");
    let at = prefix.display().to_string();
    install(&["--prefix", &at], Path::new(""));
    // A second time over the first.
    install(&["--prefix", &at], Path::new(""));

    let lib = prefix.join("lib");
    for name in ["qftp", "qftp_emulator"] {
        let whole = lib.join(format!("lib{name}.so.{VERSION}"));
        let major = format!("lib{name}.so.0");
        assert_eq!(fs::read_link(lib.join(format!("lib{name}.so"))).expect("a link"), Path::new(&major));
        assert_eq!(lib.join(&major).canonicalize().expect("there"), whole.canonicalize().expect("there"));
        let dynamic = succeed(Command::new("readelf").arg("-d").arg(&whole));
        assert!(said(&dynamic).contains(&format!("soname: [{major}]")), "{}", said(&dynamic));
    }
    let asked = |option: &str, package: &str| {
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.env("PKG_CONFIG_PATH", lib.join("pkgconfig")).args([option, package]);
        said(&succeed(&mut pkg_config)).trim().to_owned()
    };
    assert_eq!(asked("--modversion", "qftp"), VERSION);
    assert_eq!(asked("--libs", "qftp"), format!("-L{}/lib -lqftp", prefix.display()));

    let build = folder.path().join("make");
    fs::create_dir(&build).expect("made");
    let mut make = Command::new("make");
    make.arg("-C").arg(example("make")).arg(format!("BUILD={}", build.display()));
    succeed(make.arg(format!("PKG_CONFIG_PATH={}", lib.join("pkgconfig").display())));
    is_free(&said(&succeed(&mut Command::new(build.join("hello")))));

    // CMake's package is found wherever it was moved to.
    let moved = folder.path().join("moved");
    fs::rename(&prefix, &moved).expect("moved");
    let build = folder.path().join("cmake");
    let mut cmake = Command::new("cmake");
    cmake.arg("-S").arg(example("cmake")).arg("-B").arg(&build);
    succeed(cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", moved.display())));
    succeed(Command::new("cmake").arg("--build").arg(&build));
    for name in ["hello_shared", "hello_static"] {
        is_free(&said(&succeed(&mut Command::new(build.join(name)))));
    }
    let needed = succeed(Command::new("readelf").arg("-d").arg(build.join("hello_static")));
    assert!(!said(&needed).contains("libqftp.so"), "{}", said(&needed));
}

#[test]
fn staged_below_destdir() {
    let folder = tempfile::tempdir().expect("a folder");
    install(&["--prefix", "/usr"], folder.path());
    let text = fs::read_to_string(folder.path().join("usr/lib/pkgconfig/qftp_emulator.pc")).expect("there");
    assert!(text.starts_with("prefix=/usr\n") && !text.contains('@'), "{text}");
    assert!(folder.path().join("usr/include/qftp.h").exists());
    let refused =
        cargo().args(["run", "--quiet", "--package", "xtask", "--", "install-c", "--prefix", "no"]).output();
    assert_eq!(refused.expect("it runs").status.code(), Some(2));
}
