//! Scores the detectors on a labelled file:
//! `cargo run --release -p redact --example measure_redact FILE.jsonl [tune|held|all] [--miss CLASS]`.
//!
//! Each line: `{"text", "spans":[{"start","end","type"}], "template_id"}`, offsets in characters.
//! `tune` takes the even templates, `held` the odd ones. A span counts as found when a finding of
//! its class overlaps it, and a finding as right when it overlaps a span of its class; `exact` is
//! the share of spans found to the very character.
#![expect(clippy::print_stdout, reason = "prints its figures")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use redact::{Class, find};
use serde_json::Value;

const CLASSES: [Class; 6] = [Class::Email, Class::Phone, Class::Card, Class::Iban, Class::Ssn, Class::Ip];

fn class_of(label: &str) -> Option<Class> {
    Some(match label {
        "EMAIL_ADDRESS" => Class::Email,
        "PHONE_NUMBER" => Class::Phone,
        "CREDIT_CARD" => Class::Card,
        "IBAN_CODE" => Class::Iban,
        "US_SSN" => Class::Ssn,
        "IP_ADDRESS" => Class::Ip,
        _ => return None,
    })
}

#[derive(Default)]
struct Score {
    labelled: u32,
    found: u32,
    exact: u32,
    given: u32,
    right: u32,
}

impl Score {
    fn line(&self, name: &str) -> String {
        let share = |a: u32, b: u32| if b == 0 { 1.0 } else { f64::from(a) / f64::from(b) };
        let (p, r) = (share(self.right, self.given), share(self.found, self.labelled));
        let f1 = if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
        format!(
            "{name:<8} n={:<4} precision={p:.3} recall={r:.3} f1={f1:.3} exact={:.3}",
            self.labelled,
            share(self.exact, self.labelled)
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = args.first().ok_or("give the labelled file")?;
    let part = args.get(1).map_or("all", String::as_str);
    let misses = args.iter().position(|arg| arg == "--miss").and_then(|at| args.get(at + 1));
    let mut scores: BTreeMap<Class, Score> = BTreeMap::new();
    let (mut docs, mut seconds) = (0_u32, 0.0);
    for line in std::fs::read_to_string(path)?.lines() {
        let doc: Value = serde_json::from_str(line)?;
        let even = doc["template_id"].as_u64().unwrap_or(0).is_multiple_of(2);
        if (part == "tune" && !even) || (part == "held" && even) {
            continue;
        }
        let text = doc["text"].as_str().ok_or("a line without text")?;
        let start = Instant::now();
        let findings = find(text, &[])?;
        seconds += start.elapsed().as_secs_f64();
        docs += 1;
        let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = |span: &Value, key: &str| bytes[span[key].as_u64().unwrap_or(0) as usize];
        let spans: Vec<(Class, usize, usize)> = doc["spans"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|span| Some((class_of(span["type"].as_str()?)?, at(span, "start"), at(span, "end"))))
            .collect();
        for (class, start, end) in &spans {
            let score = scores.entry(*class).or_default();
            let hit = findings.iter().any(|f| f.class == *class && f.start < *end && *start < f.end);
            score.labelled += 1;
            score.found += u32::from(hit);
            score.exact += u32::from(findings.iter().any(|f| (f.class, f.start, f.end) == (*class, *start, *end)));
            if !hit && misses.is_some_and(|name| name == class.name()) {
                println!("missed {:?} in {text:?}", &text[*start..*end]);
            }
        }
        for f in findings.iter().filter(|f| CLASSES.contains(&f.class)) {
            let right = spans.iter().any(|(class, start, end)| f.class == *class && f.start < *end && *start < f.end);
            let score = scores.entry(f.class).or_default();
            score.given += 1;
            score.right += u32::from(right);
            if !right && misses.is_some_and(|name| name == f.class.name()) {
                println!("wrong {:?} in {text:?}", &text[f.start..f.end]);
            }
        }
    }
    let mut total = Score::default();
    for (class, score) in &scores {
        println!("{}", score.line(class.name()));
        total.labelled += score.labelled;
        total.found += score.found;
        total.exact += score.exact;
        total.given += score.given;
        total.right += score.right;
    }
    println!("{}", total.line("all"));
    println!("docs_per_second {:.0}", f64::from(docs) / seconds);
    Ok(())
}
