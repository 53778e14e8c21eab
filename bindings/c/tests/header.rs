//! The header is what the sources make of it.

use std::path::Path;

#[test]
fn the_header_is_fresh() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(here.join("cbindgen.toml")).expect("a configuration");
    let made = cbindgen::generate_with_config(here, config).expect("the sources are readable");
    let mut text = Vec::new();
    made.write(&mut text);
    let text = String::from_utf8(text).expect("a text");
    let path = here.join("../../include/qftp.h");
    if std::env::var_os("QFTP_UPDATE_HEADER").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == there,
        "include/qftp.h is stale: run `QFTP_UPDATE_HEADER=1 cargo test -p qftp-c --test header`"
    );
}
