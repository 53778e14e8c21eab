//! Texts in a page.

use std::fmt::{self, Write as _};

/// A text in which nothing is markup.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|sign| match sign {
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '&' => f.write_str("&amp;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // Of logs with any bytes in them: what no page may hold.
            sign if sign.is_control() => f.write_char('\u{fffd}'),
            sign => f.write_char(sign),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(Escaped("<b a=\"'\">&\0").to_string(), "&lt;b a=&quot;&#39;&quot;&gt;&amp;\u{fffd}");
    }
}
