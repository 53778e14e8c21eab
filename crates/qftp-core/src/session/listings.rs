//! The three listings, one call each, as [`operations`](super::operations).

use super::Session;
use super::command::HostCommand;
use super::misuse::Misuse;
use super::operation::Op;
use super::operations::{built_with, on_server};
use crate::Instant;

impl Session {
    /// Lists a folder as the server prints it (§2.11), `.` for the working folder: [`Event::Data`](super::Event::Data), then
    /// [`Done::Number`](super::Done::Number). [`listing::long`](crate::listing::long) reads its lines.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn list(&mut self, now: Instant, folder: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.listing(HostCommand::List, folder.as_ref())
    }

    /// Lists the names in a folder (§2.12).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn names(&mut self, now: Instant, folder: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        let otherwise = self.state.account.nlist;
        self.listing(
            if otherwise { HostCommand::NamesOtherwise } else { HostCommand::Names },
            folder.as_ref(),
        )
    }

    /// Lists a folder with its facts (§2.13). [`listing::facts`](crate::listing::facts) reads its lines.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn facts(&mut self, now: Instant, folder: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.listing(HostCommand::Facts, folder.as_ref())
    }

    fn listing(&mut self, command: HostCommand, folder: &[u8]) -> Result<(), Misuse> {
        built_with(cfg!(feature = "listings"))?;
        self.state.ready_for_ftp()?;
        self.state.transfer.name.set(on_server(folder)?);
        self.state.receive.forget();
        self.state.op = Op::List;
        self.state.send(command);
        Ok(())
    }
}
