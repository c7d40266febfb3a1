//! Cases for other tools, and from them.

use std::path::{Path, PathBuf};

use desk::eval::{self, Case};

use super::suite;
use crate::{
    cli::{Failure, Outcome, output::line},
    clock::Clock,
};

/// Another tool's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A file of promptfoo.
    Promptfoo,
    /// A data set: a case on each line, as JSON.
    Jsonl,
}

/// Write cases for other tools.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Folder of cases.
    pub folder: PathBuf,
    /// The form.
    #[arg(long = "as", value_enum)]
    pub form: Form,
    /// File to write.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// The product whose cases are written, as they name it; this desk's own unless said.
    #[arg(long, value_name = "NAME")]
    pub suite: Option<String>,
}

impl Export {
    /// Runs it. Retired cases stay here, and those that nobody looked at yet.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub fn run(self) -> Outcome {
        let cases: Vec<Case> = suite::read(&self.folder)?.into_iter().map(|f| f.case).collect();
        let (cases, others): (Vec<Case>, Vec<Case>) =
            cases.into_iter().filter(|c| c.retired.is_none()).partition(|c| c.suite == self.suite);
        let (cases, unread): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|c| c.proposed.is_none());
        let text = match self.form {
            Form::Promptfoo => eval::to_promptfoo(&cases, self.suite.as_deref()),
            Form::Jsonl => jsonl(&cases)?,
        };
        write(&self.to, &text)?;
        line(format!("{} cases in {}.", cases.len(), self.to.display()));
        if !unread.is_empty() {
            line(format!("{} nobody looked at yet stayed here; they say so under “proposed”.", unread.len()));
        }
        if let Some(told) = suite::told_of_others(others.iter()) {
            line(format!("{told} stayed here; name one with --suite."));
        }
        Ok(())
    }
}

fn jsonl(cases: &[Case]) -> Result<String, Failure> {
    let one = |case: &Case| serde_json::to_string(&eval::tree(case)).map(|text| text + "\n");
    let lines: Result<String, _> = cases.iter().map(one).collect();
    lines.map_err(|e| Failure::told(format!("A case could not be written as JSON: {e}.")))
}

/// Make cases of another tool's file.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The file.
    pub file: PathBuf,
    /// Its form.
    #[arg(long = "as", value_enum)]
    pub form: Form,
    /// Folder for the cases; made when it is not there. A case that is there already stays as it is.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

impl Import {
    /// Runs it.
    ///
    /// # Errors
    /// The file's problems, each with its line.
    pub fn run(self) -> Outcome {
        let text = std::fs::read_to_string(&self.file)
            .map_err(|e| Failure::BadInput(format!("{} cannot be read: {e}.", self.file.display())))?;
        let (cases, left_out) = match self.form {
            Form::Promptfoo => eval::from_promptfoo(&text, &Clock::default().now().date())
                .map_err(|problems| Failure::BadInput(told(&self.file, &problems))),
            Form::Jsonl => from_lines(&self.file, &text).map(|cases| (cases, Vec::new())),
        }?;
        left_out.iter().for_each(line);
        let new = keep(&self.to, &cases)?;
        line(format!("{new} new cases in {}; {} were there.", self.to.display(), cases.len() - new));
        Ok(())
    }
}

fn told(file: &Path, problems: &[desk::policy::Problem]) -> String {
    let lines = problems.iter().map(|p| format!("{}, line {}: {}", file.display(), p.line, p.why));
    lines.collect::<Vec<_>>().join("\n")
}

fn from_lines(file: &Path, text: &str) -> Result<Vec<Case>, Failure> {
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for (number, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        match eval::read(text) {
            Ok(case) => cases.push(case),
            Err(found) => problems.extend(found.into_iter().map(|p| desk::policy::Problem { line: number, ..p })),
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(Failure::BadInput(told(file, &problems))) }
}

/// Writes cases that are not there, each into its own file. Returns how many.
///
/// # Errors
/// A sentence with the next step.
pub fn keep(folder: &Path, cases: &[Case]) -> Result<usize, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| unusable(folder, &e))?;
    let mut new = 0;
    for case in cases {
        let path = folder.join(format!("{}.yaml", case.id));
        if !path.exists() {
            write(&path, &eval::write(case))?;
            new += 1;
        }
    }
    Ok(new)
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, text: &str) -> Outcome {
    let aside = path.with_extension("new");
    std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, path)).map_err(|e| unusable(path, &e))
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::told(format!("{} cannot be written: {error}. Choose another place.", path.display()))
}
