//! Models from files: what is printed, what is refused, and that nothing is left behind then.

use std::path::Path;

use clap::Parser as _;

use super::Triage;
use crate::cli::Failure;

#[derive(clap::Parser)]
struct Program {
    #[command(flatten)]
    triage: Triage,
}

async fn run(arguments: &[&str]) -> Result<(), String> {
    let program = Program::try_parse_from(["triage"].iter().chain(arguments)).map_err(|e| e.to_string())?;
    program.triage.run().await.map_err(|failure| match failure {
        Failure::BadInput(sentence) => sentence,
        other => format!("{other:?}"),
    })
}

const WORDS: [(&str, &str); 3] = [("refund", "money back"), ("login", "password"), ("shipping", "parcel")];

/// Rows of three labels, so many each.
fn rows(n: usize) -> String {
    let row = |n: usize| WORDS.map(|(label, word)| format!("where is my {word} number {n},{label}\n")).concat();
    format!("text,category\n{}", (0..n).map(row).collect::<String>())
}

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path.display().to_string()
}

#[tokio::test]
async fn a_model_is_trained_measured_asked_and_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let (train, oos) = (put(at, "train.csv", rows(30)), put(at, "oos.csv", "text,category\nthe moon,oos\n"));
    let texts =
        format!("{{\"text\":\"\"}}\n{{\"text\":\"parcel\"}}\n{{\"text\":\"{}\"}}\n", "my parcel ".repeat(100_000));
    let texts = put(at, "texts.jsonl", texts);
    let model = at.join("model").display().to_string();
    run(&["train", &train, "--out", &model, "--words"]).await.expect("trained");
    run(&["eval", "--model", &model, "--test", &train, "--oos", &oos, "--json"]).await.expect("measured");
    run(&["explain", &model, "where is my parcel"]).await.expect("explained");
    run(&["apply", &model, &texts]).await.expect("sorted");
    run(&["eval", "--train", &train, "--val", &train, "--test", &train, "--words"]).await.expect("measured");
    run(&["eval", "--train", &train, "--test", &train, "--shots", "5", "--seeds", "2", "--words"])
        .await
        .expect("measured");
}

#[tokio::test]
async fn a_broken_row_is_named_and_no_model_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let model = at.join("model").display().to_string();
    let good = rows(5);
    let latin = [good.as_bytes(), b"caf\xe9,login\n"].concat();
    for (name, bytes, row) in [
        ("short.csv", format!("{good}only a text\n").into_bytes(), "row 16"),
        ("unlabelled.csv", format!("{good}where is it,\n{good}").into_bytes(), "row 16: it has no label"),
        ("empty.csv", format!("{good} ,login\n").into_bytes(), "row 16: it has no text"),
        ("latin.csv", latin, "row 16"),
        ("cut.jsonl", b"{\"text\":\"a b c\",\"category\":\"x\"}\n{\"text\":\"d\n".to_vec(), "row 2"),
        ("one.csv", b"text,category\nhello there,a\n".to_vec(), "two labels, found 1"),
    ] {
        let train = put(at, name, bytes);
        let said = run(&["train", &train, "--out", &model, "--words"]).await.expect_err(name);
        assert!(said.contains(row) && said.contains(name), "{name}: {said}");
        assert!(!Path::new(&model).exists(), "{name}");
        let said = run(&["eval", "--train", &train, "--test", &train, "--words"]).await.expect_err(name);
        assert!(said.contains(row), "{name}: {said}");
    }
}

#[tokio::test]
async fn an_older_model_stays_when_its_replacement_cannot_be_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let model = put(at, "model", b"the one before");
    let bad = put(at, "bad.csv", "text,category\nhello,a\nthere\n");
    run(&["train", &bad, "--out", &model, "--words"]).await.expect_err("a broken row");
    assert_eq!(std::fs::read(&model).expect("still there"), b"the one before");
    let said = run(&["explain", &model, "hello"]).await.expect_err("no model");
    assert!(said.contains(&model), "{said}");
}

#[tokio::test]
async fn arguments_that_contradict_each_other_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let train = put(folder.path(), "train.csv", rows(4));
    for arguments in [
        &["eval", "--test", &train][..],
        &["eval", "--train", &train, "--model", &train, "--test", &train],
        &["eval", "--train", &train, "--test", &train, "--seeds", "3"],
        &["eval", "--train", &train, "--test", &train, "--shots", "0"],
        &["eval", "--train", &train, "--test", &train, "--shots", "5", "--words"],
    ] {
        run(arguments).await.expect_err(&arguments.join(" "));
    }
    let said =
        run(&["eval", "--train", &train, "--test", &train, "--shots", "5", "--words"]).await.expect_err("too many");
    assert!(said.contains("has 4 examples, and 5 are asked for"), "{said}");
}

#[test]
fn figures_have_their_fixed_names() {
    use crate::cli::bench::triage::{
        full::{Run, named},
        sets::Set,
    };
    let example = |text: String, label: &str| classify::Example {
        id: String::new(),
        text,
        label: label.to_owned(),
        vector: None,
    };
    let train: Vec<_> = (0..30)
        .flat_map(|n| WORDS.map(|(label, word)| example(format!("where is my {word} number {n}"), label)))
        .collect();
    let outside = vec![example("the moon orbits jupiter".to_owned(), "oos")];
    let set = Set { name: "a".to_owned(), test: train.clone(), validation: Vec::new(), train, outside };
    let runs = [
        Run::train(&set, &set.train, &[], 1).expect("trained"),
        Run::train(&set, &set.train, &[], 2).expect("trained"),
    ];
    let figures = named(&set, &runs);
    let names: Vec<&str> = figures.iter().map(|f| f.name).collect();
    let fixed = [
        "accuracy",
        "ece",
        "auroc_oos",
        "oos_recall_at_95",
        "coverage_90",
        "set_size_90",
        "train_cpu_s",
        "predictions_per_cpu_s",
    ];
    assert_eq!(names, fixed);
    assert!(figures[0].value > 0.95 && figures[0].n == 180 && figures[7].value > 100.0);
    let inside = Set { outside: Vec::new(), ..set };
    let runs = [Run::train(&inside, &inside.train, &[], 1).expect("trained")];
    assert_eq!(named(&inside, &runs).len(), 6, "nothing is said about texts outside when there are none");
}
