//! `countersign eval grader`: how far the model that grades agrees with people.

use std::num::NonZeroUsize;

use desk::eval::graded::PROMPT_VERSION;
use serde_json::json;

use crate::{
    cli::{
        Outcome,
        output::{self, Progress, line},
        place::{self, Place},
    },
    flow::hold_against_people::{self, Held, REQUESTS_A_TEXT},
};

/// Ask the desk's model what reviewers were asked, about the texts they reviewed, and say how far they agree.
#[derive(Debug, clap::Args)]
pub struct GraderOf {
    /// Texts it is asked about, the newest.
    #[arg(long, value_name = "N", default_value = "60")]
    pub at_most: NonZeroUsize,
    /// Print one JSON line.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

impl GraderOf {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        place::must_exist(&self.place.read()?)?;
        let app = self.place.open_beside().await?;
        let (model, texts) = hold_against_people::before_start(&app, self.at_most.get()).await?;
        eprintln!("{model} is asked about {texts} reviewed texts: at most {} requests.", texts * REQUESTS_A_TEXT);
        let progress = Progress::of("texts");
        let held = hold_against_people::run(&app, self.at_most.get(), &|done, all| progress.at(done, all)).await;
        drop(progress);
        app.store.close().await;
        let held = held?;
        if self.json {
            print_json(&held)
        } else {
            print(&held)
        }
        Ok(())
    }
}

fn print(held: &Held) {
    let told = &held.calibration;
    line(format!("{} ({PROMPT_VERSION}) {}.", held.model, told.told()));
    let left_out = match held.left_out {
        0 => String::new(),
        n => format!(
            " {n} texts were left out: their people said no to AI, their category keeps models out, or their words are gone."
        ),
    };
    line(format!(
        "{} answers by both, {} the same; {} of the model's count for nothing.{left_out}",
        told.answers, told.same, told.unsure
    ));
}

fn print_json(held: &Held) {
    let told = &held.calibration;
    output::json(&json!({
        "model": held.model, "prompt": PROMPT_VERSION, "standing": told.standing(), "drafts": told.drafts,
        "answers": told.answers, "same": told.same, "unsure": told.unsure, "left_out": held.left_out,
        "kappa": told.kappa.map(|k| k.value), "low": told.kappa.map(|k| k.low), "high": told.kappa.map(|k| k.high),
    }));
}
