//! `qftp-sim --seeds N [--from S] [--jobs J]`, `qftp-sim --seed S [-v]`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use qftp_sim::{Plan, Tally, shrink};

const USAGE: &str = "usage: qftp-sim --seeds N [--from S] [--jobs J] | --seed S [-v]";

struct Arguments {
    seeds: u64,
    from: u64,
    jobs: u64,
    verbose: bool,
    single: bool,
}

fn arguments() -> Option<Arguments> {
    let mut all = Arguments { seeds: 2000, from: 0, jobs: 1, verbose: false, single: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|word| word.replace('_', "").parse().ok());
        match word.as_str() {
            "--seeds" => all.seeds = number()?,
            "--from" => all.from = number()?,
            "--jobs" => all.jobs = number().filter(|jobs| *jobs > 0)?,
            "--seed" => {
                all.from = number()?;
                all.seeds = 1;
                all.single = true;
            }
            "-v" => all.verbose = true,
            _ => return None,
        }
    }
    Some(all)
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if arguments.single {
        return replay(&arguments);
    }
    let began = Instant::now();
    let next = AtomicU64::new(arguments.from);
    let end = arguments.from + arguments.seeds;
    let worker = || {
        let (mut tally, mut failed) = (Tally::default(), Vec::new());
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return (tally, failed);
            }
            let report = Plan::draw(seed).run(&mut tally, false);
            if let Some(violation) = report.violation {
                println!("seed {seed}: {violation}");
                failed.push(seed);
            }
        }
    };
    let all: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..arguments.jobs).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker ends")).collect()
    });
    let took = began.elapsed().as_secs_f64();
    let (mut tally, mut failed) = (Tally::default(), Vec::new());
    for (of_worker, failed_there) in &all {
        tally.add(of_worker);
        failed.extend(failed_there);
    }
    failed.sort_unstable();
    println!("{tally}");
    if let Some(seed) = failed.first() {
        show(*seed);
    }
    println!("{:.0} seeds a second, {} in {took:.1} s", arguments.seeds as f64 / took, arguments.seeds);
    println!("{} passed, {} failed", arguments.seeds - failed.len() as u64, failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(arguments: &Arguments) -> ExitCode {
    let plan = Plan::draw(arguments.from);
    println!("seed {}:\n{plan}", arguments.from);
    let report = plan.run(&mut Tally::default(), arguments.verbose);
    report.dialogue.iter().for_each(|line| println!("{line}"));
    let Some(violation) = report.violation else {
        println!("1 passed, 0 failed");
        return ExitCode::SUCCESS;
    };
    println!("{violation}");
    show(arguments.from);
    println!("0 passed, 1 failed");
    ExitCode::FAILURE
}

/// The shortest plan that fails like this seed's, and its dialogue.
fn show(seed: u64) {
    let plan = shrink(&Plan::draw(seed));
    let report = plan.run(&mut Tally::default(), true);
    println!("the shortest plan found from seed {seed}:\n{plan}");
    report.dialogue.iter().for_each(|line| println!("{line}"));
    if let Some(violation) = report.violation {
        println!("{violation}");
    }
}
