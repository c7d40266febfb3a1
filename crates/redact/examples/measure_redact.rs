//! Scores the detectors on a labelled file:
//! `cargo run --release -p redact --example measure_redact FILE.jsonl [tune|held|all] [--miss CLASS]`.
//!
//! Each line: `{"text", "spans":[{"start","end","type"}], "template_id"}`, offsets in characters.
//! `tune` takes the even templates, `held` the odd ones.
#![expect(clippy::print_stdout, reason = "prints its figures")]

use std::error::Error;
use std::time::Instant;

use redact::score::{Labelled, Score, Tally};
use redact::{Class, Reach, spans};
use serde_json::Value;

fn class_of(label: &str) -> Class {
    match label {
        "EMAIL_ADDRESS" => Class::Email,
        "PHONE_NUMBER" => Class::Phone,
        "CREDIT_CARD" => Class::Card,
        "IBAN_CODE" => Class::Iban,
        "US_SSN" => Class::Ssn,
        "IP_ADDRESS" => Class::Ip,
        "PERSON" => Class::Person,
        "STREET_ADDRESS" | "GPE" | "ZIP_CODE" => Class::Address,
        "DATE_TIME" => Class::Date,
        "DOMAIN_NAME" => Class::Url,
        _ => Class::Other,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = args.first().ok_or("give the labelled file")?;
    let part = args.get(1).map_or("all", String::as_str);
    let misses = args.iter().position(|arg| arg == "--miss").and_then(|at| args.get(at + 1));
    let (mut score, mut docs, mut seconds) = (Score::default(), 0_u32, 0.0);
    spans("warm", &[], Reach::Everything)?;
    for line in std::fs::read_to_string(path)?.lines() {
        let doc: Value = serde_json::from_str(line)?;
        let even = doc["template_id"].as_u64().unwrap_or(0).is_multiple_of(2);
        if (part == "tune" && !even) || (part == "held" && even) {
            continue;
        }
        let text = doc["text"].as_str().ok_or("a line without text")?;
        let start = Instant::now();
        let found = spans(text, &[], Reach::Everything)?;
        seconds += start.elapsed().as_secs_f64();
        docs += 1;
        let labelled: Vec<Labelled> = doc["spans"].as_array().into_iter().flatten().filter_map(read).collect();
        if let Some(class) = misses {
            show(class, text, &labelled, &found);
        }
        score.add(&labelled, &found);
    }
    for (class, tally) in score.classes() {
        print(class.name(), tally);
    }
    let structured = [Class::Email, Class::Phone, Class::Card, Class::Iban, Class::Ssn, Class::Ip];
    print("structured", score.overall(|class| structured.contains(&class)));
    print("all", score.overall(|_| true));
    println!("docs_per_second {:.0}", f64::from(docs) / seconds);
    Ok(())
}

/// `{"start","end","type"}` or `["class", start, end]`.
fn read(span: &Value) -> Option<Labelled> {
    let at = |value: &Value| Some(value.as_u64()? as usize);
    match span.as_array() {
        Some(row) => Some((row.first()?.as_str()?.parse().unwrap_or(Class::Other), at(row.get(1)?)?, at(row.get(2)?)?)),
        None => Some((class_of(span["type"].as_str()?), at(&span["start"])?, at(&span["end"])?)),
    }
}

fn print(name: &str, tally: Tally) {
    println!(
        "{name:<10} n={:<4} precision={:.3} recall={:.3} f1={:.3} f2={:.3}",
        tally.labelled(),
        tally.precision(),
        tally.recall(),
        tally.f(1.0),
        tally.f(2.0)
    );
}

fn show(class: &str, text: &str, labelled: &[Labelled], found: &[Labelled]) {
    let chars: Vec<char> = text.chars().collect();
    let words = |spans: &[Labelled], others: &[Labelled]| {
        let alone = spans.iter().filter(|span| {
            let mut one = Score::default();
            one.add(others, &[**span]);
            span.0.name() == class && one.overall(|_| true).right == 0
        });
        alone.map(|(_, s, e)| chars[*s..*e].iter().collect::<String>()).collect::<Vec<_>>()
    };
    let (missed, wrong) = (words(labelled, found), words(found, labelled));
    if !missed.is_empty() || !wrong.is_empty() {
        println!("MISSED {missed:?} WRONG {wrong:?} in {text:?}");
    }
}
