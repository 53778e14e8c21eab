//! Ports to a module, and the clients that drive [`qftp_core`] over them.
//!
//! A [`Port`] is a line to a module: `SerialPort` (feature `serial`), [`TcpPort`], [`Rfc2217Port`] or, in one process, [`Pipe`]. [`open`] makes one
//! from an address.

#[cfg(feature = "tokio")]
mod asynchronous;
mod attention;
mod client;
#[cfg(feature = "embedded-io")]
mod embedded;
mod local;
mod open;
mod open_error;
mod pipe;
#[cfg(feature = "tokio")]
mod poll_once;
mod port;
pub mod rfc2217;
#[cfg(feature = "serial")]
mod serial;
mod settings;
mod tcp;

#[cfg(feature = "embedded-io-async")]
pub use asynchronous::EmbeddedAsyncPort;
#[cfg(feature = "tokio")]
pub use asynchronous::{AnyAsyncPort, AsyncPort, AsyncRfc2217Port, open_async};
pub use attention::{Attention, Was};
#[cfg(feature = "tokio")]
pub use client::{AsyncClient, AsyncWay};
pub use client::{
    AtomicUpload, Cancel, Certificates, Check, Client, ClientFiles, Error, Examination, Finding, Kind,
    ModuleFile, Operation, Pem, Progress, Put, Recorder, Report, Tap, Target, Verdict, Way, recording,
};
// For a loop over a driver that is none of these clients, and is recorded as they are: the fuzzer's.
#[doc(hidden)]
pub use client::Watch;
#[cfg(feature = "embedded-io")]
pub use embedded::EmbeddedPort;
pub use local::{Begin, Kept, LocalSource, LocalTarget, Origin, Version, is_partial};
pub use open::{Address, AnyPort, open, open_again};
pub use open_error::{OpenError, OpenErrorKind};
pub use pipe::{Pipe, pipe};
pub use port::Port;
pub use rfc2217::Rfc2217Port;
#[cfg(feature = "serial")]
pub use serial::SerialPort;
pub use settings::{Flow, Settings};
pub use tcp::TcpPort;
