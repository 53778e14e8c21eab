//! The FTP server and the network behind the module, in virtual time.

use std::collections::VecDeque;
use std::fmt;

use crate::network::{Network, SEGMENT, Stream};
use qftp_emulator::{
    Connect, DataAddress, Failure, FtpSide as _, ListKind, MemoryFtp, MemoryServer, Reply, Request,
};

/// The account.
pub(crate) const USER: &str = "test";
/// Its password, which no event may hold.
pub(crate) const PASSWORD: &str = "s3cret";

/// What goes wrong with server and network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The next command is refused with this reply.
    Refusal(u16),
    /// The data connection is lost after so many bytes of the next transfer.
    DataLost(u64),
    /// The control connection, and the data connection with it.
    ControlLost(u64),
    /// The disk is full after so many bytes.
    DiskFull(u64),
    /// Nothing is answered any more.
    Silent,
    /// The file on the server becomes another one, so many bytes long, when so many bytes have moved.
    Changed {
        /// Bytes moved before.
        after: u64,
        /// The length of the new one.
        len: u64,
    },
    /// What is to be downloaded spells its own end somewhere, the server knows no sizes, and nothing comes behind that for so many milliseconds.
    FalseEnd(u64),
}

/// When: it is armed at the start of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerFault {
    /// The operation.
    pub op: usize,
    /// What.
    pub mishap: Mishap,
}

impl fmt::Display for ServerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "during {}, server: {:?}", self.op, self.mishap)
    }
}

impl Mishap {
    /// Its name in the table of counts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refusal(_) => "server: command refused",
            Self::DataLost(_) => "server: data connection lost",
            Self::ControlLost(_) => "server: control connection lost",
            Self::DiskFull(_) => "server: disk full",
            Self::Silent => "server: silent",
            Self::Changed { .. } => "server: file changed",
            Self::FalseEnd(_) => "server: false end, and a stall",
        }
    }
}

/// A server, and the connection to it.
pub(crate) struct Server {
    /// Its files.
    pub files: MemoryServer,
    ftp: MemoryFtp,
    delay: u64,
    /// What is between the module and it, instead of a delay that is always the same.
    pub network: Option<Network>,
    stream: Option<Stream>,
    late: VecDeque<(u64, Reply)>,
    refusal: Option<Failure>,
    change: Option<(u64, String, Vec<u8>)>,
    /// After how many bytes of a download nothing comes, and for how long in microseconds.
    pub stall: Option<(u64, u64)>,
    armed: Option<Mishap>,
    /// Bytes of files that have gone to the module since this was set to 0.
    pub moved: u64,
    /// What has struck since it was taken.
    pub struck: Vec<Mishap>,
}

impl Server {
    /// A server that takes so many milliseconds for an answer.
    #[must_use]
    pub(crate) fn new(delay: u64) -> Self {
        let files = MemoryServer::new();
        files.set_account(USER, PASSWORD);
        Self {
            ftp: MemoryFtp::new(&files),
            files,
            delay,
            network: None,
            stream: None,
            late: VecDeque::new(),
            refusal: None,
            change: None,
            stall: None,
            armed: None,
            moved: 0,
            struck: Vec::new(),
        }
    }

    /// An operation on this file begins, with what will happen during it.
    pub(crate) fn begin(&mut self, mishap: Option<Mishap>, file: &str, new: Vec<u8>) {
        self.calm();
        self.armed = mishap;
        match mishap {
            Some(Mishap::Refusal(reply)) => self.refusal = Some(Failure::server(reply)),
            Some(Mishap::DataLost(bytes)) => self.files.break_after(bytes, Failure::server(426)),
            Some(Mishap::ControlLost(bytes)) => self.files.break_after(bytes, Failure::local(606)),
            Some(Mishap::DiskFull(bytes)) => self.files.break_after(bytes, Failure::server(452)),
            Some(Mishap::Silent) => self.files.set_silent(true),
            Some(Mishap::Changed { after, .. }) => self.change = Some((after, file.to_owned(), new)),
            // Where it is depends on what is downloaded.
            Some(Mishap::FalseEnd(_)) | None => {}
        }
    }

    /// Nothing goes wrong any more.
    pub(crate) fn calm(&mut self) {
        self.armed = None;
        self.refusal = None;
        self.change = None;
        self.stall = None;
        self.files.set_silent(false);
        // Far beyond every file, which is as good as never.
        self.files.break_after(u64::MAX, Failure::server(426));
    }

    /// What the module asks for.
    pub(crate) fn request(&mut self, now: u64, request: Request) {
        let plain = !matches!(
            request,
            Request::Connect(_)
                | Request::Data(_)
                | Request::Read(_)
                | Request::EndOfData
                | Request::Abort
                | Request::Quit
        );
        if self.armed == Some(Mishap::Silent) && request != Request::Abort {
            self.strike();
        }
        if plain && let Some(failure) = self.refusal.take() {
            self.strike();
            self.files.fail_next(failure);
        }
        if matches!(self.armed, Some(Mishap::FalseEnd(_))) && matches!(request, Request::Size(_)) {
            self.files.fail_next(Failure::server(502));
        }
        if let Request::Data(data) = &request {
            self.moved += data.len() as u64;
        }
        let due = self.due(now, &request) + self.stalls(&request);
        let request = match (request, self.stream) {
            (Request::Read(most), _) if let Some(left) = self.until_stall() => Request::Read(most.min(left)),
            // What has come by now, or the next segment.
            (Request::Read(most), Some(stream)) => {
                Request::Read(most.min(usize::try_from(stream.there(now).max(SEGMENT)).unwrap_or(most)))
            }
            (request, _) => request,
        };
        self.ftp.request(request);
        while let Some(reply) = self.ftp.poll() {
            if let Reply::Data(data) = &reply {
                self.moved += data.len() as u64;
            }
            if let Reply::Failed(failure) = &reply
                && matches!(
                    self.armed,
                    Some(Mishap::DataLost(_) | Mishap::ControlLost(_) | Mishap::DiskFull(_))
                )
                && matches!((failure.code.get(), failure.reply.get()), (606, _) | (_, 426 | 452))
            {
                self.strike();
            }
            let due = match (&mut self.stream, &reply) {
                // The server sends on its own; what has come waits to be asked for.
                (Some(stream), Reply::Data(data)) => stream.pass(0, data.len() as u64).max(now),
                _ => due,
            };
            let last = self.late.back().map_or(0, |(due, _)| *due);
            self.late.push_back((due.max(last), reply));
        }
        if self.change.as_ref().is_some_and(|(after, ..)| *after <= self.moved)
            && let Some((_, file, new)) = self.change.take()
            && self.files.file(&file).is_some()
        {
            self.files.add_file(&file, new);
            self.strike();
        }
    }

    /// Bytes until the stall, where one is still to come.
    fn until_stall(&self) -> Option<usize> {
        let (at, _) = self.stall?;
        usize::try_from(at.saturating_sub(self.moved)).ok().filter(|left| *left > 0)
    }

    /// How much later the answer comes, in microseconds.
    fn stalls(&mut self, request: &Request) -> u64 {
        match self.stall {
            Some((at, micros)) if matches!(request, Request::Read(_)) && self.moved == at => {
                self.stall = None;
                self.struck.extend(self.armed);
                micros
            }
            _ => 0,
        }
    }

    /// When the answer to a request comes.
    fn due(&mut self, now: u64, request: &Request) -> u64 {
        let Some(network) = self.network else { return now + self.delay };
        let way = |rate| Some(Stream::open(now + network.opening(), network.round_trip, rate));
        match request {
            Request::Store { .. } => {
                self.stream = way(network.up);
                now + network.opening()
            }
            Request::Retrieve { .. } | Request::List { .. } => {
                self.stream = way(network.down);
                now + network.opening()
            }
            Request::Data(data) => {
                self.stream.as_mut().map_or(now, |stream| stream.pass(now, data.len() as u64))
            }
            Request::EndOfData => {
                self.stream.map_or(now, |stream| stream.passed_at().max(now)) + network.round_trip
            }
            Request::Read(_) => now,
            _ => now + network.answer(),
        }
    }

    fn strike(&mut self) {
        if let Some(mishap) = self.armed.take() {
            self.struck.push(mishap);
        }
    }

    /// When the next reply comes.
    #[must_use]
    pub(crate) fn replies_at(&self) -> Option<u64> {
        self.late.front().map(|(due, _)| *due)
    }

    /// The reply that has come.
    pub(crate) fn poll(&mut self, now: u64) -> Option<Reply> {
        if self.replies_at()? > now {
            return None;
        }
        self.late.pop_front().map(|(_, reply)| reply)
    }

    /// What a listing of the top folder says.
    #[must_use]
    pub(crate) fn listing(&self, kind: ListKind) -> Vec<u8> {
        let mut ftp = MemoryFtp::new(&self.files);
        let connect = Connect {
            host: "server".into(),
            port: 21,
            user: USER.into(),
            password: PASSWORD.into(),
            tls: None,
            ascii: false,
            passive: true,
            data_address: DataAddress::Server,
            timeout: 20,
        };
        let requests = [
            Request::Connect(connect),
            Request::List { kind, path: b".".to_vec() },
            Request::Read(usize::MAX),
        ];
        let mut list = Vec::new();
        for request in requests {
            ftp.request(request);
            if let Some(Reply::Data(data)) = ftp.poll() {
                list = data;
            }
        }
        list
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}
