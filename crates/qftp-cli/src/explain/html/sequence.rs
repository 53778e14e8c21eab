//! Host, module and server side by side, one arrow below the other.

use std::collections::HashMap;
use std::time::Duration;

use qftp_core::wire::Verb;

use super::super::exchange::{Exchange, Outcome};
use super::super::print::{about, outcome, seconds};
use super::super::steps::{Step, Unasked};
use super::escape::Escaped;
use super::{STALL, class};

/// Which way an arrow points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Right,
    Left,
}

/// The rows so far, and the time of the last.
struct Drawing<'a> {
    /// Those whose outcome comes after the host has gone on.
    late: Vec<&'a Exchange>,
    html: String,
    last: Option<Duration>,
    /// The time that is counted from; without one lines of the log stand in the place of times.
    origin: Option<Duration>,
    line: usize,
    /// How often each command was sent without success.
    tries: HashMap<String, usize>,
}

/// All arrows.
pub(super) fn rows(steps: &[Step]) -> String {
    let times = steps.iter().filter_map(|step| match step {
        Step::Exchange(exchange) => exchange.begun,
        Step::Unasked(unasked) => unasked.at,
    });
    let origin = times.min();
    let mut drawing =
        Drawing { late: Vec::new(), html: String::new(), last: None, origin, line: 0, tries: HashMap::new() };
    for step in steps {
        match step {
            Step::Exchange(exchange) => {
                drawing.outcomes(exchange.begun);
                drawing.exchange(exchange);
            }
            Step::Unasked(unasked) => {
                drawing.outcomes(unasked.at);
                drawing.unasked(unasked);
            }
        }
    }
    drawing.outcomes(Some(Duration::MAX));
    let axis = if origin.is_some() { "s" } else { "line" };
    format!(
        "<div class=\"sequence\">\n<div class=\"lanes\"><span class=\"time\">{axis}</span><span class=\"two\"><span>Host</span><span>Module</span><span>Server</span></span></div>\n{}</div>\n",
        drawing.html
    )
}

/// What a command makes the module do on a server, and which way files go.
fn on_server(exchange: &Exchange) -> bool {
    exchange.is_ftp()
        && !matches!(exchange.verb, Some(Verb::QftpCfg | Verb::QftpLen | Verb::QftpStat))
        && exchange.deferred
        // What the module refuses goes no further.
        && (exchange.accepted || exchange.connected || exchange.reply.is_some())
}

fn way_of_data(verb: Option<Verb>) -> Way {
    match verb {
        Some(Verb::QftpPut | Verb::Qfupl | Verb::Qfwrite) => Way::Right,
        _ => Way::Left,
    }
}

impl<'a> Drawing<'a> {
    /// Draws the outcomes that came until then.
    fn outcomes(&mut self, until: Option<Duration>) {
        let come = |exchange: &&Exchange| exchange.ended.is_none_or(|ended| Some(ended) <= until);
        let (mut come, late): (Vec<&Exchange>, Vec<&Exchange>) =
            std::mem::take(&mut self.late).into_iter().partition(come);
        self.late = late;
        come.sort_by_key(|exchange| exchange.ended);
        for exchange in come {
            self.stall(exchange.ended);
            self.html.push_str(&format!("<div class=\"late {}\">\n", class(exchange.outcome)));
            self.end(exchange, on_server(exchange));
            self.html.push_str("</div>\n");
        }
    }

    fn exchange(&mut self, exchange: &'a Exchange) {
        self.stall(exchange.begun);
        self.line = exchange.line;
        let class = class(exchange.outcome);
        self.html.push_str(&format!("<div class=\"exchange {class}\" id=\"line{}\">\n", exchange.line));
        if let Some(command) = exchange.command() {
            let again = self.again(exchange, &command);
            let about = Escaped(&exchange.operation);
            let label =
                format!("<code>{}</code>{again}<span class=\"about\">{about}</span>", Escaped(&command));
            self.row(exchange.begun, " begin", &arrow(Way::Right, "", &label), "");
        }
        let server = on_server(exchange);
        if server && exchange.command().is_some() {
            self.row(
                None,
                "",
                "",
                &arrow(Way::Right, " thought soft", &format!("{}", Escaped(&exchange.operation))),
            );
        }
        if exchange.connected {
            self.row(exchange.answered, "", &arrow(Way::Left, " soft", "CONNECT"), "");
        } else if exchange.deferred && exchange.accepted {
            self.row(exchange.answered, "", &arrow(Way::Left, " soft", "OK, accepted"), "");
        }
        if exchange.overtaken && exchange.ended.is_some() {
            self.late.push(exchange);
            self.html.push_str("</div>\n");
            return;
        }
        if let Some(bytes) = exchange.bytes.filter(|_| exchange.connected) {
            self.stall(exchange.ended.filter(|_| exchange.escape.is_none()));
            let data = arrow(way_of_data(exchange.verb), " data", &format!("&lt;{bytes} bytes&gt;"));
            self.row(None, "", &data, if server { &data } else { "" });
        } else {
            self.stall(exchange.ended);
        }
        if exchange.escape.is_some() {
            self.row(None, "", &arrow(Way::Right, "", "<code>+++</code>"), "");
        }
        self.end(exchange, server);
        self.html.push_str("</div>\n");
    }

    fn end(&mut self, exchange: &Exchange, server: bool) {
        let reply = if exchange.reply.is_some() {
            arrow(Way::Left, " thought bad", &format!("{}", Escaped(&exchange.reply.to_string())))
        } else if server && exchange.outcome == Outcome::Ok {
            arrow(Way::Left, " thought soft", "done")
        } else {
            String::new()
        };
        if !reply.is_empty() {
            self.row(None, "", "", &reply);
        }
        let mut label = String::new();
        for answer in &exchange.answers {
            label.push_str(&format!("<code class=\"answers\">{}</code>", Escaped(answer)));
        }
        let (mark, colour) = match exchange.outcome {
            Outcome::Ok => ("✓", " good"),
            Outcome::Failed => ("✗", " bad"),
            Outcome::Unfinished => ("?", " doubt"),
        };
        label.push_str(&format!("{mark} {}", Escaped(&outcome(exchange))));
        if exchange.overtaken {
            // The command stands further up.
            let of = exchange.command().unwrap_or_default();
            label.push_str(&format!("<code class=\"answers\">of {}</code>", Escaped(&of)));
        }
        // Most are over at once; what is not, says so.
        if let Some(took) = exchange.took().filter(|took| *took >= Duration::from_millis(100)) {
            label.push_str(&format!("<span class=\"about\">after {}</span>", seconds(took)));
        }
        self.row(exchange.ended, "", &arrow(Way::Left, colour, &label), "");
    }

    fn unasked(&mut self, unasked: &Unasked) {
        self.stall(unasked.at);
        self.line = unasked.line;
        let colour = if unasked.event.is_some() { " bad" } else { " soft" };
        let label =
            format!("<code>{}</code><span class=\"about\">{}</span>", Escaped(&unasked.text), about(unasked));
        self.html.push_str(&format!("<div id=\"line{}\">\n", unasked.line));
        self.row(unasked.at, " begin", &arrow(Way::Left, colour, &label), "");
        self.html.push_str("</div>\n");
    }

    /// A word about a command that did not succeed before.
    fn again(&mut self, exchange: &Exchange, command: &str) -> String {
        // The same file from another place on is the same again.
        let what = command.split(',').next().unwrap_or(command);
        let before = self.tries.get(what).copied().unwrap_or(0);
        if exchange.outcome == Outcome::Ok {
            self.tries.remove(what);
        } else {
            self.tries.insert(what.to_owned(), before + 1);
        }
        match before {
            0 => String::new(),
            before => format!("<span class=\"badge\">try {}</span>", before + 1),
        }
    }

    /// A band for the time in which nothing happened, the longer the higher.
    fn stall(&mut self, until: Option<Duration>) {
        let (Some(from), Some(until)) = (self.last, until) else { return };
        let Some(gap) = until.checked_sub(from).filter(|gap| *gap >= STALL) else { return };
        let height = 1.4 + gap.as_secs_f64().log2().max(0.0) * 0.7;
        self.html.push_str(&format!(
            "<div class=\"stall\"><span class=\"time\"></span><span class=\"gap\" style=\"height:{height:.1}rem\"><span>{} of silence</span></span></div>\n",
            seconds(gap)
        ));
        self.last = Some(until);
    }

    fn row(&mut self, at: Option<Duration>, begin: &str, near: &str, far: &str) {
        let time = match at {
            _ if self.origin.is_none() && !begin.is_empty() => self.line.to_string(),
            // The same time as above says nothing.
            Some(at) if self.last != Some(at) || !begin.is_empty() => {
                format!("{:.3}", at.saturating_sub(self.origin.unwrap_or_default()).as_secs_f64())
            }
            _ => String::new(),
        };
        self.last = at.or(self.last);
        self.html.push_str(&format!(
            "<div class=\"row{begin}\"><span class=\"time\">{time}</span><div class=\"near\">{near}</div><div class=\"far\">{far}</div></div>\n"
        ));
    }
}

fn arrow(way: Way, more: &str, label: &str) -> String {
    let way = if way == Way::Right { "right" } else { "left" };
    format!("<div class=\"arrow {way}{more}\">{label}</div>")
}
