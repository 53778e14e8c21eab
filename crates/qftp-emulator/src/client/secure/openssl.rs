//! TLS 1.0 to 1.3 and the old cipher suites by OpenSSL.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{
    HandshakeError, Ssl, SslContext, SslContextBuilder, SslMethod, SslOptions, SslSession,
    SslSessionCacheMode, SslStream, SslVerifyMode, SslVersion,
};
use openssl::x509::verify::{X509CheckFlags, X509VerifyFlags};
use openssl::x509::{X509, X509VerifyResult};
use qftp_core::wire::SecLevel;

use super::suites::{ALL, openssl_name};
use super::{Connection, Library, lock};
use crate::ftp_side::Tls;

/// OpenSSL, with the settings of one login.
pub(super) struct OpenSsl {
    context: SslContext,
    settings: Tls,
    /// The latest session that the server gave us, as DER.
    session: Arc<Mutex<Option<Vec<u8>>>>,
}

impl OpenSsl {
    pub(super) fn new(settings: &Tls) -> Result<Self, String> {
        let session = Arc::<Mutex<Option<Vec<u8>>>>::default();
        let context = context(settings, session.clone())?;
        Ok(Self { context, settings: settings.clone(), session })
    }
}

impl Library for OpenSsl {
    fn handshake(&self, domain: &str, socket: TcpStream) -> Result<Box<dyn Connection>, String> {
        let settings = &self.settings;
        let fault = |error: ErrorStack| reason(&error);
        let mut ssl = Ssl::new(&self.context).map_err(fault)?;
        let is_address = domain.parse::<std::net::IpAddr>().is_ok();
        if settings.sni && !is_address {
            ssl.set_hostname(domain).map_err(fault)?;
        }
        if settings.checks_host && settings.level != SecLevel::Open {
            let param = ssl.param_mut();
            param.set_hostflags(X509CheckFlags::NO_PARTIAL_WILDCARDS);
            match domain.parse() {
                Ok(address) => param.set_ip(address).map_err(fault)?,
                Err(_) => param.set_host(domain).map_err(fault)?,
            }
        }
        let session = lock(&self.session).clone().filter(|_| settings.resumes);
        if let Some(session) = session.and_then(|der| SslSession::from_der(&der).ok()) {
            resume(&mut ssl, &session).map_err(fault)?;
        }
        let connected = ssl.connect(socket).map_err(|error| match error {
            HandshakeError::SetupFailure(error) => reason(&error),
            HandshakeError::WouldBlock(_) => "the server did not finish the handshake in time".to_owned(),
            HandshakeError::Failure(stream) => match stream.ssl().verify_result() {
                X509VerifyResult::OK => stream
                    .error()
                    .ssl_error()
                    .map_or_else(|| "the server closed the connection in the handshake".to_owned(), reason),
                refusal => format!("the server's certificate was refused: {}", refusal.error_string()),
            },
        })?;
        Ok(Box::new(Connected(connected)))
    }
}

/// Asks for the control connection's session to be resumed; vsftpd and ProFTPD refuse data connections that do not.
fn resume(ssl: &mut Ssl, session: &SslSession) -> Result<(), ErrorStack> {
    // SAFETY: the session was negotiated by a connection of the same SslContext, which is what OpenSSL asks for, and this copy of it
    // is used for this connection only.
    #[expect(unsafe_code, reason = "the openssl crate has no safe call for it")]
    unsafe {
        ssl.set_session(session)
    }
}

fn context(settings: &Tls, session: Arc<Mutex<Option<Vec<u8>>>>) -> Result<SslContext, String> {
    let fault = |error: ErrorStack| reason(&error);
    let mut builder = SslContextBuilder::new(SslMethod::tls_client()).map_err(fault)?;
    let (lowest, highest) = match settings.version {
        0 => return Err("sslversion 0 is SSL 3.0, which this OpenSSL does not have".to_owned()),
        1 => (SslVersion::TLS1, SslVersion::TLS1),
        2 => (SslVersion::TLS1_1, SslVersion::TLS1_1),
        3 => (SslVersion::TLS1_2, SslVersion::TLS1_2),
        // A chosen suite is one of TLS 1.2 or before.
        _ if settings.suite != ALL => (SslVersion::TLS1, SslVersion::TLS1_2),
        _ => (SslVersion::TLS1, SslVersion::TLS1_3),
    };
    builder.set_min_proto_version(Some(lowest)).map_err(fault)?;
    builder.set_max_proto_version(Some(highest)).map_err(fault)?;
    let suite = openssl_name(settings.suite)
        .ok_or_else(|| format!("ciphersuite 0X{:04X} is not one of the module's", settings.suite))?;
    // The default security level has no TLS 1.0 and no small keys; a module is not so particular.
    builder.set_cipher_list(&format!("{suite}:@SECLEVEL=0")).map_err(|_| {
        format!("ciphersuite 0X{:04X} is {suite}, which this OpenSSL does not have", settings.suite)
    })?;
    // Whether a file came whole is said by the server's reply, not by the end of TLS, which many servers leave out.
    builder.set_options(SslOptions::IGNORE_UNEXPECTED_EOF);
    builder.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
    // As DER, and read again for every connection: OpenSSL marks a session of TLS 1.3 as used up after its first use.
    builder.set_new_session_callback(move |_, fresh| {
        if let Ok(der) = fresh.to_der() {
            *lock(&session) = Some(der);
        }
    });
    certificates(&mut builder, settings)?;
    Ok(builder.build())
}

fn certificates(builder: &mut SslContextBuilder, settings: &Tls) -> Result<(), String> {
    if settings.level == SecLevel::Open {
        builder.set_verify(SslVerifyMode::NONE);
        return Ok(());
    }
    builder.set_verify(SslVerifyMode::PEER);
    if settings.ignores_dates {
        builder
            .verify_param_mut()
            .set_flags(X509VerifyFlags::NO_CHECK_TIME)
            .map_err(|error| reason(&error))?;
    }
    let ca = settings.ca.as_deref().ok_or("seclevel 1 and 2 need a cacert")?;
    for certificate in read_certificates("cacert", ca)? {
        builder.cert_store_mut().add_cert(certificate).map_err(|error| reason(&error))?;
    }
    if settings.level == SecLevel::Mutual {
        let certificate = settings.certificate.as_deref().ok_or("seclevel 2 needs a clientcert")?;
        let key = settings.key.as_deref().ok_or("seclevel 2 needs a clientkey")?;
        let mut chain = read_certificates("clientcert", certificate)?.into_iter();
        let own = chain.next().ok_or("clientcert: no certificate in it")?;
        builder.set_certificate(&own).map_err(|error| reason(&error))?;
        for next in chain {
            builder.add_extra_chain_cert(next).map_err(|error| reason(&error))?;
        }
        builder
            .set_private_key(&*read_key(key, settings.key_password.as_deref())?)
            .map_err(|error| reason(&error))?;
        builder.check_private_key().map_err(|_| "clientkey is not the key of clientcert".to_owned())?;
    }
    Ok(())
}

/// PEM, several of them too, or DER.
fn read_certificates(name: &str, bytes: &[u8]) -> Result<Vec<X509>, String> {
    match X509::stack_from_pem(bytes) {
        Ok(stack) if !stack.is_empty() => Ok(stack),
        _ => X509::from_der(bytes)
            .map(|one| vec![one])
            .map_err(|_| format!("{name}: no certificate in PEM or DER form")),
    }
}

fn read_key(bytes: &[u8], password: Option<&[u8]>) -> Result<PKey<Private>, String> {
    let password = password.unwrap_or_default();
    // Without one OpenSSL would ask at the terminal.
    PKey::private_key_from_pem_passphrase(bytes, password)
        .or_else(|_| PKey::private_key_from_der(bytes))
        .map_err(|_| "clientkey: no private key in PEM or DER form, or another password".to_owned())
}

/// OpenSSL's reason, without its file names and numbers.
fn reason(error: &ErrorStack) -> String {
    let reasons: Vec<&str> = error.errors().iter().filter_map(openssl::error::Error::reason).collect();
    if reasons.is_empty() { "the handshake failed".to_owned() } else { reasons.join(", ") }
}

struct Connected(SslStream<TcpStream>);

impl Connection for Connected {
    fn socket(&self) -> &TcpStream {
        self.0.get_ref()
    }

    fn say_goodbye(&mut self) {
        // The other side may be gone.
        let _ = self.0.shutdown();
    }
}

impl Read for Connected {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
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

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connected").field(&self.0.ssl().version_str()).finish()
    }
}
