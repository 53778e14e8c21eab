//! The length of files: one noun a file, and none of more than 400 lines.

use std::fs;

use crate::root;
use crate::step::{Failure, command};

/// Most lines of a file.
const MOST: usize = 400;
/// What is longer, each with the reason why it may be: there is none.
const LONGER: &[&str] = &[];

/// Looks at every source that git knows of. Headers are made of sources, and as long as these make them.
pub(crate) fn sources() -> Result<(), Failure> {
    let mut list = command("git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = list.args(["*.rs", "*.py", "*.c", "*.cpp"]).output();
    let listed = listed.map_err(|error| Failure::new(format!("git: {error}")))?;
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let (mut count, mut faults) = (0, Vec::new());
    for name in names.lines() {
        let path = root::workspace().join(name);
        // One that was moved is still in git's list.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        count += 1;
        faults.extend(fault(name, text.lines().count(), LONGER));
    }
    let gone = LONGER.iter().filter(|name| !names.lines().any(|there| there == **name));
    faults.extend(gone.map(|name| format!("{name} is not there: take it out of the list in {}", file!())));
    println!("{count} sources, {} of them longer than {MOST} lines", LONGER.len());
    if count == 0 {
        return Err(Failure::new("no sources were found"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(faults.join("\n"))) }
}

/// What is wrong with a file of so many lines.
fn fault(name: &str, lines: usize, longer: &[&str]) -> Option<String> {
    match (lines > MOST, longer.contains(&name)) {
        (true, false) => {
            Some(format!("{name} has {lines} lines: split it by its nouns, at most {MOST} a file"))
        }
        (false, true) => Some(format!("{name} has {lines} lines: take it out of the list in {}", file!())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_a_fault_and_so_is_a_list_that_is_too_long() {
        assert!(fault("a.rs", MOST, &[]).is_none() && fault("a.rs", MOST + 1, &["a.rs"]).is_none());
        assert!(fault("a.rs", MOST + 1, &[]).expect("a fault").contains("split it"));
        assert!(fault("a.rs", MOST, &["a.rs"]).expect("a fault").contains("take it out"));
    }
}
