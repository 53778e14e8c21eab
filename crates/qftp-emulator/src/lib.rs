//! An emulated Quectel module.
mod client;
mod ftp_side;
mod drives;
pub use client::Client;
pub use ftp_side::*;
pub use drives::*;pub use qftp_core::wire::Storage;
