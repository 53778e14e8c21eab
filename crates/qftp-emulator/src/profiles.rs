//! Families of modules, as settings of a [`Config`].

use std::fmt;

use qftp_core::wire::{FtpKey, SslKey, SslSpelling, Storage};

use crate::config::{Config, DownloadEscape};
use crate::faults::{FaultError, nearest};

/// A family of modules: what they call themselves and what their firmwares do differently.
///
/// ```
/// use qftp_emulator::{Config, Drives, Profile};
/// let mut config = Config::new(Drives::temporary()?);
/// Profile::parse("eg912y")?.apply(&mut config);
/// assert_eq!(config.identity.model, "EG912Y");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    set: fn(&mut Config),
}

/// The first is the default: it changes nothing.
static PROFILES: [Profile; 6] = [
    Profile {
        name: "ec200s",
        about: "EC200S: UFS, RAM and SD; both spellings of SSL_ctxID; path quoted, password masked; +++ pauses",
        set: |_| {},
    },
    Profile {
        name: "ec200t",
        about: "EC200T: an EC200S by another name",
        set: |config| identify(config, "EC200T", "EC200TCNHAR02A09M16"),
    },
    Profile {
        name: "ec600n",
        about: "EC600N-CN: as the EC200S, without SD",
        set: |config| {
            identify(config, "EC600N", "EC600NCNLAR01A01M08");
            without(config, &[Storage::Sd]);
        },
    },
    Profile {
        name: "eg912y",
        about: "EG912Y-EU: as the EC200S, without SD, path bare",
        set: |config| {
            identify(config, "EG912Y", "EG912YEUAAR01A01M08");
            without(config, &[Storage::Sd]);
            config.quotes_path = false;
        },
    },
    Profile {
        name: "strict-note",
        about: "The application note to the letter: SSL_ctxID only, path bare, password shown, +++ pauses",
        set: |config| {
            config.quotes_path = false;
            config.masks_password = false;
            config.download_escape = DownloadEscape::Pause;
            config.ftp_keys = FtpKey::NOTE.to_vec();
            config.ssl_keys.retain(|key| *key != SslKey::CheckHost);
        },
    },
    Profile {
        name: "eg800k-like",
        about: "Newer firmware: sslctxid only, restenable, cache_size, no cache; path bare; +++ aborts; UFS only",
        set: |config| {
            identify(config, "EG800K", "EG800KEULCR07A07M04");
            without(config, &[Storage::Ram, Storage::Sd]);
            config.quotes_path = false;
            config.masks_password = true;
            config.download_escape = DownloadEscape::Abort;
            config.end_read_fails = true;
            config.nlist = true;
            config.ftp_keys.retain(|key| !matches!(key, FtpKey::Cache | FtpKey::SslCtxId(SslSpelling::Note)));
            config.ftp_keys.extend([FtpKey::RestEnable, FtpKey::CacheSize]);
        },
    },
];

fn identify(config: &mut Config, model: &str, revision: &str) {
    config.identity.model = model.into();
    config.identity.revision = revision.into();
}

fn without(config: &mut Config, storages: &[Storage]) {
    for storage in storages {
        config.drives = config.drives.clone().without(*storage);
    }
}

impl Profile {
    /// All of them, the default first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &PROFILES
    }

    /// The profile of this name.
    ///
    /// # Errors
    /// When there is none; the text says which is nearest.
    pub fn parse(name: &str) -> Result<&'static Self, FaultError> {
        PROFILES.iter().find(|profile| profile.name == name).ok_or_else(|| {
            let names = PROFILES.iter().map(|profile| profile.name);
            FaultError::new(format!("there is no profile `{name}`; did you mean `{}`?", nearest(name, names)))
        })
    }

    /// Makes a module one of this family.
    pub fn apply(&self, config: &mut Config) {
        (self.set)(config);
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({})", self.name)
    }
}
