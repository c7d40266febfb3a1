//! Templates of a file of log lines, and their figures.

use std::{
    io::BufRead as _,
    path::{Path, PathBuf},
};

use logmine::{Miner, ShapeId, accuracy, same_template};
use serde::Serialize;

use super::labels::Labels;
use crate::cli::{
    Failure, Outcome,
    bench::{Figure, Goal, cpu},
    output::{self, line},
};

/// Mine templates with one setting for every system. Prints clusters and lines_per_cpu_s; with labels also
/// grouping_accuracy and group_f1, and template_f1 where it is known how the true templates read.
#[derive(Debug, clap::Args)]
pub struct Templates {
    /// One log content per line, without time stamps and levels.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The true event of each line: CSV with the header `LineId,EventId`.
    #[arg(long, value_name = "LABELS.csv")]
    truth: Option<PathBuf>,
    /// How the true events read: CSV with the header `EventId,EventTemplate`. Not needed where it lies beside the
    /// labels under the same name.
    #[arg(long, value_name = "TEMPLATES.csv", requires = "truth")]
    templates: Option<PathBuf>,
    /// Print the templates too, those of most lines first.
    #[arg(long)]
    list: bool,
    /// One JSON line per figure, and per template.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    template: &'a str,
    id: String,
    lines: u64,
}

/// Files up to this size are read into memory, and mined again and again until the time can be told.
const SMALL_BYTES: u64 = 64 << 20;
/// Least processor time to measure over, in seconds; the kernel tells time in hundredths.
const LEAST_CPU_S: f64 = 0.5;

/// A file's lines, mined.
pub struct Mined {
    miner: Miner,
    shapes: Vec<ShapeId>,
    /// Lines per second of processor time, masks and grouping included.
    pub lines_per_cpu_s: f64,
}

impl Mined {
    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.shapes.len()
    }
}

impl Templates {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a file that cannot be read, or whose labels do not fit.
    pub fn run(&self) -> Outcome {
        let truth = self.truth.as_ref().map(|path| Labels::read(path, self.templates.as_deref())).transpose()?;
        let mut mined = mine(&self.file)?;
        if self.list {
            self.show(&mut mined);
        }
        for figure in figures("", &mut mined, truth.as_ref())? {
            figure.print(self.json);
        }
        Ok(())
    }

    fn show(&self, mined: &mut Mined) {
        let templates = mined.miner.stream("").templates();
        let mut list: Vec<_> = templates.list().iter().collect();
        list.sort_by_key(|template| std::cmp::Reverse(template.lines));
        for template in list {
            if self.json {
                output::json(&Shown { template: &template.text, id: template.id.to_string(), lines: template.lines });
            } else {
                line(format!("{:>9}  {}  {}", template.lines, template.id, template.text));
            }
        }
    }
}

/// Mines a file; large ones are read once and never held whole.
///
/// # Errors
/// [`Failure::BadInput`] when the file cannot be read.
pub fn mine(path: &Path) -> Result<Mined, Failure> {
    let unreadable = |e: std::io::Error| Failure::BadInput(format!("{} cannot be read: {e}.", path.display()));
    if std::fs::metadata(path).map_err(unreadable)?.len() > SMALL_BYTES {
        return mine_large(path).map_err(unreadable);
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    let mut lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let (mut taken_s, mut rounds) = (0.0, 0);
    loop {
        let ((miner, shapes), took) = cpu::of(|| repeated(&lines, 20));
        (taken_s, rounds) = (taken_s + took, rounds + 20);
        if taken_s >= LEAST_CPU_S || lines.is_empty() {
            let lines_per_cpu_s = (lines.len() * rounds) as f64 / taken_s;
            return Ok(Mined { miner, shapes, lines_per_cpu_s });
        }
    }
}

/// Mines the lines so many times, each time from nothing.
fn repeated(lines: &[&[u8]], times: usize) -> (Miner, Vec<ShapeId>) {
    let mut last = (Miner::default(), Vec::new());
    for _ in 0..times {
        let mut miner = Miner::default();
        let stream = miner.stream("");
        let shapes = lines.iter().map(|line| stream.add(line)).collect();
        stream.templates();
        last = (miner, shapes);
    }
    last
}

fn mine_large(path: &Path) -> std::io::Result<Mined> {
    let mut reader = std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(path)?);
    let mut miner = Miner::default();
    let (mut shapes, mut buffer) = (Vec::new(), Vec::new());
    let (read, took) = cpu::of(|| -> std::io::Result<()> {
        let stream = miner.stream("");
        while reader.read_until(b'\n', &mut buffer)? > 0 {
            shapes.push(stream.add(&buffer));
            buffer.clear();
        }
        stream.templates();
        Ok(())
    });
    read?;
    let lines_per_cpu_s = shapes.len() as f64 / took;
    Ok(Mined { miner, shapes, lines_per_cpu_s })
}

/// The figures of a mined file; `prefix` goes before their names.
///
/// # Errors
/// [`Failure::BadInput`] when there are more or fewer labels than lines.
pub fn figures(prefix: &str, mined: &mut Mined, truth: Option<&Labels>) -> Result<Vec<Figure>, Failure> {
    let n = mined.lines();
    let templates = mined.miner.stream("").templates();
    let figure =
        |name: &str, value: f64, unit| Figure::new("logs", format!("{prefix}{name}"), value, unit, n, Goal::Unset);
    let mut figures = Vec::new();
    if let Some(truth) = truth {
        if truth.events.len() != n {
            return Err(Failure::BadInput(format!(
                "There are {n} lines and {} labels. Give the labels of this file.",
                truth.events.len()
            )));
        }
        let found: Vec<usize> =
            mined.shapes.iter().map(|shape| templates.place(*shape).unwrap_or(usize::MAX)).collect();
        let events: Vec<&str> = truth.events.iter().map(String::as_str).collect();
        let reads_alike = |group: usize, event: &str| {
            let found = templates.list().get(group).map(|template| template.text.as_str());
            found.zip(truth.templates.get(event)).is_some_and(|(a, b)| same_template(a, b))
        };
        let known = !truth.templates.is_empty();
        let measured = accuracy(&found, &events, known.then_some(&reads_alike));
        figures.push(figure("grouping_accuracy", measured.grouping_accuracy, ""));
        figures.push(figure("group_f1", measured.group_f1, ""));
        figures.extend(measured.template_f1.map(|f1| figure("template_f1", f1, "")));
    }
    figures.push(figure("clusters", templates.list().len() as f64, ""));
    figures.push(figure("lines_per_cpu_s", mined.lines_per_cpu_s, "1/s"));
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        write("a.content.txt", "user 1 signed in\nuser 2 signed in\npool exhausted\n");
        write("a.labels.csv", "LineId,EventId\n1,E1\n2,E1\n3,E2\n");
        write("a.templates.csv", "EventId,EventTemplate\nE1,user <*> signed in\nE2,pool is exhausted\n");
        write("b.labels.csv", "LineId,EventId\n1,E1\n");
        folder
    }

    #[test]
    fn figures_of_a_small_file() {
        let folder = folder();
        let labels = Labels::read(&folder.path().join("a.labels.csv"), None).expect("labels");
        let mut mined = mine(&folder.path().join("a.content.txt")).expect("lines");
        let figures = figures("", &mut mined, Some(&labels)).expect("figures");
        let json = serde_json::to_value(&figures).expect("plain data");
        let named: Vec<(&str, f64)> = json
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|f| Some((f["figure"].as_str()?, f["value"].as_f64()?)))
            .collect();
        assert_eq!(
            named[..4],
            [("grouping_accuracy", 1.0), ("group_f1", 1.0), ("template_f1", 0.5), ("clusters", 2.0)]
        );
        assert!(named[4].0 == "lines_per_cpu_s" && named[4].1 > 100.0);
    }

    #[test]
    fn labels_that_do_not_fit_are_refused_with_a_sentence() {
        let folder = folder();
        let labels = Labels::read(&folder.path().join("b.labels.csv"), None).expect("labels");
        let mut mined = mine(&folder.path().join("a.content.txt")).expect("lines");
        assert!(
            matches!(figures("", &mut mined, Some(&labels)), Err(Failure::BadInput(said)) if said.contains("3 lines and 1 labels"))
        );
        assert!(
            matches!(Labels::read(&folder.path().join("a.content.txt"), None), Err(Failure::BadInput(said)) if said.contains("EventId"))
        );
        assert!(matches!(mine(&folder.path().join("nowhere")), Err(Failure::BadInput(_))));
    }
}
