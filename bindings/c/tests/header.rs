//! The headers are what the sources make of them.

use std::path::Path;

fn fresh(package: &str, header: &str) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package);
    let config = cbindgen::Config::from_file(package.join("cbindgen.toml")).expect("a configuration");
    let made = cbindgen::generate_with_config(&package, config).expect("the sources are readable");
    let mut text = Vec::new();
    made.write(&mut text);
    let text = String::from_utf8(text).expect("a text");
    let path = package.join("../../include").join(header);
    if std::env::var_os("QFTP_UPDATE_HEADER").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == there,
        "include/{header} is stale: run `QFTP_UPDATE_HEADER=1 cargo test -p qftp-c --test c_tests header`"
    );
}

#[test]
fn the_headers_are_fresh() {
    fresh("c", "qftp.h");
    fresh("c-emulator", "qftp_emulator.h");
}

/// The numbers in the header are the package's.
#[test]
fn the_version_is_one() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/qftp.h");
    let header = std::fs::read_to_string(header).expect("the header");
    let number = |name: &str| {
        let line =
            header.lines().find_map(|line| line.strip_prefix(&format!("#define QFTP_VERSION_{name} ")));
        line.unwrap_or_else(|| panic!("no QFTP_VERSION_{name}")).trim().to_owned()
    };
    assert_eq!(["MAJOR", "MINOR", "PATCH"].map(number).join("."), env!("CARGO_PKG_VERSION"));
}
