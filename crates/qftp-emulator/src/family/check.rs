//! What cannot be, although each value by itself could.

use std::collections::BTreeSet;

use qftp_core::limits;
use qftp_core::wire::Storage;

use super::origin::{Fact, Origin};
use super::{Family, Range, Tables};

/// What is wrong: where, and what.
pub(super) type Wrong = (usize, String);

impl Family {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (_, _, origin) in self.facts() {
            if origin.source.is_empty() {
                let how =
                    "exactly one of `measured`, `manual`, `code`, `inferred`, with the name of its source";
                return Err((origin.at, format!("a value has {how}")));
            }
            if !self.sources.contains_key(&origin.source) {
                return Err((origin.at, format!("`{}` is not in [sources]", origin.source)));
            }
        }
        self.check_identity()?;
        self.check_numbers()?;
        self.check_lists()
    }

    fn check_identity(&self) -> Result<(), Wrong> {
        let identity = &self.identity;
        for text in [&identity.manufacturer, &identity.model, &identity.revision] {
            printable(&text.value, &text.origin)?;
        }
        if identity.models.value.is_empty() {
            return Err((identity.models.origin.at, "at least one beginning of a name is needed".to_owned()));
        }
        for (list, origin) in [
            (&identity.models.value, &identity.models.origin),
            (&identity.start.value, &identity.start.origin),
        ] {
            list.iter().try_for_each(|text| printable(text, origin))?;
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), Wrong> {
        let Tables { line, ftp, pdp, ssl, files, identity, .. } = &*self.tables;
        for (time, most) in [(&line.ok_ms, 10_000), (&line.urc_ms, 60_000), (&identity.start_ms, 120_000)] {
            between(time, 0, most)?;
        }
        let length = |most: usize| u64::try_from(most).unwrap_or(u64::MAX);
        between(&ftp.server_name, 1, length(limits::NAME))?;
        between(&ftp.folder_path, 1, length(limits::CWD_PATH))?;
        between(&ftp.local_name, 1, length(limits::NAME))?;
        between(&files.name, 1, length(limits::MODULE_FILE))?;
        for code in [&ftp.while_opening, &ftp.while_closing, &ftp.closed_port, &ftp.local_name_error] {
            between(code, 601, 699)?;
        }
        for code in [
            &files.missing,
            &files.delete_missing,
            &files.list_nothing,
            &files.exists,
            &files.no_space,
            &files.time_out,
        ] {
            between(code, 1, 599)?;
        }
        numbers(&pdp.contexts, (*limits::CONTEXT_ID.start(), *limits::CONTEXT_ID.end()))?;
        numbers(&ssl.contexts, (*limits::SSL_CONTEXT_ID.start(), *limits::SSL_CONTEXT_ID.end()))?;
        numbers(&pdp.auth, (0, 3))?;
        between(&pdp.active, 1, (*limits::CONTEXT_ID.end()).into())
    }

    fn check_lists(&self) -> Result<(), Wrong> {
        let mut seen = BTreeSet::new();
        let mut once = |kind: &str, name: String, origin: &Origin| {
            let again = format!("`{name}` stands there twice");
            if seen.insert((kind.to_owned(), name)) { Ok(()) } else { Err((origin.at, again)) }
        };
        for rule in &self.ftp.keys {
            rule.check().map_err(|what| (rule.origin.at, what))?;
            once("ftp", rule.name.name().to_owned(), &rule.origin)?;
        }
        for rule in &self.ssl.keys {
            rule.check().map_err(|what| (rule.origin.at, what))?;
            once("ssl", rule.name.name().to_owned(), &rule.origin)?;
        }
        for rule in &self.files.storages {
            rule.check().map_err(|what| (rule.origin.at, what))?;
            once("storage", rule.name.name().to_owned(), &rule.origin)?;
        }
        for rule in &self.line.texts {
            rule.check().map_err(|what| (rule.origin.at, what))?;
            once("text", rule.error.to_string(), &rule.origin)?;
        }
        for rule in &self.commands.exist {
            rule.check().map_err(|what| (rule.origin.at, what))?;
            rule.names.iter().try_for_each(|name| once("command", name.clone(), &rule.origin))?;
        }
        if !self.files.storages.iter().any(|rule| rule.name == Storage::Ufs) {
            return Err((
                self.files.listed.origin.at,
                "there is no module without the storage UFS".to_owned(),
            ));
        }
        Ok(())
    }
}

fn printable(text: &str, origin: &Origin) -> Result<(), Wrong> {
    let sound = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if sound { Ok(()) } else { Err((origin.at, format!("`{}` is no printable ASCII", text.escape_debug()))) }
}

fn between<T: Copy + Into<u64>>(fact: &Fact<T>, least: u64, most: u64) -> Result<(), Wrong> {
    let value: u64 = fact.value.into();
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err((fact.origin.at, format!("{value} is not between {least} and {most}")))
    }
}

/// A range of numbers that lies in what any module has.
fn numbers(range: &Fact<Range>, (least, most): (u8, u8)) -> Result<(), Wrong> {
    match range.value.bounds() {
        Some((from, to)) if from >= least.into() && to <= most.into() => Ok(()),
        _ => Err((range.origin.at, format!("`{}` is no range within ({least}-{most})", range.value))),
    }
}
