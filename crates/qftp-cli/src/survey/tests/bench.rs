//! An emulated module in virtual time, joined to a server in memory that takes its time.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use qftp_core::Instant;
use qftp_emulator::{Config, Failure, FtpSide as _, MemoryFtp, MemoryServer, Module, Reply, Request};

use crate::survey::ask::Server;
use crate::survey::wire::Wire;

/// How long the server takes for an answer, in milliseconds.
const SERVER: u64 = 120;

pub(super) struct Bench {
    module: Module,
    server: MemoryServer,
    ftp: MemoryFtp,
    now: u64,
    replies: VecDeque<(u64, Reply)>,
    /// After so many commands the module hears nothing more.
    pub(super) silent_after: Option<usize>,
    /// What it says otherwise than it is.
    pub(super) lies: Vec<(&'static str, &'static str)>,
    heard: usize,
}

impl Bench {
    pub(super) fn new(config: Config) -> Self {
        let server = MemoryServer::new();
        let ftp = MemoryFtp::new(&server);
        let module = Module::new(config);
        Self {
            module,
            server,
            ftp,
            now: 0,
            replies: VecDeque::new(),
            silent_after: None,
            lies: Vec::new(),
            heard: 0,
        }
    }

    pub(super) fn time(&self) -> Duration {
        Duration::from_millis(self.now)
    }

    /// What the server has; empty where nothing is left there.
    pub(super) fn server_files(&self) -> String {
        let tree = format!("{:?}", self.server);
        tree.split_once("{\"").map_or_else(String::new, |(_, rest)| rest.to_owned())
    }

    /// The names of the module's files, as it lists them.
    pub(super) fn module_files(mut self) -> Vec<String> {
        self.silent_after = None;
        let mut names = Vec::new();
        for command in ["AT+QFLST=\"*\"\r", "AT+QFLST=\"RAM:*\"\r", "AT+QFLST=\"SD:*\"\r"] {
            self.send(command.as_bytes()).expect("taken");
            let mut buf = [0; 4096];
            while let Ok(count) = self.receive(&mut buf, Duration::from_secs(1))
                && count > 0
            {
                let said = String::from_utf8_lossy(&buf[..count]).into_owned();
                names.extend(said.lines().filter(|line| line.starts_with("+QFLST:")).map(str::to_owned));
            }
        }
        names
    }

    fn instant(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// Carries requests to the server, and what is due of its replies back.
    fn turn(&mut self) {
        loop {
            let mut moved = false;
            while let Some(request) = self.module.poll_request() {
                moved = true;
                // Data pass at once, as on a fast network; what is asked takes its time.
                let is_data = matches!(request, Request::Data(_) | Request::Read(_) | Request::EndOfData);
                let closed = matches!(&request, Request::Connect(connect) if connect.port == 1);
                let due = self.now + if is_data { 0 } else { SERVER };
                if closed {
                    self.replies.push_back((due, Reply::Failed(Failure::local(605))));
                    continue;
                }
                self.ftp.request(request);
                while let Some(reply) = self.ftp.poll() {
                    self.replies.push_back((due, reply));
                }
            }
            while self.replies.front().is_some_and(|(due, _)| *due <= self.now)
                && let Some((_, reply)) = self.replies.pop_front()
            {
                moved = true;
                self.module.handle_reply(self.instant(), reply);
            }
            if !moved {
                return;
            }
        }
    }

    /// The next moment at which something happens by itself.
    fn next(&self) -> Option<u64> {
        let module = self.module.poll_timeout().map(Instant::as_millis);
        [module, self.replies.front().map(|(due, _)| *due)].into_iter().flatten().min()
    }

    fn advance(&mut self, to: u64) {
        self.now = self.now.max(to);
        self.module.handle_timeout(self.instant());
        self.turn();
    }
}

impl Wire for Bench {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.heard += bytes.iter().filter(|byte| **byte == b'\r').count();
        if self.silent_after.is_some_and(|after| self.heard > after) {
            return Ok(());
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.module.handle_input(self.instant(), rest);
            rest = &rest[taken..];
            self.turn();
            if taken == 0 {
                self.advance(self.now + 1);
            }
        }
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        let until = self.now + u64::try_from(wait.as_millis()).expect("in range");
        loop {
            self.turn();
            let count = self.module.poll_transmit(self.instant(), buf);
            self.turn();
            if count > 0 {
                let mut said = String::from_utf8_lossy(&buf[..count]).into_owned();
                for (truth, lie) in &self.lies {
                    said = said.replace(truth, lie);
                }
                let bytes = if self.lies.is_empty() { buf[..count].to_vec() } else { said.into_bytes() };
                buf[..bytes.len()].copy_from_slice(&bytes);
                return Ok(bytes.len());
            }
            if self.now >= until {
                return Ok(0);
            }
            let next = self.next().filter(|next| *next > self.now).unwrap_or(self.now + 1);
            self.advance(next.min(until));
        }
    }

    fn pause(&mut self, time: Duration) {
        let until = self.now + u64::try_from(time.as_millis()).expect("in range");
        while self.now < until {
            let next = self.next().filter(|next| *next > self.now).unwrap_or(until);
            self.advance(next.min(until));
        }
    }

    fn now(&self) -> Duration {
        self.time()
    }
}

/// A login by commands, where the program has a client.
pub(super) struct Login;

impl Server for Login {
    fn log_in(&mut self, wire: &mut dyn Wire) -> Result<(), String> {
        for (command, end) in [
            ("AT+QICSGP=1,1,\"internet\"", "OK"),
            ("AT+QIACT=1", "OK"),
            ("AT+QFTPCFG=\"account\",\"mallory\",\"hunter2\"", "OK"),
            ("AT+QFTPOPEN=\"ftp.example.com\",21", "+QFTPOPEN: 0,0"),
        ] {
            wire.send(format!("{command}\r").as_bytes()).map_err(|error| error.to_string())?;
            let (mut said, mut buf) = (String::new(), [0; 256]);
            while !said.contains(&format!("{end}\r\n")) {
                let count =
                    wire.receive(&mut buf, Duration::from_secs(5)).map_err(|error| error.to_string())?;
                if count == 0 {
                    return Err(format!("{command}: {said}"));
                }
                said.push_str(&String::from_utf8_lossy(&buf[..count]));
            }
        }
        Ok(())
    }

    fn address(&self) -> (&str, u16) {
        ("ftp.example.com", 21)
    }

    fn password(&self) -> &str {
        "hunter2"
    }
}
