//! The ranges that test forms print: `(0-2),(15-50)`.

use std::fmt;

use serde::Deserialize;

use super::value::{Value, quote};

/// What a test form prints for the parameters of a command: numbers in parentheses, and names of texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Range {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `(1-15)`, or `(0,2)`: from, to, of each of its choices.
    Numbers(Vec<(u32, u32)>),
    /// `<username>`, `"urcport"`.
    Text,
}

impl Range {
    /// Whether a parameter, counted from 0, may be this number. What is no number in the range takes any.
    #[must_use]
    pub fn takes(&self, parameter: usize, number: u32) -> bool {
        match self.parts.get(parameter) {
            Some(Part::Numbers(choices)) => choices.iter().any(|(from, to)| (*from..=*to).contains(&number)),
            Some(Part::Text) => true,
            None => false,
        }
    }

    /// How many parameters there are.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parts.len()
    }

    /// The numbers of its only parameter, from the least to the greatest.
    pub(super) fn bounds(&self) -> Option<(u32, u32)> {
        match &self.parts[..] {
            [Part::Numbers(choices)] => Some((choices.first()?.0, choices.last()?.1)),
            _ => None,
        }
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (part, after) = match rest.strip_prefix('(').map(|inner| inner.split_once(')')) {
                Some(Some((inner, after))) => (numbers(inner).unwrap_or(Part::Text), after),
                Some(None) => return Err(format!("`{text}`: a `)` is missing")),
                None => (Part::Text, rest.find(',').map_or("", |comma| &rest[comma..])),
            };
            parts.push(part);
            rest = match after.strip_prefix(',') {
                Some(more) if !more.is_empty() => more,
                None if after.is_empty() => after,
                _ => return Err(format!("`{text}`: a comma and a parameter are expected at `{after}`")),
            };
        }
        if let Some(Part::Numbers(choices)) = parts
            .iter()
            .find(|part| matches!(part, Part::Numbers(list) if list.iter().any(|(from, to)| from > to)))
        {
            return Err(format!("`{text}`: {choices:?} has its greater number first"));
        }
        Ok(Self { text, parts })
    }
}

/// `1-15`, or `0,2`; `None` where these are no numbers.
fn numbers(text: &str) -> Option<Part> {
    let choice = |choice: &str| match choice.split_once('-') {
        Some((from, to)) => Some((number(from)?, number(to)?)),
        None => number(choice).map(|number| (number, number)),
    };
    text.split(',').map(choice).collect::<Option<Vec<_>>>().map(Part::Numbers)
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    match text.strip_prefix("0X").or_else(|| text.strip_prefix("0x")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Value for Range {
    const FORM: &'static str = "a range, as test forms print it: `(1-15)`, `(0,2)`, `<name>`";

    fn toml(&self) -> String {
        quote(&self.text)
    }
}
