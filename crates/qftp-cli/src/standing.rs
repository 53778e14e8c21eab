//! What this program has left standing in the module at this moment, as the operations on the line tell it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use qftp_core::session::Config;
use qftp_core::wire::Line;
use qftp_transport::{Certificates, Kind, Operation, Tap};

/// An operation is under way.
static BUSY: Flag = Flag::new();
/// File data passes: the module may be in data mode.
static DATA: Flag = Flag::new();
/// A login was tried, and no close has succeeded since.
static SESSION: Flag = Flag::new();
/// Certificates were brought into the module's flash.
static CERTIFICATES: Flag = Flag::new();

struct Flag(AtomicBool);

impl Flag {
    const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether an operation is under way.
pub(crate) fn busy() -> bool {
    BUSY.is_set()
}

/// Whether an FTP session may be open.
pub(crate) fn session() -> bool {
    SESSION.is_set()
}

/// Whether certificates may be in the module.
pub(crate) fn certificates() -> bool {
    CERTIFICATES.is_set()
}

/// They were taken out.
pub(crate) fn without_certificates() {
    CERTIFICATES.set(false);
}

/// What stands, each with what it takes to end it.
pub(crate) fn all() -> Vec<(&'static str, &'static str)> {
    let standing = [
        (DATA.is_set(), "the module may be in data mode", "leaving data mode"),
        (SESSION.is_set(), "its FTP session is open", "closing the FTP session"),
        (CERTIFICATES.is_set(), "certificates are in its flash", "removing the certificates"),
    ];
    standing.into_iter().filter(|(is, ..)| *is).map(|(_, left, deed)| (left, deed)).collect()
}

/// Follows the operations of a client, and hands all on.
pub(crate) struct Follower {
    next: Option<Box<dyn Tap>>,
    ends_session: bool,
}

impl Follower {
    /// In front of another tap.
    pub(crate) fn boxed(next: Option<Box<dyn Tap>>) -> Box<dyn Tap> {
        Box::new(Self { next, ends_session: false })
    }

    fn begin(&mut self, operation: &Operation<'_>) {
        BUSY.set(true);
        self.ends_session = match operation {
            // A set-up closes what an earlier session left, where it goes to the network at all.
            Operation::Setup(setup) => setup.network,
            Operation::Close | Operation::Deactivate | Operation::Restart => true,
            _ => false,
        };
        match operation {
            Operation::Open(_) => SESSION.set(true),
            Operation::Put(..)
            | Operation::Get(..)
            | Operation::List(..)
            | Operation::Download(_)
            | Operation::FileRead(..)
            | Operation::FileWrite(..) => DATA.set(true),
            Operation::Upload(name, _) => {
                DATA.set(true);
                CERTIFICATES.set(CERTIFICATES.is_set() || Certificates::is_ours(name));
            }
            _ => {}
        }
    }

    fn end(&mut self, outcome: &str) {
        BUSY.set(false);
        DATA.set(false);
        if std::mem::take(&mut self.ends_session) && outcome.starts_with("ok") {
            SESSION.set(false);
        }
    }
}

impl Tap for Follower {
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.next.iter_mut().for_each(|next| next.sent(at, kind, bytes));
    }

    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.next.iter_mut().for_each(|next| next.received(at, kind, bytes));
    }

    fn urc(&mut self, at: Duration, line: &Line<'_>) {
        self.next.iter_mut().for_each(|next| next.urc(at, line));
    }

    fn configured(&mut self, at: Duration, config: &Config) {
        self.next.iter_mut().for_each(|next| next.configured(at, config));
    }

    fn began(&mut self, at: Duration, operation: &Operation<'_>) {
        self.begin(operation);
        self.next.iter_mut().for_each(|next| next.began(at, operation));
    }

    fn aborted(&mut self, at: Duration) {
        self.next.iter_mut().for_each(|next| next.aborted(at));
    }

    fn ended(&mut self, at: Duration, outcome: &str) {
        self.end(outcome);
        self.next.iter_mut().for_each(|next| next.ended(at, outcome));
    }
}
