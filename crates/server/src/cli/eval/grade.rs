//! A model reads what no scorer can count, when somebody asks for it: marked wherever it is shown, and apart from every verdict.

use serde_json::json;

use desk::eval::{
    graded::{PROMPT_VERSION, Reading},
    grader::Standing,
};
use store::GraderRow;

use super::report::Judged;
use crate::{
    App,
    cli::{Failure, output::Progress},
    flow::grade_case::{Graded, Grader},
};

/// Whether a model is asked, and what its word does.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Grading {
    /// Ask the desk's model about statements under `graded`. What it misses is told apart and fails nothing.
    #[arg(long)]
    pub grader: bool,
    /// Exit with code 1 where it misses one, as long as it agrees with people (`countersign eval grader`).
    #[arg(long, requires = "grader")]
    pub grader_fails: bool,
    /// Requests it may be sent; a statement takes two.
    #[arg(long, value_name = "N", default_value = "200", requires = "grader")]
    pub grader_requests: usize,
}

/// Who graded, and what it counts for.
pub struct GradedBy {
    /// The model.
    pub model: String,
    /// How far it agreed with people; none when nobody asked.
    pub calibration: Option<GraderRow>,
    /// What a miss does.
    pub miss: Miss,
}

/// What it does when a calibrated grader misses a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// It is told.
    Told,
    /// It ends the run with code 1.
    Fails,
}

impl GradedBy {
    /// Whether it agrees with people.
    #[must_use]
    pub fn is_calibrated(&self) -> bool {
        self.calibration.as_ref().is_some_and(|row| row.calibration.standing() == Standing::Calibrated)
    }

    /// In a line.
    #[must_use]
    pub fn told(&self) -> String {
        let never = || "not calibrated: never held against people; run `countersign eval grader`".to_owned();
        let standing = self.calibration.as_ref().map_or_else(never, |row| row.calibration.told());
        let so = if self.is_calibrated() { "" } else { " What it misses is a remark." };
        format!("Graded by the model {} ({PROMPT_VERSION}), {standing}.{so}", self.model)
    }

    /// For a program.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        json!({"model": self.model, "prompt": PROMPT_VERSION, "calibrated": self.is_calibrated()})
    }
}

impl Grading {
    /// Asks about every case that gave a draft, one after the other.
    ///
    /// # Errors
    /// Exit code 2 without a desk or a model.
    pub async fn read(&self, app: Option<&App>, judged: &mut [Judged]) -> Result<Option<GradedBy>, Failure> {
        if !self.grader {
            return Ok(None);
        }
        let Some(app) = app else {
            let why = "--grader asks the model of a desk. Name the desk with --data.";
            return Err(Failure::BadInput(why.to_owned()));
        };
        let unusable =
            |e: crate::FlowError| Failure::BadInput(format!("{e} Leave --grader out, or configure a model."));
        let mut grader = Grader::new(app, self.grader_requests).await.map_err(unusable)?;
        let (progress, total) = (Progress::of("cases read by the model"), judged.len());
        for (done, one) in judged.iter_mut().enumerate() {
            progress.at(done, total);
            let Some(Ok(ran)) = &one.ran else { continue };
            let draft = ran.did.draft.as_ref().map(|d| d.body.as_str()).map_err(String::as_str);
            one.graded = grader.read(&one.case, draft).await?;
        }
        let miss = if self.grader_fails { Miss::Fails } else { Miss::Told };
        Ok(Some(GradedBy { model: grader.model().to_owned(), calibration: grader.calibration, miss }))
    }
}

impl Judged {
    /// Statements with what came of them.
    pub fn graded(&self) -> impl Iterator<Item = (&String, &Graded)> {
        self.case.expect.graded.iter().zip(&self.graded)
    }

    /// Those that the model holds untrue.
    pub fn graded_misses(&self) -> usize {
        self.graded.iter().filter(|came| **came == Graded::Read(Reading::No)).count()
    }

    /// What a person should read of it, each marked as the model's.
    pub fn graded_told(&self) -> Vec<String> {
        self.graded().filter_map(|(statement, came)| line(statement, came)).collect()
    }

    /// For a program.
    pub fn graded_json(&self, by: &GradedBy) -> Vec<serde_json::Value> {
        let of = |(statement, came): (&String, &Graded)| {
            let (reading, quote, why) = match came {
                Graded::Read(Reading::Unsure { why }) => {
                    (Reading::Unsure { why: String::new() }.word(), None, Some(why))
                }
                Graded::Read(Reading::Yes { quote }) => ("yes", Some(quote), None),
                Graded::Read(Reading::No) => ("no", None, None),
                Graded::NotAsked { why } => ("not_asked", None, Some(why)),
            };
            json!({"statement": statement, "reading": reading, "quote": quote, "why": why, "graded_by": by.json()})
        };
        self.graded().map(of).collect()
    }
}

fn line(statement: &str, came: &Graded) -> Option<String> {
    match came {
        Graded::Read(Reading::Yes { .. }) => None,
        Graded::Read(Reading::No) => Some(format!("graded: the model holds “{statement}” for untrue")),
        Graded::Read(Reading::Unsure { why }) => Some(format!("graded: nothing can be said of “{statement}”: {why}")),
        Graded::NotAsked { why } => Some(format!("graded: not asked about “{statement}”: {why}")),
    }
}
