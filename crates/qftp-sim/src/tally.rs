//! How often each fault was drawn and struck, and each invariant was exercised.

use std::collections::BTreeMap;
use std::fmt;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// A download that reports success brought the server's bytes.
    Get,
    /// An upload that reports success left the local bytes on the server.
    Put,
    /// The trusted count of a failed download is true.
    Trusted,
    /// An upload goes on only behind what the server really has.
    GoesOn,
    /// An upload whose failure shows that bytes were lost starts over.
    StartsOver,
    /// Breaking off leaves the module in step.
    Aborts,
    /// After a failed upload the next command is answered within seconds.
    InSync,
    /// Breaking off before data mode leaves nothing of the host's in the file.
    Clean,
    /// Data that spells its own end, with a stall behind it, does not end there.
    FalseEnd,
    /// A listing that reports success is the server's.
    Listing,
    /// A command that reports success did what it says.
    Command,
    /// An operation ended in bounded time.
    Ends,
    /// After the faults a file is completed, exactly.
    Resumes,
    /// Success with verification is exact, whatever the line did.
    Verified,
    /// `COM:` download, bytes lost on the line: never success.
    GetLost,
    /// `COM:` download, bytes added on the line: never success.
    GetAdded,
    /// `COM:` upload, bytes lost on the line: never success.
    PutLost,
    /// `COM:`, only changed or shifted: success has the right length.
    Length,
    /// Staged, bytes lost or one bit flipped: never success with other bytes.
    Staged,
    /// Staged, whatever the line did to the data: what arrived has the length and checksum of what was sent.
    Checksum,
    /// No byte of a file was taken for a command: staged.
    NoCommandStaged,
    /// No more bytes of a file are handed out after the module's first word than the session promises: direct.
    InFlight,
    /// Of what was on its way when the module left data mode, it takes no more for commands than can have been there: direct.
    Bounded,
    /// Where a host died, another one completes the file.
    Survives,
    /// Nothing that is told holds a secret.
    NoSecret,
    /// The session has its size and no other memory.
    Memory,
}

impl Invariant {
    /// All, in the order of the table.
    pub const ALL: [Self; 26] = [
        Self::Get,
        Self::Put,
        Self::Trusted,
        Self::GoesOn,
        Self::StartsOver,
        Self::Aborts,
        Self::InSync,
        Self::Clean,
        Self::FalseEnd,
        Self::Listing,
        Self::Command,
        Self::Ends,
        Self::Resumes,
        Self::Verified,
        Self::GetLost,
        Self::GetAdded,
        Self::PutLost,
        Self::Length,
        Self::Staged,
        Self::Checksum,
        Self::NoCommandStaged,
        Self::InFlight,
        Self::Bounded,
        Self::Survives,
        Self::NoSecret,
        Self::Memory,
    ];

    /// What it says.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Get => "get succeeded, line sound: the server's bytes",
            Self::Put => "put succeeded, line sound: the local bytes on the server",
            Self::Trusted => "get failed, line sound: its trusted bytes are the server's",
            Self::GoesOn => "put goes on, line sound: behind what the server really has",
            Self::StartsOver => "put failed, bytes lost on the line: begins again before them",
            Self::Aborts => "broken off, nothing else wrong: the module answers",
            Self::InSync => {
                "put failed by the server's or the module's word: the next command is answered in time"
            }
            Self::Clean => "broken off before data mode: no word of the host is in the file",
            Self::FalseEnd => "data spelled its own end before a stall: taken for data",
            Self::Listing => "listing succeeded, line sound: the server's",
            Self::Command => "command succeeded, line sound: done",
            Self::Ends => "operation ended in bounded time",
            Self::Resumes => "faults over: the file completed, exactly",
            Self::Verified => "succeeded with verify, line at fault: exact",
            Self::GetLost => "COM: get, bytes lost on the line: no success",
            Self::GetAdded => "COM: get, bytes added on the line: no success",
            Self::PutLost => "COM: put, bytes lost on the line: no success",
            Self::Length => "COM:, bytes changed on the line: the length is right",
            Self::Staged => "staged, bytes lost or a bit flipped: no success",
            Self::Checksum => "staged, line at fault: length and checksum agree",
            Self::NoCommandStaged => "staged: no file byte taken for a command",
            Self::InFlight => "direct: nothing sent after the module's first word",
            Self::Bounded => "direct: left data mode early, file bytes taken for commands within the bound",
            Self::Survives => "a host died: another one completed the file, exactly",
            Self::NoSecret => "no secret in what is told",
            Self::Memory => "the session is as large as it was",
        }
    }
}

/// Counts.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    faults: BTreeMap<&'static str, (u64, u64)>,
    invariants: BTreeMap<Invariant, u64>,
}

impl Tally {
    /// A fault was drawn.
    pub fn drawn(&mut self, name: &'static str) {
        self.faults.entry(name).or_default().0 += 1;
    }

    /// A fault has struck.
    pub fn struck(&mut self, name: &'static str) {
        self.faults.entry(name).or_default().1 += 1;
    }

    /// An invariant was exercised.
    pub fn holds(&mut self, invariant: Invariant) {
        *self.invariants.entry(invariant).or_default() += 1;
    }

    /// How often an invariant was exercised.
    #[must_use]
    pub fn count(&self, invariant: Invariant) -> u64 {
        self.invariants.get(&invariant).copied().unwrap_or(0)
    }

    /// How often each fault was drawn and struck.
    pub fn faults(&self) -> impl Iterator<Item = (&'static str, u64, u64)> + '_ {
        self.faults.iter().map(|(name, (drawn, struck))| (*name, *drawn, *struck))
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        for (name, drawn, struck) in other.faults() {
            let entry = self.faults.entry(name).or_default();
            entry.0 += drawn;
            entry.1 += struck;
        }
        for (invariant, count) in &other.invariants {
            *self.invariants.entry(*invariant).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| fault | drawn | struck |\n|---|---:|---:|")?;
        for (name, drawn, struck) in self.faults() {
            writeln!(f, "| {name} | {drawn} | {struck} |")?;
        }
        writeln!(f, "\n| invariant | exercised |\n|---|---:|")?;
        for invariant in Invariant::ALL {
            writeln!(f, "| {} | {} |", invariant.about(), self.count(invariant))?;
        }
        Ok(())
    }
}
