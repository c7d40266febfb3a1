//! What leaves for a language model: made here, behind the second gate, whether it is then sent or only shown to a person.

use std::time::Duration;

use connect::model::Request;
use desk::{
    audit::Service,
    consent::may_draft_for,
    draft::DraftOrigin,
    ids::TicketId,
    knowledge::{Cited, Origin, Retrieval},
    leaving::{Hiding, ModelPurpose},
    prompt,
};
use redact::{Class, Known, Namespace, RedactError, Redacted, Redactor, Table};
use store::{AgentSession, ExchangeSide, Grant, Purpose, SuggestionKind};

use crate::{
    App, FlowError,
    config::Model,
    flow::{
        consult_model::Consultation,
        prepare_reply::{self, Case},
        which_model,
    },
};

/// The gate closes on a text that takes longer.
const GATE_LIMIT: Duration = Duration::from_secs(10);

/// A request that may be sent.
pub struct Leaving {
    /// The request.
    pub request: Request,
    /// What its placeholders stand for.
    pub table: Table,
    /// How much was hidden.
    pub hiding: Hiding,
}

/// What a draft is asked for with.
pub struct About {
    /// What the customer asks.
    pub question: String,
    /// The passages to answer from.
    pub cited: Vec<Cited>,
    /// What is known of the people behind cited replies to others: hidden like this ticket's own.
    pub others: Vec<(Class, String)>,
}

/// What may be put before the model for a draft.
///
/// # Errors
/// [`FlowError::Unavailable`] where the endpoint may not be given this.
pub async fn about(app: &App, model: &Model, case: &Case, cited: &[Cited]) -> Result<About, FlowError> {
    let minimal = may(app, model)? == Hiding::Minimal;
    let cited: Vec<Cited> = cited.iter().filter(|c| !minimal || c.grounds()).cloned().collect();
    let question = if minimal { case.newest.latest.clone() } else { case.question() };
    let others = others_in(app, case, &cited).await?;
    Ok(About { question, cited, others })
}

/// Takes a request through the second gate.
///
/// # Errors
/// [`FlowError::Unavailable`] where the endpoint may not be given this, or the gate failed: then there is no request at all.
pub(super) async fn pass(app: &App, case: &Case, asked: &Consultation<'_>) -> Result<Leaving, FlowError> {
    let hiding = may(app, asked.endpoint.config)?;
    let text = (asked.user)(&marker(app)?);
    let namespace = Namespace::new(app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?);
    let known =
        case.known.iter().chain(asked.others).map(|(class, value)| Known { class: *class, value: value.clone() });
    let known: Vec<Known> = known.collect();
    let (user, table) = gate(GATE_LIMIT, move || {
        let mut redactor = match hiding {
            Hiding::Masked | Hiding::Minimal => Redactor::new(namespace, known)?,
            Hiding::Off => Redactor::for_own_model(namespace)?,
        };
        let user = redactor.redact(&text)?;
        Ok((user, redactor.into_table()))
    })
    .await?;
    let system = Redacted::fixed(asked.system);
    Ok(Leaving { request: Request { system, user, max_tokens: asked.max_tokens, temperature: 0.2 }, table, hiding })
}

/// Whether the endpoint may be given a request for a draft now, and how much of it is hidden.
fn may(app: &App, model: &Model) -> Result<Hiding, FlowError> {
    let endpoint = model.endpoint(&app.config.desk.model_regions);
    endpoint.may_leave(ModelPurpose::Reply).map_err(FlowError::Unavailable)?;
    Ok(endpoint.hiding)
}

/// Runs the detectors. An error, a panic or too long a time closes the gate.
async fn gate<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, RedactError> + Send + 'static,
) -> Result<T, FlowError> {
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(Ok(made))) => Ok(made),
        _ => Err(FlowError::Unavailable("The personal-data gate failed, so nothing was sent to the model.".to_owned())),
    }
}

/// What would leave for a draft on this ticket if a person asked for one now; nothing is sent. The placeholders are drawn anew for
/// each request, so that only their names differ from what then leaves.
///
/// # Errors
/// Whatever forbids the request, in the same words.
pub async fn show(app: &App, session: &AgentSession, ticket: TicketId) -> Result<Leaving, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let case = Case::load(&mut conn, &grant, ticket, app.clock.now()).await?.ok_or(FlowError::NotFound)?;
    super::triage_ticket::consent(app, &mut conn, &case.line).await??;
    let requester = conn.requester(case.line.ticket.requester).await?;
    let organization = match requester.organization {
        Some(id) => Some(conn.organization(id).await?.ai),
        None => None,
    };
    let voices = desk::consent::Voices { requester: requester.ai, organization, desk: app.config.desk.ai_default };
    may_draft_for(voices, session.agent().ai)?;
    let endpoint = which_model::both(app, &mut conn).await?.map(|both| both.present);
    let Some(endpoint) = endpoint else {
        return Err(FlowError::Unavailable("No language model is configured, so nothing leaves.".to_owned()));
    };
    case.conduct.allows(DraftOrigin::Model)?;
    let kept = conn.newest_suggestion::<Retrieval>(&grant, ticket, SuggestionKind::Retrieval).await?;
    drop(conn);
    let cited = kept.map(|kept| kept.suggestion.value.cited).unwrap_or_default();
    let about = about(app, endpoint.config, &case, &cited).await?;
    let user = |marker: &str| prompt::user(&about.question, &about.cited, marker);
    let side = ExchangeSide::Present;
    let asked =
        Consultation { endpoint, side, system: prompt::SYSTEM, user: &user, others: &about.others, max_tokens: 700 };
    pass(app, &case, &asked).await
}

/// What is known of the people behind cited replies to others.
async fn others_in(app: &App, case: &Case, cited: &[Cited]) -> Result<Vec<(Class, String)>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut others = Vec::new();
    for origin in cited.iter().map(|c| &c.origin) {
        let Origin::Reply { ticket } = origin else { continue };
        let behind = conn.behind(&grant, *ticket).await?;
        behind.people.iter().for_each(|(name, address)| prepare_reply::know(&mut others, name, address));
        for word in behind.organization.into_iter().flat_map(|(name, domain)| [name, domain]) {
            others.push((Class::Other, word));
        }
    }
    others.sort_by(|a, b| a.1.cmp(&b.1));
    others.dedup();
    others.retain(|known| !case.known.contains(known));
    Ok(others)
}

/// A boundary that no text can guess.
fn marker(app: &App) -> Result<String, FlowError> {
    let bytes: [u8; 6] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    // Letters only: digits in a row could be taken for a phone number by the second gate.
    Ok(bytes.iter().map(|b| char::from(b'k' + b % 13)).collect::<String>() + "mark")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn t079_a_detector_that_fails_hangs_or_dies_closes_the_gate() {
        let short = Duration::from_millis(50);
        assert!(gate(short, || Ok(1)).await.is_ok());
        assert!(gate(short, || Err::<u8, _>(RedactError::Detector)).await.is_err());
        let hangs = || {
            std::thread::sleep(Duration::from_millis(300));
            Ok(1)
        };
        assert!(gate(short, hangs).await.is_err());
        let long = || Redactor::new(Namespace::new([1; 5]), Vec::new())?.redact(&"a ".repeat(9 << 20)).map(|_| 1);
        assert!(gate(Duration::from_secs(5), long).await.is_err());
    }
}
