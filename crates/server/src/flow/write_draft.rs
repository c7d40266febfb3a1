//! Drafts that somebody asked for: a person's own, or the machine's on request.

use connect::model::Request;
use desk::{
    Refusal,
    asked::Earlier,
    audit::{AuditEvent, Service},
    consent::may_draft_for,
    draft::{Composed, DraftOrigin, DraftState, ModelText},
    ids::{DraftId, SuggestionId, TicketId},
    knowledge::{Cited, Origin, Retrieval},
    language::Language,
    persona::Voice,
    prompt,
    ticket::DraftReadiness,
};
use redact::{Known, Namespace, Redacted, Redactor, Table};
use store::{AgentSession, Conn, ExchangeState, Grant, NewDraft, Purpose, SuggestionKind};

use crate::{
    App, FlowError,
    flow::{
        PREPARATION,
        keep_draft::{self, Asked, Made},
        prepare_reply::{self, Case},
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
    super::triage_ticket::consent(app, &mut conn, &case.line).await??;
    let requester = conn.requester(case.line.ticket.requester).await?;
    let organization = match requester.organization {
        Some(id) => Some(conn.organization(id).await?.ai),
        None => None,
    };
    let voices = desk::consent::Voices { requester: requester.ai, organization, desk: app.config.desk.ai_default };
    may_draft_for(voices, session.agent().ai)?;
    case.conduct.allows(origin)?;
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
        let mut composed = prepare_reply::drafted(app, &case, &chosen.voice, &cited).map_err(|_| {
            FlowError::Invalid(
                "No approved source answers this, so nothing can be assembled. Write the reply yourself.".to_owned(),
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
    let composed = Composed { body: format!("{greeting}\n\n"), sentences: Vec::new(), doubts: Vec::new(), score: 0.0 };
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    tx.hold_drafts(ticket).await?;
    not_in_hand(&mut tx, grant, session, ticket).await?;
    let draft = tx
        .add_draft(NewDraft {
            ticket,
            answers: Some(case.newest.id),
            retrieval: None,
            origin: DraftOrigin::Agent,
            composed: &composed,
            exchange: None,
            voice: case.voice.as_ref().ok(),
            confidence: None,
            agent: Some(session.agent().id),
            bulk: None,
        })
        .await?;
    tx.set_draft_readiness(ticket, DraftReadiness::Ready, None).await?;
    let commitment = app.keys.commit_to("draft", composed.body.as_bytes());
    tx.commit(AuditEvent::DraftProposed { ticket, draft, origin: DraftOrigin::Agent.word().to_owned(), commitment })
        .await?;
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

fn answers_here(session: &AgentSession, case: &Case) -> Result<(), Refusal> {
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
    let Some(client) = &app.model else {
        return Err(FlowError::Unavailable("No language model is configured.".to_owned()));
    };
    case.conduct.allows(DraftOrigin::Model)?;
    let gate = "The personal-data gate failed, so nothing was sent to the model.";
    let closed = |_| FlowError::Unavailable(gate.to_owned());
    let namespace = Namespace::new(app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?);
    let others = others_in(app, case, cited).await?;
    let known = case.known.iter().chain(&others);
    let known = known.map(|(class, value)| Known { class: *class, value: value.clone() }).collect();
    let mut redactor = Redactor::new(namespace, known).map_err(closed)?;
    let marker = marker(app)?;
    let user = redactor.redact(&prompt::user(&case.question(), cited, &marker)).map_err(closed)?;
    let table = redactor.into_table();
    let request = Request { system: Redacted::fixed(prompt::SYSTEM), user, max_tokens: 700, temperature: 0.2 };
    let exchange = keep_request(app, case, &client.body(&request), &table).await?;
    let answered = client.complete(&request, app.clock.now().micros()).await;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let ticket = case.line.ticket.id;
    let outcome = match &answered {
        Ok(answer) if names_others(&answer.text, &table, &case.known, &others) => {
            Err("the model's answer names somebody of another case, so it was not used".to_owned())
        }
        Ok(answer) => read(app, &answer.text, &table, cited, case),
        Err(error) => Err(error.to_string()),
    };
    let state = match (&answered, &outcome) {
        (Err(_), _) => ExchangeState::Failed,
        (Ok(_), Err(_)) => ExchangeState::Refused,
        (Ok(_), Ok(_)) => ExchangeState::Answered,
    };
    let text = answered.as_ref().ok().map(|a| a.text.replace('\0', ""));
    let ms = answered.as_ref().ok().map_or(0, |a| i64::try_from(a.total_ms).unwrap_or(i64::MAX));
    tx.end_exchange(exchange, state, text.as_deref(), outcome.as_ref().err().map(String::as_str), ms).await?;
    let commitment = app.keys.commit_to("exchange", text.unwrap_or_default().as_bytes());
    tx.commit(AuditEvent::ExchangeKept { ticket, exchange, commitment, state: state.word().to_owned() }).await?;
    let composed = outcome.map_err(FlowError::Unavailable)?;
    let made = Made { origin: DraftOrigin::Model, composed: &composed, exchange: Some(exchange), asked };
    keep_draft::keep_draft(app, case, retrieval, made).await.map(|_| ())
}

/// What is known of the people behind cited replies to others: hidden like this ticket's own.
async fn others_in(app: &App, case: &Case, cited: &[Cited]) -> Result<Vec<(redact::Class, String)>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut others = Vec::new();
    for origin in cited.iter().map(|c| &c.origin) {
        let Origin::Reply { ticket } = origin else { continue };
        let behind = conn.behind(&grant, *ticket).await?;
        behind.people.iter().for_each(|(name, address)| prepare_reply::know(&mut others, name, address));
        for word in behind.organization.into_iter().flat_map(|(name, domain)| [name, domain]) {
            others.push((redact::Class::Other, word));
        }
    }
    others.sort_by(|a, b| a.1.cmp(&b.1));
    others.dedup();
    others.retain(|known| !case.known.contains(known));
    Ok(others)
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

async fn keep_request(app: &App, case: &Case, body: &[u8], table: &Table) -> Result<desk::ids::ExchangeId, FlowError> {
    let ticket = case.line.ticket.id;
    let endpoint = app.config.model.as_ref().map_or("model", |m| m.name.as_str());
    let locked = app
        .keys
        .lock_away(&ticket.to_string(), &table.to_bytes())
        .map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let hidden = i64::try_from(table.hidden().count()).unwrap_or(i64::MAX);
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let exchange = tx.add_exchange(ticket, endpoint, body, hidden, &locked).await?;
    tx.commit(AuditEvent::ExchangeKept {
        ticket,
        exchange,
        commitment: app.keys.commit_to("exchange", body),
        state: ExchangeState::Pending.word().to_owned(),
    })
    .await?;
    Ok(exchange)
}

/// Reads an answer: form first, then placeholders back, then every sentence against its passages.
fn read(app: &App, text: &str, table: &Table, cited: &[Cited], case: &Case) -> Result<Composed, String> {
    let restored = restore_json(text, table)?;
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

/// Puts hidden values back into the strings of a JSON answer; one unknown placeholder refuses it whole.
fn restore_json(text: &str, table: &Table) -> Result<String, String> {
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

/// A boundary that no text can guess.
fn marker(app: &App) -> Result<String, FlowError> {
    let bytes: [u8; 6] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    // Letters only: digits in a row could be taken for a phone number by the second gate.
    Ok(bytes.iter().map(|b| char::from(b'k' + b % 13)).collect::<String>() + "mark")
}

#[cfg(test)]
mod tests {
    use redact::Class;

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
