//! The FTP client on real sockets, against a server that misbehaves as told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use qftp_emulator::{Client, Connect, DataAddress, Failure, FtpSide, Reply, Request};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Good,
    /// Closes at once instead of greeting.
    HangsUp,
    /// Names a data port where nobody listens.
    WrongDataPort,
    /// Two replies after a transfer that was cut.
    AnswersTwice,
    /// Never answers SIZE.
    Silent,
    /// Disk full after some bytes.
    Full,
}

/// What the server was told, in order.
type Told = Arc<Mutex<Vec<String>>>;

fn server(manner: Manner) -> (u16, Told) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = Told::default();
    let log = told.clone();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            if manner != Manner::HangsUp {
                let log = log.clone();
                thread::spawn(move || serve(socket, manner, &log));
            }
        }
    });
    (port, told)
}

fn serve(socket: TcpStream, manner: Manner, told: &Told) {
    let mut control = socket.try_clone().unwrap();
    let mut say = |text: &str| control.write_all(format!("{text}\r\n").as_bytes()).is_ok();
    say("220 hello");
    let mut data: Option<TcpListener> = None;
    for line in BufReader::new(socket).lines() {
        let Ok(line) = line else { return };
        told.lock().unwrap().push(line.clone());
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match verb {
            "USER" => say("331 password please"),
            "PASS" if rest == "right" => say("230 in"),
            "PASS" => say("530 no"),
            "TYPE" | "NOOP" => say("200 fine"),
            "CWD" => say("250 there"),
            "PWD" => say("257 \"/a\" is it"),
            "REST" => say("350 from there"),
            "QUIT" => say("221 bye"),
            "SIZE" if manner == Manner::Silent => true,
            "SIZE" => say("213 100000000"),
            "PASV" => {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let mut port = listener.local_addr().unwrap().port();
                if manner == Manner::WrongDataPort {
                    // Nobody listens at tcpmux; a port that was free a moment ago may be another test's by now.
                    port = 1;
                } else {
                    data = Some(listener);
                }
                say(&format!("227 here (127,0,0,1,{},{})", port / 256, port % 256))
            }
            "RETR" | "STOR" => {
                let (mut stream, _) = data.take().unwrap().accept().unwrap();
                say("150 coming");
                if verb == "STOR" {
                    let mut buf = [0; 65536];
                    let mut left = if manner == Manner::Full { 100_000usize } else { usize::MAX };
                    while let Ok(count) = stream.read(&mut buf) {
                        if count == 0 || left < count {
                            break;
                        }
                        left -= count;
                    }
                    drop(stream);
                    say(if manner == Manner::Full { "452 full" } else { "226 have it" })
                } else if (0..1000).all(|_| stream.write_all(&[b'x'; 65536]).is_ok()) {
                    say("226 all")
                } else {
                    say("426 cut") && (manner != Manner::AnswersTwice || say("226 aborted"))
                }
            }
            _ => say("500 what"),
        };
    }
}

/// A client whose replies can be waited for.
struct Side(Client, Receiver<()>);

impl Side {
    fn new() -> Self {
        let mut client = Client::new().unwrap();
        let (ring, bell) = channel();
        let ring = Mutex::new(ring);
        client.set_waker(Arc::new(move || ring.lock().unwrap().send(()).unwrap_or(())));
        Self(client, bell)
    }

    fn reply(&mut self) -> Reply {
        loop {
            if let Some(reply) = self.0.poll() {
                return reply;
            }
            self.1.recv_timeout(Duration::from_secs(30)).expect("a reply");
        }
    }

    fn ask(&mut self, request: Request) -> Reply {
        self.0.request(request);
        self.reply()
    }

    fn log_in(port: u16) -> Self {
        let mut side = Self::new();
        assert_eq!(side.ask(login("127.0.0.1", port, "right")), Reply::Done);
        side
    }
}

fn login(host: &str, port: u16, password: &str) -> Request {
    Request::Connect(Connect {
        host: host.into(),
        port,
        user: b"me".to_vec(),
        password: password.into(),
        tls: None,
        ascii: false,
        passive: true,
        data_address: DataAddress::Server,
        timeout: 20,
    })
}

fn get(limit: Option<u64>) -> Request {
    Request::Retrieve { path: b"f".to_vec(), offset: 0, limit }
}

fn failed(code: u16) -> Reply {
    Reply::Failed(Failure::local(code))
}

#[test]
fn ways_not_to_get_in() {
    let (port, _) = server(Manner::Good);
    let mut side = Side::new();
    assert_eq!(side.ask(login("127.0.0.1", port, "wrong")), Reply::Failed(Failure::server(530)));
    assert_eq!(side.ask(Request::WorkingDir), failed(606));
    assert_eq!(side.ask(login("no.such.host.invalid", port, "right")), failed(604));
    let (closed, _) = server(Manner::HangsUp);
    assert_eq!(side.ask(login("127.0.0.1", closed, "right")), failed(608));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(side.ask(login("127.0.0.1", free, "right")), failed(605));
    assert!(!format!("{:?}", login("h", 1, "right")).contains("right"));
}

#[test]
fn no_data_connection() {
    let (port, _) = server(Manner::WrongDataPort);
    let mut side = Side::log_in(port);
    assert_eq!(side.ask(get(None)), failed(615));
    // The control connection is not to blame.
    assert_eq!(side.ask(Request::WorkingDir), Reply::Text(b"/a".to_vec()));
}

#[test]
fn a_download_cut_short_leaves_the_session_usable() {
    for (manner, logins) in [(Manner::Good, 1), (Manner::AnswersTwice, 2)] {
        let (port, told) = server(manner);
        let mut side = Side::log_in(port);
        assert_eq!(side.ask(Request::ChangeDir(b"/a/b".to_vec())), Reply::Done);
        assert_eq!(side.ask(get(Some(10))), Reply::Opened);
        assert_eq!(side.ask(Request::Read(4)), Reply::Data(b"xxxx".to_vec()));
        assert_eq!(side.ask(Request::Read(100)), Reply::Data(b"xxxxxx".to_vec()));
        assert_eq!(side.ask(Request::Read(100)), Reply::Complete);
        assert_eq!(side.ask(Request::Size(b"f".to_vec())), Reply::Number(100_000_000));
        let told = told.lock().unwrap();
        assert_eq!(told.iter().filter(|line| line.starts_with("USER")).count(), logins, "{told:?}");
        assert_eq!(told.iter().filter(|line| *line == "CWD /a/b").count(), logins, "{told:?}");
        assert_eq!(told.iter().filter(|line| *line == "TYPE I").count(), logins, "{told:?}");
    }
}

#[test]
fn an_abort_ends_a_wait() {
    let (port, told) = server(Manner::Silent);
    let mut side = Side::log_in(port);
    side.0.request(Request::Size(b"f".to_vec()));
    thread::sleep(Duration::from_millis(100));
    side.0.request(Request::Abort);
    while side.reply() != Reply::Aborted {}
    // Logged in again without a word.
    assert_eq!(side.ask(Request::WorkingDir), Reply::Text(b"/a".to_vec()));
    assert_eq!(told.lock().unwrap().iter().filter(|line| line.starts_with("USER")).count(), 2);
}

#[test]
fn a_full_server_says_so() {
    let (port, _) = server(Manner::Full);
    let mut side = Side::log_in(port);
    assert_eq!(side.ask(Request::Store { path: b"f".to_vec(), offset: 0 }), Reply::Opened);
    let failure = (0..10_000).find_map(|_| match side.ask(Request::Data(vec![0; 65536])) {
        Reply::Taken(_) => None,
        reply => Some(reply),
    });
    assert_eq!(failure, Some(Reply::Failed(Failure::server(452))));
    assert_eq!(side.ask(Request::WorkingDir), Reply::Text(b"/a".to_vec()));
}

#[test]
fn an_offset_within_the_file_rests_and_one_beyond_is_refused() {
    let (port, told) = server(Manner::Good);
    let mut side = Side::log_in(port);
    assert_eq!(side.ask(Request::Store { path: b"f".to_vec(), offset: 7 }), Reply::Opened);
    assert_eq!(side.ask(Request::Data(b"abc".to_vec())), Reply::Taken(3));
    assert_eq!(side.ask(Request::EndOfData), Reply::Complete);
    assert!(told.lock().unwrap().contains(&"REST 7".to_owned()));
    assert_eq!(side.ask(Request::Store { path: b"f".to_vec(), offset: 100_000_001 }), failed(612));
    assert_eq!(
        side.ask(Request::Retrieve { path: b"f".to_vec(), offset: 100_000_001, limit: None }),
        failed(612)
    );
    assert_eq!(side.ask(Request::Quit), Reply::Done);
}
