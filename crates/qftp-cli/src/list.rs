//! `qftp ls`: the three listings.

use std::io::{self, Write};

use qftp_core::listing::{self, Entry, Kind};
use qftp_core::wire::ListKind;
use serde_json::json;

use crate::exit::Problem;
use crate::output;
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
    let kind = match form {
        Form::Long | Form::Raw => ListKind::Long,
        Form::Names => ListKind::Names,
        Form::Facts => ListKind::Facts,
    };
    context.on_server(&url, folder, |client| {
        let listed = if form == Form::Raw && !context.output.json {
            client.list_to(kind, ".", output::raw_stdout())
        } else {
            let mut printer = Printer { context, form, line: Vec::new() };
            client.list_to(kind, ".", &mut printer).inspect(|_| printer.print())
        };
        listed.map(drop).map_err(|error| Problem::from(error).about(&url))
    })
}

/// The longest line of a listing; a name alone may have 255 bytes.
const LINE: usize = 64 << 10;

/// Prints entries as they come: a folder may have any number of them.
struct Printer<'a> {
    context: &'a Context,
    form: Form,
    /// The beginning of the next line.
    line: Vec<u8>,
}

impl Write for Printer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + part.len() > LINE {
                return Err(io::Error::other("a line of the listing has no end"));
            }
            self.line.extend(part);
            if part.ends_with(b"\n") {
                self.print();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Printer<'_> {
    fn print(&mut self) {
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let entry = match self.form {
            Form::Long | Form::Raw => listing::long(line),
            Form::Names => listing::name(line),
            Form::Facts => listing::facts(line),
        };
        if let Some(entry) = entry {
            print(self.context, &entry, self.form);
        } else if self.form == Form::Long && !line.is_empty() && !line.starts_with(b"total ") {
            // A server with a listing of its own: shown as it is rather than lost.
            let text = shown(line);
            self.context.output.result(&text, &json!({ "line": text }));
        }
        self.line.clear();
    }
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

fn shown(bytes: &[u8]) -> String {
    crate::folder::shown(&String::from_utf8_lossy(bytes))
}
