//! What a module answers to a command, read without trust in any of it.

use std::time::Duration;

use qftp_core::codes::CmeCode;

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Ok,
    /// `ERROR`, with no reason.
    Error,
    /// `+CME ERROR:` and a number.
    Code(u16),
    /// `+CME ERROR:` and words.
    Words(String),
    NoCarrier,
    /// Data mode begins.
    Connect,
    /// None came in time.
    Silence,
}

impl End {
    /// The end that a line is, if it is one.
    pub(super) fn of(line: &str) -> Option<Self> {
        let error = ["+CME ERROR:", "+CMS ERROR:"].iter().find_map(|head| line.strip_prefix(head));
        Some(match (line, error) {
            ("OK", _) => Self::Ok,
            ("ERROR", _) => Self::Error,
            ("NO CARRIER", _) => Self::NoCarrier,
            (_, Some(rest)) => {
                let rest = rest.trim();
                rest.parse().map_or_else(|_| Self::Words(rest.to_owned()), Self::Code)
            }
            _ if line == "CONNECT" || line.starts_with("CONNECT ") => Self::Connect,
            _ => return None,
        })
    }

    /// The number of an error, also where only its text came.
    pub(super) fn code(&self, ftp: bool) -> Option<u16> {
        match self {
            Self::Code(code) => Some(*code),
            Self::Words(words) => CmeCode::from_text(words.as_bytes(), ftp).map(CmeCode::get),
            _ => None,
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// The lines before its end, the echo left out. A line that nobody asked for may be among them.
    pub(super) lines: Vec<String>,
    pub(super) end: End,
    /// From the CR of the command to the end.
    pub(super) took: Duration,
}

impl Reply {
    pub(super) fn is_ok(&self) -> bool {
        self.end == End::Ok
    }

    /// What follows `+NAME:` in each line of this name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter_map(move |line| after_name(line, name))
    }

    /// The first line that has no name: what `AT+CGMM` and its like answer.
    pub(super) fn plain(&self) -> Option<&str> {
        self.lines.iter().map(String::as_str).find(|line| !line.starts_with('+'))
    }
}

/// What follows `+NAME:`.
pub(super) fn after_name<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix('+')?.strip_prefix(name)?;
    rest.strip_prefix(':').map(str::trim)
}

/// The parameters of a line: commas in quotes, parentheses, brackets and angle brackets part nothing.
pub(super) fn parameters(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth, mut quoted) = (Vec::new(), 0, 0usize, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '"' => quoted = !quoted,
            '(' | '[' | '<' if !quoted => depth += 1,
            ')' | ']' | '>' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(text.get(from..at).unwrap_or_default().trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default().trim());
    parts
}

/// A text without its quotes, if it has them.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// `"name",rest`: the name, and the rest as it is written.
pub(super) fn name_and_rest(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('"')?.split_once('"')?;
    Some((name, rest.trim_start().strip_prefix(',').unwrap_or_default().trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends() {
        for (line, end) in [
            ("OK", Some(End::Ok)),
            ("+CME ERROR: 405", Some(End::Code(405))),
            ("+CME ERROR:405", Some(End::Code(405))),
            ("+CME ERROR: file not found", Some(End::Words("file not found".to_owned()))),
            ("+CME ERROR: 99999", Some(End::Words("99999".to_owned()))),
            ("CONNECT 12", Some(End::Connect)),
            ("CONNECTED", None),
            ("+QFTPSTAT: 0,4", None),
        ] {
            assert_eq!(End::of(line), end, "{line}");
        }
        assert_eq!(End::Words("File not found".to_owned()).code(false), Some(405));
        assert_eq!(End::Words("no such words".to_owned()).code(false), None);
    }

    #[test]
    fn parameters_are_parted_by_the_commas_between_them() {
        assert_eq!(parameters("(1-15),(1-3),<APN>,(0,2)"), ["(1-15)", "(1-3)", "<APN>", "(0,2)"]);
        assert_eq!(parameters("1,\"a,b\" , 2"), ["1", "\"a,b\"", "2"]);
        // What a module may say that lies.
        assert_eq!(parameters(")),\"x"), ["))", "\"x"]);
        assert_eq!(parameters(""), [""]);
    }

    #[test]
    fn names_and_what_follows() {
        assert_eq!(name_and_rest("\"data_address\",(0-2),(15-50)"), Some(("data_address", "(0-2),(15-50)")));
        assert_eq!(name_and_rest("\"cache\""), Some(("cache", "")));
        assert_eq!(name_and_rest("cache,1"), None);
        assert_eq!(after_name("+QFLDS: 1,2", "QFLDS"), Some("1,2"));
        assert_eq!(after_name("+QFLDSX: 1,2", "QFLDS"), None);
    }
}
