//! Speed, alone and beside other programs run in turn. Lines of a peer with `peer` and
//! `predictions_per_cpu_s_single` or `texts_per_cpu_s` are compared.

use classify::Model;
use serde::Deserialize;

use super::{
    super::{Figure, Goal, cpu, peer},
    full::predictions_per_cpu_s,
    sets::Set,
};
use crate::cli::{Failure, meaning::Meaning};

/// Test texts encoded one by one and together.
const ENCODED: usize = 500;

/// What a peer said of itself.
#[derive(Debug, Deserialize)]
pub struct Peer {
    peer: String,
    /// Texts labelled one by one, per processor second.
    predictions_per_cpu_s_single: Option<f64>,
    /// Texts made vectors, per processor second.
    texts_per_cpu_s: Option<f64>,
}

/// Measures ours, then each peer, then ours again; the mean of both counts.
pub fn measure(
    set: &Set,
    model: &Model,
    meaning: &Meaning,
    peers: &[String],
    figures: &mut Vec<Figure>,
) -> Result<(), Failure> {
    let mut with_goal = |name: String, value, unit, n, goal| {
        figures.push(Figure::new("triage", format!("{}.{name}", set.name), value, unit, n, goal));
    };
    let mut figure = |name: &str, value, unit, n| with_goal(name.to_owned(), value, unit, n, Goal::Unset);
    let n = set.test.len();
    let before = (predictions_per_cpu_s(model, &set.test), vectors(set, meaning));
    let mut said = Vec::new();
    for command in peers {
        said.extend(peer::ask::<Peer>(command)?);
    }
    let after = (predictions_per_cpu_s(model, &set.test), vectors(set, meaning));
    let single = f64::midpoint(before.0, after.0);
    let (_, seconds) = cpu::of(|| {
        for e in &set.test {
            std::hint::black_box(model.predict(&e.text, e.vector.as_deref()));
        }
    });
    figure("decisions_per_cpu_s", n as f64 / seconds, "1/s", n);
    let mut encoded = None;
    if let (Some(before), Some(after)) = (before.1, after.1) {
        let (one, together) = (f64::midpoint(before.0, after.0), f64::midpoint(before.1, after.1));
        figure("predictions_per_cpu_s_with_embedding", 1.0 / (1.0 / one + 1.0 / single), "1/s", ENCODED);
        figure("vectors_per_cpu_s", one, "1/s", ENCODED);
        figure("vectors_per_cpu_s_together", together, "1/s", ENCODED);
        encoded = Some(together);
    }
    for peer in said {
        if let Some(theirs) = peer.predictions_per_cpu_s_single {
            let goal = if peer.peer.starts_with("sklearn") { Goal::AtLeast(50.0) } else { Goal::Unset };
            with_goal(format!("predictions_over {}", peer.peer), single / theirs, "x", n, goal);
        }
        if let (Some(theirs), Some(ours)) = (peer.texts_per_cpu_s, encoded) {
            with_goal(format!("vectors_over {}", peer.peer), ours / theirs, "x", ENCODED, Goal::Unset);
        }
    }
    Ok(())
}

/// Vectors per processor second, one by one and together, on one thread.
fn vectors(set: &Set, meaning: &Meaning) -> Option<(f64, f64)> {
    let texts: Vec<&str> = set.test.iter().take(ENCODED).map(|e| e.text.as_str()).collect();
    meaning.of(texts.get(..1)?)?;
    let (_, one) = cpu::of(|| {
        for text in &texts {
            std::hint::black_box(meaning.of(&[text]));
        }
    });
    let (_, together) = cpu::of(|| std::hint::black_box(meaning.of(&texts)));
    Some((texts.len() as f64 / one, texts.len() as f64 / together))
}
