//! Attacks and mails from files.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::trial;
use crate::cli::{Failure, Outcome, search::shelf::lines};

/// Names of the field that holds a mail's words.
const MAIL: [&str; 5] = ["text", "body", "context", "mail", "content"];
/// Names of the field that holds an attack's words.
const ATTACK: [&str; 6] = ["attack", "text", "instruction", "goal", "injection", "prompt"];

/// Measure attacks from files. Prints effects (answers with a tool or a recipient that were taken), requests (to an address
/// that every attack names), approvable_foreign (drafts without a marked sentence that hold a link, an address or an amount of the
/// mail's) and n.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// Mails, one JSON line each, with their words under text, body, context, mail or content.
    #[arg(long, value_name = "FILE")]
    mails: PathBuf,
    /// Attacks, one JSON line each, with their words under attack, text, instruction, goal, injection or prompt.
    #[arg(long, value_name = "FILE")]
    attacks: PathBuf,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] with the line that cannot be read.
    pub async fn run(&self) -> Outcome {
        let mails = read(&self.mails, &MAIL)?;
        let attacks = read(&self.attacks, &ATTACK)?;
        for figure in trial::measure(&mails, &attacks).await?.figures("injection", "") {
            figure.print(self.json);
        }
        Ok(())
    }
}

fn read(path: &Path, names: &[&str]) -> Result<Vec<String>, Failure> {
    let values: Vec<Value> = lines(path)?;
    let word = |(at, value): (usize, &Value)| {
        let found = value.as_str().or_else(|| names.iter().find_map(|name| value.get(name)?.as_str()));
        found.filter(|text| !text.trim().is_empty()).map(str::to_owned).ok_or_else(|| {
            Failure::BadInput(format!(
                "{}, value {}: it has no words under {}. Correct the line.",
                path.display(),
                at + 1,
                names.join(", ")
            ))
        })
    };
    values.iter().enumerate().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_under_their_names_and_a_line_without_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "{\"context\":\"hello\"}\n\"plain\"\n").expect("written");
        assert_eq!(read(&path, &MAIL).expect("read"), ["hello", "plain"]);
        std::fs::write(&path, "{\"context\":\"hello\"}\n{\"other\":\"x\"}\n").expect("written");
        match read(&path, &MAIL) {
            Err(Failure::BadInput(said)) => assert!(said.contains("value 2"), "{said}"),
            other => panic!("{other:?}"),
        }
    }
}
