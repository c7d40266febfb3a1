//! One exchange with the configured language model: through the second gate, the exact request kept before it is sent
//! and the answer after it came.

use desk::{audit::AuditEvent, ids::ExchangeId, leaving::ModelPurpose, prompt};
use redact::{Redacted, Table};
use store::{ExchangeSide, ExchangeState, NewExchange};

use super::{
    PREPARATION,
    leave::{self, Leaving},
    prepare_reply::Case,
    which_model::Endpoint,
};
use crate::{App, FlowError};

/// What a model is asked about a case.
pub(super) struct Consultation<'a> {
    /// Whom to ask.
    pub endpoint: Endpoint<'a>,
    /// Whether it is the one in use.
    pub side: ExchangeSide,
    /// The fixed half of the prompt.
    pub system: &'static str,
    /// The half that changes, for a marker that no text can guess.
    pub user: &'a (dyn Fn(&str) -> String + Sync),
    /// What else is hidden, beside what is known of the case's own people.
    pub others: &'a [(redact::Class, String)],
    /// Longest answer, in the model's own pieces of words.
    pub max_tokens: u32,
}

/// Asks the model; `read` gets its answer with placeholders in it, the table that undoes them, and what was sent.
///
/// # Errors
/// When there is no model, it does not answer, or `read` refuses the answer: with `read`'s sentence.
pub(super) async fn consult<T>(
    app: &App,
    case: &Case,
    asked: Consultation<'_>,
    read: impl FnOnce(&str, &Table, &Redacted) -> Result<T, String>,
) -> Result<(ExchangeId, T), FlowError> {
    let client = asked.endpoint.client;
    let leaving = leave::pass(app, case, &asked).await?;
    let (request, table) = (&leaving.request, &leaving.table);
    let exchange = keep_request(app, case, &asked, &client.body(request), &leaving).await?;
    let answered = client.complete(request, app.clock.now().micros()).await;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let ticket = case.line.ticket.id;
    let outcome = match &answered {
        Ok(answer) => read(&answer.text, table, &request.user),
        Err(error) => Err(error.to_string()),
    };
    let state = match (&answered, &outcome) {
        (Err(_), _) => ExchangeState::Failed,
        (Ok(_), Err(_)) => ExchangeState::Refused,
        (Ok(_), Ok(_)) => ExchangeState::Answered,
    };
    let text = answered.as_ref().ok().map(|a| a.text.replace('\0', ""));
    let ms = answered.as_ref().ok().map_or(0, |a| i64::try_from(a.total_ms).unwrap_or(i64::MAX));
    let usage = answered.as_ref().ok().and_then(|a| a.usage);
    let tokens = usage.map(|(asked, said)| i64::try_from(asked + said).unwrap_or(i64::MAX));
    tx.end_exchange(exchange, state, text.as_deref(), outcome.as_ref().err().map(String::as_str), (ms, tokens)).await?;
    let commitment = app.keys.commit_to("exchange", text.unwrap_or_default().as_bytes());
    tx.commit(AuditEvent::ExchangeKept { ticket, exchange, commitment, state: state.word().to_owned() }).await?;
    Ok((exchange, outcome.map_err(FlowError::Unavailable)?))
}

async fn keep_request(
    app: &App,
    case: &Case,
    asked: &Consultation<'_>,
    body: &[u8],
    leaving: &Leaving,
) -> Result<ExchangeId, FlowError> {
    let (ticket, table) = (case.line.ticket.id, &leaving.table);
    let model = asked.endpoint.config;
    let locked = app
        .keys
        .lock_away(&ticket.to_string(), &table.to_bytes())
        .map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let hidden = i64::try_from(table.hidden().count()).unwrap_or(i64::MAX);
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    // The last look before the bytes leave: whoever said no a moment ago is not asked about.
    super::triage_ticket::consent(app, &mut tx, &case.line).await??;
    let new = NewExchange {
        endpoint: &model.name,
        region: &model.region,
        side: asked.side,
        purpose: ModelPurpose::Reply,
        hiding: leaving.hiding,
        request: body,
        hidden,
        placeholders: &locked,
    };
    let exchange = tx.add_exchange(ticket, new).await?;
    tx.commit(AuditEvent::ExchangeKept {
        ticket,
        exchange,
        commitment: app.keys.commit_to("exchange", body),
        state: ExchangeState::Pending.word().to_owned(),
    })
    .await?;
    Ok(exchange)
}

/// Whether each placeholder came back as often as it went: for an answer that must keep everything, such as other words for a
/// text. Names, addresses and numbers neither get lost nor doubled.
pub(super) fn keep_all(text: &str, table: &Table, sent: &Redacted) -> Result<(), String> {
    let kept = |placeholder: &str| text.matches(placeholder).count() == sent.as_str().matches(placeholder).count();
    if table.hidden().all(|(placeholder, _, _)| kept(placeholder)) {
        return Ok(());
    }
    Err("The model left out or added a name, an address or a number, so its words were not used.".to_owned())
}

/// Puts hidden values back into a drafted answer: what it takes over of what was sent keeps its placeholders, and none stands
/// there more often than it was sent.
pub(super) fn restore_draft(text: &str, table: &Table, sent: &Redacted) -> Result<String, String> {
    let value: serde_json::Value =
        serde_json::from_str(text.trim()).map_err(|_| prompt::AnswerRefused::Form.to_string())?;
    let mut said = Vec::new();
    strings(&value, &mut said, 0);
    table.check_answer(&said, sent.as_str()).map_err(|e| e.to_string())?;
    restore_json(text, table)
}

fn strings<'a>(value: &'a serde_json::Value, found: &mut Vec<&'a str>, depth: usize) {
    match value {
        serde_json::Value::String(text) => found.push(text),
        serde_json::Value::Array(items) if depth <= 8 => items.iter().for_each(|v| strings(v, found, depth + 1)),
        serde_json::Value::Object(map) if depth <= 8 => map.values().for_each(|v| strings(v, found, depth + 1)),
        _ => {}
    }
}

/// Puts hidden values back into the strings of a JSON answer; one unknown placeholder refuses it whole.
pub(super) fn restore_json(text: &str, table: &Table) -> Result<String, String> {
    let mut value: serde_json::Value =
        serde_json::from_str(text.trim()).map_err(|_| prompt::AnswerRefused::Form.to_string())?;
    restore_value(&mut value, table, 0)?;
    Ok(value.to_string())
}

fn restore_value(value: &mut serde_json::Value, table: &Table, depth: usize) -> Result<(), String> {
    if depth > 8 {
        return Err(prompt::AnswerRefused::Form.to_string());
    }
    match value {
        serde_json::Value::String(text) => *text = table.restore(text).map_err(|e| e.to_string())?.into_string(),
        serde_json::Value::Array(items) => items.iter_mut().try_for_each(|v| restore_value(v, table, depth + 1))?,
        serde_json::Value::Object(map) => map.values_mut().try_for_each(|v| restore_value(v, table, depth + 1))?,
        _ => {}
    }
    Ok(())
}
