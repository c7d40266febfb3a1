//! How people answered triage's looks, and whether it keeps its promise. Reads only.

use desk::{
    Timestamp,
    calibration::{Kept, Said, Seen, drift as held},
    suggestion::VerdictKind,
};
use store::{Answered, Conn, Grant};

use super::train_triage::TARGET_PRECISION;
use crate::FlowError;

/// Days looked back when nobody says.
pub const DAYS: i64 = 90;

/// The share of decided tickets that are promised to be right.
#[must_use]
pub fn promised() -> f64 {
    (f64::from(TARGET_PRECISION) * 1e6).round() / 1e6
}

/// The looks of the last `days` that somebody answered or replied after, oldest first.
///
/// # Errors
/// Whatever the database says.
pub async fn answers(
    conn: &mut Conn,
    grant: &Grant,
    days: i64,
    now: Timestamp,
) -> Result<Vec<(Answered, Seen)>, FlowError> {
    let rows = conn.answered(grant, now.plus_seconds(-days * 86_400)).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.clone(), seen(&row)?))).collect())
}

/// The promise held against the sample of the last [`DAYS`].
///
/// # Errors
/// Whatever the database says.
pub async fn drift(conn: &mut Conn, grant: &Grant, now: Timestamp) -> Result<Kept, FlowError> {
    let seen: Vec<Seen> = answers(conn, grant, DAYS, now).await?.into_iter().map(|(_, seen)| seen).collect();
    Ok(held(promised(), &seen))
}

/// A suggestion with its answer; none when it was replaced before a reply left and nobody answered it.
pub(crate) fn seen(row: &Answered) -> Option<Seen> {
    let said = match &row.verdict {
        Some((VerdictKind::Accepted, _)) => Said::Accepted,
        Some((VerdictKind::Edited, category)) => Said::Edited { category: category.clone() },
        Some((VerdictKind::Rejected, _)) => Said::Rejected,
        None => {
            let replied = row.replied_at?;
            if row.next_at.is_some_and(|next| next <= replied) {
                return None;
            }
            Said::Unobjected
        }
    };
    // A look at a ticket whose category a person had chosen shows theirs: no answer to it is one to the machine.
    let own = |(key, _): &&(String, f64)| row.look.category.as_ref().is_none_or(|category| category == key);
    Some(Seen {
        first: row.look.candidates.first().filter(own).cloned(),
        decided: row.confidence.is_some() && row.look.category.is_some(),
        said,
        sampled: row.sampled,
        at: row.at,
    })
}
