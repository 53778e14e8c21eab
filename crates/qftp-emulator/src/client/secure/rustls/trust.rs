//! Which certificates of a server are taken: what `seclevel`, `cacert`, `checkhost` and
//! `ignorelocaltime` say.

use qftp_core::wire::SecLevel;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::read_certificates;
use crate::ftp_side::Tls;

/// Dates are the server's and its authorities': each may be wrong by itself.
const DATES: usize = 8;

#[derive(Debug)]
pub(super) struct Trust {
    /// `None`: everybody is trusted.
    authorities: Option<Authorities>,
    checks_host: bool,
    ignores_dates: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
struct Authorities {
    roots: RootCertStore,
    /// The same certificates, for a server whose own one is among them.
    certificates: Vec<CertificateDer<'static>>,
}

impl Trust {
    pub(super) fn new(settings: &Tls, algorithms: WebPkiSupportedAlgorithms) -> Result<Self, String> {
        let authorities = match settings.level {
            SecLevel::Open => None,
            SecLevel::Server | SecLevel::Mutual => {
                let ca = settings.ca.as_deref().ok_or("seclevel 1 and 2 need a cacert")?;
                let certificates = read_certificates("cacert", ca)?;
                let mut roots = RootCertStore::empty();
                for certificate in &certificates {
                    roots.add(certificate.clone()).map_err(|error| format!("cacert: {error}"))?;
                }
                Some(Authorities { roots, certificates })
            }
        };
        let Tls { checks_host, ignores_dates, .. } = *settings;
        Ok(Self { authorities, checks_host, ignores_dates, algorithms })
    }

    /// Certificates that nobody looks at may be of any make.
    fn unless_open(
        &self,
        verify: impl FnOnce() -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.authorities.is_none() { Ok(HandshakeSignatureValid::assertion()) } else { verify() }
    }

    /// Whether the chain leads to one of `authorities`, at a time at which it may.
    fn check_chain(
        &self,
        authorities: &Authorities,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        mut now: UnixTime,
    ) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        let chain = |now| {
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                &authorities.roots,
                intermediates,
                now,
                algorithms,
            )
        };
        let mut checked = chain(now);
        for _ in 0..DATES {
            now = match checked {
                Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }))
                    if self.ignores_dates =>
                {
                    not_after
                }
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                    not_before, ..
                })) if self.ignores_dates => not_before,
                // An authority's certificate as a server's own is none of webpki's rules, but the
                // user may have named it.
                Err(Error::InvalidCertificate(CertificateError::Other(_)))
                    if authorities.certificates.contains(certificate) =>
                {
                    return Ok(());
                }
                other => return other,
            };
            checked = chain(now);
        }
        checked
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(authorities) = &self.authorities {
            self.check_chain(authorities, certificate, intermediates, now)?;
            if self.checks_host {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.unless_open(|| verify_tls12_signature(message, certificate, signature, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.unless_open(|| verify_tls13_signature(message, certificate, signature, &self.algorithms))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
