//! PDP contexts.

use std::time::Duration;

use qftp_core::limits;
use qftp_emulator::Range;

use crate::survey::dialogue::Dialogue;
use crate::survey::findings::{Findings, is_range};
use crate::survey::reply::{End, parameters};
use crate::survey::stop::Stop;

/// `AT+QIGETERROR`: the context has no access point name.
const NO_APN: &str = "573";

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let reply = dialogue.ask("AT+QICSGP=?")?;
    if let Some(form) = reply.named("QICSGP").next() {
        let parts = parameters(form);
        let ranges = [("pdp.contexts", parts.first()), ("pdp.auth", parts.get(5))];
        for (key, range) in ranges {
            if let Some(range) = range.filter(|range| is_range(range)) {
                found.set(key, *range);
            }
        }
    }
    definition(dialogue, found)?;
    // With no error before it, this is the text of 0. What it says of another error is that error's text.
    let reply = dialogue.ask("AT+QIGETERROR")?;
    if let Some((code, text)) = reply.named("QIGETERROR").next().and_then(|text| text.split_once(','))
        && let Ok(code) = code.trim().parse()
    {
        found.texts.insert(code, text.trim().to_owned());
    }
    Ok(())
}

/// What a line of `AT+CGDCONT?` has; without a context there is none.
pub(super) fn definition(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<Vec<String>, Stop> {
    let reply = dialogue.ask("AT+CGDCONT?")?;
    let lines: Vec<String> = reply.named("CGDCONT").map(str::to_owned).collect();
    if let Some(line) = lines.first() {
        found.set("pdp.definition", if parameters(line).len() > 3 { "long" } else { "short" });
    }
    Ok(lines)
}

/// Activates a context that nobody has defined, and deactivates it again: whether it takes an access point name.
pub(super) fn try_out(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let defined = definition(dialogue, found)?;
    let is_free = |number: &u8| {
        let own = number.to_string();
        defined.iter().all(|line| parameters(line).first() != Some(&own.as_str()))
    };
    let Some(Ok(range)) = found.text("pdp.contexts").map(|text| Range::try_from(text.to_owned())) else {
        return Ok(());
    };
    let mut all = limits::CONTEXT_ID.rev();
    let Some(context) = all.find(|number| range.takes(0, (*number).into()) && is_free(number)) else {
        found.note("every PDP context is defined: whether one needs an access point name was not tried");
        return Ok(());
    };
    let wait = Duration::from_millis(limits::ACTIVATE_MS);
    let reply = dialogue.ask_for(&format!("AT+QIACT={context}"), wait)?;
    match reply.end {
        End::Ok => {
            found.set("pdp.access_point", "from-network");
            definition(dialogue, found)?;
            let wait = Duration::from_millis(limits::DEACTIVATE_MS);
            if !dialogue.ask_for(&format!("AT+QIDEACT={context}"), wait)?.is_ok() {
                found.note(format!("context {context} was activated, and could not be deactivated"));
            }
        }
        _ => {
            let reply = dialogue.ask("AT+QIGETERROR")?;
            let mut errors = reply.named("QIGETERROR").filter_map(|text| text.split(',').next());
            if errors.any(|code| code.trim() == NO_APN) {
                found.set("pdp.access_point", "needed");
            }
        }
    }
    Ok(())
}
