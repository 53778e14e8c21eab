//! The public API of the crates, by the package in api/.

use crate::install;
use crate::step::{Failure, cargo, must};

/// The Rust that the API is described by; api/tests/public.rs says why, and has it too.
const TOOLCHAIN: &str = "1.95.0";

/// The step of `cargo xtask test`.
pub(crate) fn step() -> Result<(), Failure> {
    install::toolchain(TOOLCHAIN)?;
    let manifest = ["--manifest-path", "api/Cargo.toml"];
    must(&mut cargo(&[&["fmt"], &manifest[..], &["--check"]].concat()))?;
    must(&mut cargo(&[&["clippy"], &manifest[..], &["--tests", "--", "-D", "warnings"]].concat()))?;
    must(&mut cargo(&[&["test"], &manifest[..]].concat()))
}
