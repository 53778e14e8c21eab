//! The module in order, logins, and what brings both back.

use core::ffi::c_char;
use std::path::Path;

use qftp_core::session::{Login, Tls};
use qftp_transport::{AnyPort, Cancel, Pem, Settings, Way, open_again};

use super::remembered::{OwnCertificates, OwnClient, OwnLogin, OwnSetup, Remembered};
use super::{Problem, Work, qftp_client};
use crate::options::{self, get, put, qftp_login, qftp_setup};
use crate::status::qftp_status::{QFTP_ERR_ARGUMENT, QFTP_ERR_NOT_SET_UP, QFTP_ERR_NULL};
use crate::text::optional;

/// Certificates for FTPS as PEM files of this machine; qftp_certificates_init fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct qftp_certificates {
    /// sizeof(qftp_certificates), set by qftp_certificates_init.
    pub struct_size: usize,
    /// The certificate of the authority that the server is checked against; NULL checks nothing: anybody on the way may pose as the server.
    pub ca_file: *const c_char,
    /// Our own certificate, for servers that ask for one; NULL: none.
    pub certificate_file: *const c_char,
    /// Its private key; NULL: none.
    pub key_file: *const c_char,
    /// The password of the key; NULL: none.
    pub key_password: *const c_char,
}

/// Fills in none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_certificates_init(certificates: *mut qftp_certificates) {
    let value = qftp_certificates {
        struct_size: size_of::<qftp_certificates>(),
        ca_file: core::ptr::null(),
        certificate_file: core::ptr::null(),
        key_file: core::ptr::null(),
        key_password: core::ptr::null(),
    };
    // SAFETY: NULL, or memory of the caller's for this struct.
    unsafe { put(certificates, value) };
}

impl OwnCertificates {
    /// # Safety
    /// `certificates` is NULL or begins with its size; its texts are NULL or NUL-terminated.
    unsafe fn read(certificates: *const qftp_certificates) -> Result<Option<Self>, Problem> {
        // SAFETY: as promised to us.
        let Some(files) = (unsafe { get(certificates) })? else { return Ok(None) };
        // SAFETY: as promised to us.
        let (ca, certificate, key, password) = unsafe {
            (
                optional(files.ca_file)?,
                optional(files.certificate_file)?,
                optional(files.key_file)?,
                optional(files.key_password)?,
            )
        };
        let client = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(OwnClient {
                certificate: read(Pem::Certificate, certificate)?,
                key: read(Pem::PrivateKey, key)?,
                password: password.unwrap_or_default().to_owned(),
            }),
            (None, None) => None,
            _ => return Err(QFTP_ERR_NULL.into()),
        };
        let ca = ca.map(|ca| read(Pem::Certificate, ca)).transpose()?;
        Ok(Some(Self { ca, client }))
    }
}

fn read(kind: Pem, path: &str) -> Result<Vec<u8>, Problem> {
    kind.read(Path::new(path)).map_err(Problem::local)
}

impl Work {
    /// Does something with the means to bring the session back.
    pub(super) fn on_the_way<T>(
        &mut self,
        work: impl FnOnce(&mut qftp_transport::Client<AnyPort>, &mut Way<'_, AnyPort>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let Self { client, address, settings, remembered, cancel, power, report } = self;
        let (Some(setup), Some(login)) = (&remembered.setup, &remembered.login) else {
            return Err(QFTP_ERR_NOT_SET_UP.into());
        };
        let (settings, cancel): (&Settings, &Cancel) = (settings, cancel);
        let mut reopen = || open_again(address, settings, cancel);
        let mut tell = report.as_mut().map(|report| |what| report.tell(what));
        let mut cycle = power.as_mut().map(|power| || power.cycle());
        let mut way = Way {
            certificates: remembered.certificates.as_ref().map(OwnCertificates::get),
            reopen: Some(&mut reopen),
            power: cycle.as_mut().map(|cycle| cycle as _),
            report: tell.as_mut().map(|tell| tell as _),
            ..Way::new(setup.get(), login.get(), &remembered.folder)
        };
        work(client, &mut way)
    }
}

/// Brings the line in sync and the module in order: echo off, URCs proven to arrive, SIM card ready, PDP context active. `setup` may be NULL for
/// the defaults. A copy is kept, to bring the session back by.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_setup(client: *mut qftp_client, setup: *const qftp_setup) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let setup = unsafe { options::setup(setup) }?;
        work.client.setup(&setup)?;
        work.remembered.setup = Some(OwnSetup::new(&setup));
        Ok(())
    })
}

/// Logs in to a server; a login that stands is ended first. A copy is kept, to bring the session back by. Certificates that login->tls
/// names are files of the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_login(client: *mut qftp_client, login: *const qftp_login) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let login = unsafe { options::login(login) }?;
        // A module has one FTP session at a time.
        if work.client.is_open() {
            work.client.close()?;
        }
        work.client.open(&login)?;
        work.remembered.login = Some(OwnLogin::new(&login));
        work.remembered.folder.clear();
        Ok(())
    })
}

/// All in one: sets the module up, brings certificates into it, logs in, and changes to a folder. `setup` may be NULL for the defaults, `folder`
/// for the login's own, and `certificates` where login->tls is NULL or names files that are in the module.
///
/// Certificates are files of this machine. They lie in the module, the key too, until qftp_client_logout, and take the place of those that
/// login->tls names; its other fields hold. Copies of all are kept, to bring the session back by, also where it fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_connect(
    client: *mut qftp_client,
    setup: *const qftp_setup,
    login: *const qftp_login,
    certificates: *const qftp_certificates,
    folder: *const c_char,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (setup, login, folder, certificates) = unsafe {
            (
                options::setup(setup)?,
                options::login(login)?,
                optional(folder)?.unwrap_or_default(),
                OwnCertificates::read(certificates)?,
            )
        };
        let login = with(login, certificates.as_ref())?;
        work.remembered = Remembered {
            setup: Some(OwnSetup::new(&setup)),
            login: Some(OwnLogin::new(&login)),
            certificates,
            folder: folder.to_owned(),
        };
        work.on_the_way(|client, way| Ok(client.connect(way)?))
    })
}

/// A login with certificates that are brought into the module.
fn with<'a>(login: Login<'a>, certificates: Option<&'a OwnCertificates>) -> Result<Login<'a>, Problem> {
    let Some(certificates) = certificates else { return Ok(login) };
    let tls = login.tls.ok_or(QFTP_ERR_ARGUMENT)?;
    let brought = certificates.get().tls();
    Ok(Login { tls: Some(Tls { ca: brought.ca, client: brought.client, ..tls }), ..login })
}

/// Logs out, and removes the certificates of qftp_client_connect from the module.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_logout(client: *mut qftp_client) -> i32 {
    qftp_client::operation(client, |work| {
        let closed = work.client.close();
        let removed = match work.remembered.certificates {
            Some(_) => work.client.remove_certificates(),
            None => Ok(()),
        };
        Ok(closed.and(removed)?)
    })
}

/// Deactivates the PDP context; qftp_client_setup comes next.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_deactivate(client: *mut qftp_client) -> i32 {
    qftp_client::operation(client, |work| Ok(work.client.deactivate()?))
}

/// Restarts the module (AT+CFUN=1,1) and waits for it; qftp_client_setup comes next.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_client_restart(client: *mut qftp_client) -> i32 {
    qftp_client::operation(client, |work| Ok(work.client.restart()?))
}
