//! Helpers of the tests that cross crates.

pub mod pair;
pub mod servers;
pub mod transcript;
