//! What a client works with, and how a transfer is set about.

use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use qftp_core::job::{Policy, choose_road, leaves_gaps};
use qftp_core::limits;
use qftp_core::session::{Kind, Via};
use qftp_core::wire::Storage;
use qftp_transport::{AtomicUpload, Cancel, Error, Flow, LocalSource, Put, Report, Settings, open_again};

use crate::error;
use crate::login::Access;
use crate::lost::Losses;
use crate::port::{Raised, Watched};

/// A client, and what it takes to bring its session about again.
pub(crate) struct Inner {
    pub(crate) client: qftp_transport::Client<Watched>,
    pub(crate) access: Access,
    /// Where the port is, if it can be opened again.
    pub(crate) address: Option<String>,
    pub(crate) settings: Settings,
    /// A login has succeeded, and no logout since.
    pub(crate) has_opened: bool,
}

impl Inner {
    pub(crate) fn open(&mut self) -> Result<(), Error> {
        let Self { client, access, .. } = self;
        if client.is_open() {
            client.close()?;
        }
        if let Some(certificates) = access.certificates() {
            client.push_certificates(&certificates)?;
        }
        client.open(&access.login())?;
        self.has_opened = true;
        Ok(())
    }

    /// Logs in as the last time, into the folder where it was.
    pub(crate) fn open_again(&mut self) -> Result<(), Error> {
        if !self.client.is_set_up() {
            self.client.connect(&mut self.access.way())?;
            self.has_opened = true;
            return Ok(());
        }
        // As the first time, certificates included.
        self.open()?;
        let Self { client, access, .. } = self;
        if access.folder.is_empty() { Ok(()) } else { client.cwd(&access.folder) }
    }

    /// Logs out, whatever came of it, and takes certificates away.
    pub(crate) fn close(&mut self) -> Result<(), Error> {
        let is_left = self.has_opened && !self.client.is_open();
        let closed = match (self.client.is_open(), is_left) {
            (true, _) => self.client.close(),
            // Where none is left, the module says so.
            (false, true) => match self.client.hang_up() {
                Err(Error::Failed(failure)) if failure.kind() != Kind::Line => Ok(()),
                ended => ended,
            },
            (false, false) => Ok(()),
        };
        self.has_opened = false;
        if self.access.ftps.is_some() && self.client.is_set_up() {
            self.client.remove_certificates()?;
        }
        closed
    }

    /// Sends what a reader has. What it loses on the line is noted: nothing is built upon it later.
    pub(crate) fn put(
        &mut self,
        name: &str,
        source: &mut impl Read,
        options: &Put,
        losses: &Losses,
    ) -> Result<u64, Error> {
        let url = self.access.origin(name).url;
        let sent = self.client.put(name, source, options);
        match &sent {
            Err(Error::Failed(failure)) if leaves_gaps(failure) => losses.set(url, Some(options.start)),
            Ok(_) if options.start == 0 => losses.set(url, None),
            _ => {}
        }
        sent
    }

    /// The same by way of a temporary name.
    pub(crate) fn put_atomic(
        &mut self,
        name: &str,
        source: &mut impl Read,
        options: &Put,
    ) -> Result<u64, Error> {
        let Self { client, access, .. } = self;
        let url = access.origin(name).url;
        // Nobody knows this source again: it has a name of its own on the server.
        let nameless = LocalSource::stream(name, Box::new(io::empty()));
        let mut upload = AtomicUpload::new(&url, name, &nameless);
        let mut way = access.way();
        client.claim(&mut upload, &mut way)?;
        let sent = client.put(upload.temporary(), source, options)?;
        client.publish(&upload, sent, &mut way)?;
        Ok(sent)
    }

    /// A transfer with the means to bring the session back.
    pub(crate) fn job<T>(
        &mut self,
        report: &mut dyn FnMut(Report),
        raised: &Raised,
        cancel: &Cancel,
        work: impl FnOnce(
            &mut qftp_transport::Client<Watched>,
            &mut qftp_transport::Way<'_, Watched>,
            Flow,
        ) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Self { client, access, address, settings, has_opened } = self;
        let mut reopen = || {
            let address = address.as_deref().unwrap_or_default();
            open_again(address, settings, cancel)
                .map(|port| Watched::new(Box::new(port), raised.clone(), cancel.clone()))
        };
        let mut way = access.way();
        way.reopen = address.is_some().then_some(&mut reopen);
        way.report = Some(report);
        let worked = work(client, &mut way, settings.flow);
        *has_opened |= client.is_open();
        worked
    }
}

/// The road, from the module's free storage where it is left to us.
pub(crate) fn choose(
    via: Option<Via>,
    client: &mut qftp_transport::Client<Watched>,
    way: &mut qftp_transport::Way<'_, Watched>,
    flow: Flow,
    len: impl FnOnce(&mut qftp_transport::Client<Watched>) -> Result<Option<u64>, Error>,
) -> Result<Via, Error> {
    if let Some(via) = via {
        return Ok(via);
    }
    if !client.is_open() {
        client.connect(way)?;
    }
    let len = len(client)?;
    // RAM first: flash wears.
    let storages = [Storage::Ram, Storage::Ufs, Storage::Sd];
    let free = storages.map(|storage| (storage, client.storage(storage).map_or(0, |(free, _)| free)));
    Ok(choose_road(len, &free, flow == Flow::RtsCts).0)
}

pub(crate) fn policy_of(settings: Option<&Bound<'_, PyDict>>) -> PyResult<Policy> {
    let mut policy = Policy::default();
    for (key, value) in settings.into_iter().flatten() {
        match key.extract::<String>()?.as_str() {
            "resume" => policy.resume = value.extract()?,
            "verify" => policy.verify = value.extract()?,
            "retries" => policy.retries = value.extract()?,
            "restart" => policy.restart = value.extract()?,
            other => return Err(error::misuse(key.py(), &format!("a transfer has no setting {other}"))),
        }
    }
    Ok(policy)
}

/// `rsptimeout` in whole seconds, as the module takes them.
pub(crate) fn seconds(timeout: Option<f64>) -> u8 {
    let (least, most) = (*limits::RSP_TIMEOUT_S.start(), *limits::RSP_TIMEOUT_S.end());
    let asked = timeout.map_or(Duration::from_secs(limits::RSP_TIMEOUT_DEFAULT_S.into()), |timeout| {
        Duration::try_from_secs_f64(timeout).unwrap_or(Duration::MAX)
    });
    u8::try_from(asked.as_secs()).unwrap_or(most).clamp(least, most)
}

pub(crate) fn local(error: std::io::Error) -> Error {
    Error::Local { error, state: qftp_core::session::SessionState::Usable }
}

/// Python's own exception for it, FileNotFoundError for example.
pub(crate) fn local_file(path: &Path, error: &std::io::Error) -> PyErr {
    let path = path.display().to_string();
    match error.raw_os_error().or_else(|| number_of(error.kind())) {
        Some(number) => {
            let text = error.to_string();
            let text = text.strip_prefix(&format!("{path}: ")).unwrap_or(&text).to_owned();
            PyOSError::new_err((number, text, path))
        }
        None => PyOSError::new_err(error.to_string()),
    }
}

/// The number by which Python chooses the class, where the system's own is not known any more.
fn number_of(kind: io::ErrorKind) -> Option<i32> {
    // Linux's numbers, of errno.h.
    Some(match kind {
        io::ErrorKind::NotFound => 2,
        io::ErrorKind::PermissionDenied => 13,
        io::ErrorKind::AlreadyExists => 17,
        io::ErrorKind::NotADirectory => 20,
        io::ErrorKind::IsADirectory => 21,
        io::ErrorKind::InvalidInput => 22,
        io::ErrorKind::StorageFull => 28,
        io::ErrorKind::NotSeekable => 29,
        io::ErrorKind::ReadOnlyFilesystem => 30,
        _ => return None,
    })
}
