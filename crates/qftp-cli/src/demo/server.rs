//! The demo's FTP server: libunftp over a folder, for one login.

use std::io::{self, BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use libunftp::ServerBuilder;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, Principal};
use unftp_sbe_fs::Filesystem;

use crate::exit::Problem;

const USER: &str = "demo";
const PASSWORD: &str = "rosebud";
/// How long the server may take to answer.
const START: Duration = Duration::from_secs(10);

/// A running server. It ends, and its folder goes, when this is dropped.
pub(crate) struct Server {
    runtime: Option<Runtime>,
    folder: TempDir,
    port: u16,
}

impl Server {
    pub(crate) fn start() -> Result<Self, Problem> {
        Self::launch()
            .map_err(|error| Problem::failed(format!("the demo's FTP server does not start: {error}")))
    }

    fn launch() -> io::Result<Self> {
        let folder = TempDir::with_prefix("qftp-demo-")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let root = folder.path().to_owned();
        let storage = move || open(&root);
        let server = ServerBuilder::with_authenticator(Box::new(storage), Arc::new(OneLogin))
            .greeting("qftp demo")
            .build()
            .map_err(io::Error::other)?;
        runtime.spawn(server.listen(format!("127.0.0.1:{port}")));
        wait_for_greeting(port)?;
        Ok(Self { runtime: Some(runtime), folder, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its files, seen from outside.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("ftp://{USER}:{PASSWORD}@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The folder was made a moment ago; it can only be gone by somebody else's doing.
fn open(root: &Path) -> Filesystem {
    Filesystem::new(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()))
}

fn wait_for_greeting(port: u16) -> io::Result<()> {
    let began = Instant::now();
    loop {
        let mut line = String::new();
        let read = TcpStream::connect(("127.0.0.1", port))
            .and_then(|stream| BufReader::new(stream).read_line(&mut line));
        match read {
            Ok(_) if line.starts_with("220") => return Ok(()),
            Ok(_) => return Err(io::Error::other("no greeting")),
            Err(error) if began.elapsed() > START => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Lets one user in.
#[derive(Debug)]
struct OneLogin;

#[async_trait::async_trait]
impl Authenticator for OneLogin {
    async fn authenticate(
        &self,
        user: &str,
        credentials: &Credentials,
    ) -> Result<Principal, AuthenticationError> {
        match credentials.password.as_deref() {
            _ if user != USER => Err(AuthenticationError::BadUser),
            Some(PASSWORD) => Ok(Principal { username: user.to_owned() }),
            _ => Err(AuthenticationError::BadPassword),
        }
    }
}
