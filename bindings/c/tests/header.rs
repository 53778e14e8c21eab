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
    let numbers = [qftp::QFTP_VERSION_MAJOR, qftp::QFTP_VERSION_MINOR, qftp::QFTP_VERSION_PATCH];
    assert_eq!(numbers.map(|number| number.to_string()).join("."), env!("CARGO_PKG_VERSION"));
    assert_eq!(qftp::QFTP_VERSION_NUMBER, qftp::qftp_version_number());
}
