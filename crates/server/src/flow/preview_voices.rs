//! One ticket's draft in every voice of the desk, side by side, for leads. Keeps nothing.

use desk::{
    draft::Composed,
    ids::TicketId,
    language::Language,
    persona::{self, Breach, Chosen},
    policy::{Owner, Policy, PolicyKind},
};
use store::{AgentSession, Grant, Purpose};

use super::prepare_reply::{self, Case};
use crate::{App, FlowError};

/// The draft in one voice.
#[derive(Debug)]
pub struct Previewed {
    /// The voice.
    pub voice: Chosen,
    /// The draft, or the questions that no source answers.
    pub drafted: Result<Composed, Vec<String>>,
    /// Where the draft leaves the voice and no rule can bring it back.
    pub breaches: Vec<Breach>,
}

/// All of them.
#[derive(Debug)]
pub struct Preview {
    /// Key of the persona that is the ticket's own, none for the base; or why the machine writes nothing.
    pub own: Result<(Option<String>, String), String>,
    /// The base first, then each persona.
    pub voices: Vec<Previewed>,
}

/// A text that nobody saved yet.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Key of the persona it would change or begin.
    pub key: &'a str,
    /// The text.
    pub body: &'a str,
}

/// Drafts a ticket's reply in every voice.
///
/// # Errors
/// [`FlowError::Lines`] for a candidate that does not read; refused where the machine may not write for this ticket.
pub async fn preview(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    candidate: Option<Candidate<'_>>,
) -> Result<Preview, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let case = Case::load(&mut conn, &grant, ticket, app.clock.now()).await?.ok_or(FlowError::NotFound)?;
    super::triage_ticket::consent(app, &mut conn, &case.line).await??;
    if let Some(why) = case.conduct.withheld() {
        return Err(FlowError::Invalid(format!("The machine drafts nothing for this ticket. {why}")));
    }
    let mut policies = conn.policies().await?;
    drop(conn);
    if let Some(Candidate { key, body }) = candidate {
        persona::Overlay::parse(body).map_err(FlowError::Lines)?;
        let known = policies.find(PolicyKind::Persona, key).cloned();
        let begun = || Policy {
            kind: PolicyKind::Persona,
            key: key.to_owned(),
            name: key.to_owned(),
            version: 0,
            body: String::new(),
            categories: Vec::new(),
            owner: Owner::Nobody,
            review_by: None,
            made_by: None,
            made_at: None,
            note: String::new(),
        };
        policies = policies.with(Policy { body: body.to_owned(), ..known.unwrap_or_else(begun) });
    }
    let own = prepare_reply::voice(&policies, &case.line, &case.newest.latest, app.clock.now());
    let cited = prepare_reply::retrieve(app, &case).await?;
    let meanings = prepare_reply::meanings(app, &case, &cited).await?;
    let in_voice = |voice: Chosen| {
        let drafted = prepare_reply::drafted(&case, &voice.voice, &cited, &|a, b| meanings.closeness(a, b));
        let said = drafted.as_ref().map_or("", |composed| composed.body.as_str());
        let breaches = if said.is_empty() { Vec::new() } else { persona::lint(said, &voice.voice, voice.language) };
        Previewed { voice, drafted, breaches }
    };
    let voices = persona::every(&policies, Language::guess(&case.newest.latest)).into_iter().map(in_voice).collect();
    Ok(Preview { own: own.map(|chosen| (chosen.key, chosen.because)), voices })
}
