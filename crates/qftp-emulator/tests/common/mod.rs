//! A module in virtual time, joined to a server in memory.
#![allow(dead_code)]

use qftp_core::Instant;
use qftp_emulator::{Config, Drives, FtpSide, MemoryFtp, MemoryServer, Module};

pub(crate) struct Bench {
    pub(crate) module: Module,
    pub(crate) server: MemoryServer,
    ftp: MemoryFtp,
    pub(crate) now: u64,
    said: Vec<u8>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(Drives::temporary().unwrap());
        change(&mut config);
        let server = MemoryServer::new();
        let ftp = MemoryFtp::new(&server);
        let mut bench = Self { module: Module::new(config), server, ftp, now: 0, said: Vec::new() };
        bench.turn();
        bench
    }

    /// Context up, logged in, echo off.
    pub(crate) fn open() -> Self {
        Self::open_with(|_| {})
    }

    pub(crate) fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let mut bench = Self::with(change);
        bench.log_in();
        bench
    }

    pub(crate) fn log_in(&mut self) {
        self.ask("ATE0");
        self.ask("AT+QICSGP=1,1,\"UNINET\"");
        assert_eq!(self.ask("AT+QIACT=1"), "\r\nOK\r\n");
        assert_eq!(self.ask("AT+QFTPOPEN=\"ftp.example\""), "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    }

    pub(crate) fn instant(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// Everything between module and server, until nothing moves.
    fn turn(&mut self) {
        let now = self.instant();
        loop {
            let moved = self.turn_without_reading();
            let mut buf = [0; 4096];
            let count = self.module.poll_transmit(now, &mut buf);
            self.said.extend_from_slice(&buf[..count]);
            if !moved && count == 0 {
                break;
            }
        }
    }

    /// The same with a host that reads nothing.
    pub(crate) fn turn_without_reading(&mut self) -> bool {
        let mut moved = false;
        loop {
            let request = self.module.poll_request();
            let waiting = request.is_some();
            request.into_iter().for_each(|request| self.ftp.request(request));
            let mut replied = false;
            while let Some(reply) = self.ftp.poll() {
                self.module.handle_reply(self.instant(), reply);
                replied = true;
            }
            if !waiting && !replied {
                return moved;
            }
            moved = true;
        }
    }

    /// Sends bytes at one moment.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        for _ in 0..bytes.len() + 2 {
            let taken = self.module.handle_input(self.instant(), rest);
            rest = &rest[taken..];
            self.turn();
            if rest.is_empty() {
                return;
            }
            if taken == 0 {
                self.pass(2);
            }
        }
        panic!("the module does not take {:?}", rest.escape_ascii().to_string());
    }

    /// Lets time pass, with every time-out on its way.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some(due) = self.module.poll_timeout().map(Instant::as_millis).filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.module.handle_timeout(self.instant());
            self.turn();
        }
        self.now = end;
        self.module.handle_timeout(self.instant());
        self.turn();
    }

    pub(crate) fn said(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.said)
    }

    pub(crate) fn said_text(&mut self) -> String {
        self.said().escape_ascii().to_string().replace("\\r", "\r").replace("\\n", "\n").replace("\\\"", "\"")
    }

    /// A command and what comes back within some milliseconds.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        self.ask_for(command, 5)
    }

    /// The same with another patience.
    pub(crate) fn ask_for(&mut self, command: &str, millis: u64) -> String {
        self.said();
        self.send(command.as_bytes());
        self.send(b"\r");
        self.pass(millis);
        self.said_text()
    }

    /// `+++` between silences.
    pub(crate) fn escape(&mut self) {
        self.pass(1000);
        self.send(b"+++");
        self.pass(1000);
    }
}
