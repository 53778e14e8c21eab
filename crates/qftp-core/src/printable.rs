use core::fmt::{self, Write as _};

/// Bytes from outside (a server, a module, a log, a name) as text that a terminal can only show, never obey.
///
/// UTF-8 stays as it is. What a terminal would act on is escaped: C0 controls and DEL as `\x1b`, C1 controls as `\u{9b}`, and likewise
/// line separators and what changes the direction of the text around it. Bytes that are no UTF-8 are `\xff`. A tab is a control too.
///
/// ```
/// use qftp_core::Printable;
/// assert_eq!(Printable(b"gr\xc3\xbcn.txt").to_string(), "gr\u{fc}n.txt");
/// assert_eq!(Printable(b"a\x1b[2J\x08\xff\xc2\x9b").to_string(), r"a\x1b[2J\x08\xff\u{9b}");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Printable<'a>(pub &'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            let mut plain = chunk.valid();
            while let Some(at) = plain.find(acts) {
                let (head, rest) = plain.split_at_checked(at).unwrap_or((plain, ""));
                f.write_str(head)?;
                let mut rest = rest.chars();
                if let Some(sign) = rest.next() {
                    escape(f, sign)?;
                }
                plain = rest.as_str();
            }
            f.write_str(plain)?;
            for byte in chunk.invalid() {
                hex(f, *byte)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Whether a terminal does something else than show this character where it stands.
fn acts(sign: char) -> bool {
    // What is_control says is C0, DEL and C1. The others: line and paragraph separators, and marks of writing direction.
    sign.is_control()
        || matches!(sign, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn escape(f: &mut fmt::Formatter<'_>, sign: char) -> fmt::Result {
    match u8::try_from(u32::from(sign)) {
        Ok(byte) if byte.is_ascii() => hex(f, byte),
        _ => {
            for sign in sign.escape_unicode() {
                f.write_char(sign)?;
            }
            Ok(())
        }
    }
}

fn hex(f: &mut fmt::Formatter<'_>, byte: u8) -> fmt::Result {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    f.write_str("\\x")?;
    for digit in [byte >> 4, byte & 0xF] {
        f.write_char(DIGITS.get(usize::from(digit)).copied().unwrap_or('?'))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString as _};

    use super::*;

    #[test]
    fn no_byte_reaches_a_terminal_that_it_would_act_on() {
        for byte in 0..=u8::MAX {
            let shown = Printable(&[b'a', byte, b'b']).to_string();
            assert!(shown.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{byte:#x}: {shown:?}");
        }
        for sign in '\0'..='\u{2FFF}' {
            let text = String::from(sign);
            let shown = Printable(text.as_bytes()).to_string();
            assert_eq!(shown == text, !acts(sign), "{sign:?}: {shown}");
            assert!(!shown.chars().any(acts), "{sign:?}");
        }
    }
}
