//! What a survey hands out is read by others: numbers of devices, cards and phones, addresses and logins are masked.

use qftp_core::wire::secret_start;

/// What stands in place of it.
const MASK: &str = "***";
/// Digits in a row that are the number of a device or of a card (IMEI 15, IMSI 15, ICCID 19 and 20).
const DEVICE: usize = 13;
/// Digits in quotes, or after a plus sign, that are a phone number.
const PHONE: usize = 6;

/// Masks lines and texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Masker {
    /// User, password, server: what nothing else would know for one.
    words: Vec<String>,
}

impl Masker {
    /// These words are masked too, wherever they stand as a word. One of two letters would be found everywhere; the lines that
    /// hold logins are masked whatever is in them.
    pub(super) fn of(words: impl IntoIterator<Item = String>) -> Self {
        let mut words: Vec<String> = words.into_iter().filter(|word| word.len() > 2).collect();
        // The longest first: one may be part of another.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self { words }
    }

    /// A line of the dialogue, with its line end.
    pub(super) fn line(&self, line: &[u8]) -> Vec<u8> {
        let body = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let (text, end) = line.split_at(body);
        let mut shown = Vec::new();
        for (number, part) in text.split(|byte| *byte == b'\r').enumerate() {
            if number > 0 {
                shown.push(b'\r');
            }
            let start = secret_start(part);
            let open = part.get(..start.unwrap_or(part.len())).unwrap_or_default();
            match str::from_utf8(open) {
                Ok(open) => shown.extend(self.text(open).into_bytes()),
                Err(_) => shown.extend(open),
            }
            if start.is_some() {
                shown.extend(MASK.as_bytes());
            }
        }
        shown.extend(end);
        shown
    }

    /// A text.
    pub(super) fn text(&self, text: &str) -> String {
        let text = self.words.iter().fold(text.to_owned(), |text, word| without_word(&text, word));
        addresses(&numbers(&text))
    }
}

fn is_word(sign: Option<char>) -> bool {
    sign.is_some_and(char::is_alphanumeric)
}

fn without_word(text: &str, word: &str) -> String {
    let (mut shown, mut rest, mut before) = (String::new(), text, None);
    while let Some(at) = rest.find(word) {
        let (head, tail) = rest.split_at(at);
        let after = tail.get(word.len()..).unwrap_or_default();
        shown.push_str(head);
        let stands_alone = !is_word(head.chars().last().or(before)) && !is_word(after.chars().next());
        shown.push_str(if stands_alone { MASK } else { word });
        (before, rest) = (word.chars().last(), after);
    }
    shown.push_str(rest);
    shown
}

/// Without long numbers. A number in a word, such as that of a firmware, is none of them.
fn numbers(text: &str) -> String {
    let mut shown = String::new();
    let mut before = None;
    let mut rest = text;
    while let Some(at) = rest.find(|sign: char| sign.is_ascii_digit()) {
        let (head, tail) = rest.split_at(at);
        let len = tail.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(tail.len());
        let (digits, after) = tail.split_at(len);
        let last = head.chars().last().or(before);
        let is_phone = matches!(last, Some('+' | '"')) && len >= PHONE;
        // A card's number may end with a letter, and a firmware's never is that long.
        let hide = len >= DEVICE || (is_phone && !is_word(after.chars().next()));
        shown.push_str(head);
        shown.push_str(if hide { MASK } else { digits });
        (before, rest) = (digits.chars().last(), after);
    }
    shown.push_str(rest);
    shown
}

/// Without IP addresses: four numbers with dots between, or hexadecimal numbers with at least two colons.
fn addresses(text: &str) -> String {
    let is_part = |sign: char| sign.is_ascii_hexdigit() || matches!(sign, '.' | ':');
    let mut shown = String::new();
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(at) = rest.find(is_part) {
        let (head, tail) = rest.split_at(at);
        let len = tail.find(|sign: char| !is_part(sign)).unwrap_or(tail.len());
        let (part, after) = tail.split_at(len);
        let in_word =
            is_word(head.chars().last().or(before)) || matches!(head.chars().last(), Some('_' | '-'));
        let alone = !in_word && !is_word(after.chars().next());
        shown.push_str(head);
        shown.push_str(if alone && is_address(part) { MASK } else { part });
        (before, rest) = (part.chars().last(), after);
    }
    shown.push_str(rest);
    shown
}

fn is_address(text: &str) -> bool {
    let (v4, port) = text.split_once(':').unwrap_or((text, ""));
    let is_v4 = v4.split('.').count() == 4
        && v4.split('.').all(|part| part.parse::<u8>().is_ok())
        && port.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = text.split(':').collect();
    let is_v6 = text.parse::<std::net::Ipv6Addr>().is_ok() && groups.iter().any(|group| !group.is_empty());
    // An IPv6 address of a module may be written as sixteen numbers with dots.
    let is_long = text.split('.').count() == 16 && text.split('.').all(|part| part.parse::<u8>().is_ok());
    is_v4 || is_v6 || is_long
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Masker::of(["mallory", "hunter2", "ftp.example.com", "me"].map(str::to_owned)).text(text)
    }

    #[test]
    fn numbers_and_addresses_are_masked_and_nothing_else() {
        for (text, shown) in [
            ("867730050000000", "***"),
            ("IMEI: 867730050000000", "IMEI: ***"),
            ("+QCCID: 8944500612181234567F", "+QCCID: ***F"),
            ("+CNUM: \"\",\"+4915112345678\",145", "+CNUM: \"\",\"+***\",145"),
            ("+CNUM: \"\",\"015112345678\",129", "+CNUM: \"\",\"***\",129"),
            ("+CGPADDR: 1,\"10.7.157.1\"", "+CGPADDR: 1,\"***\""),
            (
                "+CGDCONT: 1,\"IP\",\"internet\",\"10.7.157.1\",0,0",
                "+CGDCONT: 1,\"IP\",\"internet\",\"***\",0,0",
            ),
            ("at 10.7.157.1:21 and 2001:db8::1", "at *** and ***"),
            ("\"254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1\"", "\"***\""),
            // What has to stay: sizes, firmwares, ranges, times.
            ("+QFLDS: 67108864,67108864", "+QFLDS: 67108864,67108864"),
            ("EC25EFAR06A01M4G_01.001.01.001", "EC25EFAR06A01M4G_01.001.01.001"),
            ("BG95M3LAR02A03_01.012.01.012", "BG95M3LAR02A03_01.012.01.012"),
            ("(20-180),(0-2)", "(20-180),(0-2)"),
            ("+QFTPMDTM: 0,\"20140708110039\"", "+QFTPMDTM: 0,\"***\""),
            ("::", "::"),
            ("mallory at ftp.example.com", "*** at ***"),
            ("mallorys hunter22", "mallorys hunter22"),
            ("/home/mallory/x", "/home/***/x"),
        ] {
            assert_eq!(masked(text), shown, "{text}");
        }
    }

    #[test]
    fn a_line_keeps_its_end_and_loses_its_secrets() {
        let masker = Masker::of(["hunter2".to_owned()]);
        let line = |text: &str| String::from_utf8(masker.line(text.as_bytes())).unwrap();
        assert_eq!(line("AT+QFTPCFG=\"account\",\"me\",\"x\"\r"), "AT+QFTPCFG=\"account\",***\r");
        assert_eq!(line("AT\rAT+CPIN=1234\r\r\n"), "AT\rAT+CPIN=***\r\r\n");
        assert_eq!(line("+QFTPPWD: 0,\"/hunter2\"\r\n"), "+QFTPPWD: 0,\"/***\"\r\n");
        assert_eq!(masker.line(b"\xff\xfe\r\n"), b"\xff\xfe\r\n");
    }
}
