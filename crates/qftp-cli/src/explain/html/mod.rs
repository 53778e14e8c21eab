//! A dialogue as one page for a browser: the diagnosis, and host, module and server on a time axis. It loads nothing and runs nothing.

mod escape;
mod sequence;
mod timeline;

use std::time::Duration;

use super::diagnosis::Diagnosis;
use super::exchange::{Exchange, Outcome};
use super::print::seconds;
use super::steps::Step;
use escape::Escaped;

const STYLE: &str = include_str!("page.css");

/// The page of a log of this name.
pub(super) fn page(name: &str, steps: &[Step], diagnosis: &Diagnosis) -> String {
    let name = Escaped(name);
    let (summary, overview) = (summary(steps, diagnosis), timeline::overview(steps));
    let sequence = sequence::rows(steps);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{name} explained</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n{summary}{overview}<h2>What passed</h2>\n{sequence}\
         <footer>Written by qftp explain. What goes on between module and server is not in the log; dashed arrows are what the commands mean \
         there.</footer>\n</body>\n</html>\n"
    )
}

fn exchanges(steps: &[Step]) -> impl Iterator<Item = &Exchange> {
    steps.iter().filter_map(|step| match step {
        Step::Exchange(exchange) => Some(&**exchange),
        Step::Unasked(_) => None,
    })
}

/// The diagnosis, the mistakes, and how much there was.
fn summary(steps: &[Step], diagnosis: &Diagnosis) -> String {
    let kind = if diagnosis.line.is_some() { " bad" } else { "" };
    let place =
        diagnosis.line.map_or_else(String::new, |line| format!(" <a href=\"#line{line}\">see it below</a>"));
    let mut text =
        format!("<div class=\"card{kind}\"><p class=\"head\">{}{place}</p>\n", Escaped(&diagnosis.diagnosis));
    for (word, about) in [("Likely cause", &diagnosis.cause), ("Remedy", &diagnosis.remedy)] {
        if let Some(about) = about {
            text.push_str(&format!("<p>{word}: {}</p>\n", Escaped(about)));
        }
    }
    text.push_str("</div>\n");
    for seen in diagnosis.further() {
        let links: Vec<String> =
            seen.lines.iter().map(|line| format!("<a href=\"#line{line}\">{line}</a>")).collect();
        let word = if links.len() == 1 { "line" } else { "lines" };
        text.push_str(&format!(
            "<div class=\"card doubt\"><p class=\"head\">The host, {word} {}: {}</p>\n<p>Remedy: {}</p></div>\n",
            links.join(", "),
            Escaped(seen.said),
            Escaped(seen.remedy)
        ));
    }
    let count = |outcome| exchanges(steps).filter(|exchange| exchange.outcome == outcome).count();
    let all = exchanges(steps).count();
    let mut figures = vec![match all {
        1 => "1 command".to_owned(),
        all => format!("{all} commands"),
    }];
    for (outcome, word) in [(Outcome::Failed, "failed"), (Outcome::Unfinished, "without an outcome")] {
        let count = count(outcome);
        figures.extend((count > 0).then(|| format!("{count} {word}")));
    }
    let bytes: u64 =
        exchanges(steps).filter(|exchange| exchange.connected).filter_map(|exchange| exchange.bytes).sum();
    figures.extend((bytes > 0).then(|| format!("{bytes} bytes of files")));
    figures.extend(timeline::span(steps).map(|(begin, end)| seconds(end.saturating_sub(begin))));
    text.push_str(&format!("<p class=\"figures\">{}</p>\n", figures.join(" · ")));
    text
}

/// How long nothing has to happen to be worth a band of its own.
const STALL: Duration = Duration::from_millis(1000);

/// The class of an outcome, in both drawings.
const fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::Failed => "failed",
        Outcome::Unfinished => "unfinished",
    }
}
