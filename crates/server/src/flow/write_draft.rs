//! Drafts that somebody asked for: a person's own, or the machine's on request.

use desk::{
    Refusal,
    asked::Earlier,
    audit::AuditEvent,
    consent::may_draft_for,
    draft::{Composed, DraftOrigin, DraftState, ModelText},
    ids::{DraftId, ExchangeId, SuggestionId, TicketId},
    knowledge::{Cited, Retrieval},
    language::Language,
    persona::Voice,
    prompt,
};
use redact::{Redacted, Table};
use store::{AgentSession, Conn, ExchangeSide, Grant, Purpose, SuggestionKind};

use crate::{
    App, FlowError,
    flow::{
        consult_model::{Consultation, consult, restore_draft},
        keep_draft::{self, Asked, Made, Own, keep_own},
        leave,
        prepare_reply::{self, Case},
        which_model::{self, Endpoint},
        whom_to_ask,
    },
    meanings::OnDemand,
};

/// Longest draft a person may save, in bytes.
const BODY_BYTES_MAX: usize = desk::envelope::BODY_BYTES_MAX;

/// Starts a draft: a person's own, empty but for the greeting, or the machine's where the operating
/// model and everybody's consent allow one. What a colleague wrote is never replaced; one's own words are
/// only by new words of one's own, or where the writer names their draft as the one to set `aside`.
///
/// # Errors
/// [`Refusal::InHand`] where a colleague writes, [`FlowError::Stale`] where the machine would replace one's
/// own words, [`Refusal::Category`] or [`Refusal::Consent`] for the machine's; whatever the database says.
pub async fn start(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    origin: DraftOrigin,
    aside: Option<DraftId>,
) -> Result<DraftId, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let case = Case::load(&mut conn, &grant, ticket, app.clock.now()).await?.ok_or(FlowError::NotFound)?;
    answers_here(session, &case)?;
    if origin == DraftOrigin::Agent {
        drop(conn);
        return own(app, session, &grant, &case).await;
    }
    not_in_hand(&mut conn, &grant, session, ticket).await?;
    let standing = if prepare_reply::person_writes(&mut conn, &grant, ticket).await? {
        let open = conn.current_draft(&grant, ticket).await?.map(|d| d.id);
        if open.is_none() || open != aside {
            return Err(FlowError::Stale);
        }
        open
    } else {
        None
    };
    machine_may_write(app, session, &mut conn, &case, origin).await?;
    let kept = conn.newest_suggestion::<Retrieval>(&grant, ticket, SuggestionKind::Retrieval).await?;
    drop(conn);
    let Some(kept) = kept else {
        return Err(FlowError::Invalid(
            "Sources are still being looked up for this ticket. Try again in a moment.".to_owned(),
        ));
    };
    asked(app, session, ticket, origin).await?;
    // Looked up again: what was found when the mail came may say something else by now.
    let chosen = case.voice.clone().map_err(|why| Refusal::Lapsed { why })?;
    let cited = prepare_reply::retrieve(app, &case).await?;
    let found = Retrieval { cited: cited.clone(), plan: kept.suggestion.value.plan };
    let retrieval = keep_draft::keep_retrieval(app, &case, found).await?;
    // Own words make room only for something that is there already: a model may not answer, so then it is assembled.
    if origin == DraftOrigin::Model && standing.is_none() {
        ask_model(app, &case, retrieval, &cited, Asked::ByPerson).await?;
    } else {
        let meanings = prepare_reply::meanings(app, &case, &cited).await?;
        let mut composed = prepare_reply::drafted(&case, &chosen.voice, &cited, &|a, b| meanings.closeness(a, b))
            .map_err(|_| {
                FlowError::Invalid(
                    "No approved source answers this, so nothing can be assembled. Write the reply yourself."
                        .to_owned(),
                )
            })?;
        composed.doubts.extend(whom_to_ask::disagreement(app, &cited, &composed).await?);
        if let Some(own) = standing {
            set_aside(app, session, &grant, ticket, own).await?;
        }
        let made = Made { origin: DraftOrigin::Assembled, composed: &composed, exchange: None, asked: Asked::ByPerson };
        keep_draft::keep_draft(app, &case, retrieval, made).await?;
    }
    let mut conn = app.store.read().await?;
    conn.current_draft(&grant, ticket).await?.map(|d| d.id).ok_or(FlowError::NotFound)
}

/// Whether everybody concerned and the ticket's policies let the machine write words of this origin for this person.
///
/// # Errors
/// [`Refusal::Consent`], [`Refusal::Category`], [`Refusal::Lapsed`], or what the database says.
pub(super) async fn machine_may_write(
    app: &App,
    session: &AgentSession,
    conn: &mut Conn,
    case: &Case,
    origin: DraftOrigin,
) -> Result<(), FlowError> {
    super::triage_ticket::consent(app, conn, &case.line).await??;
    let requester = conn.requester(case.line.ticket.requester).await?;
    let organization = match requester.organization {
        Some(id) => Some(conn.organization(id).await?.ai),
        None => None,
    };
    let voices = desk::consent::Voices { requester: requester.ai, organization, desk: app.config.desk.ai_default };
    may_draft_for(voices, session.agent().ai)?;
    if let Some(why) = super::gate_program::closed(conn).await? {
        return Err(Refusal::Unfit { why }.into());
    }
    Ok(case.conduct.allows(origin)?)
}

/// The record names whoever asks for a draft of the machine's.
async fn asked(app: &App, session: &AgentSession, ticket: TicketId, origin: DraftOrigin) -> Result<(), FlowError> {
    let tx = app.store.begin(session, app.clock.now()).await?;
    tx.commit(AuditEvent::DraftAsked { ticket, origin: origin.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Whether nobody else's words stand in the ticket's open draft. Asked again where a draft is kept.
async fn not_in_hand(
    conn: &mut Conn,
    grant: &Grant,
    session: &AgentSession,
    ticket: TicketId,
) -> Result<(), FlowError> {
    let Some(open) = conn.current_draft(grant, ticket).await?.filter(|d| d.state == DraftState::Open) else {
        return Ok(());
    };
    let writers = conn.draft_writers(grant, open.id).await?;
    match writers.into_iter().rfind(|(agent, _)| *agent != session.agent().id) {
        Some((_, by)) => Err(Refusal::InHand { by }.into()),
        None => Ok(()),
    }
}

/// Sets one's own draft aside for a fresh one, when there is something to put in its place.
async fn set_aside(
    app: &App,
    session: &AgentSession,
    grant: &Grant,
    ticket: TicketId,
    own: DraftId,
) -> Result<(), FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.hold_drafts(ticket).await?;
    not_in_hand(&mut tx, grant, session, ticket).await?;
    tx.set_draft_aside(own).await?;
    tx.commit(AuditEvent::DraftWithheld { ticket, why: "set-aside".to_owned() }).await?;
    Ok(())
}

async fn own(app: &App, session: &AgentSession, grant: &Grant, case: &Case) -> Result<DraftId, FlowError> {
    let ticket = case.line.ticket.id;
    let voice = case.voice.as_ref().map_or_else(|_| Voice::shipped(), |chosen| chosen.voice.clone());
    let greeting = voice.frame(Language::guess(&case.newest.latest), case.first_name.as_deref()).greeting;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.hold_drafts(ticket).await?;
    not_in_hand(&mut tx, grant, session, ticket).await?;
    let own = Own {
        ticket,
        answers: Some(case.newest.id),
        body: &format!("{greeting}\n\n"),
        voice: case.voice.as_ref().ok(),
        agent: session.agent().id,
        bulk: None,
    };
    let (draft, proposed) = keep_own(app, &mut tx, own).await?;
    tx.commit(proposed).await?;
    app.live.committed();
    Ok(draft)
}

/// Saves a person's text over `revision`; returns the new revision. Saving the same text again
/// changes nothing.
///
/// # Errors
/// [`FlowError::Stale`] when the draft moved on.
pub async fn edit(
    app: &App,
    session: &AgentSession,
    draft: DraftId,
    revision: i64,
    body: &str,
) -> Result<i64, FlowError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(FlowError::Invalid(
            "A reply can be at most 256 kB long. Shorten it or send it as a file.".to_owned(),
        ));
    }
    let body = body.replace("\r\n", "\n").replace(['\r', '\0'], "");
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let row = tx.draft(&grant, draft).await?;
    let queue = tx.ticket(&grant, row.ticket).await?.ticket.queue;
    if !session.agent().role.answers() || !session.agent().works_in(&queue) {
        return Err(Refusal::NotYours.into());
    }
    if row.body == body && row.revision == revision {
        tx.abandon().await?;
        return Ok(revision);
    }
    let new = tx.edit_draft(draft, revision, &body, session.agent().id).await?;
    let commitment = app.keys.commit_to("draft", body.as_bytes());
    tx.commit(AuditEvent::DraftEdited { ticket: row.ticket, draft, revision: new, commitment }).await?;
    app.live.committed();
    Ok(new)
}

/// Whether a person answers in a case's queue.
pub(super) fn answers_here(session: &AgentSession, case: &Case) -> Result<(), Refusal> {
    let agent = session.agent();
    if agent.role.answers() && agent.works_in(&case.line.ticket.queue) { Ok(()) } else { Err(Refusal::NotYours) }
}

/// Asks the configured model for a draft: through the second gate, with everything kept.
///
/// # Errors
/// When there is no model, it does not answer, or its answer is not in the agreed form.
pub async fn ask_model(
    app: &App,
    case: &Case,
    retrieval: SuggestionId,
    cited: &[Cited],
    asked: Asked,
) -> Result<(), FlowError> {
    let present = (which_model::present(app).await?, ExchangeSide::Present);
    let (exchange, composed) = consulted(app, present, case, cited).await?;
    let made = Made { origin: DraftOrigin::Model, composed: &composed, exchange: Some(exchange), asked };
    keep_draft::keep_draft(app, case, retrieval, made).await.map(|_| ())
}

/// What a model drafts for a case; nothing is kept but what was asked and answered.
///
/// # Errors
/// When it does not answer, or its answer is not in the agreed form.
pub(super) async fn consulted(
    app: &App,
    (endpoint, side): (Endpoint<'_>, ExchangeSide),
    case: &Case,
    cited: &[Cited],
) -> Result<(ExchangeId, Composed), FlowError> {
    case.conduct.allows(DraftOrigin::Model)?;
    let about = leave::about(app, endpoint.config, case, cited).await?;
    let user = |marker: &str| prompt::user(&about.question, &about.cited, marker);
    let (system, others) = (prompt::SYSTEM, &about.others[..]);
    let consultation = Consultation { endpoint, side, system, user: &user, others, max_tokens: 700 };
    consult(app, case, consultation, |text, table, sent| {
        if names_others(text, table, &case.known, &about.others) {
            return Err("the model's answer names somebody of another case, so it was not used".to_owned());
        }
        read(app, text, (table, sent), &about.cited, case)
    })
    .await
}

/// Whether an answer uses a placeholder that stands for somebody of another case: then its value must not
/// come back.
fn names_others(
    answer: &str,
    table: &Table,
    own: &[(redact::Class, String)],
    others: &[(redact::Class, String)],
) -> bool {
    let among = |values: &[(redact::Class, String)], hidden: &str| {
        values.iter().any(|(_, value)| value.to_lowercase().contains(&hidden.to_lowercase()))
    };
    table
        .hidden()
        .filter(|(placeholder, _, _)| answer.contains(placeholder))
        .any(|(_, _, hidden)| among(others, hidden) && !among(own, hidden))
}

/// Reads an answer: form first, then placeholders back, then every sentence against its passages.
fn read(
    app: &App,
    text: &str,
    (table, sent): (&Table, &Redacted),
    cited: &[Cited],
    case: &Case,
) -> Result<Composed, String> {
    let restored = restore_draft(text, table, sent)?;
    let chosen = case.voice.as_ref().map_err(Clone::clone)?;
    let meanings = OnDemand::new(app);
    let closeness = |a: &str, b: &str| meanings.closeness(a, b);
    let earlier: Vec<Earlier<'_>> =
        case.turns.iter().map(|(inbound, text)| Earlier { inbound: *inbound, text }).collect();
    let given = prompt::Given {
        question: &case.question(),
        cited,
        voice: &chosen.voice,
        language: chosen.language,
        first_name: case.first_name.as_deref(),
        earlier: &earlier,
        closeness: &closeness,
    };
    prompt::read_answer(&ModelText::from_model(restored), &given).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use redact::{Class, Known, Namespace, Redactor};

    use super::*;

    #[test]
    fn a_placeholder_of_another_case_does_not_come_back() {
        let own = [(Class::Person, "Ana Quill".to_owned())];
        let others = [(Class::Person, "Bea Quill".to_owned())];
        let known = own.iter().chain(&others).map(|(class, value)| Known { class: *class, value: value.clone() });
        let mut redactor = Redactor::new(Namespace::new([7; 5]), known.collect()).expect("patterns");
        let text = redactor.redact("Ana asks. Bea was told. Quill writes.").expect("hidden");
        let table = redactor.into_table();
        let standing_for = |name: &str| {
            let found = table.hidden().find(|(_, _, value)| *value == name).map(|(placeholder, _, _)| placeholder);
            found.unwrap_or_else(|| panic!("{name} in {}", text.as_str()))
        };
        let uses = |name: &str| names_others(&format!("Hello {}.", standing_for(name)), &table, &own, &others);
        assert_eq!((uses("Ana"), uses("Bea"), uses("Quill")), (false, true, false));
    }
}
