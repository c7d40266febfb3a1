//! Ranked answers to figures.

use std::{collections::HashSet, time::Instant};

use super::shelf::{Id, Shelf};
use crate::cli::{
    Failure,
    bench::{Figure, Goal, cpu, percentile},
};

/// How deep answers are looked at.
pub const DEPTH: usize = 10;

/// A question and the documents that answer it.
pub struct Asked {
    pub text: String,
    pub gold: HashSet<Id>,
}

/// Averages over questions, each 0 to 1.
#[derive(Debug, Default, PartialEq)]
pub struct Quality {
    pub p_at_1: f64,
    pub p_at_5: f64,
    pub recall_at_1: f64,
    pub recall_at_5: f64,
    pub recall_at_10: f64,
    pub success_at_10: f64,
    pub mrr_at_10: f64,
    pub ndcg_at_10: f64,
}

impl Quality {
    /// Of one answer: document ids, best first. A place that stays empty counts as wrong.
    fn of(found: &[Id], gold: &HashSet<Id>) -> Self {
        let right: Vec<bool> = found.iter().take(DEPTH).map(|id| gold.contains(id)).collect();
        let hits = |depth: usize| right.iter().take(depth).filter(|right| **right).count() as f64;
        let recall = |depth| hits(depth) / gold.len().max(1) as f64;
        let first = right.iter().position(|right| *right);
        let gain = |place: usize| 1.0 / (place as f64 + 2.0).log2();
        let gained: f64 = right.iter().enumerate().filter(|(_, right)| **right).map(|(place, _)| gain(place)).sum();
        let ideal: f64 = (0..gold.len().clamp(1, DEPTH)).map(gain).sum();
        Self {
            p_at_1: hits(1),
            p_at_5: hits(5) / 5.0,
            recall_at_1: recall(1),
            recall_at_5: recall(5),
            recall_at_10: recall(10),
            success_at_10: f64::from(u8::from(first.is_some())),
            mrr_at_10: first.map_or(0.0, |place| 1.0 / (place as f64 + 1.0)),
            ndcg_at_10: gained / ideal,
        }
    }

    fn named(&self) -> [(&'static str, f64); 8] {
        [
            ("p@1", self.p_at_1),
            ("p@5", self.p_at_5),
            ("recall@1", self.recall_at_1),
            ("recall@5", self.recall_at_5),
            ("recall@10", self.recall_at_10),
            ("success@10", self.success_at_10),
            ("mrr@10", self.mrr_at_10),
            ("ndcg@10", self.ndcg_at_10),
        ]
    }
}

/// Asks every question once, alone, on one thread; time counts from the question's text to the answer, its vector included.
///
/// # Errors
/// When the index fails.
pub fn measure(
    shelf: &Shelf,
    asked: &[Asked],
    prefix: &str,
    goal: impl Fn(&str) -> Goal,
) -> Result<Vec<Figure>, Failure> {
    let (mut all, mut ms) = (Vec::new(), Vec::new());
    let (done, cpu_s) = cpu::of(|| {
        for question in asked {
            let started = Instant::now();
            let meaning = shelf.meaning(&question.text);
            let found = shelf.best(&question.text, meaning.as_ref(), DEPTH)?;
            ms.push(started.elapsed().as_secs_f64() * 1e3);
            all.push(Quality::of(&found, &question.gold).named());
        }
        Ok::<_, Failure>(())
    });
    done?;
    let n = all.len();
    let mut figures = Vec::new();
    for (name, _) in Quality::default().named() {
        let values = all.iter().flatten().filter(|(other, _)| *other == name).map(|(_, value)| value);
        let mean = values.sum::<f64>() / n.max(1) as f64;
        figures.push(Figure::new("search", format!("{prefix}{name}"), mean, "", n, goal(name)));
    }
    let p95 = percentile(&mut ms, 0.95);
    figures.push(Figure::new("search", format!("{prefix}p95_ms"), p95, "ms", n, goal("p95_ms")));
    let speed = n as f64 / cpu_s;
    figures.push(Figure::new("search", format!("{prefix}queries_per_cpu_s"), speed, "1/s", n, Goal::Unset));
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_give_known_figures() {
        let ids = |ids: &[&str]| ids.iter().map(|id| Id((*id).to_owned())).collect::<Vec<_>>();
        let gold: HashSet<Id> = ids(&["a", "b"]).into_iter().collect();
        let quality = Quality::of(&ids(&["x", "a", "y", "z", "w", "b"]), &gold);
        assert_eq!((quality.p_at_1, quality.p_at_5), (0.0, 0.2));
        assert_eq!((quality.recall_at_1, quality.recall_at_5, quality.recall_at_10), (0.0, 0.5, 1.0));
        assert_eq!((quality.success_at_10, quality.mrr_at_10), (1.0, 0.5));
        let expected = (1.0 / 3f64.log2() + 1.0 / 7f64.log2()) / (1.0 + 1.0 / 3f64.log2());
        assert!((quality.ndcg_at_10 - expected).abs() < 1e-12);
        assert_eq!(Quality::of(&[], &gold), Quality::default());
        assert_eq!(Quality::of(&ids(&["a"]), &ids(&["a"]).into_iter().collect()).ndcg_at_10, 1.0);
    }
}
