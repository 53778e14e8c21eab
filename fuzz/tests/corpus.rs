//! The targets without a fuzzer: every file of the corpora, and random changes of them, in seconds.

use std::fs;
use std::panic;

use qftp_fuzz::{TARGETS, corpus, dictionary, seeds};

/// Inputs a target that are made up here.
const RANDOM: usize = 3_000;

/// A small generator: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % below.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.next(256)).expect("a byte")
    }

    /// A file with some of its bytes changed, cut out or put in, or with the end of another.
    fn change(&mut self, files: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = files[self.next(files.len())].clone();
        for _ in 0..=self.next(8) {
            let at = self.next(bytes.len() + 1);
            match self.next(5) {
                0 => bytes.insert(at, self.byte()),
                1 if at < bytes.len() => bytes[at] ^= 1 << self.next(8),
                2 if at < bytes.len() => bytes[at] = self.byte(),
                3 => {
                    let end = (at + self.next(16)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let other = &files[self.next(files.len())];
                    bytes.truncate(at);
                    bytes.extend(&other[self.next(other.len())..]);
                }
            }
        }
        bytes
    }
}

/// Runs it; a panic names the input.
fn run(name: &str, target: fn(&[u8]), bytes: &[u8], what: &str) {
    if let Err(panic) = panic::catch_unwind(|| target(bytes)) {
        eprintln!("{name}: {what}: b\"{}\"", bytes.escape_ascii());
        panic::resume_unwind(panic);
    }
}

#[test]
fn every_target_takes_its_corpus_and_what_is_like_it() {
    for (name, target) in TARGETS {
        let files: Vec<Vec<u8>> =
            corpus(name).iter().map(|file| fs::read(file).expect("a file of the corpus")).collect();
        files.iter().for_each(|bytes| run(name, *target, bytes, "a file of the corpus"));
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
        for count in 0..RANDOM {
            let bytes = match count % 8 {
                0 => (0..numbers.next(400)).map(|_| numbers.byte()).collect(),
                _ => numbers.change(&files),
            };
            run(name, *target, &bytes, "a made-up input");
        }
    }
}

#[test]
fn the_corpora_are_small_and_made_of_the_seeds() {
    let folder = |target: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    for seed in seeds() {
        let file = folder(seed.target).join(&seed.name);
        let there = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(there == seed.bytes, "{} is stale: run the example `seeds`", file.display());
    }
    for (name, _) in TARGETS {
        let size: u64 = corpus(name).iter().map(|file| fs::metadata(file).expect("a file").len()).sum();
        assert!(size < 200_000, "{name}: {size} bytes");
    }
    let at = folder("../dictionaries/at.dict");
    assert_eq!(fs::read_to_string(at).expect("the dictionary"), dictionary(), "run the example `seeds`");
}
