//! The way into a server: connect, TLS, USER and PASS, TYPE.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use qftp_core::codes::FtpCode;
use suppaftp::types::FileType;
use suppaftp::{FtpError, FtpResult, Mode, Status};

use super::failure::{failure, greeting_failure, timed_out};
use super::latin1::{Latin1, text};
use super::lever::Lever;
use super::secure::Connector;
use super::server::Ftp;
use crate::ftp_side::{Connect, DataAddress, Failure, Tls, TlsLibrary};

/// Added to the module's own time-out, which comes first and says what happened.
const GRACE: Duration = Duration::from_secs(5);
/// Longest wait for one address of a server to answer; `AT+QFTPOPEN` itself ends after 125 s.
const DIAL: Duration = Duration::from_secs(60);
/// Longest wait for the server to call back in active mode.
const ACCEPT: Duration = Duration::from_secs(30);

/// A session, and what makes its data connections where it is under TLS.
pub(super) struct WayIn {
    pub(super) session: Ftp,
    pub(super) connector: Option<Connector>,
}

/// A login that failed; `why` is for the log alone.
pub(super) struct Refused {
    pub(super) failure: Failure,
    pub(super) why: Option<String>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, why: None }
    }
}

impl Refused {
    fn tls(why: String) -> Self {
        Self { failure: Failure::local(FtpCode::SSL.get()), why: Some(format!("TLS: {why}")) }
    }
}

/// How long a reply or data may take.
pub(super) fn patience(login: &Connect) -> Duration {
    Duration::from_secs(login.timeout.into()) + GRACE
}

/// Connects and logs in; `data_failed` is set whenever a data connection cannot be made.
pub(super) fn log_in(
    login: &Connect,
    library: TlsLibrary,
    lever: &Lever,
    data_failed: Arc<AtomicBool>,
) -> Result<WayIn, Refused> {
    let wait = patience(login);
    let connector = match &login.tls {
        Some(tls) => Some(Connector::new(tls.clone(), library, lever.clone(), wait).map_err(Refused::tls)?),
        None => None,
    };
    let session = match (&login.tls, &connector) {
        (Some(Tls { implicit: true, .. }), Some(connector)) => implicit(login, connector)?,
        (_, connector) => {
            let plain = plain(login, lever, wait)?;
            match connector {
                Some(connector) => explicit(plain, login, connector)?,
                None => plain,
            }
        }
    };
    let peer = session.get_ref().peer_addr().map_err(|_| Failure::local(608))?;
    let mut session = with_data_road(session, login, peer, wait, data_failed);
    session.set_encoding(Latin1);
    let failure = |error| failure(&error);
    quietly(|| session.login(text(&login.user), text(&login.password))).map_err(failure)?;
    set_type(&mut session, login.ascii).map_err(failure)?;
    Ok(WayIn { session, connector })
}

fn plain(login: &Connect, lever: &Lever, wait: Duration) -> Result<Ftp, Refused> {
    let socket = dial(&login.host, login.port, wait)?;
    lever.hold_control(&socket);
    // Without them a server that goes silent would hold the thread for ever; a socket that refuses them is as good as closed.
    let set = socket.set_read_timeout(Some(wait)).and_then(|()| socket.set_write_timeout(Some(wait)));
    set.and_then(|()| socket.set_nodelay(true)).map_err(|_| Failure::local(605))?;
    Ok(Ftp::connect_with_stream(socket).map_err(|error| greeting_failure(&error))?)
}

#[cfg(feature = "ftps")]
fn explicit(plain: Ftp, login: &Connect, connector: &Connector) -> Result<Ftp, Refused> {
    plain.into_secure(connector.clone(), &login.host).map_err(|error| match error {
        // AUTH, PBSZ or PROT was refused: no TLS, and the server says why.
        FtpError::UnexpectedResponse(response) => Refused {
            failure: Failure { code: FtpCode::SSL, ..Failure::server(super::failure::code(&response.body)) },
            why: Some(format!("TLS: the server said {}", String::from_utf8_lossy(&response.body).trim_end())),
        },
        error => refused(&error, connector),
    })
}

#[cfg(feature = "ftps")]
fn implicit(login: &Connect, connector: &Connector) -> Result<Ftp, Refused> {
    let addresses = resolve(&login.host, login.port)?;
    let connected = Ftp::connect_secure_implicit(&addresses[..], connector.clone(), &login.host);
    let mut session = connected.map_err(|error| refused(&error, connector))?;
    for command in ["PBSZ 0", "PROT P"] {
        session.custom_command(command, &[Status::CommandOk]).map_err(|error| failure(&error))?;
    }
    Ok(session)
}

#[cfg(feature = "ftps")]
fn refused(error: &FtpError, connector: &Connector) -> Refused {
    match (error, connector.why()) {
        (_, Some(why)) => Refused::tls(why),
        (FtpError::ConnectionError(error), None) if timed_out(error) => Failure::local(609).into(),
        (error, None) => greeting_failure(error).into(),
    }
}

#[cfg(not(feature = "ftps"))]
fn explicit(_: Ftp, _: &Connect, connector: &Connector) -> Result<Ftp, Refused> {
    match *connector {}
}

#[cfg(not(feature = "ftps"))]
fn implicit(_: &Connect, connector: &Connector) -> Result<Ftp, Refused> {
    match *connector {}
}

/// How data connections are made: who listens, and at which address.
fn with_data_road(
    session: Ftp,
    login: &Connect,
    peer: SocketAddr,
    wait: Duration,
    failed: Arc<AtomicBool>,
) -> Ftp {
    let choice = login.data_address;
    let dial = move |named: SocketAddr| {
        let control = SocketAddr::new(peer.ip(), named.port());
        let named = if named.ip().is_unspecified() { control } else { named };
        let socket = match choice {
            DataAddress::Server => TcpStream::connect_timeout(&named, wait),
            DataAddress::Control => TcpStream::connect_timeout(&control, wait),
            DataAddress::Both(seconds) => {
                TcpStream::connect_timeout(&control, Duration::from_secs(seconds.into()))
                    .or_else(|_| TcpStream::connect_timeout(&named, wait))
            }
        };
        failed.store(socket.is_err(), Ordering::SeqCst);
        socket.map_err(FtpError::ConnectionError)
    };
    let mut session = session.active_mode(wait.min(ACCEPT)).passive_stream_builder(dial);
    if login.passive {
        session.set_mode(if peer.is_ipv6() { Mode::ExtendedPassive } else { Mode::Passive });
    }
    session
}

/// suppaftp itself says `TYPE A N`, which means the same and which some servers do not know (504).
pub(super) fn set_type(session: &mut Ftp, ascii: bool) -> FtpResult<()> {
    match ascii {
        true => session.custom_command("TYPE A", &[Status::CommandOk]).map(drop),
        false => session.transfer_type(FileType::Binary),
    }
}

fn dial(host: &str, port: u16, wait: Duration) -> Result<TcpStream, Failure> {
    let mut failure = Failure::local(604);
    for address in resolve(host, port)? {
        match TcpStream::connect_timeout(&address, wait.min(DIAL)) {
            Ok(socket) => return Ok(socket),
            Err(error) if timed_out(&error) => failure = Failure::local(609),
            Err(_) => failure = Failure::local(605),
        }
    }
    Err(failure)
}

fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    let found: io::Result<Vec<_>> = (host, port).to_socket_addrs().map(Iterator::collect);
    found.ok().filter(|found| !found.is_empty()).ok_or(Failure::local(604))
}

/// Runs `login` with suppaftp's trace of the lines it sends turned off: one of them is the password.
fn quietly<T>(login: impl FnOnce() -> T) -> T {
    let _silence = Silence::new();
    login()
}

/// Nothing is logged while one of these lives. The level is the process's, so they are counted: a server that keeps one login waiting
/// must not keep those of other modules waiting.
struct Silence;

/// How many there are, and the level from before the first.
static SILENCES: Mutex<(usize, log::LevelFilter)> = Mutex::new((0, log::LevelFilter::Off));

impl Silence {
    fn new() -> Self {
        let mut silences = SILENCES.lock().unwrap_or_else(PoisonError::into_inner);
        if silences.0 == 0 {
            silences.1 = log::max_level();
            log::set_max_level(log::LevelFilter::Off);
        }
        silences.0 += 1;
        Self
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let mut silences = SILENCES.lock().unwrap_or_else(PoisonError::into_inner);
        silences.0 -= 1;
        if silences.0 == 0 {
            log::set_max_level(silences.1);
        }
    }
}
