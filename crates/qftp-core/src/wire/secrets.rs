//! Where secrets stand on the wire, for logs and recordings.

use super::scan::find;

/// The offset in a command or answer line from which on it must not be shown; `None` when nothing in it is secret.
///
/// Accounts, logins of access points, PINs and passwords of keys are secret, in commands, their echo and their answers. What is shown of
/// such a line is its beginning and `***`.
///
/// ```
/// use qftp_core::wire::secret_start;
/// let line = br#"AT+QFTPCFG="account","me","hunter2""#;
/// assert_eq!(secret_start(line).map(|at| &line[..at]), Some(&br#"AT+QFTPCFG="account","#[..]));
/// assert_eq!(secret_start(b"AT+QFTPCWD=\"/\""), None);
/// ```
#[must_use]
pub fn secret_start(line: &[u8]) -> Option<usize> {
    // A name may stand on a line several times: `AT+QFTPCFG="filetype",0;+QFTPCFG="account",…`. Each begins with a plus sign.
    let (mut from, mut secret) = (0usize, None);
    while let Some(plus) = line.get(from..).and_then(|rest| find(rest, b'+')) {
        from = from.saturating_add(plus);
        let rest = line.get(from..)?;
        if let Some(at) = secret_of(rest) {
            let at = from.saturating_add(at);
            secret = Some(secret.map_or(at, |before: usize| before.min(at)));
        }
        from = from.saturating_add(1);
    }
    secret
}

/// Where the secret of a command begins whose name stands at the front of `line`.
fn secret_of(line: &[u8]) -> Option<usize> {
    let [_, first, second, third, ..] = line else { return None };
    // The name, how the parameters begin, and how many of them may be shown.
    let (name, key, shown): (&[u8], &[u8], usize) = match [first, second, third].map(u8::to_ascii_uppercase) {
        [b'Q', b'F', b'T'] => (b"+QFTPCFG", b"account", 1),
        [b'Q', b'I', b'C'] => (b"+QICSGP", b"", 3),
        [b'C', b'P', b'I'] => (b"+CPIN=", b"", 0),
        [b'Q', b'S', b'S'] => (b"+QSSLCFG", b"clientkey", 3),
        _ => return None,
    };
    let at = name.len();
    let (head, rest) = line.split_at_checked(at)?;
    if !head.eq_ignore_ascii_case(name) {
        return None;
    }
    // The parameters begin after `=`, or after `: ` of an answer.
    let begin = rest.iter().take_while(|byte| matches!(byte, b'=' | b':' | b' ' | b'"')).count();
    let parameters = rest.get(begin..)?;
    if !parameters.get(..key.len())?.eq_ignore_ascii_case(key) {
        return None;
    }
    // An answer of AT+QICSGP does not repeat the context.
    let shown = if name == b"+QICSGP" && rest.starts_with(b":") { shown.saturating_sub(1) } else { shown };
    if shown == 0 {
        return (!parameters.is_empty()).then_some(at.saturating_add(begin));
    }
    let mut commas = 0usize;
    let comma = parameters.iter().position(|byte| {
        commas = commas.saturating_add(usize::from(*byte == b','));
        commas == shown
    })?;
    Some(at.saturating_add(begin).saturating_add(comma).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::secret_start;

    #[track_caller]
    fn shown(line: &str, expected: Option<&str>) {
        assert_eq!(secret_start(line.as_bytes()).map(|at| &line[..at]), expected, "{line}");
    }

    #[test]
    fn only_secrets_are_hidden() {
        shown(r#"AT+QICSGP=1,1,"net","u","p",1"#, Some(r#"AT+QICSGP=1,1,"net","#));
        shown(r#"AT+QICSGP=1,1,"net""#, None);
        shown(r#"+QICSGP: 1,"net","u","p",1"#, Some(r#"+QICSGP: 1,"net","#));
        shown(r#"at+qftpcfg = "account" , "u","p""#, Some(r#"at+qftpcfg = "account" ,"#));
        shown(r#"+QFTPCFG: "account","u","***""#, Some(r#"+QFTPCFG: "account","#));
        shown(r#"AT+QFTPCFG="account""#, None);
        shown(r#"AT+QFTPCFG="filetype",1;+CPIN="1234""#, Some(r#"AT+QFTPCFG="filetype",1;+CPIN=""#));
        shown(
            r#"AT+QFTPCFG="filetype",0;+QFTPCFG="account","u","p""#,
            Some(r#"AT+QFTPCFG="filetype",0;+QFTPCFG="account","#),
        );
        shown("AT+CPIN?", None);
        shown("+CPIN: READY", None);
        shown(
            r#"AT+QSSLCFG="clientkey",1,"UFS:k.pem","pw""#,
            Some(r#"AT+QSSLCFG="clientkey",1,"UFS:k.pem","#),
        );
        shown(r#"AT+QSSLCFG="cacert",1,"UFS:c.pem""#, None);
    }
}
