use super::failure::Failure;
use crate::wire::{Line, ServerState};

/// What one call of [`Session::handle_input`](super::Session::handle_input) did.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Bytes of the input that are used up. It may be 0 when there is an event.
    pub consumed: usize,
    /// At most one event; call again with the rest of the input for the next.
    pub event: Option<Event<'a>>,
}

/// What a session tells its driver. Slices are valid until the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// How many bytes the download that begins will bring.
    Size(u64),
    /// Bytes of a file or listing, in order.
    Data(&'a [u8]),
    /// An information line of the present operation: a file of the module, a line of identity.
    Info(Line<'a>),
    /// A line that belongs to no operation.
    Urc(Line<'a>),
    /// The operation succeeded.
    Done(Done<'a>),
    /// The operation failed.
    Failed(Failure),
}

/// The result of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done<'a> {
    /// Nothing but success.
    Nothing,
    /// Bytes, a size, or a handle.
    Number(u64),
    /// A path or a time.
    Text(&'a [u8]),
    /// The state of the FTP client.
    State(ServerState),
    /// A storage of the module.
    Space {
        /// Free bytes.
        free: u64,
        /// All bytes.
        total: u64,
    },
}

/// Why a session wants to be called at [`Session::poll_timeout`](super::Session::poll_timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A command has not been answered.
    Response,
    /// File data has stopped.
    DataGap,
    /// A held-back end of data is final if the line stays silent.
    Quiet,
    /// The silence before or after `+++`.
    Guard,
}
