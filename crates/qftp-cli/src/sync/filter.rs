//! Which files take part: `--include` and `--exclude`.

use glob::{MatchOptions, Pattern};

use crate::exit::Problem;

/// Patterns of paths below the folder, or of names where they have no `/`.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Filter {
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, Problem> {
        Ok(Self { include: patterns(include)?, exclude: patterns(exclude)? })
    }

    /// Whether a file takes part: some `--include` says so where there are any, and no `--exclude` forbids it.
    pub(crate) fn takes_file(&self, path: &str) -> bool {
        (self.include.is_empty() || any(&self.include, path)) && !any(&self.exclude, path)
    }

    /// Whether a folder is looked into.
    pub(crate) fn takes_folder(&self, path: &str) -> bool {
        !any(&self.exclude, path)
    }
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, Problem> {
    let pattern = |text: &String| {
        let pattern = Pattern::new(text.trim_end_matches('/'));
        pattern.map_err(|error| Problem::usage(format!("`{text}` is no pattern: {}", error.msg)))
    };
    texts.iter().map(pattern).collect()
}

fn any(patterns: &[Pattern], path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let whole = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
    patterns.iter().any(|pattern| match pattern.as_str().contains('/') {
        true => pattern.matches_with(path, whole),
        false => pattern.matches(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        Filter::new(&owned(include), &owned(exclude)).expect("sound")
    }

    #[test]
    fn names_and_paths() {
        let tmp = filter(&[], &["*.tmp", "logs/old/", "cache/**"]);
        assert!(tmp.takes_file("a.bin") && !tmp.takes_file("a.tmp") && !tmp.takes_file("deep/down/a.tmp"));
        assert!(tmp.takes_folder("logs") && !tmp.takes_folder("logs/old") && tmp.takes_folder("x/logs/old"));
        assert!(!tmp.takes_file("cache/a/b") && tmp.takes_file("a/cache"));
        let bins = filter(&["*.bin", "doc/*.txt"], &["secret*"]);
        assert!(bins.takes_file("a/b.bin") && bins.takes_file("doc/x.txt"));
        assert!(
            !bins.takes_file("x.txt") && !bins.takes_file("doc/a/x.txt") && !bins.takes_file("secret.bin")
        );
        assert!(bins.takes_folder("anything"), "an include is about files");
        assert!(Filter::default().takes_file(".hidden"));
    }

    #[test]
    fn what_is_no_pattern() {
        let problem = Filter::new(&[], &["a[".to_owned()]).expect_err("unclosed");
        assert!(problem.text.contains("`a[` is no pattern"), "{}", problem.text);
    }
}
