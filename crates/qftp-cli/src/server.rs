//! An FTP server over a folder: libunftp, for `demo` and `serve`.

use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use libunftp::ServerBuilder;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, Principal};
use unftp_sbe_fs::Filesystem;

use crate::exit::Problem;

/// How long the server may take to answer.
const START: Duration = Duration::from_secs(10);

/// Who gets in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    /// Whoever knows this user name and password.
    For(&'static str, &'static str),
    /// Everybody.
    Open,
}

/// Whom the demo's server lets in.
const DEMO: Door = Door::For("demo", "rosebud");

/// A running server. It ends when this is dropped, and its folder goes if it was made for it.
pub(crate) struct Server {
    runtime: Option<Runtime>,
    root: PathBuf,
    address: SocketAddr,
    door: Door,
    temporary: Option<TempDir>,
}

impl Server {
    /// Over a new folder, for one login, on a free port of this machine.
    pub(crate) fn start() -> Result<Self, Problem> {
        let launch = || {
            let folder = TempDir::with_prefix("qftp-demo-")?;
            let mut server = Self::launch(folder.path(), (Ipv4Addr::LOCALHOST, 0).into(), DEMO)?;
            server.temporary = Some(folder);
            Ok(server)
        };
        launch().map_err(|error: io::Error| {
            Problem::failed(format!("the demo's FTP server does not start: {error}"))
        })
    }

    /// Over a folder that is there, at this address; port 0 is a free one.
    pub(crate) fn launch(root: &Path, address: SocketAddr, door: Door) -> io::Result<Self> {
        let address = TcpListener::bind(address)?.local_addr()?;
        // What cannot be served is known before somebody logs in.
        Filesystem::new(root)?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let folder = root.to_owned();
        let storage = move || open(&folder);
        let server = ServerBuilder::with_authenticator(Box::new(storage), Arc::new(door))
            .greeting("qftp")
            .build()
            .map_err(io::Error::other)?;
        runtime.spawn(server.listen(address.to_string()));
        wait_for_greeting(address)?;
        Ok(Self { runtime: Some(runtime), root: root.to_owned(), address, door, temporary: None })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The folder of its files, seen from outside.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file's URL, with what opens the door.
    pub(crate) fn url(&self, name: &str) -> String {
        let account = match self.door {
            Door::For(user, password) => format!("{user}:{password}@"),
            Door::Open => String::new(),
        };
        format!("ftp://{account}{}/{name}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Before its folder goes.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        drop(self.temporary.take());
    }
}

/// The folder could be opened a moment ago; it can only be gone by somebody else's doing.
fn open(root: &Path) -> Filesystem {
    Filesystem::new(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()))
}

/// Asks where the server listens; one that listens everywhere answers here.
fn wait_for_greeting(mut address: SocketAddr) -> io::Result<()> {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let began = Instant::now();
    loop {
        let mut line = String::new();
        let read = TcpStream::connect(address).and_then(|stream| BufReader::new(stream).read_line(&mut line));
        match read {
            Ok(_) if line.starts_with("220") => return Ok(()),
            Ok(_) => return Err(io::Error::other("no greeting")),
            Err(error) if began.elapsed() > START => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[async_trait::async_trait]
impl Authenticator for Door {
    async fn authenticate(
        &self,
        user: &str,
        credentials: &Credentials,
    ) -> Result<Principal, AuthenticationError> {
        let principal = Principal { username: user.to_owned() };
        match *self {
            Self::Open => Ok(principal),
            Self::For(known, _) if user != known => Err(AuthenticationError::BadUser),
            Self::For(_, password) if credentials.password.as_deref() == Some(password) => Ok(principal),
            Self::For(..) => Err(AuthenticationError::BadPassword),
        }
    }
}
