//! One module, one line, one server and one folder, for one case on one surface.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Output};
use std::thread;
use std::time::{Duration, Instant};

use qftp_emulator::{Config, Drives, Emulator, Family, Fault};
use qftp_transport::{AnyPort, OpenError, Settings, open};
use tempfile::TempDir;

use crate::case::Case;
use crate::proxy::Proxy;
use crate::server::Server;

/// Longer than any case may take.
const MOST: Duration = Duration::from_secs(100);

/// The bench.
#[derive(Debug)]
pub(crate) struct Bench {
    proxy: Proxy,
    server: Server,
    _module: Emulator,
    folder: TempDir,
}

impl Bench {
    /// One for this case.
    pub(crate) fn new(case: &Case) -> io::Result<Self> {
        let folder = TempDir::with_prefix("qftp-surface-")?;
        for name in ["there", "here"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let stor_came = folder.path().join("stor-came");
        let server = Server::start(&folder.path().join("there"), &stor_came, case.script)?;
        let mut config = Config::new(Drives::temporary()?);
        Family::load("ec200s").map_err(io::Error::other)?.apply(&mut config);
        if let Some(fault) = &case.fault {
            config.faults.push(Fault::parse(fault).map_err(io::Error::other)?);
        }
        let builder = Emulator::builder(config);
        let builder = match case.rate {
            Some(rate) => builder.line_rate(rate),
            None => builder,
        };
        let module = builder.on_tcp("127.0.0.1:0")?;
        let address = module.address().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { proxy: Proxy::start(address, case.harm)?, server, _module: module, folder })
    }

    /// The module's port.
    pub(crate) fn port(&self) -> String {
        self.proxy.port()
    }

    /// The module's port, open.
    pub(crate) fn open(&self) -> Result<AnyPort, OpenError> {
        open(&self.port(), &Settings::default())
    }

    /// The server's port.
    pub(crate) fn server_port(&self) -> u16 {
        self.server.port()
    }

    /// The commands that the server was given.
    pub(crate) fn server_log(&self) -> Vec<Vec<u8>> {
        self.server.log()
    }

    /// The server's folder.
    pub(crate) fn there(&self) -> PathBuf {
        self.folder.path().join("there")
    }

    /// The host's folder.
    pub(crate) fn here(&self) -> PathBuf {
        self.folder.path().join("here")
    }

    /// Where the program keeps its notes.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Who tells that the server has seen STOR.
    pub(crate) fn stor_came(&self) -> StorCame {
        StorCame(self.folder.path().join("stor-came"))
    }
}

/// Waits for STOR.
#[derive(Debug)]
pub(crate) struct StorCame(PathBuf);

impl StorCame {
    /// The file that is made then.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Until it has come, or it never will.
    pub(crate) fn wait(&self) {
        let began = Instant::now();
        while !self.0.exists() && began.elapsed() < MOST {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Waits for the end of a program; `None` where there is none.
pub(crate) fn end(child: Child) -> Option<Output> {
    let id = child.id();
    let (done, over) = std::sync::mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    if let Ok(output) = over.recv_timeout(MOST) {
        return output.ok();
    }
    // It is a child of ours, and nobody has waited for it.
    let pid = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw)?;
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    None
}
