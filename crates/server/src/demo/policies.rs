//! The invented company's policies without a database, for what runs beside any desk.

use desk::{
    Timestamp,
    policy::{Owner, Policies, Policy},
};

use super::files::{self, TakenOver};
use crate::FlowError;

/// Its policies as the demo begins at `now`.
///
/// # Errors
/// When the embedded world is damaged.
pub fn policies(now: Timestamp) -> Result<Policies, FlowError> {
    let categories = files::company()?.categories;
    let shipped = Policies::new(categories.clone(), Vec::new());
    let stored = files::policies()?.into_iter().map(|taken| policy(taken, &shipped, now)).collect();
    Ok(Policies::new(categories, stored))
}

fn policy(taken: TakenOver, shipped: &Policies, now: Timestamp) -> Policy {
    let old = shipped.find(taken.kind, &taken.key);
    let as_shipped = || old.map(|p| p.body.clone()).unwrap_or_default();
    let name = taken.name.or_else(|| old.map(|p| p.name.clone())).unwrap_or_else(|| taken.key.clone());
    Policy {
        kind: taken.kind,
        key: taken.key,
        name,
        version: old.map_or(0, |p| p.version) + 1,
        body: if taken.body.is_empty() { as_shipped() } else { taken.body.join("\n") + "\n" },
        categories: Vec::new(),
        owner: Owner::Nobody,
        review_by: Some(now.plus_seconds(taken.review_days * 86_400)),
        made_by: None,
        made_at: None,
        note: taken.note,
    }
}
