//! Models in files: train, measure, explain, apply. No desk is opened.

use std::path::{Path, PathBuf};

use classify::{Decision, Described, Lessons, Model, Settings, train};
use serde_json::{Value, json};

use super::eval::Eval;
use crate::cli::{
    Failure, Outcome,
    meaning::{Meaning, Weights},
    output::{self, line},
    rows::{self, Labels},
};

/// What to do with a model.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Learn from labelled texts and write a model file.
    Train {
        /// Rows with text and label: .csv, .tsv or .jsonl, or mails with a header field X-Label.
        file: PathBuf,
        /// The model file to write.
        #[arg(long, value_name = "MODEL")]
        out: PathBuf,
        /// Labels described in words: a .csv or .jsonl with label and text. They help while examples are few.
        #[arg(long, value_name = "FILE")]
        labels: Option<PathBuf>,
        /// Learn from words alone, even where the weights are there.
        #[arg(long)]
        words: bool,
        /// Share of decided texts that should be right.
        #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
        precision: f32,
        #[command(flatten)]
        weights: Weights,
    },
    /// Measure on labelled texts.
    Eval(Eval),
    /// Say what a model thinks of one text, and why.
    Explain {
        /// A model file.
        model: PathBuf,
        /// The text; `-` reads standard input.
        text: String,
        #[command(flatten)]
        weights: Weights,
    },
    /// Sort texts: one JSON line each.
    Apply {
        /// A model file.
        model: PathBuf,
        /// Rows with a text: .csv, .tsv, .jsonl, or mails.
        file: PathBuf,
        #[command(flatten)]
        weights: Weights,
    },
}

impl Command {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn run(self) -> Outcome {
        match self {
            Self::Train { file, out, labels, words, precision, weights } => {
                if !(0.0..=1.0).contains(&precision) {
                    return Err(Failure::BadInput("--precision is a share between 0 and 1.".to_owned()));
                }
                let meaning = if words { Meaning::default() } else { weights.open()? };
                learn(&file, labels.as_deref(), &out, precision, &meaning)
            }
            Self::Eval(eval) => eval.run(),
            Self::Explain { model, text, weights } => explain(&model, &text, &weights),
            Self::Apply { model, file, weights } => apply(&model, &file, &weights),
        }
    }
}

fn learn(file: &Path, labels: Option<&Path>, out: &Path, target_precision: f32, meaning: &Meaning) -> Outcome {
    let mut examples = rows::read(file, Labels::Needed)?;
    let mut described = match labels {
        Some(labels) => rows::read(labels, Labels::Needed)?,
        None => Vec::new(),
    };
    meaning.encode(&mut examples)?;
    meaning.encode(&mut described)?;
    let described: Vec<Described> =
        described.into_iter().map(|e| Described { label: e.label, text: e.text, vector: e.vector }).collect();
    let lessons = Lessons { examples: &examples, labels: &described, held_back: &[] };
    let trained_at = crate::clock::Clock::default().now().micros();
    let model = train(lessons, &Settings { target_precision, trained_at, ..Settings::default() })
        .map_err(|e| Failure::BadInput(format!("{}: {e}. Nothing was written.", file.display())))?;
    // Whole or not at all: a reader never meets half a model.
    let beside = out.with_extension("part");
    std::fs::write(&beside, model.to_bytes())
        .and_then(|()| std::fs::rename(&beside, out))
        .map_err(|e| Failure::told(format!("{} cannot be written: {e}.", out.display())))?;
    let card = model.card();
    line(format!("{}: {} labels from {} examples", out.display(), card.labels.len(), card.examples));
    line(format!("data        {}", card.fingerprint));
    if card.metrics.rows == 0 {
        line("held back   nothing: there are too few examples to know how often it is right");
    } else {
        line(format!(
            "held back   {} rows: {:.1} % right; it decides {:.1} % of them, {:.1} % of those right",
            card.metrics.rows,
            card.metrics.accuracy * 100.0,
            card.metrics.coverage * 100.0,
            card.metrics.precision * 100.0
        ));
    }
    if card.conflicts > 0 {
        line(format!("look at     {} texts that stand under more than one label", card.conflicts));
    }
    let thin: Vec<&str> =
        card.labels.iter().zip(&card.examples_of).filter(|(_, n)| **n < 5).map(|(label, _)| label.as_str()).collect();
    if !thin.is_empty() {
        line(format!("thin        {} labels with fewer than 5 examples: {}", thin.len(), thin.join(", ")));
    }
    Ok(())
}

/// A model, and the encoder when it wants vectors.
///
/// # Errors
/// [`Failure::BadInput`] for a file that is no model, or one that wants vectors where no weights are.
pub fn open(path: &Path, weights: &Weights) -> Result<(Model, Meaning), Failure> {
    let bytes =
        std::fs::read(path).map_err(|e| Failure::BadInput(format!("{} cannot be read: {e}.", path.display())))?;
    let model = Model::from_bytes(&bytes).map_err(|e| Failure::BadInput(format!("{}: {e}.", path.display())))?;
    if model.card().dimensions == 0 {
        return Ok((model, Meaning::default()));
    }
    let meaning = weights.open()?;
    if meaning.of(&[]).is_none() {
        return Err(Failure::BadInput(format!(
            "{} was trained with weights for meaning: name them with --weights.",
            path.display()
        )));
    }
    Ok((model, meaning))
}

fn explain(model: &Path, text: &str, weights: &Weights) -> Outcome {
    let (model, meaning) = open(model, weights)?;
    let text = super::text::given(text)?;
    let understood = model.understand(&text, &|texts| meaning.of(texts));
    output::json(&said(&model, &understood.prediction, &understood.also, &text, |said| {
        let because: Vec<Value> = understood
            .because
            .iter()
            .map(|c| json!({ "text": c.text, "start": c.start, "end": c.end, "weight": c.weight }))
            .collect();
        let nearest: Vec<Value> = understood
            .nearest
            .iter()
            .map(|n| json!({ "id": n.id, "label": n.label, "similarity": n.similarity }))
            .collect();
        said.insert("because".to_owned(), because.into());
        said.insert("nearest".to_owned(), nearest.into());
    }));
    Ok(())
}

fn apply(model: &Path, file: &Path, weights: &Weights) -> Outcome {
    let (model, meaning) = open(model, weights)?;
    for row in rows::read(file, Labels::IfThere)? {
        let (prediction, also) = model.topics(&row.text, &|texts| meaning.of(texts));
        output::json(&said(&model, &prediction, &also, &row.text, |said| {
            said.insert("id".to_owned(), row.id.clone().into());
        }));
    }
    Ok(())
}

fn said(
    model: &Model,
    prediction: &classify::Prediction,
    also: &[classify::Topic],
    text: &str,
    more: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> Value {
    let (label, why) = match &prediction.decision {
        Decision::Label { label, .. } => (Some(label.as_str()), None),
        Decision::Abstain { why } => (None, Some(why.to_string())),
    };
    let likeliest: Vec<Value> =
        prediction.ranked.iter().take(5).map(|(label, p)| json!({ "label": label, "probability": p })).collect();
    let also: Vec<Value> = also
        .iter()
        .map(|t| json!({ "label": t.label, "probability": t.probability, "text": text.get(t.start..t.end) }))
        .collect();
    let mut said = serde_json::Map::new();
    more(&mut said);
    said.insert("label".to_owned(), label.into());
    said.insert("why_none".to_owned(), why.into());
    said.insert("likeliest".to_owned(), likeliest.into());
    said.insert("set".to_owned(), prediction.set.clone().into());
    said.insert("error_rate".to_owned(), model.card().error_rate.into());
    said.insert("familiarity".to_owned(), prediction.familiarity.into());
    said.insert("evidence".to_owned(), format!("{:?}", prediction.evidence).to_lowercase().into());
    said.insert("also".to_owned(), also.into());
    Value::Object(said)
}
