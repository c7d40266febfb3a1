//! A candidate model drafts beside the present one, on a share of live tickets: through the same gate, under the same consent,
//! with the same passages. Its words are kept apart, shown on one page, and never on a ticket.

use desk::{
    audit::{AuditEvent, Service},
    draft::{Composed, DraftOrigin},
    ids::{ShadowId, TicketId},
    knowledge::Retrieval,
    shadow::{Came, Side},
};
use store::{
    Claimed, DraftRow, ExchangeSide, ExchangeState, Grant, LastExchange, NewJob, NewShadow, Purpose, ShadowState,
    SuggestionKind,
};

use super::{
    PREPARATION,
    prepare_reply::Case,
    triage_ticket,
    which_model::{self, Both},
    write_draft,
};
use crate::{App, FlowError};

/// Name of the job.
pub const SHADOW: &str = "shadow";
/// Length of a day, in seconds.
const DAY: i64 = 86_400;

/// After the present model was asked for a draft: has the candidate asked for the same, where the share and the day's budget say so.
///
/// # Errors
/// Whatever the database says.
pub async fn offer(app: &App, case: &Case) -> Result<(), FlowError> {
    let (ticket, message) = (case.line.ticket.id, case.newest.id);
    let mut conn = app.store.read().await?;
    let Some(Both { candidate: Some(candidate), .. }) = which_model::both(app, &mut conn).await? else {
        return Ok(());
    };
    let candidate = candidate.fingerprint();
    if conn.is_shadowed(&candidate, message).await? {
        return Ok(());
    }
    let settings = &app.config.shadow;
    let begun = conn.shadows_since(app.clock.now().plus_seconds(-DAY)).await?;
    if !drawn(app, &message.to_string(), settings.share_percent) || begun >= settings.requests_a_day {
        return Ok(());
    }
    let Some((present, words)) = presents(app, &mut conn, case).await? else { return Ok(()) };
    drop(conn);
    let new = NewShadow { ticket, message, candidate: &candidate, present: &present, present_body: &words };
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let id = tx.add_shadow(new).await?;
    let now = tx.now();
    tx.queue_job(NewJob { kind: SHADOW, subject: &id.to_string(), run_at: now }).await?;
    tx.commit(AuditEvent::ShadowAsked { ticket, shadow: id }).await?;
    app.live.committed();
    Ok(())
}

/// Whether a message is one of the share: by a keyed digest, so that nobody chooses and every node says the same.
fn drawn(app: &App, message: &str, share_percent: u8) -> bool {
    let digest = app.keys.commit_to("shadow", message.as_bytes());
    let head = digest.as_bytes().iter().take(4).fold(0_u32, |n, b| n << 8 | u32::from(*b));
    head % 100 < u32::from(share_percent)
}

/// What the present model did; none where nothing of it can be compared.
async fn presents(app: &App, conn: &mut store::Conn, case: &Case) -> Result<Option<(Side, String)>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let ticket = case.line.ticket.id;
    let Some(last) = conn.last_exchange(ticket, ExchangeSide::Present).await? else { return Ok(None) };
    let draft = conn.current_draft(&grant, ticket).await?.filter(|d| d.exchange == Some(last.id));
    let side = match (came(last.state), &draft, &case.voice) {
        (Came::Answered, Some(draft), Ok(chosen)) => Side::of(&composed(draft), &chosen.voice, chosen.language),
        (Came::Answered, _, _) => return Ok(None),
        (other, _, _) => Side::without(other),
    };
    let words = draft.and_then(|d| d.machine_body).unwrap_or_default();
    Ok(Some((timed(side, last), words)))
}

fn composed(draft: &DraftRow) -> Composed {
    let body = draft.machine_body.clone().unwrap_or_else(|| draft.body.clone());
    Composed { body, sentences: draft.machine_sentences.clone(), doubts: Vec::new(), score: 0.0 }
}

const fn came(state: ExchangeState) -> Came {
    match state {
        ExchangeState::Answered => Came::Answered,
        ExchangeState::Refused => Came::Refused,
        ExchangeState::Pending | ExchangeState::Failed => Came::Failed,
    }
}

const fn timed(side: Side, last: LastExchange) -> Side {
    Side { ms: last.ms, tokens: last.tokens, ..side }
}

/// Asks the candidate what the present one was asked.
///
/// # Errors
/// Whatever the database says; the job comes back then.
pub async fn run(app: &App, job: &Claimed) -> Result<(), FlowError> {
    let id: ShadowId = job.subject.parse().map_err(|_| FlowError::NotFound)?;
    let mut conn = app.store.read().await?;
    let row = conn.waiting_shadow(id).await?;
    if row.state != ShadowState::Waiting {
        return Ok(());
    }
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let case = Case::load(&mut conn, &grant, row.ticket, app.clock.now()).await?;
    let both = which_model::both(app, &mut conn).await?;
    let candidate = both.and_then(|both| both.candidate).filter(|c| c.fingerprint() == row.candidate);
    let kept = conn.newest_suggestion::<Retrieval>(&grant, row.ticket, SuggestionKind::Retrieval).await?;
    let (Some(case), Some(candidate), Some(kept)) = (case, candidate, kept) else {
        return end(app, row.ticket, id, None).await;
    };
    let may = triage_ticket::consent(app, &mut conn, &case.line).await?;
    drop(conn);
    if case.newest.id != row.message || may.is_err() || case.conduct.allows(DraftOrigin::Model).is_err() {
        return end(app, row.ticket, id, None).await;
    }
    let asked =
        write_draft::consulted(app, (candidate, ExchangeSide::Candidate), &case, &kept.suggestion.value.cited).await;
    let last = app.store.read().await?.last_exchange(row.ticket, ExchangeSide::Candidate).await?;
    let side = match (&asked, last, &case.voice) {
        (Ok((_, draft)), Some(last), Ok(chosen)) => timed(Side::of(draft, &chosen.voice, chosen.language), last),
        (Err(FlowError::Unavailable(_)), Some(last), _) if came(last.state) != Came::Answered => {
            timed(Side::without(came(last.state)), last)
        }
        // The gate or a no closed before anything left.
        _ => return end(app, row.ticket, id, None).await,
    };
    let words = asked.map(|(_, draft)| draft.body).unwrap_or_default();
    end(app, row.ticket, id, Some((side, words))).await
}

async fn end(app: &App, ticket: TicketId, shadow: ShadowId, came: Option<(Side, String)>) -> Result<(), FlowError> {
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    let state = match came {
        Some((side, words)) => {
            // Whoever said no meanwhile had the row taken away.
            tx.end_shadow(shadow, &side, &words).await?;
            ShadowState::Compared
        }
        None => {
            tx.overtake_shadow(shadow).await?;
            ShadowState::Overtaken
        }
    };
    tx.commit(AuditEvent::ShadowEnded { ticket, shadow, state: state.word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Pairs that the figures are of: the newest.
pub const PAIRS: i64 = 500;

/// The newest pairs of the candidate beside the model in use, with how near each came to what was sent. Without a candidate, those
/// of the last one there was.
///
/// # Errors
/// Whatever the database says.
pub async fn pairs(app: &App, grant: &Grant) -> Result<Vec<store::Shadow>, FlowError> {
    let mut conn = app.store.read().await?;
    let both = which_model::both(app, &mut conn).await?;
    let candidate = match both.and_then(|both| both.candidate) {
        Some(candidate) => candidate.fingerprint(),
        None => conn.newest_shadowed().await?.unwrap_or_default(),
    };
    let mut all = conn.shadows(grant, &candidate, PAIRS).await?;
    for one in &mut all {
        let Some(sent) = &one.sent else { continue };
        one.pair.present.near = Some(desk::shadow::near(&one.present, sent));
        one.pair.candidate.near = Some(desk::shadow::near(&one.candidate, sent));
    }
    Ok(all)
}
