//! Keeps what a drafter found and wrote, or says on the ticket why there is nothing.

use desk::{
    audit::{AuditEvent, Service},
    conduct::Conduct,
    draft::{Composed, DraftOrigin, DraftState},
    ids::{AgentId, BulkId, DraftId, ExchangeId, MessageId, SuggestionId, TicketId},
    knowledge::Retrieval,
    persona::Chosen,
    suggestion::{Confidence, Maker, Suggestion},
    sureness::{self, Outcome},
    ticket::DraftReadiness,
};
use store::{DraftEnd, DraftRow, Grant, NewDraft, Purpose, SuggestionKind, Tx};

use crate::{
    App, FlowError,
    flow::{
        PREPARATION,
        prepare_reply::{Case, voice, worked},
    },
};

/// Earlier drafts that a draft's chances are learnt from: the newest.
const LEARNT: i64 = 300;

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

/// Who wants a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nobody yet: it is made because a mail came, and appears only above the category's bar.
    ByMail,
    /// A person, who sees it whatever its chances are.
    ByPerson,
}

/// What a drafter wrote.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// Which drafter.
    pub origin: DraftOrigin,
    /// Its words.
    pub composed: &'a Composed,
    /// What a model was given and said.
    pub exchange: Option<ExchangeId>,
    /// Who wants it.
    pub asked: Asked,
}

/// Keeps a draft for people to review; none where it is known to be changed too often and nobody asked for it.
///
/// # Errors
/// [`FlowError::Stale`] when it came too late; whatever the database says.
pub async fn keep_draft(
    app: &App,
    case: &Case,
    retrieval: SuggestionId,
    made: Made<'_>,
) -> Result<Option<DraftId>, FlowError> {
    let ticket = case.line.ticket.id;
    let Made { origin, composed, exchange, asked } = made;
    let confidence = chance(app, case, made).await?;
    let bar = f64::from(case.conduct.bar_percent) / 100.0;
    if let Some(p) = confidence.filter(|p| asked == Asked::ByMail && *p < bar) {
        let why = format!(
            "Of drafts like this one about {:.0} % leave without a changed fact, and this category asks for {} %. Sources and similar cases stand beside this; a draft is made when you ask for it.",
            p * 100.0,
            case.conduct.bar_percent
        );
        withhold(app, ticket, &why, "too-unsure").await?;
        return Ok(None);
    }
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    tx.hold_drafts(ticket).await?;
    still_wanted(&mut tx, case).await?;
    // Somebody may have said no while the words were made.
    super::triage_ticket::consent(app, &mut tx, &case.line).await??;
    let draft = tx
        .add_draft(NewDraft {
            ticket,
            answers: Some(case.newest.id),
            retrieval: Some(retrieval),
            origin,
            composed,
            exchange,
            voice: case.voice.as_ref().ok(),
            confidence,
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
    Ok(Some(draft))
}

/// A person's own words to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// Its ticket.
    pub ticket: TicketId,
    /// The message it answers.
    pub answers: Option<MessageId>,
    /// The words.
    pub body: &'a str,
    /// The voice it is meant to sound in.
    pub voice: Option<&'a Chosen>,
    /// Whose.
    pub agent: AgentId,
    /// The reply to many it is a letter of.
    pub bulk: Option<BulkId>,
}

/// Keeps a person's draft; returns it with what the record is to say.
///
/// # Errors
/// Whatever the database says.
pub async fn keep_own(app: &App, tx: &mut Tx, own: Own<'_>) -> Result<(DraftId, AuditEvent), FlowError> {
    let Own { ticket, answers, body, voice, agent, bulk } = own;
    let composed = Composed { body: body.to_owned(), sentences: Vec::new(), doubts: Vec::new(), score: 0.0 };
    let origin = DraftOrigin::Agent;
    let draft = tx
        .add_draft(NewDraft {
            ticket,
            answers,
            retrieval: None,
            origin,
            composed: &composed,
            exchange: None,
            voice,
            confidence: None,
            agent: Some(agent),
            bulk,
        })
        .await?;
    tx.set_draft_readiness(ticket, DraftReadiness::Ready, None).await?;
    let commitment = app.keys.commit_to("draft", body.as_bytes());
    Ok((draft, AuditEvent::DraftProposed { ticket, draft, origin: origin.word().to_owned(), commitment }))
}

/// The chance that such a draft leaves without a changed fact, from its category's own earlier drafts where they are enough,
/// else from the whole desk's.
async fn chance(app: &App, case: &Case, made: Made<'_>) -> Result<Option<f64>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let ends = app.store.read().await?.draft_ends(&grant, made.origin, LEARNT).await?;
    let own = case.line.ticket.category.as_ref();
    let outcomes: Vec<(bool, Outcome)> = crate::library::compute(|| {
        let outcome = |end: DraftEnd| {
            let kept = !end.found_wrong && sureness::keeps_facts(&end.machine_sentences, &end.sent);
            (own.is_some() && end.category.as_ref() == own, Outcome { score: end.score, kept })
        };
        ends.into_iter().map(outcome).collect()
    });
    let of_category: Vec<Outcome> = outcomes.iter().filter(|(is_own, _)| *is_own).map(|(_, o)| *o).collect();
    let all: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    let score = made.composed.score;
    Ok(sureness::chance(score, &of_category).or_else(|| sureness::chance(score, &all)))
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
