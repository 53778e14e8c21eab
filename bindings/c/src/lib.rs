//! libqftp for C: the sans-IO session of `qftp-core`, call for call, and, with the feature `hosted`, the blocking client of `qftp-transport`.
//!
//! What a C program sees is `include/qftp.h`, which is made from these files. The conventions that all functions keep are its first page, in
//! `cbindgen.toml`.
#![cfg_attr(not(feature = "hosted"), no_std)]

#[cfg(feature = "hosted")]
extern crate std;

#[cfg(feature = "hosted")]
mod client;
mod drive;
mod driver;
mod error;
mod event;
mod guard;
#[cfg(feature = "hosted")]
mod handles;
mod operation;
mod operations;
mod options;
#[cfg(not(feature = "hosted"))]
mod panic;
mod policy;
mod session;
mod status;
mod text;
mod transfer;
mod version;
mod want;

#[cfg(feature = "hosted")]
pub use client::*;
pub use drive::*;
pub use driver::*;
pub use error::*;
pub use event::*;
pub use operation::*;
pub use operations::*;
pub use options::*;
pub use policy::*;
pub use session::*;
pub use status::*;
pub use transfer::*;
pub use version::*;
pub use want::*;
