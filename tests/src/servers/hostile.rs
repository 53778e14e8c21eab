//! A server that misbehaves where a script says so, and is a small honest one everywhere else.
//!
//! It has one file, `file`; uploads are counted and forgotten.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The file that it has.
pub const FILE: &[u8] = &[b'x'; 1000];
/// The most that [`Answer::Flood`] sends.
pub const FLOOD: u64 = 64 << 20;

/// What a command is answered in place of the honest reply.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These bytes.
    Say(&'static str),
    /// These bytes, then the connection is closed.
    SayAndClose(&'static str),
    /// Nothing, ever.
    Silence,
    /// These bytes again and again, until the other side has enough or [`FLOOD`] bytes have gone; then the end of it.
    Flood(&'static str, &'static str),
}

/// What becomes of data connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// Data pass and the connection is closed.
    #[default]
    Honest,
    /// Half the file, then everything is closed.
    Cut,
    /// Half the file and 226: the server believes that it is all.
    Half,
    /// Half the file, then nothing more.
    Stall,
    /// The whole file, and the connection stays open.
    NeverClosed,
    /// 150, and nobody takes the connection.
    NeverAccepted,
}

/// How a server differs from an honest one.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Verbs and their answers; the verb of the greeting is empty.
    pub answers: Vec<(&'static str, Answer)>,
    /// Data connections.
    pub data: Data,
    /// Listings are so many lines like this, each with its number in place of `#`.
    pub listing: Option<(u64, &'static [u8])>,
    /// What it says before data pass, in place of 150.
    pub opening: Option<&'static str>,
    /// Lines end with LF alone.
    pub bare_lf: bool,
    /// The address in the reply to PASV, in place of where it listens.
    pub announced: Option<Ipv4Addr>,
    /// Where it listens for data connections, in place of 127.0.0.1.
    pub listens: Option<Ipv4Addr>,
}

impl Script {
    /// This command is answered so.
    #[must_use]
    pub fn answer(verb: &'static str, answer: Answer) -> Self {
        Self { answers: vec![(verb, answer)], ..Self::default() }
    }
}

/// A running server; dropped, it closes all its connections.
#[derive(Debug)]
pub struct Hostile {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    script: Script,
    over: AtomicBool,
    flooded: AtomicU64,
    sockets: Mutex<Vec<TcpStream>>,
}

impl Hostile {
    /// Starts one.
    ///
    /// # Panics
    /// Where the system gives no socket.
    #[must_use]
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let shared = Arc::new(Shared {
            script,
            over: AtomicBool::new(false),
            flooded: AtomicU64::new(0),
            sockets: Mutex::default(),
        });
        let own = shared.clone();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if own.over.load(Ordering::SeqCst) {
                    return;
                }
                let own = own.clone();
                // An error is the end of a connection: the other side's, or ours.
                thread::spawn(move || own.keep(socket).and_then(|socket| Session::new(own, socket)?.serve()));
            }
        });
        Self { port, shared }
    }

    /// The port it listens on, at 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Bytes that the other side took of a flood.
    #[must_use]
    pub fn flooded(&self) -> u64 {
        self.shared.flooded.load(Ordering::SeqCst)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        for socket in self.shared.sockets().drain(..) {
            // Most are closed by now.
            let _ = socket.shutdown(Shutdown::Both);
        }
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn sockets(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, socket: TcpStream) -> io::Result<TcpStream> {
        self.sockets().push(socket.try_clone()?);
        Ok(socket)
    }

    /// Holds a connection until the server is dropped.
    fn hang(&self) {
        while !self.over.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

struct Session {
    shared: Arc<Shared>,
    control: BufReader<TcpStream>,
    listener: Option<TcpListener>,
}

impl Session {
    fn new(shared: Arc<Shared>, control: TcpStream) -> io::Result<Self> {
        control.set_nodelay(true)?;
        Ok(Self { shared, control: BufReader::new(control), listener: None })
    }

    fn serve(mut self) -> io::Result<()> {
        if self.scripted("")? {
            self.say("220 ready")?;
        }
        loop {
            let mut line = String::new();
            if self.control.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let (verb, argument) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
            if self.scripted(verb)? {
                self.honest(verb, argument)?;
            }
        }
    }

    /// Follows the script; `true` where it says nothing of this verb.
    fn scripted(&mut self, verb: &str) -> io::Result<bool> {
        let answers = &self.shared.script.answers;
        let Some((_, answer)) = answers.iter().find(|(scripted, _)| *scripted == verb) else {
            return Ok(true);
        };
        match answer.clone() {
            Answer::Say(text) => self.control.get_mut().write_all(text.as_bytes())?,
            Answer::SayAndClose(text) => {
                self.control.get_mut().write_all(text.as_bytes())?;
                return self.close();
            }
            Answer::Silence => self.shared.hang(),
            Answer::Flood(again, end) => {
                let block = again.repeat(4096 / again.len());
                while self.shared.flooded.load(Ordering::SeqCst) < FLOOD {
                    self.control.get_mut().write_all(block.as_bytes())?;
                    self.shared.flooded.fetch_add(block.len() as u64, Ordering::SeqCst);
                }
                self.control.get_mut().write_all(end.as_bytes())?;
            }
        }
        Ok(false)
    }

    fn close<T>(&self) -> io::Result<T> {
        self.control.get_ref().shutdown(Shutdown::Both)?;
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    fn say(&mut self, reply: &str) -> io::Result<()> {
        let end = if self.shared.script.bare_lf { "\n" } else { "\r\n" };
        self.control.get_mut().write_all(format!("{reply}{end}").as_bytes())
    }

    fn honest(&mut self, verb: &str, argument: &str) -> io::Result<()> {
        match verb {
            "USER" => self.say("331 password, please"),
            "PASS" => self.say("230 welcome"),
            "TYPE" | "NOOP" => self.say("200 so be it"),
            "CWD" => self.say("250 there you are"),
            "PWD" => self.say("257 \"/\""),
            "SIZE" if argument == "file" => self.say(&format!("213 {}", FILE.len())),
            "QUIT" => self.say("221 good-bye"),
            "PASV" => self.passive(),
            "RETR" => self.transfer(FILE),
            "LIST" | "NLST" | "MLSD" if self.shared.script.listing.is_some() => self.long_listing(),
            "LIST" | "NLST" | "MLSD" => self.transfer(b"file\r\n"),
            "STOR" => self.receive(),
            "SIZE" => self.say("550 no such file"),
            _ => self.say("500 never heard of it"),
        }
    }

    fn passive(&mut self) -> io::Result<()> {
        let script = &self.shared.script;
        let address = script.listens.unwrap_or(Ipv4Addr::LOCALHOST);
        let listener = TcpListener::bind((IpAddr::V4(address), 0))?;
        let [high, low] = listener.local_addr()?.port().to_be_bytes();
        let [a, b, c, d] = script.announced.unwrap_or(address).octets();
        self.listener = Some(listener);
        self.say(&format!("227 here ({a},{b},{c},{d},{high},{low})"))
    }

    fn accept(&mut self) -> io::Result<TcpStream> {
        let listener = self.listener.take().ok_or(io::ErrorKind::NotConnected)?;
        self.shared.keep(listener.accept()?.0)
    }

    fn transfer(&mut self, data: &[u8]) -> io::Result<()> {
        let (first, rest) = data.split_at(data.len() / 2);
        self.say(self.shared.script.opening.unwrap_or("150 coming"))?;
        let kind = self.shared.script.data;
        if kind == Data::NeverAccepted {
            self.shared.hang();
        }
        let mut socket = self.accept()?;
        socket.write_all(first)?;
        match kind {
            Data::Cut => {
                socket.shutdown(Shutdown::Both)?;
                return self.close();
            }
            Data::Stall => self.shared.hang(),
            Data::Half => {}
            Data::Honest | Data::NeverClosed | Data::NeverAccepted => socket.write_all(rest)?,
        }
        if kind == Data::NeverClosed {
            self.say("226 done")?;
            self.shared.hang();
        }
        socket.shutdown(Shutdown::Both)?;
        self.say("226 done")
    }

    fn long_listing(&mut self) -> io::Result<()> {
        let (count, line) = self.shared.script.listing.unwrap_or((0, b""));
        self.say("150 coming")?;
        let socket = self.accept()?;
        let mut out = io::BufWriter::new(&socket);
        let (before, after) = line.split_at(line.iter().position(|byte| *byte == b'#').unwrap_or(line.len()));
        for number in 0..count {
            out.write_all(before)?;
            if let Some((_, after)) = after.split_first() {
                write!(out, "{number}")?;
                out.write_all(after)?;
            }
        }
        out.flush()?;
        drop(out);
        socket.shutdown(Shutdown::Both)?;
        self.say("226 done")
    }

    fn receive(&mut self) -> io::Result<()> {
        self.say(self.shared.script.opening.unwrap_or("150 go on"))?;
        let kind = self.shared.script.data;
        if kind == Data::NeverAccepted {
            self.shared.hang();
        }
        let mut socket = self.accept()?;
        match kind {
            Data::Cut => {
                socket.read_exact(&mut [0])?;
                socket.shutdown(Shutdown::Both)?;
                return self.close();
            }
            Data::Stall => self.shared.hang(),
            _ => {
                io::copy(&mut socket, &mut io::sink())?;
            }
        }
        self.say("226 done")
    }
}
