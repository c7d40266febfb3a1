//! Looks for a person in everything a machine reads from: rows, cached vectors, the index's files, trained models. It changes
//! nothing, and it reads the files themselves, beside a desk that may be running.

use std::path::Path;

use desk::{Refusal, audit::Service};
use store::Purpose;

use crate::{
    App, FlowError,
    flow::{held_of, train_triage},
};

/// One place that was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is.
    pub name: &'static str,
    /// What was looked for, in words.
    pub looked: String,
    /// How much of it was found.
    pub found: u64,
}

/// What was found of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whether AI may touch their cases, and if not, whose word that is.
    pub allowed: Result<(), Refusal>,
    /// How many tickets they have.
    pub tickets: usize,
    /// Every place, each with what it holds for a machine to use.
    pub places: Vec<Place>,
    /// Requests that left for models while they were allowed; what was sent cannot be called back.
    pub sent_before: i64,
}

impl Proof {
    /// Whether no machine holds anything of theirs.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.places.iter().all(|place| place.found == 0)
    }
}

/// Looks for the requester with this address. `index` is the desk's own index folder.
///
/// # Errors
/// [`FlowError::NotFound`] for an address nobody has, [`FlowError::Unavailable`] where files cannot be read: what was not read
/// proves nothing.
pub async fn prove(app: &App, index: &Path, address: &str) -> Result<Proof, FlowError> {
    let mut conn = app.store.read().await?;
    let person = conn.requester_by_email(&address.trim().to_lowercase()).await?.ok_or(FlowError::NotFound)?;
    let organization = match person.organization {
        Some(id) => Some(conn.organization(id).await?.ai),
        None => None,
    };
    let voices = desk::consent::Voices { requester: person.ai, organization, desk: app.config.desk.ai_default };
    let allowed = desk::consent::may_use_ai(voices);
    let tickets = conn.every_ticket_of(person.id).await?;
    let traces = conn.machine_traces(person.id).await?;
    let keys = held_of::vector_keys(app, &mut conn, &tickets).await?;
    let kept = conn.kept_vectors(&keys).await?;
    let passages = held_of::passages(app, &mut conn, &tickets).await?;
    let groups: Vec<String> = tickets.iter().map(ToString::to_string).collect();
    let held = search::held(index, &groups, &passages).map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let taught = train_triage::taught_by(app, &mut conn, &tickets).await?;
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let learnt = conn.learnt(&grant).await?;
    let usable = learnt
        .iter()
        .filter(|l| tickets.contains(&l.ticket) && crate::triager::may_learn_from(l.said, app.config.desk.ai_default));
    let cases = if allowed.is_ok() { traces.cases } else { 0 };
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let places = vec![
        place("open drafts by a machine", format!("{} tickets", tickets.len()), traces.drafts.unsigned_abs()),
        place(
            "sources put before others' drafts",
            format!("{} tickets", tickets.len()),
            traces.put_before_others.unsigned_abs(),
        ),
        place(
            "drafts of a candidate model beside them",
            format!("{} tickets", tickets.len()),
            traces.shadows.unsigned_abs(),
        ),
        place("solved cases that may be used", format!("{} rows", traces.cases), cases.unsigned_abs()),
        place("corrections that triage remembers", format!("{} corrections", learnt.len()), count(usable.count())),
        place("cached vectors", format!("{} keys", keys.len()), count(kept)),
        place("passages in the index's files", format!("{} groups", groups.len()), held.passages),
        place("vectors in the index's file", format!("{} passages", passages.len()), count(held.vectors)),
        place("trained models", format!("{} versions", conn.models().await?.len()), count(taught.len())),
    ];
    Ok(Proof { allowed, tickets: tickets.len(), places, sent_before: traces.exchanges })
}

const fn place(name: &'static str, looked: String, found: u64) -> Place {
    Place { name, looked, found }
}
