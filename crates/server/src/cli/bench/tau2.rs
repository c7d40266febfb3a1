//! `tau2_policies`: requests to an airline and a shop, as both benches that use them read them.

use std::path::Path;

use serde::Deserialize;

use crate::cli::{Failure, search::shelf::lines};

/// The two companies, which are folders of the data.
pub const COMPANIES: [&str; 2] = ["airline", "retail"];

/// A request, and how it must end.
#[derive(Deserialize)]
pub struct Task {
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

/// The requests of one company.
pub fn tasks(folder: &Path, company: &str) -> Result<Vec<Task>, Failure> {
    lines(&folder.join(company).join("tasks.jsonl"))
}

impl Task {
    /// What is said.
    pub fn text(&self) -> String {
        let said = &self.user_scenario.instructions;
        format!("{}\n{}", said.reason_for_call, said.task_instructions)
    }

    /// Whether it must end with a person.
    pub fn is_handed_to_a_person(&self) -> bool {
        let actions = self.evaluation_criteria.iter().filter_map(|criteria| criteria.actions.as_ref()).flatten();
        actions.into_iter().any(|action| action.name == "transfer_to_human_agents")
    }

    /// Whether it must end in a refusal or with a person.
    pub fn is_for_people(&self) -> bool {
        let refuses = |said: &String| {
            let said = said.to_lowercase();
            ["refuse", "should not", "does not", "deny", "denies", "cannot", "not possible", "transfer"]
                .iter()
                .any(|word| said.contains(word))
        };
        let asserted = self.evaluation_criteria.iter().filter_map(|criteria| criteria.nl_assertions.as_ref()).flatten();
        self.is_handed_to_a_person() || asserted.into_iter().any(refuses)
    }
}
