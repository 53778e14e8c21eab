//! A line cut into words, as a shell does it: quotes, and a backslash before what would mean something else.

/// A word, where its raw form begins in the line, and whether the line ends in it with a quote open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) start: usize,
    open: bool,
    /// A character of it was quoted: `\*` is a star and no pattern.
    quoted: bool,
}

impl Word {
    /// One that is not begun yet.
    pub(super) fn at(start: usize) -> Self {
        Self { start, ..Self::default() }
    }

    /// Whether it is a pattern of file names.
    pub(super) fn is_pattern(&self) -> bool {
        !self.quoted && self.text.contains(['*', '?', '['])
    }
}

/// The words of a line; the error says which quote is open.
pub(super) fn split(line: &str) -> Result<Vec<Word>, String> {
    let words = words(line);
    match words.last() {
        Some(word) if word.open => Err("a quote is open: write its other half, or \\ before it".to_owned()),
        _ => Ok(words),
    }
}

/// The same of a line that is still being written.
pub(super) fn words(line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut letters = line.char_indices();
    while let Some((at, letter)) = letters.next() {
        if quote.is_none() && letter.is_whitespace() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_with(|| Word { start: at, ..Word::default() });
        match (letter, quote) {
            ('\\', None | Some('"')) => {
                word.quoted = true;
                match letters.next() {
                    Some((_, next)) => word.text.push(next),
                    None => word.open = true,
                }
            }
            ('"' | '\'', None) => {
                word.quoted = true;
                quote = Some(letter);
            }
            (letter, Some(open)) if letter == open => quote = None,
            (letter, _) => word.text.push(letter),
        }
    }
    if let Some(mut word) = word {
        word.open |= quote.is_some();
        words.push(word);
    }
    words
}

/// A word in a form that is read back as this one.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_whitespace() || matches!(letter, '\\' | '"' | '\'' | '*' | '?' | '[') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).expect(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn quotes_and_backslashes() {
        assert_eq!(texts("  put  a\\ b 'c d' \"e\\\"f\" g'h'i "), ["put", "a b", "c d", "e\"f", "ghi"]);
        assert_eq!(texts("get ''"), ["get", ""]);
        assert_eq!(texts("'a\\b'"), ["a\\b"]);
        assert!(split("get 'a").is_err() && split("get a\\").is_err());
        assert!(words("mget *.bin")[1].is_pattern() && !words("mget \\*.bin")[1].is_pattern());
        assert_eq!(words("get a\\ b")[1].start, 4);
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_read_back(name in "[^\\p{C}]{1,20}") {
            prop_assert_eq!(texts(&format!("get {} x", escape(&name))), ["get", name.as_str(), "x"]);
        }
    }
}
