//! A module at a real port: a PTY, a TCP port, or a pipe in the process; each in a thread of its own.

mod log;
mod pace;
mod port;
mod wake;
mod way;
mod worker;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant as Clock;

pub use log::{Direction, Passing};
pub use port::HostEnd;

use crate::client::Client;
use crate::config::Config;
use crate::faults::Fault;
use crate::ftp_side::FtpSide;
use crate::module::Module;
use crate::state::ModuleState;
use log::{Log, Tap, Watch};
use port::{Link, Port};
use wake::Bell;
use way::Way;
use worker::Worker;

type Listener = Box<dyn FnMut(&str) + Send>;

/// How to start an [`Emulator`].
pub struct Builder {
    config: Config,
    ftp: Option<Box<dyn FtpSide>>,
    log: Option<Tap>,
    watch: Option<Watch>,
    note: Option<Listener>,
    rate: Option<u32>,
}

/// A running module. It stops when this is dropped.
///
/// ```
/// use std::time::Duration;
/// use qftp_emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};
///
/// let server = MemoryServer::new();
/// let builder = Emulator::builder(Config::new(Drives::temporary()?)).ftp(MemoryFtp::new(&server));
/// let (emulator, mut host) = builder.in_process()?;
/// host.write_all(b"AT\r")?;
/// let mut answer = Vec::new();
/// while answer.len() < 9 {
///     let mut buf = [0; 64];
///     let count = host.read_timeout(&mut buf, Duration::from_secs(5))?;
///     answer.extend_from_slice(&buf[..count]);
/// }
/// assert_eq!(answer, b"AT\r\r\nOK\r\n");
/// emulator.stop();
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Emulator {
    orders: Arc<Orders>,
    state: Arc<Mutex<ModuleState>>,
    thread: Option<JoinHandle<()>>,
    place: Place,
}

enum Place {
    Pty(PathBuf),
    Tcp(SocketAddr),
    InProcess,
}

/// What others want of the thread.
struct Orders {
    queue: Mutex<Vec<Order>>,
    bell: Bell,
}

enum Order {
    Dtr(bool),
    PowerCycle,
    Faults(Vec<Fault>),
    Stop,
}

impl Builder {
    /// Puts something else than a [`Client`] on real sockets behind the module.
    #[must_use]
    pub fn ftp(mut self, ftp: impl FtpSide + 'static) -> Self {
        self.ftp = Some(Box::new(ftp));
        self
    }

    /// Shows the dialogue to `log`, whole lines where there are lines. Account passwords and PINs are `***`.
    #[must_use]
    pub fn log(mut self, log: impl FnMut(Direction, &[u8]) + Send + 'static) -> Self {
        self.log = Some(Box::new(log));
        self
    }

    /// Shows the dialogue to `watch` as it is dealt with: lines as wholes, secrets masked, and of files how many bytes pass.
    #[must_use]
    pub fn watch(mut self, watch: impl FnMut(Direction, Passing<'_>) + Send + 'static) -> Self {
        self.watch = Some(Watch::new(Box::new(watch)));
        self
    }

    /// Tells `note` what the host is not told: which check of a handshake failed, what this build does not have.
    #[must_use]
    pub fn notes(mut self, note: impl FnMut(&str) + Send + 'static) -> Self {
        self.note = Some(Box::new(note));
        self
    }

    /// Gives the line a speed, in bits a second: bytes leave, and are taken, no faster than ten bits a byte (8N1) allow.
    /// Without it the line is as fast as it can. No more than a tenth of a second waits in the module for such a line, 1 KiB at least.
    #[must_use]
    pub fn line_rate(mut self, rate: u32) -> Self {
        let tenth = usize::try_from(rate / 100).unwrap_or(usize::MAX);
        self.config.framing.buffer = self.config.framing.buffer.min(tenth.max(1 << 10));
        self.rate = Some(rate);
        self
    }

    /// Starts on a new PTY; `link` becomes a symbolic link to it until the module stops.
    ///
    /// # Errors
    /// When there is no PTY to be had, or `link` is something else than an old link.
    pub fn on_pty(self, link: Option<&Path>) -> io::Result<Emulator> {
        let (port, path) = Port::pty()?;
        let link = link.map(|link| Link::new(link, &path)).transpose()?;
        self.start(port, link, Place::Pty(path))
    }

    /// Starts on a TCP port, for one host at a time; a host that hangs up has dropped DTR.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn on_tcp(self, address: impl ToSocketAddrs) -> io::Result<Emulator> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        self.start(Port::tcp(listener)?, None, Place::Tcp(address))
    }

    /// Starts with its port in the process: the other end is the host's.
    ///
    /// # Errors
    /// When the system gives no pipe or no thread.
    pub fn in_process(self) -> io::Result<(Emulator, HostEnd)> {
        let (ours, host) = UnixStream::pair()?;
        let emulator = self.start(Port::stream(ours)?, None, Place::InProcess)?;
        Ok((emulator, HostEnd::new(host)))
    }

    fn start(self, port: Port, link: Option<Link>, place: Place) -> io::Result<Emulator> {
        let (bell, alarm) = wake::pair()?;
        let mut ftp = match self.ftp {
            Some(ftp) => ftp,
            None => Box::new(Client::new()?),
        };
        let ring = bell.clone();
        ftp.set_waker(Arc::new(move || ring.ring()));
        let orders = Arc::new(Orders { queue: Mutex::default(), bell });
        let mut module = Module::new(self.config);
        if self.watch.is_some() {
            module.watch();
        }
        let state = Arc::new(Mutex::new(module.state()));
        let worker = Worker {
            module,
            state: state.clone(),
            ftp,
            port,
            alarm,
            orders: orders.clone(),
            log: self.log.map(Log::new),
            watch: self.watch,
            note: self.note,
            epoch: Clock::now(),
            received: Way::new(self.rate),
            sending: Way::new(self.rate),
        };
        let thread = thread::Builder::new().name("qftp-module".into()).spawn(move || {
            worker.run();
            drop(link);
        })?;
        Ok(Emulator { orders, state, thread: Some(thread), place })
    }
}

impl Emulator {
    /// A module as `config` describes it, with an FTP client on real sockets.
    #[must_use]
    pub fn builder(config: Config) -> Builder {
        Builder { config, ftp: None, log: None, watch: None, note: None, rate: None }
    }

    /// The PTY's path, on a PTY.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Pty(path) => Some(path),
            _ => None,
        }
    }

    /// The address it listens on, on TCP.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self.place {
            Place::Tcp(address) => Some(address),
            _ => None,
        }
    }

    /// Sets the host's DTR line, which none of these ports has.
    pub fn set_dtr(&self, on: bool) {
        self.order(Order::Dtr(on));
    }

    /// Switches the power off and on again.
    pub fn power_cycle(&self) {
        self.order(Order::PowerCycle);
    }

    /// Changes what goes wrong from now on; see [`Module::set_faults`].
    ///
    /// ```
    /// use qftp_emulator::{Config, Drives, Emulator, Fault};
    /// let (emulator, _host) = Emulator::builder(Config::new(Drives::temporary()?)).in_process()?;
    /// emulator.set_faults(&[Fault::parse("reboot=5s")?]);
    /// emulator.set_faults(&[]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_faults(&self, faults: &[Fault]) {
        self.order(Order::Faults(faults.to_vec()));
    }

    /// How the module stood when something passed last; for one that is watched ([`Builder::watch`]).
    #[must_use]
    pub fn state(&self) -> ModuleState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the module still runs: in the process it ends when the host's end is dropped.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Stops, and waits until the port is free.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.order(Order::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; there is nothing to add here.
            let _ = thread.join();
        }
    }

    fn order(&self, order: Order) {
        self.orders.queue.lock().unwrap_or_else(PoisonError::into_inner).push(order);
        self.orders.bell.ring();
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Place::Pty(path) => path.display().to_string(),
            Place::Tcp(address) => address.to_string(),
            Place::InProcess => "in process".into(),
        };
        f.debug_struct("Emulator").field("place", &place).field("running", &self.is_running()).finish()
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("config", &self.config).finish_non_exhaustive()
    }
}
