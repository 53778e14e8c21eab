//! `qftp ls`: the three listings.

use qftp_core::listing::{self, Entry, Kind};
use qftp_core::wire::ListKind;
use serde_json::json;

use crate::exit::Problem;
use crate::folder::{Lines, TOLD, is_no_entry, problem_of, why_unusable};
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
            let mut printer = Printer { context, form, unusable: Vec::new(), count: 0 };
            let mut lines = Lines::new(|line: &[u8]| {
                printer.line(line);
                Ok(())
            });
            let listed = client.list_to(kind, ".", &mut lines).and_then(|_| lines.finish());
            listed.map_err(|error| Problem::from(error).about(&url))?;
            // They are shown, escaped, and counted here: no command can be given them.
            return problem_of(&url.to_string(), &printer.unusable, printer.count).map_or(Ok(()), Err);
        };
        listed.map(drop).map_err(|error| Problem::from(error).about(&url))
    })
}

/// Prints entries as they come: a folder may have any number of them.
struct Printer<'a> {
    context: &'a Context,
    form: Form,
    /// The first names that cannot be used, and how many there are.
    unusable: Vec<(String, &'static str)>,
    count: usize,
}

impl Printer<'_> {
    fn line(&mut self, line: &[u8]) {
        let entry = match self.form {
            Form::Long | Form::Raw => listing::long(line),
            Form::Names => listing::name(line),
            Form::Facts => listing::facts(line),
        };
        if let Some(entry) = entry {
            print(self.context, &entry, self.form);
            self.judge(entry.name);
        } else if self.form == Form::Long && !is_no_entry(line) {
            // A server with a listing of its own: shown as it is rather than lost.
            let text = shown(line);
            self.context.output.result(&text, &json!({ "line": text }));
        }
    }

    fn judge(&mut self, name: &[u8]) {
        // NLST of some servers puts the folder before each name.
        let name = match self.form {
            Form::Names => name.rsplit(|byte| *byte == b'/').next().unwrap_or(name),
            _ => name,
        };
        let Some(why) = why_unusable(name) else { return };
        self.count += 1;
        if self.unusable.len() < TOLD {
            self.unusable.push((shown(name), why));
        }
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
    qftp_core::Printable(bytes).to_string()
}
