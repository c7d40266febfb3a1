//! What came of a suite: for the person at the terminal, for CI, for a page, for programs.

use std::{fmt::Write as _, path::PathBuf, sync::Arc, time::Duration};

use desk::eval::{Case, Scored, Severity, Verdict};
use serde_json::json;

use super::run::NotRun;
use crate::{
    cli::output::{self, line},
    flow::run_case::Ran,
};

/// A case with what came of it.
pub struct Judged {
    /// Its file.
    pub path: PathBuf,
    /// The case.
    pub case: Arc<Case>,
    /// None when it is retired.
    pub ran: Option<Result<Ran, NotRun>>,
    /// How long it took.
    pub took: Duration,
}

/// A suite's.
pub struct Report {
    /// In the order of their files.
    pub judged: Vec<Judged>,
    /// All of it together.
    pub elapsed: Duration,
}

impl Judged {
    fn held(&self) -> bool {
        self.ran.as_ref().is_none_or(|ran| ran.as_ref().is_ok_and(Ran::held))
    }

    fn of(&self, verdict: Verdict) -> Vec<&Scored> {
        let Some(Ok(ran)) = &self.ran else { return Vec::new() };
        ran.scored.iter().filter(|s| s.verdict == verdict).collect()
    }

    /// Every difference in a line, then what may have caused them.
    fn told(&self) -> Vec<String> {
        match &self.ran {
            Some(Err(NotRun::TooLong(limit))) => {
                vec![format!("took longer than {} s and was stopped; see --limit", limit.as_secs())]
            }
            Some(Err(NotRun::Broke)) => vec!["broke the program; please report it with the case".to_owned()],
            Some(Ok(ran)) => {
                let differences = self.of(Verdict::Missed).into_iter().filter_map(difference);
                let causes = ran.causes.iter().map(|cause| format!("look at: {cause}"));
                differences.chain(causes.filter(|_| !self.held())).collect()
            }
            None => Vec::new(),
        }
    }

    const fn word(&self, held: bool) -> &'static str {
        match (&self.ran, held) {
            (None, _) => "retired",
            (_, true) => "held",
            (_, false) => "failed",
        }
    }
}

fn difference(scored: &Scored) -> Option<String> {
    let d = scored.difference.as_ref()?;
    Some(format!("{}: expected {}; found {}", scored.scorer, d.wanted, d.found))
}

impl Report {
    /// Cases that failed.
    pub fn failed(&self) -> usize {
        self.judged.iter().filter(|j| !j.held()).count()
    }

    fn severe(&self) -> usize {
        self.judged.iter().filter(|j| !j.held() && j.case.severity == Severity::Severe).count()
    }

    fn retired(&self) -> usize {
        self.judged.iter().filter(|j| j.ran.is_none()).count()
    }

    fn unjudged(&self) -> usize {
        self.judged.iter().map(|j| j.of(Verdict::NotJudged).len()).sum()
    }

    /// The verdict in a line.
    fn verdict(&self) -> String {
        let (failed, retired) = (self.failed(), self.retired());
        let ran = self.judged.len() - retired;
        let mut told = format!("{} of {ran} cases held", ran - failed);
        if failed > 0 {
            let _ = write!(told, ", {failed} failed ({} severe)", self.severe());
        }
        if retired > 0 {
            let _ = write!(told, ", {retired} retired");
        }
        if self.unjudged() > 0 {
            let _ = write!(told, "; {} expectations could not be judged here", self.unjudged());
        }
        format!("{told}; {:.1} s.", self.elapsed.as_secs_f64())
    }

    /// For a person: what failed, then the verdict.
    pub fn print(&self) {
        for judged in self.judged.iter().filter(|j| !j.held()) {
            let case = &judged.case;
            line(format!("FAILED {} ({}): {}", case.id, case.severity, case.title));
            line(format!("  {}", judged.path.display()));
            judged.told().iter().for_each(|told| line(format!("  {told}")));
        }
        let mut why: Vec<&str> = self
            .judged
            .iter()
            .flat_map(|j| j.of(Verdict::NotJudged))
            .filter_map(|s| s.difference.as_ref().map(|d| d.found.as_str()))
            .collect();
        why.sort_unstable();
        why.dedup();
        why.iter().for_each(|why| line(format!("Not judged: {why}.")));
        line(self.verdict());
    }

    /// For a program: a line for each case.
    pub fn print_json(&self) {
        for judged in &self.judged {
            let case = &judged.case;
            let scored: Vec<_> = match &judged.ran {
                Some(Ok(ran)) => ran.scored.iter().map(scored_json).collect(),
                _ => Vec::new(),
            };
            output::json(&json!({
                "case": case.id,
                "file": judged.path.display().to_string(),
                "severity": case.severity,
                "failure": case.failure,
                "verdict": judged.word(judged.held()),
                "told": judged.told(),
                "scored": scored,
                "took_ms": judged.took.as_millis() as u64,
            }));
        }
    }
}

fn scored_json(scored: &Scored) -> serde_json::Value {
    let (wanted, found) = scored.difference.as_ref().map(|d| (&d.wanted, &d.found)).unzip();
    json!({"scorer": scored.scorer, "verdict": scored.verdict, "expected": wanted, "found": found})
}

/// In the form that CI systems read.
pub fn junit(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (all, failed, retired) = (report.judged.len(), report.failed(), report.retired());
    let _ = writeln!(
        out,
        "<testsuite name=\"countersign eval\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\" skipped=\"{retired}\" time=\"{:.3}\">",
        report.elapsed.as_secs_f64()
    );
    for judged in &report.judged {
        let case = &judged.case;
        let _ = write!(
            out,
            "  <testcase name=\"{}\" classname=\"{}.{}\" file=\"{}\" time=\"{:.3}\">",
            escaped(&case.id),
            case.severity,
            case.failure,
            escaped(&judged.path.display().to_string()),
            judged.took.as_secs_f64()
        );
        let told = judged.told();
        match (&case.retired, judged.held()) {
            (Some(why), _) => {
                let _ = write!(out, "<skipped message=\"{}\"/>", escaped(why));
            }
            (None, true) => {}
            (None, false) => {
                let first = told.first().map_or("it failed", String::as_str);
                let _ = write!(out, "<failure message=\"{}\">{}</failure>", escaped(first), escaped(&told.join("\n")));
            }
        }
        out.push_str("</testcase>\n");
    }
    out.push_str("</testsuite>\n");
    out
}

/// Text within XML; characters that no XML may hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// For a page or a comment.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("# Eval cases\n\n{}\n", report.verdict());
    for judged in report.judged.iter().filter(|j| !j.held()) {
        let case = &judged.case;
        let _ = writeln!(out, "\n## {} ({}, {})\n\n{}\n", case.id, case.severity, case.failure, plain(&case.title));
        judged.told().iter().for_each(|told| {
            let _ = writeln!(out, "- {}", plain(told));
        });
    }
    if !report.judged.is_empty() {
        out.push_str("\n| Case | Severity | Verdict |\n|---|---|---|\n");
    }
    for judged in &report.judged {
        let _ = writeln!(out, "| {} | {} | {} |", judged.case.id, judged.case.severity, judged.word(judged.held()));
    }
    out
}

/// A text on one line, with the marks of Markdown and HTML taken for what they are.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
