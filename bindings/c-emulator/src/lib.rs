//! libqftp_emulator: the emulated module for test suites in C.
//!
//! What a C program sees is `include/qftp_emulator.h`, which is made from this file. The conventions are those of libqftp.

use core::ffi::c_char;
use std::ffi::{CString, OsStr};
use std::fmt::Write as _;
use std::path::Path;
use std::ptr;
use std::sync::Mutex;

use module::{Config, Drives, Emulator, Family, Fault};
use qftp_c_support::guard::{guard, status};
use qftp_c_support::handles::{Handles, Kind, lock};
use qftp_c_support::status::qftp_status::{self, QFTP_ERR_ARGUMENT, QFTP_ERR_NULL, QFTP_ERR_PORT};
use qftp_c_support::text::{Cut, optional, required};

/// A running module.
pub struct qftp_emulator {
    module: Emulator,
    /// What a host gives as its port.
    port: CString,
    /// What goes wrong now.
    faults: Mutex<Vec<Fault>>,
}

static EMULATORS: Handles<qftp_emulator> = Handles::new(Kind::Emulator);

/// How a module is started; qftp_emulator_options_init fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_emulator_options {
    /// sizeof(qftp_emulator_options), set by qftp_emulator_options_init.
    pub struct_size: usize,
    /// Which module it is: a family such as "ec200s", which `qftp emulate --list-profiles` shows, or the path of a family file, which ends with
    /// ".toml"; NULL: a healthy one that has everything.
    pub profile: *const c_char,
    /// What goes wrong, as for qftp_emulator_fault, separated by spaces; NULL: nothing.
    pub faults: *const c_char,
    /// "host:port" to listen there by TCP, port 0 for any; NULL: a pseudo-terminal.
    pub tcp: *const c_char,
    /// A path that becomes a symbolic link to the pseudo-terminal until the module stops; NULL: none.
    pub link: *const c_char,
    /// A folder of this machine for the module's files, which stay there; NULL: one that is gone with the module.
    pub storage: *const c_char,
    /// What chance there is in faults is drawn from it.
    pub seed: u64,
    /// The line's speed in bits a second; 0: as fast as it can.
    pub baud: u32,
}

/// Fills in the defaults: a healthy module on a pseudo-terminal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_emulator_options_init(options: *mut qftp_emulator_options) {
    if options.is_null() {
        return;
    }
    // SAFETY: not NULL, and memory of the caller's for this struct.
    unsafe { options.write(qftp_emulator_options::default()) };
}

impl Default for qftp_emulator_options {
    fn default() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            profile: ptr::null(),
            faults: ptr::null(),
            tcp: ptr::null(),
            link: ptr::null(),
            storage: ptr::null(),
            seed: 0,
            baud: 0,
        }
    }
}

/// Why a module did not start, or a fault is none.
struct Problem(qftp_status, String);

impl From<qftp_status> for Problem {
    fn from(status: qftp_status) -> Self {
        Self(status, String::new())
    }
}

impl Problem {
    fn argument(error: impl ToString) -> Self {
        Self(QFTP_ERR_ARGUMENT, error.to_string())
    }

    fn system(error: impl ToString) -> Self {
        Self(QFTP_ERR_PORT, error.to_string())
    }

    /// Tells the caller, who may not want to know.
    ///
    /// # Safety
    /// `why` is NULL or has `capacity` writable bytes.
    unsafe fn tell(self, why: *mut c_char, capacity: usize) -> qftp_status {
        if !why.is_null() && capacity > 0 {
            // SAFETY: not NULL, and the caller's to write to.
            let out = unsafe {
                why.write_bytes(0, capacity);
                core::slice::from_raw_parts_mut(why, capacity)
            };
            // A text that is too long is cut.
            let _ = write!(Cut::new(out), "{}", self.1);
        }
        self.0
    }
}

/// Starts a module in a thread of its own. `options` may be NULL. QFTP_ERR_ARGUMENT where there is no such profile or fault, QFTP_ERR_PORT where the
/// system has no such port; `why` is then told what is the matter, in `capacity` bytes with the NUL; it may be NULL.
///
/// What `*emulator` becomes is given back by qftp_emulator_stop.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_emulator_start(
    options: *const qftp_emulator_options,
    emulator: *mut *mut qftp_emulator,
    why: *mut c_char,
    capacity: usize,
) -> i32 {
    status(|| {
        if emulator.is_null() {
            return Err(QFTP_ERR_NULL);
        }
        // SAFETY: as the header asks of the caller.
        let started = unsafe { start(options) };
        // SAFETY: as the header asks of the caller.
        let started = started.map_err(|problem| unsafe { problem.tell(why, capacity) })?;
        let handle = EMULATORS.add(started)?;
        // SAFETY: not NULL, and the caller's.
        unsafe { emulator.write(handle) };
        Ok(())
    })
}

/// # Safety
/// `options` is NULL or begins with its size; its texts are NULL or NUL-terminated.
unsafe fn start(options: *const qftp_emulator_options) -> Result<qftp_emulator, Problem> {
    let options = if options.is_null() {
        qftp_emulator_options::default()
    } else {
        // SAFETY: not NULL, and begins with its size.
        if unsafe { options.cast::<usize>().read() } < size_of::<qftp_emulator_options>() {
            return Err(QFTP_ERR_ARGUMENT.into());
        }
        // SAFETY: all of it is there.
        unsafe { options.read() }
    };
    // SAFETY: as promised to us.
    let (profile, faults, tcp, link, storage) = unsafe {
        (
            optional(options.profile)?,
            optional(options.faults)?.unwrap_or_default(),
            optional(options.tcp)?,
            optional(options.link)?,
            optional(options.storage)?,
        )
    };
    let drives = match storage {
        Some(folder) => Drives::in_folder(Path::new(folder)),
        None => Drives::temporary(),
    };
    let mut config = Config::new(drives.map_err(Problem::system)?);
    if let Some(name) = profile {
        Family::load(name).map_err(Problem::argument)?.apply(&mut config);
    }
    let faults: Result<Vec<Fault>, _> = faults.split_whitespace().map(Fault::parse).collect();
    let faults = faults.map_err(Problem::argument)?;
    config.faults.clone_from(&faults);
    config.seed = options.seed;
    let builder = Emulator::builder(config);
    let builder = if options.baud > 0 { builder.line_rate(options.baud) } else { builder };
    let module = match tcp {
        Some(address) => builder.on_tcp(address),
        None => builder.on_pty(link.map(Path::new)),
    };
    let module = module.map_err(Problem::system)?;
    let port = match (module.address(), module.path()) {
        (Some(address), _) => format!("tcp://{address}").into_bytes(),
        (None, path) => path.map(Path::as_os_str).map_or(b"".as_slice(), OsStr::as_encoded_bytes).to_vec(),
    };
    let port = CString::new(port).map_err(Problem::system)?;
    Ok(qftp_emulator { module, port, faults: Mutex::new(faults) })
}

/// What a host opens: the path of the pseudo-terminal, or "tcp://host:port"; good until qftp_emulator_stop. NULL where there is no such module.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_emulator_port(emulator: *const qftp_emulator) -> *const c_char {
    guard(ptr::null(), || EMULATORS.get(emulator).map_or(ptr::null(), |emulator| emulator.port.as_ptr()))
}

/// From now on a fault such as "reboot=5s" or "no-sim" happens (`on`), or all of its name happen no more. `qftp emulate --list-faults` shows them;
/// docs/emulator.md tells what they do. QFTP_ERR_ARGUMENT where there is none of this name.
///
/// A call begins all counts anew, also those of the other faults that are on: what happens once, such as "reboot", happens once more. Switch off
/// what has happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_emulator_fault(
    emulator: *mut qftp_emulator,
    fault: *const c_char,
    on: bool,
) -> i32 {
    status(|| {
        // SAFETY: as the header asks of the caller.
        let text = unsafe { required(fault) }?;
        let emulator = EMULATORS.get(emulator)?;
        let fault = Fault::parse(text).map_err(|_| QFTP_ERR_ARGUMENT)?;
        let mut faults = lock(&emulator.faults);
        faults.retain(|other| other.kind().name != fault.kind().name);
        if on {
            faults.push(fault);
        }
        emulator.module.set_faults(&faults);
        Ok(())
    })
}

/// Switches the module's power off and on.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_emulator_power_cycle(emulator: *mut qftp_emulator) -> i32 {
    status(|| {
        EMULATORS.get(emulator)?.module.power_cycle();
        Ok(())
    })
}

/// Stops the module, waits until its port is free, and gives it back. NULL is allowed; a second time is QFTP_ERR_CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_emulator_stop(emulator: *mut qftp_emulator) -> i32 {
    status(|| if emulator.is_null() { Ok(()) } else { EMULATORS.remove(emulator).map(drop) })
}
