//! What a family file may hold: every table with its keys, in the order of the reference.

use serde::Deserialize;

use super::origin::{Fact, Origin};
use super::range::Range;
use super::rules::{FtpRule, Names, SslRule, StorageRule, TextRule};
use super::value::{
    AccessPoint, AfterDataFailure, Definition, EndOfFile, Listed, NamesListing, NothingToResume, PrefixCase,
    Quoting, Value,
};
use crate::config::{DownloadEscape, ErrorForm};

/// A key of a table, for the reference.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// What its value may be.
    pub form: &'static str,
    /// The keys of an element, where it is a list of tables.
    pub elements: &'static [(&'static str, &'static str)],
}

/// A table of a family file, for the reference.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
}

/// What a key of a table holds: one value, or a list.
pub(super) trait Entry {
    const FORM: &'static str;
    const ELEMENTS: &'static [(&'static str, &'static str)] = &[];

    /// Each value as TOML, without its origin, and its origin.
    fn facts(&self) -> Vec<(String, &Origin)>;

    /// What follows `key = `.
    fn toml(&self) -> String;
}

/// An element of a list.
pub(super) trait Element {
    const FIELDS: &'static [(&'static str, &'static str)];

    fn origin(&self) -> &Origin;
    fn toml(&self) -> String;
}

impl<T: Value> Entry for Fact<T> {
    const FORM: &'static str = T::FORM;

    fn facts(&self) -> Vec<(String, &Origin)> {
        vec![(self.value.toml(), &self.origin)]
    }

    fn toml(&self) -> String {
        format!("{{ value = {}, {} }}", self.value.toml(), self.origin.toml())
    }
}

impl<T: Element> Entry for Vec<T> {
    const FORM: &'static str = "a list";
    const ELEMENTS: &'static [(&'static str, &'static str)] = T::FIELDS;

    fn facts(&self) -> Vec<(String, &Origin)> {
        self.iter().map(|element| (element.toml(), element.origin())).collect()
    }

    fn toml(&self) -> String {
        let rows = self.iter().map(|row| format!("  {{ {}, {} }},\n", row.toml(), row.origin().toml()));
        if self.is_empty() { "[]".to_owned() } else { format!("[\n{}]", rows.collect::<String>()) }
    }
}

impl Origin {
    fn toml(&self) -> String {
        format!("{} = {}", self.provenance.name(), super::value::quote(&self.source))
    }
}

/// A table: a struct, its description, and a walk through its values.
macro_rules! table {
    ($(#[doc = $about:literal])+ $Type:ident $name:literal { $($(#[doc = $doc:literal])+ $field:ident: $T:ty,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $Type {
            $($(#[doc = $doc])+ pub $field: $T,)+
        }

        impl $Type {
            pub(super) const SECTION: Section = Section {
                name: $name,
                about: concat!($($about),+),
                fields: &[$(Field {
                    name: stringify!($field),
                    about: concat!($($doc),+),
                    form: <$T as Entry>::FORM,
                    elements: <$T as Entry>::ELEMENTS,
                },)+],
            };

            /// Each value: its key, itself as TOML, how it is known.
            pub(super) fn facts(&self) -> Vec<(String, String, &Origin)> {
                let mut facts = Vec::new();
                $(facts.extend(self.$field.facts().into_iter().map(|(value, origin)| {
                    (concat!($name, ".", stringify!($field)).to_owned(), value, origin)
                }));)+
                facts
            }

            /// The table as TOML.
            pub(super) fn toml(&self) -> String {
                let mut text = concat!("\n[", $name, "]\n").to_owned();
                $(text.push_str(&format!("{} = {}\n", stringify!($field), Entry::toml(&self.$field)));)+
                text
            }
        }
    };
}

table! {
    /// What the module says about itself.
    IdentityTable "identity" {
        /// `AT+CGMI`, and the first line of `ATI`.
        manufacturer: Fact<String>,
        /// `AT+CGMM`, and the second line of `ATI`.
        model: Fact<String>,
        /// `AT+CGMR`, and the third line of `ATI`.
        revision: Fact<String>,
        /// How the names of the family's models begin: a module whose model begins so is taken for one of this family.
        models: Fact<Vec<String>>,
        /// The lines of a start, in their order. `+CPIN: READY` becomes what the SIM card makes of it; what follows it comes with a card that is unlocked.
        start: Fact<Vec<String>>,
        /// Milliseconds from `AT+CFUN=1,1` to the first of them.
        start_ms: Fact<u64>,
    }
}

table! {
    /// The line: when answers come, and how errors are written.
    LineTable "line" {
        /// Milliseconds from the CR of a command to its answer.
        ok_ms: Fact<u64>,
        /// Milliseconds from the outcome of an FTP command to its URC.
        urc_ms: Fact<u64>,
        /// How `+CME ERROR` is written at the levels 0, 1 and 2 of `AT+CMEE`.
        errors: Fact<[ErrorForm; 3]>,
        /// Texts of codes that differ from the note's.
        texts: Vec<TextRule>,
    }
}

table! {
    /// What commands there are.
    CommandTable "commands" {
        /// Their names; those of one element are known in the same way.
        exist: Vec<Names>,
    }
}

table! {
    /// The FTP client.
    FtpTable "ftp" {
        /// The keys of `AT+QFTPCFG`, in the order of its test form.
        keys: Vec<FtpRule>,
        /// The name that the test form of the listing of names prints.
        names_listing: Fact<NamesListing>,
        /// The path of `+QFTPPWD`.
        path: Fact<Quoting>,
        /// What `+++` does to a download: `pause` lets `ATO` resume it.
        escape: Fact<DownloadEscape>,
        /// What `ATO` answers with nothing to resume.
        nothing_to_resume: Fact<NothingToResume>,
        /// What a download from the end of the file brings: 0 bytes, or 627,550.
        end_of_file: Fact<EndOfFile>,
        /// `+CME ERROR` of an FTP command between `AT+QFTPOPEN` and its URC.
        while_opening: Fact<u16>,
        /// `+CME ERROR` of an FTP command between `AT+QFTPCLOSE` and its URC.
        while_closing: Fact<u16>,
        /// What a data connection that could not be opened (615) leaves: every FTP command answers 603 until a close, or nothing.
        after_615: Fact<AfterDataFailure>,
        /// `<err>` of `+QFTPOPEN` where nothing listens at the server's port.
        closed_port: Fact<u16>,
        /// `+CME ERROR` of a local name that cannot be.
        local_name_error: Fact<u16>,
        /// Whether the storage of a local name may be written in small letters.
        local_prefix: Fact<PrefixCase>,
        /// Longest name of a file on the server, in bytes.
        server_name: Fact<u16>,
        /// Longest path of `AT+QFTPCWD`, in bytes.
        folder_path: Fact<u16>,
        /// Longest local name, in bytes.
        local_name: Fact<u16>,
    }
}

table! {
    /// SSL contexts.
    SslTable "ssl" {
        /// Their numbers.
        contexts: Fact<Range>,
        /// The keys of `AT+QSSLCFG`, in the order of its test form.
        keys: Vec<SslRule>,
    }
}

table! {
    /// PDP contexts.
    PdpTable "pdp" {
        /// Their numbers.
        contexts: Fact<Range>,
        /// How many may be active at a time.
        active: Fact<u16>,
        /// The numbers of `<auth>` of `AT+QICSGP`.
        auth: Fact<Range>,
        /// Whether `AT+QIACT` wants an access point name.
        access_point: Fact<AccessPoint>,
        /// What a line of `AT+CGDCONT?` has: number, type and access point name, or the address and four numbers as well.
        definition: Fact<Definition>,
    }
}

table! {
    /// The module's own files.
    FileTable "files" {
        /// The storages; every module has UFS.
        storages: Vec<StorageRule>,
        /// How `+QFLST` names a file: with its storage where the command named one, or always.
        listed: Fact<Listed>,
        /// Longest name with its storage, in bytes.
        name: Fact<u16>,
        /// What the test form of `AT+QFUPL` prints.
        upload_form: Fact<String>,
        /// What the test form of `AT+QFOPEN` prints.
        open_form: Fact<String>,
        /// `+CME ERROR` of a file that is not there.
        missing: Fact<u16>,
        /// The same of `AT+QFDEL`.
        delete_missing: Fact<u16>,
        /// `+CME ERROR` of `AT+QFLST` where nothing is to be listed.
        list_nothing: Fact<u16>,
        /// `+CME ERROR` of `AT+QFUPL` with a name that is there.
        exists: Fact<u16>,
        /// `+CME ERROR` of `AT+QFUPL` with more bytes than there is room for.
        no_space: Fact<u16>,
        /// `+CME ERROR` of `AT+QFUPL` after its time-out.
        time_out: Fact<u16>,
    }
}
