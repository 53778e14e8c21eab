//! libqftp for C: the sans-IO session of `qftp-core`, call for call, and, with the feature `hosted`, the blocking client of `qftp-transport`.
//!
//! What a C program sees is `include/qftp.h`, which is made from these files. The conventions that all functions keep are its first page, in
//! `cbindgen.toml`.
#![cfg_attr(not(feature = "hosted"), no_std)]

#[cfg(feature = "hosted")]
extern crate std;

#[cfg(feature = "hosted")]
mod client;
#[cfg(feature = "driver")]
mod drive;
#[cfg(feature = "driver")]
mod driver;
mod error;
mod event;
#[cfg(feature = "driver")]
mod operation;
mod operations;
mod options;
#[cfg(not(feature = "hosted"))]
mod panic;
#[cfg(any(feature = "driver", feature = "hosted"))]
mod policy;
mod session;
#[cfg(feature = "driver")]
mod transfer;
mod version;
#[cfg(feature = "driver")]
mod want;

#[cfg(feature = "hosted")]
use qftp_c_support::handles;
use qftp_c_support::{guard, status, text};

#[cfg(feature = "hosted")]
pub use client::*;
#[cfg(feature = "driver")]
pub use drive::*;
#[cfg(feature = "driver")]
pub use driver::*;
pub use error::*;
pub use event::*;
#[cfg(feature = "driver")]
pub use operation::*;
pub use operations::*;
pub use options::*;
#[cfg(any(feature = "driver", feature = "hosted"))]
pub use policy::*;
pub use session::*;
pub use status::*;
#[cfg(feature = "driver")]
pub use transfer::*;
pub use version::*;
#[cfg(feature = "driver")]
pub use want::*;
