//! Where a recorded module is to be found: a pseudo-terminal or a TCP port.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// A port with a host at its other end.
pub(super) struct Line {
    out: Box<dyn Write>,
    /// What comes from the host; it ends when the host hangs up.
    pub(super) input: Receiver<Vec<u8>>,
    /// Kept while the port is needed.
    _link: Option<Link>,
    _end: Option<OwnedFd>,
}

/// A symbolic link that goes with its port.
struct Link(PathBuf);

impl Drop for Link {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Line {
    /// A new pseudo-terminal, with a link to it where one is wanted; and its name.
    pub(super) fn pty(link: Option<&Path>) -> io::Result<(Self, String)> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = ptsname(&master, Vec::new())?.to_string_lossy().into_owned();
        // One end stays open here, so that hosts may come and go; raw, so that nothing is echoed before one comes.
        let end = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;
        let mut settings = tcgetattr(&end)?;
        settings.make_raw();
        tcsetattr(&end, OptionalActions::Now, &settings)?;
        let link = link.map(|link| make(link, &path)).transpose()?;
        let name = link.as_ref().map_or(path, |link| link.0.display().to_string());
        let file = File::from(master);
        let line =
            Self { input: listen(file.try_clone()?), out: Box::new(file), _link: link, _end: Some(end) };
        Ok((line, name))
    }

    /// Waits for a host on a TCP port; `ready` is told the address.
    pub(super) fn tcp(address: &str, ready: impl FnOnce(&str)) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        ready(&format!("tcp://{}", listener.local_addr()?));
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        Ok(Self { input: listen(stream.try_clone()?), out: Box::new(stream), _link: None, _end: None })
    }

    pub(super) fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}

/// A link takes the place of an old link, and of nothing else.
fn make(link: &Path, path: &str) -> io::Result<Link> {
    if fs::symlink_metadata(link).is_ok_and(|old| old.is_symlink()) {
        fs::remove_file(link)?;
    }
    symlink(path, link)?;
    Ok(Link(link.to_owned()))
}

/// What comes, from a thread of its own: a read of a terminal cannot be given up.
fn listen(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buf = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buf) {
            if sender.send(buf.get(..count).unwrap_or_default().to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}
