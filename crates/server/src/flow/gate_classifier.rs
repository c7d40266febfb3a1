//! A freshly trained classifier is asked for the categories that eval cases name. A severe case that the running one finds and
//! the new one does not keeps the running one.

use std::time::Instant;

use classify::{Decision, Model};
use desk::{
    gate::{Compared, Judgement, Outcome, State, Subject, judge},
    ids::EvalCaseId,
};
use store::{GateEnd, NewGate, Tx};

use super::{
    gate_policy::{self, Found},
    run_suite,
};
use crate::{App, FlowError, library::compute, triager::text_of};

/// Name of its gate.
pub const CLASSIFIER: &str = "classifier";

/// What the cases said of a new model.
pub struct Asked {
    found: Found,
    cases: usize,
}

impl Asked {
    /// Why the running one stays; none where no severe case is lost.
    #[must_use]
    pub fn severe(&self) -> Option<String> {
        let lost = self.found.findings.iter().filter(|c| c.regressed()).count();
        (self.found.judgement == Judgement::Severe)
            .then(|| format!("{lost} of {} eval cases lose their category, a severe one among them", self.cases))
    }
}

/// Asks both for the category of every approved case that names one; none where there is no such case.
///
/// # Errors
/// Whatever the database says.
pub async fn ask(app: &App, running: &Model, candidate: &Model) -> Result<Option<Asked>, FlowError> {
    let started = Instant::now();
    let suite = run_suite::approved(app, &mut app.store.read().await?).await?;
    let named: Vec<_> = suite.iter().filter(|(_, case)| case.expect.label.is_some()).collect();
    if named.is_empty() {
        return Ok(None);
    }
    let all: Vec<Compared<EvalCaseId>> = compute(|| {
        let compare = |(id, case): &&(EvalCaseId, desk::eval::Case)| {
            let question = case.question()?;
            let text = text_of(&question.subject, &question.text);
            let vector = app.library.vector(&text);
            let outcome = |model: &Model| {
                let said = model.predict(&text, vector.as_ref().map(embed::Vector::as_slice));
                let dares = matches!(said.decision, Decision::Label { .. });
                let found = said.ranked.first().filter(|_| dares).map(|(label, _)| label);
                if found == case.expect.label.as_ref() { Outcome::Held } else { Outcome::Failed }
            };
            let (before, after) = (outcome(running), outcome(candidate));
            Some(Compared { case: *id, severity: case.severity, before, after })
        };
        named.iter().filter_map(compare).collect()
    });
    let (judgement, cases) = (judge(&all), all.len());
    let findings = all.into_iter().filter(|c| c.before != c.after).collect();
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Some(Asked { found: Found { judgement, findings, ms, basis: String::new() }, cases }))
}

/// Keeps what they said, and whether the new model sorts from now on.
///
/// # Errors
/// Whatever the database says.
pub async fn keep(tx: &mut Tx, asked: &Asked, promoted: bool) -> Result<(), FlowError> {
    let new = NewGate {
        subject: Subject::Classifier,
        name: CLASSIFIER,
        candidate: "",
        basis: "",
        cases: asked.cases,
        by: None,
    };
    let gate = tx.add_gate(new).await?;
    let leads_to = gate_policy::judged(tx, gate, &asked.found).await?;
    tx.record(gate_policy::judgement_of(gate, Subject::Classifier, &asked.found)).await?;
    let (state, why) = match (promoted, leads_to) {
        (true, _) => (State::Promoted, "not worse on what was held back"),
        (false, State::Refused) => (State::Refused, "a severe case fails that held"),
        (false, _) => (State::Refused, "worse on what was held back, or too little to compare on"),
    };
    let event = gate_policy::ended(tx, gate, Subject::Classifier, GateEnd { state, by: None, why }).await?;
    tx.record(event).await?;
    Ok(())
}
