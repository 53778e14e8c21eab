//! The report as a page that loads nothing and runs nothing: to be attached to a bug report.

use super::report::Report;
use crate::report::escape;

const STYLE: &str = "\
:root{color-scheme:light dark;--back:#fff;--ink:#1a1d21;--dim:#5b6570;--line:#d8dde3;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--back:#14171b;--ink:#e6e9ed;--dim:#a0a9b4;--line:#424b56;--bad:#ff8a80}}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.45 system-ui,sans-serif}main{max-width:1000px;margin:0 auto;padding:24px}
h1{font-size:20px;margin:0 0 8px;overflow-wrap:anywhere}h2{font-size:15px;margin:28px 0 8px}p{margin:4px 0}.dim{color:var(--dim)}.bad{color:var(--bad)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--dim);font-weight:500}code,pre{font:13px/1.4 ui-monospace,monospace}pre{overflow-x:auto;border:1px solid var(--line);padding:12px;border-radius:6px}";

/// Most characters of a line of the recording or the file that the page shows: bytes of files make long ones.
const LONGEST: usize = 400;

/// The page. `file` is the family file, `recording` what passed, both masked.
pub(super) fn page(report: &Report<'_>, file: &str, recording: &str) -> String {
    let title = format!("Survey of {}", report.identity());
    let mut body = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<p class=\"dim\">{}</p>\n",
        escape(&title),
        escape(&report.standing()),
        escape(&report.counts())
    );
    if let Some(stop) = report.stopped {
        body.push_str(&format!("<p class=\"bad\">Not whole: {}</p>\n", escape(&stop.to_string())));
    }
    body.push_str(&contradictions(report));
    let gaps = report.gaps().into_iter().map(|(reason, keys)| vec![keys.join(", "), reason.to_owned()]);
    body.push_str(&table("Not found out, and as in the family", &["keys", "why"], gaps.collect()));
    let measures = report.found.measures.iter().map(|measure| vec![measure.to_string()]);
    body.push_str(&table("Times and rates", &["measured"], measures.collect()));
    let notes = report.notes().into_iter().map(|note| vec![note]);
    body.push_str(&table("Strange", &["what"], notes.collect()));
    let values = report.family.facts().into_iter().map(|(key, value, origin)| {
        vec![key, report.masker.text(&value), origin.provenance.name().to_owned()]
    });
    body.push_str(&table("Every value", &["key", "value", "known by"], values.collect()));
    body.push_str(&details("The family file", file));
    body.push_str(&details("The recording", recording));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head><body><main>\n{body}<p class=\"dim\">Written by qftp survey. Device numbers, phone numbers, \
         addresses and logins are masked.</p></main></body></html>\n",
        escape(&title)
    )
}

fn contradictions(report: &Report<'_>) -> String {
    let side = |value: &str| if value.is_empty() { "nothing".to_owned() } else { report.masker.text(value) };
    let rows = report.comparison.contradictions.iter().map(|row| {
        vec![row.key.to_owned(), side(&row.family), side(&row.module), row.consequence.to_owned()]
    });
    let heads = ["key", "family", "module", "what qftp does because of it"];
    table(&format!("What contradicts {}", report.nearest.name()), &heads, rows.collect())
}

/// A table with its heading; none where there is no row.
fn table(title: &str, heads: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let cells = |tag: &str, cells: &[String]| -> String {
        cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells("td", row))).collect();
    format!("<h2>{}</h2>\n<table><tr>{}</tr>\n{rows}</table>\n", escape(title), cells("th", &heads))
}

fn details(title: &str, text: &str) -> String {
    // The one function for texts of XML takes line ends for blanks.
    let lines: Vec<String> = text.lines().map(|line| escape(&shortened(line))).collect();
    format!("<details><summary>{}</summary><pre>{}</pre></details>\n", escape(title), lines.join("\n"))
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} … ({} more)", line.get(..at).unwrap_or_default(), line.len() - at),
        None => line.to_owned(),
    }
}
