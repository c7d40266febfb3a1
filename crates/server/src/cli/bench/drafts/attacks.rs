//! Instructions hidden in mails: the train part of `bipia`, and the mails and goals of `agentdojo`.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::cli::{
    Failure,
    bench::{Figure, read},
    injection::trial,
    search::shelf::lines,
};

#[derive(Deserialize)]
struct Mail {
    context: String,
}

#[derive(Deserialize)]
struct Aim {
    goal: String,
}

/// Every train mail with every train attack, in words and in code.
pub async fn bipia(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let mails: Vec<Mail> = lines(&folder.join("email_train.jsonl"))?;
    let mails: Vec<String> = mails.into_iter().map(|m| m.context).collect();
    let mut attacks = Vec::new();
    for file in ["text_attack_train.json", "code_attack_train.json"] {
        let path = folder.join(file);
        let kinds: BTreeMap<String, Vec<String>> =
            serde_json::from_str(&read(&path)?).map_err(|e| Failure::BadInput(format!("{}: {e}.", path.display())))?;
        attacks.extend(kinds.into_values().flatten());
    }
    Ok(trial::measure(&mails, &attacks).await?.figures("drafts", "bipia."))
}

/// Every mail of the workspace with every goal.
pub async fn agentdojo(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let inbox = read(&folder.join("workspace/include/inbox.yaml"))?;
    // Bodies are double-quoted on one line, which JSON reads as well.
    let body = |line: &str| serde_json::from_str::<String>(line.trim().strip_prefix("body: ")?).ok();
    let mails: Vec<String> = inbox.lines().filter_map(body).collect();
    if mails.is_empty() {
        return Err(Failure::BadInput(format!("{} holds no mail that can be read.", folder.display())));
    }
    let aims: Vec<Aim> = lines(&folder.join("injection_goals.jsonl"))?;
    let aims: Vec<String> = aims.into_iter().map(|a| a.goal).collect();
    Ok(trial::measure(&mails, &aims).await?.figures("drafts", "agentdojo."))
}
