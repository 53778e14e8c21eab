//! What it takes to bring a session back: copies of what the caller gave.

use qftp_core::Secret;
use qftp_core::session::{Apn, ClientCertificate, Login, Setup, Tls};
use qftp_transport::{Certificates, ClientFiles};

/// Of the last set-up and login.
#[derive(Default)]
pub(super) struct Remembered {
    pub(super) setup: Option<OwnSetup>,
    pub(super) login: Option<OwnLogin>,
    pub(super) certificates: Option<OwnCertificates>,
    /// The server's working folder; empty for the login's own.
    pub(super) folder: String,
}

impl Remembered {
    /// Notes a change of folder.
    pub(super) fn enter(&mut self, path: &str) {
        if path.starts_with('/') || self.folder.is_empty() {
            path.clone_into(&mut self.folder);
        } else {
            if !self.folder.ends_with('/') {
                self.folder.push('/');
            }
            self.folder.push_str(path);
        }
    }
}

/// A [`Setup`] of our own.
pub(super) struct OwnSetup {
    /// With its access point left out.
    settings: Setup<'static>,
    apn: Option<OwnApn>,
}

struct OwnApn {
    /// With its name and login left out.
    settings: Apn<'static>,
    name: String,
    login: Option<(String, String)>,
}

impl OwnSetup {
    pub(super) fn new(setup: &Setup<'_>) -> Self {
        let &Setup { context, ref apn, urc_port, network } = setup;
        let apn = apn.as_ref().map(|&Apn { name, login, auth, kind }| OwnApn {
            settings: Apn { name: "", login: None, auth, kind },
            name: name.to_owned(),
            login: login.map(|(user, password)| (owned(user), owned(password))),
        });
        Self { settings: Setup { context, apn: None, urc_port, network }, apn }
    }

    pub(super) fn get(&self) -> Setup<'_> {
        let apn = self.apn.as_ref().map(|apn| Apn {
            name: &apn.name,
            login: apn.login.as_ref().map(|(user, password)| (Secret::new(user), Secret::new(password))),
            ..apn.settings
        });
        Setup { apn, ..self.settings }
    }
}

/// A [`Login`] of our own.
pub(super) struct OwnLogin {
    /// With its texts left out.
    settings: Login<'static>,
    host: String,
    user: String,
    password: String,
    tls: Option<OwnTls>,
}

struct OwnTls {
    /// With its texts left out.
    settings: Tls<'static>,
    ca: Option<String>,
    client: Option<[String; 3]>,
}

impl OwnLogin {
    pub(super) fn new(login: &Login<'_>) -> Self {
        let &Login { host, port, user, password, transfer_type, trans_mode, data_address, tls } = login;
        let settings = Login { port, transfer_type, trans_mode, data_address, tls: None, ..Login::new("") };
        let tls =
            tls.map(|Tls { implicit, context, version, suite, ca, client, ignore_dates, sni }| OwnTls {
                settings: Tls {
                    implicit,
                    context,
                    version,
                    suite,
                    ca: None,
                    client: None,
                    ignore_dates,
                    sni,
                },
                ca: ca.map(str::to_owned),
                client: client.map(|client| {
                    [client.certificate.to_owned(), client.key.to_owned(), owned(client.password)]
                }),
            });
        Self { settings, host: host.to_owned(), user: owned(user), password: owned(password), tls }
    }

    pub(super) fn get(&self) -> Login<'_> {
        let tls = self.tls.as_ref().map(|tls| Tls {
            ca: tls.ca.as_deref(),
            client: tls.client.as_ref().map(|[certificate, key, password]| ClientCertificate {
                certificate,
                key,
                password: Secret::new(password),
            }),
            ..tls.settings
        });
        let (user, password) = (Secret::new(&self.user), Secret::new(&self.password));
        Login { host: &self.host, user, password, tls, ..self.settings }
    }
}

/// [`Certificates`] of our own.
pub(super) struct OwnCertificates {
    pub(super) ca: Option<Vec<u8>>,
    pub(super) client: Option<OwnClient>,
}

pub(super) struct OwnClient {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) password: String,
}

impl OwnCertificates {
    pub(super) fn get(&self) -> Certificates<'_> {
        let client = self.client.as_ref().map(|client| ClientFiles {
            certificate: &client.certificate,
            key: &client.key,
            password: Secret::new(&client.password),
        });
        Certificates { ca: self.ca.as_deref(), client }
    }
}

fn owned(secret: Secret<'_>) -> String {
    secret.expose().to_owned()
}
