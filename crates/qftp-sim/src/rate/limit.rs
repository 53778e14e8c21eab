//! What line and network allow, whoever the host: every byte of the dialogue once on the line, and no time of anybody's own but the module's.

use crate::network::{Network, Stream};

/// Bytes of the words around a transfer straight through the port.
const CONNECT: u64 = "\r\nCONNECT\r\n".len() as u64;

fn command(text: &str) -> u64 {
    text.len() as u64
}

/// The least time for an upload of so many bytes, in microseconds.
#[must_use]
pub fn put_limit(baud: u32, network: Network, len: u64) -> u64 {
    let line = Line(baud);
    let open = line.time(command(&format!("AT+QFTPPUT=\"f1.bin\",\"COM:\",0,{len},1\r"))) + network.opening();
    let mut stream = Stream::open(open, network.round_trip, network.up);
    let begins = open + line.time(CONNECT);
    // Each byte may leave as soon as it has come; in steps, to be done with in reasonable time.
    let mut left = len;
    let mut sent = 0;
    let mut last = begins;
    while left > 0 {
        let step = left.min(64);
        left -= step;
        sent += step;
        last = stream.pass(begins + line.time(sent), step);
    }
    last + network.round_trip + line.time(command(&format!("\r\nOK\r\n\r\n+QFTPPUT: 0,{len}\r\n")))
}

/// The least time for a download of so many bytes whose length nobody has to ask for, in microseconds.
#[must_use]
pub fn get_limit(baud: u32, network: Network, len: u64) -> u64 {
    let line = Line(baud);
    let open = line.time(command(&format!("AT+QFTPGET=\"f1.bin\",\"COM:\",0,{len}\r"))) + network.opening();
    let mut stream = Stream::open(open, network.round_trip, network.down);
    let mut busy = open + line.time(CONNECT);
    let mut left = len;
    while left > 0 {
        let step = left.min(64);
        left -= step;
        busy = busy.max(stream.pass(open, step)) + line.time(step);
    }
    busy + line.time(command(&format!("\r\nOK\r\n\r\n+QFTPGET: 0,{len}\r\n")))
}

struct Line(u32);

impl Line {
    /// Microseconds of so many bytes.
    fn time(&self, bytes: u64) -> u64 {
        bytes * 10_000_000 / u64::from(self.0)
    }
}
