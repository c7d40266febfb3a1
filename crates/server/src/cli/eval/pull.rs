//! `countersign eval pull`: a desk's approved cases as files.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use desk::{
    audit::Service,
    eval::{self, Case, Origin},
};
use serde::Deserialize;
use store::{EvalCaseState, Purpose};

use super::{convert, suite};
use crate::{
    cli::{
        Failure, Outcome,
        output::line,
        place::{self, Place},
    },
    flow::approve_case,
};

/// Write a desk's approved cases into a folder.
#[derive(Debug, clap::Args)]
pub struct Pull {
    /// Folder for the cases; made when it is not there. A case that is there stays as it is, but that a retired one says so.
    pub folder: PathBuf,
    /// Address of a desk that serves, such as https://support.company.example.
    #[arg(long, value_name = "URL", requires = "token_file", conflicts_with = "data")]
    pub from: Option<String>,
    /// File that holds a token with the scope tickets:read.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The product whose cases are written, as they name it; this desk's own unless said.
    #[arg(long, value_name = "NAME")]
    pub suite: Option<String>,
    #[command(flatten)]
    pub place: Place,
}

impl Pull {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        let (approved, retired) = match (&self.from, &self.token_file) {
            (Some(url), Some(file)) => {
                let token = std::fs::read_to_string(file)
                    .map_err(|e| Failure::told(format!("{} cannot be read: {e}.", file.display())))?;
                (asked(url, token.trim(), "approved").await?, asked(url, token.trim(), "retired").await?)
            }
            _ => self.of_data().await?,
        };
        let known: BTreeSet<String> = approved.iter().chain(&retired).map(|c| c.id.clone()).collect();
        let (wanted, others): (Vec<Case>, Vec<Case>) = approved.into_iter().partition(|c| c.suite == self.suite);
        let new = convert::keep(&self.folder, &wanted)?;
        let ended = retire(&self.folder, &retired)?;
        line(format!("{new} new cases, {ended} retired; {} approved in all.", wanted.len()));
        if let Some(told) = suite::told_of_others(others.iter()) {
            line(format!("{told} were left; name one with --suite, and a folder of its own."));
        }
        for name in strangers(&self.folder, &known)? {
            line(format!(
                "{name} is not on this desk: its people may have been erased or said no. Look whether it may stay."
            ));
        }
        Ok(())
    }

    async fn of_data(&self) -> Result<(Vec<Case>, Vec<Case>), Failure> {
        place::must_exist(&self.place.read()?)?;
        let app = self.place.open_beside().await?;
        let grant = app.service_grant(Service::CommandLine, Purpose::Work)?;
        let read = |rows: Vec<store::EvalCase>| rows.iter().filter_map(|row| eval::read(&row.body).ok()).collect();
        let approved = read(approve_case::list(&app, &grant, EvalCaseState::Approved).await?);
        let retired = read(approve_case::list(&app, &grant, EvalCaseState::Retired).await?);
        app.store.close().await;
        Ok((approved, retired))
    }
}

#[derive(Deserialize)]
struct Answer {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    text: String,
}

async fn asked(url: &str, token: &str, state: &str) -> Result<Vec<Case>, Failure> {
    let address = format!("{}/api/v1/eval-cases?state={state}", url.trim_end_matches('/'));
    let told = |why: String| Failure::told(format!("{address} did not answer with cases: {why}."));
    connect::tls::install();
    let client =
        reqwest::Client::builder().timeout(Duration::from_secs(60)).build().map_err(|e| told(e.to_string()))?;
    let answer = client.get(&address).bearer_auth(token).send().await.map_err(|e| told(e.to_string()))?;
    if !answer.status().is_success() {
        let status = answer.status();
        return Err(told(format!("{status}; the token needs the scope tickets:read")));
    }
    let answer: Answer = answer.json().await.map_err(|e| told(e.to_string()))?;
    Ok(answer.items.iter().filter_map(|item| eval::read(&item.text).ok()).collect())
}

/// Marks files whose case was retired on the desk.
fn retire(folder: &Path, retired: &[Case]) -> Result<usize, Failure> {
    let mut ended = 0;
    for case in retired {
        let path = folder.join(format!("{}.yaml", case.id));
        let Some(mut here) = std::fs::read_to_string(&path).ok().and_then(|text| eval::read(&text).ok()) else {
            continue;
        };
        if here.retired.is_none() {
            here.retired.clone_from(&case.retired);
            convert::write(&path, &eval::write(&here))?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Files of tickets that the desk holds no case of.
fn strangers(folder: &Path, known: &BTreeSet<String>) -> Result<Vec<String>, Failure> {
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none()) {
        return Ok(Vec::new());
    }
    let from_ticket = |case: &Case| {
        let numbered =
            case.id.rsplit('-').next().is_some_and(|n| n.len() >= 4 && n.bytes().all(|b| b.is_ascii_digit()));
        numbered && case.origin != Origin::Imported && case.retired.is_none()
    };
    let cases = suite::read(folder)?.into_iter().map(|filed| filed.case);
    Ok(cases.filter(|c| from_ticket(c) && !known.contains(&c.id)).map(|c| c.id).collect())
}
