//! The published weights against vectors of an independent reference in 64-bit arithmetic with another tokenizer
//! (`tests/golden.json`: token ids, and components in units of 1e-5).
//!
//! Looks for the model folder in `COUNTERSIGN_MODELS`, then in `models/` of the workspace.

use std::io::Write;
use std::path::{Path, PathBuf};

use embed::{DIMENSIONS, Encoder, Vector, weights};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    text: String,
    ids: Vec<u32>,
    vector_e5: Vec<i32>,
}

fn golden() -> Vec<Golden> {
    serde_json::from_str(include_str!("../golden.json")).expect("the committed file")
}

/// The published encoder, or a visible line saying that the test did not run.
fn published(test: &str) -> Option<Encoder> {
    let root = std::env::var_os("COUNTERSIGN_MODELS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"), PathBuf::from);
    let dir = root.join(weights::MODEL_NAME);
    if !dir.join(weights::MODEL_FILE).exists() {
        // Past the capture of the test harness, which hides the output of tests that pass.
        let line = format!("SKIPPED {test}: no embedding model in {}\n", dir.display());
        std::io::stderr().write_all(line.as_bytes()).expect("stderr");
        return None;
    }
    Some(Encoder::open(&dir).expect("the published files"))
}

#[test]
fn token_ids_are_those_of_the_reference() {
    let Some(encoder) = published("token_ids_are_those_of_the_reference") else {
        return;
    };
    for golden in golden() {
        assert_eq!(encoder.tokens(&golden.text), golden.ids, "{:?}", golden.text);
    }
}

#[test]
fn vectors_are_those_of_the_reference() {
    let Some(encoder) = published("vectors_are_those_of_the_reference") else {
        return;
    };
    let golden = golden();
    let texts: Vec<&str> = golden.iter().map(|g| g.text.as_str()).collect();
    let together = encoder.encode_all(&texts, 2);
    for (golden, packed) in golden.iter().zip(&together) {
        assert_eq!(golden.vector_e5.len(), DIMENSIONS);
        let bytes: Vec<u8> = golden.vector_e5.iter().flat_map(|&x| (x as f32 * 1e-5).to_le_bytes()).collect();
        let reference = Vector::from_bytes(&bytes).expect("a direction");
        for vector in [&encoder.encode(&golden.text), packed] {
            assert!(vector.cosine(&reference) >= 0.999_99, "{:?}: {}", golden.text, vector.cosine(&reference));
            for (a, b) in vector.as_slice().iter().zip(reference.as_slice()) {
                assert!((a - b).abs() < 2e-5, "{:?}: {a} {b}", golden.text);
            }
        }
    }
}

#[test]
fn meaning_counts_more_than_words() {
    let Some(encoder) = published("meaning_counts_more_than_words") else {
        return;
    };
    assert_eq!(encoder.model_name(), weights::MODEL_NAME);
    let cosine = |a: &str, b: &str| encoder.encode(a).cosine(&encoder.encode(b));
    let question = "I want my money back";
    assert!(cosine(question, "How do I get a refund?") > cosine(question, "I want my back door painted"));
}
