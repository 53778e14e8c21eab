//! The line between host and module: it loses, doubles, changes and delays bytes at chosen places
//! of the file data of a transfer.
//!
//! It finds the place as an observer can: a command of a transfer passes, then the module's
//! CONNECT, and from there the bytes of the direction are counted.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What is done to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// So many bytes are lost.
    Lose(u64),
    /// So many bytes come twice.
    Double(u64),
    /// One bit is changed.
    Flip,
    /// The rest comes so many milliseconds later.
    Delay(u64),
}

/// A fault of the line, in the first transfer of its direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Harm {
    /// The offset in the data of the transfer.
    pub(crate) at: u64,
    /// What is done there.
    pub(crate) what: What,
}

/// A running line; dropped, it takes no more hosts.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts one to a module at this address.
    pub(crate) fn start(module: SocketAddr, harm: Option<Harm>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let line = Arc::new(Mutex::new(Line { harm, ..Line::default() }));
        let own = over.clone();
        thread::spawn(move || {
            // One host at a time, as on a line.
            for host in listener.incoming().flatten() {
                if own.load(Ordering::SeqCst) {
                    return;
                }
                // A module that is gone is a host's end of the line.
                let _ = TcpStream::connect(module).and_then(|module| carry(&host, &module, &line));
                let _ = host.shutdown(Shutdown::Both);
            }
        });
        Ok(Self { address, over })
    }

    /// What a host gives as its port.
    pub(crate) fn port(&self) -> String {
        format!("tcp://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(self.address);
    }
}

/// Both directions, until one end is closed.
fn carry(host: &TcpStream, module: &TcpStream, line: &Arc<Mutex<Line>>) -> io::Result<()> {
    host.set_nodelay(true)?;
    module.set_nodelay(true)?;
    let (from, to, own) = (host.try_clone()?, module.try_clone()?, line.clone());
    let up = thread::spawn(move || pump(&from, &to, |bytes| Line::of(&own).up(bytes)));
    let down = pump(module, host, |bytes| Line::of(line).down(bytes));
    host.shutdown(Shutdown::Both)?;
    let up = up.join().unwrap_or(Ok(()));
    // What is left of the host's last transfer belongs to no other host.
    Line::of(line).hang_up();
    down.and(up)
}

fn pump(
    mut from: &TcpStream,
    mut to: &TcpStream,
    mut pass: impl FnMut(&[u8]) -> (Vec<u8>, Duration),
) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return to.shutdown(Shutdown::Both);
        }
        let (out, wait) = pass(&buffer[..count]);
        // The fault of this line.
        thread::sleep(wait);
        to.write_all(&out)?;
    }
}

/// What the line knows of the dialogue.
#[derive(Debug, Default)]
struct Line {
    harm: Option<Harm>,
    /// The host's last command line, as far as it came.
    command: Vec<u8>,
    /// The module's last line, as far as it came.
    answer: Vec<u8>,
    data: Data,
    /// Data bytes so far.
    count: u64,
    /// Bytes still to be lost.
    lose: u64,
    /// Transfers of either direction so far.
    transfers: u64,
}

/// Who sends data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Data {
    #[default]
    Nobody,
    Host,
    Module,
}

impl Line {
    fn of(line: &Arc<Mutex<Self>>) -> MutexGuard<'_, Self> {
        line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hang_up(&mut self) {
        self.data = Data::Nobody;
        self.command.clear();
        self.answer.clear();
    }

    /// Bytes from the host.
    fn up(&mut self, bytes: &[u8]) -> (Vec<u8>, Duration) {
        match self.data {
            Data::Host => return self.data(bytes),
            // A host that speaks has had all of its download.
            Data::Module => self.hang_up(),
            Data::Nobody => {}
        }
        for byte in bytes {
            if self.command.ends_with(b"\r") {
                self.command.clear();
            }
            self.command.push(*byte);
        }
        (bytes.to_vec(), Duration::ZERO)
    }

    /// Bytes from the module.
    fn down(&mut self, bytes: &[u8]) -> (Vec<u8>, Duration) {
        if self.data == Data::Module {
            return self.data(bytes);
        }
        for (place, byte) in bytes.iter().enumerate() {
            if self.answer.ends_with(b"\n") {
                self.answer.clear();
            }
            self.answer.push(*byte);
            if self.data == Data::Host && self.answer.starts_with(b"+QFTPPUT:") {
                // The upload is over, whatever came of it.
                self.hang_up();
            } else if self.answer == b"CONNECT\r\n" && self.data == Data::Nobody {
                self.begin();
                if self.data == Data::Module {
                    let (rest, wait) = self.data(&bytes[place + 1..]);
                    return ([&bytes[..=place], &rest].concat(), wait);
                }
            }
        }
        (bytes.to_vec(), Duration::ZERO)
    }

    /// CONNECT has come: data follow, if it answers a transfer.
    fn begin(&mut self) {
        let is = |verb: &[u8]| self.command.windows(verb.len()).any(|found| found == verb);
        self.data = match (is(b"AT+QFTPGET="), is(b"AT+QFTPPUT=")) {
            (true, _) => Data::Module,
            (_, true) => Data::Host,
            _ => return,
        };
        self.count = 0;
        self.transfers += 1;
    }

    /// Bytes of a file, with what the line does to them.
    fn data(&mut self, bytes: &[u8]) -> (Vec<u8>, Duration) {
        let from = self.count;
        self.count += bytes.len() as u64;
        let Some(Harm { at, what }) = self.harm else { return (bytes.to_vec(), Duration::ZERO) };
        if self.lose > 0 {
            let lost = self.lose.min(bytes.len() as u64);
            self.lose -= lost;
            return (bytes[usize::try_from(lost).unwrap_or(0)..].to_vec(), Duration::ZERO);
        }
        let place = at.checked_sub(from).and_then(|place| usize::try_from(place).ok());
        let Some(place) = place.filter(|place| *place < bytes.len() && self.transfers == 1) else {
            return (bytes.to_vec(), Duration::ZERO);
        };
        let (before, after) = bytes.split_at(place);
        let most = |count: u64| usize::try_from(count).unwrap_or(0).min(after.len());
        match what {
            What::Lose(count) => {
                let here = most(count);
                self.lose = count - here as u64;
                ([before, &after[here..]].concat(), Duration::ZERO)
            }
            What::Double(count) => ([before, &after[..most(count)], after].concat(), Duration::ZERO),
            What::Flip => {
                let mut out = bytes.to_vec();
                out[place] ^= 0x10;
                (out, Duration::ZERO)
            }
            What::Delay(millis) => (bytes.to_vec(), Duration::from_millis(millis)),
        }
    }
}
