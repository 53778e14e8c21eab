//! RFC 2217: a serial port on another machine, over telnet.
//!
//! [`Codec`] is the protocol with no I/O; [`Rfc2217Port`] puts it on a connection.

mod codec;
mod port;

pub use codec::{Codec, Modem, Offer};
pub use port::Rfc2217Port;
#[cfg(feature = "tokio")]
pub(crate) use port::{NEGOTIATION, not_rfc2217, other_rate};
