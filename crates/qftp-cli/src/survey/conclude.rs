//! A family file out of what was found, and for the rest of the nearest built-in family.

use qftp_core::codes::{CmeCode, FtpCode, TcpIpCode};
use qftp_core::wire::Storage;
use qftp_emulator::{Family, Range};
use toml::{Table, Value};

use super::findings::{Findings, Key, Space};
use super::keys::{KEYS, OWN};
use super::toml_text;

/// The name of the survey in `[sources]`.
pub(super) const SURVEY: &str = "survey";
/// The same, of an element of a list of which something was not asked.
const IN_PART: &str = "survey-in-part";
/// The name of the nearest family there.
const NEAREST: &str = "nearest";
/// The keys that say how a value is known.
const PROVENANCE: [&str; 4] = ["measured", "manual", "code", "inferred"];

/// What came of a survey.
pub(super) struct Conclusion {
    pub(super) family: Family,
    /// What the module says and no family file can hold: the key, and why.
    pub(super) refused: Vec<(String, String)>,
}

/// The built-in family that contradicts a module least; one that has its model goes before all others.
pub(super) fn nearest(found: &Findings) -> &'static Family {
    let model = found.text("identity.model").unwrap_or_default();
    let fit = |family: &Family| {
        let begins = family.identity.models.value.iter().filter(|name| model.starts_with(name.as_str()));
        let length = begins.map(String::len).max().unwrap_or(0);
        (std::cmp::Reverse(length), contradictions(found, family))
    };
    let all = Family::all();
    all.iter().min_by_key(|family| fit(family)).unwrap_or(&all[0])
}

/// How many values of a family a module contradicts; of a list each element counts.
fn contradictions(found: &Findings, family: &Family) -> usize {
    let before = table_of(family);
    let mut after = before.clone();
    for (key, _) in KEYS.iter().filter(|(key, _)| !OWN.contains(key)) {
        overlay(&mut after, key, found, family);
    }
    KEYS.iter().map(|(key, _)| differences(value(&before, key), value(&after, key))).sum()
}

fn differences(before: Option<&Value>, after: Option<&Value>) -> usize {
    match (before, after) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let (before, after): (Vec<Value>, Vec<Value>) =
                (before.iter().map(bare).collect(), after.iter().map(bare).collect());
            let missing =
                |of: &[Value], other: &[Value]| of.iter().filter(|one| !other.contains(one)).count();
            missing(&before, &after) + missing(&after, &before)
        }
        (before, after) => usize::from(before.map(bare) != after.map(bare)),
    }
}

/// A value without how it is known.
fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Table(table) = &mut value {
        PROVENANCE.iter().for_each(|key| drop(table.remove(*key)));
    }
    value
}

fn table_of(family: &Family) -> Table {
    // A family writes itself as a file that can be read.
    toml::from_str(&family.to_string()).unwrap_or_default()
}

fn value<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let (section, key) = key.split_once('.')?;
    table.get(section)?.get(key)
}

/// A family of this name: what was found, and the rest from the nearest one. `about` is the survey in a line.
pub(super) fn family(found: &Findings, nearest: &Family, name: &str, about: &str) -> Conclusion {
    let mut table = table_of(nearest);
    take_over(&mut table);
    table.insert("about".to_owned(), about.into());
    let sources = [
        (SURVEY, about.to_owned()),
        (
            IN_PART,
            "As `survey`, but that defaults and blocks of storages are those of the nearest family"
                .to_owned(),
        ),
        (NEAREST, format!("The built-in family {}, for what the survey did not find out", nearest.name())),
    ];
    let sources: Table = sources.into_iter().map(|(name, what)| (name.to_owned(), what.into())).collect();
    table.insert("sources".to_owned(), Value::Table(sources));
    let read = |table: &Table| {
        Family::read(&format!("{name}.toml"), &toml_text::text(table)).map_err(|error| error.to_string())
    };
    let mut whole = table.clone();
    for (key, _) in KEYS {
        overlay(&mut whole, key, found, nearest);
    }
    if let Ok(family) = read(&whole) {
        return Conclusion { family, refused: Vec::new() };
    }
    // Something in it cannot be: one key after the other shows what.
    let (mut refused, mut best) = (Vec::new(), nearest.clone());
    for (key, _) in KEYS {
        let mut next = table.clone();
        if !overlay(&mut next, key, found, nearest) {
            continue;
        }
        match read(&next) {
            Ok(family) => (table, best) = (next, family),
            Err(error) => {
                // Its line is one of a text that nobody has.
                let why = error.split_once("`: ").map_or(error.as_str(), |(_, why)| why);
                refused.push(((*key).to_owned(), why.to_owned()));
            }
        }
    }
    Conclusion { family: read(&table).unwrap_or(best), refused }
}

/// Everything is inferred from the nearest family, until it is found.
fn take_over(table: &mut Table) {
    let is_inferred = |value: &mut Value| {
        if let Value::Table(table) = value {
            PROVENANCE.iter().for_each(|key| drop(table.remove(*key)));
            table.insert("inferred".to_owned(), NEAREST.into());
        }
    };
    for section in table.iter_mut().filter_map(|(_, value)| value.as_table_mut()) {
        for (_, value) in section.iter_mut() {
            match value {
                Value::Array(elements) => elements.iter_mut().for_each(is_inferred),
                value => is_inferred(value),
            }
        }
    }
}

/// Puts what was found of a key into a family; whether there was anything.
fn overlay(table: &mut Table, key: &str, found: &Findings, nearest: &Family) -> bool {
    let fresh = match key {
        "commands.exist" => commands(value(table, key), found),
        "ftp.keys" => found.ftp_keys.as_ref().map(|keys| settings(value(table, key), keys, found.reads)),
        "ssl.keys" => found.ssl_keys.as_ref().map(|keys| settings(value(table, key), keys, None)),
        "files.storages" => storages(value(table, key), found),
        "line.texts" => texts(value(table, key), found),
        "identity.models" => models(found, nearest).map(fact),
        key => found.values.get(key).cloned().map(fact),
    };
    let place =
        key.split_once('.').and_then(|(section, key)| Some((table.get_mut(section)?.as_table_mut()?, key)));
    match (fresh, place) {
        (Some(fresh), Some((section, key))) => {
            section.insert(key.to_owned(), fresh);
            true
        }
        _ => false,
    }
}

fn fact(value: Value) -> Value {
    element([("value", value)], SURVEY)
}

fn element<const N: usize>(pairs: [(&str, Value); N], source: &str) -> Value {
    let mut table: Table = pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    table.insert("measured".to_owned(), source.into());
    Value::Table(table)
}

fn elements(value: Option<&Value>) -> impl Iterator<Item = &Table> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// A model that the nearest family does not have is the only one that is known.
fn models(found: &Findings, nearest: &Family) -> Option<Value> {
    let model = found.text("identity.model")?;
    let has = nearest.identity.models.value.iter().any(|name| model.starts_with(name.as_str()));
    (!has).then(|| Value::Array(vec![model.into()]))
}

/// The groups of the nearest family, without what is not there; what it does not have makes a group of its own.
fn commands(before: Option<&Value>, found: &Findings) -> Option<Value> {
    if found.commands.is_empty() {
        return None;
    }
    let mut groups = Vec::new();
    let mut known = Vec::new();
    for group in elements(before) {
        let names = group.get("names").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<&str> = names.filter_map(Value::as_str).collect();
        known.extend(names.iter().map(|name| (*name).to_owned()));
        let all_asked = names.iter().all(|name| found.has(name).is_some());
        let there: Vec<Value> = names
            .iter()
            .filter(|name| found.has(name) != Some(false))
            .map(|name| Value::from(*name))
            .collect();
        if !there.is_empty() {
            groups.push(element([("names", there.into())], if all_asked { SURVEY } else { IN_PART }));
        }
    }
    let more: Vec<Value> = found
        .commands
        .iter()
        .filter(|(name, there)| **there && !known.contains(name))
        .map(|(name, _)| Value::from(name.as_str()))
        .collect();
    if !more.is_empty() {
        groups.push(element([("names", more.into())], SURVEY));
    }
    Some(Value::Array(groups))
}

/// Keys with their ranges; a default that was not seen is that of the nearest family, where the range has it.
fn settings(before: Option<&Value>, keys: &[Key], reads: Option<&str>) -> Value {
    let one = |key: &Key| {
        let known = elements(before).find(|own| own.get("name").and_then(Value::as_str) == Some(&key.name));
        let inherited = known.and_then(|own| own.get("default")).and_then(Value::as_str);
        let inherited = inherited.filter(|value| fits(&key.range, value));
        let seen = key.default.as_deref();
        let default = seen.or(inherited).filter(|value| !value.is_empty());
        let is_account = key.name == "account";
        let source =
            if seen.is_some() || (default.is_none() && !is_account) || (is_account && reads.is_some()) {
                SURVEY
            } else {
                IN_PART
            };
        let mut table = Table::new();
        table.insert("name".to_owned(), key.name.as_str().into());
        table.insert("range".to_owned(), key.range.as_str().into());
        if let Some(default) = default {
            table.insert("default".to_owned(), default.into());
        }
        if is_account {
            let inherited = known.and_then(|own| own.get("reads")).and_then(Value::as_str);
            table.insert("reads".to_owned(), reads.or(inherited).unwrap_or("masked").into());
        }
        table.insert("measured".to_owned(), source.into());
        Value::Table(table)
    };
    Value::Array(keys.iter().map(one).collect())
}

/// Whether a range has the first number of a default; of what is no number nobody knows.
fn fits(range: &str, default: &str) -> bool {
    let first = default.split(',').next().and_then(|text| text.parse().ok());
    match (Range::try_from(range.to_owned()), first) {
        (Ok(range), Some(number)) => range.takes(0, number),
        _ => true,
    }
}

fn storages(before: Option<&Value>, found: &Findings) -> Option<Value> {
    let asked = |storage: Storage| found.storages.iter().find(|(own, _)| *own == storage);
    let known = |storage: Storage| {
        elements(before).find(|own| own.get("name").and_then(Value::as_str) == Some(storage.name()))
    };
    if found.storages.is_empty() {
        return None;
    }
    let rows = Storage::ALL.into_iter().filter_map(|storage| {
        let Some((_, space)) = asked(storage) else { return known(storage).cloned().map(Value::Table) };
        let Space { size, block } = (*space)?;
        let inherited = known(storage).and_then(|own| own.get("block")).and_then(Value::as_integer);
        let source = if block.is_some() { SURVEY } else { IN_PART };
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let block = block.map(whole).or(inherited).unwrap_or(1);
        let row = [("name", storage.name().into()), ("size", whole(size).into()), ("block", block.into())];
        Some(element(row, source))
    });
    Some(Value::Array(rows.collect()))
}

/// Texts that differ from the note's. One that a question met is as the module says it.
fn texts(before: Option<&Value>, found: &Findings) -> Option<Value> {
    if found.texts.is_empty() {
        return None;
    }
    let rule = |code: u16, text: &str| {
        (!is_of_the_note(code, text))
            .then(|| element([("error", i64::from(code).into()), ("text", text.into())], SURVEY))
    };
    let code =
        |own: &Table| own.get("error").and_then(Value::as_integer).and_then(|code| u16::try_from(code).ok());
    let mut rows = Vec::new();
    for own in elements(before) {
        match code(own).and_then(|code| Some((code, found.texts.get(&code)?))) {
            Some((code, text)) => rows.extend(rule(code, text)),
            None => rows.push(Value::Table(own.clone())),
        }
    }
    let known: Vec<u16> = elements(before).filter_map(code).collect();
    let more = found.texts.iter().filter(|(code, _)| !known.contains(code));
    rows.extend(more.filter_map(|(code, text)| rule(*code, text)));
    Some(Value::Array(rows))
}

/// Whether this is what the note, or a manual, says of a code: that of files, of FTP or of contexts.
fn is_of_the_note(code: u16, text: &str) -> bool {
    let texts = [
        CmeCode::new(code).text(),
        CmeCode::new(code).as_ftp().map_or("", FtpCode::text),
        TcpIpCode::new(code).text(),
    ];
    texts.contains(&text)
}
