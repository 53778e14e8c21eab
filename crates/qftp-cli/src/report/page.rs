//! The report as a page.

use super::chart::{Frame, STYLE, chart, class};
use super::{Report, escape, totals};

const PAGE: &str = "\
:root{color-scheme:light dark}body{margin:0}.qftp{background:var(--back);color:var(--ink);min-height:100vh;box-sizing:border-box;padding:24px;line-height:1.45}
.qftp main{max-width:900px;margin:0 auto}.qftp h1{font-size:20px;margin:0 0 16px;overflow-wrap:anywhere}.qftp h2{font-size:15px;margin:24px 0 8px}
.qftp dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(104px,1fr));gap:8px;margin:0 0 16px}.qftp dl div{border:1px solid var(--line);border-radius:6px;padding:8px 10px}
.qftp dt{color:var(--dim);font-size:12px}.qftp dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
.qftp svg{display:block;width:100%;height:auto}.qftp .small{display:none}.qftp table{border-collapse:collapse;width:100%}
.qftp td,.qftp th{text-align:left;vertical-align:top;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}.qftp th{color:var(--dim);font-weight:500}
.qftp td.n{white-space:nowrap;font-variant-numeric:tabular-nums}.qftp td.retry,.qftp .failed{color:var(--retry)}.qftp td.recovery{color:var(--recovery)}.qftp .plain{color:var(--dim)}
@media (max-width:620px){.qftp{padding:14px}.qftp .wide{display:none}.qftp .small{display:block}}";

pub(super) fn page(report: &Report<'_>) -> String {
    let title = escape(report.title);
    let cards: String = totals(report)
        .iter()
        .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>", escape(value)))
        .collect();
    let picture = |name: &str, frame: Frame| {
        format!(
            r#"<svg class="{name}" viewBox="0 0 {} {}" role="img" aria-label="bytes a second over time">{}</svg>"#,
            frame.width,
            frame.height,
            chart(&report.record, frame, 0.0)
        )
    };
    let wide = picture("wide", Frame { width: 860.0, height: 300.0 });
    let small = picture("small", Frame { width: 380.0, height: 260.0 });
    let failed = report
        .failed
        .as_ref()
        .map_or_else(String::new, |failed| format!(r#"<p class="failed">failed: {}</p>"#, escape(failed)));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}\n{PAGE}</style></head><body><div class=\"qftp\"><main><h1>{title}</h1><dl>{cards}</dl>{failed}{wide}{small}{}</main></div></body></html>\n",
        happenings(report)
    )
}

fn happenings(report: &Report<'_>) -> String {
    if report.record.happenings.is_empty() {
        return r#"<p class="plain">No retry, no recovery: it went through in one go.</p>"#.to_owned();
    }
    let rows: String = (1..)
        .zip(&report.record.happenings)
        .map(|(number, happening)| {
            format!(
                r#"<tr><td class="n {}">{number}</td><td class="n">{:.1} s</td><td>{}</td></tr>"#,
                class(happening.kind),
                happening.at,
                escape(&happening.text)
            )
        })
        .collect();
    format!("<h2>What it took</h2><table><tr><th>#</th><th>at</th><th>what</th></tr>{rows}</table>")
}
