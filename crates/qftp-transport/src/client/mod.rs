//! The clients: short drivers over [`qftp_core::session::Session`].

#[cfg(feature = "tokio")]
mod asynchronous;
mod atomic;
mod blocking;
mod cancel;
mod certificates;
mod compare;
mod doctor;
mod doubt;
mod engine;
mod error;
mod files;
mod methods;
mod operation;
mod operations;
pub mod recording;
mod tap;
mod target;
mod watch;
mod way;
mod whole;

#[cfg(feature = "tokio")]
pub use asynchronous::AsyncClient;
pub use atomic::AtomicUpload;
pub use blocking::Client;
pub use cancel::Cancel;
pub use certificates::{Certificates, ClientFiles, Pem};
pub use doctor::{Check, Examination, Finding, Verdict};
pub use error::Error;
pub use files::{ModuleFile, Put};
pub use operation::Operation;
pub use recording::Recorder;
pub use tap::{Kind, Tap};
pub use target::Target;
pub use watch::Watch;
#[cfg(feature = "tokio")]
pub use way::AsyncWay;
pub use way::{Report, Way};

/// How far a transfer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that have passed.
    pub done: u64,
    /// All bytes, where the number is known.
    pub total: Option<u64>,
}
