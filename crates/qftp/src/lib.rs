//! Files over FTP and FTPS through a Quectel cellular module, by its AT commands, exact for every byte.
//!
//! A [`Client`] stands on a port: [`open`] makes one from an address. [`Client::setup`] brings the module in order, [`Client::open`] logs
//! in, and every operation of FTP is a method. Whole files go by [`Client::fetch`] and [`Client::send_file`], which bring a lost session
//! back and go on where it stopped, as a [`Policy`] says. With the feature `tokio` there is `AsyncClient` with the same methods.
//!
//! ```
//! # #[cfg(feature = "emulator")] {
//! use qftp::emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};
//! use qftp::{Apn, Client, GetOptions, Login, Put, Settings, Setup, open};
//!
//! // A module without hardware; a real one is at a path such as "/dev/ttyUSB2".
//! let module = Emulator::builder(Config::new(Drives::temporary()?));
//! let module = module.ftp(MemoryFtp::new(&MemoryServer::new())).on_pty(None)?;
//! let port = module.path().expect("a pseudo-terminal").display().to_string();
//!
//! let mut client = Client::new(open(&port, &Settings::default())?);
//! client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() })?;
//! client.open(&Login::new("ftp.example.org"))?;
//! client.put("words", &b"\r\nOK\r\n"[..], &Put::whole(6))?;
//! let mut back = Vec::new();
//! client.get("words", &mut back, &GetOptions::default())?;
//! assert_eq!(back, b"\r\nOK\r\n");
//! client.close()?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! - Ports: [`open`], [`AnyPort`], [`TcpPort`], [`Rfc2217Port`], [`Pipe`] and, with the feature `serial`, `SerialPort`; your own is a [`Port`].
//! - What a set-up, a login and a transfer are told: [`Setup`], [`Apn`], [`Login`], [`Tls`], [`GetOptions`], [`Put`], [`Policy`], [`Via`].
//! - What goes wrong: [`Error`], and in it a [`Failure`] with both codes, its likely cause and its remedy.
//! - Local files that get their names when they are whole: [`LocalTarget`], [`LocalSource`]; on the server: [`AtomicUpload`].
//! - Recordings of all that passes the port: [`Client::record`], [`recording`].
//! - [`listing`]: the entries of listings. [`codes`]: every code in words.
//! - [`protocol`]: the protocol without I/O, for a loop of your own. `emulator`, behind its feature: the module's side.

#[doc(inline)]
pub use qftp_core as protocol;
#[doc(inline)]
pub use qftp_core::job::{Policy, RecoveryLevel, Trouble};
#[doc(inline)]
pub use qftp_core::session::{
    Apn, Cause, ClientCertificate, Config, Failure, GetOptions, Kind as FailureKind, LineFault, Login,
    Misuse, PutOptions, SessionState, Setup, Tls, TlsGaps, Via,
};
#[doc(inline)]
pub use qftp_core::wire::{
    Command, DataAddress, ListKind, OpenMode, PdpAuth, PdpType, ServerState, SslVersion, Storage, TransMode,
    TransferType, UrcPort,
};
#[doc(inline)]
pub use qftp_core::{Secret, codes, listing};
#[cfg(feature = "emulator")]
#[doc(inline)]
pub use qftp_emulator as emulator;
#[cfg(feature = "embedded-io-async")]
#[doc(inline)]
pub use qftp_transport::EmbeddedAsyncPort;
#[cfg(feature = "embedded-io")]
#[doc(inline)]
pub use qftp_transport::EmbeddedPort;
#[cfg(feature = "serial")]
#[doc(inline)]
pub use qftp_transport::SerialPort;
#[doc(inline)]
pub use qftp_transport::{
    Address, AnyPort, AtomicUpload, Attention, Begin, Cancel, Certificates, Check, Client, ClientFiles,
    Error, Examination, Finding, Flow, Kept, Kind as TapKind, LocalSource, LocalTarget, ModuleFile,
    OpenError, OpenErrorKind, Operation, Origin, Pem, Pipe, Port, Progress, Put, Recorder, Report,
    Rfc2217Port, Settings, Tap, Target, TcpPort, Verdict, Version, Was, Way, is_partial, open, open_again,
    pipe, recording, rfc2217,
};
#[cfg(feature = "tokio")]
#[doc(inline)]
pub use qftp_transport::{AnyAsyncPort, AsyncClient, AsyncPort, AsyncRfc2217Port, AsyncWay, open_async};
