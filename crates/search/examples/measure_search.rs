//! Speed and quality of this crate alone, without a desk.
//!
//! `measure_search speed DOCS.txt QUERIES.txt [FOLDER]`: one text a line; made vectors in clusters; prints queries per
//! second and percentiles of words and of words with meaning, and with a folder for the index its size, the memory of
//! this process and the time to open it again. `measure_search alike TRAIN.csv TEST.csv VECTORS_FOLDER MODEL_FOLDER`:
//! requests of the second file looked for among the first (`text,category`); the same category is right.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

#[path = "support/fixed_hash.rs"]
mod fixed_hash;
mod support;

use std::{
    collections::HashMap,
    error::Error,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    time::Instant,
};

use fixed_hash::hash;
use search::{Filter, Index, Passage, Query, Ranking};
use support::Meanings;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["speed", docs, queries] => speed(&Index::in_memory()?, docs, &fs::read_to_string(queries)?),
        ["speed", docs, queries, folder] => on_disk(Path::new(folder), docs, queries),
        ["alike", train, test, vectors, model] => {
            alike(train, test, Meanings::open(Path::new(vectors), Path::new(model))?)
        }
        _ => {
            Err("usage: measure_search speed DOCS.txt QUERIES.txt [FOLDER] | alike TRAIN.csv TEST.csv VECTORS MODEL"
                .into())
        }
    }
}

fn passage(id: usize, text: &str) -> Passage {
    Passage {
        id: id.to_string(),
        group: id.to_string(),
        title: String::new(),
        heading: String::new(),
        text: text.to_owned(),
        scopes: Vec::new(),
        boost: 1.0,
        as_of: None,
    }
}

/// A vector near one of a thousand centres.
fn made(number: usize) -> Vec<f32> {
    let noise =
        |seed: &str, at: usize| (hash(&format!("{seed}{}", at / 4)) >> (at % 4 * 16) & 0xffff) as f32 / 65_536.0 - 0.5;
    let (centre, own) = (format!("c{}.", number % 1000), format!("v{number}."));
    (0..384).map(|at| noise(&centre, at) + 0.6 * noise(&own, at)).collect()
}

fn on_disk(folder: &Path, docs: &str, queries: &str) -> Result<(), Box<dyn Error>> {
    let index = Index::open(folder)?.into_index();
    speed(&index, docs, &fs::read_to_string(queries)?)?;
    drop(index);
    let words = fs::read_dir(folder.join("words"))?.filter_map(|file| Some(file.ok()?.metadata().ok()?.len()));
    let bytes = words.sum::<u64>() + fs::metadata(folder.join("vectors"))?.len();
    let started = Instant::now();
    let again = Index::open(folder)?.into_index();
    let opened = started.elapsed().as_secs_f64();
    println!("{} passages, {} MB of files, opened again in {opened:.1} s", again.len(), bytes / 1_000_000);
    Ok(())
}

/// Resident memory of this process, in MB, and the most it had; where the system tells.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or("unknown");
    format!("{} resident, {} at most", of("VmRSS:"), of("VmHWM:"))
}

fn speed(index: &Index, docs: &str, queries: &str) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    for (at, text) in BufReader::new(fs::File::open(docs)?).lines().enumerate() {
        let passage = passage(at, &text?);
        index.set_vector(passage.vector_key(), &made(at))?;
        index.replace_group(&at.to_string(), vec![passage])?;
    }
    index.commit(1)?;
    println!("{} passages built in {:.1} s wall", index.len(), started.elapsed().as_secs_f64());
    println!("memory: {}", memory());
    let filter = Filter::everything();
    let queries: Vec<&str> = queries.lines().collect();
    for (name, with_meaning, most) in [("words", false, 1000), ("words and meaning", true, 200)] {
        let mut ms = Vec::new();
        for (at, words) in queries.iter().take(most).enumerate() {
            let vector = made(1_000_000 + at);
            let started = Instant::now();
            let found =
                index.search(&Query { vector: with_meaning.then_some(&vector), ..Query::new(words, &filter) })?;
            ms.push(started.elapsed().as_secs_f64() * 1e3);
            std::hint::black_box(found);
        }
        let mean = ms.iter().sum::<f64>() / ms.len() as f64;
        ms.sort_by(f64::total_cmp);
        let share = |share: f64| ms[((ms.len() - 1) as f64 * share) as usize];
        println!("{name}: {:.0} queries/s, p50 {:.3} ms, p95 {:.3} ms wall", 1e3 / mean, share(0.5), share(0.95));
    }
    Ok(())
}

fn alike(train: &str, test: &str, mut meanings: Meanings) -> Result<(), Box<dyn Error>> {
    let read = |path: &str| csv::Reader::from_path(path)?.deserialize().collect::<Result<Vec<(String, String)>, _>>();
    let (train, test) = (read(train)?, read(test)?);
    let mut vectors_of = |rows: &[(String, String)]| {
        meanings.of(&rows.iter().map(|(text, _)| format!("\n\n{text}")).collect::<Vec<_>>())
    };
    let index = Index::in_memory()?;
    let mut labels = HashMap::new();
    for (at, ((text, label), vector)) in train.iter().zip(vectors_of(&train)?).enumerate() {
        let passage = passage(at, text);
        index.set_vector(passage.vector_key(), &vector)?;
        labels.insert(at.to_string(), label);
        index.replace_group(&at.to_string(), vec![passage])?;
    }
    index.commit(1)?;
    let filter = Filter::everything();
    let (mut first, mut five) = (0, 0);
    for ((text, label), vector) in test.iter().zip(vectors_of(&test)?) {
        let query = Query { vector: Some(&vector), limit: 5, ranking: Ranking::Alike, ..Query::new(text, &filter) };
        let right: Vec<bool> = index.search(&query)?.iter().map(|hit| labels.get(&hit.id) == Some(&label)).collect();
        first += usize::from(right.first() == Some(&true));
        five += right.iter().filter(|right| **right).count();
    }
    let n = test.len() as f64;
    println!("n={} P@1 {:.4} P@5 {:.4}", test.len(), first as f64 / n, five as f64 / n / 5.0);
    Ok(())
}
