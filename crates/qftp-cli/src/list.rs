//! `qftp ls`: the three listings.

use std::io::{self, Write as _};

use qftp_core::listing::{self, Entry, Kind};
use serde_json::json;

use crate::exit::Problem;
use crate::port::Context;
use crate::url::Url;

/// Which listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Long,
    Names,
    Facts,
    Raw,
}

/// Lists a folder on a server.
pub(crate) fn run(context: &Context, url: &str, form: Form) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    // The whole path is a folder here, with or without a slash at its end.
    let folder = match url.path.as_str() {
        "/" => "/",
        path => path.strip_suffix('/').unwrap_or(path),
    };
    let raw = context.on_server(&url, folder, |client| {
        let listing = match form {
            Form::Long | Form::Raw => client.list("."),
            Form::Names => client.names("."),
            Form::Facts => client.facts("."),
        };
        listing.map_err(|error| Problem::from(error).about(&url))
    })?;
    if form == Form::Raw && !context.output.json {
        let _ = io::stdout().write_all(&raw);
        return Ok(());
    }
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let entry = match form {
            Form::Long | Form::Raw => listing::long(line),
            Form::Names => listing::name(line),
            Form::Facts => listing::facts(line),
        };
        if let Some(entry) = entry {
            print(context, &entry, form);
        } else if form == Form::Long && !line.is_empty() && !line.starts_with(b"total ") {
            // A server with a listing of its own: shown as it is rather than lost.
            let text = shown(line);
            context.output.result(&text, &json!({ "line": text }));
        }
    }
    Ok(())
}

fn print(context: &Context, entry: &Entry<'_>, form: Form) {
    let name = shown(entry.name);
    let (mark, kind) = match entry.kind {
        Kind::File => ('-', "file"),
        Kind::Dir => ('d', "folder"),
        Kind::Link => ('l', "link"),
        Kind::Other => ('?', "other"),
    };
    let target = entry.target.map(shown);
    let modified = entry.modified.map(shown);
    if form == Form::Names {
        return context.output.result(&name, &json!({ "name": name }));
    }
    let size = entry.size.map_or_else(String::new, |size| size.to_string());
    let arrow = target.as_ref().map_or_else(String::new, |target| format!(" -> {target}"));
    context.output.result(
        &format!("{mark} {size:>12} {:<14} {name}{arrow}", modified.as_deref().unwrap_or("")),
        &json!({ "name": name, "kind": kind, "size": entry.size, "modified": modified, "target": target }),
    );
}

/// A server's text, safe for a terminal: control characters do nothing there.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
