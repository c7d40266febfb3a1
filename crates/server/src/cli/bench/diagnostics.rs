//! Templates of log lines in `loghub_2k`, their speed beside other programs, and origins of disturbances in `petshop`.

use std::path::{Path, PathBuf};

use logmine::Miner;
use serde::Deserialize;

use super::{Figure, Goal, cpu, peer};
use crate::cli::{
    Failure,
    logs::{labels::Labels, templates},
    meaning::Weights,
    rootcause,
};

/// Lines of one measurement of speed.
const LINES: usize = 1_000_000;
/// How often the lines of a system are repeated to see whether that opens new templates.
const REPEATED: usize = 500;
/// The system whose lines repeat most, for speed.
const PLAIN: &str = "HDFS";

/// What a peer said of a run over a million lines.
#[derive(Debug, Deserialize)]
struct Peer {
    peer: String,
    file: String,
    lines_per_cpu_s: f64,
    lines: usize,
}

/// A system's log with its truth.
struct System {
    name: String,
    file: PathBuf,
    labels: Labels,
}

/// Measures.
pub fn measure(data: &Path, peers: &[String]) -> Result<Vec<Figure>, Failure> {
    let systems = systems(&data.join("loghub_2k"))?;
    let mut figures = accuracy(&systems)?;
    figures.extend(speed(&systems, peers)?);
    figures.extend(super::telemetry::measure(&mix(&systems)?)?);
    let petshop = data.join("petshop");
    let goals = [Goal::AtLeast(0.75), Goal::AtLeast(0.88), Goal::AtMost(0.1)];
    figures.extend(rootcause::eval::measure(&petshop, Some("test"), "petshop.test.", goals)?.into_iter().map(of_this));
    let unset = [Goal::Unset, Goal::Unset, Goal::Unset];
    let train = rootcause::eval::measure(&petshop, Some("train"), "petshop.train.", unset)?;
    // Both have the same time without faults, of which one figure is enough.
    figures.extend(train.into_iter().filter(|figure| !figure.figure.ends_with("false_alarms")).map(of_this));
    Ok(figures)
}

/// Which fault of a made system a customer's letter is about; by words alone without weights.
/// With `rows`, prints what the weights of causes are fitted on instead.
pub fn system(weights: &Weights, rows: bool) -> Result<Vec<Figure>, Failure> {
    let encoder = weights.encoder()?;
    let meaning = |text: &str| encoder.as_ref().map(|encoder| encoder.encode(text).as_slice().to_vec());
    Ok(super::system::measure(&meaning, rows))
}

fn of_this(figure: Figure) -> Figure {
    Figure { bench: "diagnostics", ..figure }
}

fn systems(folder: &Path) -> Result<Vec<System>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|e| {
        Failure::BadInput(format!(
            "{} cannot be read: {e}. Name the folder of the data sets with --data.",
            folder.display()
        ))
    })?;
    let mut systems = Vec::new();
    for file in entries.flatten().map(|entry| entry.path()) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".content.txt") else { continue };
        let labels = Labels::read(&folder.join(format!("{name}.labels.csv")), None)?;
        systems.push(System { name: name.trim_end_matches("_2k").to_owned(), file, labels });
    }
    systems.sort_by(|a, b| a.name.cmp(&b.name));
    if systems.is_empty() {
        return Err(Failure::BadInput(format!(
            "{} holds no SYSTEM.content.txt with SYSTEM.labels.csv.",
            folder.display()
        )));
    }
    Ok(systems)
}

/// Grouping and templates of each system and their means, with one setting for all.
fn accuracy(systems: &[System]) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for system in systems {
        let mut mined = templates::mine(&system.file)?;
        figures.extend(templates::figures(&format!("loghub.{}.", system.name), &mut mined, Some(&system.labels))?);
    }
    let mean = |name: &str, goal| {
        let values: Vec<f64> = figures.iter().filter(|f: &&Figure| f.figure.ends_with(name)).map(|f| f.value).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        Figure::new("diagnostics", format!("loghub.{name}"), mean, "", values.len(), goal)
    };
    let means = [
        mean("grouping_accuracy", Goal::AtLeast(0.96)),
        mean("group_f1", Goal::Unset),
        mean("template_f1", Goal::Unset),
    ];
    Ok(figures.into_iter().map(of_this).chain(means).collect())
}

/// Lines per processor second over a million lines: ours, then the peers, then ours again; the mean of both counts.
fn speed(systems: &[System], peers: &[String]) -> Result<Vec<Figure>, Failure> {
    let read = |system: &System| -> Result<Vec<Vec<u8>>, Failure> {
        let text = super::read(&system.file)?;
        Ok(text.lines().map(|line| line.as_bytes().to_vec()).collect())
    };
    let plain = systems.iter().find(|s| s.name == PLAIN).or(systems.first()).map(read).transpose()?.unwrap_or_default();
    let mix = mix(systems)?;
    let (first, first_mix) = (run(&plain), run(&mix));
    let mut said: Vec<Peer> = Vec::new();
    for command in peers {
        said.extend(peer::ask(command)?);
    }
    let (second, second_mix) = (run(&plain), run(&mix));
    let (ours, ours_mix) = (f64::midpoint(first, second), f64::midpoint(first_mix, second_mix));
    let figure = |name: String, value, unit, goal| Figure::new("diagnostics", name, value, unit, LINES, goal);
    let mut figures = vec![
        figure(format!("loghub.{PLAIN}.million.lines_per_cpu_s"), ours, "1/s", Goal::Unset),
        figure("loghub.mix.million.lines_per_cpu_s".into(), ours_mix, "1/s", Goal::Unset),
    ];
    for peer in said.iter().filter(|peer| peer.lines >= LINES) {
        let (name, ours, goal) =
            if peer.file.starts_with(PLAIN) { (PLAIN, ours, 20.0) } else { ("mix", ours_mix, 40.0) };
        let over = ours / peer.lines_per_cpu_s;
        figures.push(figure(format!("loghub.{name}.million.over {}", peer.peer), over, "x", Goal::AtLeast(goal)));
    }
    figures.push(opened_by_repetition(&mix));
    Ok(figures)
}

/// The lines of all systems.
fn mix(systems: &[System]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut mix = Vec::new();
    for system in systems {
        mix.extend(super::read(&system.file)?.lines().map(|line| line.as_bytes().to_vec()));
    }
    Ok(mix)
}

/// Lines per processor second when the lines are taken again and again, up to a million, masks and grouping included.
fn run(lines: &[Vec<u8>]) -> f64 {
    let ((), took) = cpu::of(|| {
        let mut miner = Miner::default();
        let stream = miner.stream("");
        for line in lines.iter().cycle().take(LINES) {
            std::hint::black_box(stream.add(line));
        }
        std::hint::black_box(stream.templates());
    });
    LINES as f64 / took
}

/// How many templates more there are after many repetitions than after one.
fn opened_by_repetition(lines: &[Vec<u8>]) -> Figure {
    let mut miner = Miner::default();
    let stream = miner.stream("");
    let mut clusters = Vec::new();
    for _ in 0..REPEATED {
        for line in lines {
            stream.add(line);
        }
        if clusters.is_empty() {
            clusters.push(stream.templates().list().len());
        }
    }
    clusters.push(stream.templates().list().len());
    let opened = clusters[1] as f64 - clusters[0] as f64;
    Figure::new("diagnostics", "loghub.mix.opened_by_repetition", opened, "", REPEATED, Goal::AtMost(0.0))
}
