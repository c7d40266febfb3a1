//! One text, sorted as the desk would, with reasons.

use std::io::Read as _;

use desk::{
    deadline,
    risk::raised,
    suggestion::Confidence,
    triage::{Known, triage as decide},
};
use serde_json::json;

use crate::cli::{
    Failure, Outcome,
    output::{self, line},
    place::Place,
};
use crate::library::compute;

/// Longest text read, in bytes.
const TEXT_BYTES_MAX: u64 = 1 << 20;

/// Sort one text and say why.
#[derive(Debug, clap::Args)]
pub struct Text {
    /// The text; `-` reads standard input.
    text: String,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Text {
    /// Runs it. Nothing is kept.
    ///
    /// # Errors
    /// When there is no desk to ask.
    pub async fn run(self) -> Outcome {
        let text = given(&self.text)?;
        let app = self.place.open_beside().await?;
        let encode = |texts: &[&str]| app.library.meanings(texts);
        let opinion = compute(|| app.triager.understand(&text, &encode));
        let mut conn = app.store.read().await?;
        let categories = conn.categories().await?;
        let fallback = categories.first().map_or_else(String::new, |c| c.queue.clone());
        let known = Known {
            guess: &opinion.guess,
            risk: raised(&text),
            deadline: deadline::find(&text, app.clock.now()),
            chosen: None,
            categories: &categories,
            fallback_queue: &fallback,
            now: app.clock.now(),
        };
        let (look, _) = decide(known, &|_| None);
        if self.json {
            output::json(
                &json!({ "triage": look, "confidence": opinion.guess.confidence, "because": opinion.because, "made_by": opinion.made_by }),
            );
            return Ok(());
        }
        let sure = match &opinion.guess.confidence {
            Confidence::Probability { value } => format!("{:.0} %", value * 100.0),
            Confidence::Abstain { why } => format!("no opinion: {why}"),
        };
        line(format!("category   {} ({sure})", look.category.as_deref().unwrap_or("none")));
        line(format!(
            "queue      {}, priority {}, worked as {}",
            look.queue,
            look.priority,
            look.operating_model.name()
        ));
        for (key, probability) in &look.candidates {
            line(format!("candidate  {key} {:.0} %", probability * 100.0));
        }
        for evidence in &opinion.because {
            line(format!("because    “{}”", evidence.text));
        }
        if let Some(deadline) = &look.deadline {
            let due = deadline.due.map_or_else(|| "it does not say when".to_owned(), |due| due.rfc3339());
            line(format!("wanted     “{}”: {due}", deadline.quote));
        }
        for risk in &look.risk {
            line(format!("look out   {}: “{}”", risk.flag.word().replace('_', " "), risk.quote));
        }
        Ok(())
    }
}

/// The text itself, or standard input for `-`.
///
/// # Errors
/// [`Failure::BadInput`] when standard input is no text.
pub fn given(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin()
        .take(TEXT_BYTES_MAX)
        .read_to_string(&mut read)
        .map_err(|e| Failure::BadInput(format!("Standard input is no text: {e}. Give UTF-8.")))?;
    Ok(read)
}
