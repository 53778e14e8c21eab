//! The families that are built in: the files in `families/`.

use std::sync::LazyLock;

use super::Family;

/// A file of `families/`, which a test reads: it cannot be wrong.
macro_rules! built_in {
    ($name:literal) => {
        Family::read(concat!($name, ".toml"), include_str!(concat!("../../families/", $name, ".toml")))
            .expect("a test reads every built-in family")
    };
}

static DEFAULT: LazyLock<Family> = LazyLock::new(|| built_in!("ec200s"));

static ALL: LazyLock<[Family; 13]> = LazyLock::new(|| {
    [
        DEFAULT.clone(),
        built_in!("ec200t"),
        built_in!("ec600n"),
        built_in!("eg912y"),
        built_in!("strict-note"),
        built_in!("ec25"),
        built_in!("bg96"),
        built_in!("bg95"),
        built_in!("bg770a"),
        built_in!("eg800k"),
        built_in!("ec200u"),
        built_in!("uc20"),
        built_in!("eg800k-like"),
    ]
});

pub(super) fn default_one() -> &'static Family {
    &DEFAULT
}

pub(super) fn all() -> &'static [Family] {
    &*ALL
}
