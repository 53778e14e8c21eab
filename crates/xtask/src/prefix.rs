//! Where something is installed: `--prefix`, below `DESTDIR`.

use std::fs;
use std::path::PathBuf;

use crate::step::Failure;

/// What the arguments of an installation say.
pub(crate) struct Prefix<'a> {
    /// Where files are put.
    pub(crate) folder: PathBuf,
    /// Where they will be found.
    pub(crate) prefix: &'a str,
    /// How they are built.
    pub(crate) profile: &'a str,
    /// Cargo features beside those that are on by themselves.
    pub(crate) features: &'a str,
}

impl<'a> Prefix<'a> {
    pub(crate) fn read(task: &str, arguments: &[&'a str]) -> Result<Self, Failure> {
        let (mut prefix, mut profile, mut features) = ("/usr/local", "dist", "");
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let value = words.next();
            match (*word, value.filter(|value| !value.is_empty())) {
                ("--prefix", Some(value)) if value.starts_with('/') => prefix = value,
                ("--profile", Some(value)) => profile = value,
                ("--features", _) if value.is_some() => features = value.copied().unwrap_or_default(),
                _ => {
                    let what = format!(
                        "usage: cargo xtask {task} [--prefix ABSOLUTE-FOLDER] [--profile PROFILE] [--features FEATURES]"
                    );
                    return Err(Failure { what, code: 2 });
                }
            }
        }
        let mut folder = PathBuf::from(std::env::var_os("DESTDIR").unwrap_or_default());
        folder.push(if folder.as_os_str().is_empty() { prefix } else { prefix.trim_start_matches('/') });
        Ok(Self { folder, prefix, profile, features })
    }

    /// The folder below `target` that cargo builds into.
    pub(crate) fn built(&self) -> &'a str {
        // The profile `dev` has a folder by another name.
        if self.profile == "dev" { "debug" } else { self.profile }
    }

    /// A file's path, with its folder made.
    pub(crate) fn place(&self, to: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join(to);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
        println!("{}", path.display());
        Ok(path)
    }
}
