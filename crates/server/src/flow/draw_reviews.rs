//! Draws texts for a second look: some evenly, some where little is known. By the clock, so that it is nobody's choice, or when a
//! lead asks.

use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    ids::DraftId,
    review::{Drawable, Lot, draw},
};
use store::{Candidate, Grant, Identity, Purpose};

use crate::{
    App, FlowError,
    flow::{PREPARATION, measure_coverage},
};

/// Texts of the last so many days may be drawn.
const DAYS: i64 = 14;
const DAY_SECONDS: i64 = 86_400;
/// When the clock drew last, in the settings.
const DRAWN: &str = "reviews_drawn";
/// Most texts one draw gives.
pub const AT_ONCE_MAX: usize = 200;

/// Draws what a week's number has come to since the last draw; the first one draws a week's. Returns how many.
///
/// # Errors
/// Whatever the database says.
pub async fn draw_when_due(app: &App) -> Result<usize, FlowError> {
    let (now, a_week) = (app.clock.now(), app.config.reviews.texts_a_week);
    let last = app.store.read().await?.setting(DRAWN).await?;
    let last = last.and_then(|text| text.parse().ok()).map(Timestamp::from_micros);
    let due = last.map_or(a_week, |last| now.seconds_since(last).max(0).saturating_mul(a_week) / (7 * DAY_SECONDS));
    if due == 0 {
        return Ok(0);
    }
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    draw_some(app, &PREPARATION, &grant, usize::try_from(due.min(a_week)).unwrap_or(0)).await
}

/// Draws `n` texts within the grant.
///
/// # Errors
/// Whatever the database says.
pub async fn draw_some(app: &App, who: &impl Identity, grant: &Grant, n: usize) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let since = now.plus_seconds(-DAYS * DAY_SECONDS);
    if app.store.read().await?.review_candidates(grant, since).await?.is_empty() {
        return Ok(0);
    }
    let mut tx = app.store.begin(who, now).await?;
    // Whoever draws writes this first, so that two who draw wait for each other.
    tx.set_setting(DRAWN, &now.micros().to_string()).await?;
    let candidates = tx.review_candidates(grant, since).await?;
    // Where failures have no case, more is looked at.
    let weights = measure_coverage::gaps(app);
    let texts = candidates.into_iter().map(|candidate| drawable(app, candidate)).collect();
    let mut count = 0;
    for (candidate, lot) in draw(texts, &weights, n.min(AT_ONCE_MAX)) {
        let wanted = if has_two_readers(app, candidate.draft) { 2 } else { 1 };
        count += usize::from(keep(&mut tx, &candidate, lot, wanted).await?);
    }
    tx.commit(AuditEvent::ReviewsDrawn { texts: i64::try_from(count).unwrap_or(i64::MAX) }).await?;
    app.live.committed();
    Ok(count)
}

async fn keep(tx: &mut store::Tx, candidate: &Candidate, lot: Lot, wanted: i64) -> Result<bool, FlowError> {
    Ok(tx.add_review_sample(candidate, lot, wanted).await?)
}

fn drawable(app: &App, candidate: Candidate) -> Drawable<Candidate> {
    let chances = [Lot::Even, Lot::Weighted].map(|lot| {
        let name = format!("{}/{}/{lot}", candidate.draft, candidate.side);
        share(app.keys.commit_to("countersign/review-draw/1", name.as_bytes()))
    });
    Drawable { category: candidate.category.clone(), text: candidate, chances }
}

fn has_two_readers(app: &App, draft: DraftId) -> bool {
    let drawn = share(app.keys.commit_to("countersign/review-twice/1", draft.to_string().as_bytes()));
    drawn * 100.0 < app.config.reviews.two_readers_percent as f64
}

/// A digest as a number from 0 to 1.
fn share(digest: Digest) -> f64 {
    let first = digest.as_bytes().iter().take(7).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    first as f64 / (1_u64 << 56) as f64
}
