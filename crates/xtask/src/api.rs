//! The public API of the crates, by the package in api/.

use crate::step::{Failure, cargo_in, must};

/// The Rust that the API is described by; api/tests/public.rs says why, and has it too.
pub(crate) const TOOLCHAIN: &str = "1.95.0";

/// The step of `cargo xtask audit`.
pub(crate) fn step() -> Result<(), Failure> {
    must(cargo_in("api", &["clippy", "--tests"]).args(["--", "-D", "warnings"]))?;
    must(&mut cargo_in("api", &["test"]))
}
