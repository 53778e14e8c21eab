//! A command that the module refuses: the number of its error, and the text of that.

use std::time::Duration;

use crate::survey::dialogue::Dialogue;
use crate::survey::findings::Findings;
use crate::survey::reply::End;
use crate::survey::stop::Stop;

/// Asks twice, for the number and for the text; keeps the text, and the number under the key.
pub(super) fn ask(
    dialogue: &mut Dialogue<'_>,
    found: &mut Findings,
    key: &'static str,
    command: &str,
) -> Result<(), Stop> {
    let ftp = command.starts_with("AT+QFTP");
    dialogue.set_level(1)?;
    let first = dialogue.ask_for(command, Duration::from_secs(10))?.end;
    if !matches!(first, End::Code(_) | End::Words(_)) {
        return Ok(());
    }
    dialogue.set_level(2)?;
    let second = dialogue.ask_for(command, Duration::from_secs(10))?.end;
    dialogue.set_level(1)?;
    take(found, key, ftp, &first, &second);
    Ok(())
}

/// The number and the text of an error, as they came at the levels 1 and 2.
pub(super) fn take(found: &mut Findings, key: &'static str, ftp: bool, first: &End, second: &End) {
    let Some(code) = first.code(ftp).or_else(|| second.code(ftp)) else { return };
    found.number(key, code);
    match second {
        End::Words(words) => found.texts.insert(code, words.clone()),
        End::Code(number) => found.texts.insert(code, number.to_string()),
        _ => None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_text() {
        let mut found = Findings::default();
        take(&mut found, "files.missing", false, &End::Code(405), &End::Words("file not found".to_owned()));
        take(&mut found, "files.time_out", false, &End::Code(421), &End::Code(421));
        // Of words alone the number is looked up; of words that no table has there is none.
        let words = |text: &str| End::Words(text.to_owned());
        take(
            &mut found,
            "files.exists",
            false,
            &words("FILE ALREADY EXISTED"),
            &words("file already existed"),
        );
        take(&mut found, "files.no_space", false, &words("nonsense"), &words("nonsense"));
        let number = |key| found.values.get(key).and_then(toml::Value::as_integer);
        assert_eq!(number("files.missing"), Some(405));
        assert_eq!(number("files.exists"), Some(407));
        assert_eq!(number("files.no_space"), None);
        assert_eq!(found.texts.get(&421).map(String::as_str), Some("421"));
    }
}
