//! Figures for the mail reader on folders of messages: `measure_mail DIR...` prints one JSON line per
//! message, and with `--cases FILE.jsonl` how many reply cases (`input`, `expected`) come out exactly.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use std::error::Error;
use std::path::Path;

use connect::mail::{Settings, parse, sources, split_reply};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, file] if flag == "--cases" => cases(Path::new(file)),
        folders => folders.iter().try_for_each(|folder| messages(Path::new(folder))),
    }
}

fn messages(folder: &Path) -> Result<(), Box<dyn Error>> {
    for message in sources::files(folder)? {
        let message = message?;
        let mail = parse(&message.raw, &Settings::default());
        let file = message.path.file_name().map(|n| n.to_string_lossy().into_owned());
        println!(
            "{}",
            json!({
                "file": file, "subject": mail.subject, "machine": mail.machine, "oddities": mail.oddities,
                "latest": mail.latest, "attachments": mail.attachments.len(),
            })
        );
    }
    Ok(())
}

fn cases(file: &Path) -> Result<(), Box<dyn Error>> {
    let (mut exact, mut all) = (0, 0);
    for line in std::fs::read_to_string(file)?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let (Some(input), Some(expected)) = (case["input"].as_str(), case["expected"].as_str()) else {
            continue;
        };
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let parts = split_reply(input);
        let whole = format!("{}\n{}", parts.latest, parts.signature.unwrap_or_default());
        let right = squeeze(&whole) == squeeze(expected) || squeeze(&parts.latest) == squeeze(expected);
        all += 1;
        exact += usize::from(right);
        if !right {
            println!("{}", json!({"wrong": case["test"], "got": parts.latest, "expected": expected}));
        }
    }
    println!("{}", json!({"exact": exact, "n": all}));
    Ok(())
}
