//! A line of the doctor's table.

use qftp_transport::Verdict;
use serde_json::json;

use crate::output::{self, Output};

/// A line, with what is below it.
pub(super) struct Row<'a> {
    pub(super) check: &'a str,
    pub(super) verdict: Verdict,
    pub(super) said: String,
    pub(super) cause: Option<String>,
    pub(super) remedy: Option<String>,
    pub(super) mended: Option<String>,
}

impl<'a> Row<'a> {
    pub(super) fn good(check: &'a str, said: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Good, said: said.into(), cause: None, remedy: None, mended: None }
    }

    pub(super) fn not_good(
        check: &'a str,
        verdict: Verdict,
        said: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (cause, remedy) = (Some(cause.into()), Some(remedy.into()));
        Self { verdict, cause, remedy, ..Self::good(check, said) }
    }

    pub(super) fn print(&self, output: Output) {
        let Self { check, verdict, said, cause, remedy, mended } = self;
        let (mark, word) = match verdict {
            Verdict::Good => ('✓', "good"),
            Verdict::Doubtful => ('?', "doubtful"),
            Verdict::Bad => ('✗', "bad"),
            Verdict::NotTried => ('-', "not tried"),
        };
        let mut text = format!("{mark} {check:<14}{said}").trim_end().to_owned();
        for (word, about) in [("likely cause", cause), ("remedy", remedy), ("done", mended)] {
            if let Some(about) = about.as_deref().filter(|about| !about.is_empty()) {
                text.push_str(&format!("\n  {word}: {about}"));
            }
        }
        let object = json!({
            "check": check, "verdict": word, "said": said, "cause": cause, "remedy": remedy, "done": mended,
        });
        output.result(&text, &object);
        // A person watches: each line as it is found.
        output::flush();
    }
}
