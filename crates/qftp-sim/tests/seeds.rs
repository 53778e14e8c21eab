//! Some thousand seeds, and that a seed is always the same run.

use qftp_core::session::Via;
use qftp_core::wire::Storage;
use qftp_sim::{Content, Harm, Invariant, LineFault, Manner, Op, Pace, Plan, Stuff, Tally, Way, shrink};

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
    doubled_in_a_staged_upload(&mut tally);
    for invariant in Invariant::ALL {
        assert!(tally.count(invariant) > 0, "nothing showed that {}", invariant.about());
    }
}

/// Too rare for so few seeds: a line at fault, and length and checksum agree. Line ends that come twice in a file of nothing else do that.
fn doubled_in_a_staged_upload(tally: &mut Tally) {
    let content = Content { len: 700, kind: Stuff::Same(b'\r'), seed: 1 };
    let manner = Manner {
        via: Via::Storage(Storage::Ufs),
        resume: false,
        verify: false,
        retries: 0,
        stop: None,
        pace: Pace::AT_ONCE,
    };
    for at in (300..1_000).step_by(10) {
        let plan = Plan {
            profile: "ec200s",
            in_flight: 4096,
            ops: vec![Op::Put(content, manner)],
            module: Vec::new(),
            wires: vec![LineFault { op: 0, way: Way::Up, at, harm: Harm::Double(3) }],
            server: Vec::new(),
            ..Plan::draw(FROM)
        };
        assert_eq!(plan.run(tally, false).violation, None, "{plan}");
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
