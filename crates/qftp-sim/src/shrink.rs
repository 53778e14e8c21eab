//! A failing plan made as short as it gets.

use crate::plan::{Content, Op, Plan};
use crate::source::Pace;
use crate::tally::Tally;

/// Most plans that are tried.
const MOST: usize = 2000;

/// The shortest plan found that fails, whatever fails in it.
#[must_use]
pub fn shrink(plan: &Plan) -> Plan {
    let mut best = plan.clone();
    let mut tried = 0;
    loop {
        let mut better = false;
        for candidate in shorter(&best) {
            tried += 1;
            if tried > MOST {
                return best;
            }
            if candidate.run(&mut Tally::default(), false).violation.is_some() {
                best = candidate;
                better = true;
                break;
            }
        }
        if !better {
            return best;
        }
    }
}

/// Plans with something less, the boldest first.
fn shorter(plan: &Plan) -> Vec<Plan> {
    let mut all = Vec::new();
    for op in (0..plan.ops.len()).filter(|_| plan.ops.len() > 1) {
        let mut less = plan.clone();
        less.ops.remove(op);
        less.module.retain(|fault| fault.op != op);
        less.wires.retain(|fault| fault.op != op);
        less.server.retain(|fault| fault.op != op);
        let shift = |at: &mut usize| *at -= usize::from(*at > op);
        less.module.iter_mut().for_each(|fault| shift(&mut fault.op));
        less.wires.iter_mut().for_each(|fault| shift(&mut fault.op));
        less.server.iter_mut().for_each(|fault| shift(&mut fault.op));
        all.push(less);
    }
    let mut change = |change: &dyn Fn(&mut Plan)| {
        let mut less = plan.clone();
        change(&mut less);
        if less != *plan {
            all.push(less);
        }
    };
    for at in 0..plan.module.len() {
        change(&|less| drop(less.module.remove(at)));
    }
    for at in 0..plan.wires.len() {
        change(&|less| {
            less.wires.remove(at);
        });
    }
    for at in 0..plan.server.len() {
        change(&|less| {
            less.server.remove(at);
        });
    }
    change(&|less| less.line.baud = 0);
    change(&|less| less.line.latency = 0);
    change(&|less| less.line.piece = 4096);
    change(&|less| less.line.holds = 65_536);
    change(&|less| less.delay = 0);
    change(&|less| less.profile = "ec200s");
    change(&|less| less.guard = 300);
    change(&|less| less.in_flight = 4096);
    for op in 0..plan.ops.len() {
        for divide in [16, 2] {
            change(&|less| scale(&mut less.ops[op], |len| len / divide));
        }
        change(&|less| scale(&mut less.ops[op], |len| len.saturating_sub(1)));
        change(&|less| {
            if let Op::Put(_, manner) | Op::Get(_, manner, _) = &mut less.ops[op] {
                manner.verify = false;
            }
        });
        change(&|less| {
            if let Op::Put(_, manner) | Op::Get(_, manner, _) = &mut less.ops[op] {
                manner.stop = None;
            }
        });
        change(&|less| {
            if let Op::Put(_, manner) | Op::Get(_, manner, _) = &mut less.ops[op] {
                manner.pace = Pace::AT_ONCE;
            }
        });
        change(&|less| {
            if let Op::Put(_, manner) | Op::Get(_, manner, _) = &mut less.ops[op] {
                manner.retries = manner.retries.saturating_sub(1);
            }
        });
    }
    all
}

fn scale(op: &mut Op, change: impl Fn(u64) -> u64) {
    let set = |content: &mut Content| content.len = change(content.len);
    match op {
        Op::Get(content, _, here) => {
            set(content);
            *here = (*here).min(content.len);
        }
        Op::Put(content, _) | Op::Size(content) | Op::ModuleFile(content) => set(content),
        Op::List(_) | Op::WorkingDir | Op::Folder | Op::Rename => {}
    }
}
