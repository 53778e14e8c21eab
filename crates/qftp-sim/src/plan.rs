//! What a run will do and what will go wrong: a value, drawn from a seed, printed, and shrunk.

use std::fmt;

use qftp_core::session::Via;
use qftp_core::wire::{ListKind, Storage};
use qftp_emulator::{Family, Fault, FaultKind, Takes};

use crate::line::{Harm, LineFault, LineKind, Way};
use crate::rng::Rng;
use crate::server::{Mishap, ServerFault};
use crate::source::Pace;

/// A file's content: what it is made of, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Length in bytes.
    pub len: u64,
    /// What it is made of.
    pub kind: Stuff,
    /// Chance.
    pub seed: u64,
}

/// What files are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuff {
    /// Any bytes.
    Noise,
    /// Plus signs, here and there something else.
    Plus,
    /// What the module says.
    Words,
    /// What a host says: commands that would do harm.
    Commands,
    /// One byte again and again.
    Same(u8),
}

/// How a file is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The road.
    pub via: Via,
    /// Goes on with what is there.
    pub resume: bool,
    /// Compares at the end.
    pub verify: bool,
    /// Tries again so often.
    pub retries: u8,
    /// What ends it before its end.
    pub stop: Option<Break>,
    /// How an upload's source delivers.
    pub pace: Pace,
}

/// What ends an operation before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The host breaks it off after so many bytes of the file.
    Abort(u64),
    /// The host breaks it off after so many milliseconds, whatever the module does then.
    AbortAt(u64),
    /// The host dies, and another one begins.
    Death {
        /// After so many bytes.
        after: u64,
        /// Milliseconds until the other one begins.
        pause: u64,
        /// Whether DTR drops, as with a port that is closed.
        dtr_drops: bool,
    },
}

impl Break {
    /// Whether it is time, when so many bytes of the file have moved in so many milliseconds.
    #[must_use]
    pub const fn is_due(self, moved: u64, millis: u64) -> bool {
        match self {
            Self::Abort(after) | Self::Death { after, .. } => moved >= after,
            Self::AbortAt(at) => millis >= at,
        }
    }

    /// Its name in the table of counts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abort(_) => "host: breaks off",
            Self::AbortAt(_) => "host: breaks off by the clock",
            Self::Death { .. } => "host: dies",
        }
    }
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A file goes up.
    Put(Content, Manner),
    /// A file comes down; so many bytes of it are here already.
    Get(Content, Manner, u64),
    /// A listing.
    List(ListKind),
    /// Size of a file of this content.
    Size(Content),
    /// `pwd`.
    WorkingDir,
    /// A folder is made and removed again.
    Folder,
    /// A file is renamed, then deleted.
    Rename,
    /// A file goes into the module and comes back.
    ModuleFile(Content),
}

impl Op {
    /// The content of its file.
    #[must_use]
    pub const fn content(&self) -> Option<&Content> {
        match self {
            Self::Put(content, _)
            | Self::Get(content, ..)
            | Self::Size(content)
            | Self::ModuleFile(content) => Some(content),
            _ => None,
        }
    }
}

/// A fault of the module's during one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFault {
    /// The operation.
    pub op: usize,
    /// As `--fault` of `qftp emulate` has it.
    pub fault: String,
}

/// Everything that a run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Chance that is left: pieces, contents.
    pub seed: u64,
    /// The module.
    pub profile: &'static str,
    /// The line.
    pub line: LineKind,
    /// Milliseconds that the server takes for an answer.
    pub delay: u64,
    /// Guard time.
    pub guard: u16,
    /// [`Config::in_flight`](qftp_core::session::Config::in_flight).
    pub in_flight: usize,
    /// What is done, in order.
    pub ops: Vec<Op>,
    /// What the module does to it.
    pub module: Vec<ModuleFault>,
    /// What the line does to it.
    pub wires: Vec<LineFault>,
    /// What server and network do to it.
    pub server: Vec<ServerFault>,
}

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

    /// How much there is of it, for shrinking.
    #[must_use]
    pub fn size(&self) -> u64 {
        let bytes: u64 = self.ops.iter().filter_map(Op::content).map(|content| content.len).sum();
        let parts = self.ops.len() + self.module.len() + self.wires.len() + self.server.len();
        bytes + parts as u64 * 100_000
    }

    /// The faults of the module during an operation.
    #[must_use]
    pub fn faults(&self, op: usize) -> Vec<Fault> {
        let of = self.module.iter().filter(|fault| fault.op == op);
        of.filter_map(|fault| Fault::parse(&fault.fault).ok()).collect()
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

fn draw_content(rng: &mut Rng) -> Content {
    let len = match rng.below(40) {
        0 => 0,
        1..=5 => rng.between(1, 8),
        6..=20 => rng.between(9, 700),
        21..=38 => rng.between(700, 4100),
        _ => rng.between(4100, 65_536),
    };
    let kind = match rng.below(7) {
        0 => Stuff::Plus,
        1 | 2 => Stuff::Words,
        3 => Stuff::Commands,
        4 => Stuff::Same(*rng.pick(b"+++\r\n\0A\xFF")),
        _ => Stuff::Noise,
    };
    // Three plus signs alone are the escape.
    let escape = kind == Stuff::Same(b'+') && rng.one_in(2);
    Content { len: if escape { 3 } else { len }, kind, seed: rng.bits() }
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
    let content = draw_content(rng);
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

impl Content {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        const WORDS: [&[u8]; 10] = [
            b"\r\nOK\r\n",
            b"\r\n+QFTPGET: 0,1000\r\n",
            b"\r\n+QFTPPUT: 0,1000\r\n",
            b"\r\nCONNECT\r\n",
            b"\r\n+CME ERROR: 606\r\n",
            b"\r\nRDY\r\n",
            b"\r\nNO CARRIER\r\n",
            b"\r\n+CREG: 1\r\n",
            b"\r\n",
            b"some text",
        ];
        const COMMANDS: [&[u8]; 6] = [
            b"\rAT+QPOWD\r",
            b"\rAT+CFUN=1,1\r",
            b"\rAT+QFDEL=\"*\"\r",
            b"AT+QFTPDEL=\"else\"\r",
            b"+++",
            b"\rAT\r",
        ];
        let mut rng = Rng::new(self.seed);
        let len = usize::try_from(self.len).unwrap_or(0);
        let mut bytes = Vec::with_capacity(len + 32);
        while bytes.len() < len {
            match self.kind {
                Stuff::Noise => bytes.extend(rng.bits().to_le_bytes()),
                Stuff::Plus if rng.one_in(6) => bytes.push(b'x'),
                Stuff::Plus => bytes.extend(b"+++"),
                Stuff::Words => bytes.extend(*rng.pick(&WORDS)),
                Stuff::Commands => bytes.extend(*rng.pick(&COMMANDS)),
                Stuff::Same(byte) => bytes.resize(len, byte),
            }
        }
        bytes.truncate(len);
        bytes
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LineKind { baud, latency, piece, holds } = self.line;
        writeln!(f, "  module {}, guard {} ms, in flight {}", self.profile, self.guard, self.in_flight)?;
        writeln!(
            f,
            "  line {baud} baud, latency {latency} ms, pieces of up to {piece} bytes, holds {holds}"
        )?;
        writeln!(f, "  server: {} ms an answer", self.delay)?;
        for (index, op) in self.ops.iter().enumerate() {
            writeln!(f, "  {index}: {op:?}")?;
        }
        for fault in &self.module {
            writeln!(f, "  during {}, module: {}", fault.op, fault.fault)?;
        }
        for fault in &self.wires {
            writeln!(f, "  {fault}")?;
        }
        for fault in &self.server {
            writeln!(f, "  {fault}")?;
        }
        Ok(())
    }
}
