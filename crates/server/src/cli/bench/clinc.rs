//! Triage on clinc150: CSV with the columns `text,category`.

use std::path::Path;

use classify::{Example, Settings, evaluate, train};
use embed::Encoder;

use super::{Figure, Goal, cpu};
use crate::cli::{Failure, output::Progress};

/// Texts encoded between two words of progress.
const PACK: usize = 256;

/// Measures.
pub fn measure(folder: &Path, weights: &Path) -> Result<Vec<Figure>, Failure> {
    let mut sets = ["train", "test", "oos_test"].map(|name| rows(&folder.join(format!("{name}.csv"))));
    if let Ok(encoder) = Encoder::open(weights) {
        let progress = Progress::of("texts encoded");
        for set in sets.iter_mut().flatten() {
            encode(&encoder, set, &progress);
        }
    } else {
        eprintln!("  without weights in {}: words alone", weights.display());
    }
    let [training, test, outside] = sets;
    let (training, test, outside) = (training?, test?, outside?);
    let (model, train_s) = cpu::of(|| train(&training, &Settings::default()));
    let model = model.map_err(|e| Failure::BadInput(format!("{}: {e}", folder.display())))?;
    let (e, evaluate_s) = cpu::of(|| evaluate(&model, &test, &outside));
    let figure = |name: &str, value: f32, n: usize, goal| {
        Figure::new("triage", format!("clinc150.{name}"), f64::from(value), "", n, goal)
    };
    let both = test.len() + outside.len();
    Ok(vec![
        figure("accuracy", e.accuracy, test.len(), Goal::AtLeast(0.955)),
        figure("ece", e.ece, test.len(), Goal::Unset),
        figure("auroc_oos", e.auroc_oos.unwrap_or(f32::NAN), both, Goal::Unset),
        figure("oos_recall_at_95", e.oos_recall.unwrap_or(f32::NAN), outside.len(), Goal::Unset),
        figure("coverage_90", e.sets_90.coverage, test.len(), Goal::Unset),
        figure("set_size_90", e.sets_90.size, test.len(), Goal::Unset),
        Figure::new("triage", "clinc150.train_cpu_s", train_s, "s", training.len(), Goal::Unset),
        Figure::new("triage", "clinc150.predictions_per_cpu_s", both as f64 / evaluate_s, "1/s", both, Goal::Unset),
    ])
}

fn rows(path: &Path) -> Result<Vec<Example>, Failure> {
    let bad = |detail: &dyn std::fmt::Display| {
        Failure::BadInput(format!(
            "{} cannot be read as rows of text,category: {detail}. Name the folder of the data sets with --data.",
            path.display()
        ))
    };
    let mut reader = csv::Reader::from_path(path).map_err(|e| bad(&e))?;
    let mut examples = Vec::new();
    for record in reader.deserialize() {
        let (text, label): (String, String) = record.map_err(|e| bad(&e))?;
        examples.push(Example { id: String::new(), text, label, vector: None });
    }
    if examples.is_empty() { Err(bad(&"it has no rows")) } else { Ok(examples) }
}

fn encode(encoder: &Encoder, examples: &mut [Example], progress: &Progress) {
    let (total, threads) = (examples.len(), std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    for (number, pack) in examples.chunks_mut(PACK).enumerate() {
        let texts: Vec<&str> = pack.iter().map(|e| e.text.as_str()).collect();
        let vectors = encoder.encode_all(&texts, threads);
        for (example, vector) in pack.iter_mut().zip(vectors) {
            example.vector = Some(vector.as_slice().to_vec());
        }
        progress.at(number * PACK, total);
    }
}
