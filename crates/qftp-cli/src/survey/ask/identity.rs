//! Who the module is, and how fast it answers.

use crate::survey::dialogue::Dialogue;
use crate::survey::findings::Findings;
use crate::survey::stop::Stop;

/// Questions whose times are measured.
const ROUNDS: usize = 11;

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let reply = dialogue.ask("AT")?;
        times.extend(reply.is_ok().then_some(reply.took));
    }
    if let Some(millis) = found.times("answer to AT", times) {
        found.number("line.ok_ms", millis);
    }
    for (command, key) in [
        ("AT+CGMI", "identity.manufacturer"),
        ("AT+CGMM", "identity.model"),
        ("AT+CGMR", "identity.revision"),
    ] {
        let reply = dialogue.ask(command)?;
        // Some modules put the name of the command, or that of the line, in front.
        let name = command.strip_prefix("AT+").unwrap_or_default();
        let said = reply.named(name).next().or_else(|| reply.plain());
        if let Some(said) = said.filter(|_| reply.is_ok()) {
            let said = said.strip_prefix("Revision:").unwrap_or(said).trim().trim_matches('"');
            found.set(key, said);
        }
    }
    Ok(())
}
