//! After a new version of routing or risk rules: open tickets nobody touched that would be sorted otherwise today. They
//! are listed, moved when a lead says so, and moved back. A ticket that somebody touched never moves.
//!
//! What the classifier said stays; rules and routing are asked again.

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    conduct::{Conduct, Worked},
    correction::{Changes, Sorting},
    ids::TicketId,
    ladder::Where,
    policy::PolicyKind,
    risk::Flag,
    suggestion::Suggestion,
    triage::Triage,
};
use store::{AgentSession, Conn, Grant, PolicyMove, Purpose, SuggestionKind, TicketLine, Tx};

use super::{
    answer_suggestion::put,
    more_like_this::{Moved, stays},
    triage_ticket::{SecondLook, look_again},
    try_policy::Placed,
    ways::Ways,
};
use crate::{App, FlowError};

/// Open tickets looked at.
pub const LOOKED_AT_MAX: i64 = 300;
/// Tickets moved at once, and listed.
const MOVED_MAX: usize = 100;

/// An open ticket that would be sorted otherwise today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// Where it is.
    pub was: Placed,
    /// Where it would be.
    pub would: Placed,
    /// Flags that would be raised.
    pub raised: Vec<Flag>,
    /// Flags that would go.
    pub gone: Vec<Flag>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Open tickets that nobody touched and that were looked at.
    pub looked_at: usize,
    /// Those that would move, newest question first; at most a hundred.
    pub waiting: Vec<Waiting>,
}

/// The number of the policy's version; only those that sort, and that somebody wrote.
fn version(ways: &Ways, kind: PolicyKind, key: &str) -> Result<Option<i64>, FlowError> {
    if !matches!(kind, PolicyKind::Routing | PolicyKind::RiskRules) {
        return Err(FlowError::Invalid("Only routing and risk rules sort open tickets.".to_owned()));
    }
    let policy = ways.policies.find(kind, key).ok_or(FlowError::NotFound)?;
    Ok(policy.made_at.map(|_| policy.version))
}

/// Open tickets of the person's queues that nobody touched and that would be sorted otherwise today.
///
/// # Errors
/// [`FlowError::NotFound`] for an unknown policy, [`FlowError::Invalid`] for one that sorts nothing.
pub async fn list(app: &App, session: &AgentSession, kind: PolicyKind, key: &str) -> Result<Found, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let ways = Ways::load(&mut conn).await?;
    if version(&ways, kind, key)?.is_none() {
        return Ok(Found::default());
    }
    let open = conn.untouched(&grant, LOOKED_AT_MAX).await?;
    let mut found = Found { looked_at: open.len(), waiting: Vec::new() };
    for ticket in open {
        let second = look_again(&mut conn, &grant, ticket.ticket, &ways, now).await?;
        found.waiting.extend(second.and_then(|second| waiting(&ways, &second, now)));
        if found.waiting.len() == MOVED_MAX {
            break;
        }
    }
    Ok(found)
}

/// None when it stays. A priority alone moves nothing: it also follows the hours to a deadline.
fn waiting(ways: &Ways, second: &SecondLook, now: Timestamp) -> Option<Waiting> {
    let (before, after) = (Sorting::of(&second.line.ticket), &second.after);
    let without = |these: &[Flag], those: &[Flag]| these.iter().copied().filter(|f| !those.contains(f)).collect();
    let (raised, gone): (Vec<Flag>, Vec<Flag>) =
        (without(&after.risk, &before.risk), without(&before.risk, &after.risk));
    let (was, would) = (placed(ways, &second.line, &before, now), placed(ways, &second.line, after, now));
    let stays = was == would && raised.is_empty() && gone.is_empty();
    (!stays).then(|| Waiting {
        ticket: second.line.ticket.id,
        number: second.line.ticket.number,
        subject: second.line.ticket.subject.clone(),
        was,
        would,
        raised,
        gone,
    })
}

fn placed(ways: &Ways, line: &TicketLine, sorting: &Sorting, now: Timestamp) -> Placed {
    let category = sorting.category.as_deref();
    let model = sorting.operating_model.filter(|_| category.is_none());
    let at = Where::Ticket { queue: &sorting.queue, product: line.product.as_deref() };
    let conduct = Conduct::of(&ways.policies, Worked { category, model, flags: &sorting.risk, at }, now);
    Placed { queue: sorting.queue.clone(), model: conduct.model, writing: conduct.writing }
}

/// Sorts the named tickets as today's policies say.
///
/// # Errors
/// As [`list`], and [`FlowError::Invalid`] when there is nothing or too much to do.
pub async fn apply(
    app: &App,
    session: &AgentSession,
    kind: PolicyKind,
    key: &str,
    tickets: &[TicketId],
) -> Result<Moved, FlowError> {
    if tickets.is_empty() || tickets.len() > MOVED_MAX {
        return Err(FlowError::Invalid(format!("Name 1 to {MOVED_MAX} tickets.")));
    }
    let grant = Grant::for_agent(session, Purpose::Reply)?;
    let mut moved = Moved::default();
    for ticket in tickets {
        let mut tx = app.store.begin(session, app.clock.now()).await?;
        match again(&mut tx, &grant, (kind, key), *ticket).await? {
            Ok(event) => {
                tx.commit(event).await?;
                moved.done.push(*ticket);
            }
            Err(why) => moved.skipped.push((*ticket, why)),
        }
    }
    app.live.committed();
    Ok(moved)
}

/// One ticket; the inner error is why it stays.
async fn again(
    tx: &mut Tx,
    grant: &Grant,
    (kind, key): (PolicyKind, &str),
    ticket: TicketId,
) -> Result<Result<AuditEvent, String>, FlowError> {
    if let Err(why) = stays(tx, grant, ticket).await? {
        return Ok(Err(why));
    }
    let ways = Ways::load(tx).await?;
    let Some(version) = version(&ways, kind, key)? else {
        return Ok(Err("Nobody wrote a version of this policy.".to_owned()));
    };
    let now = tx.now();
    let Some(second) = look_again(tx, grant, ticket, &ways, now).await? else {
        return Ok(Err("It was not sorted yet.".to_owned()));
    };
    if waiting(&ways, &second, now).is_none() {
        return Ok(Err("It is sorted so already.".to_owned()));
    }
    let before = Sorting::of(&second.line.ticket);
    put(tx, ticket, &before, &second.after).await?;
    keep_look(tx, grant, &second.earlier, &second.suggestion).await?;
    let changes = Changes { before, after: second.after, dismissed: Vec::new() };
    tx.add_policy_move((kind, key, version), &PolicyMove { ticket, earlier: second.earlier.id, changes }).await?;
    Ok(Ok(AuditEvent::TicketSortedAgain { ticket, kind: kind.word().to_owned(), version, way: "moved".to_owned() }))
}

/// Keeps a look beside an earlier one of the same message, with the past cases it resembles.
async fn keep_look(
    tx: &mut Tx,
    grant: &Grant,
    earlier: &store::StoredSuggestion<Triage>,
    look: &Suggestion<Triage>,
) -> Result<(), FlowError> {
    let near: Vec<(TicketId, f64)> =
        tx.nearest(grant, earlier.id).await?.into_iter().map(|near| (near.ticket, near.similarity)).collect();
    let id = tx.add_suggestion(earlier.ticket, earlier.message, SuggestionKind::Triage, look).await?;
    tx.keep_nearest(id, &near).await?;
    Ok(())
}

/// Moves back what followed the current version, where nobody and nothing changed it since.
///
/// # Errors
/// As [`list`].
pub async fn undo(app: &App, session: &AgentSession, kind: PolicyKind, key: &str) -> Result<Moved, FlowError> {
    // Moving took tickets out of queues, perhaps of this person's; what leads moved, leads move back.
    let all = app.service_grant(Service::Intake, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let Some(version) = version(&Ways::load(&mut conn).await?, kind, key)? else { return Ok(Moved::default()) };
    let moves = conn.policy_moves((kind, key, version)).await?;
    drop(conn);
    let mut moved = Moved::default();
    for followed in moves {
        let ticket = followed.ticket;
        let mut tx = app.store.begin(session, app.clock.now()).await?;
        match back(&mut tx, &all, &followed).await? {
            Ok(()) => {
                tx.policy_move_restored((kind, key, version), ticket).await?;
                let (kind, way) = (kind.word().to_owned(), "restored".to_owned());
                tx.commit(AuditEvent::TicketSortedAgain { ticket, kind, version, way }).await?;
                moved.done.push(ticket);
            }
            Err(why) => moved.skipped.push((ticket, why)),
        }
    }
    app.live.committed();
    Ok(moved)
}

async fn back(tx: &mut Tx, all: &Grant, followed: &PolicyMove) -> Result<Result<(), String>, FlowError> {
    if let Err(why) = stays(tx, all, followed.ticket).await? {
        return Ok(Err(why));
    }
    let now = sorting(tx, all, followed.ticket).await?;
    if now != followed.changes.after {
        return Ok(Err("It was sorted otherwise meanwhile.".to_owned()));
    }
    put(tx, followed.ticket, &now, &followed.changes.before).await?;
    let earlier = tx.suggestion::<Triage>(all, followed.earlier).await?;
    let look = Suggestion { made_at: tx.now(), ..earlier.suggestion.clone() };
    keep_look(tx, all, &earlier, &look).await?;
    Ok(Ok(()))
}

async fn sorting(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Sorting, FlowError> {
    Ok(Sorting::of(&conn.ticket(grant, ticket).await?.ticket))
}
