//! Whole local files, fetched and sent by as many attempts as are allowed.

use std::path::Path;

use pyo3::prelude::*;
use qftp_core::job::Policy;
use qftp_core::session::Via;
use qftp_transport::{AtomicUpload, Begin, LocalSource, LocalTarget, Origin};

use crate::client::Client;
use crate::inner::{choose, local_file};

/// How a whole file is moved, and whom to tell.
pub(crate) struct How {
    /// `None` leaves the road to us.
    pub(crate) via: Option<Via>,
    pub(crate) policy: Policy,
    pub(crate) progress: Option<Py<PyAny>>,
    pub(crate) report: Option<Py<PyAny>>,
}

impl Client {
    /// Fetches into a local file, which gets its name when it is whole.
    pub(crate) fn fetch_file(&self, py: Python<'_>, name: &str, path: &Path, how: How) -> PyResult<u64> {
        let How { via, policy, progress, report } = how;
        let begin = if policy.resume { Begin::PartialOrTarget } else { Begin::Anew };
        let origin = self.run(py, |inner| Ok(inner.access.origin(name)))?;
        let mut target =
            LocalTarget::create(path, name, &origin, begin).map_err(|error| local_file(path, &error))?;
        let fetched = self.with_hooks(py, progress, report, |inner, report| {
            inner.job(report, &self.raised, &self.cancel, |client, way, flow| {
                let via = choose(via, client, way, flow, |client| client.size(name).map(Some))?;
                client.fetch(name, &mut target, Policy { via, ..policy }, way)
            })
        });
        match fetched {
            Ok(count) => target.finish().map(|_| count).map_err(|error| local_file(path, &error)),
            Err(error) => {
                // What is good of it stays for the next time.
                let _ = target.keep();
                Err(error)
            }
        }
    }

    /// Sends a local file; `atomic` by way of a temporary name.
    pub(crate) fn send_file(
        &self,
        py: Python<'_>,
        path: &Path,
        name: &str,
        atomic: bool,
        how: How,
    ) -> PyResult<u64> {
        let How { via, policy, progress, report } = how;
        let mut source = LocalSource::open(path).map_err(|error| local_file(path, &error))?;
        self.with_hooks(py, progress, report, |inner, report| {
            inner.job(report, &self.raised, &self.cancel, |client, way, flow| {
                let via = choose(via, client, way, flow, |_| Ok(source.len()))?;
                let policy = Policy { via, ..policy };
                let url = Origin::of(&way.login, way.folder, name).url;
                if !atomic {
                    if let Some(good) = self.losses.get(&url) {
                        client.distrust(name, way, good);
                    }
                    let sent = client.send_file(name, &mut source, policy, way);
                    self.losses.set(url, client.distrusted(name, way));
                    return sent;
                }
                let mut upload = AtomicUpload::new(&url, name, &source);
                client.send_file_atomic(&mut upload, &mut source, policy, way)
            })
        })
    }
}
