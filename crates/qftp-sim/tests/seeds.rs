//! Some thousand seeds, and that a seed is always the same run.

use qftp_sim::{Invariant, Plan, Tally, shrink};

/// Where the seeds of these tests begin.
const FROM: u64 = 7_000_000;

#[test]
fn nothing_breaks() {
    let mut tally = Tally::default();
    for seed in FROM..FROM + 1_500 {
        if let Some(violation) = Plan::draw(seed).run(&mut tally, false).violation {
            let plan = shrink(&Plan::draw(seed));
            let report = plan.run(&mut Tally::default(), true);
            panic!(
                "seed {seed}: {violation}\nthe shortest plan found:\n{plan}{}",
                report.dialogue.join("\n")
            );
        }
    }
    for invariant in Invariant::ALL {
        assert!(tally.count(invariant) > 0, "nothing showed that {}", invariant.about());
    }
}

#[test]
fn a_seed_is_always_the_same_run() {
    for seed in FROM..FROM + 50 {
        let plan = Plan::draw(seed);
        assert_eq!(plan, Plan::draw(seed));
        let one = plan.run(&mut Tally::default(), true).dialogue;
        let other = plan.run(&mut Tally::default(), true).dialogue;
        assert_eq!(one, other, "seed {seed}");
        assert!(!one.iter().any(|line| line.contains("s3cret")), "the dialogue of {seed} tells the password");
    }
}
