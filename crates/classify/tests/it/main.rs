//! The classifier from outside: decisions, abstention, reasons, the stored form, and evaluation.

use classify::{Decision, Example, LoadError, Model, Prediction, Settings, TrainError, Why, evaluate, train};
use proptest::prelude::*;
use std::sync::LazyLock;

const TEMPLATES: [(&str, [&str; 6], &str); 3] = [
    (
        "refund",
        ["refund", "money back", "reimbursement", "return the item", "refunded", "credit for the return"],
        "order",
    ),
    ("login", ["password", "sign in", "log in", "locked account", "reset link", "two factor code"], "account"),
    ("shipping", ["parcel", "delivery date", "tracking number", "courier", "shipment", "package arrives"], "address"),
];
const FRAMES: [&str; 4] =
    ["I need help with the {}", "question about {} for my", "{} does not work", "please explain {}"];

fn example(text: &str, label: &str, vector: Option<Vec<f32>>) -> Example {
    Example { id: text.to_owned(), text: text.to_owned(), label: label.to_owned(), vector }
}

/// 72 rows in three labels; vectors, if wanted, point along one axis per label.
fn rows(with_vectors: bool) -> Vec<Example> {
    let mut rows = Vec::new();
    for (axis, (label, words, object)) in TEMPLATES.into_iter().enumerate() {
        for (n, word) in words.into_iter().enumerate() {
            for frame in FRAMES {
                let vector = with_vectors.then(|| {
                    let mut v = vec![0.1 + n as f32 / 50.0; 4];
                    v[axis] = 1.0;
                    v
                });
                rows.push(example(&format!("{} {object}", frame.replace("{}", word)), label, vector));
            }
        }
    }
    rows
}

static WORDS: LazyLock<Model> = LazyLock::new(|| train(&rows(false), &Settings::default()).expect("good rows"));
static VECTORS: LazyLock<Model> = LazyLock::new(|| train(&rows(true), &Settings::default()).expect("good rows"));

/// Processor time of this thread so far: tests share the machine with whatever else runs.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit_once(") ").expect("a name").1.split_whitespace().collect();
    let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}

fn label(prediction: &Prediction) -> &str {
    match &prediction.decision {
        Decision::Label { label, .. } => label,
        Decision::Abstain { .. } => "-",
    }
}

#[test]
fn known_kinds_are_decided() {
    let cases = [
        ("can I get a REFUND for this order", "refund"),
        ("my password does not work", "login"),
        ("where is the parcel, which courier has it", "shipping"),
    ];
    for (text, expected) in cases {
        let prediction = WORDS.predict(text, None);
        assert_eq!(label(&prediction), expected, "{prediction:?} {:?}", WORDS.card().metrics);
        let total: f32 = prediction.ranked.iter().map(|(_, p)| p).sum();
        assert!((total - 1.0).abs() < 1e-4);
        assert!(prediction.ranked.is_sorted_by(|a, b| a.1 >= b.1));
        let nearest = WORDS.nearest(text, None);
        assert!(nearest.is_sorted_by(|a, b| a.similarity >= b.similarity));
        assert_eq!(nearest[0].label, expected);
        assert!(rows(false).iter().any(|row| row.id == nearest[0].id && row.label == expected));
    }
}

#[test]
fn gibberish_and_foreign_topics_are_left_to_people() {
    for text in ["", " \n", "🙂🙂", "\0\0", "的我们", "qqqq zzzzz xjxjx", "the moon orbits jupiter"] {
        let prediction = WORDS.predict(text, None);
        assert!(matches!(prediction.decision, Decision::Abstain { .. }), "{text:?} {prediction:?}");
    }
    assert_eq!(WORDS.predict("", None).decision, Decision::Abstain { why: Why::NothingKnown });
}

#[test]
fn vectors_decide_where_words_are_silent() {
    let login = [0.1, 1.0, 0.1, 0.1];
    let prediction = VECTORS.predict("zugang", Some(&login));
    assert_eq!(prediction.ranked[0].0, "login");
    let away = VECTORS.predict("the moon orbits jupiter", Some(&[0.0, 0.0, 0.0, -1.0]));
    assert!(matches!(away.decision, Decision::Abstain { why: Why::Unfamiliar { .. } }), "{away:?}");
}

#[test]
fn a_missing_or_unusable_vector_is_said() {
    for vector in [None, Some(&[1.0_f32][..]), Some(&[0.0; 4]), Some(&[f32::NAN; 4])] {
        let decision = VECTORS.predict("my password does not work", vector).decision;
        assert_eq!(decision, Decision::Abstain { why: Why::VectorMissing });
    }
    assert_eq!(label(&WORDS.predict("my password does not work", Some(&[1.0]))), "login");
}

#[test]
fn reasons_quote_the_words_that_matter() {
    let text = "Grüße — äöü 🙂 the Password, thanks; ÅÄÖ";
    let because = WORDS.understand(text, &|_| None).because;
    let first = &because[0];
    assert!(first.text.contains("Password") && first.weight > 0.0, "{because:?}");
    for reason in &because {
        assert_eq!(text.get(reason.start..reason.end), Some(reason.text.as_str()));
    }
}

#[test]
fn same_seed_and_data_give_the_same_bytes() {
    let settings = Settings { seed: 7, ..Settings::default() };
    let of = |rows: &[Example], settings| train(rows, settings).expect("good rows").to_bytes();
    assert_eq!(of(&rows(true), &settings), of(&rows(true), &settings));
    assert_ne!(of(&rows(true), &settings), of(&rows(true), &Settings::default()));
}

#[test]
fn the_fingerprint_ignores_order_and_notices_changes() {
    let of = |rows: &[Example]| train(rows, &Settings::default()).expect("good rows").card().fingerprint.clone();
    let mut turned = rows(false);
    turned.reverse();
    assert_eq!(of(&rows(false)), of(&turned));
    turned[0].text.push('.');
    assert_ne!(of(&rows(false)), of(&turned));
}

#[test]
fn models_come_back_whole() {
    for model in [&*WORDS, &*VECTORS] {
        let bytes = model.to_bytes();
        let back = Model::from_bytes(&bytes).expect("its own bytes");
        assert_eq!(&back, model);
        assert_eq!(back.to_bytes(), bytes);
        let text = "reset link for the account";
        assert_eq!(back.predict(text, Some(&[0.1, 1.0, 0.1, 0.1])), model.predict(text, Some(&[0.1, 1.0, 0.1, 0.1])));
    }
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let good = WORDS.to_bytes();
    for at in (0..good.len()).step_by(good.len() / 97) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        assert!(Model::from_bytes(&bad).is_err(), "byte {at}");
    }
    for cut in [0, 5, 11, 40, good.len() - 1] {
        assert!(Model::from_bytes(&good[..cut]).is_err(), "cut at {cut}");
    }
    assert_eq!(Model::from_bytes(b"PK\x03\x04"), Err(LoadError::Foreign));
    let mut newer = good.clone();
    newer[8] = 9;
    assert_eq!(Model::from_bytes(&newer), Err(LoadError::OtherVersion { found: 9, expected: 4 }));
}

#[test]
fn rows_that_cannot_teach_are_refused() {
    let one = |text: &str| example(text, "a", None);
    assert_eq!(train(&vec![], &Settings::default()), Err(TrainError::TooFew { found: 0 }));
    assert_eq!(train(&vec![one("x"), one("y")], &Settings::default()), Err(TrainError::TooFew { found: 1 }));
    let mut unnamed = rows(false);
    unnamed[3].label = " ".to_owned();
    assert_eq!(train(&unnamed, &Settings::default()), Err(TrainError::EmptyLabel { index: 3 }));
    let mut zero = rows(true);
    zero[5].vector = Some(vec![0.0; 4]);
    assert_eq!(train(&zero, &Settings::default()), Err(TrainError::BadVector { index: 5 }));
}

#[test]
fn one_missing_vector_means_words_alone() {
    let mut some = rows(true);
    some[0].vector = None;
    let model = train(&some, &Settings::default()).expect("good rows");
    assert_eq!(model.card().dimensions, 0);
    assert_eq!(label(&model.predict("my password does not work", None)), "login");
}

#[test]
fn random_labels_make_a_model_that_abstains() {
    let mut noise = rows(false);
    for (n, row) in noise.iter_mut().enumerate() {
        row.label = ["a", "b", "c"][(n * 7 + n / 5) % 3].to_owned();
    }
    let model = train(&noise, &Settings::default()).expect("good rows");
    let figures = evaluate(&model, &rows(false), &[]);
    assert!(model.card().metrics.coverage < 0.3, "{:?}", model.card().metrics);
    assert!(figures.coverage < 0.5, "{figures:?}");
}

#[test]
fn evaluation_tells_inside_from_outside() {
    let outside =
        ["the moon orbits jupiter", "bake bread at noon", "violin lessons", "xyz"].map(|t| example(t, "oos", None));
    let figures = evaluate(&WORDS, &rows(false), &outside);
    assert!(figures.accuracy > 0.95 && figures.auroc_oos.is_some_and(|a| a > 0.95), "{figures:?}");
    assert_eq!(evaluate(&WORDS, &rows(false), &[]).auroc_oos, None);
}

#[test]
fn a_label_with_one_example_is_learnt_and_promises_nothing() {
    let mut some = rows(false);
    some.push(example("the invoice has the wrong company name on it", "invoice", None));
    let model = train(&some, &Settings::default()).expect("good rows");
    assert_eq!(model.evidence("invoice"), classify::Evidence::Few);
    let prediction = model.predict("the invoice has the wrong company name on it", None);
    assert_eq!(prediction.ranked[0].0, "invoice");
    assert_eq!(prediction.evidence, classify::Evidence::Few);
    let others = model.predict("question about password for my account", None);
    assert_eq!(label(&others), "login", "others are not disturbed: {others:?}");
    let alone = [example("one", "a", None), example("two", "b", None)];
    let model = train(&alone[..], &Settings::default()).expect("two labels");
    assert_eq!(model.predict("one", None).decision, Decision::Abstain { why: Why::Unproven });
}

#[test]
fn labels_with_the_same_texts_are_counted_and_never_told_apart() {
    let mut twice = rows(false);
    let again: Vec<Example> = twice.iter().filter(|r| r.label == "login").cloned().collect();
    twice.extend(again.into_iter().map(|row| Example { label: "access".to_owned(), ..row }));
    let model = train(&twice, &Settings::default()).expect("good rows");
    assert_eq!(model.card().conflicts, 24);
    let prediction = model.predict("my password does not work", None);
    let first: Vec<&str> = prediction.ranked.iter().take(2).map(|(label, _)| label.as_str()).collect();
    assert!(first.contains(&"login") && first.contains(&"access"), "{prediction:?}");
    assert!(matches!(prediction.decision, Decision::Abstain { .. }), "{prediction:?}");
    assert!(prediction.set.contains(&"login".to_owned()) && prediction.set.contains(&"access".to_owned()));
    let others = model.predict("question about tracking number for my address", None);
    assert_eq!(label(&others), "shipping", "others are not disturbed: {others:?}");
}

#[test]
fn one_word_a_megabyte_and_no_text_are_answered_in_time() {
    let megabyte = "my password does not work ".repeat(40_000);
    let binary: String = (0..1_000_000_u32).filter_map(|n| char::from_u32(n.wrapping_mul(7919) % 0x250)).collect();
    let one_word = "x".repeat(1 << 20);
    for text in ["password", "", &megabyte, &binary, &one_word] {
        let before = processor_seconds();
        let understood = WORDS.understand(text, &|_| None);
        assert_eq!(understood.prediction.ranked.len(), 3);
        for reason in &understood.because {
            assert_eq!(text.get(reason.start..reason.end), Some(reason.text.as_str()));
        }
        let took = processor_seconds() - before;
        assert!(took < 1.0, "{} bytes took {took} s", text.len());
    }
    assert_eq!(WORDS.predict(&megabyte, None).ranked[0].0, "login");
}

#[test]
fn three_hundred_rows_train_in_under_two_seconds() {
    let many: Vec<Example> = (0..5).flat_map(|_| rows(true)).take(300).collect();
    let before = processor_seconds();
    train(&many, &Settings::default()).expect("good rows");
    let took = processor_seconds() - before;
    assert!(took < 2.0, "{took} s");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_gets_a_prediction_with_true_quotations(text in any::<String>(), vector in prop::collection::vec(any::<f32>(), 0..6)) {
        for model in [&*WORDS, &*VECTORS] {
            let prediction = model.predict(&text, Some(&vector));
            prop_assert_eq!(prediction.ranked.len(), 3);
            prop_assert!(prediction.ranked.iter().all(|(_, p)| (0.0..=1.0).contains(p)));
            let understood = model.understand(&text, &|texts| Some(vec![vector.clone(); texts.len()]));
            for reason in understood.because {
                prop_assert_eq!(text.get(reason.start..reason.end), Some(reason.text.as_str()));
            }
            for topic in understood.also {
                prop_assert!(text.get(topic.start..topic.end).is_some_and(|part| !part.is_empty()));
            }
        }
    }

    #[test]
    fn any_rows_train_or_are_refused(texts in prop::collection::vec((".{0,12}", "[ab]?"), 0..12)) {
        let rows: Vec<Example> = texts.iter().map(|(text, label)| example(text, label, None)).collect();
        if let Ok(model) = train(&rows, &Settings::default()) {
            prop_assert_eq!(Model::from_bytes(&model.to_bytes()), Ok(model));
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Model::from_bytes(&bytes).is_err());
        let marked = [&b"classify\x03\0\0\0"[..], &bytes].concat();
        prop_assert!(Model::from_bytes(&marked).is_err());
    }
}
