//! The policies a suite runs under: those of a folder, of the invented company, or of a desk.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use desk::{
    Timestamp,
    operating::OperatingModel,
    policy::{Owner, Policies, Policy, PolicyKind},
    policy_file::{self, PolicyFile},
    terms::Terms,
    triage::Category,
};

use crate::{
    App,
    cli::{
        Failure,
        place::{self, Place},
        policy,
    },
    clock::Clock,
    demo,
    flow::{run_case::Rules, run_suite},
};

/// Whose policies a suite runs under.
#[derive(Debug, clap::Args)]
pub struct Under {
    /// Policies of this folder, as `countersign policy export` writes them, instead of a desk's.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["demo", "data"])]
    pub policies: Option<PathBuf>,
    /// Policies of the invented company, instead of a desk's.
    #[arg(long, conflicts_with = "data")]
    pub demo: bool,
    #[command(flatten)]
    pub place: Place,
}

/// What runs a case: policies, and a desk's classifier and meanings where there is a desk.
pub struct Engine {
    /// The policies.
    pub rules: Rules,
    /// The desk, if any.
    pub app: Option<Arc<App>>,
}

impl Under {
    /// Opens it.
    ///
    /// # Errors
    /// A sentence with the next step, with exit code 2: a suite that cannot be run has not failed.
    pub async fn engine(&self) -> Result<Engine, Failure> {
        self.open().await.map_err(|failure| match failure {
            Failure::Told(why) => Failure::BadInput(why),
            other => other,
        })
    }

    async fn open(&self) -> Result<Engine, Failure> {
        let now = Clock::default().now();
        if let Some(folder) = &self.policies {
            return Ok(Engine { rules: of_folder(folder, now)?, app: None });
        }
        if self.demo {
            return Ok(Engine { rules: of_demo(now)?, app: None });
        }
        place::must_exist(&self.place.read()?)?;
        let app = self.place.open_beside().await?;
        Ok(Engine { rules: run_suite::rules(&app, &mut app.store.read().await?, &[]).await?, app: Some(app) })
    }
}

/// From a folder that `countersign policy export` wrote.
///
/// # Errors
/// The first file that cannot be read, with its line.
fn of_folder(folder: &Path, now: Timestamp) -> Result<Rules, Failure> {
    let mut files = Vec::new();
    for (name, text) in policy::read(folder)? {
        let Some((kind, key)) = policy_file::place(&name) else {
            return Err(Failure::BadInput(format!("{name} is no policy's file; take it out of the folder.")));
        };
        let file = PolicyFile::read(kind, &key, &text)
            .map_err(|p| Failure::BadInput(format!("{name}, line {}: {}", p.line, p.why)))?;
        files.push(file);
    }
    let categories: Vec<Category> = files.iter().filter_map(category).collect();
    if categories.is_empty() {
        let why = "it has no operating model; write one with `countersign policy export`";
        return Err(Failure::BadInput(format!("{}: {why}.", folder.display())));
    }
    let queues = queues(&files);
    // What nobody could save is no policy; a typing mistake must not pass for the shipped text.
    for file in &files {
        let shipped = categories.iter().find(|c| c.key == file.key).map(|c| c.operating_model);
        let desk = desk::policy::Desk { shipped, queues: &queues, categories: &categories };
        if let Err(problems) = Policy::check(file.kind, &file.body, &desk) {
            let name = policy_file::path(file.kind, &file.key);
            let told = problems.iter().map(|p| format!("{name}, line {}: {}", p.line + file.head_lines, p.why));
            return Err(Failure::BadInput(told.collect::<Vec<_>>().join("\n")));
        }
    }
    let policies = Policies::new(categories, files.into_iter().map(policy_of).collect());
    Ok(Rules::new(policies, queues, Vec::new(), now))
}

/// From the invented company, as its demo begins.
///
/// # Errors
/// When the embedded world is damaged.
fn of_demo(now: Timestamp) -> Result<Rules, Failure> {
    let queues = demo::files::company()?.queues.into_iter().map(|q| q.key).collect();
    Ok(Rules::new(demo::policies(now)?, queues, Vec::new(), now))
}

/// A category as far as its policy's file tells: the model it is worked as is taken for the shipped one.
fn category(file: &PolicyFile) -> Option<Category> {
    if file.kind != PolicyKind::OperatingModel {
        return None;
    }
    let is_own = |m: &&OperatingModel| Terms::parse(&file.body, **m).is_ok_and(|terms| terms.model == **m);
    // A text that reads as none of them is told when it is checked.
    let operating_model = OperatingModel::ALL.iter().find(is_own).copied().unwrap_or(OperatingModel::ProductQuestion);
    Some(Category {
        key: file.key.clone(),
        name: file.key.clone(),
        description: String::new(),
        operating_model,
        queue: desk::routing::TRIAGE_QUEUE.to_owned(),
    })
}

/// The queues that routing, escalation and targets name: a folder of policies lists none.
fn queues(files: &[PolicyFile]) -> Vec<String> {
    let mut all = BTreeSet::from([desk::routing::TRIAGE_QUEUE.to_owned()]);
    for file in files {
        match file.kind {
            PolicyKind::Routing => {
                let lines = file.body.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
                all.extend(lines.filter_map(|l| Some(l.split('|').next()?.trim().to_owned())));
            }
            PolicyKind::Escalation | PolicyKind::Service => {
                if let Ok(table) = file.body.parse::<toml::Table>() {
                    named(&toml::Value::Table(table), &mut all);
                }
            }
            _ => {}
        }
    }
    all.into_iter().filter(|q| !q.is_empty()).collect()
}

/// Every text under a key `queue` or `queues`.
fn named(value: &toml::Value, into: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let texts: Vec<&toml::Value> = match value {
                    toml::Value::Array(list) => list.iter().collect(),
                    one => vec![one],
                };
                if key == "queue" || key == "queues" {
                    into.extend(texts.iter().filter_map(|t| Some(t.as_str()?.to_owned())));
                }
                named(value, into);
            }
        }
        toml::Value::Array(list) => list.iter().for_each(|value| named(value, into)),
        _ => {}
    }
}

/// A file says no version.
fn policy_of(file: PolicyFile) -> Policy {
    Policy {
        kind: file.kind,
        name: file.name.unwrap_or_else(|| file.key.clone()),
        key: file.key,
        version: 0,
        body: file.body,
        categories: file.categories.unwrap_or_default(),
        owner: Owner::Nobody,
        review_by: file.review_by,
        made_by: None,
        made_at: None,
        note: String::new(),
    }
}
