//! Drafts that were made while nobody worked are looked at again when work begins: what they rest on may have changed since.
//! One that holds says when it was looked at; the others are made anew before somebody reads them.

use std::sync::{Mutex, PoisonError};

use desk::{
    Timestamp,
    audit::AuditEvent,
    draft::DraftState,
    hours::Calendar,
    ids::TicketId,
    knowledge::{Origin, Retrieval},
    morning::{Held, NIGHT_SECONDS, Rests, look},
    ticket::DraftReadiness,
};
use store::{DraftRow, Grant, NewJob, Tx};

use crate::{
    App, FlowError,
    flow::{PREPARATION, count_clocks, keep_draft::is_a_persons, prepare_reply::PREPARE},
};

/// Drafts looked at in one go.
const AT_ONCE: i64 = 50;

/// The nights whose drafts have all been looked at, each by when it ended.
#[derive(Debug, Default)]
pub struct CheckedNights(Mutex<Vec<Timestamp>>);

impl CheckedNights {
    fn is_done(&self, opened: Timestamp) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&opened)
    }

    fn done(&self, opened: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|at| opened.seconds_since(*at) < 2 * 86_400);
        all.push(opened);
    }
}

/// Looks at what is left of the last night of each calendar. Returns how many drafts were looked at.
///
/// # Errors
/// Whatever the database says.
pub async fn check_due(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let calendars = count_clocks::load(&mut app.store.read().await?).await?.calendars;
    let mut checked = 0;
    for night in calendars.iter().filter_map(|calendar| night(calendar, now)) {
        if app.checked_nights.is_done(night.1) {
            continue;
        }
        let tickets = app.store.read().await?.night_drafts(night, AT_ONCE).await?;
        if tickets.is_empty() {
            app.checked_nights.done(night.1);
        }
        for ticket in tickets {
            check(app, ticket).await?;
            checked += 1;
        }
    }
    Ok(checked)
}

/// The night that ended with the present hours of work.
#[must_use]
pub fn night(calendar: &Calendar, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    calendar.around(now).night_before(now, NIGHT_SECONDS)
}

async fn check(app: &App, ticket: TicketId) -> Result<(), FlowError> {
    let grant = count_clocks::grant(app)?;
    let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
    tx.hold_drafts(ticket).await?;
    let line = tx.ticket(&grant, ticket).await?;
    let draft = tx.current_draft(&grant, ticket).await?;
    // Somebody may have taken it up between the two looks.
    let Some(draft) = draft.filter(|d| d.state == DraftState::Open && !is_a_persons(d)) else {
        return Ok(tx.abandon().await?);
    };
    let newest_policy = tx.policies().await?.all().iter().filter_map(|p| p.made_at).max();
    let sources = sources(&mut tx, &grant, &draft).await?;
    let answers_newest = line.ticket.last_inbound == draft.answers;
    let held = look(Rests { made: draft.saved_at, answers_newest, sources: &sources, newest_policy });
    tx.draft_checked(draft.id).await?;
    let found = match held {
        Held::Holds => "holds",
        Held::Outdated => {
            make_anew(&mut tx, ticket).await?;
            "outdated"
        }
    };
    tx.commit(AuditEvent::DraftChecked { ticket, draft: draft.id, found: found.to_owned() }).await?;
    app.live.committed();
    Ok(())
}

/// Whether each source that the draft's sentences cite is current.
async fn sources(tx: &mut Tx, grant: &Grant, draft: &DraftRow) -> Result<Vec<bool>, FlowError> {
    let Some(retrieval) = draft.retrieval else { return Ok(Vec::new()) };
    let cited = tx.suggestion::<Retrieval>(grant, retrieval).await?.suggestion.value.cited;
    let (now, mut all) = (tx.now(), Vec::new());
    let says = |number| draft.machine_sentences.iter().any(|s| s.citations.contains(&number));
    for source in cited.iter().filter(|source| says(source.citation)) {
        if let Origin::Passage { version, .. } = source.origin {
            all.push(tx.is_current(version, now).await?);
        }
    }
    Ok(all)
}

async fn make_anew(tx: &mut Tx, ticket: TicketId) -> Result<(), FlowError> {
    tx.supersede_untouched_drafts(ticket).await?;
    tx.set_draft_readiness(ticket, DraftReadiness::Preparing, None).await?;
    let run_at = tx.now();
    Ok(tx.queue_job(NewJob { kind: PREPARE, subject: &ticket.to_string(), run_at }).await?)
}
