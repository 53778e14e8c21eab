//! Bytes to typed commands and answers and back, for both roles.
//!
//! A host emits [`Command`]s and parses [`Line`]s; a module parses commands and emits lines. One definition serves both, and
//! `parse(emit(x)) == x` holds for every value. What no table knows is kept: an unknown line is [`Line::Text`].
//!
//! Splitting a byte stream is done by [`LineReader`] (host) and [`CommandReader`] (module): any split gives the same result.
//!
//! ```
//! use qftp_core::wire::{Command, FtpCommand, FtpOutcome, Line, Text, Verb, Writer};
//! let size = Command::Ftp(FtpCommand::Size(Text::new("log.bin")?));
//! let mut buf = [0; 64];
//! let mut out = Writer::new(&mut buf);
//! size.emit(&mut out);
//! let text = out.finish()?;
//! assert_eq!(text, b"+QFTPSIZE=\"log.bin\"");
//! assert_eq!(Command::parse(text)?, size);
//!
//! let Line::Ftp(result) = Line::parse(b"+QFTPSIZE: 0,1000") else { panic!() };
//! assert_eq!((result.verb, result.outcome), (Verb::QftpSize, FtpOutcome::Number(1000)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod args;
mod command;
mod files;
mod ftp;
mod ftp_config;
mod general;
mod line;
mod pdp;
mod reader;
mod scan;
mod secrets;
mod ssl;
mod text;
mod verb;
mod writer;

pub(crate) use answer::{Answer, NAMES, Outcome, Word, is_names};
pub(crate) use args::Args;
pub use command::{Basic, Command, CommandError, Commands, commands};
pub use files::{FileCommand, FileInfo, OpenMode, Storage, Whence};
pub use ftp::{
    FileName, FtpCommand, FtpError, FtpOutcome, FtpResult, Get, List, ListKind, Local, Part, PathName, Put,
    ServerState,
};
pub use ftp_config::{
    DataAddress, FtpCfg, FtpKey, FtpSetting, SslSpelling, SslType, TransMode, TransferType,
};
pub use general::{Domain, GeneralCommand, GeneralInfo, PinState, UrcPort};
pub use line::{Cme, Info, Line, Urc};
pub use pdp::{PdpAuth, PdpCommand, PdpInfo, PdpSettings, PdpType};
pub(crate) use reader::is_end;
pub use reader::{CommandReader, LineReader, Read};
pub(crate) use scan::find;
pub use secrets::secret_start;
pub use ssl::{SecLevel, SslCfg, SslKey, SslValue, SslVersion};
pub(crate) use text::fault_of;
pub use text::{SecretText, Text, TextFault};
pub use verb::{Value, Verb};
pub use writer::{Full, Writer};

/// Enums that are numbers on the wire.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The value of a number from the wire.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
use numbered;
