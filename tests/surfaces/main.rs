//! The surface suite: one table of cases, through every surface.
//!
//! Success means the same bytes on both sides; a failure has the same cause on every surface; what
//! comes after a failure is exact. What a surface does not have is a row of docs/limits.md.
//!
//! `QFTP_SURFACES=WORDS` runs the cases whose name, or whose surface, has the words.

mod asynchronous;
mod bench;
mod blocking;
mod case;
mod cli;
mod job;
mod judge;
mod limits;
mod place;
mod program;
mod proxy;
mod server;
mod surface;

use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use case::{Case, table};
use surface::{Feature, SURFACES, Surface};

/// Most of the time is spent waiting for time-outs.
const SIDE_BY_SIDE: usize = 64;

#[test]
fn every_surface_does_every_case() {
    let cases = table();
    let has: Vec<(Surface, Vec<Feature>)> =
        SURFACES.into_iter().map(|surface| (surface, surface.features())).collect();
    let mut queue: Vec<(Surface, &[Feature], &Case)> = Vec::new();
    for case in &cases {
        for (surface, has) in &has {
            let can = case.needs.iter().all(|feature| has.contains(feature));
            if can && is_wanted(*surface, case) {
                queue.push((*surface, has, case));
            }
        }
    }
    let (count, queue, wrong) = (queue.len(), Mutex::new(queue), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let Some((surface, has, case)) = queue.lock().expect("no panic").pop() else {
                        return;
                    };
                    let began = Instant::now();
                    let verdict = judge::judge(surface, has, case);
                    let took = began.elapsed().as_secs_f32();
                    if std::env::var_os("QFTP_SURFACES_SHOW").is_some() {
                        println!("{took:5.1} s  {}: {}: {verdict:?}", surface.name(), case.name);
                    }
                    if let Err(why) = verdict {
                        let text = format!("{}: {} ({took:.1} s): {why}", case.name, surface.name());
                        wrong.lock().expect("no panic").push(text);
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no panic");
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

fn is_wanted(surface: Surface, case: &Case) -> bool {
    let Ok(words) = std::env::var("QFTP_SURFACES") else { return true };
    words.split(',').all(|word| case.name.contains(word) || surface.name().contains(word))
}

#[test]
fn what_a_surface_does_not_have_is_a_row_of_the_limits() {
    limits::check(&table());
}
