//! Links: in the pages of the repository, to files and headings that are there; in the built book, to pages and places in them.
//! What leads to other machines is looked at for its form alone: a test does not depend on them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::root;
use crate::step::{Failure, command};

/// A link of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link<'a> {
    /// Where its target stands in the text.
    pub(crate) at: usize,
    pub(crate) target: &'a str,
}

/// The links `[…](target)` and `![…](target)` of a page; what is code is none.
pub(crate) fn of(text: &str) -> Vec<Link<'_>> {
    let prose = without_code(text);
    let ends = |from: usize| prose[from..].find([')', '\n']).map(|len| from + len);
    prose
        .match_indices("](")
        .map(|(at, mark)| at + mark.len())
        .filter_map(|at| ends(at).map(|end| Link { at, target: &text[at..end] }))
        .filter(|link| !link.target.is_empty())
        .collect()
}

/// Whether it leads to another machine.
pub(crate) fn is_external(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Looks at every page that git knows of.
pub(crate) fn pages() -> Result<(), Failure> {
    let listed = command("git", &["ls-files", "--cached", "--others", "--exclude-standard", "*.md"]).output();
    let listed = listed.map_err(|error| Failure::new(format!("git: {error}")))?;
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let (mut count, mut faults) = (0, Vec::new());
    for name in names.lines().filter(|name| root::workspace().join(name).exists()) {
        let path = root::workspace().join(name);
        let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        for link in of(&text) {
            count += 1;
            if let Err(why) = leads_somewhere(&path, &text, link.target) {
                faults.push(format!("{name}: {}: {why}", link.target));
            }
        }
    }
    faults.extend(unlisted(&names)?);
    println!("{count} links in {} pages", names.lines().count());
    all_good(&faults).and_then(|()| if count > 0 { Ok(()) } else { Err(Failure::new("no pages were found")) })
}

/// Pages of docs/ that the summary does not have: nobody would find them.
fn unlisted(names: &str) -> Result<Vec<String>, Failure> {
    let path = root::workspace().join("docs/SUMMARY.md");
    let summary = fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    let chapters: Vec<&str> = of(&summary).iter().map(|link| link.target).collect();
    let pages =
        names.lines().filter_map(|name| name.strip_prefix("docs/")).filter(|name| *name != "SUMMARY.md");
    Ok(pages
        .filter(|page| !chapters.contains(page))
        .map(|page| format!("docs/SUMMARY.md has no {page}"))
        .collect())
}

fn leads_somewhere(page: &Path, text: &str, target: &str) -> Result<(), String> {
    if is_external(target) {
        let (scheme, rest) = target.split_once(':').unwrap_or_default();
        let host = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
        let good = scheme == "https" && host.contains('.') && !target.contains(char::is_whitespace);
        return if good { Ok(()) } else { Err("not of the form https://host/path".to_owned()) };
    }
    let (file, heading) = target.split_once('#').map_or((target, None), |(file, name)| (file, Some(name)));
    let to = if file.is_empty() { page.to_owned() } else { page.parent().unwrap_or(page).join(file) };
    if !to.exists() {
        return Err("no such file".to_owned());
    }
    let Some(heading) = heading else { return Ok(()) };
    let other =
        if file.is_empty() { text.to_owned() } else { fs::read_to_string(&to).map_err(|e| e.to_string())? };
    if headings(&other).iter().any(|name| name == heading) {
        Ok(())
    } else {
        Err("no such heading".to_owned())
    }
}

/// The names that headings go by, as mdBook and GitHub make them.
fn headings(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let prose = without_code(text);
    for (line, plain) in text.lines().zip(prose.lines()).filter(|(_, plain)| plain.starts_with('#')) {
        debug_assert_eq!(line.len(), plain.len());
        let name: String = line
            .trim_start_matches('#')
            .trim()
            .to_lowercase()
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let again = names.iter().filter(|other| **other == name).count();
        names.push(if again == 0 { name } else { format!("{name}-{again}") });
    }
    names
}

/// The text with its code blanked out, every byte in its place.
fn without_code(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if fenced || fence || line.starts_with("    ") {
            prose.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            continue;
        }
        let mut code = false;
        for letter in line.chars() {
            code ^= letter == '`';
            match code && letter != '\n' {
                true => prose.extend(std::iter::repeat_n(' ', letter.len_utf8())),
                false => prose.push(letter),
            }
        }
    }
    prose
}

/// Looks at the built book: every relative link of every page leads to a file of it, and to a place in that. Says how many there are.
pub(crate) fn book(folder: &Path) -> Result<usize, Failure> {
    let mut pages = HashMap::new();
    collect(folder, &mut pages)?;
    let (mut count, mut faults) = (0, Vec::new());
    for (path, text) in &pages {
        // The rest is mdBook's own, the same on every page.
        let main = text.split_once("<main>").and_then(|(_, rest)| rest.split_once("</main>"));
        let Some((main, _)) = main else { continue };
        for target in
            attributes(main, "href").chain(attributes(main, "src")).filter(|target| !is_external(target))
        {
            count += 1;
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let to = if file.is_empty() { path.clone() } else { path.parent().unwrap_or(folder).join(file) };
            let to = fs::canonicalize(&to).unwrap_or(to);
            let there = match pages.get(&to) {
                Some(page) => place.is_empty() || attributes(page, "id").any(|id| id == place),
                None => to.is_file() && place.is_empty(),
            };
            if !there {
                faults.push(format!("{}: {target} leads nowhere", path.display()));
            }
        }
    }
    all_good(&faults).map(|()| count)
}

fn collect(folder: &Path, pages: &mut HashMap<PathBuf, String>) -> Result<(), Failure> {
    let folder = fs::canonicalize(folder).map_err(|error| Failure::file(folder, &error))?;
    for entry in fs::read_dir(&folder).map_err(|error| Failure::file(&folder, &error))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|ending| ending == "html") {
            let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
            pages.insert(path, text);
        }
    }
    Ok(())
}

fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let mark = format!(" {name}=\"");
    let starts: Vec<usize> = html.match_indices(&mark).map(|(at, mark)| at + mark.len()).collect();
    starts.into_iter().filter_map(|at| html[at..].split('"').next())
}

fn all_good(faults: &[String]) -> Result<(), Failure> {
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(format!("links:\n  {}", faults.join("\n  ")))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_code_is_none() {
        let text =
            "See [a](x.md), ![b](y.svg) and `[c](z.md)`.\n```sh\n[d](w.md)\n```\n    [e](v.md)\n[ü](u.md)\n";
        let found: Vec<&str> = of(text).iter().map(|link| link.target).collect();
        assert_eq!(found, ["x.md", "y.svg", "u.md"]);
        assert!(of(text).iter().all(|link| text[link.at..].starts_with(link.target)));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let page = root::workspace().join("README.md");
        let try_one = |target: &str| leads_somewhere(&page, "# One\n## Two words\n## Two words\n", target);
        for good in
            ["LICENSE-MIT", "#two-words", "#two-words-1", "CONTRIBUTING.md#rules", "https://example.com/a"]
        {
            assert_eq!(try_one(good), Ok(()), "{good}");
        }
        for bad in
            ["no-such-file", "#three", "CONTRIBUTING.md#nothing", "http://example.com/", "https://nowhere"]
        {
            assert!(try_one(bad).is_err(), "{bad}");
        }
    }
}
