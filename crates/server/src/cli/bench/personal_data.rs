//! Finding personal data in presidio_synth_v2: `synth_v2.jsonl` with `text` and `spans` of `start`, `end`, `type`, offsets in
//! characters, and `template_id`. The detectors were tuned on texts of even templates; those of odd ones were only measured.

use std::path::Path;

use ::redact::{Class, Reach, score::Score};
use serde::Deserialize;

use super::{Figure, Goal};
use crate::cli::{
    Failure,
    redact::{Goals, eval, figures},
    search::shelf::lines,
};

/// Classes whose values have a form of their own.
const STRUCTURED: [Class; 6] = [Class::Email, Class::Phone, Class::Card, Class::Iban, Class::Ssn, Class::Ip];

#[derive(Deserialize)]
struct Line {
    text: String,
    spans: Vec<Span>,
    template_id: u32,
}

#[derive(Deserialize)]
struct Span {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
}

fn class_of(kind: &str) -> Class {
    match kind {
        "PERSON" => Class::Person,
        "EMAIL_ADDRESS" => Class::Email,
        "PHONE_NUMBER" => Class::Phone,
        "CREDIT_CARD" => Class::Card,
        "IBAN_CODE" => Class::Iban,
        "US_SSN" => Class::Ssn,
        "IP_ADDRESS" => Class::Ip,
        "STREET_ADDRESS" | "ZIP_CODE" | "GPE" => Class::Address,
        "DATE_TIME" => Class::Date,
        "DOMAIN_NAME" => Class::Url,
        // Firms, nations, titles, ages, driving licences.
        _ => Class::Other,
    }
}

/// Measures.
pub fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let lines: Vec<Line> = lines(&folder.join("synth_v2.jsonl"))?;
    let held: Vec<bool> = lines.iter().map(|line| line.template_id % 2 == 1).collect();
    let documents: Vec<eval::Document> = lines.into_iter().map(document).collect();
    let (score, speed) = eval::measure(&documents, Reach::Everything)?;
    let mut all = figures(&score, "presidio_synth_v2.", Goals { f1: Goal::Unset, f2: Goal::AtLeast(0.85) });
    all.extend(gates(&score, "presidio_synth_v2."));
    let unseen: Vec<eval::Document> =
        documents.into_iter().zip(&held).filter(|(_, held)| **held).map(|(document, _)| document).collect();
    let (score, _) = eval::measure(&unseen, Reach::Everything)?;
    let tally = score.overall(|_| true);
    let name = "presidio_synth_v2_held.f2";
    all.push(Figure::new("redact", name, tally.f(2.0), "", tally.labelled(), Goal::Unset));
    all.extend(gates(&score, "presidio_synth_v2_held."));
    all.push(Figure::new("redact", "presidio_synth_v2.docs_per_cpu_s", speed, "1/s", held.len(), Goal::Unset));
    Ok(all)
}

/// The figures that have a goal of their own.
fn gates(score: &Score, before: &str) -> [Figure; 2] {
    let structured = score.overall(|class| STRUCTURED.contains(&class));
    let phone = score.overall(|class| class == Class::Phone);
    let figure = |name: &str, value, n, goal| Figure::new("redact", format!("{before}{name}"), value, "", n, goal);
    [
        figure("structured_f1", structured.f(1.0), structured.labelled(), Goal::AtLeast(0.92)),
        figure("phone_recall", phone.recall(), phone.labelled(), Goal::AtLeast(0.80)),
    ]
}

fn document(line: Line) -> eval::Document {
    let spans = line.spans.iter().map(|span| (class_of(&span.kind), span.start, span.end)).collect();
    eval::Document { text: line.text, spans }
}
