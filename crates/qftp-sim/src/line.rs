//! One direction of a serial line: rate, latency, pieces, and what it does to the bytes.

use std::collections::VecDeque;
use std::fmt;

use crate::rng::Rng;

/// What a line is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineKind {
    /// Bits a second, ten to a byte; 0 for a line that takes no time (USB, TCP).
    pub baud: u32,
    /// Milliseconds from one end to the other.
    pub latency: u64,
    /// Most bytes that arrive at once.
    pub piece: u64,
    /// Most bytes that are on their way to the module: what buffers hold before flow control stops the host.
    pub holds: u64,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// From the host to the module.
    Up,
    /// From the module to the host.
    Down,
}

/// What happens to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// So many are lost.
    Drop(u64),
    /// This bit of one is the other way round.
    Flip(u8),
    /// So many come twice.
    Double(u64),
    /// Nothing moves for so many milliseconds.
    Stall(u64),
}

/// What happens where: counted in bytes of this way since the operation began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFault {
    /// The operation.
    pub op: usize,
    /// Which way.
    pub way: Way,
    /// The first byte.
    pub at: u64,
    /// What.
    pub harm: Harm,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.way == Way::Up { "host to module" } else { "module to host" };
        write!(f, "during {}, {way}, byte {}: {:?}", self.op, self.at, self.harm)
    }
}

impl Harm {
    /// Its name in the table of counts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop(_) => "line: bytes dropped",
            Self::Flip(_) => "line: bit flipped",
            Self::Double(_) => "line: chunk doubled",
            Self::Stall(_) => "line: stall",
        }
    }
}

/// A fault that has struck: where, in bytes of this way since the operation began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Struck {
    /// Which way.
    pub way: Way,
    /// Where.
    pub at: u64,
    /// How.
    pub harm: Harm,
    /// Whether it struck what the host sent as file data.
    pub data: bool,
}

struct Piece {
    due: u64,
    len: usize,
    data: bool,
}

/// Bytes on their way. All times here are in microseconds.
pub(crate) struct Wire {
    way: Way,
    kind: LineKind,
    rng: Rng,
    bytes: VecDeque<u8>,
    pieces: VecDeque<Piece>,
    data: u64,
    busy: u64,
    /// Bytes since the operation began.
    pub sent: u64,
    faults: Vec<LineFault>,
    /// What has struck since it was taken.
    pub struck: Vec<Struck>,
    changed: Vec<u8>,
}

impl Wire {
    /// An empty line.
    #[must_use]
    pub(crate) const fn new(way: Way, kind: LineKind, rng: Rng) -> Self {
        Self {
            way,
            kind,
            rng,
            bytes: VecDeque::new(),
            pieces: VecDeque::new(),
            data: 0,
            busy: 0,
            sent: 0,
            faults: Vec::new(),
            struck: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// An operation begins, with what will happen during it.
    pub(crate) fn begin(&mut self, faults: impl Iterator<Item = LineFault>) {
        self.sent = 0;
        self.faults.clear();
        self.faults.extend(faults.filter(|fault| fault.way == self.way));
    }

    const fn micros(&self, bytes: u64) -> u64 {
        match self.kind.baud {
            0 => 0,
            baud => bytes * 10_000_000 / baud as u64,
        }
    }

    /// How many bytes a buffer of so many milliseconds takes.
    #[must_use]
    pub(crate) fn fits(&self, millis: u64) -> usize {
        match self.kind.baud {
            0 => 4096,
            baud => usize::try_from(u64::from(baud) * millis / 10_000).unwrap_or(4096).clamp(1, 4096),
        }
    }

    /// How many bytes can be written now, where a driver keeps so many milliseconds in the port's buffers.
    #[must_use]
    pub(crate) fn room(&self, millis: u64) -> usize {
        let most = usize::try_from(self.kind.holds).unwrap_or(usize::MAX);
        self.fits(millis).min(most.saturating_sub(self.bytes.len()))
    }

    /// Bytes of file data of the host that are under way.
    #[must_use]
    pub(crate) const fn data_under_way(&self) -> u64 {
        self.data
    }

    /// Whether everything written has left.
    #[must_use]
    pub(crate) const fn is_free(&self, now: u64) -> bool {
        self.busy <= now
    }

    /// When everything written will have left.
    #[must_use]
    pub(crate) const fn free_at(&self) -> u64 {
        self.busy
    }

    /// Takes bytes; `data` are file data of the host.
    pub(crate) fn write(&mut self, now: u64, bytes: &[u8], data: bool) {
        let (from, to) = (self.sent, self.sent + bytes.len() as u64);
        self.sent = to;
        if self.faults.iter().any(|fault| fault.at < to) {
            let mut changed = std::mem::take(&mut self.changed);
            changed.clear();
            changed.extend(bytes);
            self.harm(now, from, &mut changed, data);
            self.put(now, &changed, data);
            self.changed = changed;
        } else {
            self.put(now, bytes, data);
        }
    }

    fn harm(&mut self, now: u64, from: u64, bytes: &mut Vec<u8>, data: bool) {
        // From the back, so that places stay what they were.
        self.faults.sort_by_key(|fault| fault.at);
        while let Some(at) = self.faults.iter().rposition(|fault| fault.at < from + bytes.len() as u64) {
            let fault = self.faults.remove(at);
            let place = usize::try_from(fault.at.saturating_sub(from)).unwrap_or(0);
            let rest = bytes.len() - place;
            let within = |count: u64| usize::try_from(count).unwrap_or(1).clamp(1, rest);
            if rest == 0 {
                continue;
            }
            let harm = match fault.harm {
                Harm::Drop(count) => {
                    bytes.drain(place..place + within(count));
                    Harm::Drop(within(count) as u64)
                }
                Harm::Flip(bit) => {
                    bytes[place] ^= 1 << (bit % 8);
                    fault.harm
                }
                Harm::Double(count) => {
                    let again = bytes[place..place + within(count)].to_vec();
                    let len = again.len() as u64;
                    bytes.splice(place..place, again);
                    Harm::Double(len)
                }
                Harm::Stall(millis) => {
                    self.busy = self.busy.max(now) + millis * 1000;
                    fault.harm
                }
            };
            self.struck.push(Struck { way: self.way, at: from + place as u64, harm, data });
        }
    }

    fn put(&mut self, now: u64, bytes: &[u8], data: bool) {
        self.busy = self.busy.max(now);
        let mut rest = bytes.len();
        while rest > 0 {
            let most = if self.kind.piece >= 4096 { 4096 } else { self.rng.between(1, self.kind.piece) };
            let len = rest.min(usize::try_from(most).unwrap_or(rest));
            self.busy += self.micros(len as u64);
            self.pieces.push_back(Piece { due: self.busy + self.kind.latency * 1000, len, data });
            rest -= len;
        }
        self.bytes.extend(bytes);
        self.data += if data { bytes.len() as u64 } else { 0 };
    }

    /// When the next piece arrives.
    #[must_use]
    pub(crate) fn next(&self) -> Option<u64> {
        self.pieces.front().map(|piece| piece.due)
    }

    /// The piece that has arrived, if one has, and whether it is file data of the host.
    pub(crate) fn arrived(&mut self, now: u64, out: &mut Vec<u8>) -> Option<bool> {
        let piece = self.pieces.front().filter(|piece| piece.due <= now)?;
        out.clear();
        let (front, back) = self.bytes.as_slices();
        let first = piece.len.min(front.len());
        out.extend(&front[..first]);
        out.extend(&back[..piece.len - first]);
        Some(piece.data)
    }

    /// So many bytes of that piece were taken.
    pub(crate) fn take(&mut self, count: usize) {
        self.bytes.drain(..count);
        if let Some(piece) = self.pieces.front_mut() {
            piece.len -= count;
            self.data -= if piece.data { count as u64 } else { 0 };
            if piece.len == 0 {
                self.pieces.pop_front();
            }
        }
    }
}

impl Wire {
    /// Whether nothing is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({:?}, {} bytes under way)", self.way, self.bytes.len())
    }
}
