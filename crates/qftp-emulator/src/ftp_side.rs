//! The module's FTP side: what the machine asks for and what it is told back.
//!
//! The machine opens no sockets. It hands out a [`Request`] at a time and takes a [`Reply`] for it; what stands behind
//! is an [`FtpSide`]: [`Client`](crate::Client) on real sockets, [`MemoryFtp`](crate::MemoryFtp) with no sockets at all.

use std::fmt;
use std::sync::Arc;

use qftp_core::codes::{FtpCode, ReplyCode};
use qftp_core::wire::{ListKind, SecLevel};

/// Called when an [`FtpSide`] has a reply to fetch.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Somebody who speaks FTP for the module.
///
/// Requests are answered in order. [`Request::Abort`] may come at any time and is answered by [`Reply::Aborted`];
/// replies to what was under way may come before it and count for nothing.
pub trait FtpSide: Send {
    /// Takes a request. Must not block: a slow server is the implementor's to wait for.
    fn request(&mut self, request: Request);

    /// The next reply, if there is one by now.
    fn poll(&mut self) -> Option<Reply>;

    /// The next remark for whoever watches the module, such as why a handshake failed: the host only ever sees 631.
    fn poll_note(&mut self) -> Option<String> {
        None
    }

    /// Whom to wake when a reply is there. Implementors that answer within `request` need not care.
    fn set_waker(&mut self, waker: Waker) {
        let _ = waker;
    }
}

/// What the module asks of its FTP side. Paths are the host's bytes: a module does not know the server's character set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Connect and log in. Answered by [`Reply::Done`].
    Connect(Connect),
    /// CWD. [`Reply::Done`].
    ChangeDir(Vec<u8>),
    /// PWD. [`Reply::Text`] with the path.
    WorkingDir,
    /// SIZE. [`Reply::Number`].
    Size(Vec<u8>),
    /// MDTM. [`Reply::Text`] with `YYYYMMDDHHMMSS[.NNN]`.
    ModTime(Vec<u8>),
    /// DELE. [`Reply::Done`].
    Delete(Vec<u8>),
    /// MKD. [`Reply::Done`].
    MakeDir(Vec<u8>),
    /// RMD. [`Reply::Done`].
    RemoveDir(Vec<u8>),
    /// RNFR and RNTO. [`Reply::Done`].
    Rename {
        /// The name now.
        from: Vec<u8>,
        /// The name to be.
        to: Vec<u8>,
    },
    /// Open an upload. [`Reply::Opened`], then [`Request::Data`] as [`Reply::Taken`] gives room, then
    /// [`Request::EndOfData`].
    ///
    /// An offset that is the server's size appends, a smaller one goes over what is there; one beyond the end is
    /// `612` (protocol.md §2.5).
    Store {
        /// The file on the server.
        path: Vec<u8>,
        /// Where the data go.
        offset: u64,
    },
    /// Bytes of the upload. [`Reply::Taken`] once they are on their way.
    Data(Vec<u8>),
    /// The upload is whole. [`Reply::Complete`].
    EndOfData,
    /// Open a download. [`Reply::Opened`], then a [`Reply::Data`] for each [`Request::Read`], then [`Reply::Complete`].
    Retrieve {
        /// The file on the server.
        path: Vec<u8>,
        /// Where to begin; beyond the end of the file is `612`.
        offset: u64,
        /// How many bytes at most.
        limit: Option<u64>,
    },
    /// Open a listing; goes on like [`Request::Retrieve`].
    List {
        /// Which of the three.
        kind: ListKind,
        /// The folder.
        path: Vec<u8>,
    },
    /// Up to so many bytes of the download, please. [`Reply::Data`], or [`Reply::Complete`] at its end.
    Read(usize),
    /// Give up whatever is under way; the session shall be usable again. [`Reply::Aborted`].
    Abort,
    /// QUIT. [`Reply::Done`].
    Quit,
}

/// How to connect and log in.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User name.
    pub user: Vec<u8>,
    /// Password.
    pub password: Vec<u8>,
    /// FTPS rather than plain FTP (`ssltype`); who cannot answers 631.
    pub tls: Option<Tls>,
    /// TYPE A rather than TYPE I.
    pub ascii: bool,
    /// The server listens for data connections (PASV, EPSV) rather than the module.
    pub passive: bool,
    /// To which address passive data connections go.
    pub data_address: DataAddress,
    /// How long to wait for a reply or for data (`rsptimeout`), in seconds.
    pub timeout: u32,
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("account", &"***")
            .field("tls", &self.tls)
            .field("ascii", &self.ascii)
            .field("passive", &self.passive)
            .field("data_address", &self.data_address)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// FTPS as the module's SSL context has it (`AT+QSSLCFG`, companion.md §3), files already read.
#[derive(Clone, PartialEq, Eq)]
pub struct Tls {
    /// TLS from the first byte on (`ssltype` 1) rather than after AUTH TLS (`ssltype` 2).
    pub implicit: bool,
    /// `sslversion`: 0 SSL 3.0, 1 TLS 1.0, 2 TLS 1.1, 3 TLS 1.2, 4 all.
    pub version: u32,
    /// `ciphersuite`: 0xFFFF for all.
    pub suite: u16,
    /// `seclevel`.
    pub level: SecLevel,
    /// What `cacert` names: the only certificates that are trusted.
    pub ca: Option<Vec<u8>>,
    /// What `clientcert` names.
    pub certificate: Option<Vec<u8>>,
    /// What `clientkey` names.
    pub key: Option<Vec<u8>>,
    /// Its password.
    pub key_password: Option<Vec<u8>>,
    /// `ignorelocaltime`: whether certificates may be expired or not valid yet.
    pub ignores_dates: bool,
    /// `checkhost`: whether the certificate has to be the host's.
    pub checks_host: bool,
    /// `sni`: whether the handshake names the host.
    pub sni: bool,
    /// `session_cache`: whether data connections resume the control connection's session.
    pub resumes: bool,
    /// `negotiatetime`: how long the handshake may take, in seconds.
    pub handshake: u32,
}

/// Which library speaks TLS for the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsLibrary {
    /// TLS 1.2 and 1.3 and their suites with an authenticated cipher; no keys with a password.
    /// Cargo feature `ftps`.
    Rustls,
    /// TLS 1.0 to 1.3 and every suite that the OpenSSL has. Cargo feature `openssl`.
    #[cfg(feature = "openssl")]
    OpenSsl,
}

/// The one that speaks most.
impl Default for TlsLibrary {
    fn default() -> Self {
        #[cfg(feature = "openssl")]
        return Self::OpenSsl;
        #[cfg(not(feature = "openssl"))]
        Self::Rustls
    }
}

impl TlsLibrary {
    /// Those in this build.
    pub const ALL: &[Self] = &[
        Self::Rustls,
        #[cfg(feature = "openssl")]
        Self::OpenSsl,
    ];

    /// The library of this name.
    ///
    /// # Errors
    /// When this build does not have it; the text says so, and which it has.
    pub fn parse(name: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|library| library.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|library| library.name()).collect();
            format!("not a TLS library of this build, which has: {}", names.join(", "))
        })
    }

    /// As the command line has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rustls => "rustls",
            #[cfg(feature = "openssl")]
            Self::OpenSsl => "openssl",
        }
    }
}

/// Without keys and passwords.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("implicit", &self.implicit)
            .field("version", &self.version)
            .field("suite", &self.suite)
            .field("level", &self.level)
            .field("ignores_dates", &self.ignores_dates)
            .field("checks_host", &self.checks_host)
            .field("sni", &self.sni)
            .field("resumes", &self.resumes)
            .finish_non_exhaustive()
    }
}

/// Where a passive data connection goes (`data_address`, §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataAddress {
    /// The address in the server's reply.
    Server,
    /// The control connection's.
    Control,
    /// The control connection's; after so many seconds without success the server's.
    Both(u32),
}

/// What the FTP side tells the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The command succeeded.
    Done,
    /// It succeeded with a number.
    Number(u64),
    /// It succeeded with a text.
    Text(Vec<u8>),
    /// The data connection is open.
    Opened,
    /// Bytes of a download, never more than asked for.
    Data(Vec<u8>),
    /// So many bytes of the upload have left.
    Taken(usize),
    /// The transfer is complete and the server said so.
    Complete,
    /// The command or the transfer failed.
    Failed(Failure),
    /// The abort is done.
    Aborted,
}

/// Why something failed: both numbers of a URC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// `<err>` (§3).
    pub code: FtpCode,
    /// `<protocol_error>` (§4): the server's reply, or 0.
    pub reply: ReplyCode,
}

impl Failure {
    /// A failure of the module's own, with no reply of the server behind it.
    #[must_use]
    pub const fn local(code: u16) -> Self {
        Self { code: FtpCode::new(code), reply: ReplyCode::NONE }
    }

    /// The server refused with this reply; `<err>` follows the ruling of §4.
    #[must_use]
    pub fn server(reply: u16) -> Self {
        let reply = ReplyCode::new(reply);
        Self { code: FtpCode::from_reply(reply), reply }
    }
}
