//! What is wrong with a family file, and where.

use std::fmt;
use std::ops::Range;

use crate::faults::nearest;

/// Why a family file is refused: the file, the line, the key, and what would do.
///
/// ```
/// use qftp_emulator::Family;
/// let error = Family::read("mine.toml", "[identity]\nmodle = 1\n").unwrap_err().to_string();
/// assert_eq!(error, "mine.toml, line 2, `identity.modle`: there is no such key; did you mean `model`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyError(String);

impl FamilyError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An error at a place of a file's text.
    pub(super) fn at(file: &str, text: &str, place: usize, what: &str) -> Self {
        let (line, key) = name_of(text, place);
        let key = if key.is_empty() { key } else { format!(", `{key}`") };
        Self(format!("{file}, line {line}{key}: {what}"))
    }

    /// What the TOML reader says.
    pub(super) fn of_reader(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let Range { start, .. } = error.span().unwrap_or(0..0);
        Self::at(file, text, start, &plain(error.message()))
    }
}

impl fmt::Display for FamilyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FamilyError {}

/// The reader's words, with the nearest of the names that it offers.
fn plain(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    match (message.split('`').next(), names.next()) {
        (Some("unknown field "), Some(wrong)) => {
            let near = nearest(wrong, names);
            format!("there is no such key; did you mean `{near}`?")
        }
        (Some("missing field "), Some(missing)) => format!("`{missing}` is missing"),
        _ => message.trim_end().replace('\n', " "),
    }
}

/// The line of a place, counted from 1, and the key that stands there with its table: `identity.model`.
fn name_of(text: &str, place: usize) -> (usize, String) {
    let before = text.get(..place).unwrap_or(text);
    let line = before.matches('\n').count();
    let mut keys = Vec::new();
    for (number, row) in text.lines().enumerate().take(line + 1) {
        let row = row.trim();
        if let Some(table) = row.strip_prefix('[').and_then(|row| row.split(']').next())
            && !table.starts_with('[')
        {
            keys = vec![table.trim_matches('[').to_owned()];
        } else if number == line || row.ends_with('[') {
            // A key of this line, or that of a list which goes on over several.
            let key = row.split('=').next().unwrap_or_default().trim();
            if !key.is_empty()
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            {
                keys.truncate(1);
                keys.push(key.to_owned());
            }
        } else if row == "]" {
            keys.truncate(1);
        }
    }
    (line + 1, keys.join("."))
}
