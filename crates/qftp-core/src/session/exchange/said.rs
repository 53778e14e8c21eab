//! What the module said to the command that is out.

use crate::codes::CmeCode;
use crate::session::failure::Cause;
use crate::wire::{PinState, Verb};

/// How an exchange ended. Its numbers and its cause are in [`Said`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Success, and nothing to say.
    Ok,
    /// Success with a number: bytes, a state, a code, whether a context is active.
    Number,
    /// Success with a text, which the reader has.
    Text,
    /// Success with two numbers: free and all bytes of a storage, or bytes and checksum of a file of the module.
    Numbers,
    /// ERROR, or `+CME ERROR`.
    Refused,
    NoCarrier,
    /// The URC of an FTP command says so.
    Failed,
    /// No answer in its time.
    Silent,
    /// OK, and in its time no URC.
    UrcSilent,
    /// The module restarted.
    Restarted,
}

impl Reply {
    pub(crate) const fn is_success(self) -> bool {
        matches!(self, Self::Ok | Self::Number | Self::Text | Self::Numbers)
    }

    /// Whether the module did not do it, or does not know it.
    pub(crate) const fn is_refusal(self) -> bool {
        matches!(self, Self::Refused | Self::NoCarrier)
    }
}

/// What a reply carries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) number: u64,
    pub(crate) second: u64,
    pub(crate) cause: Cause,
    /// The command that a failure is put down to, where that is not the one that is out.
    pub(crate) blamed: Option<Verb>,
}

impl Said {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self { number: 0, second: 0, cause: Cause::Refused, blamed: None }
    }
}

/// What a line meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Part of the exchange; nothing to tell.
    Ours,
    /// An information line of the exchange.
    Info,
    /// A line of no known form, while an answer is awaited.
    Text,
    /// An unsolicited line.
    Unsolicited,
    /// Data mode begins.
    Connect,
    /// The exchange is over.
    End(Reply),
}

/// The code that stands for a SIM card that is not ready.
pub(crate) const fn pin_code(state: u64) -> CmeCode {
    CmeCode::new(match state {
        _ if state == PinState::SimPin.number() as u64 => 11,
        _ if state == PinState::SimPuk.number() as u64 => 12,
        _ if state == PinState::NotReady.number() as u64 => 14,
        _ if state == PinState::NotInserted.number() as u64 => 10,
        _ => 13,
    })
}
