//! An emulated Quectel module.
mod at;
mod client;
mod config;
mod data_mode;
mod drives;
mod escape;
mod ftp;
mod ftp_side;
mod memory;
mod module;
mod output;
#[cfg(unix)]
mod runner;
mod settings;

pub use client::Client;
pub use config::{Config, DownloadEscape, Identity, Pin, Registration, Sim};
pub use drives::{Drives, RAM_SIZE, SD_SIZE, UFS_SIZE};
pub use ftp_side::{Connect, DataAddress, Failure, FtpSide, Reply, Request, Waker};
pub use memory::{MemoryFtp, MemoryServer};
pub use module::Module;
pub use qftp_core::wire::{ListKind, Storage};
#[cfg(unix)]
pub use runner::{Builder, Direction, Emulator, HostEnd};
