//! The driver that every client of ours is, between a fuzzer's module and a caller with a fuzzer's whims, in virtual time.

use std::collections::VecDeque;
use std::time::Instant as RealTime;

use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::session::Config;
use qftp_transport::{Kind, Tap, Watch};

use crate::dialogue::Dialogue;
use crate::input::{Input, assert_public};
use crate::operation::operation;
use crate::promises::Promises;

/// No operation survives more of its own time-outs than this.
const TIMEOUTS: usize = 400;
/// More wants than any step of a program has.
const WANTS: usize = 20_000;
/// How large the driver's buffers are.
const BUFFERS: [usize; 3] = [16, 64, 4096];

/// What a module may say at any time.
const LINES: &[&str] = &[
    "OK",
    "ERROR",
    "NO CARRIER",
    "CONNECT",
    "CONNECT 5",
    "RDY",
    "POWERED DOWN",
    "A",
    "+CME ERROR: 603",
    "+CME ERROR: operation not allowed",
    "+QFTPGET: 0,5",
    "+QFTPGET: 627,550",
    "+QFTPPUT: 0,5",
    "+QFTPPUT: 605,0",
    "+QFTPSIZE: 0,5",
    "+QFTPSTAT: 0,1",
    "+QFTPOPEN: 604,0",
    "+QFTPCLOSE: 606",
    "+QFTPLIST: 0,0",
    "+QIURC: \"pdpdeact\",1",
    "+QFUPL: 5,0",
    "+QFDWL: 5,0",
    "+QIND: SMS DONE",
    "+CPIN: SIM PIN",
    "+QFLST: \"a\",18446744073709551615",
    "+QFTPSIZE: 0,18446744073709551615",
    "+QFTPSIZE: 0,18446744073709551616",
    "+QFTPCFG: \"account\",\"a\",\"b\"",
    "+QIGETERROR: 552,\"why\"",
];

pub(crate) struct Host {
    driver: Driver<Vec<u8>, Vec<u8>>,
    now: Instant,
    promises: Promises,
    dialogue: Dialogue,
    /// What came and is not read from the port.
    came: VecDeque<u8>,
    /// Bytes that the port takes in this step.
    room: usize,
    /// Bytes of the caller's file that are there in this step.
    ready: usize,
    watch: Option<Watch>,
}

impl Host {
    pub(crate) fn new(input: &mut Input<'_>, tap: Option<Box<dyn Tap>>) -> Self {
        let mut config = Config::default();
        if input.flag() {
            config.guard_ms = 200 + u16::from(input.small()) * 20;
            config.in_flight = usize::from(input.small()) + 1;
            config.queue_ms = u16::from(input.small());
            config.reopen_after_abort = input.flag();
            config.rsptimeout_s = 20 + input.small() % 160;
            config.quiet_ms = u32::from(input.small());
            config.settle_ms = u32::from(input.small());
        }
        let buffer = |which: usize| vec![0; BUFFERS[which % BUFFERS.len()]];
        Self {
            driver: Driver::new(config, buffer(config.in_flight), buffer(usize::from(config.queue_ms))),
            now: Instant::from_millis(1_000),
            promises: Promises::default(),
            dialogue: Dialogue::default(),
            came: VecDeque::new(),
            room: 0,
            ready: 0,
            watch: tap.map(|tap| Watch::of(RealTime::now(), tap)),
        }
    }

    /// Runs the rest of the input, then lets whatever is under way come to its end.
    pub(crate) fn run(mut self, input: &mut Input<'_>) {
        while let Some(op) = input.byte() {
            self.step(op, input);
        }
        self.wind_down();
        if let Some(watch) = &mut self.watch {
            watch.finish();
        }
    }

    fn step(&mut self, op: u8, input: &mut Input<'_>) {
        match op % 16 {
            0 => {
                let (said, cut) = (input.chunk(), input.small());
                self.hear(&said, cut);
            }
            1 => {
                let line = format!("\r\n{}\r\n", input.one(LINES));
                self.hear(line.as_bytes(), input.small());
            }
            2 => self.time_out(),
            3 => {
                self.now = self.now.after(u64::from(input.small()) << (input.small() % 8));
                self.work();
            }
            4 => {
                self.transmit(usize::from(input.small()) + 1);
            }
            5 => {
                let written = self.transmit(1024);
                if written > 0 && self.dialogue.complete {
                    let echo = self.dialogue.command.clone();
                    self.hear(&echo, u8::try_from(written % 7).unwrap_or(0));
                }
            }
            6 => {
                self.ready = usize::from(input.small()) << (input.small() % 6);
                self.transmit(self.ready);
                self.ready = 0;
            }
            7 => {
                let aborts = self.driver.abort(self.now);
                assert_eq!(aborts.is_ok(), self.promises.is_busy(), "{aborts:?} {:?}", self.driver);
                self.work();
            }
            // As a good module would.
            8 | 9 => self.oblige(input.number(), input.small()),
            10 => {
                // All the way through: set-up and login in one go.
                for _ in 0..40 {
                    if !self.promises.is_busy() {
                        break;
                    }
                    if self.dialogue.command.is_empty() {
                        self.time_out();
                    }
                    self.transmit(1024);
                    self.oblige(5, 0);
                }
            }
            11 => {
                // File data, and perhaps their end.
                let (data, cut) = (input.chunk(), input.small());
                self.hear(&data, cut);
                if input.flag() {
                    self.hear(&self.dialogue.end(), input.small());
                }
            }
            _ => self.start(input),
        }
    }

    fn oblige(&mut self, number: u64, cut: u8) {
        if let Some(answer) = self.dialogue.oblige(number) {
            self.hear(&answer, cut);
        }
    }

    /// Bytes from the module, in pieces of the same size.
    fn hear(&mut self, bytes: &[u8], cut: u8) {
        let cut = if cut == 0 { bytes.len().max(1) } else { usize::from(cut) };
        for piece in bytes.chunks(cut) {
            self.came.extend(piece);
            self.work();
        }
    }

    fn time_out(&mut self) {
        if let Some(due) = self.driver.session().poll_timeout() {
            // Where it is data that are waited for, none come.
            self.now = self.now.max(due).after(1);
            self.work();
        }
    }

    /// The port takes so many bytes. How many there were.
    fn transmit(&mut self, room: usize) -> usize {
        self.room = room;
        self.work();
        room - std::mem::take(&mut self.room)
    }

    fn start(&mut self, input: &mut Input<'_>) {
        let busy = self.promises.is_busy();
        let (expected, begin) = operation(input);
        if !busy {
            self.driver.sends(expected.len());
        }
        match self.driver.begin(self.now, begin) {
            Ok(()) => {
                assert!(!busy, "two operations at a time");
                assert!(!self.driver.is_idle());
                self.promises.begin(expected);
                self.dialogue.begin();
            }
            Err(misuse) => {
                assert_public(format!("{misuse} {misuse:?}").as_bytes(), "a misuse");
                assert_eq!(self.driver.is_idle(), !busy);
            }
        }
        self.work();
    }

    /// Nobody says anything any more: every operation ends by its own time-outs.
    fn wind_down(&mut self) {
        for _ in 0..4 * TIMEOUTS {
            self.transmit(1024);
            if !self.promises.is_busy() {
                return;
            }
            let due = self.driver.session().poll_timeout().expect("an operation that waits for nothing");
            // A caller that has no data to send is looked after once in a while.
            self.now = self.now.after(500).max(due);
        }
        panic!("it never ends: {:?} {:?}", self.driver, self.promises);
    }

    /// Does what the driver wants until it waits: for what comes, for room, for data or for a time.
    fn work(&mut self) {
        let mut looked = false;
        for _ in 0..WANTS {
            let handed_out = self.data_kept() > 0;
            let watch = &mut self.watch;
            let want = self.driver.next_watched(self.now, |used, event| {
                watch.iter_mut().for_each(|watch| watch.received(used, event));
            });
            match want {
                Want::Write { bytes, of_file } => {
                    if of_file && !handed_out {
                        self.promises.handed_out(bytes.len());
                    }
                    let (kind, count) =
                        (if of_file { Kind::Data } else { Kind::Line }, self.room.min(bytes.len()));
                    if let Some(watch) = self.watch.as_mut().filter(|_| count > 0) {
                        watch.sent(kind, &bytes[..count]);
                    }
                    self.dialogue.sent(kind, &bytes[..count]);
                    self.room -= count;
                    self.driver.wrote(count);
                    if !self.read() && count == 0 {
                        return;
                    }
                }
                Want::Read(until) => {
                    if self.read() {
                        looked = false;
                    } else if looked || until.is_none_or(|until| until > self.now) {
                        return;
                    } else {
                        // The port may have had more.
                        looked = true;
                    }
                }
                Want::Fill => self.fill(),
                Want::Store(data) => {
                    self.promises.data(data);
                    self.dialogue.came(data);
                }
                Want::Tell(event) => self.promises.told(&event),
                Want::End(end) => {
                    self.promises.end(end);
                    assert!(self.driver.is_idle(), "it is over, and is not: {:?}", self.driver);
                    if let Some(watch) = &mut self.watch {
                        watch.decide();
                    }
                }
                other => panic!("a want that this does not know: {other:?}"),
            }
        }
        panic!("it takes nothing and waits for nothing: {:?}", self.driver);
    }

    /// Bytes of the file that are handed out and not written.
    fn data_kept(&self) -> usize {
        match self.driver.writing() {
            Want::Write { bytes, of_file: true } => bytes.len(),
            _ => 0,
        }
    }

    /// Reads the port: as much as there is room for.
    fn read(&mut self) -> bool {
        let room = self.driver.room();
        let count = room.len().min(self.came.len());
        for (to, byte) in room.iter_mut().zip(self.came.drain(..count)) {
            *to = byte;
        }
        self.driver.received(count);
        count > 0
    }

    /// Reads the file, as much as it has now.
    fn fill(&mut self) {
        let room = self.driver.source_room();
        let count = room.len().min(self.ready);
        room[..count].fill(b'u');
        self.ready -= count;
        self.driver.filled(count);
    }
}
