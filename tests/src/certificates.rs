//! Certificates for FTPS, made by the `openssl` program once in a process and kept in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// The password of [`Certificates::locked_key`]: one that is easily found wherever it should not be.
pub const PASSPHRASE: &str = "s3cr3t-k3y";

/// An authority and what it signed, and an authority that signed nothing of that. All PEM; RSA of 2048 bits, which the cipher
/// suites of TLS 1.0 need.
#[derive(Debug)]
pub struct Certificates {
    /// The authority's certificate.
    pub ca: String,
    /// The certificate of an authority of the same name with another key.
    pub other_ca: String,
    /// A server called `localhost` and 127.0.0.1.
    pub server: Identity,
    /// The same server, in 2020.
    pub expired: Identity,
    /// A server called `ftp.example.org`.
    pub other_host: Identity,
    /// A client.
    pub client: Identity,
    /// The client's key, encrypted with [`PASSPHRASE`].
    pub locked_key: String,
}

/// A certificate and its private key, both PEM.
#[derive(Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

impl Identity {
    /// Writes both into a folder, as `<name>.crt` and `<name>.key`, and returns their paths in this order.
    ///
    /// # Panics
    /// When the folder cannot be written to.
    #[must_use]
    pub fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let paths = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
        fs::write(&paths.0, &self.certificate).expect("the certificate is written");
        fs::write(&paths.1, &self.key).expect("the key is written");
        paths
    }
}

/// This process's certificates.
///
/// # Panics
/// When there is no `openssl` program; `cargo xtask test` brings it.
#[must_use]
pub fn certificates() -> &'static Certificates {
    static MADE: OnceLock<Certificates> = OnceLock::new();
    MADE.get_or_init(make)
}

/// Configuration of `openssl ca`, in the folder where it runs.
const CONFIG: &str = "\
[ca]
default_ca = ours
[ours]
new_certs_dir = .
database = index
serial = serial
unique_subject = no
private_key = ca.key
certificate = ca.crt
default_md = sha256
default_days = 3650
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[other_host]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:ftp.example.org
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
";

fn make() -> Certificates {
    let folder = TempDir::with_prefix("qftp-certificates-").expect("a folder");
    let folder = folder.path();
    for (name, text) in [("openssl.cnf", CONFIG), ("index", ""), ("serial", "01\n")] {
        fs::write(folder.join(name), text).expect("written");
    }
    authority(folder, "other_ca");
    authority(folder, "ca");
    let server = Signed { name: "server", subject: "localhost", extensions: "server", dates: &[] };
    let past = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"];
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("openssl wrote it");
    Certificates {
        server: server.sign(folder),
        expired: Signed { name: "expired", dates: &past, ..server }.sign(folder),
        other_host: Signed {
            name: "other_host",
            subject: "ftp.example.org",
            extensions: "other_host",
            ..server
        }
        .sign(folder),
        client: Signed { name: "client", subject: "module", extensions: "client", ..server }.sign(folder),
        locked_key: {
            let lock = ["-passout", &format!("pass:{PASSPHRASE}"), "-out", "locked.key"];
            openssl(folder, &[&["rsa", "-aes256", "-in", "client.key"], lock.as_slice()].concat());
            read("locked.key")
        },
        ca: read("ca.crt"),
        other_ca: read("other_ca.crt"),
    }
}

/// A certificate that signs itself.
fn authority(folder: &Path, name: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.crt"));
    let form = ["-subj", "/CN=Test authority", "-extensions", "authority", "-days", "3650"];
    request(folder, &key, &certificate, &[&["-x509"], form.as_slice()].concat());
}

/// A key, and a certificate or the request for one.
fn request(folder: &Path, key: &str, out: &str, more: &[&str]) {
    let new = ["req", "-config", "openssl.cnf", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", out];
    openssl(folder, &[new.as_slice(), more].concat());
}

/// What the authority signs.
#[derive(Clone, Copy)]
struct Signed<'a> {
    name: &'a str,
    subject: &'a str,
    extensions: &'a str,
    dates: &'a [&'a str],
}

impl Signed<'_> {
    fn sign(self, folder: &Path) -> Identity {
        let (key, certificate) = (format!("{}.key", self.name), format!("{}.crt", self.name));
        request(folder, &key, "request", &["-subj", &format!("/CN={}", self.subject)]);
        let ca = ["ca", "-batch", "-notext", "-config", "openssl.cnf", "-extensions", self.extensions];
        openssl(folder, &[&ca, ["-in", "request", "-out", &certificate].as_slice(), self.dates].concat());
        let read = |name: &str| fs::read_to_string(folder.join(name)).expect("openssl wrote it");
        Identity { certificate: read(&certificate), key: read(&key) }
    }
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = output.expect("`cargo xtask test` brings the openssl program");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {}: {complaint}", arguments.join(" "));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `openssl verify` says of a certificate.
    fn verdict(ca: &str, identity: &Identity, more: &[&str]) -> String {
        let folder = TempDir::new().expect("a folder");
        let (certificate, _) = identity.write(folder.path(), "one");
        fs::write(folder.path().join("ca.crt"), ca).expect("written");
        let output = Command::new("openssl")
            .args(["verify", "-no-CApath", "-no-CAstore", "-CAfile", "ca.crt"])
            .args(more)
            .arg(certificate)
            .current_dir(folder.path())
            .output()
            .expect("openssl runs");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    #[test]
    fn each_certificate_fails_for_its_own_reason_only() {
        let made = certificates();
        let localhost = ["-verify_hostname", "localhost", "-purpose", "sslserver"];
        let ftp = ["-verify_hostname", "ftp.example.org", "-purpose", "sslserver"];
        for (ca, identity, more, expected) in [
            (&made.ca, &made.server, localhost.as_slice(), ": OK"),
            (&made.ca, &made.server, &["-verify_ip", "127.0.0.1"], ": OK"),
            (&made.ca, &made.client, &["-purpose", "sslclient"], ": OK"),
            (&made.ca, &made.other_host, &ftp, ": OK"),
            (&made.ca, &made.other_host, &localhost, "hostname mismatch"),
            (&made.ca, &made.expired, &localhost, "certificate has expired"),
            (&made.ca, &made.expired, &["-no_check_time", "-verify_hostname", "localhost"], ": OK"),
            (&made.other_ca, &made.server, &localhost, "unable to get local issuer certificate"),
        ] {
            let verdict = verdict(ca, identity, more);
            assert!(verdict.contains(expected), "{expected} is not in: {verdict}");
        }
        assert!(made.locked_key.contains("ENCRYPTED"));
    }
}
