//! FTP through a Quectel cellular module by AT commands: the protocol itself.
//!
//! This crate has no I/O, no clock, no allocation and no `unsafe`. It is for people who write a driver: firmware on
//! a UART interrupt, a gateway with its own event loop, a binding to another language. Most users on a hosted system want
//! `qftp-transport`, whose `Client` is a driver over this crate.
//!
//! - [`wire`]: bytes to typed commands and answers and back, for both roles (the host and the module).
//! - [`session`]: the host's state machine: set-up, login, transfers, the module's files.
//! - [`driver`]: the loop between a session, a port and a file, without I/O.
//! - [`job`]: a whole file over any number of attempts: resume, recovery, verification.
//! - [`codes`]: every code a module or a server may answer with, its text, its likely cause and its remedy.
//! - [`listing`]: the entries of `LIST`, `NLST` and `MLSD`.
//! - [`limits`]: the numbers of the manual.
//!
//! Section signs (`§2.5`) refer to Quectel's *EC200x & EC600x & EG912Y FTP(S) application note*.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod checksum;
pub mod codes;
mod copy;
mod decimal;
pub mod dialect;
pub mod driver;
pub mod job;
pub mod limits;
pub mod listing;
// For the simulation alone, which is the only one to switch the feature on.
#[cfg(feature = "mutations")]
#[doc(hidden)]
pub mod mutation;
#[cfg(not(feature = "mutations"))]
mod mutation;
mod printable;
mod secret;
pub mod session;
mod time;
pub mod wire;

pub use checksum::Checksum;
pub use printable::Printable;
pub use secret::{Secret, SecretOf};
pub use time::Instant;
