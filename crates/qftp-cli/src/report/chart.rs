//! The throughput of a transfer over time, as SVG.

use std::fmt::Write as _;

use crate::journal::{Happening, Kind, Record};
use crate::output;

/// Where the curve stands in the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
}

const LEFT: f64 = 84.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 34.0;

/// The colours, for both schemes.
pub(super) const STYLE: &str = "\
.qftp{font:13px system-ui,sans-serif;--ink:#1d2733;--dim:#5d6b7a;--line:#d5dce3;--fill:#1f7ac4;--retry:#b8491b;--recovery:#7a3fb0;--back:#fff}
@media (prefers-color-scheme:dark){.qftp{--ink:#e6edf3;--dim:#98a6b3;--line:#35414d;--fill:#5aa9e6;--retry:#f0854f;--recovery:#c08bf0;--back:#12181f}}
.qftp text{fill:var(--dim)}.qftp .title{fill:var(--ink);font-weight:600;font-size:15px}.qftp .ink{fill:var(--ink)}
.qftp .grid{stroke:var(--line)}.qftp .area{fill:var(--fill);fill-opacity:.28;stroke:var(--fill);stroke-width:1.5;stroke-linejoin:round}
.qftp .retry{stroke:var(--retry)}.qftp .recovery{stroke:var(--recovery)}.qftp .other{stroke:var(--dim)}
.qftp text.retry{fill:var(--retry);stroke:none}.qftp text.recovery{fill:var(--recovery);stroke:none}.qftp text.other{fill:var(--dim);stroke:none}
.qftp .wait{fill:var(--retry);fill-opacity:.13}.qftp .back{fill:var(--back)}";

/// The axes, the curve, and a numbered mark for whatever was not plain transfer; its place is given by `top`.
pub(super) fn chart(record: &Record, frame: Frame, top: f64) -> String {
    let (width, height) = (frame.width - LEFT - RIGHT, frame.height - TOP - BOTTOM);
    let seconds = record.seconds.max(0.001);
    let rates = rates(record, bars(width));
    let (step, highest) = scale(rates.iter().copied().fold(0.0, f64::max));
    let x = |at: f64| LEFT + width * (at / seconds).clamp(0.0, 1.0);
    let y = |rate: f64| top + TOP + height * (1.0 - rate / highest);
    let mut svg = String::new();
    for (from, to) in waits(record) {
        let _ = write!(
            svg,
            r#"<rect class="wait" x="{:.1}" y="{:.1}" width="{:.1}" height="{height:.1}"/>"#,
            x(from),
            top + TOP,
            (x(to) - x(from)).max(1.0)
        );
    }
    let mut rate = 0.0;
    while rate <= highest * 1.001 {
        let at = y(rate);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{:.1}" y1="{at:.1}" y2="{at:.1}"/><text x="{:.1}" y="{:.1}" text-anchor="end">{}/s</text>"#,
            LEFT + width,
            LEFT - 8.0,
            at + 4.0,
            short(rate)
        );
        rate += step;
    }
    let (step, _) = scale_of(seconds, if width < 400.0 { 4.0 } else { 8.0 });
    let mut second = 0.0;
    while second <= seconds * 1.001 {
        let _ = write!(
            svg,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            x(second),
            top + TOP + height + 20.0,
            clock(second, step)
        );
        second += step;
    }
    svg.push_str(&area(&rates, x, y, seconds));
    for (number, happening) in (1..).zip(&record.happenings) {
        let at = x(happening.at);
        let class = class(happening.kind);
        let _ = write!(
            svg,
            r#"<line class="{class}" x1="{at:.1}" x2="{at:.1}" y1="{:.1}" y2="{:.1}" stroke-dasharray="3 3"/>"#,
            top + TOP - 4.0,
            top + TOP + height
        );
        // Numbers that would stand on each other are left out; the list has them all.
        let is_apart = number == 1
            || record.happenings.get(number - 2).is_none_or(|before| x(happening.at) - x(before.at) > 16.0);
        if is_apart {
            let _ = write!(
                svg,
                r#"<text class="{class}" x="{at:.1}" y="{:.1}" text-anchor="middle">{number}</text>"#,
                top + TOP - 9.0
            );
        }
    }
    svg
}

/// How a kind of happening is drawn.
pub(super) const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Retry => "retry",
        Kind::Recovery => "recovery",
        Kind::Other => "other",
    }
}

fn bars(width: f64) -> usize {
    if width < 400.0 { 70 } else { 160 }
}

fn area(rates: &[f64], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64, seconds: f64) -> String {
    let count = rates.len().max(1);
    let place = |number: usize| seconds * number as f64 / count as f64;
    let mut path = format!("M{:.1} {:.1}", x(0.0), y(0.0));
    for (number, rate) in rates.iter().enumerate() {
        let _ = write!(
            path,
            "L{:.1} {:.1}L{:.1} {:.1}",
            x(place(number)),
            y(*rate),
            x(place(number + 1)),
            y(*rate)
        );
    }
    let _ = write!(path, "L{:.1} {:.1}Z", x(seconds), y(0.0));
    format!(r#"<path class="area" d="{path}"/>"#)
}

/// Bytes a second in each of so many equal parts of the time; what passed between two samples passed evenly.
pub(super) fn rates(record: &Record, most: usize) -> Vec<f64> {
    let seconds = record.seconds.max(0.001);
    // No bar is narrower than a tenth of a second: the client tells no more often than it sees data.
    let count = most.min(usize::try_from(whole((seconds / 0.1).ceil())).unwrap_or(most).max(1));
    let width = seconds / count as f64;
    let mut bytes = vec![0.0; count];
    let mut before = (0.0, 0);
    for &(at, passed) in &record.samples {
        let (from, fresh) = (before.0, passed.saturating_sub(before.1) as f64);
        before = (at, passed);
        let span = at - from;
        for (number, sum) in bytes.iter_mut().enumerate() {
            let (start, end) = (width * number as f64, width * (number + 1) as f64);
            let shared = (at.min(end) - from.max(start)).max(0.0);
            if span > 0.0 {
                *sum += fresh * shared / span;
            } else if at >= start && at < end {
                *sum += fresh;
            }
        }
    }
    bytes.into_iter().map(|bytes| bytes / width).collect()
}

/// The highest of them, in bytes a second.
pub(super) fn peak(record: &Record) -> u64 {
    whole(rates(record, 160).into_iter().fold(0.0, f64::max))
}

/// From a failure to the next byte that passed.
fn waits(record: &Record) -> Vec<(f64, f64)> {
    let retries = record.happenings.iter().filter(|happening| happening.kind == Kind::Retry);
    let end = |happening: &Happening| {
        let next = record.samples.iter().find(|(at, bytes)| *at > happening.at && *bytes > happening.bytes);
        next.map_or(record.seconds, |(at, _)| *at)
    };
    retries.map(|happening| (happening.at, end(happening))).collect()
}

/// Steps of a scale of bytes, and its highest value.
fn scale(highest: f64) -> (f64, f64) {
    let highest = highest.max(1.0);
    let unit = 1024_f64.powf((highest.log2() / 10.0).floor().max(0.0));
    let (step, top) = scale_of(highest / unit, 4.0);
    (step * unit, top * unit)
}

/// A round number of bytes, without the decimals that it has none of.
fn short(bytes: f64) -> String {
    let text = output::size(whole(bytes));
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// Steps of 1, 2 or 5, about so many of them, and the first multiple that is no less.
fn scale_of(highest: f64, steps: f64) -> (f64, f64) {
    let rough = highest / steps;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    (step, (highest / step).ceil() * step)
}

fn clock(second: f64, step: f64) -> String {
    match step {
        ..1.0 => format!("{second:.*} s", if step < 0.1 { 2 } else { 1 }),
        1.0..60.0 => format!("{second:.0} s"),
        _ => format!("{:.0} min", second / 60.0),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number, and no negative one"
)]
pub(super) fn whole(number: f64) -> u64 {
    number.max(0.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_is_what_is_drawn() {
        let record = Record {
            samples: vec![(0.5, 0), (1.0, 1000), (3.0, 1000), (4.0, 5000)],
            seconds: 4.0,
            ..Record::default()
        };
        for parts in [4, 7, 160] {
            let rates = rates(&record, parts);
            let sum: f64 = rates.iter().map(|rate| rate * 4.0 / rates.len() as f64).sum();
            assert!((sum - 5000.0).abs() < 0.5, "{parts}: {sum}");
        }
        assert_eq!(rates(&record, 4), [1000.0, 0.0, 0.0, 4000.0]);
    }

    #[test]
    fn scales_are_round() {
        assert_eq!(scale_of(37.0, 4.0), (10.0, 40.0));
        assert_eq!(scale_of(0.9, 4.0).0, 0.5);
        assert_eq!(scale(3000.0), (1024.0, 3072.0));
        assert_eq!(scale(0.0).1, 1.0);
    }
}
