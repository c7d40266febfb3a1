//! After a correction: open tickets nobody touched that would now be sorted alike. They are listed,
//! moved when a person says so, and moved back. A ticket that somebody touched never moves.

use desk::{
    Digest,
    audit::AuditEvent,
    correction::{Correction, Sorting},
    ids::{TicketId, VerdictId},
    triage::Triage,
};
use store::{AgentSession, GivenVerdict, Grant, Purpose, StoreError, SuggestionKind, Tx, Untouched};

use super::answer_suggestion::{correct, put, visible};
use crate::{
    App, FlowError,
    triager::{may_learn_from, text_of},
};

/// Open tickets looked at.
const LOOKED_AT: i64 = 1_000;
/// Tickets listed.
const LISTED: usize = 20;
/// Tickets moved at once.
const MOVED_MAX: usize = 100;

/// A ticket that would follow.
#[derive(Debug, Clone)]
pub struct Follower {
    /// The ticket.
    pub ticket: Untouched,
    /// What it would become.
    pub to: String,
    /// How likely that is right.
    pub probability: f64,
}

/// What happened to the tickets a person named.
#[derive(Debug, Default)]
pub struct Moved {
    /// Moved, or moved back.
    pub done: Vec<TicketId>,
    /// Left alone, each with a sentence.
    pub skipped: Vec<(TicketId, String)>,
}

/// Tickets of the person's queues that would now become what they corrected to, newest first.
///
/// # Errors
/// Whatever the database says.
pub async fn list(app: &App, session: &AgentSession, given: &GivenVerdict) -> Result<Vec<Follower>, FlowError> {
    let Some(to) = given.category.as_deref() else { return Ok(Vec::new()) };
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut conn = app.store.read().await?;
    let open = conn.untouched(&grant, LOOKED_AT).await?;
    drop(conn);
    let mut found = Vec::new();
    for ticket in open.into_iter().filter(|t| t.ticket != given.ticket && t.category.as_deref() != Some(to)) {
        if found.len() == LISTED {
            break;
        }
        if let Some(probability) = would_become(app, &ticket, to).await? {
            found.push(Follower { ticket, to: to.to_owned(), probability });
        }
    }
    Ok(found)
}

/// Whether people's corrections now say so of a ticket's newest message. Vectors only from the cache:
/// a person waits for this.
async fn would_become(app: &App, ticket: &Untouched, to: &str) -> Result<Option<f64>, FlowError> {
    if !may_learn_from(ticket.said, app.config.desk.ai_default) {
        return Ok(None);
    }
    let text = text_of(&ticket.asked_subject, &ticket.latest);
    let digest = Digest::of(text.as_bytes()).to_string();
    let kept = app.store.vector(&digest, embed::weights::MODEL_NAME).await?;
    let vector = kept.and_then(|bytes| embed::Vector::from_bytes(&bytes).ok());
    let said = app.triager.recalled(&text, vector.as_ref().map(embed::Vector::as_slice));
    Ok(said.filter(|(_, said)| said.label == to).map(|(_, said)| f64::from(said.probability())))
}

/// Moves the named tickets after a standing correction of this person's.
///
/// # Errors
/// [`FlowError::NotFound`] for a verdict out of sight, [`FlowError::Conflict`] when it does not stand,
/// [`FlowError::Invalid`] when there is nothing or too much to do.
pub async fn apply(
    app: &App,
    session: &AgentSession,
    verdict: VerdictId,
    tickets: &[TicketId],
) -> Result<Moved, FlowError> {
    if tickets.is_empty() || tickets.len() > MOVED_MAX {
        return Err(FlowError::Invalid(format!("Name 1 to {MOVED_MAX} tickets.")));
    }
    let seen = visible(app, session, verdict).await?;
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let given = app.store.read().await?.verdict(&seen, verdict).await?;
    let (true, Some(to)) = (given.stands, given.category.as_deref()) else {
        return Err(FlowError::Conflict("This correction does not stand any more. Load the ticket again.".to_owned()));
    };
    let mut moved = Moved::default();
    for ticket in tickets {
        match follow(app, session, &grant, &given, *ticket, to).await? {
            Ok(()) => moved.done.push(*ticket),
            Err(why) => moved.skipped.push((*ticket, why)),
        }
    }
    app.live.committed();
    Ok(moved)
}

/// One ticket, one transaction: the inner error is why it stays.
async fn follow(
    app: &App,
    session: &AgentSession,
    grant: &Grant,
    given: &GivenVerdict,
    ticket: TicketId,
    to: &str,
) -> Result<Result<(), String>, FlowError> {
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let look = match stays(&mut tx, grant, ticket).await? {
        Ok(look) => look,
        Err(why) => return Ok(Err(why)),
    };
    let open = tx.untouched(grant, LOOKED_AT).await?;
    let Some(open) = open.into_iter().find(|t| t.ticket == ticket) else {
        return Ok(Err("It waits for nobody any more.".to_owned()));
    };
    if open.category.as_deref() == Some(to) || would_become(app, &open, to).await?.is_none() {
        return Ok(Err("It is not like the corrected one.".to_owned()));
    }
    let correction = Correction { category: Some(to.to_owned()), ..Correction::default() };
    let changes = correct(&mut tx, grant, ticket, &look, &correction).await?;
    tx.add_move(given.id, ticket, &changes).await?;
    tx.commit(AuditEvent::TicketMoved { ticket, verdict: given.id, way: "moved".to_owned() }).await?;
    Ok(Ok(()))
}

/// The machine's look at a ticket that may move, or why it stays. Holds it.
pub(super) async fn stays(tx: &mut Tx, grant: &Grant, ticket: TicketId) -> Result<Result<Triage, String>, FlowError> {
    match tx.ticket(grant, ticket).await {
        Err(StoreError::NotFound) => return Ok(Err("There is no such ticket here.".to_owned())),
        other => other?,
    };
    tx.hold_ticket(ticket).await?;
    if !tx.is_untouched(ticket).await? {
        return Ok(Err("Somebody worked on it meanwhile.".to_owned()));
    }
    let look = tx.newest_suggestion::<Triage>(grant, ticket, SuggestionKind::Triage).await?;
    Ok(look.map(|s| s.suggestion.value).ok_or_else(|| "It was not sorted yet.".to_owned()))
}

/// Moves back what followed a correction, where nobody touched it since.
///
/// # Errors
/// [`FlowError::NotFound`] for a verdict out of sight.
pub async fn undo(app: &App, session: &AgentSession, verdict: VerdictId) -> Result<Moved, FlowError> {
    visible(app, session, verdict).await?;
    // Moving took tickets out of queues, perhaps of this person's; what they moved they move back.
    let all = app.service_grant(desk::audit::Service::Intake, Purpose::Work)?;
    let moves = app.store.read().await?.moves(verdict).await?;
    let mut moved = Moved::default();
    for (ticket, changes) in moves {
        let mut tx = app.store.begin(session, app.clock.now()).await?;
        if let Err(why) = stays(&mut tx, &all, ticket).await? {
            moved.skipped.push((ticket, why));
            continue;
        }
        let now = Sorting::of(&tx.ticket(&all, ticket).await?.ticket);
        put(&mut tx, ticket, &now, &now.restored(&changes)).await?;
        tx.move_restored(verdict, ticket).await?;
        tx.commit(AuditEvent::TicketMoved { ticket, verdict, way: "restored".to_owned() }).await?;
        moved.done.push(ticket);
    }
    app.live.committed();
    Ok(moved)
}
