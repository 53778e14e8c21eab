//! Bytes that a terminal would act on, and a module that has them in all that it says.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Every byte but CR, LF and the quotation mark, which end what they would stand in, and every C1 control as UTF-8.
#[must_use]
pub fn dirt() -> Vec<u8> {
    let bytes = (0..=u8::MAX).filter(|byte| !matches!(byte, b'\r' | b'\n' | b'"'));
    bytes.chain(controls().into_bytes()).collect()
}

/// Every control character but CR and LF, as text.
#[must_use]
pub fn controls() -> String {
    ('\u{1}'..='\u{9f}').filter(|sign| sign.is_control() && !matches!(sign, '\r' | '\n')).collect()
}

/// What in `bytes` a terminal would act on, a line feed apart; bytes that are no UTF-8 count.
#[must_use]
pub fn acts(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Some(format!("{error}: {}", bytes.escape_ascii())),
    };
    text.chars().any(|sign| sign.is_control() && sign != '\n').then(|| format!("{text:?}"))
}

/// A module on a TCP port whose answers are sound in form and full of [`dirt`].
#[derive(Debug)]
pub struct DirtyModule {
    port: u16,
}

impl DirtyModule {
    /// Starts it; it lives as long as the test.
    ///
    /// # Panics
    /// Where the system gives no socket.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        // One host after the other, as on a line.
        thread::spawn(move || listener.incoming().flatten().for_each(|socket| drop(serve(socket))));
        Self { port }
    }

    /// The port for `--port`.
    #[must_use]
    pub fn port(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }
}

fn serve(mut socket: TcpStream) -> io::Result<()> {
    let mut line = Vec::new();
    let mut byte = [0];
    while socket.read(&mut byte)? > 0 {
        if byte != *b"\r" {
            line.extend(byte);
            continue;
        }
        let answer = answer(&String::from_utf8_lossy(&line));
        socket.write_all(&answer)?;
        line.clear();
    }
    Ok(())
}

/// What it says to a command.
fn answer(command: &str) -> Vec<u8> {
    let dirt = dirt();
    let name = |name: &str| [b"UFS:", name.as_bytes()].concat();
    let ok = b"\r\n\r\nOK\r\n".as_slice();
    let said = |parts: &[&[u8]]| [b"\r\n", parts.concat().as_slice()].concat();
    let outcome = |rest: &[u8]| {
        let verb = command.trim_start_matches("AT").split('=').next().unwrap_or_default();
        [b"\r\nOK\r\n\r\n", verb.as_bytes(), b": ", rest, b"\r\n"].concat()
    };
    let listing = || {
        let line = [b"-rw-r--r-- 1 me me 5 Nov 22 16:45 ", dirt.as_slice(), b"\r\n"].concat();
        let verb = command.trim_start_matches("AT").split('=').next().unwrap_or_default();
        let end = format!("\r\nOK\r\n\r\n{verb}: 0,{}\r\n", line.len());
        [b"\r\nCONNECT\r\n", line.as_slice(), end.as_bytes()].concat()
    };
    match command.split(['=', '?']).next().unwrap_or_default() {
        "ATI" | "AT+GSN" => said(&[&dirt, ok]),
        "AT+CPIN" => said(&[b"+CPIN: READY", ok]),
        "AT+COPS" => said(&[b"+COPS: 0,0,\"", &dirt, b"\",7", ok]),
        "AT+CSQ" => said(&[b"+CSQ: 20,99", ok]),
        "AT+CGATT" => said(&[b"+CGATT: 1", ok]),
        "AT+CREG" | "AT+CGREG" | "AT+CEREG" => said(&[
            command.trim_start_matches("AT").trim_end_matches('?').as_bytes(),
            b": 0,1,\"",
            &dirt,
            b"\"",
            ok,
        ]),
        "AT+QIACT" => said(&[b"+QIACT: 1,1,1,\"", &dirt[128..160], b"\"", ok]),
        "AT+QFLST" => {
            said(&[b"+QFLST: \"", &name("a"), &dirt, b"\",5\r\n+QFLST: \"", &dirt, b"\",\x1b[2J", ok])
        }
        "AT+QFLDS" => said(&[b"+QFLDS: ", &dirt, ok]),
        "AT+QFTPSTAT" => outcome(b"0,4"),
        "AT+QFTPPWD" => outcome(&[b"0,/", dirt.as_slice()].concat()),
        "AT+QFTPMDTM" => outcome(&[b"0,", dirt.as_slice()].concat()),
        "AT+QFTPSIZE" => outcome(b"0,5"),
        "AT+QFTPLIST" | "AT+QFTPNLST" | "AT+QFTPMLSD" => listing(),
        "AT+QFTPDEL" | "AT+QFDEL" => said(&[b"+CME ERROR: ", &dirt, b"\r\n"]),
        "AT+QFTPRMDIR" => outcome(b"627,550"),
        verb if verb.starts_with("AT+QFTP") && verb != "AT+QFTPCFG" => outcome(b"0,0"),
        _ => b"\r\nOK\r\n".to_vec(),
    }
}
