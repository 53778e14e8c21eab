//! What the caller wants: structs that begin with their size, so that fields can be added.

mod part;

use core::ffi::c_char;

use qftp_core::SecretOf;
use qftp_core::limits;
use qftp_core::session::{ApnOf, ClientCertificateOf, Config, Login, LoginOf, SetupOf, Tls, TlsOf};
use qftp_core::wire::{PdpAuth, PdpType, SslVersion, TransMode, TransferType, UrcPort};

use crate::status::qftp_status::{self, QFTP_ERR_ARGUMENT, QFTP_ERR_NULL};
use crate::text::{CText, optional_as as optional, required_as as required};

pub use part::*;

/// How a session behaves; qftp_config_init fills it. See the documentation of `qftp_core::session::Config` for how the defaults were chosen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_config {
    /// sizeof(qftp_config), set by qftp_config_init.
    pub struct_size: usize,
    /// Most file bytes that qftp_session_send hands out at once, 1 or more. This and what the line holds bound what a module that leaves data mode early
    /// could take for commands.
    pub in_flight: usize,
    /// How long a line must be silent before the end of a broken download is read out of its last bytes, in milliseconds, at most 60000.
    pub quiet_ms: u32,
    /// The same for the end of a listing, in milliseconds, at most 60000.
    pub settle_ms: u32,
    /// Silence around +++ that the module is asked for, in milliseconds, 200 to 5000.
    pub guard_ms: u16,
    /// How long a byte that was written may wait in buffers before it is on the line, in milliseconds.
    pub queue_ms: u16,
    /// How long the module may wait for the server at each step, in seconds, 20 to 180.
    pub rsptimeout_s: u8,
    /// Whether an abort opens the FTP session again where the module needs that.
    pub reopen_after_abort: bool,
}

/// Fills in the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_config_init(config: *mut qftp_config) {
    let default = Config::default();
    let value = qftp_config {
        struct_size: size_of::<qftp_config>(),
        in_flight: default.in_flight,
        quiet_ms: default.quiet_ms,
        settle_ms: default.settle_ms,
        guard_ms: default.guard_ms,
        queue_ms: default.queue_ms,
        rsptimeout_s: default.rsptimeout_s,
        reopen_after_abort: default.reopen_after_abort,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(config, value) };
}

/// Writes a struct of the caller's, unless the pointer is NULL.
///
/// # Safety
/// `place` is NULL or writable.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not NULL, and writable as the caller promises.
        unsafe { place.write(value) };
    }
}

/// Reads a struct of the caller's that begins with its size; NULL is `None`.
///
/// # Safety
/// `place` is NULL or a struct of this type, whose first field is a `size_t` with the number of its bytes that are there.
pub(crate) unsafe fn get<'a, T>(place: *const T) -> Result<Option<&'a T>, qftp_status> {
    if place.is_null() {
        return Ok(None);
    }
    // A struct of an older header is smaller; there is none yet.
    // SAFETY: not NULL, and begins with its size, as the caller promises.
    if unsafe { place.cast::<usize>().read() } < size_of::<T>() {
        return Err(QFTP_ERR_ARGUMENT);
    }
    // SAFETY: all of it is there, and aligned as the compiler of the caller's did it.
    Ok(Some(unsafe { &*place }))
}

/// # Safety
/// As [`get`].
pub(crate) unsafe fn config(config: *const qftp_config) -> Result<Config, qftp_status> {
    // SAFETY: as promised to us.
    let config = unsafe { unchecked(config) }?;
    config.check().map_err(|_| QFTP_ERR_ARGUMENT)?;
    Ok(config)
}

/// A configuration that may be out of its ranges.
///
/// # Safety
/// As [`get`].
pub(crate) unsafe fn unchecked(config: *const qftp_config) -> Result<Config, qftp_status> {
    // SAFETY: as promised to us.
    let Some(config) = (unsafe { get(config) })? else {
        return Ok(Config::default());
    };
    Ok(Config {
        guard_ms: config.guard_ms,
        in_flight: config.in_flight,
        queue_ms: config.queue_ms,
        reopen_after_abort: config.reopen_after_abort,
        rsptimeout_s: config.rsptimeout_s,
        quiet_ms: config.quiet_ms,
        settle_ms: config.settle_ms,
    })
}

/// What qftp_session_setup brings about; qftp_setup_init fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_setup {
    /// sizeof(qftp_setup), set by qftp_setup_init.
    pub struct_size: usize,
    /// The access point name; NULL leaves the PDP context's settings as they are.
    pub apn: *const c_char,
    /// The access point's user; NULL: none.
    pub apn_user: *const c_char,
    /// The access point's password; NULL: none.
    pub apn_password: *const c_char,
    /// The PDP context, 1 to 15.
    pub context: u8,
    /// Whether the network is wanted; `false` is enough for the module's own files.
    pub network: bool,
    /// Where URCs go: 0 finds it out, 1 uart1, 2 usbat, 3 usbmodem.
    pub urc_port: u8,
}

/// Fills in the defaults: context 1, its settings as they are, the network wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_setup_init(setup: *mut qftp_setup) {
    let value = qftp_setup {
        struct_size: size_of::<qftp_setup>(),
        apn: core::ptr::null(),
        apn_user: core::ptr::null(),
        apn_password: core::ptr::null(),
        context: 1,
        network: true,
        urc_port: 0,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(setup, value) };
}

/// # Safety
/// As [`get`]; the texts are NULL or NUL-terminated.
pub(crate) unsafe fn setup<'a, T: CText + ?Sized>(
    setup: *const qftp_setup,
) -> Result<SetupOf<'a, T>, qftp_status> {
    // SAFETY: as promised to us.
    let Some(setup) = (unsafe { get(setup) })? else {
        return Ok(SetupOf::plain());
    };
    // SAFETY: as promised to us.
    let (name, user, password) =
        unsafe { (optional(setup.apn)?, optional(setup.apn_user)?, optional(setup.apn_password)?) };
    let password = password.map_or_else(|| T::of(b""), Ok)?;
    let login = user.map(|user| (SecretOf::new(user), SecretOf::new(password)));
    let apn = name.map(|name| ApnOf {
        name,
        login,
        auth: if login.is_some() { PdpAuth::Chap } else { PdpAuth::None },
        kind: PdpType::V4,
    });
    let urc_port = match setup.urc_port {
        0 => None,
        1 => Some(UrcPort::Uart1),
        2 => Some(UrcPort::UsbAt),
        3 => Some(UrcPort::UsbModem),
        _ => return Err(QFTP_ERR_ARGUMENT),
    };
    Ok(SetupOf { context: setup.context, apn, urc_port, network: setup.network })
}

/// FTPS; qftp_tls_init fills it with the safe settings. Certificates are files of the module, brought there by qftp_session_upload.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_tls {
    /// sizeof(qftp_tls), set by qftp_tls_init.
    pub struct_size: usize,
    /// The module's file with the certificate of the authority that the server is checked against, such as "UFS:ca.pem".
    /// NULL checks nothing: anybody on the way may pose as the server.
    pub ca: *const c_char,
    /// The module's file with our own certificate; NULL: none.
    pub certificate: *const c_char,
    /// The module's file with its key; NULL: none.
    pub key: *const c_char,
    /// The password of the key; NULL: none.
    pub key_password: *const c_char,
    /// The number of a cipher suite; 0xFFFF: all.
    pub suite: u16,
    /// The SSL context, 0 to 5.
    pub context: u8,
    /// sslversion: 0 SSL 3.0, 1 TLS 1.0, 2 TLS 1.1, 3 TLS 1.2, 4 all.
    pub version: u8,
    /// TLS from the first byte on (usually port 990) rather than after AUTH TLS.
    pub implicit: bool,
    /// Takes certificates that have expired or are not valid yet.
    pub ignore_dates: bool,
    /// Names the server in the handshake.
    pub sni: bool,
}

/// Fills in the safe settings: explicit, TLS 1.2, SNI; `ca` is the caller's to set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_tls_init(tls: *mut qftp_tls) {
    let default = Tls::unchecked();
    let value = qftp_tls {
        struct_size: size_of::<qftp_tls>(),
        ca: core::ptr::null(),
        certificate: core::ptr::null(),
        key: core::ptr::null(),
        key_password: core::ptr::null(),
        suite: default.suite,
        context: default.context,
        version: default.version.number(),
        implicit: default.implicit,
        ignore_dates: default.ignore_dates,
        sni: default.sni,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(tls, value) };
}

/// # Safety
/// As [`setup`].
unsafe fn tls<'a, T: CText + ?Sized>(tls: *const qftp_tls) -> Result<Option<TlsOf<'a, T>>, qftp_status> {
    // SAFETY: as promised to us.
    let Some(tls) = (unsafe { get(tls) })? else { return Ok(None) };
    // SAFETY: as promised to us.
    let (ca, certificate, key, password) = unsafe {
        (optional(tls.ca)?, optional(tls.certificate)?, optional(tls.key)?, optional(tls.key_password)?)
    };
    let client = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(ClientCertificateOf {
            certificate,
            key,
            password: SecretOf::new(password.map_or_else(|| T::of(b""), Ok)?),
        }),
        (None, None) => None,
        _ => return Err(QFTP_ERR_NULL),
    };
    Ok(Some(TlsOf {
        implicit: tls.implicit,
        context: tls.context,
        version: SslVersion::from_number(tls.version).ok_or(QFTP_ERR_ARGUMENT)?,
        suite: tls.suite,
        ca,
        client,
        ignore_dates: tls.ignore_dates,
        sni: tls.sni,
    }))
}

/// Server and account; qftp_login_init fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_login {
    /// sizeof(qftp_login), set by qftp_login_init.
    pub struct_size: usize,
    /// Name or address of the server.
    pub host: *const c_char,
    /// User name; NULL: anonymous.
    pub user: *const c_char,
    /// Password; NULL: that of anonymous.
    pub password: *const c_char,
    /// FTPS; NULL: plain FTP.
    pub tls: *const qftp_tls,
    /// 1 to 65535.
    pub port: u16,
    /// The server converts line ends.
    pub ascii: bool,
    /// The server opens the data connections.
    pub active: bool,
}

/// Fills in the defaults: port 21, anonymous, binary, passive, plain; `host` is the caller's to set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_login_init(login: *mut qftp_login) {
    let value = qftp_login {
        struct_size: size_of::<qftp_login>(),
        host: core::ptr::null(),
        user: core::ptr::null(),
        password: core::ptr::null(),
        tls: core::ptr::null(),
        port: limits::DEFAULT_PORT,
        ascii: false,
        active: false,
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(login, value) };
}

/// # Safety
/// As [`setup`].
pub(crate) unsafe fn login<'a, T: CText + ?Sized>(
    login: *const qftp_login,
) -> Result<LoginOf<'a, T>, qftp_status> {
    // SAFETY: as promised to us.
    let login = unsafe { get(login) }?.ok_or(QFTP_ERR_NULL)?;
    // SAFETY: as promised to us.
    let (host, user, password, tls) =
        unsafe { (required(login.host)?, optional(login.user)?, optional(login.password)?, tls(login.tls)?) };
    let anonymous = Login::new("");
    let or = |text: Option<&'a T>, default: &'static str| {
        text.map_or_else(|| T::of(default.as_bytes()), Ok).map(SecretOf::new)
    };
    Ok(LoginOf {
        host,
        port: login.port,
        user: or(user, anonymous.user.expose())?,
        password: or(password, anonymous.password.expose())?,
        transfer_type: if login.ascii { TransferType::Ascii } else { TransferType::Binary },
        trans_mode: if login.active { TransMode::Active } else { TransMode::Passive },
        data_address: None,
        tls,
    })
}
