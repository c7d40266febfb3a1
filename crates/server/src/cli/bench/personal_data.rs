//! Finding personal data in presidio_synth_v2: `synth_v2.jsonl` with `text` and `spans` of `start`,
//! `end`, `type`, offsets in characters. Only classes with a recogniser count.

use std::{collections::BTreeMap, path::Path};

use redact::{Class, Finding, find};
use serde::Deserialize;

use super::{Figure, Goal, cpu};
use crate::cli::{Failure, search::shelf::lines};

#[derive(Deserialize)]
struct Document {
    text: String,
    spans: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Default, Clone, Copy)]
struct Score {
    labelled: usize,
    found: usize,
    given: usize,
    right: usize,
}

impl Score {
    fn precision(self) -> f64 {
        share(self.right, self.given)
    }
    fn recall(self) -> f64 {
        share(self.found, self.labelled)
    }
    /// F with recall counted `beta` times as much as precision (van Rijsbergen 1979).
    fn f(self, beta: f64) -> f64 {
        let (p, r, b) = (self.precision(), self.recall(), beta * beta);
        if p + r == 0.0 { 0.0 } else { (1.0 + b) * p * r / (b * p + r) }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn class_of(kind: &str) -> Option<Class> {
    Some(match kind {
        "EMAIL_ADDRESS" => Class::Email,
        "PHONE_NUMBER" => Class::Phone,
        "CREDIT_CARD" => Class::Card,
        "IBAN_CODE" => Class::Iban,
        "US_SSN" => Class::Ssn,
        "IP_ADDRESS" => Class::Ip,
        _ => return None,
    })
}

/// Measures.
pub fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let documents: Vec<Document> = lines(&folder.join("synth_v2.jsonl"))?;
    let (found, cpu_s) =
        cpu::of(|| documents.iter().map(|d| find(&d.text, &[]).unwrap_or_default()).collect::<Vec<_>>());
    let mut scores: BTreeMap<Class, Score> = BTreeMap::new();
    for (document, findings) in documents.iter().zip(&found) {
        count(document, findings, &mut scores);
    }
    let mut all = Score::default();
    let mut figures = Vec::new();
    for (class, score) in &scores {
        figures.push(Figure::new(
            "redact",
            format!("presidio_synth_v2.{}.recall", class.name()),
            score.recall(),
            "",
            score.labelled,
            Goal::Unset,
        ));
        figures.push(Figure::new(
            "redact",
            format!("presidio_synth_v2.{}.precision", class.name()),
            score.precision(),
            "",
            score.given,
            Goal::Unset,
        ));
        all.labelled += score.labelled;
        all.found += score.found;
        all.given += score.given;
        all.right += score.right;
    }
    let figure = |name: &str, value: f64, unit, goal| {
        Figure::new("redact", format!("presidio_synth_v2.{name}"), value, unit, all.labelled, goal)
    };
    figures.extend([
        figure("f1", all.f(1.0), "", Goal::Unset),
        figure("f2", all.f(2.0), "", Goal::AtLeast(0.95)),
        figure("precision", all.precision(), "", Goal::Unset),
        figure("recall", all.recall(), "", Goal::Unset),
        figure("docs_per_cpu_s", documents.len() as f64 / cpu_s, "1/s", Goal::Unset),
    ]);
    Ok(figures)
}

fn count(document: &Document, findings: &[Finding], scores: &mut BTreeMap<Class, Score>) {
    let bytes: Vec<usize> = document.text.char_indices().map(|(at, _)| at).chain([document.text.len()]).collect();
    let at = |chars: usize| bytes.get(chars).copied().unwrap_or(document.text.len());
    let spans: Vec<(Class, usize, usize)> =
        document.spans.iter().filter_map(|s| Some((class_of(&s.kind)?, at(s.start), at(s.end)))).collect();
    let meets = |f: &Finding, (class, start, end): &(Class, usize, usize)| {
        f.class == *class && f.start < *end && *start < f.end
    };
    for span in &spans {
        let score = scores.entry(span.0).or_default();
        score.labelled += 1;
        score.found += usize::from(findings.iter().any(|f| meets(f, span)));
    }
    let looked_for =
        |class: Class| [Class::Email, Class::Phone, Class::Card, Class::Iban, Class::Ssn, Class::Ip].contains(&class);
    for finding in findings.iter().filter(|f| looked_for(f.class)) {
        let score = scores.entry(finding.class).or_default();
        score.given += 1;
        score.right += usize::from(spans.iter().any(|span| meets(finding, span)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_leans_towards_recall() {
        let score = Score { labelled: 10, found: 9, given: 18, right: 9 };
        assert!((score.precision() - 0.5).abs() < 1e-9 && (score.recall() - 0.9).abs() < 1e-9);
        assert!((score.f(2.0) - 5.0 * 0.45 / 2.9).abs() < 1e-9);
        assert!(score.f(2.0) > score.f(1.0));
    }
}
