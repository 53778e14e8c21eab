//! The border to C, as libqftp and libqftp_emulator both have it: statuses, texts, handles, and a guard against panics.
//!
//! It exports no function: what C calls is in the two libraries.
#![cfg_attr(not(feature = "hosted"), no_std)]

#[cfg(feature = "hosted")]
extern crate std;

pub mod guard;
#[cfg(feature = "hosted")]
pub mod handles;
pub mod status;
pub mod text;
