//! A server seen through the module: a session that is brought back where it was, and the folder it is in.

use qftp_core::job::may_pass;
use qftp_core::listing::Kind;
use qftp_transport::{Error, Origin, Way};

use crate::folder::{Item, Lister, Listing, join};
use crate::port::{AnyClient, AnyPort};
use crate::time::{self, Span};

/// Hours that a server's clock may be away from UTC.
const ZONES: i64 = 15 * 3600;

/// A session on the server, and the folder it is in.
pub(crate) struct There<'a, 'w> {
    pub(crate) client: &'a mut AnyClient,
    way: &'a mut Way<'w, AnyPort>,
    /// The login's folder.
    home: String,
    /// The folder that others are said to be below; no slash at its end.
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
    /// In a session that stands, or that is opened now; it begins in the login's folder.
    pub(crate) fn new(
        client: &'a mut AnyClient,
        way: &'a mut Way<'w, AnyPort>,
        retries: u8,
    ) -> Result<Self, Error> {
        let mut there = Self {
            client,
            way,
            home: String::new(),
            root: String::new(),
            at: None,
            retries,
            lister: Lister::default(),
            zone: Zone::NotAsked,
            tells_no_times: false,
        };
        there.home = there.attempt(AnyClient::pwd)?;
        there.root.clone_from(&there.home);
        Ok(there)
    }

    /// The whole path of one that may begin at the login's folder.
    pub(crate) fn resolve(&self, path: &str) -> String {
        resolve(&self.home, path)
    }

    /// Sets the folder that others are below.
    pub(crate) fn set_root(&mut self, path: &str) {
        path.clone_into(&mut self.root);
    }

    /// A folder's path on the server.
    pub(crate) fn path(&self, folder: &str) -> String {
        if folder.is_empty() { self.root.clone() } else { join(&self.root, folder) }
    }

    /// Does something on the server, again where a failure may pass and there are retries left.
    pub(crate) fn attempt<T>(
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
    pub(crate) fn ready(&mut self) -> Result<(), Error> {
        if self.client.is_open() && self.client.is_set_up() {
            return Ok(());
        }
        let folder = self.at.take();
        self.client.connect(&mut self.way.in_folder(folder.as_deref().unwrap_or("")))?;
        self.at = folder;
        Ok(())
    }

    /// Goes into a folder below the root.
    pub(crate) fn enter(&mut self, folder: &str) -> Result<(), Error> {
        let path = self.path(folder);
        self.go(&path)
    }

    /// The same, also where the session is there already: whether the folder is there still.
    pub(crate) fn enter_anew(&mut self, folder: &str) -> Result<(), Error> {
        self.at = None;
        self.enter(folder)
    }

    /// Goes into a folder by its whole path.
    pub(crate) fn go(&mut self, path: &str) -> Result<(), Error> {
        if self.at.as_deref() == Some(path) && self.client.is_open() {
            return Ok(());
        }
        self.at = None;
        self.attempt(|client| client.cwd(path))?;
        self.at = Some(path.to_owned());
        Ok(())
    }

    pub(crate) fn list(&mut self, folder: &str) -> Result<Listing, Error> {
        let path = self.path(folder);
        self.list_at(&path)
    }

    /// What is in a folder by its whole path.
    pub(crate) fn list_at(&mut self, path: &str) -> Result<Listing, Error> {
        self.go(path)?;
        let mut lister = std::mem::take(&mut self.lister);
        let listed = self.attempt(|client| lister.list(client));
        self.lister = lister;
        listed
    }

    /// What lists folders, for somebody who goes through them himself.
    pub(crate) fn parts(&mut self) -> (&mut AnyClient, &mut Lister) {
        self.at = None;
        (self.client, &mut self.lister)
    }

    /// What names a file of a folder, which is given by its whole path.
    pub(crate) fn origin(&self, path: &str, name: &str) -> Origin {
        Origin::of(&self.way.login, path, name)
    }

    /// Runs a transfer in a folder below the root, with the means to bring the session back there.
    pub(crate) fn transfer(
        &mut self,
        folder: &str,
        work: impl FnOnce(&mut AnyClient, &mut Way<'_, AnyPort>) -> Result<u64, Error>,
    ) -> Result<u64, Error> {
        let path = self.path(folder);
        self.transfer_at(&path, work)
    }

    /// The same in a folder by its whole path.
    pub(crate) fn transfer_at(
        &mut self,
        path: &str,
        work: impl FnOnce(&mut AnyClient, &mut Way<'_, AnyPort>) -> Result<u64, Error>,
    ) -> Result<u64, Error> {
        // A session that is lost is brought back by the transfer itself.
        if self.client.is_open() {
            self.go(path)?;
        }
        let done = work(self.client, &mut self.way.in_folder(path));
        self.at = Some(path.to_owned());
        done
    }

    /// Makes a folder, and those that it is in where they are missing too.
    pub(crate) fn make(&mut self, path: &str) -> Result<(), Error> {
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
    pub(crate) fn exact_time(&mut self, folder: &str, name: &str) -> Result<Option<Span>, Error> {
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
    pub(crate) fn time(&mut self, folder: &str, item: &Item, exact: bool) -> Result<Option<Span>, Error> {
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

/// A path seen from a folder, without `.` and `..`, with no slash at its end.
pub(crate) fn resolve(folder: &str, path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let whole = if path.starts_with('/') { path.to_owned() } else { join(folder, path) };
    for name in whole.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

/// The server says that there is no such thing, or that it may not be.
pub(crate) fn is_missing(failure: &qftp_core::session::Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 550 | 553))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (folder, path, whole) in [
            ("/", "a", "/a"),
            ("/a/b", "../c/", "/a/c"),
            ("/a", "/x//y/./z", "/x/y/z"),
            ("/a", "../../..", "/"),
            ("/home/me", "", "/home/me"),
            ("/a", "..b", "/a/..b"),
        ] {
            assert_eq!(resolve(folder, path), whole, "{folder} {path}");
        }
    }
}
