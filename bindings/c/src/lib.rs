//! libqftp for C: the sans-IO session of `qftp-core`, call for call, and, with the feature `hosted`, the blocking client of `qftp-transport`.
//!
//! What a C program sees is `include/qftp.h`, which is made from these files. Conventions of all functions:
//!
//! - A status of 0 is success, negative ones are errors; where one is returned, outputs are untouched.
//! - Pointers may be NULL where the function says so; elsewhere NULL is `QFTP_ERR_NULL`, not a crash.
//! - Texts are NUL-terminated UTF-8. The library keeps no pointer after a call, and frees no memory of the caller's.
//! - `const qftp_session *` may be used by several threads at once, others by one at a time. Different sessions are independent.
//! - No function of the session allocates, blocks, calls back or knows the time: all may be called from an interrupt, as long as no other
//!   call on the same session is under way.
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
