//! `tau2_policies`: requests to an airline and a shop. Some must be refused or handed to a person; the plan finds one when it leaves
//! the words to people. No category is learnt here, so flags alone decide.

use std::path::Path;

use crate::cli::{
    Failure,
    bench::{
        Figure, Goal,
        tau2::{self, COMPANIES, Task},
    },
};
use desk::{
    operating::{OperatingModel, Writing},
    risk,
};

/// Whether flags in the request leave the words to people.
fn is_handed_over(task: &Task) -> bool {
    let model = risk::raised(&task.text())
        .iter()
        .filter_map(|r| r.flag.narrows_to())
        .fold(None, |model, next| Some(model.map_or(next, |known: OperatingModel| known.narrower(next))));
    model.is_some_and(|m| !matches!(m.writing(), Writing::Draft | Writing::ApprovedWording))
}

/// Counts.
pub fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for name in COMPANIES {
        let tasks = tau2::tasks(folder, name)?;
        let (people, others): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(|t| t.is_for_people());
        let handed = |tasks: &[&Task]| tasks.iter().filter(|t| is_handed_over(t)).count();
        let count = |figure: &str, value: usize, n: usize| {
            Figure::new("drafts", format!("tau2.{name}.{figure}"), value as f64, "requests", n, Goal::Unset)
        };
        figures.push(count("required_found", handed(&people), people.len()));
        figures.push(count("others_handed_over", handed(&others), others.len()));
    }
    Ok(figures)
}
