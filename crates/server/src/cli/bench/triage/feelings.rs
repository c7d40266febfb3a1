//! Frustration in goemotions: anger, annoyance, disappointment, disapproval or disgust against the rest. Rows are text,
//! numbers of labels, and an id, without a header; `labels.txt` names the numbers.

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

/// Learns from the train split, calibrates on dev, measures on test.
pub fn measure(folder: &Path, meaning: &Meaning, figures: &mut Vec<Figure>) -> Result<(), Failure> {
    let names = read(&folder.join("labels.txt"))?;
    let frustrated: Vec<usize> =
        names.lines().enumerate().filter(|(_, name)| FRUSTRATION.contains(&name.trim())).map(|(n, _)| n).collect();
    let mut parts = Vec::new();
    for part in ["train", "dev", "test"] {
        let mut examples = examples(&folder.join(format!("{part}.tsv")), &frustrated)?;
        meaning.encode(&mut examples)?;
        parts.push(examples);
    }
    let [training, held_back, test] = parts.as_slice() else { return Ok(()) };
    let lessons = Lessons { examples: training, labels: &[], held_back };
    let (model, seconds) = cpu::of(|| train(lessons, &Settings::default()));
    let model = model.map_err(|e| Failure::BadInput(format!("{}: {e}", folder.display())))?;
    let of = |label: &str| -> Vec<f32> {
        let rows = test.iter().filter(|e| e.label == label);
        rows.map(|e| model.probability(&e.text, e.vector.as_deref(), "frustrated")).collect()
    };
    let area = auroc(&of("frustrated"), &of("calm"));
    let mut figure = |name: &str, value, unit, n, goal| {
        figures.push(Figure::new("triage", format!("frustration.{name}"), value, unit, n, goal));
    };
    figure("auroc", f64::from(area), "", test.len(), Goal::AtLeast(0.87));
    figure("train_cpu_s", seconds, "s", training.len(), Goal::Unset);
    Ok(())
}

fn examples(path: &Path, frustrated: &[usize]) -> Result<Vec<Example>, Failure> {
    let mut rows = Vec::new();
    for (number, row) in read(path)?.lines().enumerate() {
        let mut fields = row.split('\t');
        let (Some(text), Some(labels)) = (fields.next(), fields.next()) else {
            return Err(Failure::BadInput(format!(
                "{}, row {}: it needs a text, a tab and numbers of labels.",
                path.display(),
                number + 1
            )));
        };
        let is = labels.split(',').filter_map(|n| n.trim().parse().ok()).any(|n: usize| frustrated.contains(&n));
        let label = if is { "frustrated" } else { "calm" }.to_owned();
        rows.push(Example { id: String::new(), text: text.to_owned(), label, vector: None });
    }
    Ok(rows)
}
