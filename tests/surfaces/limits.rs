//! The table of docs/limits.md: what a surface does not have, and which cases it is not asked.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::case::{Case, Then};
use crate::job::Verb;
use crate::surface::{FEATURES, Feature, SURFACES};

const BEGIN: &str = "<!-- surfaces: made by tests/surfaces, as CONTRIBUTING.md says -->\n";
const END: &str = "<!-- surfaces: end -->\n";

/// Whether the table is what the surfaces have; with `QFTP_UPDATE_DOCS` it becomes so.
pub(crate) fn check(cases: &[Case]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/limits.md");
    let text = fs::read_to_string(&path).expect("docs/limits.md");
    let (before, rest) = text.split_once(BEGIN).expect("a beginning");
    let (_, after) = rest.split_once(END).expect("an end");
    let right = format!("{before}{BEGIN}{}{END}{after}", rows(cases));
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        fs::write(&path, right).expect("written");
    } else {
        assert!(text == right, "docs/limits.md is stale: QFTP_UPDATE_DOCS=1 makes it anew");
    }
}

/// A row for each feature that a surface does not have.
fn rows(cases: &[Case]) -> String {
    let mut out = String::from("| surface | does not have | so the suite |\n|---|---|---|\n");
    for surface in SURFACES {
        let has = surface.features();
        for feature in FEATURES.into_iter().filter(|feature| !has.contains(feature)) {
            let row = row(feature, cases);
            writeln!(out, "| {} | {} | {row} |", surface.name(), feature.title()).expect("memory");
        }
    }
    out
}

fn row(feature: Feature, cases: &[Case]) -> String {
    let verb = match feature {
        Feature::Memory => {
            let count = cases
                .iter()
                .filter(|case| case.then == Then::Resume && case.loses_bytes_of_an_upload())
                .count();
            assert!(count > 0, "no case needs {feature:?}");
            return format!("goes on with the upload by resume, verify and one retry, in {count} cases");
        }
        Feature::AnyBytes => {
            let refused = cases.iter().filter(|case| case.names_other_bytes());
            let names: Vec<&str> = refused.map(|case| case.name.as_str()).collect();
            assert!(!names.is_empty(), "no case needs {feature:?}");
            return format!("sees it refused before a byte is sent: {}", names.join("; "));
        }
        Feature::ResumeGet => Verb::Get,
        Feature::ResumePut => Verb::Put,
        _ => {
            let needing = cases.iter().filter(|case| case.needs.contains(&feature));
            let names: Vec<&str> = needing.map(|case| case.name.as_str()).collect();
            assert!(!names.is_empty(), "no case needs {feature:?}");
            return format!("does not ask it: {}", names.join("; "));
        }
    };
    let count = cases.iter().filter(|case| case.verb == verb && case.then == Then::Resume).count();
    assert!(count > 0, "no case needs {feature:?}");
    format!("transfers the file anew after a failure, in {count} cases")
}
