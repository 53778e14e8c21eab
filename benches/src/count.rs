//! Reads the corpus once or several times with one contender, for a counter of instructions around it: `count CONTENDER PIECE KIB`.

use qftp_benches::{PIECES, contenders, corpus};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, piece, kib] = arguments.as_slice() else {
        eprintln!("usage: count CONTENDER PIECES KIB");
        for (name, _) in contenders::ALL {
            eprintln!("  {name}");
        }
        for (name, _) in PIECES {
            eprintln!("  {name}");
        }
        std::process::exit(2)
    };
    let contender = contenders::ALL.iter().find(|(each, _)| each == name).expect("a contender");
    let piece = PIECES.iter().find(|(each, _)| each == piece).expect("a way to cut").1;
    let kib: usize = kib.parse().expect("a number");
    let exchanges = corpus(256 * 1024);
    let mut seen = contenders::Seen::default();
    for _ in 0..kib / 256 {
        seen = contender.1(&exchanges, piece);
    }
    let bytes: usize = exchanges.iter().map(|exchange| exchange.answer.len()).sum();
    let failures = exchanges.iter().filter(|exchange| exchange.fails).count();
    println!("{name}: {bytes} bytes a round, {} exchanges, {failures} failures; {seen:?}", exchanges.len());
}
