//! Which road a file takes where the caller leaves that open.

use core::fmt;

use crate::session::Via;
use crate::wire::Storage;

/// Why a road was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A line with flow control, or no UART at all, loses nothing: the direct road is the faster one.
    SafeLine,
    /// The line has no flow control and no checksum; the module's storage has a checksum.
    Checksum(Storage),
    /// The length is not known, so that no storage can be known to be large enough.
    UnknownLength,
    /// No storage of the module has room for it, with as much left free again.
    NoRoom,
    /// A file without bytes has nothing that could be lost.
    Empty,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SafeLine => f.write_str("straight through: the line has flow control"),
            Self::Checksum(storage) => {
                write!(
                    f,
                    "staged in {}: the line has no flow control, and there a checksum proves the way over it",
                    storage.name()
                )
            }
            Self::UnknownLength => f.write_str("straight through: the length is not known"),
            Self::NoRoom => f.write_str("straight through: no storage of the module has room enough"),
            Self::Empty => f.write_str("straight through: there are no bytes"),
        }
    }
}

/// Chooses the road of a file of `len` bytes; `free` are the storages of the module and their free bytes, the preferred first (RAM before
/// flash, which wears).
///
/// ```
/// use qftp_core::job::{Reason, choose_road};
/// use qftp_core::session::Via;
/// use qftp_core::wire::Storage;
///
/// let free = [(Storage::Ram, 50_000), (Storage::Ufs, 4_000_000)];
/// let (via, reason) = choose_road(Some(100_000), &free, false);
/// assert_eq!((via, reason), (Via::Storage(Storage::Ufs), Reason::Checksum(Storage::Ufs)));
/// assert_eq!(choose_road(Some(100_000), &free, true).0, Via::Com);
/// ```
#[must_use]
pub fn choose_road(len: Option<u64>, free: &[(Storage, u64)], flow_control: bool) -> (Via, Reason) {
    let Some(len) = len else { return (Via::Com, Reason::UnknownLength) };
    if len == 0 {
        return (Via::Com, Reason::Empty);
    }
    if flow_control {
        return (Via::Com, Reason::SafeLine);
    }
    match free.iter().find(|(_, free)| len.saturating_mul(2) <= *free) {
        Some((storage, _)) => (Via::Storage(*storage), Reason::Checksum(*storage)),
        None => (Via::Com, Reason::NoRoom),
    }
}
