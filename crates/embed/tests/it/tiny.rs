//! A model of the right form with small random numbers, made here: what must hold needs no trained weights.

use embed::{DIMENSIONS, Encoder, Vector};
use proptest::prelude::*;
use std::sync::LazyLock;

const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nhello\n##s\n!\nworld\na\n##a\nb\n##b\n";
const POSITIONS: usize = 40;
const INNER: usize = 16;

static TINY: LazyLock<Encoder> =
    LazyLock::new(|| Encoder::from_bytes(&tiny_model(2), VOCABULARY.as_bytes()).expect("a well-formed model"));

/// A safetensors file with `layers` layers.
pub fn tiny_model(layers: usize) -> Vec<u8> {
    let d = DIMENSIONS;
    let mut shapes = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![12, d]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![POSITIONS, d]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, d]),
        ("embeddings.LayerNorm.weight".to_owned(), vec![d]),
        ("embeddings.LayerNorm.bias".to_owned(), vec![d]),
    ];
    for layer in 0..layers {
        let mut add = |name: &str, shape: Vec<usize>| shapes.push((format!("encoder.layer.{layer}.{name}"), shape));
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
            add(&format!("{part}.weight"), vec![d, d]);
            add(&format!("{part}.bias"), vec![d]);
        }
        add("intermediate.dense.weight", vec![INNER, d]);
        add("intermediate.dense.bias", vec![INNER]);
        add("output.dense.weight", vec![d, INNER]);
        add("output.dense.bias", vec![d]);
        for norm in ["attention.output.LayerNorm", "output.LayerNorm"] {
            add(&format!("{norm}.weight"), vec![d]);
            add(&format!("{norm}.bias"), vec![d]);
        }
    }
    let mut state = 7_u64;
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, shape) in shapes {
        let begin = data.len();
        for _ in 0..shape.iter().product::<usize>() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let x = (state >> 40) as f32 / (1 << 24) as f32 - 0.5;
            data.extend_from_slice(&x.to_le_bytes());
        }
        let entry = serde_json::json!({"dtype": "F32", "shape": shape, "data_offsets": [begin, data.len()]});
        header.insert(name, entry);
    }
    let header = serde_json::to_vec(&header).expect("JSON");
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

fn length(vector: &Vector) -> f32 {
    vector.as_slice().iter().map(|x| x * x).sum::<f32>().sqrt()
}

#[test]
fn one_text_or_many_on_any_number_of_threads_give_the_same_vectors() {
    let texts = ["hello world", "", "a!b", "hellos", "unknown words here", "hello world hello world a a a"].repeat(30);
    let alone: Vec<Vector> = texts.iter().map(|text| TINY.encode(text)).collect();
    for threads in [0, 1, 2, 5] {
        let together = TINY.encode_all(&texts, threads);
        assert_eq!(together.len(), texts.len());
        for (a, b) in alone.iter().zip(&together) {
            assert!(a.cosine(b) > 0.999_999);
        }
    }
    assert!(TINY.encode_all(&[], 2).is_empty());
}

#[test]
fn different_words_and_different_orders_give_different_vectors() {
    let cosine = |a: &str, b: &str| TINY.encode(a).cosine(&TINY.encode(b));
    assert!(cosine("hello", "hello") > 0.999_999);
    assert!(cosine("hello world", "world hello") < 0.999_9);
    assert!(cosine("hello", "world") < 0.999_9);
}

#[test]
fn the_position_table_bounds_the_tokens() {
    assert_eq!(TINY.tokens(&"hello ".repeat(100)).len(), POSITIONS);
}

#[test]
fn names_tell_models_apart() {
    let other = Encoder::from_bytes(&tiny_model(1), VOCABULARY.as_bytes()).expect("a well-formed model");
    assert!(TINY.model_name().starts_with("custom-"));
    assert_ne!(TINY.model_name(), other.model_name());
}

#[test]
fn hostile_texts_have_vectors_too() {
    let texts = [
        "\0".to_owned(),
        "🙂".repeat(5000),
        "x".repeat(1 << 20),
        " ".repeat(1 << 20),
        "\u{301}".repeat(1 << 20),
        "a\u{200d}".repeat(1 << 19),
        "\u{fdfa}".repeat(100_000),
    ];
    let started = std::time::Instant::now();
    for text in &texts {
        assert!((length(&TINY.encode(text)) - 1.0).abs() < 1e-4);
    }
    assert!(started.elapsed().as_secs() < 20, "work on a hostile text must be bounded");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_text_has_a_unit_vector(text in any::<String>()) {
        let vector = TINY.encode(&text);
        prop_assert!((length(&vector) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn stored_forms_come_back(seed in prop::collection::vec(-1.0_f32..1.0, DIMENSIONS)) {
        prop_assume!(seed.iter().any(|x| x.abs() > 0.01));
        let bytes: Vec<u8> = seed.iter().flat_map(|x| x.to_le_bytes()).collect();
        let vector = Vector::from_bytes(&bytes).expect("a direction");
        prop_assert!((length(&vector) - 1.0).abs() < 1e-4);
        prop_assert_eq!(&Vector::from_bytes(&vector.to_bytes()).expect("its own bytes"), &vector);
        let compact = Vector::from_i8(&vector.to_i8()).expect("its own bytes");
        prop_assert!(compact.cosine(&vector) > 0.999);
    }

    #[test]
    fn any_bytes_are_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Encoder::from_bytes(&bytes, VOCABULARY.as_bytes()).is_err());
        let _ = Encoder::from_bytes(&bytes, &bytes);
    }
}
