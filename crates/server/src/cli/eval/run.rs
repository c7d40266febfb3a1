//! `countersign eval run`: every case, each within its time.

use std::{
    num::NonZeroU64,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use desk::{eval::Case, grounding::words_alone};

use super::{
    grade::Grading,
    report::{self, Judged, Report},
    rules::{Engine, Under},
    suite,
};
use crate::{
    cli::{Failure, Outcome, output::Progress},
    flow::{gate_program, run_case::Ran, run_suite},
};

/// Run a folder's cases.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// Folder of cases; files that end in .yaml, in folders too.
    pub folder: PathBuf,
    #[command(flatten)]
    pub under: Under,
    /// Write a report for CI in JUnit's form.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a report in Markdown.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Print one JSON line for each case.
    #[arg(long)]
    pub json: bool,
    /// Seconds one case may take.
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    pub limit: NonZeroU64,
    #[command(flatten)]
    pub grading: Grading,
}

impl Run {
    /// Runs it.
    ///
    /// # Errors
    /// Exit code 2 where the suite cannot be run, 1 where a case failed.
    pub async fn run(self) -> Outcome {
        let started = Instant::now();
        let cases = suite::read(&self.folder)?;
        // What tests another product says nothing about this desk.
        let (cases, others): (Vec<_>, Vec<_>) = cases.into_iter().partition(|filed| filed.case.is_of_desk());
        let others = suite::told_of_others(others.iter().map(|filed| &filed.case));
        if cases.is_empty() {
            let why = "holds no case of this desk; cases of products are written for their own tools with `eval export --suite`";
            return Err(Failure::BadInput(format!("{} {why}.", self.folder.display())));
        }
        let engine = Arc::new(self.under.engine().await?);
        let limit = Duration::from_secs(self.limit.get());
        let cases = cases.into_iter().map(|f| (f.path, Arc::new(f.case))).collect::<Vec<_>>();
        let mut all = tokio::task::block_in_place(|| judge_all(&cases, &engine, limit));
        let graded_by = self.grading.read(engine.app.as_deref(), &mut all).await?;
        if let Some(app) = &engine.app {
            let live = cases.iter().map(|(_, case)| &**case).filter(|case| case.retired.is_none());
            for moved in gate_program::moved(app, &mut app.store.read().await?, live).await? {
                // On its own channel: what is read from the report stays as it is.
                eprintln!("{}: its source {} {}.", moved.case, moved.source, moved.what);
            }
            app.store.close().await;
        }
        let report = Report { judged: all, elapsed: started.elapsed(), graded_by };
        self.write(&report)?;
        if let Some(told) = others {
            // On its own channel, as above.
            eprintln!("{told} were not run: they test those products, not this desk.");
        }
        if self.json {
            report.print_json()
        } else {
            report.print()
        }
        if report.failed() == 0 && report.failing_misses() == 0 { Ok(()) } else { Err(Failure::Shown) }
    }

    fn write(&self, report: &Report) -> Outcome {
        let files = [(&self.junit, report::junit as fn(&Report) -> String), (&self.markdown, report::markdown)];
        for (path, form) in files {
            let Some(path) = path else { continue };
            std::fs::write(path, form(report)).map_err(|e| {
                Failure::BadInput(format!("{} cannot be written: {e}. Choose another file.", path.display()))
            })?;
        }
        Ok(())
    }
}

impl Engine {
    fn run(&self, case: &Case) -> Ran {
        let Some(app) = &self.app else {
            let why = "no classifier runs without a desk; name one with --data".to_owned();
            return self.rules.run(case, &Err(why), &words_alone);
        };
        run_suite::run(app, &self.rules, case)
    }
}

/// Runs cases on every core. One that takes too long counts as failed, and the others go on.
pub fn judge_all(cases: &[(PathBuf, Arc<Case>)], engine: &Arc<Engine>, limit: Duration) -> Vec<Judged> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let progress = Progress::of("cases");
    let cores = thread::available_parallelism().map_or(1, usize::from).min(cases.len().max(1));
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((at, (path, case))) = take(&next, cases) {
                    let (case, engine) = (Arc::clone(case), Arc::clone(engine));
                    let (named, started) = (Arc::clone(&case), Instant::now());
                    let ran = match &case.retired {
                        Some(_) => None,
                        None => Some(limited(limit, move || engine.run(&case))),
                    };
                    let judged =
                        Judged { path: path.clone(), case: named, ran, graded: Vec::new(), took: started.elapsed() };
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((at, judged));
                    progress.at(done.len(), cases.len());
                }
            });
        }
    });
    let mut all = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, judged)| judged).collect()
}

fn take<'a, T>(next: &AtomicUsize, all: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::SeqCst);
    Some((at, all.get(at)?))
}

/// Why a case has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRun {
    /// It took longer than this.
    TooLong(Duration),
    /// It broke the program.
    Broke,
}

/// Runs on a thread of its own, so that what never ends keeps nobody. Such a thread ends with the command.
pub fn limited<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotRun> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let _ = tell.send(work());
    });
    told.recv_timeout(limit).map_err(|e| match e {
        mpsc::RecvTimeoutError::Timeout => NotRun::TooLong(limit),
        mpsc::RecvTimeoutError::Disconnected => NotRun::Broke,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_keeps_nobody_and_what_breaks_is_told() {
        let limit = Duration::from_millis(50);
        let endless = || loop {
            thread::sleep(Duration::from_secs(1));
        };
        assert_eq!(limited::<()>(limit, endless), Err(NotRun::TooLong(limit)));
        assert_eq!(limited(Duration::from_secs(60), || 7), Ok(7));
        assert_eq!(limited::<()>(Duration::from_secs(60), || std::panic::panic_any("broken")), Err(NotRun::Broke));
    }
}
