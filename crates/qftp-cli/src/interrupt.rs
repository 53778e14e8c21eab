//! Ctrl-C, SIGTERM and SIGHUP: what is under way is broken off, the module is brought in order, the program ends.
//!
//! The second one leaves at once, and says what is left behind; but what is secret is first taken out of the module.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use qftp_transport::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::Problem;
use crate::output::note;
use crate::standing;

/// The first signal that ends the program; 0 for none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);
/// How many there were.
static COUNT: AtomicU32 = AtomicU32::new(0);
/// Ctrl-C ends what is under way, and not the program.
static STAYS: AtomicBool = AtomicBool::new(false);
/// Tells a prompt that the program ends.
static AT_END: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();
/// Puts the terminal right.
static AT_LEAVING: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();
/// Bits a second of the line.
static RATE: AtomicU32 = AtomicU32::new(115_200);

/// Bytes that may be on their way from the module when it is told to stop: its own buffer and those of the system.
const BUFFERED: u64 = 16 << 10;
/// Seconds for the silences around `+++`, for closing the session and for removing certificates.
const CLOSING: u64 = 8;

/// The flag that ends what is under way.
fn flag() -> &'static Cancel {
    static CANCEL: OnceLock<Cancel> = OnceLock::new();
    CANCEL.get_or_init(Cancel::new)
}

/// Takes signals from now on; what they cancel.
pub(crate) fn listen() -> Result<Cancel, Problem> {
    let signals = Signals::new([SIGINT, SIGTERM, SIGHUP]);
    let mut signals = signals.map_err(|error| Problem::failed(format!("no signal handler: {error}")))?;
    thread::spawn(move || signals.forever().for_each(take));
    Ok(flag().clone())
}

/// The line's rate: how long what the module has buffered takes.
pub(crate) fn at_rate(rate: Option<u32>) {
    if let Some(rate) = rate {
        RATE.store(rate, Ordering::Relaxed);
    }
}

/// From now on Ctrl-C ends what is under way, and not the program.
pub(crate) fn stay() {
    STAYS.store(true, Ordering::Relaxed);
}

/// What waits for a person hears it by this that the program is to end.
pub(crate) fn at_end(tell: impl Fn() + Send + Sync + 'static) {
    // There is one prompt.
    let _ = AT_END.set(Box::new(tell));
}

/// What puts the terminal right where the program leaves at once.
pub(crate) fn at_leaving(restore: impl Fn() + Send + Sync + 'static) {
    let _ = AT_LEAVING.set(Box::new(restore));
}

/// Whether a signal has come that ends the program.
pub(crate) fn is_told_to_end() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// Ends what is under way.
pub(crate) fn cancel() {
    flag().cancel();
}

/// Whether more than one signal came: only what must be is done.
pub(crate) fn hurried() -> bool {
    COUNT.load(Ordering::Relaxed) > 1
}

/// The exit code of a program that was interrupted: 128 and the signal's number.
pub(crate) fn exit_code() -> u8 {
    match SIGNAL.load(Ordering::Relaxed) {
        0 => code(SIGINT),
        signal => code(signal),
    }
}

fn code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

fn take(signal: i32) {
    if signal == SIGINT && STAYS.load(Ordering::Relaxed) {
        if standing::busy() {
            note("qftp: interrupted: ending the command");
        }
        return cancel();
    }
    let _ = SIGNAL.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed);
    match COUNT.fetch_add(1, Ordering::Relaxed) {
        0 => first(signal),
        _ if standing::certificates() => {
            // A key that stays in flash is worse than a second of waiting.
            note("qftp: ending as soon as the certificates are out of the module");
            cancel();
        }
        _ => leave(signal),
    }
}

fn first(signal: i32) {
    let deeds: Vec<&str> = standing::all().into_iter().map(|(_, deed)| deed).collect();
    let patience = patience();
    match deeds.is_empty() {
        // What runs until it is told to end, as an emulated module does, has nothing to say.
        true if !standing::busy() => {}
        true => note("qftp: interrupted"),
        false => note(format!(
            "qftp: interrupted: {} (up to {} s; a second time leaves at once)",
            deeds.join(", "),
            patience.as_secs()
        )),
    }
    // At a prompt nothing is under way; what comes next is the end of the session.
    if standing::busy() || AT_END.get().is_none() {
        cancel();
    }
    if let Some(tell) = AT_END.get() {
        tell();
    }
    thread::spawn(move || {
        thread::sleep(patience);
        leave(signal);
    });
}

/// How long bringing the module in order may take.
fn patience() -> Duration {
    let rate = u64::from(RATE.load(Ordering::Relaxed).max(1));
    // A byte takes ten bits on a line.
    Duration::from_secs(CLOSING + (BUFFERED * 10).div_ceil(rate))
}

/// Ends the program, and says what is left behind.
fn leave(signal: i32) {
    let left: Vec<&str> = standing::all().into_iter().map(|(left, _)| left).collect();
    if !left.is_empty() {
        note(format!("qftp: left at once: {}; the next run puts that right", left.join(", ")));
    }
    if let Some(restore) = AT_LEAVING.get() {
        restore();
    }
    std::process::exit(i32::from(code(signal)));
}
