//! `countersign eval pin`: a person looked at the cases under today's policies, and they are right.

use std::path::PathBuf;

use desk::eval;

use super::{convert, rules::Under, suite};
use crate::cli::{Outcome, output::line};

/// Write today's policies into a folder's cases.
#[derive(Debug, clap::Args)]
pub struct Pin {
    /// Folder of cases.
    pub folder: PathBuf,
    #[command(flatten)]
    pub under: Under,
}

impl Pin {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        let cases = suite::read(&self.folder)?;
        let engine = self.under.engine().await?;
        let mut changed = 0;
        for suite::Filed { path, mut case } in cases.into_iter().filter(|filed| filed.case.is_of_desk()) {
            let pins = eval::matter(engine.rules.policies(), &case).map(eval::Pin::of).collect();
            if case.policies != pins {
                case.policies = pins;
                convert::write(&path, &eval::write(&case))?;
                changed += 1;
            }
        }
        if let Some(app) = &engine.app {
            app.store.close().await;
        }
        line(format!("{changed} cases name other policies now."));
        Ok(())
    }
}
