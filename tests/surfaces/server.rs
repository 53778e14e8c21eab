//! An FTP server whose behaviour is a value: honest, but for what its script says.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How a transfer breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The data connection ends, and the reply is 426.
    Reply,
    /// Both connections end.
    Control,
}

/// How the server differs from an honest one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Script {
    /// SIZE and MDTM are answered by 500.
    pub(crate) no_size: bool,
    /// What SIZE tells is so much more.
    pub(crate) size_plus: u64,
    /// The first RETR or STOR breaks after so many bytes.
    pub(crate) breaks: Option<(u64, Break)>,
    /// The first STOR is answered so late.
    pub(crate) slow_stor: Duration,
    /// RNTO is answered by 553.
    pub(crate) refuse_rename: bool,
}

/// A running server; dropped, it ends.
#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    port: u16,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    /// A file that is made when the first STOR has come: whoever waits for it, may go on.
    stor_came: PathBuf,
    script: Script,
    transfers: AtomicU64,
    over: AtomicBool,
    /// The commands that came, as they came.
    log: Mutex<Vec<Vec<u8>>>,
}

impl Server {
    /// Starts one over a folder.
    pub(crate) fn start(root: &Path, stor_came: &Path, script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            stor_came: stor_came.to_owned(),
            script,
            transfers: AtomicU64::new(0),
            over: AtomicBool::new(false),
            log: Mutex::default(),
        });
        let own = shared.clone();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if own.over.load(Ordering::SeqCst) {
                    return;
                }
                let own = own.clone();
                // An error is the end of a connection.
                thread::spawn(move || Session::new(own, socket).and_then(|mut session| session.serve()));
            }
        });
        Ok(Self { shared, port })
    }

    /// The port at 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The commands that came, as they came.
    pub(crate) fn log(&self) -> Vec<Vec<u8>> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

struct Session {
    shared: Arc<Shared>,
    control: BufReader<TcpStream>,
    passive: Option<TcpListener>,
    folder: Vec<u8>,
    start: u64,
    from: Option<PathBuf>,
}

impl Session {
    fn new(shared: Arc<Shared>, control: TcpStream) -> io::Result<Self> {
        control.set_nodelay(true)?;
        let control = BufReader::new(control);
        Ok(Self { shared, control, passive: None, folder: Vec::new(), start: 0, from: None })
    }

    fn serve(&mut self) -> io::Result<()> {
        self.say("220 ready")?;
        loop {
            let mut line = Vec::new();
            if self.control.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            while line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
                line.pop();
            }
            undouble(&mut line);
            self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
            let verb = String::from_utf8_lossy(&line[..space]).to_uppercase();
            let argument = line.get(space + 1..).unwrap_or_default();
            match self.answer(&verb, argument) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.say("550 not there")?,
                other => other?,
            }
        }
    }

    fn answer(&mut self, verb: &str, argument: &[u8]) -> io::Result<()> {
        let script = self.shared.script;
        let path = self.path(argument);
        match verb {
            "USER" => self.say("331 password, please"),
            "PASS" => self.say("230 welcome"),
            "TYPE" | "NOOP" | "MODE" | "STRU" => self.say("200 as you like"),
            "QUIT" => self.say("221 good-bye"),
            "PWD" => self.say("257 \"/\""),
            "SIZE" | "MDTM" if script.no_size => self.say("500 never heard of it"),
            "SIZE" if path.is_file() => {
                let size = fs::metadata(&path)?.len() + script.size_plus;
                self.say(&format!("213 {size}"))
            }
            "MDTM" => {
                let seconds = fs::metadata(&path)?.mtime();
                self.say(&format!("213 20260101{:06}", seconds % 240_000))
            }
            "CWD" if path.is_dir() => {
                self.folder = argument.to_vec();
                self.say("250 there you are")
            }
            "PASV" => self.passive(),
            "REST" => {
                self.start = String::from_utf8_lossy(argument).parse().unwrap_or(0);
                self.say("350 go on")
            }
            "RETR" => self.send(&path),
            "STOR" => self.receive(&path, false),
            "APPE" => self.receive(&path, true),
            "LIST" | "NLST" | "MLSD" => self.list(),
            "DELE" => fs::remove_file(&path).and_then(|()| self.say("250 gone")),
            "MKD" => fs::create_dir(&path).and_then(|()| self.say("257 made")),
            "RNFR" => {
                fs::metadata(&path)?;
                self.from = Some(path);
                self.say("350 to what?")
            }
            "RNTO" if script.refuse_rename => self.say("553 not over that one"),
            "RNTO" => match self.from.take() {
                Some(from) => fs::rename(from, path).and_then(|()| self.say("250 renamed")),
                None => self.say("503 RNFR first"),
            },
            "SIZE" | "CWD" => self.say("550 not there"),
            _ => self.say("500 never heard of it"),
        }
    }

    fn say(&mut self, reply: &str) -> io::Result<()> {
        self.control.get_mut().write_all(format!("{reply}\r\n").as_bytes())
    }

    /// Names of any bytes, below the root whatever they hold.
    fn path(&self, argument: &[u8]) -> PathBuf {
        let whole = match argument.first() {
            Some(b'/') | None => argument.to_vec(),
            Some(_) => [self.folder.as_slice(), b"/", argument].concat(),
        };
        let mut path = self.shared.root.clone();
        let parts = whole.split(|byte| *byte == b'/');
        for part in parts.filter(|part| !matches!(*part, b"" | b"." | b"..")) {
            path.push(std::ffi::OsStr::from_bytes(part));
        }
        path
    }

    fn passive(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let [high, low] = listener.local_addr()?.port().to_be_bytes();
        self.passive = Some(listener);
        self.say(&format!("227 here (127,0,0,1,{high},{low})"))
    }

    fn accept(&mut self) -> io::Result<TcpStream> {
        let listener = self.passive.take().ok_or(io::ErrorKind::NotConnected)?;
        Ok(listener.accept()?.0)
    }

    /// The script's break, for the first transfer alone.
    fn breaks(&self) -> Option<(u64, Break)> {
        let first = self.shared.transfers.fetch_add(1, Ordering::SeqCst) == 0;
        self.shared.script.breaks.filter(|_| first)
    }

    fn send(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let start = std::mem::take(&mut self.start);
        file.seek(SeekFrom::Start(start))?;
        let breaks = self.breaks();
        self.say("150 it comes")?;
        let mut data = self.accept()?;
        let most = breaks.map_or(u64::MAX, |(after, _)| after);
        io::copy(&mut file.take(most), &mut data)?;
        self.end(&data, breaks.map(|(_, how)| how))
    }

    fn receive(&mut self, path: &Path, append: bool) -> io::Result<()> {
        let first = self.shared.transfers.load(Ordering::SeqCst) == 0;
        let breaks = self.breaks();
        if first {
            File::create(&self.shared.stor_came)?;
            // The fault of this server.
            thread::sleep(self.shared.script.slow_stor);
        }
        let start = std::mem::take(&mut self.start);
        let mut options = OpenOptions::new();
        let mut file = options.create(true).write(true).truncate(start == 0 && !append).open(path)?;
        file.seek(if append { SeekFrom::End(0) } else { SeekFrom::Start(start) })?;
        self.say("150 go on")?;
        let data = self.accept()?;
        let most = breaks.map_or(u64::MAX, |(after, _)| after);
        io::copy(&mut (&data).take(most), &mut file)?;
        self.end(&data, breaks.map(|(_, how)| how))
    }

    fn list(&mut self) -> io::Result<()> {
        self.say("150 it comes")?;
        let mut data = self.accept()?;
        for entry in fs::read_dir(&self.shared.root)?.flatten() {
            data.write_all(&[entry.file_name().as_bytes(), b"\r\n"].concat())?;
        }
        self.end(&data, None)
    }

    fn end(&mut self, data: &TcpStream, breaks: Option<Break>) -> io::Result<()> {
        data.shutdown(Shutdown::Both)?;
        match breaks {
            None => self.say("226 done"),
            Some(Break::Reply) => self.say("426 broken off"),
            Some(Break::Control) => {
                self.control.get_ref().shutdown(Shutdown::Both)?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
        }
    }
}

/// A client doubles 255 on the control connection, which is Telnet's (RFC 959 §3.1).
fn undouble(line: &mut Vec<u8>) {
    let mut is_second = false;
    line.retain(|byte| {
        is_second = *byte == 255 && !is_second;
        *byte != 255 || is_second
    });
}
