//! A restart: what the module says when it starts, and its settings as they are then.

use std::time::Duration;

use qftp_core::limits;
use qftp_emulator::Family;
use toml::Value;

use super::settings;
use crate::survey::dialogue::Dialogue;
use crate::survey::findings::Findings;
use crate::survey::stop::Stop;

const COMMAND: &str = "AT+CFUN=1,1";
/// A start has ended when so long nothing more was said.
const QUIET: Duration = Duration::from_secs(10);
/// How often it is looked at whether it has.
const STEP: Duration = Duration::from_secs(1);

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    dialogue.restarts = true;
    let done = restart(dialogue, found);
    dialogue.restarts = false;
    if done? {
        settings::read_defaults(dialogue, found)?;
    }
    Ok(())
}

/// Whether it started again.
fn restart(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<bool, Stop> {
    let begun = dialogue.wire.now();
    let reply = dialogue.ask(COMMAND)?;
    dialogue.forget();
    if !reply.is_ok() {
        found.note("AT+CFUN=1,1 is refused: the start and the defaults were not seen");
        return Ok(false);
    }
    let start = start_lines(dialogue, &expected(found))?;
    if let Some((first, _)) = start.first() {
        let millis = first.saturating_sub(begun).as_millis();
        found.number("identity.start_ms", u64::try_from(millis).unwrap_or(u64::MAX));
        let lines: Vec<Value> = start.iter().map(|(_, line)| Value::from(line.as_str())).collect();
        match start.iter().find(|(_, line)| line.starts_with("+CPIN:") && line != "+CPIN: READY") {
            Some((_, line)) => found.note(format!("the SIM card is not ready ({line}): the lines of the start are not those of a module that is in order")),
            None => found.set("identity.start", lines),
        }
    }
    for _ in 0..10 {
        if dialogue.ask("AT")?.is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The lines of a start: until those that are known have come, or nothing more does.
fn start_lines(dialogue: &mut Dialogue<'_>, expected: &[String]) -> Result<Vec<(Duration, String)>, Stop> {
    let mut start = Vec::new();
    let until = dialogue.wire.now() + Duration::from_millis(limits::START_MS);
    let mut silence = Duration::ZERO;
    while dialogue.wire.now() < until && (start.is_empty() || silence < QUIET) {
        let mut more = dialogue.quiet(STEP, QUIET)?;
        silence = if more.is_empty() { silence + STEP } else { STEP };
        start.append(&mut more);
        let is_whole = expected.iter().all(|line| start.iter().any(|(_, own)| own == line));
        if is_whole && !expected.is_empty() {
            break;
        }
    }
    Ok(start)
}

/// The lines of the start that are known of a module of this name: when they have come there are no more to wait for.
fn expected(found: &Findings) -> Vec<String> {
    let family = found.text("identity.model").and_then(Family::of_model);
    family.map_or_else(Vec::new, |family| family.identity.start.value.clone())
}
