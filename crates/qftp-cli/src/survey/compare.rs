//! What a surveyed module contradicts in the nearest built-in family.

use qftp_emulator::{Family, Provenance};
use serde::Serialize;

use super::conclude::SURVEY;
use super::consequence;
use super::findings::Findings;
use super::keys::{self, KEYS, Needs, OWN, PARTS};

/// A value that is another than in the family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Contradiction {
    /// The key of the family file.
    pub(super) key: &'static str,
    /// What the family has; empty where it has no such element.
    pub(super) family: String,
    /// What the module has; empty where it has no such element.
    pub(super) module: String,
    /// What qftp does because of it.
    pub(super) consequence: &'static str,
}

/// A surveyed module beside a family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Comparison {
    /// Keys of a family file that were found out.
    pub(super) found: usize,
    /// Those of them that can agree or not.
    pub(super) compared: usize,
    pub(super) agree: usize,
    pub(super) contradictions: Vec<Contradiction>,
    /// What was not found out, and why. Its value is that of the family.
    pub(super) not_asked: Vec<(String, &'static str)>,
}

/// Compares. `server` and `thorough` say how far the survey was to go, `whole` whether it came to its end.
pub(super) fn compare(
    module: &Family,
    nearest: &Family,
    found: &Findings,
    (server, thorough, whole): (bool, bool, bool),
) -> Comparison {
    let mut comparison = Comparison::default();
    let reason = |needs: Needs| match needs.reason(server, thorough) {
        keys::NO_ANSWER if !whole => "the survey ended before it, or had no answer that tells",
        reason => reason,
    };
    for (key, needs) in KEYS {
        if !is_found(module, key, found) {
            comparison.not_asked.push(((*key).to_owned(), reason(*needs)));
            continue;
        }
        comparison.found += 1;
        if OWN.contains(key) {
            continue;
        }
        comparison.compared += 1;
        let before = comparison.contradictions.len();
        differ(key, &values(nearest, key), &values(module, key), &mut comparison.contradictions);
        comparison.agree += usize::from(comparison.contradictions.len() == before);
    }
    for (part, needs) in PARTS.iter().filter(|(part, _)| !is_part_found(part, found)) {
        comparison.not_asked.push(((*part).to_owned(), reason(*needs)));
    }
    comparison
}

/// Whether the survey has seen a key, or some of its elements.
fn is_found(family: &Family, key: &str, found: &Findings) -> bool {
    if key == "line.texts" {
        // A family has texts only where they differ from the note's.
        return !found.texts.is_empty();
    }
    let mut facts = family.facts().into_iter().filter(|(own, ..)| own == key);
    facts.any(|(_, _, origin)| origin.provenance == Provenance::Measured && origin.source.starts_with(SURVEY))
}

fn is_part_found(part: &str, found: &Findings) -> bool {
    let has_defaults =
        |keys: &Option<Vec<super::findings::Key>>| keys.iter().flatten().any(|key| key.default.is_some());
    match part {
        "ftp.keys: default" => has_defaults(&found.ftp_keys),
        "ftp.keys: reads" => found.reads.is_some(),
        "ssl.keys: default" => has_defaults(&found.ssl_keys),
        "files.storages: block" => {
            found.storages.iter().any(|(_, space)| space.is_some_and(|space| space.block.is_some()))
        }
        _ => false,
    }
}

/// The values of a key as TOML: one, or those of its elements.
fn values(family: &Family, key: &str) -> Vec<String> {
    if key == "commands.exist" {
        // How they are grouped says how they are known, and nothing of the module.
        let names = family.commands.exist.iter().flat_map(|group| &group.names);
        return names.map(|name| format!("AT+{name}")).collect();
    }
    family.facts().into_iter().filter(|(own, ..)| own == key).map(|(_, value, _)| value).collect()
}

/// What stands on one side only; of an element with the same name on both sides the two together.
fn differ(key: &'static str, family: &[String], module: &[String], all: &mut Vec<Contradiction>) {
    let gone: Vec<&String> = family.iter().filter(|value| !module.contains(value)).collect();
    let mut fresh: Vec<&String> = module.iter().filter(|value| !family.contains(value)).collect();
    let single = family.len() == 1 && module.len() == 1;
    for before in gone {
        let twin = fresh.iter().position(|value| single || name(value) == name(before));
        let after = twin.map_or_else(String::new, |at| fresh.remove(at).clone());
        let consequence = consequence::of(key, before, &after);
        all.push(Contradiction { key, family: before.clone(), module: after, consequence });
    }
    for after in fresh {
        let consequence = consequence::of(key, "", after);
        all.push(Contradiction { key, family: String::new(), module: after.clone(), consequence });
    }
}

/// The name of an element: its first pair.
fn name(value: &str) -> &str {
    value.split_once(", ").map_or(value, |(first, _)| first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(key: &'static str, family: &[&str], module: &[&str]) -> Vec<(String, String)> {
        let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let mut all = Vec::new();
        differ(key, &own(family), &own(module), &mut all);
        all.into_iter().map(|row| (row.family, row.module)).collect()
    }

    #[test]
    fn what_belongs_together_stands_together() {
        let pair = |family: &str, module: &str| (family.to_owned(), module.to_owned());
        assert_eq!(differing("ftp.path", &["\"bare\""], &["\"quoted\""]), [pair("\"bare\"", "\"quoted\"")]);
        assert_eq!(differing("ftp.path", &["\"bare\""], &["\"bare\""]), []);
        let (cache, wide) = ("name = \"cache\", range = \"(0-2)\"", "name = \"cache\", range = \"(0-3)\"");
        let (rest, more) =
            ("name = \"restenable\", range = \"(0,1)\"", "name = \"filetype\", range = \"(0,1)\"");
        assert_eq!(
            differing("ftp.keys", &[cache, rest, more], &[wide, more]),
            [pair(cache, wide), pair(rest, "")]
        );
        assert_eq!(differing("ftp.keys", &[more], &[more, rest]), [pair("", rest)]);
    }
}
