//! The simulation finds the mistakes that hosts make: each within 2,000 seeds.

use qftp_core::mutation::{Mutation, choose};
use qftp_sim::{Bench, Plan, Tally};

/// The first seed that fails.
fn caught(bench: &mut Bench) -> Option<(u64, String)> {
    (0..2_000).find_map(|seed| {
        let report = bench.run(&Plan::draw(seed), &mut Tally::default(), false);
        report.violation.map(|violation| (seed, violation.to_string()))
    })
}

#[test]
fn each_is_caught() {
    let mut bench = Bench::new().unwrap();
    choose(None);
    assert_eq!(caught(&mut bench), None, "without a mistake");
    let mut missed = Vec::new();
    for mutation in Mutation::ALL {
        choose(Some(mutation));
        match caught(&mut bench) {
            Some((seed, violation)) => println!("{mutation:?}: seed {seed}: {violation}"),
            None => missed.push(mutation),
        }
    }
    choose(None);
    assert!(missed.is_empty(), "not caught: {missed:?}");
}
