//! What it takes to bring a session about, kept for the next time.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use qftp_core::Secret;
use qftp_core::session::{Apn, Login, Setup, Tls, Via};
use qftp_core::wire::{PdpAuth, PdpType, SslVersion, Storage, TransMode, TransferType, UrcPort};
use qftp_transport::{Certificates, ClientFiles, Origin, Put, Way};

use crate::error::misuse;
use crate::port::Watched;

/// The module's set-up and the server's login.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) apn: Option<String>,
    pub(crate) apn_user: String,
    pub(crate) apn_password: String,
    pub(crate) context: u8,
    pub(crate) urc_port: Option<UrcPort>,
    pub(crate) network: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) active: bool,
    /// The server converts line ends.
    pub(crate) ascii: bool,
    pub(crate) folder: String,
    pub(crate) ftps: Option<Ftps>,
}

/// FTPS: the certificates as the bytes of PEM files.
#[derive(Default)]
pub(crate) struct Ftps {
    implicit: bool,
    any_version: bool,
    ignore_dates: bool,
    ca: Option<Vec<u8>>,
    certificate: Vec<u8>,
    key: Vec<u8>,
    key_password: String,
}

impl Access {
    pub(crate) fn setup(&self) -> Setup<'_> {
        let apn = self.apn.as_deref().map(|name| match self.apn_user.is_empty() {
            true => Apn::new(name),
            false => Apn {
                name,
                login: Some((Secret::new(&self.apn_user), Secret::new(&self.apn_password))),
                auth: PdpAuth::Chap,
                kind: PdpType::V4,
            },
        });
        Setup { context: self.context, apn, urc_port: self.urc_port, network: self.network }
    }

    /// What names a file of the present folder.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        Origin::of(&self.login(), &self.folder, name)
    }

    pub(crate) fn login(&self) -> Login<'_> {
        Login {
            port: self.port,
            user: Secret::new(&self.user),
            password: Secret::new(&self.password),
            trans_mode: if self.active { TransMode::Active } else { TransMode::Passive },
            transfer_type: if self.ascii { TransferType::Ascii } else { TransferType::Binary },
            tls: self.ftps.as_ref().map(Ftps::tls),
            ..Login::new(&self.host)
        }
    }

    pub(crate) fn certificates(&self) -> Option<Certificates<'_>> {
        self.ftps.as_ref().map(Ftps::certificates)
    }

    pub(crate) fn way(&self) -> Way<'_, Watched> {
        Way { certificates: self.certificates(), ..Way::new(self.setup(), self.login(), &self.folder) }
    }
}

impl Ftps {
    /// From keyword arguments that the Python package has checked.
    pub(crate) fn from(settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut ftps = Self::default();
        for (key, value) in settings {
            match key.extract::<String>()?.as_str() {
                "implicit" => ftps.implicit = value.extract()?,
                "any_version" => ftps.any_version = value.extract()?,
                "ignore_dates" => ftps.ignore_dates = value.extract()?,
                "ca" => ftps.ca = value.extract()?,
                "certificate" => ftps.certificate = value.extract()?,
                "key" => ftps.key = value.extract()?,
                "key_password" => ftps.key_password = value.extract()?,
                other => return Err(misuse(settings.py(), &format!("FTPS has no setting {other}"))),
            }
        }
        Ok(ftps)
    }

    fn certificates(&self) -> Certificates<'_> {
        let client = (!self.certificate.is_empty()).then(|| ClientFiles {
            certificate: &self.certificate,
            key: &self.key,
            password: Secret::new(&self.key_password),
        });
        Certificates { ca: self.ca.as_deref(), client }
    }

    pub(crate) fn tls(&self) -> Tls<'_> {
        let version = if self.any_version { SslVersion::All } else { SslVersion::Tls1_2 };
        Tls { implicit: self.implicit, version, ignore_dates: self.ignore_dates, ..self.certificates().tls() }
    }
}

/// A storage of the module by its name.
pub(crate) fn storage(py: Python<'_>, name: &str) -> PyResult<Storage> {
    match name.to_ascii_lowercase().as_str() {
        "ufs" => Ok(Storage::Ufs),
        "ram" => Ok(Storage::Ram),
        "sd" => Ok(Storage::Sd),
        _ => Err(misuse(py, "a storage of the module is ufs, ram or sd")),
    }
}

/// A road by its name; `None` for "auto".
pub(crate) fn road(py: Python<'_>, name: &str) -> PyResult<Option<Via>> {
    match name {
        "auto" => Ok(None),
        "com" => Ok(Some(Via::Com)),
        name => storage(py, name)
            .map(|storage| Some(Via::Storage(storage)))
            .map_err(|_| misuse(py, "a road (via) is com, ram, ufs, sd or auto")),
    }
}

/// Where URCs go, by its name.
pub(crate) fn urc_port(py: Python<'_>, name: Option<&str>) -> PyResult<Option<UrcPort>> {
    Ok(match name {
        None => None,
        Some("uart1") => Some(UrcPort::Uart1),
        Some("usbat") => Some(UrcPort::UsbAt),
        Some("usbmodem") => Some(UrcPort::UsbModem),
        Some(_) => return Err(misuse(py, "a URC port is uart1, usbat or usbmodem")),
    })
}

/// An upload of `len` bytes, or of all that there is.
pub(crate) fn put(start: u64, len: Option<u64>, via: Option<Via>) -> Put {
    Put { start, len, via: via.unwrap_or_default() }
}
