//! The emulated module under an arbitrary host, with faults and a server that fails.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use qftp_core::Instant;
use qftp_emulator::{
    Config, Drives, Failure, Family, Fault, FtpSide as _, MemoryFtp, MemoryServer, Module, Takes,
};
use tempfile::TempDir;

use crate::input::Input;

/// Bytes that a module may say for each that it was sent: a short command can list a folder or bring a file.
const SAYS: usize = 4096;
/// And without being asked: the start, URCs.
const UNASKED: usize = 64 << 10;
/// Rounds without a byte in or out at one moment of time.
const ROUNDS: usize = 10_000;

/// What a host may send at any time; the fuzzer changes the rest.
const COMMANDS: &[&str] = &[
    "AT\r",
    "ATE0\r",
    "AT+CMEE=2\r",
    "AT+QICSGP=1,1,\"internet\"\r",
    "AT+QIACT=1\r",
    "AT+QIACT?\r",
    "AT+QIDEACT=1\r",
    "AT+QFTPCFG=\"account\",\"u\",\"p\"\r",
    "AT+QFTPCFG=\"filetype\",1\r",
    "AT+QFTPCFG=\"rsptimeout\",20\r",
    "AT+QFTPOPEN=\"h\",21\r",
    "AT+QFTPSTAT\r",
    "AT+QFTPCLOSE\r",
    "AT+QFTPCWD=\"/dir\"\r",
    "AT+QFTPPWD\r",
    "AT+QFTPGET=\"file\",\"COM:\"\r",
    "AT+QFTPGET=\"file\",\"COM:\",2,3\r",
    "AT+QFTPGET=\"file\",\"RAM:f\"\r",
    "AT+QFTPPUT=\"new\",\"COM:\",0,5,1\r",
    "AT+QFTPPUT=\"new\",\"COM:\"\r",
    "AT+QFTPPUT=\"new\",\"RAM:f\"\r",
    "AT+QFTPLIST=\".\",\"COM:\"\r",
    "AT+QFTPNLST=\".\"\r",
    "AT+QFTPMLSD=\".\",\"RAM:l\"\r",
    "AT+QFTPSIZE=\"file\"\r",
    "AT+QFTPDEL=\"new\"\r",
    "AT+QFTPLEN\r",
    "AT+QFTPMKDIR=\"d\"\r",
    "AT+QFTPRMDIR=\"d\"\r",
    "AT+QFTPRENAME=\"new\",\"old\"\r",
    "AT+QFUPL=\"RAM:f\",5,5\r",
    "AT+QFUPL=\"f\",2048,5,1\r",
    "AT+QFDWL=\"RAM:f\"\r",
    "AT+QFLST=\"*\"\r",
    "AT+QFDEL=\"RAM:*\"\r",
    "AT+QFLDS=\"UFS\"\r",
    "AT+QFOPEN=\"f\",0\r",
    "AT+QFWRITE=1,5,5\r",
    "AT+QFSEEK=1,0,0\r",
    "AT+QFREAD=1,9\r",
    "AT+QFCLOSE=1\r",
    "ATO\r",
    "+++",
    "hello",
    "AT&D2\r",
    "AT+IFC=2,2\r",
    "AT+CFUN=1,1\r",
    "AT+QPOWD\r",
    "AT+QFTPGET=?\r",
    "AT+QFTPCFG=?\r",
    "ATS12=10\r",
    "AT+QSSLCFG=\"sslversion\",1,3\r",
    "AT+QFTPCFG=\"ssltype\",1\r",
];

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// The input is the module's family and faults, then what host, server and time do.
pub fn module(bytes: &[u8]) {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder")).path();
        empty(folder);
        let mut input = Input(bytes);
        Bench::new(folder, &mut input).run(&mut input);
    });
}

/// The module's files are real: what the last run left is removed.
fn empty(folder: &Path) {
    for drive in ["ufs", "ram", "sd"] {
        for entry in fs::read_dir(folder.join(drive)).into_iter().flatten().flatten() {
            fs::remove_file(entry.path()).expect("only files, all of them ours");
        }
    }
}

struct Bench {
    module: Module,
    ftp: MemoryFtp,
    server: MemoryServer,
    now: Instant,
    /// What the host has sent and the module has not taken.
    pending: Vec<u8>,
    sent: usize,
    said: usize,
}

impl Bench {
    fn new(folder: &Path, input: &mut Input<'_>) -> Self {
        let mut config = Config::new(Drives::in_folder(folder).expect("folders"));
        let profiles = Family::all();
        profiles[usize::from(input.small()) % profiles.len()].apply(&mut config);
        config.seed = u64::from(input.small());
        config.starts = input.flag();
        for _ in 0..input.small() % 4 {
            config.faults.push(fault(input));
        }
        let server = MemoryServer::new();
        server.add_file("/file", [b'f'; 300]);
        server.add_file("/dir/empty", "");
        Self {
            module: Module::new(config),
            ftp: MemoryFtp::new(&server),
            server,
            now: Instant::from_millis(1_000),
            pending: Vec::new(),
            sent: 0,
            said: 0,
        }
    }

    fn run(mut self, input: &mut Input<'_>) {
        self.settle(usize::MAX);
        while let Some(op) = input.byte() {
            match op % 12 {
                0 => {
                    let chunk = input.chunk();
                    self.send(&chunk, input.small());
                }
                1..=4 => {
                    let command = input.one(COMMANDS);
                    self.send(command.as_bytes(), 0);
                }
                5 => {
                    self.wait();
                }
                6 => {
                    self.now = self.now.after(u64::from(input.small()) << (input.small() % 8));
                    self.module.handle_timeout(self.now);
                }
                // A host that reads little at a time.
                7 => self.settle(usize::from(input.small())),
                8 => self.module.set_dtr(self.now, input.flag()),
                9 => match input.small() % 8 {
                    0 => self.module.power_cycle(self.now),
                    1 => self.server.set_silent(true),
                    2 => self.server.set_silent(false),
                    3 => self.server.fail_next(Failure::server(u16::from(input.small()) + 350)),
                    4 => self.server.break_after(u64::from(input.small()), Failure::local(608)),
                    5 => self.server.add_file("/file", vec![b'g'; usize::from(input.small())]),
                    _ => self.now = self.now.after(1_100),
                },
                _ => self.settle(usize::MAX),
            }
            if op & 0x80 == 0 {
                self.settle(usize::MAX);
            }
        }
        self.settle(usize::MAX);
        // Left alone it comes to rest, or goes on as time does: it never spins.
        self.server.set_silent(false);
        for _ in 0..500 {
            if !self.wait() {
                break;
            }
            self.settle(usize::MAX);
        }
    }

    fn send(&mut self, bytes: &[u8], cut: u8) {
        let cut = if cut == 0 { bytes.len().max(1) } else { usize::from(cut) };
        self.sent += bytes.len();
        for piece in bytes.chunks(cut) {
            self.pending.extend(piece);
            self.feed();
        }
    }

    /// Lets the time of the next time-out come.
    fn wait(&mut self) -> bool {
        let Some(due) = self.module.poll_timeout() else { return false };
        self.now = self.now.max(due);
        for round in 0.. {
            assert!(round < 1_000, "always another time-out at the same time");
            self.module.handle_timeout(self.now);
            self.settle(usize::MAX);
            if self.module.poll_timeout().is_none_or(|due| due > self.now) {
                break;
            }
        }
        true
    }

    fn feed(&mut self) -> bool {
        if self.pending.is_empty() {
            return false;
        }
        let taken = self.module.handle_input(self.now, &self.pending);
        assert!(taken <= self.pending.len(), "more than there was");
        self.pending.drain(..taken);
        taken > 0
    }

    /// Moves what can be moved at this time; the host reads at most so many bytes.
    fn settle(&mut self, mut room: usize) {
        for round in 0.. {
            assert!(round < ROUNDS + self.sent + self.said, "it goes on and on");
            let mut moved = self.feed();
            while let Some(request) = self.module.poll_request() {
                self.ftp.request(request);
                moved = true;
            }
            if let Some(reply) = self.ftp.poll() {
                self.module.handle_reply(self.now, reply);
                moved = true;
            }
            while self.module.poll_note().is_some() {}
            let mut said = [0; 512];
            let most = room.min(said.len());
            let count = self.module.poll_transmit(self.now, &mut said[..most]);
            assert!(count <= most, "more than there was room for");
            room -= count;
            self.said += count;
            assert!(self.said <= UNASKED + SAYS * self.sent, "{} bytes said for {}", self.said, self.sent);
            if !moved && count == 0 {
                return;
            }
        }
    }
}

/// Any fault there is, with some value.
fn fault(input: &mut Input<'_>) -> Fault {
    let kinds = Fault::kinds();
    let kind = &kinds[usize::from(input.small()) % kinds.len()];
    let n = input.small();
    let text = match kind.takes {
        Takes::Word(words) => format!("{}={}", kind.name, words[usize::from(n) % words.len()]),
        Takes::Number { .. } if n > 0 => format!("{}={n}", kind.name),
        Takes::When(_) if n > 128 => format!("{}={}cmd", kind.name, n - 128),
        Takes::When(_) if n > 64 => format!("{}={}ms", kind.name, u32::from(n - 64) * 20),
        Takes::When(_) if n > 0 => format!("{}={}", kind.name, n),
        _ => kind.name.to_owned(),
    };
    Fault::parse(&text).expect("a fault out of the table")
}
