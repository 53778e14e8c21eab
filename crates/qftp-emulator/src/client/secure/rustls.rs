//! TLS 1.2 and 1.3 by rustls, which is built in seconds. What it does not have it says, and names
//! the feature that has it.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use qftp_core::wire::SecLevel;
use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, NamedGroup, StreamOwned, SupportedCipherSuite, SupportedProtocolVersion,
};

use super::suites::{ALL, openssl_name};
use super::{Connection, Library, lock};
use crate::ftp_side::Tls;

mod trust;

use trust::Trust;

/// How to get what is not here.
const ELSEWHERE: &str = "the Cargo feature `openssl` of this program brings it";

/// rustls, with the settings of one login.
pub(super) struct Rustls {
    config: Arc<ClientConfig>,
}

impl Rustls {
    pub(super) fn new(settings: &Tls) -> Result<Self, String> {
        let provider =
            Arc::new(CryptoProvider { cipher_suites: suites(settings.suite)?, ..ring::default_provider() });
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions(settings)?)
            .map_err(|error| error.to_string())?;
        let trust = Trust::new(settings, provider.signature_verification_algorithms)?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(trust));
        let mut config = match settings.level {
            SecLevel::Mutual => {
                let (chain, key) = identity(settings)?;
                builder.with_client_auth_cert(chain, key).map_err(|error| match error {
                    rustls::Error::InconsistentKeys(_) => "clientkey is not the key of clientcert".to_owned(),
                    error => format!("clientkey: {error}"),
                })?
            }
            SecLevel::Open | SecLevel::Server => builder.with_no_client_auth(),
        };
        config.enable_sni = settings.sni;
        config.resumption = match settings.resumes {
            true => Resumption::store(Arc::new(Sessions::default())),
            false => Resumption::disabled(),
        };
        Ok(Self { config: Arc::new(config) })
    }
}

impl Library for Rustls {
    fn handshake(&self, domain: &str, mut socket: TcpStream) -> Result<Box<dyn Connection>, String> {
        let name = ServerName::try_from(domain.to_owned())
            .map_err(|_| format!("{domain} is no name that a certificate can have"))?;
        let mut client =
            ClientConnection::new(self.config.clone(), name).map_err(|error| error.to_string())?;
        while client.is_handshaking() {
            client.complete_io(&mut socket).map_err(|error| reason(&error))?;
        }
        Ok(Box::new(Connected(StreamOwned::new(client, socket))))
    }
}

fn versions(settings: &Tls) -> Result<&'static [&'static SupportedProtocolVersion], String> {
    static MIDDLE: [&SupportedProtocolVersion; 1] = [&TLS12];
    static BOTH: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];
    Ok(match settings.version {
        0 => return Err("sslversion 0 is SSL 3.0, which no TLS library here has".to_owned()),
        1 | 2 => {
            let version = settings.version - 1;
            return Err(format!("sslversion {} is TLS 1.{version}; {ELSEWHERE}", settings.version));
        }
        3 => &MIDDLE,
        // A chosen suite is one of TLS 1.2 or before.
        _ if settings.suite != ALL => &MIDDLE,
        _ => &BOTH,
    })
}

fn suites(number: u16) -> Result<Vec<SupportedCipherSuite>, String> {
    let all = ring::ALL_CIPHER_SUITES.iter().copied();
    if number == ALL {
        return Ok(all.collect());
    }
    let name = openssl_name(number)
        .ok_or_else(|| format!("ciphersuite 0X{number:04X} is not one of the module's"))?;
    let chosen: Vec<_> = all.filter(|suite| suite.suite() == number.into()).collect();
    if chosen.is_empty() {
        return Err(format!("ciphersuite 0X{number:04X} is {name}, which rustls does not have; {ELSEWHERE}"));
    }
    Ok(chosen)
}

/// `clientcert` and `clientkey`.
fn identity(settings: &Tls) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let certificate = settings.certificate.as_deref().ok_or("seclevel 2 needs a clientcert")?;
    let key = settings.key.as_deref().ok_or("seclevel 2 needs a clientkey")?;
    Ok((read_certificates("clientcert", certificate)?, read_key(key)?))
}

/// PEM, several of them too, or DER.
fn read_certificates(name: &str, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(bytes).filter_map(Result::ok).collect();
    match found.is_empty() {
        false => Ok(found),
        true if is_der(bytes) => Ok(vec![CertificateDer::from(bytes.to_vec())]),
        true => Err(format!("{name}: no certificate in PEM or DER form")),
    }
}

fn read_key(bytes: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    let has = |words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
    if has(b"ENCRYPTED") {
        return Err(format!("clientkey has a password, which rustls does not open; {ELSEWHERE}"));
    }
    PrivateKeyDer::from_pem_slice(bytes).or_else(|_| {
        let der = is_der(bytes).then(|| PrivatePkcs8KeyDer::from(bytes.to_vec()).into());
        der.ok_or_else(|| "clientkey: no private key in PEM or DER form, or another password".to_owned())
    })
}

/// Whether this begins as a certificate and a key do: a sequence.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30)
}

/// Why a handshake failed, in words of OpenSSL's kind.
fn reason(error: &io::Error) -> String {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (tls, error.kind()) {
        (Some(rustls::Error::InvalidCertificate(refusal)), _) => {
            format!("the server's certificate was refused: {refusal}")
        }
        (Some(error), _) => error.to_string(),
        (None, ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            "the server did not finish the handshake in time".to_owned()
        }
        (None, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
            "the server closed the connection in the handshake".to_owned()
        }
        (None, _) => error.to_string(),
    }
}

#[derive(Debug)]
struct Connected(StreamOwned<ClientConnection, TcpStream>);

impl Connection for Connected {
    fn socket(&self) -> &TcpStream {
        self.0.get_ref()
    }

    fn say_goodbye(&mut self) {
        self.0.conn.send_close_notify();
        // The other side may be gone.
        let _ = self.0.flush();
    }
}

impl Read for Connected {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buf) {
            // Whether a file came whole is said by the server's reply, not by the end of TLS, which
            // many servers leave out.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(0),
            other => other,
        }
    }
}

impl Write for Connected {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The sessions that the server gave, the latest ones.
///
/// A ticket of TLS 1.3 is for one use. A connection that is read to its end brings a new one, but
/// for ProFTPD's short uploads: there the third upload in a row has none left.
#[derive(Debug, Default)]
struct Sessions {
    tls12: Mutex<Option<Tls12ClientSessionValue>>,
    tls13: Mutex<VecDeque<Tls13ClientSessionValue>>,
    group: Mutex<Option<NamedGroup>>,
}

/// More tickets than a server gives before one is used.
const TICKETS: usize = 16;

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, _: ServerName<'static>, group: NamedGroup) {
        *lock(&self.group) = Some(group);
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        *lock(&self.group)
    }

    fn set_tls12_session(&self, _: ServerName<'static>, session: Tls12ClientSessionValue) {
        *lock(&self.tls12) = Some(session);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        lock(&self.tls12).clone()
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        *lock(&self.tls12) = None;
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        let mut tickets = lock(&self.tls13);
        tickets.truncate(TICKETS - 1);
        tickets.push_front(ticket);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        lock(&self.tls13).pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_openssl_has_is_named() {
        let said = suites(0x002F).expect_err("an old suite");
        assert!(said.contains("AES128-SHA") && said.contains("feature `openssl`"), "{said}");
        assert!(suites(0x1234).expect_err("no suite").contains("not one of the module's"));
        assert_eq!(suites(0xC02F).expect("rustls has it").len(), 1);
        let said = read_key(b"-----BEGIN ENCRYPTED PRIVATE KEY-----").expect_err("a password");
        assert!(said.contains("feature `openssl`"), "{said}");
    }
}
