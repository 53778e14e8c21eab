//! The rows of hex dumps: `xxd`, `hexdump -C`, `od -t x1`, bare pairs.

/// The bytes of a row; `None` when the line is none.
pub(super) fn row(line: &str) -> Option<Vec<u8>> {
    let line = line.trim();
    // What stands to the right is the same as text.
    let hex = line.split_once('|').map_or(line, |(hex, _)| hex).trim_end();
    let (first, rest) = hex.split_once([' ', '\t'])?;
    let number = first.strip_suffix(':').unwrap_or(first);
    let offset = (4..=16).contains(&number.len()) && is_hex(number);
    let body = if offset { rest.trim_start() } else { hex };
    // hexdump -C has a gap in the middle, xxd one at the end.
    let body = if line.contains('|') { body } else { body.split("  ").next().unwrap_or_default() };
    let groups: Vec<&str> = body.split_whitespace().collect();
    let pairs = groups.iter().all(|group| group.len() == 2 || (offset && group.len() == 4));
    if !pairs || groups.len() < if offset { 1 } else { 2 } || !groups.iter().all(|group| is_hex(group)) {
        return None;
    }
    let digits = groups.concat();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
