//! Asks the model in use whether a statement is true of a draft: through the gate and under the consent of the ticket it is about,
//! with every request kept there. What it says decides nothing here.

use desk::{
    draft::DraftOrigin,
    eval::graded::{self, Answer, Judged, Reading, Turn},
};
use store::ExchangeSide;

use super::{
    consult_model::{Consultation, consult, restore_json},
    prepare_reply::Case,
    which_model::Endpoint,
};
use crate::{App, FlowError};

/// Requests that one statement makes at most: as it stands, and turned round.
pub const REQUESTS_EACH: usize = 2;
/// Longest answer, in the model's own pieces of words.
const TOKENS_MAX: u32 = 300;

/// Whether a statement is true of a draft. An answer that is none counts for nothing.
///
/// # Errors
/// [`FlowError::Refused`] where the ticket's people said no to AI, or its category keeps models out: then nothing was asked.
pub async fn grade(
    app: &App,
    endpoint: Endpoint<'_>,
    case: &Case,
    judged: &Judged,
    statement: &str,
) -> Result<Reading, FlowError> {
    case.conduct.allows(DraftOrigin::Model)?;
    let plain = match ask(app, endpoint, case, judged, (statement, Turn::Plain)).await {
        Err(FlowError::Unavailable(why)) => return Ok(Reading::Unsure { why }),
        other => other?,
    };
    if let Err(reading) = graded::worth_turning(&judged.draft, &plain) {
        return Ok(reading);
    }
    match ask(app, endpoint, case, judged, (statement, Turn::Turned)).await {
        Err(FlowError::Unavailable(why)) => Ok(Reading::Unsure { why }),
        other => Ok(graded::weigh(&judged.draft, &plain, &other?)),
    }
}

async fn ask(
    app: &App,
    endpoint: Endpoint<'_>,
    case: &Case,
    judged: &Judged,
    (statement, turn): (&str, Turn),
) -> Result<Answer, FlowError> {
    let user = |marker: &str| graded::user(judged, statement, turn, marker);
    let asked = Consultation {
        endpoint,
        side: ExchangeSide::Present,
        system: graded::SYSTEM,
        user: &user,
        others: &[],
        max_tokens: TOKENS_MAX,
    };
    let read =
        |text: &str, table: &redact::Table, _: &redact::Redacted| graded::read_answer(&restore_json(text, table)?);
    consult(app, case, asked, read).await.map(|(_, answer)| answer)
}
