//! Certificates for FTPS: brought into the module for a login, taken away after it.

use std::fs;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::path::Path;
use std::sync::OnceLock;

use qftp_core::Secret;
use qftp_core::session::{ClientCertificate, Tls};
use qftp_core::wire::Storage;

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

/// What a file is, as its name ends.
const KINDS: [&str; 3] = ["ca", "cert", "key"];

impl<'a> Certificates<'a> {
    /// The names of the files in the module: CA, certificate and key. They are of this process alone.
    ///
    /// Such a name proves itself: it holds a random number and a hash of it, `UFS:qftp-<number><hash>-key.pem`. So a file of the user's
    /// is never taken for one of ours, and one that a process has left that was killed is found later by any other.
    #[must_use]
    pub fn names() -> [&'static str; 3] {
        static NAMES: OnceLock<[String; 3]> = OnceLock::new();
        let names = NAMES.get_or_init(|| {
            // The standard library draws the keys of its hash tables at random.
            let drawn = RandomState::new().build_hasher().finish();
            let number = u32::try_from(drawn >> 32).unwrap_or_default();
            KINDS.map(|kind| format!("UFS:qftp-{number:08x}{:08x}-{kind}.pem", proof(number, kind)))
        });
        names.each_ref().map(String::as_str)
    }

    /// Whether a file of the module is one that a client of this library made for a login, this process or another.
    #[must_use]
    pub fn is_ours(name: &str) -> bool {
        let (storage, name) = Storage::split(name.as_bytes());
        let parts = || {
            let text = std::str::from_utf8(name).ok()?;
            let (digits, rest) = text.strip_prefix("qftp-")?.split_at_checked(16)?;
            let kind = rest.strip_prefix('-')?.strip_suffix(".pem")?;
            let (number, hash) = digits.split_at_checked(8)?;
            let hex = |digits: &str| u32::from_str_radix(digits, 16).ok();
            Some((hex(number)?, hex(hash)?, kind))
        };
        storage == Storage::Ufs
            && parts()
                .is_some_and(|(number, hash, kind)| KINDS.contains(&kind) && proof(number, kind) == hash)
    }

    /// Settings of a login with these certificates, safe otherwise. Without a CA certificate nothing is checked.
    #[must_use]
    pub fn tls(&self) -> Tls<'a> {
        let [ca, certificate, key] = Self::names();
        let client =
            self.client.map(|client| ClientCertificate { certificate, key, password: client.password });
        Tls { ca: self.ca.map(|_| ca), client, ..Tls::unchecked() }
    }

    /// What there is to bring: name and contents.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'static str, &'a [u8])> + use<'a> {
        let certificate = self.client.map(|client| client.certificate);
        let key = self.client.map(|client| client.key);
        Self::names()
            .into_iter()
            .zip([self.ca, certificate, key])
            .filter_map(|(name, bytes)| bytes.map(|bytes| (name, bytes)))
    }
}

/// What proves that a name was made here: a hash of its number and kind (FNV-1a). It guards against accidents, not against people.
fn proof(number: u32, kind: &str) -> u32 {
    let bytes = b"qftp certificate ".iter().chain(kind.as_bytes()).copied().chain(number.to_be_bytes());
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_proves_itself() {
        for name in Certificates::names() {
            assert!(Certificates::is_ours(name), "{name}");
            let bare = name.trim_start_matches("UFS:");
            assert!(Certificates::is_ours(bare) && !Certificates::is_ours(&format!("SD:{bare}")), "{bare}");
            // Any other digit is somebody else's name.
            for at in "UFS:qftp-".len().."UFS:qftp-".len() + 16 {
                let mut other = name.to_owned().into_bytes();
                other[at] = if other[at] == b'0' { b'1' } else { b'0' };
                let other = String::from_utf8(other).expect("ASCII");
                assert!(!Certificates::is_ours(&other), "{other}");
            }
        }
        for theirs in
            ["UFS:qftp-ca.pem", "qftp-key.pem", "UFS:qftp-0123456789abcdef-key.pem", "", "UFS:qftp-\u{e9}"]
        {
            assert!(!Certificates::is_ours(theirs), "{theirs}");
        }
    }
}
