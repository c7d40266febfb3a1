//! Counts what became of tickets that are over: the rows behind every figure of the scorecard. They are derived; a ticket that
//! changes is counted again, and one that its requester opened again stays counted as that.

use desk::{
    Timestamp,
    audit::Service,
    calibration::Seen,
    draft::{self, Support},
    eval::{Origin, Severity},
    failure::Failure,
    outcome::{Count, Counts, Lived, Outcome, Place},
    reading::is_hasty,
    routing, sureness,
    target::Service as Levels,
};
use store::{Conn, Ended, Grant, PageRead, Prepared, Purpose};

use crate::{
    App, FlowError,
    flow::{
        count_clocks,
        propose_case::{self, Because},
        watch_triage::seen,
    },
};

/// Tickets counted at once.
const AT_ONCE: i64 = 300;
/// A change that another node commits late is met again within so many seconds.
const OVERLAP_SECONDS: i64 = 60;

/// Counts tickets that changed since the last time. Returns how many, 0 when nothing is new.
///
/// # Errors
/// Whatever the database says.
pub async fn follow(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let since = conn.outcomes_counted().await?;
    let changed = conn.ended_since(since, AT_ONCE).await?;
    let Some(last) = changed.last().map(|ended| ended.changed) else { return Ok(0) };
    let (products, levels) = (conn.products().await?, count_clocks::load(&mut conn).await?);
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let (mut outcomes, mut failed) = (Vec::with_capacity(changed.len()), Vec::new());
    for ended in &changed {
        let before = conn.outcome(ended.ticket).await?;
        let (drafts, pages) = (conn.prepared(ended.ticket).await?, conn.pages_read(ended.ticket).await?);
        let sorted: Vec<Seen> = conn.answered_of(ended.ticket).await?.iter().filter_map(seen).collect();
        let promises = promises(&mut conn, &grant, &levels, ended, before.as_ref()).await?;
        let beside = Beside { drafts: &drafts, pages: &pages, sorted: &sorted, promises };
        let outcome = outcome(ended, before.as_ref(), beside, &products);
        if before.as_ref() != Some(&outcome) {
            failed.extend(failure(&outcome, before.as_ref()).map(|because| (outcome.ticket, because)));
            outcomes.push(outcome);
        }
    }
    drop(conn);
    // Before the counts are kept: whoever dies in between counts again, and a ticket has one case.
    for (ticket, because) in failed {
        propose_case::afterwards(app, ticket, because).await?;
    }
    let is_whole = i64::try_from(changed.len()).is_ok_and(|n| n < AT_ONCE);
    let counted = if is_whole { last.min(now.plus_seconds(-OVERLAP_SECONDS)).max(since) } else { last };
    if !outcomes.is_empty() || counted != since {
        app.store.keep_outcomes(&outcomes, counted).await?;
    }
    Ok(outcomes.len())
}

/// What a ticket's end shows for the first time that a case should hold; a person looks at it, names what was wrong and how bad.
fn failure(outcome: &Outcome, before: Option<&Outcome>) -> Option<Because> {
    let is_new = |count: Count| outcome.counts.get(count) > 0 && before.is_none_or(|b| b.counts.get(count) == 0);
    let because = |origin, failure| Some(Because { origin, failure, severity: Severity::Minor });
    if is_new(Count::MeaningChanged) {
        return because(Origin::EditedDraft, Failure::WrongFact);
    }
    let is_back = is_new(Count::FoundLater) && outcome.counts.get(Count::Reopened) > 0;
    if is_back { because(Origin::CameBack, Failure::MissedQuestion) } else { None }
}

/// What is known of a ticket beside its row.
#[derive(Clone, Copy)]
struct Beside<'a> {
    drafts: &'a [Prepared],
    pages: &'a [PageRead],
    sorted: &'a [Seen],
    promises: Counts,
}

/// What became of one ticket.
fn outcome(
    ended: &Ended,
    before: Option<&Outcome>,
    Beside { drafts, pages, sorted, promises }: Beside<'_>,
    products: &[String],
) -> Outcome {
    if let Some(before) = before.filter(|_| !ended.status.is_over()) {
        return Outcome { counts: came_back(before.counts).judged(), ..before.clone() };
    }
    let newest = drafts.last();
    let model = newest.map(|d| d.endpoint.clone().unwrap_or_else(|| d.origin.clone()));
    let failure = drafts.iter().rev().find_map(|d| d.why.clone());
    // A ticket that is counted again stays in the week it ended in first.
    let when = before.map_or(ended.changed, |before| before.ended);
    let place = Place {
        week: when.monday(),
        queue: ended.queue.clone(),
        category: ended.category.clone().unwrap_or_default(),
        product: product(ended, products),
        persona: newest.and_then(|d| d.voice.as_ref()).map_or_else(String::new, |voice| voice.pins.clone()),
        language: ended.language.clone().unwrap_or_default(),
        model: model.unwrap_or_default(),
        failure: failure.unwrap_or_default(),
        lived: Lived::Here,
    };
    let counts = answered(ended)
        + drafted(ended, drafts)
        + read(pages, ended.unchanged > 0)
        + others(ended)
        + sorting(sorted)
        + promises;
    let was_back = before.is_some_and(|before| before.counts.get(Count::Reopened) > 0);
    let is_back = was_back || ended.outcome.as_deref() == Some("reopened");
    let counts = if is_back { came_back(counts) } else { counts }.judged();
    Outcome { ticket: ended.ticket, number: ended.number, ended: when, place, counts }
}

/// Whether the times that were promised for it were kept, until it first ended.
async fn promises(
    conn: &mut Conn,
    grant: &Grant,
    levels: &Levels,
    ended: &Ended,
    before: Option<&Outcome>,
) -> Result<Counts, FlowError> {
    if levels.targets.is_empty() {
        return Ok(Counts::default());
    }
    let timed = conn.timed_ticket(grant, ended.ticket).await?;
    let told = count_clocks::of(levels, &timed, before.map_or(ended.changed, |before| before.ended));
    let (promised, kept) = (!told.clocks.is_empty(), told.missed.is_empty());
    let counts = Counts::default().with(Count::Promised, i64::from(promised));
    Ok(counts.with(Count::PromisesKept, i64::from(promised && kept)))
}

/// What its requester asked about. A ticket that was never sorted here, an imported one say, is read now.
fn product(ended: &Ended, products: &[String]) -> String {
    let read = || routing::product(&ended.text, ended.plan.as_deref(), products);
    ended.product.as_deref().or_else(read).unwrap_or_default().to_owned()
}

/// With the requester back.
const fn came_back(counts: Counts) -> Counts {
    let found = counts.get(Count::Sent);
    let rated = counts.get(Count::Rated);
    counts
        .with(Count::Reopened, 1)
        .with(Count::Contained, 0)
        .with(Count::FoundLater, found)
        .with(Count::RatedReopened, rated)
}

/// How a person answered the machine's first look at it, if one did.
fn sorting(seen: &[Seen]) -> Counts {
    let Some((first, (_, is_right))) = seen.iter().find_map(|s| Some((s, s.outcome()?))) else {
        return Counts::default();
    };
    let (right, sure) = (i64::from(is_right), i64::from(first.decided));
    let counts = Counts::default().with(Count::Sorted, 1).with(Count::SortedRight, right);
    counts.with(Count::Sure, sure).with(Count::SureRight, sure * right)
}

fn answered(ended: &Ended) -> Counts {
    let minutes = |until: Option<Timestamp>| until.map(|at| at.seconds_since(ended.created).max(0) / 60);
    let mut counts = Counts::default().with(Count::Tickets, 1);
    if let Some(first) = minutes(ended.first_reply) {
        counts = counts.with(Count::Replied, 1).with_square(Count::FirstReplyMinutes, Count::FirstReplySquares, first);
    }
    match (minutes(ended.last_reply), ended.unchanged + ended.edited) {
        (Some(last), 1..) => {
            counts.with(Count::Assisted, 1).with_square(Count::AssistedMinutes, Count::AssistedSquares, last)
        }
        (Some(last), _) => counts.with(Count::Alone, 1).with_square(Count::AloneMinutes, Count::AloneSquares, last),
        (None, _) => counts,
    }
}

fn drafted(ended: &Ended, drafts: &[Prepared]) -> Counts {
    let one = |yes: bool| i64::from(yes);
    let (was_drafted, was_sent) = (!drafts.is_empty(), ended.unchanged + ended.edited > 0);
    // Where no word of the machine's left, a person wrote alone, in the draft's place: it says nothing about the draft.
    let sent = drafts.iter().filter(|_| was_sent);
    let left: Vec<(&Prepared, &str)> = sent.filter_map(|d| Some((d, d.sent.as_deref()?))).collect();
    let states = |support: Support| matches!(support, Support::Supported | Support::Unsupported);
    let claims = left.iter().flat_map(|(d, _)| &d.sentences).filter(|s| states(s.support)).count();
    let grounded = left.iter().flat_map(|(d, _)| &d.sentences).filter(|s| s.support == Support::Supported).count();
    let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let characters = |d: &Prepared| whole(draft::characters(&d.written));
    let changed = |(d, sent): &(&Prepared, &str)| whole(draft::changed_characters(&d.written, sent)).min(characters(d));
    let says_else = |(draft, sent): &(&Prepared, &str)| {
        draft.sentences.iter().any(|s| states(s.support)) && !sureness::keeps_facts(&draft.sentences, sent)
    };
    Counts::default()
        .with(Count::Drafted, one(was_drafted))
        .with(Count::DraftedAlone, one(was_drafted && !was_sent && ended.last_reply.is_some()))
        .with(Count::Sent, one(was_drafted && was_sent))
        .with(Count::Unchanged, one(was_drafted && was_sent && ended.edited == 0))
        .with(Count::MeaningChanged, one(left.iter().any(says_else)))
        .with(Count::Rejected, one(drafts.iter().any(|d| d.rejected)))
        .with(Count::Claims, i64::try_from(claims).unwrap_or(i64::MAX))
        .with(Count::Grounded, i64::try_from(grounded).unwrap_or(i64::MAX))
        .with(Count::Characters, left.iter().map(|(d, _)| characters(d)).sum())
        .with(Count::CharactersChanged, left.iter().map(changed).sum())
        .with(Count::FoundLater, one(was_drafted && was_sent && (ended.outcome.is_some() || ended.failed_reviews > 0)))
}

fn read(pages: &[PageRead], left_unchanged: bool) -> Counts {
    let sum = |of: fn(&PageRead) -> i64| pages.iter().map(of).fold(0_i64, i64::saturating_add);
    let stamped = left_unchanged && pages.iter().any(|p| p.changed == 0 && is_hasty(p.words, p.seconds));
    Counts::default()
        .with(Count::Words, sum(|p| p.words))
        .with(Count::WordsChanged, sum(|p| p.changed.min(p.words)))
        .with(Count::Stamped, i64::from(stamped))
        .with(Count::Reviews, i64::try_from(pages.len()).unwrap_or(i64::MAX))
        .with(Count::ReviewSeconds, sum(|p| p.seconds))
        .with(Count::ReviewSquares, sum(|p| p.seconds.saturating_mul(p.seconds)))
}

fn others(ended: &Ended) -> Counts {
    let one = |yes: bool| i64::from(yes);
    let is_common = ended.standing > 0;
    Counts::default()
        .with(Count::Common, one(is_common))
        .with(Count::Contained, one(is_common && ended.last_reply.is_none()))
        .with(Count::Rated, one(ended.rating.is_some()))
        .with(Count::RatingSum, ended.rating.unwrap_or(0))
        // A rating that came with an import was asked for somewhere.
        .with(Count::Asked, one(ended.asked || ended.rating.is_some()))
        .with(Count::Efforts, one(ended.effort.is_some()))
        .with(Count::EffortSum, ended.effort.unwrap_or(0))
        .with(Count::Escalated, one(ended.raised > 0))
        .with(Count::EscalationAnswered, one(ended.taken + ended.returned > 0))
        .with(Count::EscalationRight, one(ended.taken > 0 && ended.returned == 0))
        .with(Count::ModelRequests, ended.requests)
        .with(Count::ModelTokens, ended.tokens)
}
