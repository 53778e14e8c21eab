//! The blocking client: a module on a port, and through it an FTP server.

mod callbacks;
mod files;
mod list;
mod login;
mod module;
#[cfg(test)]
mod panics;
mod problem;
mod record;
mod remembered;
mod server;

use core::ffi::c_char;
use std::sync::{Mutex, MutexGuard, TryLockError};

use qftp_core::session::{Field, Misuse, SessionState, TlsGaps};
use qftp_transport::{AnyPort, Cancel, Client, Flow, OpenError, Settings, open};

use crate::error::qftp_error;
use crate::guard::{guard, status};
use crate::handles::{self, Handles, lock};
use crate::options::{self, get, put, qftp_config};
use crate::status::qftp_status::{
    self, QFTP_ERR_ARGUMENT, QFTP_ERR_BUSY, QFTP_ERR_NULL, QFTP_ERR_PANIC, QFTP_ERR_PORT, QFTP_OK,
};
use crate::text::required;

pub use callbacks::*;
pub use files::*;
pub use list::*;
pub use login::*;
pub use module::*;
pub use record::*;
pub use server::*;

use callbacks::{Power, Report};
use problem::{Problem, bare};
use remembered::Remembered;

/// A module on a port, and through it an FTP server. Every function on it that works is one operation and returns when it is over.
pub struct qftp_client {
    /// Whoever works holds it; nobody waits for it.
    work: Mutex<Work>,
    /// What may be asked at any time. It is held for a moment only.
    told: Mutex<Told>,
    cancel: Cancel,
}

/// What operations work with.
struct Work {
    client: Client<AnyPort>,
    address: String,
    settings: Settings,
    remembered: Remembered,
    cancel: Cancel,
    power: Option<Power>,
    report: Option<Report>,
}

/// How things stood when the last operation ended.
struct Told {
    error: Option<qftp_error>,
    /// What is left of the session; what was refused has not changed it.
    state: SessionState,
    is_set_up: bool,
    is_open: bool,
    gaps: TlsGaps,
}

impl Default for Told {
    fn default() -> Self {
        // Nothing is set up yet.
        let state = SessionState::Reset;
        Self { error: None, state, is_set_up: false, is_open: false, gaps: TlsGaps::default() }
    }
}

static CLIENTS: Handles<qftp_client> = Handles::new(handles::Kind::Client);

impl qftp_client {
    /// One operation: alone, with its outcome noted. Its arguments are read in it: what is wrong with them is its outcome too.
    fn operation(handle: *mut Self, operation: impl FnOnce(&mut Work) -> Result<(), Problem>) -> i32 {
        status(|| {
            let client = CLIENTS.get(handle)?;
            let mut work = client.alone()?;
            let done = operation(&mut work);
            let before = client.told().state;
            let state = done.as_ref().err().map_or(SessionState::Usable, |problem| problem.leaves(before));
            let error = done.as_ref().err().map(|problem| problem.told(state));
            let module = &work.client;
            let (is_set_up, is_open, gaps) = (module.is_set_up(), module.is_open(), module.tls_gaps());
            *client.told() = Told { error, state, is_set_up, is_open, gaps };
            done.map_err(|problem| problem.status())
        })
    }

    fn alone(&self) -> Result<MutexGuard<'_, Work>, qftp_status> {
        self.work.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => QFTP_ERR_BUSY,
            TryLockError::Poisoned(_) => QFTP_ERR_PANIC,
        })
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        lock(&self.told)
    }
}

/// How a port is opened; qftp_client_options_init fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_client_options {
    /// sizeof(qftp_client_options), set by qftp_client_options_init.
    pub struct_size: usize,
    /// How the session behaves; NULL: as by default.
    pub config: *const qftp_config,
    /// Bits a second; passed over where the port has none.
    pub baud: u32,
    /// Flow control by the wires RTS and CTS; without it bytes may be lost at high rates.
    pub rts_cts: bool,
}

/// Fills in the defaults: 115200 bits a second, no flow control.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_options_init(options: *mut qftp_client_options) {
    let value = qftp_client_options {
        struct_size: size_of::<qftp_client_options>(),
        config: core::ptr::null(),
        baud: Settings::default().baud,
        rts_cts: false,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(options, value) };
}

/// Opens the port of a module: a path such as "/dev/ttyUSB2", "tcp://host:port" or "rfc2217://host:port". Nothing is sent yet. `options` may be
/// NULL. `error` may be NULL, or has its struct_size set and is always filled where this fails: why the port did not open (QFTP_ERR_PORT), which field
/// of qftp_config is out of its range (QFTP_ERR_ARGUMENT).
///
/// What `*client` becomes is given back by qftp_client_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_open(
    port: *const c_char,
    options: *const qftp_client_options,
    client: *mut *mut qftp_client,
    error: *mut qftp_error,
) -> i32 {
    status(|| {
        if !error.is_null() {
            // SAFETY: as the header asks of the caller.
            unsafe { qftp_error::has_room(error) }?;
        }
        // SAFETY: as the header asks of the caller.
        let opened = unsafe { opened(port, options) }.and_then(|opened| {
            if client.is_null() { Err(QFTP_ERR_NULL.into()) } else { Ok(CLIENTS.add(opened)?) }
        });
        let handle = opened.map_err(|refused| {
            // SAFETY: NULL, or the caller's, of this size.
            unsafe { put(error, refused.told()) };
            refused.status()
        })?;
        // SAFETY: not NULL, and the caller's.
        unsafe { client.write(handle) };
        Ok(())
    })
}

/// Why a client did not open.
enum Unopened {
    Status(qftp_status),
    Config(Misuse),
    Port(OpenError),
}

impl From<qftp_status> for Unopened {
    fn from(status: qftp_status) -> Self {
        Self::Status(status)
    }
}

impl Unopened {
    const fn status(&self) -> qftp_status {
        match self {
            Self::Status(status) => *status,
            Self::Config(_) => QFTP_ERR_ARGUMENT,
            Self::Port(_) => QFTP_ERR_PORT,
        }
    }

    fn told(&self) -> qftp_error {
        let (text, remedy) = match self {
            Self::Status(status) => (status.text().to_owned(), ""),
            Self::Config(misuse) => (format!("qftp_config.{}: {misuse}", field(*misuse)), ""),
            Self::Port(refused) => (refused.to_string(), refused.remedy()),
        };
        qftp_error::said(self.status(), SessionState::Reset, &text, "", remedy)
    }
}

/// The field of qftp_config that is out of its range.
const fn field(misuse: Misuse) -> &'static str {
    match misuse {
        Misuse::Range(Field::InFlight) => "in_flight",
        Misuse::Range(Field::Quiet) => "quiet_ms",
        Misuse::Range(Field::Settle) => "settle_ms",
        Misuse::Range(Field::Guard) => "guard_ms",
        _ => "rsptimeout_s",
    }
}

/// # Safety
/// As of [`qftp_client_open`].
unsafe fn opened(port: *const c_char, options: *const qftp_client_options) -> Result<qftp_client, Unopened> {
    // SAFETY: as promised to us.
    let (address, wanted) = unsafe { (required(port)?, get(options)?) };
    let config = wanted.map_or(core::ptr::null(), |wanted| wanted.config);
    // SAFETY: as promised to us.
    let config = unsafe { options::unchecked(config) }?;
    config.check().map_err(Unopened::Config)?;
    let settings = wanted.map_or_else(Settings::default, |wanted| Settings {
        baud: wanted.baud,
        flow: if wanted.rts_cts { Flow::RtsCts } else { Flow::None },
    });
    let port = open(address, &settings).map_err(Unopened::Port)?;
    let mut module = Client::with_config(port, config);
    let cancel = Cancel::new();
    module.set_cancel(cancel.clone());
    let work = Work {
        client: module,
        address: address.to_owned(),
        settings,
        remembered: Remembered::default(),
        cancel: cancel.clone(),
        power: None,
        report: None,
    };
    Ok(qftp_client { work: Mutex::new(work), told: Mutex::default(), cancel })
}

/// Closes the port and gives the client back. It sends nothing: qftp_client_logout comes before where a login stands. NULL is allowed.
///
/// A client that is used afterwards, or given back twice, is refused with QFTP_ERR_CLOSED; one with an operation under way with QFTP_ERR_BUSY.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_free(client: *mut qftp_client) -> i32 {
    status(|| {
        if client.is_null() {
            return Ok(());
        }
        let known = CLIENTS.get(client)?;
        if matches!(known.alone(), Err(QFTP_ERR_BUSY)) {
            return Err(QFTP_ERR_BUSY);
        }
        CLIENTS.remove(client).map(drop)
    })
}

/// Ends the operation under way, or else the next before it begins: data mode is left, the line brought in step, and the operation returns
/// QFTP_ERR_ABORTED. May be called at any time from any thread, from a callback too; not from a signal handler.
///
/// The operation returns within 8 seconds, and the time that 16 KiB need on the line (1.5 s at 115200, 18 s at 9600): what the module has buffered
/// comes first. Before the module has opened a data connection it waits for the module's answer, at most rsptimeout_s and 5 seconds: anything sent
/// before could become the file. That holds also where the module does not answer any more. A function of the caller's that does not return is not in it.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_cancel(client: *const qftp_client) -> i32 {
    status(|| {
        CLIENTS.get(client)?.cancel.cancel();
        Ok(())
    })
}

/// Whether the module was set up when the last operation ended. May be called at any time from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_is_set_up(client: *const qftp_client) -> bool {
    guard(false, || CLIENTS.get(client).is_ok_and(|client| client.told().is_set_up))
}

/// Whether a login stood when the last operation ended, as far as is known. May be called at any time from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_is_open(client: *const qftp_client) -> bool {
    guard(false, || CLIENTS.get(client).is_ok_and(|client| client.told().is_open))
}

/// Protections of FTPS that a module does not have: bits of qftp_client_tls_gaps.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_tls_gap {
    /// The certificate is not compared with the server's name.
    QFTP_TLS_GAP_HOST = 1,
    /// The certificate's dates may not be checked.
    QFTP_TLS_GAP_DATES = 2,
    /// The server is not named in the handshake.
    QFTP_TLS_GAP_SNI = 4,
}

/// Which protections of the last login by FTPS this module does not have: a sum of qftp_tls_gap, 0 for none. May be called at any time from any
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_tls_gaps(client: *const qftp_client) -> u32 {
    guard(0, || {
        let Ok(client) = CLIENTS.get(client) else { return 0 };
        let gaps = client.told().gaps;
        let bits = [
            (gaps.host, qftp_tls_gap::QFTP_TLS_GAP_HOST),
            (gaps.dates, qftp_tls_gap::QFTP_TLS_GAP_DATES),
            (gaps.sni, qftp_tls_gap::QFTP_TLS_GAP_SNI),
        ];
        bits.iter().filter(|(is, _)| *is).map(|(_, bit)| (*bit as i32).unsigned_abs()).sum()
    })
}

/// Details of the last operation: its status, QFTP_OK and no texts when it succeeded. Every call with a `qftp_client *` is one, whatever is wrong
/// with its arguments, but for those that are refused with QFTP_ERR_BUSY or QFTP_ERR_CLOSED. `error->struct_size` must be sizeof(qftp_error). May
/// be called at any time from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_last_error(client: *const qftp_client, error: *mut qftp_error) -> i32 {
    status(|| {
        // SAFETY: as the header asks of the caller.
        unsafe { qftp_error::has_room(error) }?;
        let client = CLIENTS.get(client)?;
        let (last, state) = {
            let told = client.told();
            (told.error, told.state)
        };
        let told = match last {
            _ if client.work.is_poisoned() => bare(QFTP_ERR_PANIC, SessionState::Reset),
            Some(error) => error,
            None => qftp_error::said(QFTP_OK, state, &"", "", ""),
        };
        // SAFETY: not NULL, and the caller's, of this size.
        unsafe { error.write(told) };
        Ok(())
    })
}
