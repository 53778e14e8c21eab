//! TLS under FTP: a TLS library behind suppaftp's traits, set as the module's SSL context has it.

#[cfg(feature = "openssl")]
mod openssl;
mod rustls;
mod suites;

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use suppaftp::{FtpError, FtpResult, TlsConnector, TlsStream};

use super::lever::Lever;
use crate::ftp_side::{Tls, TlsLibrary};

/// Longest wait for the server to take what was written before the connection goes away.
const FAREWELL: Duration = Duration::from_secs(2);

/// A TLS library with the settings of one login.
trait Library: Send + Sync {
    /// Shakes hands, and resumes an earlier session where the settings want it. An error is for
    /// the log.
    fn handshake(&self, domain: &str, socket: TcpStream) -> Result<Box<dyn Connection>, String>;
}

/// A connection under TLS.
trait Connection: Read + Write + Send + fmt::Debug {
    fn socket(&self) -> &TcpStream;
    /// Tells the server that no more is written.
    fn say_goodbye(&mut self);
}

/// What all connections of one login share.
#[derive(Clone)]
pub(super) struct Connector(Arc<Shared>);

struct Shared {
    library: Box<dyn Library>,
    settings: Tls,
    lever: Lever,
    /// How long a reply or data may take once the handshake is done.
    wait: Duration,
    /// The control connection is there: what follows are data connections.
    controlled: Mutex<bool>,
    /// Why the last handshake failed.
    why: Mutex<Option<String>>,
}

impl Connector {
    /// Fails where the library cannot do what the SSL context asks for; the error says what.
    pub(super) fn new(
        settings: Tls,
        library: TlsLibrary,
        lever: Lever,
        wait: Duration,
    ) -> Result<Self, String> {
        let library: Box<dyn Library> = match library {
            TlsLibrary::Rustls => Box::new(rustls::Rustls::new(&settings)?),
            #[cfg(feature = "openssl")]
            TlsLibrary::OpenSsl => Box::new(openssl::OpenSsl::new(&settings)?),
        };
        let (controlled, why) = Default::default();
        Ok(Self(Arc::new(Shared { library, settings, lever, wait, controlled, why })))
    }

    /// Why the last handshake failed, once.
    pub(super) fn why(&self) -> Option<String> {
        lock(&self.0.why).take()
    }
}

impl TlsConnector for Connector {
    type Stream = Stream;

    fn connect(&self, domain: &str, socket: TcpStream) -> FtpResult<Stream> {
        let mut controlled = lock(&self.0.controlled);
        let data = *controlled;
        if data {
            self.0.lever.hold_data(&socket);
        } else {
            self.0.lever.hold_control(&socket);
        }
        let patience = match data {
            true => self.0.wait,
            false => Duration::from_secs(self.0.settings.handshake.max(1).into()),
        };
        limit(&socket, patience)?;
        let connection = self.0.library.handshake(domain, socket).map_err(|why| {
            *lock(&self.0.why) = Some(why.clone());
            FtpError::SecureError(why)
        })?;
        limit(connection.socket(), self.0.wait)?;
        *controlled = true;
        Ok(Stream { connection, uploads: false, data })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.0.settings).finish()
    }
}

fn limit(socket: &TcpStream, wait: Duration) -> FtpResult<()> {
    let set = socket.set_read_timeout(Some(wait)).and_then(|()| socket.set_write_timeout(Some(wait)));
    set.and_then(|()| socket.set_nodelay(true)).map_err(FtpError::ConnectionError)
}

/// A connection under TLS; says goodbye when it is dropped, which some servers insist on.
#[derive(Debug)]
pub(super) struct Stream {
    connection: Box<dyn Connection>,
    data: bool,
    /// Something was written to it.
    uploads: bool,
}

impl TlsStream for Stream {
    type InnerStream = Self;

    fn tcp_stream(self) -> FtpResult<TcpStream> {
        self.get_ref().try_clone().map_err(FtpError::ConnectionError)
    }

    fn get_ref(&self) -> &TcpStream {
        self.connection.socket()
    }

    fn mut_ref(&mut self) -> &mut Self {
        self
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.connection.read(buf)
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.uploads = true;
        self.connection.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.connection.flush()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.say_goodbye();
        if self.data && self.uploads {
            self.outlast();
        }
    }
}

impl Stream {
    /// Reads until the server has closed its side.
    ///
    /// A server of TLS 1.3 sends tickets that an upload does not read, and the next data connection
    /// needs one where the server insists on it. Besides, a socket that is closed with bytes unread
    /// resets the connection, and the end of the file may be lost with it.
    fn outlast(&mut self) {
        let socket = self.connection.socket();
        // A connection that is gone has nothing to wait for.
        if socket.shutdown(Shutdown::Write).is_err() || socket.set_read_timeout(Some(FAREWELL)).is_err() {
            return;
        }
        let start = Instant::now();
        let mut rest = [0; 512];
        while start.elapsed() < FAREWELL && matches!(self.connection.read(&mut rest), Ok(1..)) {}
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
