//! A visit to the help centre that found something and led to no request within a week settled its question. Only a search from the
//! desk's own page begins one, so that what follows links alone counts nothing. Who writes a mail instead is not seen.

use desk::{
    Digest,
    outcome::{Count, Counts, Lived, Outcome, Place},
};
use outbox::DoorError;
use store::Visit;

use crate::{App, FlowError};

/// What marks of the search form are bound to.
const ABOUT: &str = "visit";
/// Seconds within which a request follows from a visit.
const WEEK: i64 = 7 * 86_400;
/// Visits counted at once.
const AT_ONCE: i64 = 1_000;
/// What wrote the answer, as figures are told apart by it.
const HELP_CENTRE: &str = "help_centre";

/// The mark of the visit that a search form continues, or of a new one.
///
/// # Errors
/// When there is no randomness.
pub fn mark(app: &App, given: Option<&str>) -> Result<String, DoorError> {
    let now = app.clock.now();
    match given.filter(|mark| app.door.form_of(ABOUT, mark, now).is_some()) {
        Some(mark) => Ok(mark.to_owned()),
        None => app.door.form_token(ABOUT, now),
    }
}

/// Something was found in a visit.
///
/// # Errors
/// Whatever the database says.
pub async fn found(app: &App, given: Option<&str>, words: &str, language: &str) -> Result<(), FlowError> {
    let now = app.clock.now();
    let Some(visit) = given.and_then(|mark| app.door.form_of(ABOUT, mark, now)) else { return Ok(()) };
    Ok(app.store.keep_visit(&visit.nonce, language, digest(words), now).await?)
}

/// A request was made with what was looked for.
///
/// # Errors
/// Whatever the database says.
pub async fn led(app: &App, words: &str) -> Result<(), FlowError> {
    Ok(app.store.visit_led(digest(words), app.clock.now().plus_seconds(-WEEK)).await?)
}

fn digest(words: &str) -> Digest {
    let plain: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    Digest::of(plain.join(" ").as_bytes())
}

/// Counts visits whose week is over. Returns how many. Counted twice under its name it is counted once.
///
/// # Errors
/// Whatever the database says.
pub async fn count(app: &App) -> Result<usize, FlowError> {
    let mut conn = app.store.read().await?;
    let visits = conn.visits_before(app.clock.now().plus_seconds(-WEEK), AT_ONCE).await?;
    if visits.is_empty() {
        return Ok(0);
    }
    let counted = conn.outcomes_counted().await?;
    drop(conn);
    let outcomes: Vec<Outcome> = visits.iter().map(outcome).collect();
    app.store.keep_outcomes(&outcomes, counted).await?;
    app.store.forget_visits(&visits).await?;
    Ok(visits.len())
}

fn outcome(visit: &Visit) -> Outcome {
    let place = Place {
        week: visit.at.monday(),
        // It is nobody's queue: whoever sees the whole desk sees it.
        queue: String::new(),
        category: String::new(),
        product: String::new(),
        persona: String::new(),
        language: visit.language.clone(),
        model: HELP_CENTRE.to_owned(),
        failure: String::new(),
        lived: Lived::Here,
    };
    let counts = Counts::default().with(Count::Common, 1).with(Count::Contained, i64::from(!visit.led));
    Outcome { ticket: visit.id, number: 0, ended: visit.at.plus_seconds(WEEK), place, counts }
}
