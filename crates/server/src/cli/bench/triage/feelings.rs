//! Frustration in goemotions: anger, annoyance, disappointment, disapproval or disgust against the rest. Rows are text,
//! numbers of labels, and an id, without a header; `labels.txt` names the numbers.
//!
//! All feelings are learnt, a text of two once under each; how frustrated a text is, is what the five hold together.
//! Telling joy from neutral teaches what anger is not: learnt as frustrated or calm alone, the area on dev was 0.02 smaller.

use std::path::{Path, PathBuf};

use classify::{Example, Lessons, Settings, auroc, train};

use super::super::{Figure, Goal, cpu, read};
use crate::cli::{Failure, meaning::Meaning};

const FRUSTRATION: [&str; 5] = ["anger", "annoyance", "disappointment", "disapproval", "disgust"];

/// The data set in `folder`, or `folder` itself.
pub fn find(folder: &Path) -> Option<PathBuf> {
    [folder.to_owned(), folder.join("goemotions")].into_iter().find(|path| {
        path.join("labels.txt").is_file() && path.join("train.tsv").is_file() && path.join("test.tsv").is_file()
    })
}

/// A text with its feelings.
struct Felt {
    example: Example,
    feelings: Vec<String>,
}

impl Felt {
    fn is_frustrated(&self) -> bool {
        self.feelings.iter().any(|name| FRUSTRATION.contains(&name.as_str()))
    }
}

/// Learns from the train split, calibrates on dev, measures on test.
pub fn measure(folder: &Path, meaning: &Meaning, figures: &mut Vec<Figure>) -> Result<(), Failure> {
    let names: Vec<String> = read(&folder.join("labels.txt"))?.lines().map(|name| name.trim().to_owned()).collect();
    let felt = |part: &str| felt(&folder.join(format!("{part}.tsv")), &names, meaning);
    let (training, held_back, test) = (each(&felt("train")?), each(&felt("dev")?), felt("test")?);
    let lessons = Lessons { examples: &training, labels: &[], held_back: &held_back };
    let (model, seconds) = cpu::of(|| train(lessons, &Settings::default()));
    let model = model.map_err(|e| Failure::BadInput(format!("{}: {e}", folder.display())))?;
    let frustration = |e: &Example| -> f32 {
        FRUSTRATION.iter().map(|name| model.probability(&e.text, e.vector.as_deref(), name)).sum()
    };
    let of = |frustrated: bool| -> Vec<f32> {
        let rows = test.iter().filter(|felt| felt.is_frustrated() == frustrated);
        rows.map(|felt| frustration(&felt.example)).collect()
    };
    let area = auroc(&of(true), &of(false));
    let mut figure = |name: &str, value, unit, n, goal| {
        figures.push(Figure::new("triage", format!("frustration.{name}"), value, unit, n, goal));
    };
    figure("auroc", f64::from(area), "", test.len(), Goal::AtLeast(0.87));
    figure("train_cpu_s", seconds, "s", training.len(), Goal::Unset);
    Ok(())
}

/// One example for each feeling of each text.
fn each(felt: &[Felt]) -> Vec<Example> {
    let examples = |felt: &Felt| -> Vec<Example> {
        felt.feelings.iter().map(|name| Example { label: name.clone(), ..felt.example.clone() }).collect()
    };
    felt.iter().flat_map(examples).collect()
}

fn felt(path: &Path, names: &[String], meaning: &Meaning) -> Result<Vec<Felt>, Failure> {
    let (mut examples, mut feelings) = (Vec::new(), Vec::new());
    for (number, row) in (1..).zip(read(path)?.lines()) {
        let mut fields = row.split('\t');
        let (Some(text), Some(labels)) = (fields.next(), fields.next()) else {
            return Err(Failure::BadInput(format!(
                "{}, row {number}: it needs a text, a tab and numbers of labels.",
                path.display(),
            )));
        };
        let named = labels.split(',').filter_map(|n| names.get(n.trim().parse::<usize>().ok()?).cloned());
        feelings.push(named.collect());
        examples.push(Example { id: String::new(), text: text.to_owned(), label: String::new(), vector: None });
    }
    meaning.encode(&mut examples)?;
    Ok(examples.into_iter().zip(feelings).map(|(example, feelings)| Felt { example, feelings }).collect())
}
