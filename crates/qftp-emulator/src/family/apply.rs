//! What a family makes of a [`Config`].

use qftp_core::wire::{FtpKey, Storage};

use super::{EndOfFile, Family, NamesListing, NothingToResume, Password, Quoting};
use crate::config::Config;

impl Family {
    /// Makes a module one of this family. Sizes of storages that were set before stay.
    pub fn apply(&self, config: &mut Config) {
        config.identity.manufacturer.clone_from(&self.identity.manufacturer.value);
        config.identity.model.clone_from(&self.identity.model.value);
        config.identity.revision.clone_from(&self.identity.revision.value);
        config.start_up = self.identity.start_ms.value;
        config.framing.errors = self.line.errors.value;
        config.download_escape = self.ftp.escape.value;
        config.quotes_path = self.ftp.path.value == Quoting::Quoted;
        config.end_read_fails = self.ftp.end_of_file.value == EndOfFile::Refused;
        config.online_error = self.ftp.nothing_to_resume.value == NothingToResume::Error;
        config.nlist = self.ftp.names_listing.value == NamesListing::Nlist;
        let account = self.ftp.keys.iter().find(|rule| rule.name == FtpKey::Account);
        config.masks_password = account.is_none_or(|rule| rule.reads == Some(Password::Masked));
        config.ftp_keys = self.ftp.keys.iter().map(|rule| rule.name).collect();
        config.ssl_keys = self.ssl.keys.iter().map(|rule| rule.name).collect();
        config.has_urc_setting = self.has_command("QURCCFG");
        config.has_guard_setting = self.has_command("S12");
        let mut drives = config.drives.clone();
        for storage in Storage::ALL {
            drives = match self.files.storages.iter().find(|rule| rule.name == storage) {
                Some(rule) => drives.with_family_size(storage, rule.size, rule.block),
                None => drives.without(storage),
            };
        }
        config.drives = drives.with_longest_name(self.files.name.value);
        config.family = self.clone();
    }
}
