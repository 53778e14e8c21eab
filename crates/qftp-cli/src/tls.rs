//! `ftps://` and `ftpes://`: certificates for the module, the settings of its SSL context, and what a 631 may mean.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use qftp_core::codes::FtpCode;
use qftp_core::session::{Tls, TlsSuspect};
use qftp_core::wire::SslVersion;
use qftp_core::{Printable, Secret};
use qftp_transport::{Certificates, ClientFiles, Error, Pem};

use crate::exit::{Candidate, Problem};
use crate::options::{Options, TlsMinArg};
use crate::output::note;
use crate::url::{Scheme, Url};

/// What a login by FTPS needs, read and checked before a byte goes to the module.
pub(crate) struct Ftps {
    implicit: bool,
    version: SslVersion,
    ignore_dates: bool,
    ca: Option<Vec<u8>>,
    /// Certificate, key, password of the key.
    client: Option<(Vec<u8>, Vec<u8>, String)>,
}

impl Ftps {
    /// `None` for plain FTP.
    pub(crate) fn prepare(options: &Options, url: &Url) -> Result<Option<Self>, Problem> {
        let implicit = match url.scheme {
            Scheme::Ftp => return Ok(None),
            Scheme::Ftps => true,
            Scheme::Ftpes => false,
        };
        if options.active {
            return Err(Problem::usage("FTPS works with passive data connections only; leave --active out"));
        }
        let version = match options.tls_min.unwrap_or(TlsMinArg::V1_2) {
            TlsMinArg::V1_0 => SslVersion::All,
            TlsMinArg::V1_2 => SslVersion::Tls1_2,
        };
        let ca = match (&options.cacert, options.insecure) {
            (_, true) => None,
            (Some(path), false) => Some(pem(Pem::Certificate, path)?),
            (None, false) => {
                return Err(Problem::usage("no CA certificate to check the server against").remedy(
                    "name the file (PEM) of the authority that signed the server's certificate by --cacert, or check nothing by --insecure",
                ));
            }
        };
        let client = match (&options.cert, &options.key) {
            (Some(certificate_path), Some(key_path)) if ca.is_some() => {
                let key = pem(Pem::PrivateKey, key_path)?;
                let password = key_password(&key, key_path)?;
                Some((pem(Pem::Certificate, certificate_path)?, key, password))
            }
            (Some(_), Some(_)) => {
                return Err(Problem::usage(
                    "--cert needs --cacert: a module checks both sides or shows nothing",
                ));
            }
            _ => None,
        };
        Ok(Some(Self { implicit, version, ignore_dates: options.ignore_dates, ca, client }))
    }

    /// Says aloud what is not protected.
    pub(crate) fn warn(&self) {
        if self.ca.is_none() {
            warn(
                "the server's certificate is not checked (--insecure): anybody on the way may pose as the server",
            );
        } else if self.ignore_dates {
            warn("the dates of the server's certificate are not checked (--ignore-dates)");
        }
    }

    pub(crate) fn certificates(&self) -> Certificates<'_> {
        Certificates {
            ca: self.ca.as_deref(),
            client: self.client.as_ref().map(|(certificate, key, password)| ClientFiles {
                certificate,
                key,
                password: Secret::new(password),
            }),
        }
    }

    pub(crate) fn settings(&self) -> Tls<'_> {
        Tls {
            implicit: self.implicit,
            version: self.version,
            ignore_dates: self.ignore_dates,
            ..self.certificates().tls()
        }
    }

    /// A 631 says nothing more; these are the things that it may be.
    pub(crate) fn explain(&self, error: Error) -> Problem {
        let is_tls = error.failure().and_then(qftp_core::session::Failure::ftp_code) == Some(FtpCode::SSL);
        let mut problem = Problem::from(error);
        if is_tls {
            let suspects = self.settings().suspects();
            let candidate = |suspect: TlsSuspect| Candidate {
                cause: suspect.cause(),
                test: suspect.test(),
                option: option(suspect),
            };
            problem.candidates = Some(suspects.map(candidate).collect());
        }
        problem
    }
}

/// The option that tries out whether it is this.
fn option(suspect: TlsSuspect) -> Option<&'static str> {
    match suspect {
        TlsSuspect::Authority | TlsSuspect::HostName => Some("--insecure"),
        TlsSuspect::Dates => Some("--ignore-dates"),
        TlsSuspect::Version => Some("--tls-min 1.0"),
        _ => None,
    }
}

/// A warning on stderr, also where the results are JSON.
pub(crate) fn warn(text: &str) {
    note(format!("qftp: warning: {text}"));
}

/// A PEM file.
fn pem(kind: Pem, path: &Path) -> Result<Vec<u8>, Problem> {
    kind.read(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Problem::usage(error.to_string())
            .remedy("`openssl x509` and `openssl pkey` convert from other forms"),
        _ => Problem::file(&error),
    })
}

/// The password of an encrypted key: from the environment, or a terminal.
fn key_password(key: &[u8], path: &Path) -> Result<String, Problem> {
    if !String::from_utf8_lossy(key).contains("ENCRYPTED") {
        return Ok(String::new());
    }
    if let Ok(password) = std::env::var("QFTP_KEY_PASSWORD") {
        return Ok(password);
    }
    if !io::stdin().is_terminal() {
        return Err(Problem::usage(format!("{}: the key is encrypted", path.display()))
            .remedy("set QFTP_KEY_PASSWORD to its password"));
    }
    let name = path.display().to_string();
    rpassword::prompt_password(format!("Password of {}: ", Printable(name.as_bytes())))
        .map_err(|error| Problem::usage(format!("no password: {error}")))
}
