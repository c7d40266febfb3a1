//! Keeps what a drafter found and wrote, or says on the ticket why there is nothing.

use desk::{
    audit::AuditEvent,
    conduct::Conduct,
    draft::{Composed, DraftOrigin, DraftState},
    ids::{SuggestionId, TicketId},
    knowledge::Retrieval,
    suggestion::{Confidence, Maker, Suggestion},
    ticket::DraftReadiness,
};
use store::{DraftRow, Grant, NewDraft, Purpose, SuggestionKind, Tx};

use crate::{
    App, FlowError,
    flow::{
        PREPARATION,
        prepare_reply::{Case, voice, worked},
    },
};

/// Keeps what was put before a drafter.
///
/// # Errors
/// Whatever the database says.
pub async fn keep_retrieval(app: &App, case: &Case, value: Retrieval) -> Result<SuggestionId, FlowError> {
    let ticket = case.line.ticket.id;
    let made_by = Maker {
        engine: "search".to_owned(),
        version: "1".to_owned(),
        policy: desk::operating::POLICY_VERSION.to_owned(),
    };
    let confidence = Confidence::Abstain { why: "retrieval gives reasons, not a probability".to_owned() };
    let suggestion = Suggestion { value, confidence, because: Vec::new(), made_by, made_at: app.clock.now() };
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let id = tx.add_suggestion(ticket, case.newest.id, SuggestionKind::Retrieval, &suggestion).await?;
    tx.commit(AuditEvent::SourcesFound { ticket, suggestion: id }).await?;
    Ok(id)
}

/// Asked in the transaction that keeps a draft, because drafting takes a while: the question is
/// still the newest, its operating model and policies the same, and no person's words stand where it would go.
async fn still_wanted(tx: &mut Tx, case: &Case) -> Result<(), FlowError> {
    let grant = Grant::for_service(PREPARATION, Purpose::Work)?;
    let (at, line) = (tx.now(), tx.ticket(&grant, case.line.ticket.id).await?);
    let policies = tx.policies().await?;
    let now = &line.ticket;
    if now.last_inbound != Some(case.newest.id)
        || now.operating_model != case.line.ticket.operating_model
        || Conduct::of(&policies, worked(&line), at).pins != case.conduct.pins
        || voice(&policies, &line, &case.newest.latest, at).ok() != case.voice.clone().ok()
    {
        return Err(FlowError::Stale);
    }
    match tx.current_draft(&grant, now.id).await? {
        Some(d) if d.state == DraftState::Approved || is_a_persons(&d) => Err(FlowError::Stale),
        _ => Ok(()),
    }
}

/// Whether a person wrote or changed it.
#[must_use]
pub fn is_a_persons(draft: &DraftRow) -> bool {
    draft.origin == DraftOrigin::Agent || draft.revision > 1
}

/// Keeps a draft for people to review.
///
/// # Errors
/// [`FlowError::Stale`] when it came too late; whatever the database says.
pub async fn keep_draft(
    app: &App,
    case: &Case,
    retrieval: SuggestionId,
    origin: DraftOrigin,
    composed: &Composed,
    exchange: Option<desk::ids::ExchangeId>,
) -> Result<desk::ids::DraftId, FlowError> {
    let ticket = case.line.ticket.id;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    tx.hold_drafts(ticket).await?;
    still_wanted(&mut tx, case).await?;
    let draft = tx
        .add_draft(NewDraft {
            ticket,
            answers: Some(case.newest.id),
            retrieval: Some(retrieval),
            origin,
            composed,
            exchange,
            voice: case.voice.as_ref().ok(),
            agent: None,
            bulk: None,
        })
        .await?;
    tx.set_draft_readiness(ticket, DraftReadiness::Ready, None).await?;
    let commitment = app.keys.commit_to("draft", composed.body.as_bytes());
    outbox::crash::point("draft-before-commit");
    tx.commit(AuditEvent::DraftProposed { ticket, draft, origin: origin.word().to_owned(), commitment }).await?;
    outbox::crash::point("draft-committed");
    app.live.committed();
    Ok(draft)
}

/// Says on the ticket why there is no draft; `word` goes into the record.
///
/// # Errors
/// Whatever the database says.
pub async fn withhold(app: &App, ticket: TicketId, why: &str, word: &str) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    tx.set_draft_readiness(ticket, DraftReadiness::Withheld, Some(why)).await?;
    tx.commit(AuditEvent::DraftWithheld { ticket, why: word.to_owned() }).await?;
    app.live.committed();
    Ok(())
}
