//! `countersign gate`: changes that eval cases were asked about, and the way back.

use desk::policy::PolicyKind;

use super::{
    Failure, Outcome,
    output::line,
    place::{self, Place},
};
use crate::{
    FlowError,
    flow::{
        gate_model, gate_policy, roll_back,
        train_triage::{self, COMMAND_LINE},
    },
};

/// Changes and the way back.
#[derive(Debug, clap::Subcommand)]
pub enum Gate {
    /// List the newest changes and what the eval cases said of them.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Let the candidate model take over, once the approved eval cases were drafted by both; a running server does that.
    Promote {
        /// Why.
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Let hold again what did before, also beside a running server.
    Rollback {
        /// A policy such as `persona/developer`, `classifier`, or `model`.
        what: String,
        #[command(flatten)]
        place: Place,
    },
}

/// What a roll-back is of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Policy(PolicyKind, String),
    Classifier,
    Model,
}

impl Gate {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::List { place } => list(&place).await,
            Self::Promote { reason, place } => promote(&reason, &place).await,
            Self::Rollback { what, place } => roll_back(&what, &place).await,
        }
    }
}

async fn list(place: &Place) -> Outcome {
    place::must_exist(&place.read()?)?;
    let app = place.open_beside().await?;
    let rows = app.store.read().await?.gates().await?;
    app.store.close().await;
    if rows.is_empty() {
        line("No eval case was asked about a change yet.");
    }
    for row in rows {
        let said = row.judgement.map_or_else(String::new, |j| format!(", {j}"));
        let failing = row.findings.iter().filter(|c| c.regressed()).count();
        line(format!(
            "{} {} {}: {}{said}; {} cases, {failing} fail that held. {}",
            row.asked_at.date(),
            row.subject,
            row.name,
            row.state,
            row.cases,
            row.why
        ));
    }
    Ok(())
}

async fn promote(reason: &str, place: &Place) -> Outcome {
    place::must_exist(&place.read()?)?;
    let reason = gate_policy::reasoned(reason)?;
    let app = place.open_beside().await?;
    let begun = gate_model::begin(&app, &COMMAND_LINE, reason).await;
    app.store.close().await;
    begun?;
    line("The eval cases are drafted by both now; `countersign gate list` shows what comes of it.");
    Ok(())
}

async fn roll_back(what: &str, place: &Place) -> Outcome {
    let what = read(what).map_err(Failure::BadInput)?;
    place::must_exist(&place.read()?)?;
    let app = place.open_beside().await?;
    let said = match what {
        What::Policy(kind, key) => {
            let version = roll_back::policy(&app, &COMMAND_LINE, kind, &key).await;
            let version = version.map_err(|e| match e {
                FlowError::NotFound => unknown(kind, &key),
                other => other,
            });
            version.map(|v| format!("{kind}/{key} says again what it said before; this is its version {v}."))
        }
        What::Classifier => train_triage::roll_back(&app, &COMMAND_LINE)
            .await
            .map(|v| format!("The model of {} sorts again.", v.trained_at.date())),
        What::Model => {
            gate_model::roll_back(&app, &COMMAND_LINE).await.map(|name| format!("{name} writes drafts again."))
        }
    };
    app.store.close().await;
    line(said?);
    Ok(())
}

fn unknown(kind: PolicyKind, key: &str) -> FlowError {
    FlowError::Invalid(format!(
        "There is no policy {kind}/{key}. `countersign policy export DIR` shows which there are."
    ))
}

fn read(what: &str) -> Result<What, String> {
    let no = || {
        let kinds = PolicyKind::WORDS.join(", ");
        format!(
            "“{what}” cannot be rolled back. Name a policy as KIND/KEY, where KIND is one of {kinds}, or `classifier`."
        )
    };
    match what.split_once('/') {
        Some((kind, key)) => Ok(What::Policy(kind.parse().map_err(|_| no())?, key.to_owned())),
        None if what == "classifier" => Ok(What::Classifier),
        None if what == "model" => Ok(What::Model),
        None => Err(no()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rolled_back_is_named_or_refused_with_what_can_be() {
        assert_eq!(read("persona/developer"), Ok(What::Policy(PolicyKind::Persona, "developer".to_owned())));
        assert_eq!(read("classifier"), Ok(What::Classifier));
        for wrong in ["developer", "voices/developer", ""] {
            assert!(read(wrong).is_err_and(|why| why.contains("KIND/KEY")), "{wrong}");
        }
    }
}
