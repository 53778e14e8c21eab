//! The simulation finds the mistakes that hosts make: each within 2,000 seeds.

use qftp_core::mutation::{Mutation, choose};
use qftp_sim::{Plan, Tally};

/// The first of so many seeds that fails.
fn caught(most: u64) -> Option<(u64, String)> {
    (0..most).find_map(|seed| {
        let report = Plan::draw(seed).run(&mut Tally::default(), false);
        report.violation.map(|violation| (seed, violation.to_string()))
    })
}

#[test]
fn each_is_caught() {
    choose(None);
    assert_eq!(caught(2_000), None, "without a mistake");
    let mut missed = Vec::new();
    for mutation in Mutation::ALL {
        choose(Some(mutation));
        match caught(2_000) {
            Some((seed, violation)) => println!("{mutation:?}: seed {seed}: {violation}"),
            None => missed.push(mutation),
        }
    }
    choose(None);
    assert!(missed.is_empty(), "not caught: {missed:?}");
}
