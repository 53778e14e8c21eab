//! All of a dialogue on one line of time, where the log has times.

use std::time::Duration;

use super::super::print::seconds;
use super::super::steps::Step;
use super::{class, exchanges};

/// Units of the drawing's width.
const WIDTH: f64 = 1000.0;

/// When it begins and ends.
pub(super) fn span(steps: &[Step]) -> Option<(Duration, Duration)> {
    let times = steps.iter().flat_map(|step| match step {
        Step::Exchange(exchange) => [exchange.begun, exchange.ended],
        Step::Unasked(unasked) => [unasked.at, None],
    });
    let times: Vec<Duration> = times.flatten().collect();
    let (begin, end) = (*times.iter().min()?, *times.iter().max()?);
    (end > begin).then_some((begin, end))
}

/// Each command as a block from its sending to its outcome, green, red or yellow.
pub(super) fn overview(steps: &[Step]) -> String {
    let Some((begin, end)) = span(steps) else { return String::new() };
    let whole = end.saturating_sub(begin).as_secs_f64();
    let place = |at: Duration| at.saturating_sub(begin).as_secs_f64() / whole * WIDTH;
    let mut blocks = String::new();
    for exchange in exchanges(steps) {
        let Some(begun) = exchange.begun else { continue };
        let from = place(begun);
        // What has no end in the log lasts to its end.
        let to = place(exchange.ended.unwrap_or(end));
        let (line, class) = (exchange.line, class(exchange.outcome));
        let width = (to - from).max(2.0);
        blocks.push_str(&format!(
            "<a href=\"#line{line}\"><rect class=\"{class}\" x=\"{from:.1}\" y=\"8\" width=\"{width:.1}\" height=\"30\"/></a>"
        ));
    }
    for step in steps {
        if let Step::Unasked(unasked) = step
            && let Some(at) = unasked.at
        {
            let x = place(at);
            blocks.push_str(&format!(
                "<rect class=\"unasked\" x=\"{x:.1}\" y=\"2\" width=\"2\" height=\"42\"/>"
            ));
        }
    }
    format!(
        "<h2>When</h2>\n<div class=\"overview\"><svg viewBox=\"0 0 1000 46\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"the commands on a line of time\">{blocks}</svg>\n<div class=\"ends\"><span>{}</span><span>{}</span></div></div>\n",
        seconds(Duration::ZERO),
        seconds(end.saturating_sub(begin))
    )
}
