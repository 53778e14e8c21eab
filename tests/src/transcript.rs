//! The files in tests/transcripts: read, and compared by fields. Their form is described in tests/transcripts/README.md.

use std::path::Path;

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `> TEXT`: the host sends a command.
    Command(String),
    /// `>= N`: the host sends file data.
    DataUp(usize),
    /// `>+`: the host escapes.
    Escape,
    /// `< TEXT`: the module says a line.
    Line(String),
    /// `<= N`: the module sends file data.
    DataDown(usize),
    /// `<* N`: the module sends a listing of some length.
    Listing,
}

/// A transcript.
#[derive(Clone, Debug)]
pub struct Transcript {
    /// The file's name.
    pub name: String,
    /// What must be so before: `server file NAME SIZE`, `ftp open` …
    pub preconditions: Vec<String>,
    /// Whether it is ours and not the note's.
    pub own: bool,
    /// The dialogue.
    pub steps: Vec<Step>,
}

/// All transcripts: those of the note, then our own.
///
/// # Panics
/// When a file cannot be read, or holds a line of no known form.
#[must_use]
pub fn all() -> Vec<Transcript> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut files: Vec<_> = [folder.clone(), folder.join("own")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("the folder of transcripts"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "at"))
        .collect();
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Transcript {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let own = path.parent().is_some_and(|folder| folder.ends_with("own"));
    let mut transcript = Transcript { name, own, preconditions: Vec::new(), steps: Vec::new() };
    for line in std::fs::read_to_string(path).expect("a transcript").lines() {
        let number =
            |text: &str| text.trim().parse().unwrap_or_else(|_| panic!("{}: {line}", transcript.name));
        if let Some(text) = line.strip_prefix("#:") {
            transcript.preconditions.push(text.trim().to_owned());
            continue;
        }
        transcript.steps.push(match line {
            _ if line.trim().is_empty() || line.starts_with('#') => continue,
            ">+" => Step::Escape,
            _ if line.starts_with(">=") => Step::DataUp(number(&line[2..])),
            _ if line.starts_with("<=") => Step::DataDown(number(&line[2..])),
            _ if line.starts_with("<*") => Step::Listing,
            _ if line.starts_with("> ") => Step::Command(line[2..].to_owned()),
            _ if line.starts_with("< ") => Step::Line(line[2..].to_owned()),
            _ => panic!("{}: no line of a transcript: {line}", transcript.name),
        });
    }
    transcript
}

/// Whether a line is what a transcript says, by fields: spaces and quotes do not matter, `*` stands for anything from there on
/// to the end of its field, or to the end of the line where it is the last.
#[must_use]
pub fn matches(expected: &str, line: &str) -> bool {
    let tidy = |text: &str| text.replace(['"', ' '], "");
    let (expected, line) = (tidy(expected), tidy(line));
    if let Some(head) = expected.strip_suffix('*') {
        return head.split(',').count() <= line.split(',').count() && fields(head, &line, true);
    }
    fields(&expected, &line, false)
}

fn fields(expected: &str, line: &str, open: bool) -> bool {
    let (expected, line): (Vec<&str>, Vec<&str>) = (expected.split(',').collect(), line.split(',').collect());
    let last = expected.len() - 1;
    (open || expected.len() == line.len())
        && expected.iter().zip(&line).enumerate().all(|(at, (expected, field))| {
            match expected.strip_suffix('*') {
                Some(head) => field.starts_with(head),
                None if open && at == last => field.starts_with(expected),
                None => expected == field,
            }
        })
}

/// The file data of a transcript: `len` bytes whose checksum is the note's `707`, with the bytes in it that could be mistaken for others.
#[must_use]
pub fn payload(len: usize) -> Vec<u8> {
    let mut data: Vec<u8> =
        b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++".iter().copied().cycle().take(len).collect();
    if len >= 4 {
        let mut sum = qftp_core::Checksum::new();
        data[..2].fill(0);
        sum.update(&data);
        data[..2].copy_from_slice(&(sum.value() ^ 0x0707).to_be_bytes());
    }
    data
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines_are_compared_by_fields() {
        use super::matches;
        assert!(matches("+QFTPSIZE:0, 1000", "+QFTPSIZE: 0,1000"));
        assert!(matches("+QFLDS: *,*", "+QFLDS: 12,34"));
        assert!(matches("+QICSGP: 1,\"net\",*", "+QICSGP: 1,\"net\",\"u\",\"p\",1"));
        assert!(matches("+CREG: *,1", "+CREG: 0,1"));
        assert!(!matches("+CREG: *,1", "+CREG: 0,2"));
        assert!(!matches("+QFTPSIZE: 0,1000", "+QFTPSIZE: 0,100"));
        assert!(!matches("OK", "ERROR"));
        assert!(matches("*", "ERROR"));
    }
}
