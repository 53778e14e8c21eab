//! The folder of the server, seen through the module.

use qftp_core::job::may_pass;
use qftp_core::listing::Kind;
use qftp_transport::{Error, Way};

use crate::folder::{Item, Lister, Listing, join};
use crate::port::{AnyClient, AnyPort};
use crate::time::{self, Span};

/// Hours that a server's clock may be away from UTC.
const ZONES: i64 = 15 * 3600;

/// A session on the server, and the folder it is in.
pub(super) struct There<'a, 'w> {
    pub(super) client: &'a mut AnyClient,
    way: &'a mut Way<'w, AnyPort>,
    /// The root's path on the server; no slash at its end.
    root: String,
    /// The folder the session is in, where that is known.
    at: Option<String>,
    retries: u8,
    lister: Lister,
    zone: Zone,
    /// The server does not know MDTM.
    tells_no_times: bool,
}

/// What is known of the zone of the server's listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    NotAsked,
    Known(i64),
    /// The server does not tell exact times, or such as fit to nothing.
    Untold,
}

impl<'a, 'w> There<'a, 'w> {
    pub(super) fn new(
        client: &'a mut AnyClient,
        way: &'a mut Way<'w, AnyPort>,
        path: &str,
        retries: u8,
    ) -> Result<Self, Error> {
        let lister = Lister::default();
        let root = String::new();
        let zone = Zone::NotAsked;
        let mut there = Self { client, way, root, at: None, retries, lister, zone, tells_no_times: false };
        there.root = match path {
            path if path.starts_with('/') => path.to_owned(),
            path => join(&there.attempt(AnyClient::pwd)?, path),
        };
        while there.root.len() > 1 && there.root.ends_with('/') {
            there.root.pop();
        }
        Ok(there)
    }

    /// A folder's path on the server.
    pub(super) fn path(&self, folder: &str) -> String {
        if folder.is_empty() { self.root.clone() } else { join(&self.root, folder) }
    }

    /// Does something on the server, again where a failure may pass and there are retries left.
    pub(super) fn attempt<T>(
        &mut self,
        mut work: impl FnMut(&mut AnyClient) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut left = self.retries;
        loop {
            let done = self.ready().and_then(|()| work(self.client));
            match done {
                Err(Error::Failed(failure)) if left > 0 && may_pass(&failure) => left -= 1,
                other => return other,
            }
        }
    }

    /// A session that was lost is opened anew; it begins in the login's folder.
    pub(super) fn ready(&mut self) -> Result<(), Error> {
        if self.client.is_open() && self.client.is_set_up() {
            return Ok(());
        }
        let folder = self.at.take();
        self.client.connect(&mut self.way.in_folder(folder.as_deref().unwrap_or("")))?;
        self.at = folder;
        Ok(())
    }

    /// Goes into a folder below the root.
    pub(super) fn enter(&mut self, folder: &str) -> Result<(), Error> {
        let path = self.path(folder);
        if self.at.as_ref() == Some(&path) && self.client.is_open() {
            return Ok(());
        }
        self.at = None;
        self.attempt(|client| client.cwd(&path))?;
        self.at = Some(path);
        Ok(())
    }

    pub(super) fn list(&mut self, folder: &str) -> Result<Listing, Error> {
        self.enter(folder)?;
        let mut lister = std::mem::take(&mut self.lister);
        let listed = self.attempt(|client| lister.list(client));
        self.lister = lister;
        listed
    }

    /// Runs a transfer in a folder, with the means to bring the session back there.
    pub(super) fn transfer(
        &mut self,
        folder: &str,
        work: impl FnOnce(&mut AnyClient, &mut Way<'_, AnyPort>) -> Result<u64, Error>,
    ) -> Result<u64, Error> {
        // A session that is lost is brought back by the transfer itself.
        if self.client.is_open() {
            self.enter(folder)?;
        }
        let path = self.path(folder);
        let done = work(self.client, &mut self.way.in_folder(&path));
        self.at = Some(path);
        done
    }

    /// Makes a folder, and those that it is in where they are missing too.
    pub(super) fn make(&mut self, path: &str) -> Result<(), Error> {
        match self.attempt(|client| client.make_dir(path)) {
            Err(Error::Failed(failure)) if is_missing(&failure) => {}
            other => return other,
        }
        match path.rsplit_once('/') {
            Some((above, _)) if !above.is_empty() => {
                // Whether it was there or not, the folder itself tells.
                let _ = self.make(above);
            }
            _ => {}
        }
        self.attempt(|client| client.make_dir(path))
    }

    /// The exact time of a file of a folder; `None` where the server does not tell.
    pub(super) fn exact_time(&mut self, folder: &str, name: &str) -> Result<Option<Span>, Error> {
        if self.tells_no_times {
            return Ok(None);
        }
        self.enter(folder)?;
        match self.attempt(|client| client.modified(name)) {
            Ok(text) => Ok(time::digits(text.as_bytes())),
            Err(Error::Failed(failure)) if self.client.is_open() && failure.reply().is_some() => {
                self.tells_no_times =
                    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 502 | 504));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The time of an entry in UTC, as well as it can be told. A listing does not say in which zone it is: the exact time of one file does,
    /// so that the others need none.
    pub(super) fn time(&mut self, folder: &str, item: &Item, exact: bool) -> Result<Option<Span>, Error> {
        let Some(listed) = item.time else { return Ok(None) };
        if exact {
            return Ok(Some(listed));
        }
        if self.zone == Zone::NotAsked && item.kind == Kind::File && listed.width == 60 {
            let found = self.exact_time(folder, &item.name)?.and_then(|exact| time::zone(listed, exact));
            self.zone = found.map_or(Zone::Untold, Zone::Known);
        }
        Ok(Some(match self.zone {
            Zone::Known(zone) => listed.shifted(zone),
            Zone::NotAsked | Zone::Untold => {
                Span { from: listed.from - ZONES, width: listed.width + 2 * ZONES }
            }
        }))
    }
}

/// The server says that there is no such thing, or that it may not be.
pub(super) fn is_missing(failure: &qftp_core::session::Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 550 | 553))
}
