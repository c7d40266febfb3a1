//! How often the true origin is among the first named, and how often one is named where nothing was wrong.

use std::path::{Path, PathBuf};

use logmine::{Calls, Loads, Measure, Question, origins, suspects};

use super::{folder, plain};
use crate::cli::{
    Failure, Outcome,
    bench::{Figure, Goal},
    output::{Progress, line},
};

/// Measure on folders of cases. A case is a folder with `target.json` and `metrics.csv` (its scenario above it holds
/// `graph.csv`, and `noissue/metrics.csv` from a time without faults), or a folder with `inject_time.txt` and any of `metrics.csv`,
/// `logs.csv`, `traces.csv`, whose folder is named SERVICE_FAULT/NUMBER. Prints as@1, as@3 and as@5 (cases in which the true service is
/// named, and among the first), named, and false_alarms (windows without a fault in which one is named).
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// The folder; cases are found at any depth.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only cases whose path holds this folder, such as `test`.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Say for each case what was named.
    #[arg(long)]
    cases: bool,
    /// One JSON line per figure.
    #[arg(long)]
    json: bool,
}

/// What came of one case.
#[derive(Debug)]
struct Judged {
    case: PathBuf,
    truth: String,
    /// The services named, the likeliest first; none when nothing was unusual enough.
    named: Vec<String>,
}

/// Windows without a fault, and how many of them were called disturbed.
#[derive(Debug, Default, Clone, Copy)]
struct Quiet {
    windows: usize,
    alarms: usize,
}

/// Length of a window without fault that is looked at as one case, in rows; as long as a case.
const CASE_ROWS: usize = 5;

impl Eval {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a folder without cases or a file that cannot be read.
    pub fn run(&self) -> Outcome {
        let (judged, quiet) = judge(&self.folder, self.only.as_deref())?;
        if self.cases {
            for one in &judged {
                let named = if one.named.is_empty() {
                    "nothing named".to_owned()
                } else {
                    one.named[..one.named.len().min(3)].join(", ")
                };
                line(format!("{}: {}: {named}", one.case.display(), one.truth));
            }
        }
        for figure in figures("", &judged, quiet, [Goal::Unset, Goal::Unset, Goal::Unset]) {
            figure.print(self.json);
        }
        Ok(())
    }
}

/// The figures of a folder for the bench, with the goals for as@1, as@3 and false alarms.
///
/// # Errors
/// As for [`Eval::run`].
pub fn measure(folder: &Path, only: Option<&str>, prefix: &str, goals: [Goal; 3]) -> Result<Vec<Figure>, Failure> {
    let (judged, quiet) = judge(folder, only)?;
    Ok(figures(prefix, &judged, quiet, goals))
}

fn figures(prefix: &str, judged: &[Judged], quiet: Quiet, goals: [Goal; 3]) -> Vec<Figure> {
    let n = judged.len();
    let among = |k: usize| judged.iter().filter(|one| one.named.iter().take(k).any(|name| *name == one.truth)).count();
    let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
    let figure = |name: &str, value: f64, n: usize, goal| {
        Figure::new("rootcause", format!("{prefix}{name}"), value, "", n, goal)
    };
    let mut figures = vec![
        figure("as@1", share(among(1), n), n, goals[0]),
        figure("as@3", share(among(3), n), n, goals[1]),
        figure("as@5", share(among(5), n), n, Goal::Unset),
        figure("named", share(judged.iter().filter(|one| !one.named.is_empty()).count(), n), n, Goal::Unset),
    ];
    if quiet.windows > 0 {
        figures.push(figure("false_alarms", share(quiet.alarms, quiet.windows), quiet.windows, goals[2]));
    }
    figures
}

fn judge(folder: &Path, only: Option<&str>) -> Result<(Vec<Judged>, Quiet), Failure> {
    let mut cases = Vec::new();
    find(folder, &mut cases, 0)?;
    cases.retain(|case| only.is_none_or(|only| case.components().any(|part| part.as_os_str() == only)));
    cases.sort();
    if cases.is_empty() {
        return Err(Failure::BadInput(format!(
            "{} has no cases: no folder in it holds target.json or inject_time.txt.",
            folder.display()
        )));
    }
    let progress = Progress::of("cases");
    let (mut judged, mut scenarios) = (Vec::new(), Vec::<Scenario>::new());
    for (at, case) in cases.iter().enumerate() {
        progress.at(at, cases.len());
        if case.join("target.json").is_file() {
            let scenario = match scenarios.iter().position(|known| case.starts_with(&known.folder)) {
                Some(known) => &mut scenarios[known],
                None => {
                    scenarios.push(Scenario::above(case)?);
                    let last = scenarios.len() - 1;
                    &mut scenarios[last]
                }
            };
            judged.push(scenario.judge(case)?);
        } else {
            let read = plain::Case::read(case)?;
            let ranked = suspects(&read.telemetry, read.moment);
            let named = ranked.into_iter().filter(|suspect| suspect.score > 0.0).map(|suspect| suspect.service);
            // A name is spelled as the truth spells it, so that it counts.
            let spelled = named.map(|name| if read.is_truth(&name) { read.truth.clone() } else { name }).collect();
            judged.push(Judged { case: case.clone(), truth: read.truth, named: spelled });
        }
    }
    let mut quiet = Quiet::default();
    for scenario in &scenarios {
        let part = scenario.quiet();
        quiet = Quiet { windows: quiet.windows + part.windows, alarms: quiet.alarms + part.alarms };
    }
    Ok((judged, quiet))
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>, depth: usize) -> Result<(), Failure> {
    let unreadable = |e: std::io::Error| Failure::BadInput(format!("{} cannot be read: {e}.", folder.display()));
    if ["target.json", "inject_time.txt"].iter().any(|name| folder.join(name).is_file()) {
        cases.push(folder.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(unreadable)?.flatten() {
        // Deeper than any layout of cases there is no telling what one reads.
        if depth < 6 && entry.path().is_dir() {
            find(&entry.path(), cases, depth + 1)?;
        }
    }
    Ok(())
}

/// A system of services with its time without faults.
struct Scenario {
    folder: PathBuf,
    calls: Calls,
    calm: folder::Metrics,
    /// What its cases complained about.
    targets: Vec<(String, Measure)>,
}

impl Scenario {
    /// The scenario that `case` belongs to: the nearest folder above it with `graph.csv`.
    fn above(case: &Path) -> Result<Self, Failure> {
        let folder = case.ancestors().find(|folder| folder.join("graph.csv").is_file()).ok_or_else(|| {
            Failure::BadInput(format!("No folder above {} holds graph.csv, which says who calls whom.", case.display()))
        })?;
        let calm = folder.join("noissue/metrics.csv");
        let calm = if calm.is_file() { folder::Metrics::read(&calm)? } else { folder::Metrics::default() };
        Ok(Self {
            folder: folder.to_owned(),
            calls: folder::calls(&folder.join("graph.csv"))?,
            calm,
            targets: Vec::new(),
        })
    }

    fn judge(&mut self, case: &Path) -> Result<Judged, Failure> {
        let read = folder::Case::read(case)?;
        let metrics = folder::Metrics::read(&case.join("metrics.csv"))?;
        let measure = read.measure()?;
        let target = (read.target.node.clone(), measure);
        if !self.targets.contains(&target) {
            self.targets.push(target);
        }
        let suspected = read.suspected(&metrics.times);
        let named =
            self.named(&read.target.node, measure, self.calm.loads(measure), metrics.loads(measure), &suspected);
        Ok(Judged { case: case.to_owned(), truth: read.truth().to_owned(), named })
    }

    fn named(&self, target: &str, measure: Measure, calm: &Loads, case: &Loads, suspected: &[usize]) -> Vec<String> {
        let found = origins(&Question { calls: &self.calls, target, measure, calm, case, suspected });
        found.named().iter().map(|origin| origin.service.clone()).collect()
    }

    /// Asks the same of the later half of the time without faults, its first half being what is usual: each five windows
    /// are a case whose three middle ones are suspected.
    fn quiet(&self) -> Quiet {
        let (half, all) = (self.calm.times.len() / 2, self.calm.times.len());
        let usual = self.calm.part(0..half);
        let mut quiet = Quiet::default();
        for (target, measure) in &self.targets {
            for start in (half..all.saturating_sub(CASE_ROWS - 1)).step_by(CASE_ROWS) {
                let case = self.calm.part(start..start + CASE_ROWS);
                let named = self.named(target, *measure, usual.loads(*measure), case.loads(*measure), &[1, 2, 3]);
                quiet.windows += 1;
                quiet.alarms += usize::from(!named.is_empty());
            }
        }
        quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A scenario in which `front` calls `back`; in its one case `back` is slow.
    fn scenario(root: &Path) {
        let header = "microservice,front,back,front,back,front,back\nmetric,latency,latency,requests,requests,availability,availability\nstatistic,Average,Average,Sum,Sum,Average,Average\nunix_timestamp,,,,,,\n";
        let row = |at: usize, extra: f64| {
            let noise = (at % 4) as f64 / 1_000.0;
            format!("{},{},{},100,100,100.0,\n", 1_000_000 + at * 300, 0.2 + noise + extra, 0.1 + noise + extra)
        };
        let calm: String = (0..60).map(|at| row(at, 0.0)).collect();
        write(&root.join("s/noissue/metrics.csv"), &format!("{header}{calm}"));
        write(&root.join("s/graph.csv"), ",front,back\nfront,0,1\nback,0,0\n");
        let bad: String = (0..5).map(|at| row(at, if at == 2 { 0.4 } else { 0.0 })).collect();
        write(&root.join("s/test/issue_1/metrics.csv"), &format!("{header}{bad}"));
        write(
            &root.join("s/test/issue_1/target.json"),
            "{\"target\":{\"node\":\"front\",\"metric\":\"latency\",\"agg\":\"Average\",\"timestamp\":1000500},\"root_cause\":{\"node\":\"back\",\"metric\":null}}",
        );
    }

    fn values(folder: &Path, only: Option<&str>) -> Vec<(String, f64)> {
        let goals = [Goal::Unset, Goal::Unset, Goal::Unset];
        let figures = serde_json::to_value(measure(folder, only, "", goals).expect("figures")).expect("plain data");
        let of = |f: &serde_json::Value| Some((f["figure"].as_str()?.to_owned(), f["value"].as_f64()?));
        figures.as_array().into_iter().flatten().filter_map(of).collect()
    }

    #[test]
    fn a_scenario_with_a_slow_callee() {
        let folder = tempfile::tempdir().expect("a folder");
        scenario(folder.path());
        let found = values(folder.path(), Some("test"));
        let named = |name: &str| found.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
        assert_eq!((named("as@1"), named("named"), named("false_alarms")), (Some(1.0), Some(1.0), Some(0.0)));
        assert!(matches!(
            measure(folder.path(), Some("train"), "", [Goal::Unset, Goal::Unset, Goal::Unset]),
            Err(Failure::BadInput(_))
        ));
    }

    #[test]
    fn a_case_of_metrics_logs_and_traces() {
        let folder = tempfile::tempdir().expect("a folder");
        let case = folder.path().join("orders_f1/1");
        write(&case.join("inject_time.txt"), "1700000300\n");
        let (mut metrics, mut logs, mut traces) = (
            "time,front_cpu,orders_cpu\n".to_owned(),
            "timestamp,container_name,message\n".to_owned(),
            "traceID,spanID,parentSpanID,serviceName,startTime,duration,statusCode\n".to_owned(),
        );
        for second in 0..600_u64 {
            let (at, bad) = (1_700_000_000 + second, second >= 300);
            metrics += &format!("{at},0.{},0.{}\n", 2 + second % 2, if bad { 9 } else { 2 + second % 2 });
            logs += &format!(
                "{at}000000000,front,served {second}\n{at}000000000,orders,{}\n",
                if bad { "write failed: no such table" } else { "wrote 1 row" }
            );
            traces += &format!(
                "t,a{second},,front,{at}000000,300000,200\nt,b{second},a{second},orders,{at}000000,{},{}\n",
                if bad { 280_000 } else { 100_000 },
                if bad { 500 } else { 200 }
            );
        }
        write(&case.join("metrics.csv"), &metrics);
        write(&case.join("logs.csv"), &logs);
        write(&case.join("traces.csv"), &traces);
        write(&case.join("logs/front.log"), "2023-11-14T22:14:00Z extra line of its own file\n");
        let found = values(folder.path(), None);
        assert_eq!(found[0], ("as@1".to_owned(), 1.0));
        assert!(found.iter().all(|(name, _)| name != "false_alarms"), "nothing was calm there: {found:?}");
    }
}
