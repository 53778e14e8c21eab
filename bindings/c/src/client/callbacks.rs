//! Functions of the caller's.

use core::ffi::c_void;
use std::io::{self, Read, Write};
use std::time::Duration;

use qftp_core::wire::Line;
use qftp_transport::{Kind, Progress, Tap};

use crate::client::qftp_client;
use crate::options::QFTP_UNKNOWN;

/// Gives the next bytes of an upload: writes at most `capacity` of them to `buffer` and returns how many, 0 at the end, or a negative number to
/// end the upload with QFTP_ERR_LOCAL. `capacity` is never 0. Neither this nor any other function of the caller's may throw or longjmp.
pub type qftp_read =
    Option<unsafe extern "C-unwind" fn(buffer: *mut u8, capacity: usize, user: *mut c_void) -> isize>;

/// Takes the next `len` bytes of a download. Returns 0, or anything else to end it with QFTP_ERR_LOCAL.
pub type qftp_write =
    Option<unsafe extern "C-unwind" fn(bytes: *const u8, len: usize, user: *mut c_void) -> i32>;

/// Is told how far a transfer is: `done` bytes of `total`, QFTP_UNKNOWN where that is not known. Both begin anew with each attempt, which counts from
/// where it goes on, with the comparison at the end, and with each part of an upload of unknown length; listings are transfers too.
pub type qftp_progress = Option<unsafe extern "C-unwind" fn(done: u64, total: u64, user: *mut c_void)>;

/// Is told, as a sentence, whatever is not plain transfer: a wait before a retry, a recovery, a comparison.
pub type qftp_report = Option<unsafe extern "C-unwind" fn(text: *const core::ffi::c_char, user: *mut c_void)>;

/// Switches the module's power off and on. Returns 0, or anything else where that failed.
pub type qftp_power = Option<unsafe extern "C-unwind" fn(user: *mut c_void) -> i32>;

/// The kinds of what a qftp_log is shown.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_log_kind {
    /// A command to the module, with its line end, secrets as ***.
    QFTP_LOG_COMMAND = 0,
    /// A line of the module, with its line end.
    QFTP_LOG_ANSWER = 1,
    /// Bytes of a file to the module.
    QFTP_LOG_DATA_OUT = 2,
    /// Bytes of a file from the module.
    QFTP_LOG_DATA_IN = 3,
}

use qftp_log_kind::*;

/// Is shown all that passes the port, secrets as ***: `len` bytes of a kind of qftp_log_kind, `at_ms` milliseconds after the client was opened.
pub type qftp_log = Option<
    unsafe extern "C-unwind" fn(kind: i32, bytes: *const u8, len: usize, at_ms: u64, user: *mut c_void),
>;

/// What is handed back to the caller's functions.
#[derive(Clone, Copy)]
struct User(*mut c_void);

// SAFETY: the library only hands it on, to functions that the caller gave together with it, in the thread that calls the library.
unsafe impl Send for User {}

impl User {
    const fn get(self) -> *mut c_void {
        self.0
    }
}

/// The caller's file, to be read.
pub(super) struct Reader {
    call: unsafe extern "C-unwind" fn(*mut u8, usize, *mut c_void) -> isize,
    user: User,
}

impl Reader {
    pub(super) fn new(call: qftp_read, user: *mut c_void) -> Option<Self> {
        call.map(|call| Self { call, user: User(user) })
    }
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        // SAFETY: a function of the caller's with this signature, and room for so many bytes.
        let count = unsafe { (self.call)(buf.as_mut_ptr(), buf.len(), self.user.get()) };
        let said = || io::Error::other(format!("the function that reads it returned {count}"));
        usize::try_from(count).ok().filter(|count| *count <= buf.len()).ok_or_else(said)
    }
}

/// The caller's file, to be written.
pub(super) struct Writer {
    call: unsafe extern "C-unwind" fn(*const u8, usize, *mut c_void) -> i32,
    user: User,
}

impl Writer {
    pub(super) fn new(call: qftp_write, user: *mut c_void) -> Option<Self> {
        call.map(|call| Self { call, user: User(user) })
    }
}

impl Write for Writer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // SAFETY: a function of the caller's with this signature, and so many bytes.
        match unsafe { (self.call)(buf.as_ptr(), buf.len(), self.user.get()) } {
            0 => Ok(buf.len()),
            other => Err(io::Error::other(format!("the function that writes it returned {other}"))),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Switches the power.
pub(super) struct Power {
    call: unsafe extern "C-unwind" fn(*mut c_void) -> i32,
    user: User,
}

impl Power {
    pub(super) fn cycle(&mut self) -> io::Result<()> {
        // SAFETY: a function of the caller's with this signature.
        match unsafe { (self.call)(self.user.get()) } {
            0 => Ok(()),
            other => Err(io::Error::other(format!("the function that switches the power returned {other}"))),
        }
    }
}

/// Is told what happens between attempts.
pub(super) struct Report {
    call: unsafe extern "C-unwind" fn(*const core::ffi::c_char, *mut c_void),
    user: User,
}

impl Report {
    pub(super) fn tell(&mut self, report: qftp_transport::Report) {
        // What the library says has no NUL in it.
        let text = std::ffi::CString::new(report.to_string()).unwrap_or_default();
        // SAFETY: a function of the caller's with this signature, and a text.
        unsafe { (self.call)(text.as_ptr(), self.user.get()) };
    }
}

/// Shows the dialogue.
struct Log {
    call: unsafe extern "C-unwind" fn(i32, *const u8, usize, u64, *mut c_void),
    user: User,
}

impl Log {
    fn show(&self, kind: qftp_log_kind, at: Duration, bytes: &[u8]) {
        let at_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        // SAFETY: a function of the caller's with this signature, and so many bytes.
        unsafe { (self.call)(kind as i32, bytes.as_ptr(), bytes.len(), at_ms, self.user.get()) };
    }
}

impl Tap for Log {
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.show(if kind == Kind::Line { QFTP_LOG_COMMAND } else { QFTP_LOG_DATA_OUT }, at, bytes);
    }

    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]) {
        self.show(if kind == Kind::Line { QFTP_LOG_ANSWER } else { QFTP_LOG_DATA_IN }, at, bytes);
    }

    fn urc(&mut self, _at: Duration, _line: &Line<'_>) {}
}

/// Calls `progress` as bytes of transfers pass, in the thread that transfers; NULL: nothing. `user` is handed to it.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_set_progress(
    client: *mut qftp_client,
    progress: qftp_progress,
    user: *mut c_void,
) -> i32 {
    let user = User(user);
    qftp_client::operation(client, |work| {
        work.client.set_progress(progress.map(|call| {
            let tell = move |Progress { done, total }: Progress| {
                // SAFETY: a function of the caller's with this signature.
                unsafe { call(done, total.unwrap_or(QFTP_UNKNOWN), user.get()) };
            };
            Box::new(tell) as Box<dyn FnMut(Progress) + Send>
        }));
        Ok(())
    })
}

/// Calls `report` between the attempts of qftp_client_put_file and qftp_client_get_file; NULL: nothing.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_set_report(
    client: *mut qftp_client,
    report: qftp_report,
    user: *mut c_void,
) -> i32 {
    qftp_client::operation(client, |work| {
        work.report = report.map(|call| Report { call, user: User(user) });
        Ok(())
    })
}

/// Has `power` switch the module's power off and on where nothing else brings it back and qftp_policy.power is set; NULL: nothing does.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_set_power(
    client: *mut qftp_client,
    power: qftp_power,
    user: *mut c_void,
) -> i32 {
    qftp_client::operation(client, |work| {
        work.power = power.map(|call| Power { call, user: User(user) });
        Ok(())
    })
}

/// Shows `log` all that passes the port; NULL: nothing.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_set_log(client: *mut qftp_client, log: qftp_log, user: *mut c_void) -> i32 {
    qftp_client::operation(client, |work| {
        let tap = log.map(|call| Box::new(Log { call, user: User(user) }) as Box<dyn Tap>);
        work.client.set_tap(tap);
        Ok(())
    })
}
