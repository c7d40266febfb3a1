//! `mtrag_un`: answers of people and models in conversations, each rated by people, with the passages that were at hand.
//!
//! Split by conversation, so that no passage stands on both sides: even SHA-256 of the conversation's id is the half the weights
//! were learnt on, odd the half that was only measured. Rated low is a mean below the middle of the scale of 1 to 4.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use desk::grounding::Faithfulness;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::cli::{
    Failure,
    bench::{Figure, Goal, read as text_of},
    ground::rated::{Agreement, Answered, judge_all},
};

#[derive(Deserialize)]
struct File {
    documents: Vec<Document>,
    tasks: Vec<Task>,
    evaluations: Vec<Evaluation>,
}

#[derive(Deserialize)]
struct Document {
    document_id: String,
    text: String,
}

#[derive(Deserialize)]
struct Task {
    task_id: String,
    input: Vec<Turn>,
    contexts: Vec<Context>,
    #[serde(rename = "Collection")]
    collection: String,
}

#[derive(Deserialize)]
struct Turn {
    text: String,
}

#[derive(Deserialize)]
struct Context {
    document_id: String,
}

#[derive(Deserialize)]
struct Evaluation {
    task_id: String,
    model_response: String,
    annotations: Annotations,
}

#[derive(Deserialize)]
struct Annotations {
    faithfulness: BTreeMap<String, Vote>,
}

#[derive(Deserialize)]
struct Vote {
    value: String,
}

/// One rated answer and where it comes from.
pub struct Rated {
    /// What was asked, given and answered.
    pub answered: Answered,
    /// The task, which several answers share.
    pub task: String,
    /// Which pages the passages were taken from.
    pub collection: String,
    /// Whether it belongs to the half that weights were learnt on.
    pub learnt_on: bool,
    label: f64,
}

/// Reads the set.
///
/// # Errors
/// [`Failure::BadInput`] when the file is not of its form.
pub fn read(path: &Path) -> Result<Vec<Rated>, Failure> {
    let broken = |why: String| Failure::BadInput(format!("{}: {why}.", path.display()));
    let file: File = serde_json::from_str(&text_of(path)?).map_err(|e| broken(e.to_string()))?;
    let passages: HashMap<&str, &str> =
        file.documents.iter().map(|d| (d.document_id.as_str(), d.text.as_str())).collect();
    let tasks: HashMap<&str, &Task> = file.tasks.iter().map(|t| (t.task_id.as_str(), t)).collect();
    let mut all = Vec::new();
    for evaluation in &file.evaluations {
        let task = tasks.get(evaluation.task_id.as_str()).ok_or_else(|| broken("an answer has no task".to_owned()))?;
        let given = task.contexts.iter().filter_map(|c| passages.get(c.document_id.as_str()));
        let votes = evaluation.annotations.faithfulness.values();
        let votes: Vec<f64> = votes.filter_map(|vote| vote.value.parse().ok()).collect();
        let mean = votes.iter().sum::<f64>() / votes.len().max(1) as f64;
        all.push(Rated {
            answered: Answered {
                passages: given.map(|text| (*text).to_owned()).collect(),
                question: task.input.last().map(|turn| turn.text.clone()).unwrap_or_default(),
                answer: evaluation.model_response.clone(),
            },
            task: task.task_id.clone(),
            collection: collection(&task.collection),
            learnt_on: is_even(&task.task_id),
            label: (mean - 1.0) / 3.0,
        });
    }
    Ok(all)
}

fn is_even(task: &str) -> bool {
    let conversation = task.split('<').next().unwrap_or_default();
    Sha256::digest(conversation.as_bytes()).last().is_some_and(|byte| byte % 2 == 0)
}

/// `clapnq` of `mt-rag-clapnq-elser-512-100-20240503`.
fn collection(name: &str) -> String {
    name.split('-').nth(2).unwrap_or(name).to_owned()
}

/// Agreement of the grounding check with people, by half and by collection.
pub fn measure(rated: &[Rated]) -> Vec<Figure> {
    // By words alone: that is what the weights were learnt with.
    let judged = judge_all(rated.iter().map(|r| &r.answered), None);
    let pairs: Vec<(&Rated, (f64, Faithfulness))> =
        rated.iter().zip(judged).map(|(r, judged)| (r, (r.label, judged))).collect();
    let of = |which: &dyn Fn(&Rated) -> bool| {
        let chosen: Vec<_> = pairs.iter().filter(|(r, _)| which(r)).map(|(_, pair)| pair.clone()).collect();
        Agreement::of(&chosen)
    };
    let goals = (Goal::AtLeast(0.80), Goal::AtMost(0.15));
    let mut figures = of(&|r| !r.learnt_on).figures("drafts", "mtrag_un.measured.", goals);
    figures.extend(of(&|r| r.learnt_on).figures("drafts", "mtrag_un.learnt_on.", (Goal::Unset, Goal::Unset)));
    for name in rated.iter().map(|r| &r.collection).collect::<BTreeSet<_>>() {
        let one = of(&|r| r.collection == *name && !r.learnt_on);
        figures.extend(one.figures("drafts", &format!("mtrag_un.measured.{name}."), (Goal::Unset, Goal::Unset)));
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_keep_conversations_together() {
        assert_eq!(is_even("f0d2<::>1"), is_even("f0d2<::>7"));
        let even = (0..200).filter(|n| is_even(&format!("{n}<::>1"))).count();
        assert!((60..140).contains(&even), "{even}");
        assert_eq!(collection("mt-rag-clapnq-elser-512"), "clapnq");
    }
}
