//! Folders and bytes that must be refused, each with a sentence that says what to do.

use embed::{DIMENSIONS, Encoder, OpenError, Vector, VectorError, weights};

use crate::tiny::tiny_model;

const VOCABULARY: &[u8] = b"[UNK]\n[CLS]\n[SEP]\n";

#[test]
fn a_folder_without_the_model_is_refused_with_a_next_step() {
    let dir = tempfile::tempdir().expect("a folder");
    let error = Encoder::open(dir.path()).expect_err("nothing there");
    assert!(matches!(&error, OpenError::Missing { file } if file.ends_with("model.safetensors")));
    assert!(error.to_string().contains("countersign models install"));
}

#[test]
fn a_file_of_another_size_or_content_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let vocabulary = dir.path().join(weights::VOCABULARY_FILE);
    std::fs::write(&vocabulary, b"short").expect("written");
    assert!(matches!(weights::verify(dir.path()), Err(OpenError::Damaged { .. })));
    std::fs::write(&vocabulary, vec![b'x'; weights::VOCABULARY.bytes as usize]).expect("written");
    let error = weights::verify(dir.path()).expect_err("a wrong checksum");
    assert!(matches!(&error, OpenError::WrongChecksum { expected, .. } if expected == weights::VOCABULARY.sha256));
    assert!(error.to_string().contains("delete it"));
}

#[test]
fn damaged_models_are_refused() {
    let good = tiny_model(1);
    assert!(Encoder::from_bytes(&good, VOCABULARY).is_ok());
    let header = u64::from_le_bytes(good[..8].try_into().expect("8 bytes")) as usize;
    let edited = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let text = String::from_utf8(good[8..8 + header].to_vec()).expect("UTF-8");
        assert!(text.contains(from), "{from}");
        [&good[..8], text.replace(from, to).as_bytes(), &good[8 + header..]].concat()
    };
    let mut endless = good.clone();
    endless[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut not_finite = good.clone();
    let last = not_finite.len() - 4;
    not_finite[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    let cases = [
        ("empty", Vec::new()),
        ("cut in the header", good[..100].to_vec()),
        ("cut in the data", good[..good.len() - 1].to_vec()),
        ("endless header", endless),
        ("not a number", not_finite),
        ("another type", edited("F32", "F16")),
        ("a tensor missing", edited("layer.0.intermediate.dense.bias", "layer.0.intermediate.dense.bits")),
        ("a width that does not fit", edited("[16,384]", "[384,16]")),
        ("another width", edited("[12,384]", "[384,12]")),
    ];
    for (what, bytes) in cases {
        let error = Encoder::from_bytes(&bytes, VOCABULARY).expect_err(what);
        assert!(matches!(error, OpenError::Damaged { .. }), "{what}: {error}");
    }
}

#[test]
fn a_vocabulary_larger_than_the_word_table_is_refused() {
    let many = "[UNK]\n[CLS]\n[SEP]\n".to_owned() + &"a\n".repeat(20);
    assert!(matches!(Encoder::from_bytes(&tiny_model(1), many.as_bytes()), Err(OpenError::Damaged { .. })));
}

#[test]
fn stored_vectors_of_a_wrong_form_are_refused() {
    let expected = DIMENSIONS * 4;
    assert_eq!(Vector::from_bytes(&[0; 7]), Err(VectorError::WrongLength { expected, found: 7 }));
    assert_eq!(Vector::from_bytes(&vec![0; expected]), Err(VectorError::NoDirection));
    assert_eq!(Vector::from_bytes(&f32::NAN.to_le_bytes().repeat(DIMENSIONS)), Err(VectorError::NoDirection));
    assert_eq!(Vector::from_i8(&[1; 3]), Err(VectorError::WrongLength { expected: DIMENSIONS, found: 3 }));
    assert_eq!(Vector::from_i8(&[0; DIMENSIONS]), Err(VectorError::NoDirection));
}
