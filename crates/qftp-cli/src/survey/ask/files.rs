//! The module's own files: storages, test forms, and with `--thorough` a small file in each storage, removed again.

use std::time::Duration;

use qftp_core::wire::Storage;

use super::refusal;
use crate::survey::dialogue::Dialogue;
use crate::survey::findings::{Findings, Space};
use crate::survey::reply::{End, Reply, name_and_rest};
use crate::survey::stop::Stop;

const WAIT: Duration = Duration::from_secs(10);

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    for (name, key) in [("QFUPL", "files.upload_form"), ("QFOPEN", "files.open_form")] {
        let reply = dialogue.ask(&format!("AT+{name}=?"))?;
        if let Some(form) = reply.named(name).next().filter(|form| !form.is_empty()) {
            found.set(key, form);
        }
    }
    for storage in Storage::ALL {
        let space = match space(dialogue, storage)? {
            Ok((_, size)) => Some(Space { size, block: None }),
            Err(End::Error | End::Code(_) | End::Words(_)) => None,
            Err(_) => continue,
        };
        found.storages.push((storage, space));
    }
    let reply = dialogue.ask_for("AT+QFLST=\"*\"", WAIT)?;
    listed(&reply, found);
    Ok(())
}

/// Bytes free and in all.
fn space(dialogue: &mut Dialogue<'_>, storage: Storage) -> Result<Result<(u64, u64), End>, Stop> {
    let reply = dialogue.ask_for(&format!("AT+QFLDS=\"{}\"", storage.name()), WAIT)?;
    let numbers = reply.named("QFLDS").find_map(|text| {
        let (free, total) = text.split_once(',')?;
        Some((free.trim().parse().ok()?, total.trim().parse().ok()?))
    });
    Ok(numbers.filter(|_| reply.is_ok()).ok_or(reply.end))
}

/// A pattern without a storage: whether names have one nevertheless.
fn listed(reply: &Reply, found: &mut Findings) {
    if let Some((name, _)) = reply.named("QFLST").find_map(name_and_rest) {
        found.set("files.listed", if name.starts_with("UFS:") { "with-storage" } else { "as-asked" });
    }
}

/// Three bytes, which end by the module's time-out in UFS, and by their count elsewhere.
pub(super) fn try_out(dialogue: &mut Dialogue<'_>, found: &mut Findings, number: u32) -> Result<(), Stop> {
    let there: Vec<Storage> =
        found.storages.iter().filter(|(_, space)| space.is_some()).map(|(storage, _)| *storage).collect();
    for storage in there {
        let name = format!("{}:qftp-survey-{number}", storage.name());
        let before = space(dialogue, storage)?;
        let made = match storage {
            Storage::Ufs => {
                in_ufs(dialogue, found, &name, number, before.as_ref().ok().map(|(free, _)| *free))?
            }
            Storage::Ram | Storage::Sd => upload(dialogue, &name, 3)? == End::Ok,
        };
        if made && let (Ok((before, _)), Ok((after, _))) = (before, space(dialogue, storage)?) {
            let block = match before.saturating_sub(after) {
                3 => 1,
                taken => taken,
            };
            let own = found.storages.iter_mut().find(|(own, _)| *own == storage);
            if let Some((_, Some(space))) = own.filter(|_| block > 0) {
                space.block = Some(block);
            }
        }
        if made && !dialogue.ask_for(&format!("AT+QFDEL=\"{name}\""), WAIT)?.is_ok() {
            found.note(format!("{name} was made in the module, and could not be removed"));
        }
    }
    Ok(())
}

/// The errors that take a file, and what a listing calls it.
fn in_ufs(
    dialogue: &mut Dialogue<'_>,
    found: &mut Findings,
    name: &str,
    number: u32,
    free: Option<u64>,
) -> Result<bool, Stop> {
    // Once for the number of the time-out, once for its text.
    dialogue.set_level(2)?;
    let second = upload(dialogue, name, 10)?;
    if second == End::Silence || matches!(second, End::Error) {
        return Ok(false);
    }
    let removed = dialogue.ask_for(&format!("AT+QFDEL=\"{name}\""), WAIT)?.is_ok();
    dialogue.set_level(1)?;
    let first = if removed { upload(dialogue, name, 10)? } else { second.clone() };
    refusal::take(found, "files.time_out", false, &first, &second);
    refusal::ask(dialogue, found, "files.exists", &format!("AT+QFUPL=\"{name}\",3,1"))?;
    let reply = dialogue.ask_for(&format!("AT+QFLST=\"qftp-survey-{number}\""), WAIT)?;
    listed(&reply, found);
    let too_much = free.and_then(|free| u32::try_from(free + 1).ok());
    if let Some(size) = too_much {
        no_space(dialogue, found, &format!("{name}-big"), size)?;
    }
    Ok(true)
}

/// `AT+QFUPL` with a time-out of a second, and three bytes.
fn upload(dialogue: &mut Dialogue<'_>, name: &str, size: usize) -> Result<End, Stop> {
    let end = dialogue.ask_for(&format!("AT+QFUPL=\"{name}\",{size},1"), WAIT)?.end;
    if end != End::Connect {
        return Ok(end);
    }
    dialogue.send_data(b"abc")?;
    Ok(dialogue.end(WAIT)?.0)
}

/// More bytes than there is room for. A module that takes them is left to its time-out, and the file removed.
fn no_space(dialogue: &mut Dialogue<'_>, found: &mut Findings, name: &str, size: u32) -> Result<(), Stop> {
    let command = format!("AT+QFUPL=\"{name}\",{size},1");
    let mut ends = Vec::new();
    for level in [1, 2] {
        dialogue.set_level(level)?;
        let end = dialogue.ask_for(&command, WAIT)?.end;
        if end == End::Connect {
            dialogue.end(WAIT)?;
            if !dialogue.ask_for(&format!("AT+QFDEL=\"{name}\""), WAIT)?.is_ok() {
                found.note(format!("{name} was made in the module, and could not be removed"));
            }
            break;
        }
        ends.push(end);
    }
    dialogue.set_level(1)?;
    if let [first, second] = &ends[..] {
        refusal::take(found, "files.no_space", false, first, second);
    }
    Ok(())
}
