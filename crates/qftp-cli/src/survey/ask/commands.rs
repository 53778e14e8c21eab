//! Which commands there are.

use std::collections::BTreeSet;

use qftp_core::wire::Verb;
use qftp_emulator::Family;

use crate::survey::dialogue::Dialogue;
use crate::survey::findings::Findings;
use crate::survey::reply::End;
use crate::survey::stop::Stop;

/// Words that are no commands: a module says them by itself.
const URCS: [&str; 3] = ["QIURC", "QUSIM", "QIND"];

/// The names of all commands that a family may have.
fn names() -> BTreeSet<String> {
    let families = Family::all().iter().flat_map(|family| &family.commands.exist);
    let known = Verb::ALL.iter().map(|verb| verb.name().trim_start_matches('+').to_owned());
    let mut names: BTreeSet<String> = families.flat_map(|group| group.names.clone()).chain(known).collect();
    names.retain(|name| !URCS.contains(&name.as_str()));
    names
}

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    dialogue.set_level(1)?;
    for name in names() {
        let there = match name.as_str() {
            "S12" => guard_time(dialogue)?,
            // The test form searches for networks, for minutes.
            "COPS" => known(&dialogue.ask("AT+COPS?")?.end),
            name => {
                let reply = dialogue.ask(&format!("AT+{name}=?"))?;
                if name == "QFTPNLST" || name == "QFTPNLIST" {
                    listing_of_names(&reply.lines, found);
                }
                known(&reply.end)
            }
        };
        if let Some(there) = there {
            found.commands.insert(name, there);
        }
    }
    Ok(())
}

/// Whether an answer shows that a command is there; of a module that says nothing nobody knows.
fn known(end: &End) -> Option<bool> {
    match end {
        End::Ok => Some(true),
        End::Error => Some(false),
        // Not allowed, not supported, unknown: what modules say of a command that they do not have.
        End::Code(code) => Some(!matches!(code, 3 | 4 | 58 | 100)),
        End::Words(_) | End::NoCarrier | End::Connect | End::Silence => None,
    }
}

/// `ATS12` is set to what it is.
fn guard_time(dialogue: &mut Dialogue<'_>) -> Result<Option<bool>, Stop> {
    let reply = dialogue.ask("ATS12?")?;
    let Some(units) = reply.plain().and_then(|text| text.parse::<u8>().ok()) else {
        return Ok(known(&reply.end).filter(|there| !there));
    };
    Ok(known(&dialogue.ask(&format!("ATS12={units}"))?.end))
}

fn listing_of_names(lines: &[String], found: &mut Findings) {
    for name in ["QFTPNLIST", "QFTPNLST"] {
        if lines.iter().any(|line| line.starts_with(&format!("+{name}:"))) {
            found.set("ftp.names_listing", name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_tell() {
        assert_eq!(known(&End::Ok), Some(true));
        assert_eq!(known(&End::Code(4)), Some(false));
        // A command without a card is a command.
        assert_eq!(known(&End::Code(10)), Some(true));
        assert_eq!(known(&End::Silence), None);
    }
}
