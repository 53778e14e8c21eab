//! How a plan is drawn from a seed.

use qftp_core::session::Via;
use qftp_core::wire::{ListKind, Storage};
use qftp_emulator::{Family, Fault, FaultKind, Takes};

use super::{Break, Content, Manner, ModuleFault, Op, Plan};
use crate::line::{Harm, LineFault, LineKind, Way};
use crate::rng::Rng;
use crate::server::{Mishap, ServerFault};
use crate::source::Pace;

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn draw(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x5EED);
        let rng = &mut rng;
        let ops: Vec<Op> = (0..rng.between(1, 3)).map(|_| draw_op(rng)).collect();
        let count = ops.len() as u64;
        let at = |rng: &mut Rng| usize::try_from(rng.below(count)).unwrap_or(0);
        let long = ops.iter().filter_map(Op::content).any(|content| content.len > 8192);
        let mut plan = Self {
            seed: rng.bits(),
            profile: rng.pick(Family::all()).name(),
            line: draw_line(rng, long),
            delay: *rng.pick(&[0, 0, 1, 40, 300, 1_500]),
            guard: *rng.pick(&[200, 300, 1000]),
            in_flight: *rng.pick(&[16, 64, 512, 4096]),
            ops,
            module: Vec::new(),
            wires: Vec::new(),
            server: Vec::new(),
        };
        for _ in 0..*rng.pick(&[0, 0, 1, 1, 2]) {
            let op = at(rng);
            let len = plan.ops[op].content().map_or(100, |content| content.len);
            let kind = rng.pick(Fault::kinds());
            if long && kind.name == "dribble" {
                continue;
            }
            plan.module.push(ModuleFault { op, fault: draw_fault(rng, kind, len) });
        }
        for _ in 0..*rng.pick(&[0, 0, 1, 1, 2]) {
            let op = at(rng);
            let len = plan.ops[op].content().map_or(100, |content| content.len);
            let harm = match rng.below(4) {
                0 => Harm::Drop(draw_count(rng)),
                1 => Harm::Flip(u8::try_from(rng.below(8)).unwrap_or(0)),
                2 => Harm::Double(draw_count(rng)),
                // The longest outlasts everything that a job tries.
                _ => Harm::Stall(*rng.pick(&[200, 3_000, 40_000, 300_000, 300_000])),
            };
            let way = *rng.pick(&[Way::Up, Way::Down]);
            // The first operation begins with set-up and login. Half of the faults strike in such words, half in what follows.
            let text = if op == 0 { 300 } else { 60 };
            let at = if rng.one_in(2) { rng.below(text) } else { text + rng.below(len + text) };
            plan.wires.push(LineFault { op, way, at, harm });
        }
        if rng.one_in(2) {
            let op = at(rng);
            let len = plan.ops[op].content().map_or(100, |content| content.len);
            let mishap = match rng.below(7) {
                0 => Mishap::Refusal(*rng.pick(&[421, 425, 450, 500, 530, 550, 553])),
                1 => Mishap::DataLost(rng.below(len + 1)),
                2 => Mishap::ControlLost(rng.below(len + 1)),
                3 => Mishap::DiskFull(rng.below(len + 1)),
                4 => Mishap::Silent,
                5 => Mishap::FalseEnd(*rng.pick(&[50, 150, 800, 2_500, 30_000])),
                _ => Mishap::Changed { after: rng.below(len + 1), len: rng.below(len * 2 + 2) },
            };
            plan.server.push(ServerFault { op, mishap });
        }
        plan
    }
}

fn draw_count(rng: &mut Rng) -> u64 {
    match rng.below(3) {
        0 => 1,
        1 => rng.between(2, 16),
        _ => rng.between(17, 400),
    }
}

fn draw_line(rng: &mut Rng, long: bool) -> LineKind {
    let baud = *rng.pick(&[0, 9600, 115_200, 921_600]);
    let piece = match rng.below(4) {
        0 if !long => rng.between(1, 3),
        0 | 1 => rng.between(64, 400),
        _ => 4096,
    };
    LineKind { baud, latency: *rng.pick(&[0, 0, 2, 60]), piece, holds: *rng.pick(&[256, 4096, 65_536]) }
}

fn draw_way(rng: &mut Rng, len: u64) -> Manner {
    let via = match rng.below(5) {
        0 => Via::Storage(Storage::Ufs),
        1 => Via::Storage(Storage::Ram),
        _ => Via::Com,
    };
    Manner {
        via,
        resume: rng.one_in(2),
        verify: rng.one_in(3),
        retries: u8::try_from(rng.below(4)).unwrap_or(0),
        stop: draw_break(rng, len),
        pace: draw_pace(rng, len),
    }
}

fn draw_break(rng: &mut Rng, len: u64) -> Option<Break> {
    let after = rng.below(len + 1);
    match rng.below(24) {
        0 | 1 => Some(Break::Abort(after)),
        4 | 5 => Some(Break::AbortAt(*rng.pick(&[0, 1, 20, 200, 700, 1_600, 4_000]))),
        2 | 3 => {
            let pause = *rng.pick(&[0, 300, 3_000, 30_000]);
            Some(Break::Death { after, pause, dtr_drops: rng.one_in(2) })
        }
        _ => None,
    }
}

/// One source in eight delivers slowly: in a dozen pieces at most, so that it ends.
fn draw_pace(rng: &mut Rng, len: u64) -> Pace {
    if rng.one_in(8) {
        Pace {
            piece: (len / rng.between(1, 12)).max(len / 12 + 1),
            pause: *rng.pick(&[5, 400, 3_000, 25_000]),
        }
    } else {
        Pace::AT_ONCE
    }
}

fn draw_op(rng: &mut Rng) -> Op {
    let content = Content::draw(rng);
    match rng.below(16) {
        0..=5 => Op::Put(content, draw_way(rng, content.len)),
        6..=11 => {
            let way = draw_way(rng, content.len);
            let here = if way.resume && rng.one_in(2) { rng.below(content.len + 1) } else { 0 };
            Op::Get(content, way, here)
        }
        12 => Op::List(*rng.pick(&[ListKind::Long, ListKind::Names, ListKind::Facts])),
        13 => Op::Size(content),
        14 => *rng.pick(&[Op::WorkingDir, Op::Folder, Op::Rename]),
        _ => Op::ModuleFile(content),
    }
}

/// A fault of this kind with a value that can matter to a file of this length.
fn draw_fault(rng: &mut Rng, kind: &FaultKind, len: u64) -> String {
    let value = match kind.takes {
        Takes::Nothing => return kind.name.to_owned(),
        Takes::Word(words) => (*rng.pick(words)).to_owned(),
        Takes::When(_) => match rng.below(6) {
            0 => format!("{}cmd", rng.between(1, 30)),
            1 => format!("{}ms", rng.between(1, 5_000)),
            _ => rng.below(len + 1).to_string(),
        },
        Takes::Number { .. } => match kind.name {
            "dribble" => rng.between(1, 40),
            "joined" | "late-urc" | "slow-close" => rng.between(1, 30_000),
            "chatter" => rng.between(1, 5),
            "small-ufs" => rng.between(1, 20_000),
            "overrun" => rng.between(8, 4096),
            _ => rng.between(1, 4),
        }
        .to_string(),
        _ => kind.default_value().unwrap_or_default(),
    };
    format!("{}={value}", kind.name)
}
