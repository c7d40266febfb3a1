//! Macros: short approved texts with slots that people put into replies as they stand.
//!
//! A macro is an article of another kind: the same owners, versions and review dates. It grounds no draft, because a
//! draft states facts and a macro is wording. It names the articles it rests on; when one of them changes, its owner
//! reads it again before anybody inserts it.

use crate::{
    knowledge::{ArticleState, Audience, Freshness, freshness, may_ground},
    template::Template,
    time::Timestamp,
};

/// Articles that a macro can rest on, at most.
pub const RESTS_MAX: usize = 20;

/// Where a macro, or an article it rests on, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: ArticleState,
    /// Who may read it.
    pub audience: Audience,
    /// Its next review.
    pub review_by: Option<Timestamp>,
}

/// Why a macro cannot be inserted now. `Display` is one sentence for whoever wanted to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Resting {
    /// Its owner withdrew it or never approved it.
    #[error("Its owner did not approve it, or took it back.")]
    Unapproved,
    /// An article it rests on changed.
    #[error("“{0}” changed, on which it rests. Its owner reads it again first.")]
    Changed(String),
    /// Its own review date has passed.
    #[error("Its review date has passed. Its owner reads it again first.")]
    Due,
    /// An article it rests on may not be used any more.
    #[error("“{0}”, on which it rests, is not approved and in time any more.")]
    Ground(String),
}

/// Is this a text that a macro can have?
///
/// # Errors
/// One sentence about the first thing that is wrong.
pub fn check(body: &str, audience: Audience, rests: usize) -> Result<(), String> {
    Template::read(body).map_err(|e| e.to_string())?;
    if audience == Audience::Internal {
        return Err("A macro goes to customers. Choose a source and an audience that are public.".to_owned());
    }
    if rests > RESTS_MAX {
        return Err(format!("A macro rests on at most {RESTS_MAX} articles."));
    }
    Ok(())
}

/// May this macro be inserted `now`? `changed` is the title of the article that sent it back; `rests` are those it rests
/// on, by title.
///
/// # Errors
/// [`Resting`] says why not.
pub fn may_insert(
    own: Standing,
    changed: Option<&str>,
    rests: &[(String, Standing)],
    now: Timestamp,
) -> Result<(), Resting> {
    if own.state != ArticleState::Approved || own.audience != Audience::Public {
        return Err(Resting::Unapproved);
    }
    if !may_ground(own.state, own.audience, own.review_by, now) {
        return Err(changed.map_or(Resting::Due, |title| Resting::Changed(title.to_owned())));
    }
    let stands =
        |s: &Standing| s.state == ArticleState::Approved && freshness(s.state, s.review_by, now) == Freshness::Current;
    match rests.iter().find(|(_, standing)| !stands(standing)) {
        Some((title, _)) => Err(Resting::Ground(title.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn standing(state: ArticleState, days: i64) -> Standing {
        Standing { state, audience: Audience::Public, review_by: Some(NOW.plus_seconds(days * 86_400)) }
    }

    #[test]
    fn a_macro_may_be_inserted_only_while_it_and_its_ground_stand() {
        use ArticleState::{Approved, Draft, Expired, Withdrawn};
        let good = standing(Approved, 9);
        let on = |state, days| vec![("Refunds".to_owned(), standing(state, days))];
        let internal = vec![("Runbook".to_owned(), Standing { audience: Audience::Internal, ..good })];
        let changed = Some("Refunds");
        for (own, because, rests, expected) in [
            (good, None, vec![], Ok(())),
            (good, None, on(Approved, 9), Ok(())),
            (good, None, internal, Ok(())),
            (standing(Draft, 9), None, vec![], Err(Resting::Unapproved)),
            (standing(Withdrawn, 9), changed, vec![], Err(Resting::Unapproved)),
            (standing(Expired, 9), None, vec![], Err(Resting::Unapproved)),
            (Standing { audience: Audience::Internal, ..good }, None, vec![], Err(Resting::Unapproved)),
            (standing(Approved, -1), None, vec![], Err(Resting::Due)),
            (standing(Approved, -1), changed, vec![], Err(Resting::Changed("Refunds".to_owned()))),
            (good, None, on(Approved, -1), Err(Resting::Ground("Refunds".to_owned()))),
            (good, None, on(Withdrawn, 9), Err(Resting::Ground("Refunds".to_owned()))),
        ] {
            assert_eq!(may_insert(own, because, &rests, NOW), expected);
        }
    }

    #[test]
    fn texts_of_macros() {
        assert_eq!(check("Hello {{requester.first_name|there}}", Audience::Public, 0), Ok(()));
        for (body, audience, rests) in [
            ("Hello {{requester.phone}}", Audience::Public, 0),
            ("Hello {{requester.name", Audience::Public, 0),
            ("  ", Audience::Public, 0),
            ("Hello", Audience::Internal, 0),
            ("Hello", Audience::Public, RESTS_MAX + 1),
        ] {
            assert!(check(body, audience, rests).is_err(), "{body} {audience} {rests}");
        }
    }
}
