//! Reads a small corpus so many times with one contender, for a counter of instructions around it: the difference of two runs is what the
//! reading costs. `count CONTENDER PIECES ROUNDS`; `count corpus FILE` writes the corpus for programs in other languages.

use std::fs;
use std::hint::black_box;

use qftp_benches::{Exchange, PIECES, contenders, corpus};

/// Enough exchanges of each kind, and few enough for the slowest contender under a counter.
const BYTES: usize = 32 << 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let exchanges = corpus(BYTES);
    match words.as_slice() {
        ["corpus", file] => fs::write(file, written(&exchanges)).expect("the file is written"),
        [name, cut, rounds] => {
            let contender = contenders::ALL.iter().find(|(each, _)| each == name);
            let piece = PIECES.iter().find(|(each, _)| each == cut);
            let (Some((_, contender)), Some((_, piece)), Ok(rounds)) = (contender, piece, rounds.parse())
            else {
                usage()
            };
            count(&exchanges, *contender, *piece, rounds);
        }
        _ => usage(),
    }
}

fn count(exchanges: &[Exchange], contender: contenders::Contender, piece: usize, rounds: usize) {
    let mut seen = contenders::Seen::default();
    for _ in 0..rounds {
        seen = black_box(contender(black_box(exchanges), piece));
    }
    let bytes: usize = exchanges.iter().map(|exchange| exchange.answer.len()).sum();
    let failures = exchanges.iter().filter(|exchange| exchange.fails).count();
    println!(
        "bytes {bytes} exchanges {} failures {failures} seen {} {}",
        exchanges.len(),
        seen.answers,
        seen.failures
    );
}

/// An operation, a name and an answer, each with its length before it.
fn written(exchanges: &[Exchange]) -> Vec<u8> {
    let mut file = Vec::new();
    for exchange in exchanges {
        file.push(exchange.operation as u8);
        for text in [exchange.name.as_bytes(), &exchange.answer] {
            file.extend((text.len() as u32).to_le_bytes());
            file.extend(text);
        }
    }
    file
}

fn usage() -> ! {
    eprintln!("usage: count CONTENDER PIECES ROUNDS, or count corpus FILE");
    contenders::ALL.iter().for_each(|(name, _)| eprintln!("  {name}"));
    PIECES.iter().for_each(|(name, _)| eprintln!("  {name}"));
    std::process::exit(2)
}
