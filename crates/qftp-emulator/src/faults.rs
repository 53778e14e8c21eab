//! The names of everything that can be different or go wrong: what `--fault` takes.
//!
//! A fault is a change to a [`Config`]: what it does to a module is where that setting is used.

mod table;

use std::fmt;

use crate::config::Config;
use crate::trouble::When;

/// A row of the table of faults.
pub struct FaultKind {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What may follow its name.
    pub takes: Takes,
    set: fn(&mut Config, Value),
}

/// What may follow the name of a fault, after `=`; each has a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A number of this unit, at least 1.
    Number {
        /// What is counted.
        unit: &'static str,
        /// Where nothing is said.
        default: u64,
    },
    /// `1000` bytes of files, `3cmd`, `500ms` or `2s`.
    When(When),
    /// One of these words, the first where nothing is said.
    Word(&'static [&'static str]),
}

/// What was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Nothing,
    Number(u64),
    When(When),
    Word(&'static str),
}

/// A named change to a module, such as `reboot=1000`.
///
/// ```
/// use qftp_emulator::Fault;
/// let fault = Fault::parse("reboot=1000")?;
/// assert_eq!(fault.to_string(), "reboot=1000");
/// assert_eq!(Fault::parse("rebot").unwrap_err().to_string(), "there is no fault `rebot`; did you mean `reboot`?");
/// # Ok::<(), qftp_emulator::FaultError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Fault {
    kind: &'static FaultKind,
    value: Value,
}

/// A fault that cannot be, and what could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultError(String);

impl Fault {
    /// All kinds, in the order of the documentation.
    #[must_use]
    pub const fn kinds() -> &'static [FaultKind] {
        table::KINDS
    }

    /// Reads `NAME` or `NAME=VALUE`.
    ///
    /// # Errors
    /// When there is no such name, or the value is none of it; the text says what there is.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let kind = Self::kinds().iter().find(|kind| kind.name == name);
        let kind = kind.ok_or_else(|| {
            let names = Self::kinds().iter().map(|kind| kind.name);
            FaultError(format!("there is no fault `{name}`; did you mean `{}`?", nearest(name, names)))
        })?;
        let value = kind.takes.read(value).ok_or_else(|| {
            FaultError(format!("`{}` {}, not `{}`", kind.name, kind.takes.hint(), value.unwrap_or_default()))
        })?;
        Ok(Self { kind, value })
    }

    /// Its row in the table.
    #[must_use]
    pub const fn kind(&self) -> &'static FaultKind {
        self.kind
    }

    pub(crate) fn apply(&self, config: &mut Config) {
        (self.kind.set)(config, self.value);
    }
}

impl FaultKind {
    /// How it is written: `reboot[=WHEN]`.
    #[must_use]
    pub fn usage(&self) -> String {
        match self.takes {
            Takes::Nothing => self.name.to_owned(),
            Takes::Number { unit, .. } => format!("{}[={}]", self.name, unit.to_ascii_uppercase()),
            Takes::When(_) => format!("{}[=WHEN]", self.name),
            Takes::Word(words) if words.len() > 4 => format!("{}[=NAME]", self.name),
            Takes::Word(words) => format!("{}[={}]", self.name, words.join("|")),
        }
    }

    /// The value where none is given.
    #[must_use]
    pub fn default_value(&self) -> Option<String> {
        match self.takes {
            Takes::Nothing => None,
            Takes::Number { default, .. } => Some(default.to_string()),
            Takes::When(when) => Some(when.to_string()),
            Takes::Word(words) => words.first().map(ToString::to_string),
        }
    }
}

impl Takes {
    fn read(self, value: Option<&str>) -> Option<Value> {
        match (self, value) {
            (Self::Nothing, None) => Some(Value::Nothing),
            (Self::Nothing, Some(_)) => None,
            (Self::Number { default, .. }, None) => Some(Value::Number(default)),
            (Self::Number { .. }, Some(text)) => {
                text.parse().ok().filter(|number| *number > 0).map(Value::Number)
            }
            (Self::When(default), None) => Some(Value::When(default)),
            (Self::When(_), Some(text)) => When::parse(text).map(Value::When),
            (Self::Word(words), None) => words.first().map(|word| Value::Word(word)),
            (Self::Word(words), Some(text)) => {
                words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| Value::Word(word))
            }
        }
    }

    fn hint(self) -> String {
        match self {
            Self::Nothing => "takes no value".to_owned(),
            Self::Number { unit, .. } => format!("takes a number of {unit} from 1 on"),
            Self::When(_) => {
                "takes a number of bytes (1000), of commands (3cmd) or a time (500ms, 2s)".to_owned()
            }
            Self::Word(words) => format!("takes one of {}", words.join(", ")),
        }
    }
}

impl Value {
    fn number(self) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Nothing | Self::When(_) | Self::Word(_) => 0,
        }
    }

    fn when(self) -> When {
        match self {
            Self::When(when) => when,
            Self::Nothing | Self::Number(_) | Self::Word(_) => When::Bytes(0),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Word(word) => word,
            Self::Nothing | Self::Number(_) | Self::When(_) => "",
        }
    }
}

/// The name that was most likely meant: the fewest letters put in, left out or changed.
pub(crate) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> &'a str {
    names.min_by_key(|name| distance(wanted.as_bytes(), name.as_bytes())).unwrap_or_default()
}

fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

impl std::str::FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        Self::parse(text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name)?;
        match self.value {
            Value::Nothing => Ok(()),
            Value::Number(number) => write!(f, "={number}"),
            Value::When(when) => write!(f, "={when}"),
            Value::Word(word) => write!(f, "={word}"),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.kind.name == other.kind.name && self.value == other.value
    }
}

impl Eq for Fault {}

impl fmt::Debug for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultKind")
            .field("name", &self.name)
            .field("takes", &self.takes)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FaultError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for kind in Fault::kinds() {
            let fault = Fault::parse(kind.name).unwrap();
            assert_eq!(Fault::parse(&fault.to_string()), Ok(fault), "{kind:?}");
            assert!(kind.about.len() < 120 && !kind.about.ends_with('.'), "{}: one line", kind.name);
        }
        let names: std::collections::BTreeSet<_> = Fault::kinds().iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), Fault::kinds().len(), "a name is there twice");
    }

    #[test]
    fn what_cannot_be_is_told() {
        for (text, said) in [
            ("power-los", "there is no fault `power-los`; did you mean `power-loss`?"),
            ("echo-off=1", "`echo-off` takes no value, not `1`"),
            ("data-refused=0", "`data-refused` takes a number of connections from 1 on, not `0`"),
            ("path=gone", "`path` takes one of bare, quoted, not `gone`"),
            (
                "reboot=5x",
                "`reboot` takes a number of bytes (1000), of commands (3cmd) or a time (500ms, 2s), not `5x`",
            ),
        ] {
            assert_eq!(Fault::parse(text).unwrap_err().to_string(), said);
        }
        assert_eq!(Fault::parse("reboot=2s").unwrap().to_string(), "reboot=2000ms");
        assert!(Fault::parse("reboot=99999999999999999999s").is_err());
    }
}
