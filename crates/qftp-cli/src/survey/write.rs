//! The files of a survey: `MODEL-REVISION.toml` and `MODEL-REVISION.rec`, and the page.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::args::SurveyArgs;
use super::findings::Findings;
use crate::exit::Problem;

/// Where the files are.
pub(super) struct Written {
    pub(super) family: String,
    pub(super) recording: String,
}

/// What cannot be written is known before the survey, not after it.
pub(super) fn check(args: &SurveyArgs) -> Result<(), Problem> {
    let folder = args.out.as_deref().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Problem::local(folder, &error))?;
    let trial = tempfile::Builder::new().prefix(".qftp-survey-").tempfile_in(folder);
    trial.map_err(|error| Problem::local(folder, &error))?;
    match &args.html {
        Some(page) => OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(page)
            .map(drop)
            .map_err(|error| Problem::local(page, &error)),
        None => Ok(()),
    }
}

/// `MODEL-REVISION`, of letters, digits, dots, dashes and low lines. A module may call itself anything.
pub(super) fn name(found: &Findings) -> String {
    let part = |key| {
        let text = found.text(key).unwrap_or_default();
        let sound =
            |sign: char| if sign.is_ascii_alphanumeric() || "._-".contains(sign) { sign } else { '_' };
        text.chars().take(60).map(sound).collect::<String>().trim_matches(['.', '-']).to_owned()
    };
    match (part("identity.model"), part("identity.revision")) {
        (model, revision) if model.is_empty() && revision.is_empty() => "unknown-module".to_owned(),
        (model, revision) if revision.is_empty() => model,
        (model, revision) if model.is_empty() => revision,
        (model, revision) => format!("{model}-{revision}"),
    }
}

/// Writes both, under names that were free.
pub(super) fn files(
    args: &SurveyArgs,
    name: &str,
    family: &str,
    recording: &str,
) -> Result<Written, Problem> {
    let folder = args.out.as_deref().unwrap_or(Path::new("."));
    let one = |extension: &str, text: &str| {
        fresh(folder, name, extension, text).map_err(|error| Problem::local(folder, &error))
    };
    let family = one("toml", family)?.display().to_string();
    let recording = one("rec", recording)?.display().to_string();
    Ok(Written { family, recording })
}

/// Makes a file that was not there: `name.toml`, or else `name-2.toml` and so on.
fn fresh(folder: &Path, name: &str, extension: &str, text: &str) -> io::Result<PathBuf> {
    for number in 1..1000 {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{number}.{extension}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{name}: a thousand surveys are there already")))
}

/// Writes the page.
pub(super) fn page(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text).map_err(|error| Problem::local(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_a_file_whatever_the_module_says() {
        let of = |model: &str, revision: &str| {
            let mut found = Findings::default();
            found.set("identity.model", model);
            found.set("identity.revision", revision);
            name(&found)
        };
        assert_eq!(of("EC25", "EC25EFAR06A01M4G"), "EC25-EC25EFAR06A01M4G");
        assert_eq!(of("../../etc/passwd", ""), "_.._etc_passwd");
        assert_eq!(of("\u{1b}[2J", "a b"), "__2J-a_b");
        assert_eq!(of("", ""), "unknown-module");
        assert!(of(&"x".repeat(500), &"y".repeat(500)).len() < 130);
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = fresh(folder.path(), "EC25", "toml", "one").expect("written");
        let second = fresh(folder.path(), "EC25", "toml", "two").expect("written");
        assert_eq!(fs::read_to_string(&first).expect("there"), "one");
        assert_eq!(second, folder.path().join("EC25-2.toml"));
    }
}
