//! What is fuzzed: one function a target, which takes any bytes at all and panics where a promise is broken.
//!
//! The functions need no fuzzer: `tests/corpus.rs` runs them over every file of the corpora and over some thousand random inputs with
//! the stable compiler. A target's program, built without cargo-fuzz, runs the files that it is given: that is how a finding is looked at.

use std::path::PathBuf;

mod dialogue;
mod host;
mod input;
mod operation;
mod promises;

mod config_and_url;
mod job;
mod listing;
mod local;
mod module;
mod recording;
mod seeds;
mod session;
mod wire_line;

pub use config_and_url::config_and_url;
pub use job::job;
pub use listing::listing;
pub use local::local;
pub use module::module;
pub use recording::recording;
pub use seeds::{Seed, dictionary, seeds};
pub use session::session;
pub use wire_line::wire_line;

/// A target: its name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("wire_line", wire_line),
    ("session", session),
    ("job", job),
    ("module", module),
    ("listing", listing),
    ("config_and_url", config_and_url),
    ("local", local),
    ("recording", recording),
];

/// The files of a target's corpus, in order.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{}: no seeds", folder.display());
    files
}

/// The program of a target: the fuzzer's, or one that runs the files it is given.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::$name(bytes));

        #[cfg(not(fuzzing))]
        fn main() {
            for file in std::env::args_os().skip(1) {
                println!("{}", file.display());
                $crate::$name(&std::fs::read(&file).expect("a file that can be read"));
            }
        }
    };
}
