//! libqftp for C: the sans-IO session of `qftp-core`, call for call, and, with the feature `hosted`, the blocking client of `qftp-transport`.
//!
//! What a C program sees is `include/qftp.h`, which is made from these files. The conventions that all functions keep are its first page, in
//! `cbindgen.toml`.
#![cfg_attr(not(feature = "hosted"), no_std)]

#[cfg(feature = "hosted")]
extern crate std;

#[cfg(feature = "hosted")]
mod client;
mod error;
mod event;
mod guard;
#[cfg(feature = "hosted")]
mod handles;
mod job;
mod operations;
mod options;
#[cfg(not(feature = "hosted"))]
mod panic;
mod session;
mod status;
mod text;
mod version;

#[cfg(feature = "hosted")]
pub use client::*;
pub use error::*;
pub use event::*;
pub use job::*;
pub use operations::*;
pub use options::*;
pub use session::*;
pub use status::*;
pub use version::*;
