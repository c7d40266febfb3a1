//! What makes a category fall from its rung by itself. Nobody is asked; a lead may take it up again on new evidence.

use crate::{
    drift::Watch,
    ladder::{Cause, Rung, Step},
    readiness::REVIEW_DAYS,
    time::Timestamp,
};

/// What happened in a category since it came to its rung.
#[derive(Debug, Clone, Copy)]
pub struct Since<'a> {
    /// Where it stands.
    pub rung: Rung,
    /// The step that led there; none where nobody has moved it.
    pub step: Option<&'a Step>,
    /// Severe failures that people confirmed.
    pub severe: usize,
    /// Answers that went wrong or did not, in their order.
    pub wrong: &'a [bool],
    /// The last review of a draft or reply.
    pub reviewed: Option<Timestamp>,
}

/// Where it falls to, and why; none when it stays. Something severe makes any category fall that drafts; drift and missing
/// reviews those that climbed, because evidence was promised there.
#[must_use]
pub fn falls(since: &Since<'_>, now: Timestamp) -> Option<(Rung, Cause)> {
    let to = since.rung.down()?;
    if since.severe > 0 && since.rung >= Rung::DraftsInside {
        return Some((to, Cause::SevereFailure));
    }
    let step = since.step.filter(|step| step.cause == Cause::Climbed && step.rung >= Rung::Drafts)?;
    if Watch::over(step.trial.rate()).alarm(since.wrong.iter().copied()).is_some() {
        return Some((to, Cause::Drift));
    }
    let last = since.reviewed.map_or(step.at, |at| at.max(step.at));
    (now.seconds_since(last) > REVIEW_DAYS * 86_400).then_some((to, Cause::ReviewLapsed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::Trial;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn step(cause: Cause, rung: Rung, days_ago: i64) -> Step {
        let (id, at) = (Uuid::from_u128(1).into(), NOW.plus_seconds(-days_ago * 86_400));
        Step { id, category: "how".into(), pilot: None, rung, cause, trial: Trial { n: 200, wrong: 8 }, at }
    }

    #[test]
    fn it_falls_by_one_rung_for_each_cause_and_stays_otherwise() {
        let climbed = step(Cause::Climbed, Rung::StandingApprovals, 20);
        let quiet = [false; 300];
        let calm =
            Since { rung: Rung::StandingApprovals, step: Some(&climbed), severe: 0, wrong: &quiet, reviewed: None };
        assert_eq!(falls(&calm, NOW), None);
        let down = |cause| Some((Rung::Drafts, cause));
        assert_eq!(falls(&Since { severe: 1, ..calm }, NOW), down(Cause::SevereFailure));
        let worse: Vec<bool> = (0..300).map(|n| n % 7 == 0).collect();
        assert_eq!(falls(&Since { wrong: &worse, ..calm }, NOW), down(Cause::Drift));
        let old = step(Cause::Climbed, Rung::StandingApprovals, 31);
        let unseen = Since { step: Some(&old), ..calm };
        assert_eq!(falls(&unseen, NOW), down(Cause::ReviewLapsed));
        assert_eq!(falls(&Since { reviewed: Some(NOW.plus_seconds(-86_400)), ..unseen }, NOW), None);
    }

    #[test]
    fn nobody_falls_from_where_nothing_was_promised() {
        let worse = [true; 300];
        let started = Since { rung: Rung::Drafts, step: None, severe: 0, wrong: &worse, reviewed: None };
        assert_eq!(falls(&started, NOW), None);
        let severe = Since { severe: 1, ..started };
        assert_eq!(falls(&severe, NOW), Some((Rung::DraftsInside, Cause::SevereFailure)));
        let lowered = step(Cause::Lowered, Rung::Drafts, 90);
        assert_eq!(falls(&Since { step: Some(&lowered), ..started }, NOW), None);
        assert_eq!(falls(&Since { rung: Rung::TriageOnly, ..severe }, NOW), None, "nothing it wrote can have left");
        assert_eq!(falls(&Since { rung: Rung::Off, ..severe }, NOW), None);
    }
}
