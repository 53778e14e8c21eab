//! What we depend on: licences, bans and sources, by deny.toml.

use crate::install;
use crate::root;
use crate::step::{Failure, cargo, must};

/// Packages that are no part of the workspace, with dependencies of their own. What only measures or fuzzes is not handed out.
const OTHERS: [&str; 1] = ["bindings/python/Cargo.toml"];

/// The step of `cargo xtask audit`. Advisories are left out: a test does not fail for what was found elsewhere this morning.
pub(crate) fn step() -> Result<(), Failure> {
    let config = root::workspace().join("deny.toml");
    let check = ["check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    for manifest in [&["Cargo.toml"], &OTHERS[..]].concat() {
        let deny =
            ["deny", "--config", &config.to_string_lossy(), "--manifest-path", manifest, "--all-features"];
        let mut deny = cargo(&[&deny, &check[..]].concat());
        must(install::with_programs(&mut deny))?;
    }
    Ok(())
}
