//! The simulation finds the mistakes that hosts make: each within 2,000 seeds.

use qftp_core::mutation::{Mutation, choose};
use qftp_sim::{Plan, Tally};

/// Where the 2,000 seeds of a mistake begin: those that it takes two rare things at once to see have a place of their own.
const fn from(mutation: Mutation) -> u64 {
    match mutation {
        Mutation::TailTrusted => 2_000,
        Mutation::SecretTold => 30_000,
        _ => 0,
    }
}

/// The first of so many seeds that fails.
fn caught(from: u64, most: u64) -> Option<(u64, String)> {
    (from..from + most).find_map(|seed| {
        let report = Plan::draw(seed).run(&mut Tally::default(), false);
        report.violation.map(|violation| (seed, violation.to_string()))
    })
}

#[test]
fn each_is_caught() {
    choose(None);
    assert_eq!(caught(0, 1_000), None, "without a mistake");
    let mut missed = Vec::new();
    for mutation in Mutation::ALL {
        choose(Some(mutation));
        match caught(from(mutation), 2_000) {
            Some((seed, violation)) => println!("{mutation:?}: seed {seed}: {violation}"),
            None => missed.push(mutation),
        }
    }
    choose(None);
    assert!(missed.is_empty(), "not caught: {missed:?}");
}
