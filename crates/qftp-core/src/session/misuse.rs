//! What a caller cannot ask for.

use core::fmt;

use crate::decimal::Decimal;
use crate::wire::{TextFault, fault_of};

/// The caller asked for something that cannot be done; nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// An operation is under way; one at a time.
    Busy,
    /// [`Session::setup`](super::Session::setup) comes first, also after a restart of the module.
    NotSetUp,
    /// The last failure left the FTP session in doubt: [`Session::open`](super::Session::open) again, so that no late answer is taken for
    /// another's.
    ReopenFirst,
    /// Nothing is under way that could be aborted.
    NothingToAbort,
    /// A string cannot be a parameter.
    Name(Field, TextFault),
    /// A number is out of its range.
    Range(Field),
    /// The start position lies beyond the end of the file.
    StartBeyondEnd {
        /// The asked-for position.
        start: u64,
        /// The size of the file.
        size: u64,
    },
    /// The road does not go with the other options: staged transfers move whole files and know their length.
    Road,
    /// The library was built without what this needs: see the features of the crate.
    LeftOut,
    /// FTPS with active data connections, which modules do not have (§2.1).
    ActiveFtps,
    /// A client's certificate without the server's being checked: modules know both or neither (`seclevel` 2).
    ClientCertificateAlone,
}

/// A parameter of an operation, for errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// A file or folder on the server.
    Name,
    /// A path of the server's.
    Path,
    /// A file of the module.
    ModuleFile,
    /// The server.
    Host,
    /// A user name.
    User,
    /// A password.
    Password,
    /// The access point name.
    Apn,
    /// The PDP context.
    Context,
    /// The port number.
    Port,
    /// The SSL context.
    SslContext,
    /// The password of the client's key.
    KeyPassword,
    /// The response time-out.
    RspTimeout,
    /// The guard time of `+++`.
    Guard,
    /// File bytes that are handed out at once.
    InFlight,
    /// The silence before the end of broken data is believed.
    Quiet,
    /// The silence before the end of data of unknown length is believed.
    Settle,
    /// A length in bytes.
    Length,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "the name on the server",
            Self::Path => "the server's path",
            Self::ModuleFile => "the name of the module's file",
            Self::Host => "the server's name",
            Self::User => "the user name",
            Self::Password => "the password",
            Self::Apn => "the access point name",
            Self::Context => "the PDP context (1 to 15)",
            Self::Port => "the port (1 to 65535)",
            Self::SslContext => "the SSL context (0 to 5)",
            Self::KeyPassword => "the password of the client's key",
            Self::RspTimeout => "the response time-out (20 to 180 seconds)",
            Self::Guard => "the guard time (200 to 5000 milliseconds)",
            Self::InFlight => "the number of bytes in flight (1 or more)",
            Self::Quiet => "the silence after broken data (at most 60000 milliseconds)",
            Self::Settle => "the silence after a listing (at most 60000 milliseconds)",
            Self::Length => "the length (at most 4294967295 bytes into a file of the module)",
        })
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("an operation is under way; wait for its end or abort it"),
            Self::NotSetUp => f.write_str("the module is not set up; call setup first"),
            Self::ReopenFirst => {
                f.write_str("the last failure left the FTP session in doubt; open it again first")
            }
            Self::NothingToAbort => f.write_str("nothing is under way"),
            Self::Name(field, fault) => write!(f, "{field} cannot be sent: {fault}"),
            Self::Range(field) => write!(f, "{field} is out of its range"),
            Self::StartBeyondEnd { start, size } => {
                write!(
                    f,
                    "the start position {} lies beyond the end of the file, which has {} bytes",
                    Decimal(*start),
                    Decimal(*size)
                )
            }
            Self::LeftOut => f.write_str("the library was built without this"),
            Self::Road => f.write_str("a staged transfer moves a whole file, from its start to its end"),
            Self::ActiveFtps => f.write_str("FTPS works with passive data connections only"),
            Self::ClientCertificateAlone => f.write_str(
                "a client's certificate goes with a CA certificate that the server is checked against",
            ),
        }
    }
}

impl core::error::Error for Misuse {}

/// Whether a text can be a parameter of at most `max` bytes.
pub(crate) fn check(text: &[u8], max: usize, field: Field) -> Result<(), Misuse> {
    fault_of(text, max).map_or(Ok(()), |fault| Err(Misuse::Name(field, fault)))
}
