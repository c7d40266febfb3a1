//! Figures of a model on labelled texts: of one trained here from a file, once or from few examples several times, or of
//! one that was written before.

use std::path::PathBuf;

use classify::{Example, Model, evaluate};

use super::file::open;
use crate::cli::{
    Failure, Outcome,
    bench::{
        Figure, Goal,
        triage::{
            few::{SEEDS, draw},
            full::{Named, Run, named},
            sets::{OUTSIDE, Set},
        },
    },
    meaning::{Meaning, Weights},
    rows::{self, Labels},
};

/// Measure on labelled texts. Prints accuracy, ece, auroc_oos, oos_recall_at_95, coverage_90, set_size_90, train_cpu_s and
/// predictions_per_cpu_s; nothing is chosen on the texts measured.
#[derive(Debug, clap::Args)]
#[group(id = "from", required = true, multiple = false, args = ["train", "model"])]
pub struct Eval {
    /// Rows to learn from: columns or fields text and category.
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
    /// A model file, instead of rows to learn from.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["val", "shots", "words"])]
    model: Option<PathBuf>,
    /// Rows to calibrate on. Without them, training holds back rows of its own.
    #[arg(long, value_name = "FILE")]
    val: Option<PathBuf>,
    /// Rows to measure on.
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
    /// Texts of none of the labels; rows of the test file with the label `oos` count as such too.
    #[arg(long, value_name = "FILE")]
    oos: Option<PathBuf>,
    /// Learn from so many examples a label, drawn at random.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shots: Option<u64>,
    /// How often they are drawn; figures are the mean.
    #[arg(long, value_name = "K", requires = "shots", default_value_t = SEEDS, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Words alone, even where weights are there.
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    weights: Weights,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`], with file and row, for rows that cannot be read or learnt from.
    pub fn run(&self) -> Outcome {
        for figure in self.measure()? {
            figure.print(self.json);
        }
        Ok(())
    }

    fn measure(&self) -> Result<Vec<Figure>, Failure> {
        let model = self.model.as_deref().map(|path| open(path, &self.weights)).transpose()?;
        let set = self.read()?;
        let (set, runs) = match model {
            Some((model, meaning)) => {
                let set = encoded(set, &meaning)?;
                let found = evaluate(&model, &set.test, &set.outside);
                unknown(&model, &set.test);
                (set, vec![Run { model, found, train_s: None }])
            }
            None => {
                let meaning = if self.words { Meaning::default() } else { self.weights.open()? };
                let set = encoded(set, &meaning)?;
                let runs = self.train(&set)?;
                (set, runs)
            }
        };
        let figure = |f: Named| Figure::new("triage", f.name, f.value, f.unit, f.n, Goal::Unset);
        Ok(named(&set, &runs).into_iter().map(figure).collect())
    }

    fn train(&self, set: &Set) -> Result<Vec<Run>, Failure> {
        let Some(shots) = self.shots else {
            let run = Run::train(set, &set.train, &set.validation, 1)?;
            unknown(&run.model, &set.test);
            return Ok(vec![run]);
        };
        let shots = usize::try_from(shots).unwrap_or(usize::MAX);
        let one = |seed| {
            let drawn = draw(&set.train, shots, seed)
                .map_err(|why| Failure::BadInput(format!("{}: {why}. Give fewer with --shots.", set.name)))?;
            Run::train(set, &drawn, &set.validation, seed)
        };
        (1..=self.seeds).map(one).collect()
    }

    fn read(&self) -> Result<Set, Failure> {
        let part = |path: Option<&PathBuf>, labels| path.map_or(Ok(Vec::new()), |path| rows::read(path, labels));
        let inside = |rows: Vec<Example>| rows.into_iter().partition::<Vec<_>, _>(|e| e.label != OUTSIDE);
        let (test, mut outside) = inside(rows::read(&self.test, Labels::Needed)?);
        outside.extend(part(self.oos.as_ref(), Labels::IfThere)?);
        if test.is_empty() {
            return Err(Failure::BadInput(format!("{} has no row of a label.", self.test.display())));
        }
        Ok(Set {
            name: self.train.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            train: inside(part(self.train.as_ref(), Labels::Needed)?).0,
            validation: inside(part(self.val.as_ref(), Labels::Needed)?).0,
            test,
            outside,
        })
    }
}

fn encoded(mut set: Set, meaning: &Meaning) -> Result<Set, Failure> {
    for rows in [&mut set.train, &mut set.validation, &mut set.test, &mut set.outside] {
        meaning.encode(rows)?;
    }
    Ok(set)
}

/// Says which labels the model was never told of.
fn unknown(model: &Model, test: &[Example]) {
    let known = &model.card().labels;
    let mut unknown: Vec<&str> =
        test.iter().map(|e| e.label.as_str()).filter(|label| !known.iter().any(|k| k == label)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        eprintln!("The model does not know {}: these rows count as errors.", unknown.join(", "));
    }
}
