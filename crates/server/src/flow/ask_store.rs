//! A person asks a store of telemetry, within what their grant shows. What comes is masked, and the question is in the record.

use connect::stores::Answer;
use desk::{Timestamp, ids::TicketId};
use store::Identity;

use super::look_at_telemetry::looked;
use crate::{
    App, FlowError,
    telemetry::{Seen, masked},
};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Name of the store.
    pub store: String,
    /// In the store's language.
    pub query: String,
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
    /// For which ticket, if for one.
    pub ticket: Option<TicketId>,
}

/// Asks once for each set of labels the reader may see, at most 8.
///
/// # Errors
/// [`FlowError::NotFound`] for a store that is not there, or that the reader may not ask anything;
/// [`FlowError::Invalid`] for a query that is refused; [`FlowError::Unavailable`] for a store that does not answer.
pub async fn ask(
    app: &App,
    reader: &impl Identity,
    seen: &Seen,
    question: &Question,
) -> Result<Vec<Answer>, FlowError> {
    use connect::stores::StoreError as E;
    let store = app.telemetry.stores.get(&question.store).ok_or(FlowError::NotFound)?;
    let mut answers = Vec::new();
    for labels in seen.labels().iter().take(8) {
        let answer = store.ask(&question.query, labels, question.from, question.to).await;
        let mut answer = answer.map_err(|error| match error {
            E::Query(_) | E::Refused(400..=499, _) => FlowError::Invalid(error.to_string()),
            _ => FlowError::Unavailable(error.to_string()),
        })?;
        answer.lines.iter_mut().for_each(|line| line.text = masked(&line.text));
        answers.push(answer);
    }
    if answers.is_empty() {
        return Err(FlowError::NotFound);
    }
    let shown = answers.iter().map(|answer| answer.lines.len() + answer.series.len()).sum();
    looked(app, reader, "query", &question.store, shown, question.ticket).await?;
    Ok(answers)
}
