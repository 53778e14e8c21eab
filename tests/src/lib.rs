//! Helpers of the tests that cross crates.

pub mod certificates;
pub mod dirty;
pub mod host;
pub mod matrix;
pub mod pair;
pub mod program;
pub mod servers;
pub mod terminal;
pub mod transcript;
pub mod tutorial;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
