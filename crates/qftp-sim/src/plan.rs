//! What a run will do and what will go wrong: a value, drawn from a seed, printed, and shrunk.

mod content;
mod draw;

use std::fmt;

use qftp_core::session::Via;
use qftp_core::wire::ListKind;
use qftp_emulator::Fault;

pub use content::{Content, Stuff};

use crate::line::{LineFault, LineKind};
use crate::server::ServerFault;
use crate::source::Pace;

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
