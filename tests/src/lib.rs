//! Helpers of the tests that cross crates.

pub mod pair;
pub mod program;
pub mod servers;
pub mod transcript;
