//! The `qftp` program.
fn main() {}
