//! `countersign bench`: figures of this machine, one line each. With `--json` each line is
//! `{"bench","figure","value","unit","n","goal","ok"}`, with the names fixed.
//!
//! The benches of the desk make their own data in a folder that is gone afterwards. The benches of
//! the engines read plain files from the folder given.

pub mod cpu;
mod diagnostics;
mod drafts;
mod erasure;
mod escalation;
mod intake;
mod learning;
mod lists;
mod peer;
mod personal_data;
mod search;
mod start;
mod system;
mod tau2;
mod telemetry;
pub mod triage;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    Failure, Outcome,
    meaning::Weights,
    output::{self, line},
};

/// Measure this machine and these engines.
#[derive(Debug, clap::Args)]
pub struct Bench {
    /// What to measure: desk (start, lists and intake), erasure, engines (triage, search, redact, drafts and diagnostics), escalation, learning, or all.
    #[arg(value_enum)]
    name: Name,
    /// Folder with the data sets: folders with train and test splits such as `clinc150/`, `goemotions/`, `aws_docs_qa/`, `presidio_synth_v2/`, `mtrag_un/`, `bipia/`, `loghub_2k/`, `petshop/`.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// For intake: a folder of mails, as for `countersign import`; made ones when absent.
    #[arg(long, value_name = "DIR")]
    mails: Option<PathBuf>,
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    beside: Beside,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

/// What engines are measured with and beside.
#[derive(Debug, clap::Args)]
struct Beside {
    /// triage, search: keep the vectors of texts in this folder between runs; making them takes most of the time.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// triage, diagnostics: a command that measures another program on the same data and prints JSON lines with `peer` and, for triage,
    /// `predictions_per_cpu_s_single` or `texts_per_cpu_s`, for diagnostics `file`, `lines` and `lines_per_cpu_s`. May be
    /// given more than once.
    #[arg(long = "peer", value_name = "COMMAND")]
    peers: Vec<String>,
    /// learning: print instead, for each pair of drawn cases that may be one: part, seed, both places, whether they are one, and its
    /// features. system: print instead, for each candidate of each letter, its half, whether the letter is about a fault, its number, whether the
    /// candidate is that fault, and its features: what the weights are fitted on.
    #[arg(long)]
    rows: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// Process start to the first page of the demo.
    Start,
    /// Lists and pages among 100,000 tickets.
    Lists,
    /// A folder of mails imported, then sorted.
    Intake,
    /// A person with 200 tickets erased among 100,000, and every file looked through.
    Erasure,
    /// Label, confidence, abstention.
    Triage,
    /// Ranking by words and meaning.
    Search,
    /// Finding personal data.
    Redact,
    /// Drafts: the grounding check against people, hidden instructions, what must be handed over.
    Drafts,
    /// Templates of log lines, origins of disturbances.
    Diagnostics,
    /// Of diagnostics, the made system alone: which fault a customer's letter is about. Needs no data.
    System,
    /// When cases go up, what goes with them, what is asked twice, when tickets are due.
    Escalation,
    /// Duplicates among cases, coverage, readiness, drift, and the scorecard over a million generated tickets.
    Learning,
    /// start, lists, intake.
    Desk,
    /// triage, search, redact, drafts, diagnostics.
    Engines,
    /// Everything.
    All,
}

impl Name {
    fn parts(self) -> &'static [Self] {
        const ALL: &[Name] = &[
            Name::Start,
            Name::Lists,
            Name::Intake,
            Name::Triage,
            Name::Search,
            Name::Redact,
            Name::Drafts,
            Name::Diagnostics,
            Name::Erasure,
            Name::Escalation,
            Name::Learning,
        ];
        match self {
            Self::Desk => &[Self::Start, Self::Lists, Self::Intake],
            Self::Engines => &[Self::Triage, Self::Search, Self::Redact, Self::Drafts, Self::Diagnostics],
            Self::All => ALL,
            Self::Start => &[Self::Start],
            Self::Lists => &[Self::Lists],
            Self::Intake => &[Self::Intake],
            Self::Erasure => &[Self::Erasure],
            Self::Triage => &[Self::Triage],
            Self::Search => &[Self::Search],
            Self::Redact => &[Self::Redact],
            Self::Drafts => &[Self::Drafts],
            Self::Diagnostics => &[Self::Diagnostics],
            Self::System => &[Self::System],
            Self::Escalation => &[Self::Escalation],
            Self::Learning => &[Self::Learning],
        }
    }
}

/// Which side of its goal a figure should be on.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// This much or more.
    AtLeast(f64),
    /// This much or less.
    AtMost(f64),
    /// None was set.
    Unset,
}

/// One measured number.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    bench: &'static str,
    figure: String,
    value: f64,
    unit: &'static str,
    n: usize,
    goal: Option<f64>,
    ok: bool,
}

impl Figure {
    /// A figure from `n` measurements.
    pub fn new(
        bench: &'static str,
        figure: impl Into<String>,
        value: f64,
        unit: &'static str,
        n: usize,
        goal: Goal,
    ) -> Self {
        let (goal, ok) = match goal {
            Goal::AtLeast(goal) => (Some(goal), value >= goal),
            Goal::AtMost(goal) => (Some(goal), value <= goal),
            Goal::Unset => (None, true),
        };
        Self { bench, figure: figure.into(), value, unit, n, goal, ok }
    }

    /// One line, for a person or a program.
    pub fn print(&self, json: bool) {
        if json {
            return output::json(self);
        }
        let missed = if self.ok { "" } else { "  MISSED" };
        let goal = self.goal.map_or_else(String::new, |g| format!("  goal {g}{missed}"));
        let name = format!("{}.{}", self.bench, self.figure);
        line(format!("{name:<28} {:>12.4} {:<10} n={}{goal}", self.value, self.unit, self.n));
    }
}

impl Bench {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a data file that is missing or not of its form; [`Failure::Shown`]
    /// when a figure missed its goal.
    pub async fn run(self) -> Outcome {
        if cfg!(debug_assertions) {
            eprintln!("This is a build without optimisation; its figures say little. Use a release build.");
        }
        let mut missed = false;
        for part in self.name.parts() {
            eprintln!("{}", says(*part));
            for figure in Box::pin(self.measure(*part)).await? {
                missed |= !figure.ok;
                figure.print(self.json);
            }
        }
        if missed { Err(Failure::Shown) } else { Ok(()) }
    }

    async fn measure(&self, part: Name) -> Result<Vec<Figure>, Failure> {
        let data = |name| self.data.join(name);
        match part {
            Name::Start => start::measure().await,
            Name::Lists => lists::measure().await,
            Name::Intake => intake::measure(self.mails.as_deref()).await,
            Name::Erasure => erasure::measure().await,
            Name::Triage => {
                let meaning = self.weights.open()?.kept_in(self.beside.cache.as_deref());
                triage::measure(&self.data, &meaning, &self.beside.peers)
            }
            Name::Search => search::measure(&self.data, &self.weights, self.beside.cache.as_deref()),
            Name::Redact => personal_data::measure(&data("presidio_synth_v2")),
            Name::Drafts => drafts::measure(&self.data, &self.weights).await,
            Name::Diagnostics => {
                let mut figures = diagnostics::measure(&self.data, &self.beside.peers)?;
                figures.extend(diagnostics::system(&self.weights, false)?);
                Ok(figures)
            }
            Name::System => diagnostics::system(&self.weights, self.beside.rows),
            Name::Escalation => escalation::measure(&self.data).await,
            Name::Learning => learning::measure(&self.weights, self.beside.rows).await,
            Name::Desk | Name::Engines | Name::All => Ok(Vec::new()),
        }
    }
}

/// What a bench includes, said before its figures.
const fn says(part: Name) -> &'static str {
    match part {
        Name::Start => {
            "start: a new process opens the demo in an empty folder, loads the world, and answers GET /; then again in the same folder"
        }
        Name::Lists => {
            "lists: 100,000 tickets in SQLite; requests of a signed-in person through the whole router, in this process"
        }
        Name::Intake => {
            "intake: `countersign import` of a folder, raw bytes to tickets; then sorting each ticket, without embeddings; then the order of the record. Goal for the import: a tenth of the peer helpdesk's 11.1 ms CPU"
        }
        Name::Erasure => {
            "erasure: 100,000 tickets in SQLite, 200 of them one person's, whose mails hold 50 words that stand nowhere else; erased by the command's way, then every file of the data folder is read"
        }
        Name::Triage => {
            "triage: every set with train and test splits, and frustration in goemotions; with meaning where the weights are there"
        }
        Name::Search => {
            "search: aws_docs_qa, by words and with meaning; clinc150, test rows among train rows, the same category is right. Times are from a question's text to its answer, its vector included"
        }
        Name::Redact => {
            "redact: presidio_synth_v2, every labelled span; one counts as found when a finding of its class shares half of what both cover. Held are the texts of templates that nothing was tuned on"
        }
        Name::Drafts => {
            "drafts: mtrag_un, answers that people rated, learnt on one half of the conversations; assembled drafts from the same passages; bipia and agentdojo against a model that obeys; tau2 requests that must be refused or handed over"
        }
        Name::Diagnostics => {
            "diagnostics: loghub_2k, each system's templates under one setting, a million lines for speed; petshop, the origin of each test case, and how often one is named where nothing was wrong; then the made system of `bench system`"
        }
        Name::System => {
            "system: 6 services made for this, 40 faults, 400 letters in customers' words, half of them about none; goals hold for the half that nothing was tuned on"
        }
        Name::Learning => {
            "learning: cases that are one found among cases drawn from written topics, on topics that nothing was tuned on; the demo's generated half-year loaded into SQLite; then the scorecard's sums over a company 271 times as busy, told apart in every way, with and without one queue alone, in this process"
        }
        Name::Escalation => {
            "escalation: 300 written cases, half of which must not go up, under the shipped policy and rules, the half nothing was tuned on first; 50 written packages; 200 written replies; 50 dated deadlines; 100,000 open tickets counted anew in SQLite"
        }
        Name::Desk | Name::Engines | Name::All => "",
    }
}

/// The value below which the given share (0..=1) of the measurements lies.
pub fn percentile(measured: &mut [f64], share: f64) -> f64 {
    measured.sort_by(f64::total_cmp);
    let last = measured.len().saturating_sub(1);
    // A share of a length is a position in it.
    let at = (last as f64 * share).round() as usize;
    measured.get(at).copied().unwrap_or(f64::NAN)
}

/// Reads a data file whole.
///
/// # Errors
/// [`Failure::BadInput`], naming the file.
pub fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| {
        Failure::BadInput(format!(
            "{} cannot be read: {e}. Name the folder of the data sets with --data.",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_known_rows() {
        let mut rows: Vec<f64> = (1..=101).rev().map(f64::from).collect();
        assert_eq!(
            (percentile(&mut rows, 0.5), percentile(&mut rows, 0.95), percentile(&mut rows, 1.0)),
            (51.0, 96.0, 101.0)
        );
        assert!(percentile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn goals_have_a_side() {
        let ok = |goal| Figure::new("b", "f", 5.0, "", 1, goal).ok;
        assert!(ok(Goal::AtLeast(5.0)) && ok(Goal::AtMost(5.0)) && ok(Goal::Unset));
        assert!(!ok(Goal::AtLeast(5.1)) && !ok(Goal::AtMost(4.9)));
    }
}
