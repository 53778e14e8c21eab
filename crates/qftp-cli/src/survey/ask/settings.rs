//! The settings of the FTP client and of SSL contexts, by their test forms.

use qftp_core::wire::{FtpKey, SslKey, SslSpelling};

use super::value_of;
use crate::survey::dialogue::Dialogue;
use crate::survey::findings::{Findings, Key, is_range};
use crate::survey::reply::{name_and_rest, parameters, unquoted};
use crate::survey::stop::Stop;

/// Keys that a test form may leave out. Of two spellings it lists one.
const UNLISTED: [FtpKey; 4] = [
    FtpKey::SslCtxId(SslSpelling::Note),
    FtpKey::SslCtxId(SslSpelling::Newer),
    FtpKey::RestEnable,
    FtpKey::CacheSize,
];

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let reply = dialogue.ask("AT+QFTPCFG=?")?;
    let mut keys: Vec<Key> = Vec::new();
    for (name, range) in reply.named("QFTPCFG").filter_map(name_and_rest) {
        match FtpKey::from_name(name.as_bytes()) {
            Some(key) if is_range(range) => {
                // Its name is that of the table; modules write it in any case.
                keys.push(Key { name: key.name().to_owned(), range: range.to_owned(), default: None });
            }
            Some(key) => {
                found.note(format!("AT+QFTPCFG: {} has no range that can be one: {range}", key.name()));
            }
            None => found.note(format!("AT+QFTPCFG has a key that qftp does not know: {name},{range}")),
        }
    }
    if reply.is_ok() && !keys.is_empty() {
        unlisted(dialogue, &mut keys)?;
        found.ftp_keys = Some(keys);
    }
    let reply = dialogue.ask("AT+QSSLCFG=?")?;
    let mut keys: Vec<Key> = Vec::new();
    for (name, rest) in reply.named("QSSLCFG").filter_map(name_and_rest) {
        let parts = parameters(rest);
        let Some((contexts, range)) = parts.split_first() else { continue };
        let range = range.join(",");
        match SslKey::from_name(name.as_bytes()) {
            Some(key) if is_range(&range) && is_range(contexts) => {
                found.set("ssl.contexts", *contexts);
                keys.push(Key { name: key.name().to_owned(), range, default: None });
            }
            _ => found.note(format!("AT+QSSLCFG has a key that qftp does not know: {name},{rest}")),
        }
    }
    if reply.is_ok() && !keys.is_empty() {
        found.ssl_keys = Some(keys);
    }
    Ok(())
}

/// A key that is not listed is there when it can be read. Its range is that of the other spelling, or the usual one.
fn unlisted(dialogue: &mut Dialogue<'_>, keys: &mut Vec<Key>) -> Result<(), Stop> {
    for key in UNLISTED {
        if keys.iter().any(|own| own.name == key.name()) {
            continue;
        }
        let reply = dialogue.ask(&format!("AT+QFTPCFG=\"{}\"", key.name()))?;
        if !reply.is_ok() || value_of(reply.named("QFTPCFG"), key.name()).is_none() {
            continue;
        }
        let other = |own: &Key| {
            matches!(key, FtpKey::SslCtxId(_))
                && matches!(FtpKey::from_name(own.name.as_bytes()), Some(FtpKey::SslCtxId(_)))
        };
        let twin = keys.iter().position(other);
        let range = twin.and_then(|at| keys.get(at)).map_or(key.range(), |own| own.range.as_str()).to_owned();
        keys.insert(
            twin.map_or(keys.len(), |at| at + 1),
            Key { name: key.name().to_owned(), range, default: None },
        );
    }
    Ok(())
}

/// Reads the settings as they are right after a start.
pub(super) fn read_defaults(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    for key in found.ftp_keys.iter_mut().flatten() {
        let reply = dialogue.ask(&format!("AT+QFTPCFG=\"{}\"", key.name))?;
        let value = value_of(reply.named("QFTPCFG"), &key.name).filter(|_| reply.is_ok());
        // An account is nobody's business, and no module comes with one.
        key.default = value.map(|value| if key.name == "account" { String::new() } else { value.to_owned() });
    }
    for key in found.ssl_keys.iter_mut().flatten() {
        let reply = dialogue.ask(&format!("AT+QSSLCFG=\"{}\",0", key.name))?;
        let value = value_of(reply.named("QSSLCFG"), &key.name).filter(|_| reply.is_ok());
        let value = value
            .map(|rest| parameters(rest).split_first().map_or_else(String::new, |(_, rest)| rest.join(",")));
        // Of files there is none after a start.
        key.default = value.map(|value| if unquoted(&value).is_some() { String::new() } else { value });
    }
    Ok(())
}
