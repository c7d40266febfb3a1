//! What came of a suite: for the person at the terminal, for CI, for a page, for programs.

use std::{fmt::Write as _, path::PathBuf, sync::Arc, time::Duration};

use desk::eval::{Case, Scored, Scorer, Severity, Verdict, graded::Reading};
use serde_json::json;

use super::{
    grade::{GradedBy, Miss},
    run::NotRun,
};
use crate::{
    cli::output::{self, line},
    flow::{grade_case::Graded, run_case::Ran},
};

/// A case with what came of it.
pub struct Judged {
    /// Its file.
    pub path: PathBuf,
    /// The case.
    pub case: Arc<Case>,
    /// None when it is retired.
    pub ran: Option<Result<Ran, NotRun>>,
    /// What a model said of its graded statements, in their order; empty when none was asked.
    pub graded: Vec<Graded>,
    /// How long it took.
    pub took: Duration,
}

/// A suite's.
pub struct Report {
    /// In the order of their files.
    pub judged: Vec<Judged>,
    /// All of it together.
    pub elapsed: Duration,
    /// The model that graded; none when none was asked.
    pub graded_by: Option<GradedBy>,
}

impl Judged {
    fn held(&self) -> bool {
        self.ran.as_ref().is_none_or(|ran| ran.as_ref().is_ok_and(Ran::held))
    }

    fn of(&self, verdict: Verdict) -> Vec<&Scored> {
        let Some(Ok(ran)) = &self.ran else { return Vec::new() };
        // What a model was asked about is told apart.
        let apart = |s: &&Scored| s.scorer != Scorer::Graded || self.graded.is_empty();
        ran.scored.iter().filter(|s| s.verdict == verdict).filter(apart).collect()
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

    /// Statements that a calibrated model holds untrue, where that was to end the run with code 1.
    pub fn failing_misses(&self) -> usize {
        let counts = self.graded_by.as_ref().is_some_and(|by| by.miss == Miss::Fails && by.is_calibrated());
        if counts { self.judged.iter().map(Judged::graded_misses).sum() } else { 0 }
    }

    /// Who graded and what came of it, in a line; none when no model was asked.
    fn graded(&self) -> Option<String> {
        let by = self.graded_by.as_ref()?;
        let count = |is: &dyn Fn(&Graded) -> bool| self.judged.iter().flat_map(|j| &j.graded).filter(|g| is(g)).count();
        let yes = count(&|g| matches!(g, Graded::Read(Reading::Yes { .. })));
        let no = count(&|g| matches!(g, Graded::Read(Reading::No)));
        let unsure = count(&|g| matches!(g, Graded::Read(Reading::Unsure { .. })));
        let not_asked = count(&|g| matches!(g, Graded::NotAsked { .. }));
        let told = by.told();
        Some(format!("{told} {yes} statements true, {no} untrue, {unsure} unsure, {not_asked} not asked."))
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
        for judged in &self.judged {
            judged.graded_told().iter().for_each(|told| line(format!("{}: {told}", judged.case.id)));
        }
        self.graded().iter().for_each(line);
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
                "graded": self.graded_by.as_ref().map(|by| judged.graded_json(by)),
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
    let (all, retired) = (report.judged.len(), report.retired());
    let fails_by_grade = |j: &Judged| j.held() && report.failing_misses() > 0 && j.graded_misses() > 0;
    let failed = report.failed() + report.judged.iter().filter(|j| fails_by_grade(j)).count();
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
            (None, true) if fails_by_grade(judged) => {
                let told = judged.graded_told().join("\n");
                let _ = write!(out, "<failure type=\"graded\" message=\"{}\"/>", escaped(&told));
            }
            (None, true) => {}
            (None, false) => {
                let first = told.first().map_or("it failed", String::as_str);
                let _ = write!(out, "<failure message=\"{}\">{}</failure>", escaped(first), escaped(&told.join("\n")));
            }
        }
        let graded = judged.graded_told();
        if !graded.is_empty() {
            let _ = write!(out, "<system-out>{}</system-out>", escaped(&graded.join("\n")));
        }
        out.push_str("</testcase>\n");
    }
    if let Some(graded) = report.graded() {
        let _ = writeln!(out, "  <system-out>{}</system-out>", escaped(&graded));
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
    out.push_str(&graded_markdown(report));
    if !report.judged.is_empty() {
        out.push_str("\n| Case | Severity | Verdict |\n|---|---|---|\n");
    }
    for judged in &report.judged {
        let _ = writeln!(out, "| {} | {} | {} |", judged.case.id, judged.case.severity, judged.word(judged.held()));
    }
    out
}

/// What a model said, under a heading of its own.
fn graded_markdown(report: &Report) -> String {
    let Some(graded) = report.graded() else { return String::new() };
    let mut out = format!("\n## Graded by a model\n\n{}\n\n", plain(&graded));
    for judged in &report.judged {
        for told in judged.graded_told() {
            let _ = writeln!(out, "- {}: {}", judged.case.id, plain(&told));
        }
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
