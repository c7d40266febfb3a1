//! What the grounding check says about each sentence of answers in a file.

use std::path::PathBuf;

use desk::{draft::Support, grounding};
use serde::Serialize;

use super::rated::{Answered, Known, judge};
use crate::cli::{
    Outcome,
    meaning::Weights,
    output::{self, line},
    search::shelf::lines,
};

/// Judge answers, one JSON line each: `{"passages":["..."],"question":"...","answer":"..."}`.
#[derive(Debug, clap::Args)]
pub struct Judge {
    /// The answers.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Words alone, even where weights are there.
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    weights: Weights,
    /// One JSON line per answer.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    score: f64,
    judged: usize,
    marks: grounding::Marks,
    sentences: Vec<Sentence>,
}

#[derive(Serialize)]
struct Sentence {
    text: String,
    support: Support,
    why: Option<String>,
    doubt: Option<grounding::Objection>,
    span: Option<grounding::Span>,
    carried: f64,
    meaning: Option<f64>,
}

impl Judge {
    /// Runs it.
    ///
    /// # Errors
    /// As for reading a file of lines.
    pub fn run(&self) -> Outcome {
        let answers: Vec<Answered> = lines(&self.file)?;
        let encoder = if self.words { None } else { self.weights.encoder()? };
        let meaning = encoder.as_ref().map(Known::new);
        for answered in &answers {
            self.print(&looked_at(answered, meaning.as_ref()));
        }
        Ok(())
    }

    fn print(&self, answer: &Line) {
        if self.json {
            return output::json(answer);
        }
        line(format!("{:.2}  {} sentences that state something", answer.score, answer.judged));
        for sentence in &answer.sentences {
            let why = sentence.why.as_ref().map_or_else(String::new, |why| format!("  ({why})"));
            line(format!("  {:<12} {}{why}", sentence.support, sentence.text));
        }
    }
}

fn looked_at(answered: &Answered, meaning: Option<&Known<'_>>) -> Line {
    let whole = judge(answered, meaning);
    let sources = answered.sources();
    let one = |text: String| {
        let judged = sources.judge(&text, &|a, b| meaning.map(|known| known.closeness(a, b)));
        Sentence {
            why: judged.why(),
            support: judged.support,
            doubt: judged.doubt.map(|d| d.0),
            span: judged.span,
            carried: judged.carried,
            meaning: judged.meaning,
            text,
        }
    };
    let sentences = grounding::sentences(&answered.answer).into_iter().map(one).collect();
    Line { score: whole.score, judged: whole.judged, marks: whole.marks, sentences }
}
