//! `countersign user`: people who answer.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    process::Command,
};

use desk::{
    audit::{AuditEvent, Service},
    envelope::is_address,
    people::{Agent, AiSetting, Role},
};
use store::{ServiceIdentity, StoreError, new_id};

use super::{Failure, Outcome, first_start, output::line, place::Place};
use crate::flow::sign_in::hash_password;

/// People who answer.
#[derive(Debug, clap::Subcommand)]
pub enum User {
    /// Add a person. The password is asked for, or read from standard input.
    Add {
        /// Full name, as customers will read it.
        name: String,
        /// Address to sign in with.
        email: String,
        /// agent, lead, knowledge_owner, auditor or admin.
        #[arg(long, default_value = "agent")]
        role: String,
        /// Queue to work in; may be given more than once. Without any: all of them.
        #[arg(long = "queue", value_name = "KEY")]
        queues: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// List the people who can sign in.
    List {
        #[command(flatten)]
        place: Place,
    },
}

impl User {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Add { name, email, role, queues, place } => {
                add(&name, &email.to_lowercase(), &role, queues, &place).await
            }
            Self::List { place } => {
                let app = place.open_beside().await?;
                for agent in app.store.read().await?.agents().await? {
                    let queues =
                        if agent.queues.is_empty() { "every queue".to_owned() } else { agent.queues.join(", ") };
                    line(format!("{:<28} {:<28} {:<16} {queues}", agent.name, agent.email, agent.role.word()));
                }
                Ok(())
            }
        }
    }
}

async fn add(name: &str, email: &str, role: &str, queues: Vec<String>, place: &Place) -> Outcome {
    let role: Role = role.parse().map_err(|_| {
        Failure::BadInput(format!("“{role}” is no role; choose agent, lead, knowledge_owner, auditor or admin."))
    })?;
    if !is_address(email) {
        return Err(Failure::BadInput(format!(
            "“{email}” is no address to sign in with; give one such as ana@company.example."
        )));
    }
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(Failure::BadInput("A person needs a name on one line.".to_owned()));
    }
    let app = place.open_beside().await?;
    first_start::lay_defaults(&app).await?;
    let known: Vec<String> = app.store.read().await?.queues().await?.into_iter().map(|(key, _)| key).collect();
    if let Some(unknown) = queues.iter().find(|q| !known.contains(q)) {
        return Err(Failure::BadInput(format!("There is no queue “{unknown}”; there are: {}.", known.join(", "))));
    }
    let runs_all = matches!(role, Role::Lead | Role::Admin | Role::Auditor);
    let queues = if queues.is_empty() && !runs_all { known } else { queues };
    let hash = hash_password(&read_password()?).await?;
    let agent = Agent {
        id: new_id(),
        name: name.trim().to_owned(),
        email: email.to_owned(),
        role,
        queues,
        ai: AiSetting::Default,
    };
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    match tx.add_agent(&agent, Some(&hash)).await {
        Ok(()) => {}
        Err(StoreError::Constraint { .. }) => {
            return Err(Failure::told(format!("Somebody signs in with {email} already. Choose another address.")));
        }
        Err(other) => return Err(other.into()),
    }
    tx.commit(AuditEvent::AgentChanged { agent: agent.id, change: "added".to_owned() }).await?;
    app.store.close().await;
    line(format!("{} can sign in as {email} ({}).", agent.name, agent.role.word()));
    Ok(())
}

/// From the keyboard without showing it, or the first line of a pipe.
fn read_password() -> Result<String, Failure> {
    let typed = io::stdin().is_terminal();
    let echo = |state: &str| {
        // When the terminal cannot be told, the password shows while it is typed; nothing worse.
        let _ = Command::new("stty").arg(state).status();
    };
    if typed {
        eprint!("Password (at least 8 characters): ");
        echo("-echo");
    }
    let mut password = String::new();
    let read = io::stdin().lock().read_line(&mut password);
    if typed {
        echo("echo");
        eprintln!();
    }
    read.map_err(|e| Failure::told(format!("The password cannot be read: {e}. Type it, or pipe it in.")))?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
