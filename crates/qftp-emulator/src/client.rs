//! The FTP side on real sockets: suppaftp in a thread of its own.

mod failure;
mod latin1;
mod lever;
mod login;
#[cfg(feature = "ftps")]
mod secure;
#[cfg(not(feature = "ftps"))]
#[path = "client/insecure.rs"]
mod secure;
mod server;

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use crate::ftp_side::{FtpSide, Reply, Request, TlsLibrary, Waker};
use lever::Lever;
use server::Server;

/// An FTP client on real sockets.
///
/// A thread of its own does the waiting. The machine never has more than its window of upload bytes and one
/// [`Request::Read`] under way, so the queues between the two stay small.
pub struct Client {
    requests: Option<Sender<Request>>,
    replies: Receiver<Reply>,
    notes: Receiver<String>,
    lever: Lever,
    waker: WakerSlot,
}

type WakerSlot = std::sync::Arc<std::sync::Mutex<Option<Waker>>>;

impl Client {
    /// A client that is not connected yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new() -> std::io::Result<Self> {
        Self::with_tls(TlsLibrary::default())
    }

    /// The same, with TLS by this library.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn with_tls(library: TlsLibrary) -> std::io::Result<Self> {
        let (requests, inbox) = mpsc::channel();
        let (outbox, replies) = mpsc::channel();
        let lever = Lever::default();
        let waker = WakerSlot::default();
        let post = Post { outbox, waker: waker.clone() };
        let (remark, notes) = mpsc::channel();
        let server = Server::new(lever.clone(), remark, library);
        thread::Builder::new().name("qftp-ftp".into()).spawn(move || work(&inbox, &post, server))?;
        Ok(Self { requests: Some(requests), replies, notes, lever, waker })
    }
}

impl FtpSide for Client {
    fn request(&mut self, request: Request) {
        if request == Request::Abort {
            // The thread may be waiting on a socket; this ends the wait.
            self.lever.pull();
        }
        if let Some(requests) = &self.requests {
            // The thread ends only with this sender.
            let _ = requests.send(request);
        }
    }

    fn poll(&mut self) -> Option<Reply> {
        self.replies.try_recv().ok()
    }

    fn poll_note(&mut self) -> Option<String> {
        self.notes.try_recv().ok()
    }

    fn set_waker(&mut self, waker: Waker) {
        *self.waker.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(waker);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.requests = None;
        self.lever.cut();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// The way back to the machine.
struct Post {
    outbox: Sender<Reply>,
    waker: WakerSlot,
}

impl Post {
    fn send(&self, reply: Reply) {
        // Nobody listens any more when the emulator has stopped.
        let _ = self.outbox.send(reply);
        let waker = self.waker.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker();
        }
    }
}

fn work(inbox: &Receiver<Request>, post: &Post, mut server: Server) {
    while let Ok(request) = inbox.recv() {
        let aborted = request == Request::Abort;
        let outcome = server.answer(request);
        if aborted {
            post.send(Reply::Aborted);
            continue;
        }
        match outcome {
            Ok(Some(reply)) => post.send(reply),
            Ok(None) => {}
            Err(failure) => post.send(Reply::Failed(failure)),
        }
    }
}
