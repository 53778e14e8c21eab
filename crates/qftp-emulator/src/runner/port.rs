//! The ports: all of them file descriptors that never block.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::wake::Alarm;

/// The module's end of a line.
pub(super) struct Port {
    kind: Kind,
    /// The host has gone since this was last asked.
    hung_up: bool,
}

enum Kind {
    /// With our own hold on the host's end: a PTY whose last host closes it would fail until the next one comes.
    Pty {
        master: OwnedFd,
        _slave: OwnedFd,
    },
    Tcp {
        listener: TcpListener,
        host: Option<TcpStream>,
    },
    /// `None` once the host's end is gone.
    Stream(Option<UnixStream>),
}

impl Port {
    pub(super) fn pty() -> io::Result<(Self, PathBuf)> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let slave = open(&path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        // A terminal would echo, and translate line ends, until a host sets it up.
        let mut settings = tcgetattr(&slave)?;
        settings.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &settings)?;
        fcntl_setfl(&master, OFlags::NONBLOCK)?;
        Ok((Self::new(Kind::Pty { master, _slave: slave }), path))
    }

    pub(super) fn tcp(listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self::new(Kind::Tcp { listener, host: None }))
    }

    pub(super) fn stream(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self::new(Kind::Stream(Some(stream))))
    }

    fn new(kind: Kind) -> Self {
        Self { kind, hung_up: false }
    }

    /// Reads what is there now.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> usize {
        let outcome = match &mut self.kind {
            Kind::Pty { master, .. } => return rustix::io::read(master, buf).unwrap_or(0),
            Kind::Tcp { listener, host } => {
                if host.is_none() {
                    *host = accept(listener);
                }
                let Some(host) = host else { return 0 };
                host.read(buf)
            }
            Kind::Stream(Some(stream)) => stream.read(buf),
            Kind::Stream(None) => return 0,
        };
        match outcome {
            Ok(count) if count > 0 => count,
            Err(error) if waits(&error) => 0,
            Ok(_) | Err(_) => {
                self.hang_up();
                0
            }
        }
    }

    /// Writes what goes now. With no host there, bytes are lost, as on a wire.
    pub(super) fn write(&mut self, bytes: &[u8]) -> usize {
        let outcome = match &mut self.kind {
            Kind::Pty { master, .. } => return rustix::io::write(master, bytes).unwrap_or(0),
            Kind::Tcp { host: Some(host), .. } => host.write(bytes),
            Kind::Stream(Some(stream)) => stream.write(bytes),
            Kind::Tcp { host: None, .. } | Kind::Stream(None) => return bytes.len(),
        };
        match outcome {
            Ok(count) => count,
            Err(error) if waits(&error) => 0,
            Err(_) => {
                self.hang_up();
                bytes.len()
            }
        }
    }

    /// Whether the host has gone since this was last asked.
    pub(super) fn has_hung_up(&mut self) -> bool {
        std::mem::take(&mut self.hung_up)
    }

    /// Whether no host will ever come again.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.kind, Kind::Stream(None))
    }

    fn hang_up(&mut self) {
        self.hung_up = true;
        match &mut self.kind {
            Kind::Pty { .. } => {}
            Kind::Tcp { host, .. } => *host = None,
            Kind::Stream(stream) => *stream = None,
        }
    }

    /// Sleeps until there is something to read or room to write, as wanted, or the alarm goes off, or time is up.
    pub(super) fn wait(&mut self, alarm: &Alarm, reads: bool, writes: bool, timeout: Option<Duration>) {
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, reads);
        wanted.set(PollFlags::OUT, writes);
        let line: Option<(BorrowedFd<'_>, PollFlags)> = match &self.kind {
            Kind::Pty { master, .. } => Some((master.as_fd(), wanted)),
            Kind::Tcp { host: Some(host), .. } => Some((host.as_fd(), wanted)),
            Kind::Tcp { listener, host: None } => Some((listener.as_fd(), PollFlags::IN)),
            Kind::Stream(stream) => stream.as_ref().map(|stream| (stream.as_fd(), wanted)),
        };
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut fds = vec![PollFd::from_borrowed_fd(alarm.fd(), PollFlags::IN)];
        fds.extend(line.map(|(fd, wanted)| PollFd::from_borrowed_fd(fd, wanted)));
        // Interrupted by a signal is as good as woken.
        let _ = poll(&mut fds, timeout.as_ref());
        let broken = fds.get(1).is_some_and(|fd| fd.revents().intersects(PollFlags::HUP | PollFlags::ERR));
        // While nothing is read, only this tells that the host is gone.
        if broken && !reads && !matches!(self.kind, Kind::Pty { .. }) {
            self.hang_up();
        }
    }
}

fn accept(listener: &TcpListener) -> Option<TcpStream> {
    let (host, _) = listener.accept().ok()?;
    host.set_nonblocking(true).ok()?;
    // Answers are short and awaited; a socket that refuses this is only slower.
    let _ = host.set_nodelay(true);
    Some(host)
}

fn waits(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// The host's end of a module in the process.
#[derive(Debug)]
pub struct HostEnd(UnixStream);

impl HostEnd {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self(stream)
    }

    /// Reads what is there, or waits for it up to `timeout`.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when nothing came; `Ok(0)` is the end: the module has stopped.
    pub fn read_timeout(&mut self, buf: &mut [u8], timeout: Duration) -> io::Result<usize> {
        // Zero would mean for ever.
        self.0.set_read_timeout(Some(timeout.max(Duration::from_millis(1))))?;
        self.0.read(buf).map_err(timed_out)
    }

    /// Writes some of `bytes`, waiting up to `timeout` until the module takes any.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when it took none.
    pub fn write_timeout(&mut self, bytes: &[u8], timeout: Duration) -> io::Result<usize> {
        self.0.set_write_timeout(Some(timeout.max(Duration::from_millis(1))))?;
        self.0.write(bytes).map_err(timed_out)
    }

    /// Writes all of `bytes`, however long the module takes.
    ///
    /// # Errors
    /// When the module has stopped.
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.set_write_timeout(None)?;
        self.0.write_all(bytes)
    }

    /// Another handle on the same end, for a thread that only reads or only writes.
    ///
    /// # Errors
    /// When the system gives no more file descriptors.
    pub fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }
}

fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

/// A symbolic link to a PTY, removed with the value.
pub(super) struct Link {
    link: PathBuf,
    target: PathBuf,
}

impl Link {
    pub(super) fn new(link: &Path, target: &Path) -> io::Result<Self> {
        // A link left behind by a module that was killed is replaced, anything else is somebody's.
        if fs::symlink_metadata(link).is_ok_and(|found| found.is_symlink()) {
            fs::remove_file(link)?;
        }
        symlink(target, link)?;
        Ok(Self { link: link.to_owned(), target: target.to_owned() })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Another module may have taken the name since.
        if fs::read_link(&self.link).is_ok_and(|target| target == self.target) {
            let _ = fs::remove_file(&self.link);
        }
    }
}
