//! What a survey says when it has ended: for people on a screen, and for programs.

use qftp_emulator::Family;
use serde_json::{Value, json};

use super::compare::Comparison;
use super::findings::Findings;
use super::mask::Masker;
use super::stop::Stop;

/// All that a report has.
pub(super) struct Report<'a> {
    pub(super) family: &'a Family,
    pub(super) nearest: &'a Family,
    /// The nearest family has modules of this name.
    pub(super) is_own: bool,
    pub(super) found: &'a Findings,
    pub(super) comparison: &'a Comparison,
    /// What no family file can hold.
    pub(super) refused: &'a [(String, String)],
    /// Commands that were asked.
    pub(super) asked: usize,
    pub(super) stopped: Option<&'a Stop>,
    pub(super) file: Option<&'a str>,
    pub(super) recording: Option<&'a str>,
    pub(super) masker: &'a Masker,
}

impl Report<'_> {
    /// The identity in a line: what was not said stands as a question mark.
    pub(super) fn identity(&self) -> String {
        let of = |key| self.found.text(key).unwrap_or("?");
        let text =
            format!("{} {}, {}", of("identity.manufacturer"), of("identity.model"), of("identity.revision"));
        self.masker.text(&text)
    }

    /// How the module stands to the nearest family.
    pub(super) fn standing(&self) -> String {
        let name = self.nearest.name();
        match self.is_own {
            true => format!("its family: {name} ({})", self.nearest.about),
            false => format!("no built-in family has this model; the nearest by its answers: {name}"),
        }
    }

    /// The counts in a line.
    pub(super) fn counts(&self) -> String {
        let Comparison { found, compared, agree, contradictions, .. } = self.comparison;
        let count = match contradictions.len() {
            0 => "none contradicts".to_owned(),
            1 => "1 difference".to_owned(),
            count => format!("{count} differences"),
        };
        format!(
            "{} commands asked; {found} of {} values found out; of {compared} that can be compared {agree} agree, {count}",
            self.asked,
            super::keys::KEYS.len()
        )
    }

    /// What is not known, each reason once with its keys.
    pub(super) fn gaps(&self) -> Vec<(&'static str, Vec<&str>)> {
        let mut gaps: Vec<(&'static str, Vec<&str>)> = Vec::new();
        for (key, reason) in &self.comparison.not_asked {
            match gaps.iter_mut().find(|(own, _)| own == reason) {
                Some((_, keys)) => keys.push(key),
                None => gaps.push((reason, vec![key])),
            }
        }
        gaps
    }

    /// What is strange, masked: it may quote the module.
    pub(super) fn notes(&self) -> Vec<String> {
        let refused =
            self.refused.iter().map(|(key, why)| format!("{key} cannot be in a family file: {why}"));
        self.found.notes.iter().cloned().chain(refused).map(|note| self.masker.text(&note)).collect()
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.identity(), self.standing(), self.counts()];
        lines.extend(self.stopped.map(|stop| format!("not whole: {stop}")));
        for measure in &self.found.measures {
            lines.push(format!("  {measure}"));
        }
        for row in &self.comparison.contradictions {
            let side =
                |value: &str| if value.is_empty() { "nothing".to_owned() } else { self.masker.text(value) };
            lines.push(format!("\n✗ {}", row.key));
            lines.push(format!("    family: {}", side(&row.family)));
            lines.push(format!("    module: {}", side(&row.module)));
            lines.push(format!("    qftp:   {}", row.consequence));
        }
        let gaps = self.gaps();
        if !gaps.is_empty() {
            lines.push(format!("\nnot found out, and as in {}:", self.nearest.name()));
            lines.extend(gaps.iter().map(|(reason, keys)| format!("  {} — {reason}", keys.join(", "))));
        }
        let notes = self.notes();
        if !notes.is_empty() {
            lines.push("\nstrange:".to_owned());
            lines.extend(notes.iter().map(|note| format!("  {note}")));
        }
        let files = [("family file", self.file), ("recording", self.recording)];
        let written = files.into_iter().filter_map(|(what, path)| Some(format!("{what}: {}", path?)));
        lines.extend(written.enumerate().map(|(at, line)| if at == 0 { format!("\n{line}") } else { line }));
        lines.join("\n")
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let identity = |key| self.found.text(key).map(|text| self.masker.text(text));
        let mut comparison = json!(self.comparison);
        // Each value as it may be shown.
        if let Some(rows) = comparison["contradictions"].as_array_mut() {
            for side in rows.iter_mut().filter_map(Value::as_object_mut).flatten().map(|(_, side)| side) {
                let shown = side.as_str().map(|text| Value::from(self.masker.text(text)));
                *side = shown.unwrap_or_default();
            }
        }
        json!({
            "manufacturer": identity("identity.manufacturer"),
            "model": identity("identity.model"),
            "revision": identity("identity.revision"),
            "nearest": self.nearest.name(),
            "is_own": self.is_own,
            "asked": self.asked,
            "comparison": comparison,
            "measures": self.found.measures.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "notes": self.notes(),
            "stopped": self.stopped.map(ToString::to_string),
            "file": self.file,
            "recording": self.recording,
        })
    }
}
