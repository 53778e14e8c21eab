//! A module at a real port: a PTY, a TCP port, or a pipe in the process; each in a thread of its own.

mod log;
mod pace;
mod port;
mod wake;
mod way;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as Clock};

use qftp_core::Instant;

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
use wake::{Alarm, Bell};
use way::Way;

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

/// The thread that joins module, FTP side and port.
struct Worker {
    module: Module,
    /// How it stood before the last sleep.
    state: Arc<Mutex<ModuleState>>,
    ftp: Box<dyn FtpSide>,
    port: Port,
    alarm: Alarm,
    orders: Arc<Orders>,
    log: Option<Log>,
    watch: Option<Watch>,
    note: Option<Listener>,
    epoch: Clock,
    /// From the host, not yet taken by the module. No more is read until it is empty.
    received: Way,
    /// From the module, not yet taken by the port.
    sending: Way,
}

impl Worker {
    fn run(mut self) {
        while self.obey() {
            self.module.handle_timeout(self.now());
            let moved = self.exchange() | self.receive() | self.transmit();
            self.tell();
            if self.port.is_gone() {
                break;
            }
            if !moved {
                self.wait();
            }
        }
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }

    /// Tells whoever watches what passed, and how the module stands.
    fn tell(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        while let Some(passed) = self.module.poll_passed() {
            watch.see(&passed);
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = self.module.state();
    }

    fn now(&self) -> Instant {
        Instant::from_millis(u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Carries out orders; false for the last one.
    fn obey(&mut self) -> bool {
        let orders = std::mem::take(&mut *self.orders.queue.lock().unwrap_or_else(PoisonError::into_inner));
        for order in orders {
            match order {
                Order::Dtr(on) => self.module.set_dtr(self.now(), on),
                Order::PowerCycle => self.module.power_cycle(self.now()),
                Order::Faults(faults) => self.module.set_faults(&faults),
                Order::Stop => return false,
            }
        }
        true
    }

    /// Carries requests and replies until there are none.
    fn exchange(&mut self) -> bool {
        let mut moved = false;
        loop {
            let mut again = false;
            while let Some(request) = self.module.poll_request() {
                self.ftp.request(request);
                again = true;
            }
            while let Some(reply) = self.ftp.poll() {
                self.module.handle_reply(self.now(), reply);
                again = true;
            }
            if !again {
                break;
            }
            moved = true;
        }
        while let Some(note) = self.module.poll_note().or_else(|| self.ftp.poll_note().map(Into::into)) {
            if let Some(tell) = &mut self.note {
                tell(&note);
            }
        }
        moved
    }

    fn receive(&mut self) -> bool {
        let fresh = self.received.is_empty() && self.read_port();
        let now = self.now();
        let arrived = self.received.passed();
        if arrived.is_empty() {
            return fresh;
        }
        let taken = self.module.handle_input(now, arrived);
        let held_up = taken < arrived.len();
        self.received.take(taken);
        if held_up {
            self.received.stop();
        }
        self.exchange() | fresh | (taken > 0)
    }

    /// Reads what there is: a PTY hands out 4 KiB at a time, so often more than one read's worth.
    fn read_port(&mut self) -> bool {
        self.received.fill(|room| self.port.read(room));
        if let Some(log) = &mut self.log {
            log.see(Direction::ToModule, self.received.bytes());
        }
        if self.port.has_hung_up() {
            let now = self.now();
            self.module.set_dtr(now, false);
            self.sending.clear();
        }
        !self.received.is_empty()
    }

    fn transmit(&mut self) -> bool {
        let mut moved = false;
        if self.sending.is_empty() {
            let now = self.now();
            self.sending.fill(|room| self.module.poll_transmit(now, room));
            if let Some(log) = &mut self.log {
                log.see(Direction::FromModule, self.sending.bytes());
            }
            moved = self.exchange();
        }
        loop {
            let due = self.sending.passed();
            if due.is_empty() {
                break;
            }
            let written = self.port.write(due);
            self.sending.take(written);
            if written == 0 {
                self.sending.stop();
                break;
            }
            moved = true;
        }
        moved
    }

    /// Sleeps until the port, the FTP side, an order or the clock has something.
    fn wait(&mut self) {
        let module = self
            .module
            .poll_timeout()
            .map(|due| Duration::from_millis(due.as_millis()).saturating_sub(self.epoch.elapsed()));
        let line = [self.received.wait(), self.sending.wait()];
        let timeout = line.into_iter().chain([module]).flatten().min();
        // Room in the port is of no use to bytes that are not due.
        let writes = !self.sending.is_empty() && self.sending.wait().is_none();
        self.port.wait(&self.alarm, self.received.is_empty(), writes, timeout);
        self.alarm.clear();
    }
}
