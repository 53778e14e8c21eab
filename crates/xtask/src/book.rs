//! The book: docs/ by mdBook, and every link in it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::links;
use crate::root;
use crate::step::{Failure, command, must};

/// Where links lead that leave docs/: a book has no sources beside it.
const REPOSITORY: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main");

/// The step of `cargo xtask audit`.
pub(crate) fn step() -> Result<(), Failure> {
    let (sources, book) = (root::target().join("book-source"), root::target().join("book"));
    for folder in [&sources, &book] {
        match fs::remove_dir_all(folder) {
            Err(error) if folder.exists() => return Err(Failure::file(folder, &error)),
            _ => {}
        }
    }
    stage(&root::workspace().join("docs"), &sources, Path::new("docs"))?;
    let (from, to) = (sources.to_string_lossy(), book.to_string_lossy());
    must(&mut command(root::tools().join("bin/mdbook"), &["build", &from, "--dest-dir", &to]))?;
    let count = links::book(&book)?;
    println!("{count} links in the book lead somewhere; it begins at {}", book.join("index.html").display());
    Ok(())
}

/// Copies a folder of docs/, which lies at `here` in the workspace.
fn stage(from: &Path, to: &Path, here: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(|error| Failure::file(to, &error))?;
    for entry in fs::read_dir(from).map_err(|error| Failure::file(from, &error))?.flatten() {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        let done = match path.extension().and_then(|ending| ending.to_str()) {
            _ if path.is_dir() => {
                stage(&path, &place, &here.join(entry.file_name()))?;
                Ok(())
            }
            Some("md") => {
                fs::read_to_string(&path).and_then(|text| fs::write(&place, led_outside(&text, here)))
            }
            _ => fs::copy(&path, &place).map(drop),
        };
        done.map_err(|error| Failure::file(&path, &error))?;
    }
    Ok(())
}

/// The page with its links out of docs/ led to the repository.
fn led_outside(text: &str, here: &Path) -> String {
    let mut page = String::new();
    let mut at = 0;
    for link in links::of(text) {
        let Some(outside) = inside_the_workspace(&here.join(link.target)) else { continue };
        if !links::is_external(link.target) && !outside.starts_with("docs") {
            page.push_str(&text[at..link.at]);
            page.push_str(&format!("{REPOSITORY}/{}", outside.display()));
            at = link.at + link.target.len();
        }
    }
    page.push_str(&text[at..]);
    page
}

/// The path without its `..`; `None` where it leaves the workspace.
fn inside_the_workspace(path: &Path) -> Option<PathBuf> {
    path.components().try_fold(PathBuf::new(), |mut path, component| match component {
        Component::ParentDir => path.pop().then_some(path),
        Component::CurDir => Some(path),
        other => {
            path.push(other);
            Some(path)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_lead_to_the_repository() {
        let text = "[a](../include/qftp.h), [b](../c.md#in-c), [c](https://example.com/), `[d](../../x)`";
        let led = led_outside(text, Path::new("docs/guides"));
        assert_eq!(led, format!("[a](../include/qftp.h), {}", &text["[a](../include/qftp.h), ".len()..]));
        let led = led_outside("see [a](../../include/qftp.h).", Path::new("docs/guides"));
        assert_eq!(led, format!("see [a]({REPOSITORY}/include/qftp.h)."));
    }
}
