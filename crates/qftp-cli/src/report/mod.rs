//! `--report FILE`: what a transfer did over time, as a picture or a page that needs nothing else.

mod chart;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use crate::exit::{Code, Problem};
use crate::journal::{Kind, Record};
use crate::output;
use crate::port::Context;
use chart::{Frame, STYLE, chart, class};

/// What a report is about, and how it ended.
struct Report<'a> {
    title: &'a str,
    record: Record,
    /// Why it failed.
    failed: Option<String>,
}

/// Does the work and reports on it, also where it failed.
pub(crate) fn on(
    context: &Context,
    file: Option<&Path>,
    title: &str,
    work: impl FnOnce() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Some(file) = file else { return work() };
    let form = form(file)?;
    // A report that cannot be written is known before the transfer, not after it.
    fs::write(file, "").map_err(|error| Problem::local(file, &error))?;
    let done = work();
    let failed = done.as_ref().err().map(|problem| problem.text.clone());
    let report = Report { title, record: context.journal.record(), failed };
    let text = match form {
        Form::Svg => picture(&report),
        Form::Html => page::page(&report),
    };
    let written = fs::write(file, text).map_err(|error| Problem::local(file, &error));
    done.and(written)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Svg,
    Html,
}

fn form(file: &Path) -> Result<Form, Problem> {
    let extension = file.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Form::Svg),
        Some("html" | "htm") => Ok(Form::Html),
        _ => Err(Problem::new(
            Code::Usage,
            format!("{}: a report is a picture or a page", PathBuf::from(file).display()),
        )
        .remedy("name it FILE.svg or FILE.html")),
    }
}

/// The totals: names and values.
fn totals(report: &Report<'_>) -> Vec<(&'static str, String)> {
    let Record { bytes, seconds, .. } = report.record;
    let mean = if seconds > 0.0 { bytes as f64 / seconds } else { 0.0 };
    vec![
        ("outcome", if report.failed.is_some() { "failed" } else { "done" }.to_owned()),
        ("moved", output::size(bytes)),
        ("time", format!("{seconds:.1} s")),
        ("mean", format!("{}/s", output::size(chart::whole(mean)))),
        ("peak", format!("{}/s", output::size(chart::peak(&report.record)))),
        ("retries", report.record.count(Kind::Retry).to_string()),
        ("recoveries", report.record.count(Kind::Recovery).to_string()),
    ]
}

/// The picture alone.
fn picture(report: &Report<'_>) -> String {
    let frame = Frame { width: 860.0, height: 300.0 };
    let mut below = String::new();
    let mut y = ABOVE + frame.height + 16.0;
    let mut line = |class: &str, text: &str| {
        below.push_str(&format!(r#"<text class="{class}" x="20" y="{y:.0}">{}</text>"#, escape(text)));
        y += 20.0;
    };
    for (number, happening) in (1..).zip(&report.record.happenings).take(MOST) {
        // A line of the picture is as long as it is wide.
        let text: String =
            format!("{number}  at {:.1} s: {}", happening.at, happening.text).chars().take(130).collect();
        line(class(happening.kind), &text);
    }
    if report.record.happenings.len() > MOST {
        line("other", &format!("… {} more", report.record.happenings.len() - MOST));
    }
    if let Some(failed) = &report.failed {
        let text: String = format!("failed: {failed}").chars().take(130).collect();
        line("retry", &text);
    }
    let totals: Vec<String> =
        totals(report).into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="qftp" viewBox="0 0 {width} {y:.0}" width="{width}" height="{y:.0}" role="img"><title>{title}</title><style>{STYLE}</style><rect class="back" width="100%" height="100%"/><text class="title" x="20" y="28">{title}</text><text class="ink" x="20" y="48">{totals}</text>{chart}{below}</svg>
"#,
        width = frame.width,
        title = escape(report.title),
        totals = escape(&totals.join(" · ")),
        chart = chart(&report.record, frame, ABOVE),
    )
}

/// Where the chart of a picture begins, below the title and the totals.
const ABOVE: f64 = 58.0;
/// Happenings that a picture lists.
const MOST: usize = 40;

/// A text in XML.
pub(crate) fn escape(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
