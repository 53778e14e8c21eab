//! An emulated Quectel LTE module: AT commands on one side, real FTP servers and folders on the other.
//!
//! To a host it is an EC200-class module on a serial port: every FTP command of Quectel's application note in every form,
//! data mode with `+++`, `ATO` and DTR, the module's files, PDP contexts, the boot messages. Behind it are a real FTP client
//! and real folders, so that what a host uploads lies on the server afterwards, or does not.
//!
//! - [`Emulator`] runs a module in a thread: on a PTY, on a TCP port, or in the process.
//! - [`Module`] is the module itself, a sans-IO machine for tests in virtual time; [`MemoryServer`] is its server then.
//! - [`FtpSide`] is what the module wants of FTP; [`Client`] does it on real sockets, [`MemoryFtp`] without any.
//!
//! Section signs (`§2.5`) refer to the application note *EC200x & EC600x & EG912Y FTP(S)*.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use qftp_emulator::{Config, Drives, Emulator, HostEnd, MemoryFtp, MemoryServer};
//!
//! let server = MemoryServer::new();
//! server.add_file("/hello.txt", "Hello!");
//! let module = Emulator::builder(Config::new(Drives::temporary()?)).ftp(MemoryFtp::new(&server));
//! let (_module, mut host) = module.in_process()?;
//!
//! for (command, end) in [
//!     ("ATE0", "OK\r\n"),
//!     ("AT+QICSGP=1,1,\"internet\"", "OK\r\n"),
//!     ("AT+QIACT=1", "OK\r\n"),
//!     ("AT+QFTPOPEN=\"ftp.example\"", "+QFTPOPEN: 0,0\r\n"),
//!     ("AT+QFTPGET=\"hello.txt\",\"COM:\"", "CONNECT\r\nHello!\r\nOK\r\n\r\n+QFTPGET: 0,6\r\n"),
//! ] {
//!     assert!(ask(&mut host, command, end)?, "{command}");
//! }
//!
//! /// Sends a command and reads until the answer ends so.
//! fn ask(host: &mut HostEnd, command: &str, end: &str) -> std::io::Result<bool> {
//!     host.write_all(format!("{command}\r").as_bytes())?;
//!     let mut answer = Vec::new();
//!     let begun = Instant::now();
//!     while !answer.ends_with(end.as_bytes()) && begun.elapsed() < Duration::from_secs(10) {
//!         let mut buf = [0; 256];
//!         let count = host.read_timeout(&mut buf, Duration::from_secs(10))?;
//!         answer.extend_from_slice(&buf[..count]);
//!     }
//!     Ok(answer.ends_with(end.as_bytes()))
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod at;
mod client;
mod config;
mod data_mode;
mod dialogue;
mod drives;
mod escape;
mod family;
mod faults;
mod ftp;
mod ftp_side;
mod memory;
mod mishaps;
mod module;
mod output;
#[cfg(unix)]
mod runner;
mod settings;
mod state;
mod trouble;

pub use client::Client;
pub use config::{CmeForm, Config, DownloadEscape, ErrorForm, Framing, Identity, Pin, Registration, Sim};
pub use drives::{Drives, RAM_SIZE, SD_SIZE, UFS_SIZE};
pub use family::{
    AccessPoint, AfterDataFailure, CommandTable, Definition, EndOfFile, Fact, Family, FamilyError, Field,
    FileTable, FtpRule, FtpTable, IdentityTable, LineTable, Listed, Names, NamesListing, NothingToResume,
    Origin, Password, PdpTable, PrefixCase, Provenance, Quoting, Range, Section, SslRule, SslTable,
    StorageRule, Tables, TextRule, Value,
};
pub use faults::{Fault, FaultError, FaultKind, Takes};
pub use ftp_side::{Connect, DataAddress, Failure, FtpSide, Reply, Request, Tls, TlsLibrary, Waker};
pub use memory::{MemoryFtp, MemoryServer};
pub use module::Module;
pub use qftp_core::wire::{ListKind, SecLevel, Storage};
#[cfg(unix)]
pub use runner::{Builder, Direction, Emulator, HostEnd, Passing};
pub use state::{ModuleState, PowerState};
pub use trouble::{Cure, Event, Happened, Trouble, When};
