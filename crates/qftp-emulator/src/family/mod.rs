//! Families of modules as files: what a family's firmware is like, and how each value is known.

mod apply;
mod built_in;
mod check;
mod error;
mod form;
mod origin;
mod range;
mod rules;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use qftp_core::wire::FtpKey;
use serde::Deserialize;

use crate::faults::nearest;
pub use error::FamilyError;
pub use form::{
    CommandTable, Field, FileTable, FtpTable, IdentityTable, LineTable, PdpTable, Section, SslTable,
};
pub use origin::{Fact, Origin, Provenance};
pub use range::Range;
pub use rules::{FtpRule, Names, Password, SslRule, StorageRule, TextRule};
pub use value::{
    AccessPoint, AfterDataFailure, Definition, EndOfFile, Listed, NamesListing, NothingToResume, PrefixCase,
    Quoting, Value,
};

/// A family of modules: what they call themselves and what their firmwares do differently, each value with its provenance.
///
/// Built in are those of [`all`](Self::all); [`load`](Self::load) takes a file as well. The form of a file is in
/// docs/reference/family.md, which is made from [`SECTIONS`](Self::SECTIONS).
///
/// ```
/// use qftp_emulator::{Config, Drives, Family};
/// let mut config = Config::new(Drives::temporary()?);
/// Family::load("eg912y")?.apply(&mut config);
/// assert_eq!(config.identity.model, "EG912Y");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Family {
    name: String,
    tables: Arc<Tables>,
}

/// A family file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// What it is, in a line.
    pub about: String,
    /// Where values come from: a name, and what it stands for.
    pub sources: BTreeMap<String, String>,
    /// `[identity]`.
    pub identity: IdentityTable,
    /// `[line]`.
    pub line: LineTable,
    /// `[commands]`.
    pub commands: CommandTable,
    /// `[ftp]`.
    pub ftp: FtpTable,
    /// `[ssl]`.
    pub ssl: SslTable,
    /// `[pdp]`.
    pub pdp: PdpTable,
    /// `[files]`.
    pub files: FileTable,
}

impl std::ops::Deref for Family {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.tables
    }
}

impl Family {
    /// The tables of a file and their keys, for the reference.
    pub const SECTIONS: [Section; 7] = [
        IdentityTable::SECTION,
        LineTable::SECTION,
        CommandTable::SECTION,
        FtpTable::SECTION,
        SslTable::SECTION,
        PdpTable::SECTION,
        FileTable::SECTION,
    ];

    /// The built-in ones, the default first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        built_in::all()
    }

    /// The family that a new [`Config`] is of.
    pub(crate) fn default_one() -> &'static Self {
        built_in::default_one()
    }

    /// A built-in family by its name, or that of a file by its path: what ends with `.toml`, or has a slash in it.
    ///
    /// # Errors
    /// When there is no such family, and which is nearest; when the file cannot be read, or is none, and where.
    pub fn load(name: &str) -> Result<Self, FamilyError> {
        if name.ends_with(".toml") || name.contains('/') {
            let text =
                fs::read_to_string(name).map_err(|error| FamilyError::new(format!("{name}: {error}")))?;
            return Self::read(name, &text);
        }
        Self::all().iter().find(|family| family.name == name).cloned().ok_or_else(|| {
            let near = nearest(name, Self::all().iter().map(Self::name));
            FamilyError::new(format!("there is no profile `{name}`; did you mean `{near}`?"))
        })
    }

    /// Reads the text of a file. `file` is what errors call it; its stem becomes the family's name.
    ///
    /// # Errors
    /// When it is no family file: the line, the key, and what would do.
    pub fn read(file: &str, text: &str) -> Result<Self, FamilyError> {
        let tables: Tables =
            toml::from_str(text).map_err(|error| FamilyError::of_reader(file, text, &error))?;
        let stem = Path::new(file).file_stem().map_or(file.into(), |stem| stem.to_string_lossy());
        let family = Self { name: stem.into_owned(), tables: Arc::new(tables) };
        family.check().map_err(|(place, what)| FamilyError::at(file, text, place, &what))?;
        Ok(family)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The built-in family that a module of this model (`AT+CGMM`) belongs to: that with the longest beginning of its name.
    #[must_use]
    pub fn of_model(model: &str) -> Option<&'static Self> {
        let length = |family: &Self| {
            let begins = family.identity.models.value.iter().filter(|name| model.starts_with(name.as_str()));
            begins.map(String::len).max()
        };
        // Of families with the same models, such as a note and a module, the first stands for all.
        let families = Self::all().iter().rev();
        families
            .filter_map(|family| Some((length(family)?, family)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, family)| family)
    }

    /// Each value: its key (`ftp.path`), itself as TOML, and how it is known.
    #[must_use]
    pub fn facts(&self) -> Vec<(String, String, &Origin)> {
        let mut facts = self.identity.facts();
        facts.extend(self.line.facts());
        facts.extend(self.commands.facts());
        facts.extend(self.ftp.facts());
        facts.extend(self.ssl.facts());
        facts.extend(self.pdp.facts());
        facts.extend(self.files.facts());
        facts
    }

    /// How many values are known in each way, in the order of [`Provenance::ALL`].
    #[must_use]
    pub fn provenance(&self) -> [usize; 4] {
        let facts = self.facts();
        Provenance::ALL.map(|how| facts.iter().filter(|(_, _, origin)| origin.provenance == how).count())
    }

    /// The text of a code, where the family has one of its own, or else this one.
    pub(crate) fn text<'a>(&'a self, code: u16, otherwise: &'a str) -> &'a str {
        self.line.texts.iter().find(|rule| rule.error == code).map_or(otherwise, |rule| &rule.text)
    }

    /// The rule of a key of `AT+QFTPCFG`.
    pub(crate) fn ftp_rule(&self, key: FtpKey) -> Option<&FtpRule> {
        self.ftp.keys.iter().find(|rule| rule.name == key)
    }

    /// Whether there is a command of this name, without `AT+`.
    pub(crate) fn has_command(&self, name: &str) -> bool {
        let mut names = self.commands.exist.iter().flat_map(|group| &group.names);
        names.any(|other| other.eq_ignore_ascii_case(name))
    }
}

impl PartialEq for Family {
    /// The same values, whatever the name and however they are known.
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (&self.tables, &other.tables);
        own.identity == others.identity
            && own.line == others.line
            && own.commands == others.commands
            && own.ftp == others.ftp
            && own.ssl == others.ssl
            && own.pdp == others.pdp
            && own.files == others.files
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Family({})", self.name)
    }
}

impl fmt::Display for Family {
    /// As a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "about = {}\n\n[sources]", value::quote(&self.about))?;
        for (name, what) in &self.sources {
            writeln!(f, "{name} = {}", value::quote(what))?;
        }
        let tables = [
            self.identity.toml(),
            self.line.toml(),
            self.commands.toml(),
            self.ftp.toml(),
            self.ssl.toml(),
            self.pdp.toml(),
            self.files.toml(),
        ];
        tables.iter().try_for_each(|table| f.write_str(table))
    }
}
