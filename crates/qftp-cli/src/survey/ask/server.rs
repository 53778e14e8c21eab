//! What takes a server: a login, a folder of the survey's own with small files in it, removed again, and a logout.

use std::time::Duration;

use qftp_core::limits;

use super::transfer::{STEP, get, put};
use super::{Scope, network, refusal, value_of};
use crate::survey::dialogue::{Dialogue, GUARD, PATIENCE};
use crate::survey::findings::Findings;
use crate::survey::reply::{End, after_name, parameters, unquoted};
use crate::survey::stop::Stop;
use crate::survey::wire::Wire;

/// A way to a server. Its settings stay in the module until the end.
pub(in crate::survey) trait Server {
    /// Sets the module up and logs in; an error is what to tell people.
    fn log_in(&mut self, wire: &mut dyn Wire) -> Result<(), String>;

    /// Name or address, and port.
    fn address(&self) -> (&str, u16);

    /// The password.
    fn password(&self) -> &str;
}

/// The file whose rate is measured.
const SMALL: usize = 16 << 10;
/// The file whose download is broken off: more than the buffers on the way hold.
const LARGE: usize = 256 << 10;
/// What it is made of: nothing that could be a word of the module's.
const FILLER: u8 = b'q';
/// A name that no file has.
const NOTHING: &str = "qftp-survey-none";
/// A port where nobody listens.
const CLOSED: u16 = 1;

pub(super) fn ask(
    dialogue: &mut Dialogue<'_>,
    found: &mut Findings,
    server: &mut dyn Server,
    scope: Scope,
) -> Result<(), Stop> {
    let begun = dialogue.wire.now();
    let entered = server.log_in(dialogue.wire);
    dialogue.forget();
    if let Err(error) = entered {
        found.note(format!("no login, and nothing that takes one was asked: {error}"));
        return Ok(());
    }
    found.times("set-up and login", vec![dialogue.wire.now().saturating_sub(begun)]);
    dialogue.set_level(1)?;
    account(dialogue, found, server.password())?;
    network::definition(dialogue, found)?;
    path(dialogue, found)?;
    in_folder(dialogue, found, scope)?;
    close(dialogue, found)?;
    if scope.thorough {
        closed_port(dialogue, found, server.address().0)?;
    }
    open(dialogue, found, server)?;
    let (_, closed) = dialogue.outcome("AT+QFTPCLOSE", "QFTPCLOSE", STEP)?;
    if closed.is_none() {
        found.note("the FTP session was not closed: the module gave no outcome");
    }
    Ok(())
}

/// How the password is read back.
fn account(dialogue: &mut Dialogue<'_>, found: &mut Findings, password: &str) -> Result<(), Stop> {
    let reply = dialogue.ask("AT+QFTPCFG=\"account\"")?;
    let said = value_of(reply.named("QFTPCFG"), "account").and_then(|rest| parameters(rest).pop());
    if let Some(said) = said.and_then(unquoted).filter(|said| reply.is_ok() && !said.is_empty()) {
        found.reads = match said {
            own if own == password => Some("shown"),
            own if own.bytes().all(|byte| byte == b'*') => Some("masked"),
            _ => None,
        };
    }
    Ok(())
}

fn path(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let (_, urc) = dialogue.outcome("AT+QFTPPWD", "QFTPPWD", STEP)?;
    let path = urc.as_ref().and_then(|(text, _)| text.split_once(',')).filter(|(code, _)| code.trim() == "0");
    if let Some((_, path)) = path {
        found.set("ftp.path", if path.trim().starts_with('"') { "quoted" } else { "bare" });
    }
    Ok(())
}

/// Brings a command to its end; an error is what the module said instead of a good one.
fn done(dialogue: &mut Dialogue<'_>, name: &str, of: &str) -> Result<Result<(), String>, Stop> {
    let command = format!("AT+{name}=\"{of}\"");
    let (reply, urc) = dialogue.outcome(&command, name, STEP)?;
    Ok(match urc {
        Some((text, _)) if text.replace(' ', "") == "0,0" => Ok(()),
        Some((text, _)) => Err(format!("{command}: {text}")),
        None => Err(format!("{command}: {:?}, and no outcome", reply.end)),
    })
}

/// Makes a folder of its own, works in it, and removes it whatever came of that.
fn in_folder(dialogue: &mut Dialogue<'_>, found: &mut Findings, scope: Scope) -> Result<(), Stop> {
    let folder = format!("qftp-survey-{}", scope.number);
    // A folder that is there is somebody's: it cannot be made.
    if let Err(why) = done(dialogue, "QFTPMKDIR", &folder)? {
        found.note(format!("no folder could be made on the server, and no file was moved: {why}"));
        return Ok(());
    }
    let removed = in_it(dialogue, found, &folder, scope);
    match &removed {
        Ok(Ok(())) => {}
        Ok(Err(why)) => found.note(format!("the folder {folder} is left on the server: {why}")),
        Err(stop) => found.note(format!("the folder {folder} is left on the server: {stop}")),
    }
    removed.map(drop)
}

/// Works in the folder, and removes it; an error is why it is still there. No command goes into it, so that there is no way back to fail.
fn in_it(
    dialogue: &mut Dialogue<'_>,
    found: &mut Findings,
    folder: &str,
    scope: Scope,
) -> Result<Result<(), String>, Stop> {
    let name = format!("{folder}/qftp-survey.bin");
    let made = files(dialogue, found, &name, scope)?;
    if made && let Err(why) = done(dialogue, "QFTPDEL", &name)? {
        return Ok(Err(why));
    }
    done(dialogue, "QFTPRMDIR", folder)
}

/// Whether there is a file now.
fn files(dialogue: &mut Dialogue<'_>, found: &mut Findings, name: &str, scope: Scope) -> Result<bool, Stop> {
    let bytes: Vec<u8> = (0..SMALL).map(|at| b"qftp survey\n"[at % 12]).collect();
    let Some(sent) = put(dialogue, name, &bytes)? else {
        found.note("the module takes no file for the server");
        return Ok(false);
    };
    if sent.is(SMALL) {
        found.rate("upload", SMALL, sent.time);
    }
    match get(dialogue, name, 0, SMALL)? {
        Some(came) if came.is(SMALL) && came.data == bytes => found.rate("download", SMALL, came.time),
        _ => {
            found.note("a file did not come back from the server as it was sent");
            return Ok(true);
        }
    }
    match get(dialogue, name, SMALL, 0)?.and_then(|ended| ended.outcome).as_deref() {
        Some("0,0") => found.set("ftp.end_of_file", "empty"),
        Some("627,550") => found.set("ftp.end_of_file", "refused"),
        _ => {}
    }
    if scope.thorough {
        local_names(dialogue, found, scope.number)?;
        dialogue.filler = Some(FILLER);
        let done = broken_off(dialogue, found, name);
        dialogue.filler = None;
        done?;
    }
    Ok(true)
}

/// Local names that cannot be. The file of the server is none either, so that nothing can come into the module.
fn local_names(dialogue: &mut Dialogue<'_>, found: &mut Findings, number: u32) -> Result<(), Stop> {
    let get = |local: &str| format!("AT+QFTPGET=\"{NOTHING}\",\"{local}\"");
    refusal::ask(dialogue, found, "ftp.local_name_error", &get("UFS:a/b"))?;
    let name = format!("qftp-survey-{number}-l");
    let (reply, urc) = dialogue.outcome(&get(&format!("ufs:{name}")), "QFTPGET", STEP)?;
    match (&reply.end, urc) {
        (End::Code(_) | End::Words(_) | End::Error, _) => found.set("ftp.local_prefix", "upper"),
        (End::Ok, Some((text, _))) if text.starts_with("627") => found.set("ftp.local_prefix", "any"),
        _ => {}
    }
    // Some modules make the file before they ask the server.
    dialogue.ask_for(&format!("AT+QFDEL=\"UFS:{name}\""), Duration::from_secs(10))?;
    Ok(())
}

/// What `+++` does to a download.
fn broken_off(dialogue: &mut Dialogue<'_>, found: &mut Findings, name: &str) -> Result<(), Stop> {
    let bytes = vec![FILLER; LARGE];
    match put(dialogue, name, &bytes)? {
        Some(sent) if sent.is(LARGE) => found.rate("upload of a larger file", LARGE, sent.time),
        _ => return Ok(()),
    }
    if dialogue.ask_for(&format!("AT+QFTPGET=\"{name}\",\"COM:\",0"), STEP)?.end != End::Connect {
        return Ok(());
    }
    // Nothing is read meanwhile, so that the download is not over before the escape.
    dialogue.wire.pause(GUARD);
    dialogue.send_escape()?;
    dialogue.wire.pause(GUARD);
    let whole = format!("0,{LARGE}");
    let (end, _) = dialogue.end(STEP)?;
    let over = dialogue.urc("QFTPGET", Duration::from_millis(500))?;
    if end != End::Ok || over.is_some_and(|(_, text)| text.replace(' ', "") == whole) {
        found.note("a download was over before it could be broken off");
        return Ok(());
    }
    match dialogue.ask_for("ATO", STEP)?.end {
        End::Connect => {
            found.set("ftp.escape", "pause");
            dialogue.end(STEP)?;
            dialogue.urc("QFTPGET", STEP)?;
        }
        End::NoCarrier | End::Error => found.set("ftp.escape", "abort"),
        _ => {}
    }
    Ok(())
}

/// Logs out, and asks meanwhile.
fn close(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    if dialogue.ask("AT+QFTPCLOSE")?.is_ok() {
        meanwhile(dialogue, found, "ftp.while_closing", "QFTPCLOSE", STEP)?;
    }
    Ok(())
}

/// Logs in again, and asks meanwhile.
fn open(dialogue: &mut Dialogue<'_>, found: &mut Findings, server: &dyn Server) -> Result<(), Stop> {
    let (host, port) = server.address();
    if dialogue.ask(&format!("AT+QFTPOPEN=\"{host}\",{port}"))?.is_ok() {
        let wait = Duration::from_millis(limits::OPEN_MS);
        meanwhile(dialogue, found, "ftp.while_opening", "QFTPOPEN", wait)?;
    }
    Ok(())
}

/// A command while another is under way: how it is refused. An answer that came after the end of the other tells nothing.
fn meanwhile(
    dialogue: &mut Dialogue<'_>,
    found: &mut Findings,
    key: &'static str,
    name: &str,
    wait: Duration,
) -> Result<(), Stop> {
    let reply = dialogue.ask("AT+QFTPPWD")?;
    let mut before = dialogue.stale.iter().chain(&reply.lines);
    let is_over = before.any(|line| after_name(line, name).is_some());
    if reply.is_ok() {
        // It was accepted: its own outcome is waited for, or the next command would meet it.
        dialogue.urc("QFTPPWD", STEP)?;
    }
    if is_over {
        return Ok(());
    }
    if let End::Code(code) = reply.end {
        found.number(key, code);
    }
    dialogue.urc(name, wait)?;
    Ok(())
}

/// A login where nobody listens.
fn closed_port(dialogue: &mut Dialogue<'_>, found: &mut Findings, host: &str) -> Result<(), Stop> {
    let command = format!("AT+QFTPOPEN=\"{host}\",{CLOSED}");
    let (_, urc) = dialogue.outcome(&command, "QFTPOPEN", Duration::from_millis(limits::OPEN_MS))?;
    let code = urc.as_ref().and_then(|(text, _)| text.split(',').next()?.trim().parse::<u16>().ok());
    match code {
        Some(0) => {
            found.note(format!(
                "something listens at port {CLOSED} of the server: a closed port was not tried"
            ));
            dialogue.outcome("AT+QFTPCLOSE", "QFTPCLOSE", PATIENCE)?;
        }
        Some(code) => found.number("ftp.closed_port", code),
        None => {}
    }
    Ok(())
}
