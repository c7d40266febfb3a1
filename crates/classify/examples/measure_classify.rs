//! Trains and evaluates on a folder of CSV files with the columns `text,category`:
//! `measure_classify DATA_FOLDER val|test [VECTOR_FOLDER]`. Vectors are `NAME.f32`, 384 little-endian floats per row.
//! Rows of `val.csv` calibrate when `test` is measured; training holds back rows of its own when `val` is.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use classify::{Example, Lessons, Settings, evaluate, train};

type Failure = Box<dyn std::error::Error>;

fn read(data: &Path, vectors: Option<&Path>, name: &str) -> Result<Vec<Example>, Failure> {
    let mut examples = Vec::new();
    for record in csv::Reader::from_path(data.join(format!("{name}.csv")))?.deserialize() {
        let (text, label): (String, String) = record?;
        examples.push(Example { id: String::new(), text, label, vector: None });
    }
    if let Some(folder) = vectors {
        let bytes = std::fs::read(folder.join(format!("{name}.f32")))?;
        let floats: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|c| f32::from_le_bytes(*c)).collect();
        for (example, vector) in examples.iter_mut().zip(floats.chunks_exact(384)) {
            example.vector = Some(vector.to_vec());
        }
    }
    Ok(examples)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, part, rest @ ..] = arguments.as_slice() else {
        return Err("usage: measure_classify DATA_FOLDER val|test [VECTOR_FOLDER]".into());
    };
    let (data, vectors) = (Path::new(data), rest.first().map(Path::new));
    let training = read(data, vectors, "train")?;
    let held_back = if part == "test" { read(data, vectors, "val")? } else { Vec::new() };
    let test = read(data, vectors, part)?;
    let outside = read(data, vectors, &format!("oos_{part}"))?;
    let started = Instant::now();
    let lessons = Lessons { examples: &training, held_back: &held_back, ..Lessons::default() };
    // Outside texts are counted at the threshold that keeps 95 % of the rows held back.
    let model = train(lessons, &Settings { unfamiliar_rate: 0.05, ..Settings::default() })?;
    let seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let figures = evaluate(&model, &test, &outside);
    let per_second = (test.len() + outside.len()) as f64 / started.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    writeln!(out, "train {seconds:.1} s, {per_second:.0} full predictions/s, {} bytes", model.to_bytes().len())?;
    let started = Instant::now();
    for example in &test {
        std::hint::black_box(model.likeliest(&example.text, example.vector.as_deref()));
    }
    writeln!(out, "{:.0} labels/s", test.len() as f64 / started.elapsed().as_secs_f64())?;
    writeln!(out, "held back {:?}\n{figures:#?}", model.card().metrics)?;
    Ok(())
}
