//! Uploads that lost bytes on the line: what of them is good, remembered beyond the call that lost them.

use std::collections::BTreeMap;

use qftp_core::session::Login;

/// A file on a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Doubt {
    server: (String, u16),
    user: String,
    folder: String,
    name: String,
}

impl Doubt {
    pub(super) fn new(login: &Login<'_>, folder: &str, name: &str) -> Self {
        Self {
            server: (login.host.to_owned(), login.port),
            user: login.user.expose().to_owned(),
            folder: folder.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// How many bytes at most of such files are good.
#[derive(Debug, Default)]
pub(super) struct Doubts(BTreeMap<Doubt, u64>);

impl Doubts {
    pub(super) fn get(&self, file: &Doubt) -> Option<u64> {
        self.0.get(file).copied()
    }

    /// `None`: the file is whole, or what the server has of it is as good as any.
    pub(super) fn set(&mut self, file: Doubt, good: Option<u64>) {
        match good {
            Some(good) => self.0.insert(file, good),
            None => self.0.remove(&file),
        };
    }
}
