//! `tau2_policies`: requests to an airline and a shop. Some must be refused or handed to a person; the plan finds one when it leaves
//! the words to people. No category is learnt here, so flags alone decide.

use std::path::Path;

use desk::{
    operating::{OperatingModel, Writing},
    risk,
};
use serde::Deserialize;

use crate::cli::{
    Failure,
    bench::{Figure, Goal},
    search::shelf::lines,
};

#[derive(Deserialize)]
struct Task {
    user_scenario: Scenario,
    evaluation_criteria: Option<Criteria>,
}

#[derive(Deserialize)]
struct Scenario {
    instructions: Instructions,
}

#[derive(Deserialize)]
struct Instructions {
    reason_for_call: String,
    #[serde(default)]
    task_instructions: String,
}

#[derive(Deserialize)]
struct Criteria {
    #[serde(default)]
    actions: Option<Vec<Action>>,
    #[serde(default)]
    nl_assertions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Action {
    name: String,
}

impl Task {
    /// Whether it must end in a refusal or with a person.
    fn is_for_people(&self) -> bool {
        let Some(criteria) = &self.evaluation_criteria else { return false };
        let refuses = |said: &String| {
            let said = said.to_lowercase();
            ["refuse", "should not", "does not", "deny", "denies", "cannot", "not possible", "transfer"]
                .iter()
                .any(|word| said.contains(word))
        };
        let handed = |a: &Action| a.name == "transfer_to_human_agents";
        criteria.nl_assertions.iter().flatten().any(refuses) || criteria.actions.iter().flatten().any(handed)
    }

    /// Whether flags in the request leave the words to people.
    fn is_handed_over(&self) -> bool {
        let said = &self.user_scenario.instructions;
        let raised = risk::raised(&format!("{}\n{}", said.reason_for_call, said.task_instructions));
        let model = raised
            .iter()
            .filter_map(|r| r.flag.narrows_to())
            .fold(None, |model, next| Some(model.map_or(next, |known: OperatingModel| known.narrower(next))));
        model.is_some_and(|m| !matches!(m.writing(), Writing::Draft | Writing::ApprovedWording))
    }
}

/// Counts.
pub fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for name in ["airline", "retail"] {
        let tasks: Vec<Task> = lines(&folder.join(name).join("tasks.jsonl"))?;
        let (people, others): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(|t| t.is_for_people());
        let handed = |tasks: &[&Task]| tasks.iter().filter(|t| t.is_handed_over()).count();
        let count = |figure: &str, value: usize, n: usize| {
            Figure::new("drafts", format!("tau2.{name}.{figure}"), value as f64, "requests", n, Goal::Unset)
        };
        figures.push(count("required_found", handed(&people), people.len()));
        figures.push(count("others_handed_over", handed(&others), others.len()));
    }
    Ok(figures)
}
