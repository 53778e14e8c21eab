//! Patterns of file names, there and here.

use std::path::Path;

use glob::Pattern;
use qftp_core::listing::Kind;

use super::here::home;
use super::session::Shell;
use super::words::Word;
use crate::exit::Problem;
use crate::folder::{join, shown};
use crate::there::resolve;

impl Shell<'_, '_, '_, '_> {
    /// The words with patterns replaced by what they match, for the commands that take several files.
    pub(super) fn expand(&mut self, words: &[Word]) -> Result<Vec<String>, Problem> {
        let command = words.first().map_or("", |word| word.text.as_str());
        let mut texts = Vec::new();
        for word in words {
            match command {
                "mget" | "rm" if word.is_pattern() => texts.extend(self.matching(&word.text)?),
                "mput" if word.is_pattern() => texts.extend(matching_here(&word.text)?),
                _ => texts.push(word.text.clone()),
            }
        }
        Ok(texts)
    }

    fn matching(&mut self, text: &str) -> Result<Vec<String>, Problem> {
        let (folder, pattern) = text.rsplit_once('/').map_or(("", text), |(folder, name)| match folder {
            "" => ("/", name),
            folder => (folder, name),
        });
        let pattern = Pattern::new(pattern)
            .map_err(|error| Problem::usage(format!("`{text}` is no pattern: {}", error.msg)))?;
        let path = resolve(&self.folder, folder);
        let listing = self.there.list_at(&path).map_err(|error| self.problem(error, &path))?;
        let names: Vec<String> = listing
            .items
            .iter()
            .filter(|item| item.kind != Kind::Dir && pattern.matches(&item.name))
            .map(|item| no_option(join(folder, &item.name)))
            .collect();
        let unusable = listing.problem(&shown(&path));
        match (names.is_empty(), unusable) {
            (true, None) => Err(nothing(text, &path)),
            (true, Some(problem)) => Err(problem),
            (false, unusable) => {
                self.unusable = unusable;
                Ok(names)
            }
        }
    }
}

fn matching_here(text: &str) -> Result<Vec<String>, Problem> {
    let paths = glob::glob(&home(Path::new(text)).to_string_lossy())
        .map_err(|error| Problem::usage(format!("`{text}` is no pattern: {}", error.msg)))?;
    let files = paths.flatten().filter(|path| path.is_file());
    let names: Vec<String> =
        files.filter_map(|path| path.to_str().map(str::to_owned)).map(no_option).collect();
    if names.is_empty() { Err(nothing(text, "this machine")) } else { Ok(names) }
}

/// A name that is taken for a name, whatever it begins with: neither an option nor standard input.
pub(super) fn no_option(name: String) -> String {
    if name.starts_with('-') { format!("./{name}") } else { name }
}

fn nothing(text: &str, place: &str) -> Problem {
    Problem::failed(format!("no file matches `{text}` in {}", shown(place)))
}
