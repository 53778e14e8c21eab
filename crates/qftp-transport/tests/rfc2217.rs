//! RFC 2217 against pyserial's server side, which shares no code with us.

use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use qftp_transport::{Flow, OpenErrorKind, Port, Settings, open};

struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let python = std::env::var("QFTP_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let has_pyserial = Command::new(&python)
            .args(["-c", "import serial"])
            .output()
            .is_ok_and(|out| out.status.success());
        assert!(
            has_pyserial,
            "{python} has no pyserial: `cargo xtask test` brings one and names it in QFTP_TEST_PYTHON"
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rfc2217_server.py");
        let mut child =
            Command::new(python).arg(script).stdout(Stdio::piped()).spawn().expect("Python starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = lines.next().expect("a line").expect("text").parse().expect("a port number");
        Self { child, lines, port }
    }

    /// Reads on until the server tells of this.
    fn says(&mut self, wanted: &str) {
        let line = self.lines.by_ref().map_while(Result::ok).find(|line| line.contains(wanted));
        assert!(line.is_some(), "the server never told of {wanted}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn pyserial_as_the_server() {
    let mut server = Server::start();
    let settings = Settings { baud: 921_600, flow: Flow::RtsCts };
    let began = Instant::now();
    let mut port =
        open(&format!("rfc2217://127.0.0.1:{}", server.port), &settings).expect("it speaks RFC 2217");
    assert!(began.elapsed() < Duration::from_secs(6), "agreed after {:?}", began.elapsed());
    server.says("baud=921600 bits=8 parity=N stop=1 rtscts=True dtr=True");

    let sent: Vec<u8> = (0..=255).cycle().take(20_000).chain([255; 500]).collect();
    let (mut written, mut got) = (0, Vec::<u8>::new());
    let mut buf = [0; 777];
    while got.len() < sent.len() {
        // What comes back is looked at between the pieces, as the loop holds few.
        if written < sent.len() {
            written += port
                .write(&sent[written..sent.len().min(written + 1000)], Duration::from_secs(1))
                .expect("stands");
        }
        let read = port.read(&mut buf, Duration::from_millis(20)).expect("stands");
        got.extend(&buf[..read]);
        assert!(began.elapsed() < Duration::from_secs(60), "{} of {} came back", got.len(), sent.len());
    }
    assert!(got == sent);

    port.set_dtr(false).expect("RFC 2217 has DTR");
    server.says("dtr=False");
}

#[test]
fn a_server_of_raw_bytes_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let error = open(&format!("rfc2217://{address}"), &Settings::default()).expect_err("it says nothing");
    assert_eq!(error.kind, OpenErrorKind::NotRfc2217);
    assert!(error.remedy().contains("tcp://"));
}
