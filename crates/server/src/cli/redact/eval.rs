//! Figures on labelled texts.

use std::path::{Path, PathBuf};

use ::redact::{
    Class, Reach,
    score::{Labelled, Score},
    spans,
};
use serde::Deserialize;

use super::{Goals, figures};
use crate::cli::{
    Failure, Outcome,
    bench::{Figure, Goal, cpu},
    search::shelf::{bad_line, numbered},
};

/// Measure on labelled texts, one JSON line each: `{"text":"...","spans":[["class",start,end],...]}`, offsets in characters,
/// class one of person, email, phone, card, iban, ssn, ip, address, date, url, key, other. Prints f1, f2, precision and recall
/// over the classes that the file labels and for each of them, and docs_per_cpu_s. A found stretch is right when a labelled one of
/// its class shares at least half of what both cover. Looked for is everything that can be named; with --hidden only what is hidden
/// from models: places, firms, dates that are no birthday and web addresses without a key are not.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// The labelled texts.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only what would be hidden from a model.
    #[arg(long)]
    hidden: bool,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

/// A text with what is labelled in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Document {
    pub text: String,
    pub spans: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    spans: Vec<(String, usize, usize)>,
}

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] with the line that cannot be read.
    pub fn run(&self) -> Outcome {
        let documents = read(&self.file)?;
        let reach = if self.hidden { Reach::Personal } else { Reach::Everything };
        let (score, speed) = measure(&documents, reach)?;
        let goals = Goals { f1: Goal::Unset, f2: Goal::Unset };
        for figure in figures(&score, "", goals) {
            figure.print(self.json);
        }
        Figure::new("redact", "docs_per_cpu_s", speed, "1/s", documents.len(), Goal::Unset).print(self.json);
        Ok(())
    }
}

/// Scores, and texts per second of processor time.
///
/// # Errors
/// [`Failure::BadInput`] for a text that is too long.
pub fn measure(documents: &[Document], reach: Reach) -> Result<(Score, f64), Failure> {
    let find = |text: &str| spans(text, &[], reach);
    // The word lists are read once per process, and not by any text's own time.
    find("").map_err(too_long)?;
    let (found, seconds) = cpu::of(|| documents.iter().map(|d| find(&d.text)).collect::<Result<Vec<_>, _>>());
    let mut score = Score::default();
    for (document, found) in documents.iter().zip(found.map_err(too_long)?) {
        score.add(&document.spans, &found);
    }
    Ok((score, documents.len() as f64 / seconds))
}

fn too_long(error: ::redact::RedactError) -> Failure {
    Failure::BadInput(format!("A text cannot be read: {error}. Take it out of the file."))
}

/// Reads labelled texts.
///
/// # Errors
/// [`Failure::BadInput`], naming file and line.
pub fn read(path: &Path) -> Result<Vec<Document>, Failure> {
    let lines: Vec<(usize, Line)> = numbered(path)?;
    let document = |(number, line): (usize, Line)| {
        let length = line.text.chars().count();
        let span = |(class, start, end): (String, usize, usize)| {
            let class: Class = class.parse().map_err(|e| bad_line(path, number, &format!("`{class}` is {e}")))?;
            if start >= end || end > length {
                let why = format!("the span {start} to {end} does not lie in a text of {length} characters");
                return Err(bad_line(path, number, &why));
            }
            Ok((class, start, end))
        };
        let spans = line.spans.into_iter().map(span).collect::<Result<_, Failure>>()?;
        Ok(Document { text: line.text, spans })
    };
    lines.into_iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(content: &str) -> Result<Vec<Document>, Failure> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("texts.jsonl");
        std::fs::write(&path, content).expect("written");
        read(&path)
    }

    #[test]
    fn labelled_texts_are_read_and_a_bad_line_is_named() {
        let good = "{\"text\":\"é a@b.de\",\"spans\":[[\"email\",2,8]]}\n\n{\"text\":\"x\",\"spans\":[],\"more\":1}\n";
        let read = reading(good).expect("read");
        assert_eq!(read.iter().map(|d| d.spans.clone()).collect::<Vec<_>>(), [vec![(Class::Email, 2, 8)], vec![]]);
        let bad = [
            ("{\"text\":\"abc\",\"spans\":[[\"mail\",0,1]]}", "not a class of personal data"),
            ("{\"text\":\"abc\",\"spans\":[[\"email\",0,4]]}", "does not lie in a text of 3 characters"),
            ("{\"text\":\"abc\",\"spans\":[[\"email\",2,2]]}", "does not lie"),
            ("{\"text\":\"abc\"}", "spans"),
            ("nonsense", "expected"),
        ];
        for (line, said) in bad {
            match reading(&format!("{good}{line}\n")) {
                Err(Failure::BadInput(told)) => assert!(told.contains("line 4") && told.contains(said), "{told}"),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(reading(""), Err(Failure::BadInput(_))));
    }

    #[test]
    fn figures_of_two_texts() {
        let documents = reading(
            "{\"text\":\"write to a@b.de\",\"spans\":[[\"email\",9,15]]}\n{\"text\":\"nothing\",\"spans\":[[\"email\",0,7]]}",
        )
        .expect("read");
        let (score, speed) = measure(&documents, Reach::Everything).expect("measured");
        let all = score.overall(|_| true);
        assert!((all.recall() - 0.5).abs() < 1e-9 && (all.precision() - 1.0).abs() < 1e-9 && speed > 0.0);
    }
}
