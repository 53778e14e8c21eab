//! Certificates for FTPS: brought into the module for a login, taken away after it.

use std::fs;
use std::io;
use std::path::Path;

use qftp_core::Secret;
use qftp_core::session::{ClientCertificate, Tls};

/// What a login by FTPS needs, as the bytes of PEM files of the host.
///
/// [`Client::push_certificates`](super::Client::push_certificates) brings them into the module's flash, their checksums proven, and
/// [`Client::remove_certificates`](super::Client::remove_certificates) takes them away again. Between the two the module holds them, the key too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Certificates<'a> {
    /// The certificate of the authority that the server is checked against.
    pub ca: Option<&'a [u8]>,
    /// Our own certificate and its key.
    pub client: Option<ClientFiles<'a>>,
}

/// A client's certificate and key.
#[derive(Clone, Copy)]
pub struct ClientFiles<'a> {
    /// The certificate.
    pub certificate: &'a [u8],
    /// Its private key.
    pub key: &'a [u8],
    /// The password of the key; empty for none.
    pub password: Secret<'a>,
}

/// A key is not printed.
impl std::fmt::Debug for ClientFiles<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientFiles").field("certificate", &self.certificate.len()).finish_non_exhaustive()
    }
}

const CA: &str = "UFS:qftp-ca.pem";
const CERTIFICATE: &str = "UFS:qftp-cert.pem";
const KEY: &str = "UFS:qftp-key.pem";

impl<'a> Certificates<'a> {
    /// The names of the files in the module.
    pub const NAMES: [&'static str; 3] = [CA, CERTIFICATE, KEY];

    /// Settings of a login with these certificates, safe otherwise. Without a CA certificate nothing is checked.
    #[must_use]
    pub fn tls(&self) -> Tls<'a> {
        let client = self.client.map(|client| ClientCertificate {
            certificate: CERTIFICATE,
            key: KEY,
            password: client.password,
        });
        Tls { ca: self.ca.map(|_| CA), client, ..Tls::unchecked() }
    }

    /// What there is to bring: name and contents.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'static str, &'a [u8])> + use<'a> {
        let certificate = self.client.map(|client| client.certificate);
        let key = self.client.map(|client| client.key);
        [(CA, self.ca), (CERTIFICATE, certificate), (KEY, key)]
            .into_iter()
            .filter_map(|(name, bytes)| bytes.map(|bytes| (name, bytes)))
    }
}

/// What a PEM file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pem {
    /// A certificate.
    Certificate,
    /// A private key, of any kind, encrypted or not.
    PrivateKey,
}

impl Pem {
    /// Reads a file that has such a block: a module would take anything, and say 631 later.
    ///
    /// # Errors
    /// Those of the system, and [`io::ErrorKind::InvalidData`] where it has none; they name the file.
    pub fn read(self, path: &Path) -> io::Result<Vec<u8>> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let bytes = fs::read(path).map_err(named)?;
        let (kind, name) = match self {
            Self::Certificate => ("CERTIFICATE-----", "certificate"),
            Self::PrivateKey => ("PRIVATE KEY-----", "private key"),
        };
        let has = |text: &str| text.contains("-----BEGIN ") && text.contains(kind);
        if std::str::from_utf8(&bytes).is_ok_and(has) {
            return Ok(bytes);
        }
        Err(named(io::Error::new(io::ErrorKind::InvalidData, format!("no {name} in PEM form"))))
    }
}
