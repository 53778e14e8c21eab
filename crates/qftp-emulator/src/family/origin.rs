//! Where a value of a family file comes from.

use serde::Deserialize;
use serde::de::Deserializer;
use toml::Spanned;

use super::value::Value;

/// How a value is known, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// Seen on a module.
    Measured,
    /// In a manual or an application note of the maker's.
    Manual,
    /// In the source code of a host or of the maker's SDK.
    Code,
    /// Nobody says so; it follows from something that is known, or keeps the module whole.
    Inferred,
}

impl Provenance {
    /// All of them, the strongest first.
    pub const ALL: [Self; 4] = [Self::Measured, Self::Manual, Self::Code, Self::Inferred];

    /// The word of a family file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Manual => "manual",
            Self::Code => "code",
            Self::Inferred => "inferred",
        }
    }
}

/// How a value is known, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// How.
    pub provenance: Provenance,
    /// A name from `[sources]`.
    pub source: String,
    /// Where it stands in the file.
    pub(super) at: usize,
}

/// The four keys, of which a value has one: `measured = "capture"`.
#[derive(Default)]
pub(super) struct Words {
    pub(super) manual: Option<Spanned<String>>,
    pub(super) measured: Option<Spanned<String>>,
    pub(super) code: Option<Spanned<String>>,
    pub(super) inferred: Option<Spanned<String>>,
}

impl Words {
    /// `at` is where the value stands. Without exactly one of the keys there is no source, which is refused with what it belongs to.
    pub(super) fn origin(self, at: usize) -> Origin {
        let all = [
            (Provenance::Measured, self.measured),
            (Provenance::Manual, self.manual),
            (Provenance::Code, self.code),
            (Provenance::Inferred, self.inferred),
        ];
        let mut named = all.into_iter().filter_map(|(provenance, source)| Some((provenance, source?)));
        match (named.next(), named.next()) {
            (Some((provenance, source)), None) => Origin { provenance, at, source: source.into_inner() },
            _ => Origin { provenance: Provenance::Inferred, at, source: String::new() },
        }
    }
}

/// A value and how it is known: `{ value = "EC25", measured = "capture" }`.
#[derive(Clone, Debug)]
pub struct Fact<T> {
    /// What it is.
    pub value: T,
    /// How that is known.
    pub origin: Origin,
}

impl<T: PartialEq> PartialEq for Fact<T> {
    /// The same value; how it is known does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<'de, T: Value> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, bound = "T: Value")]
        struct Written<T> {
            value: T,
            manual: Option<Spanned<String>>,
            measured: Option<Spanned<String>>,
            code: Option<Spanned<String>>,
            inferred: Option<Spanned<String>>,
        }
        let written = Spanned::<Written<T>>::deserialize(deserializer)?;
        let at = written.span().start;
        let Written { value, manual, measured, code, inferred } = written.into_inner();
        Ok(Self { value, origin: Words { manual, measured, code, inferred }.origin(at) })
    }
}
