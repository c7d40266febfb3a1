//! What came while nobody worked, in the order in which it is begun: emergencies, then by the promised time, then as it came.
//! A few at a time, so that a full night is no wall.

use crate::{ids::TicketId, time::Timestamp};

/// How many stand in front at once.
pub const AT_ONCE: usize = 5;
/// Nobody there for so long is a night, in seconds; less is a lunch.
pub const NIGHT_SECONDS: i64 = 4 * 60 * 60;

/// How soon a ticket wants somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// At once: urgent, or with a grave flag.
    Emergency,
    /// In turn.
    Usual,
}

/// A ticket that waits in the morning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub ticket: TicketId,
    /// How soon it wants somebody.
    pub weight: Weight,
    /// Until when something is promised.
    pub due: Option<Timestamp>,
    /// When it came.
    pub came: Timestamp,
}

/// The order in which they are begun.
#[must_use]
pub fn in_order(mut waiting: Vec<Waiting>) -> Vec<Waiting> {
    waiting.sort_by_key(|one| (one.weight, one.due.is_none(), one.due, one.came, one.ticket));
    waiting
}

/// What a look at a draft that was made at night says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It answers the newest question from current sources under current policies.
    Holds,
    /// Something it rests on is another; it is made anew.
    Outdated,
}

/// What a draft rests on, as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Rests<'a> {
    /// When it was made.
    pub made: Timestamp,
    /// Whether the letter it answers is the newest question still.
    pub answers_newest: bool,
    /// Whether each source it cites is current and may ground still.
    pub sources: &'a [bool],
    /// When the newest version of any policy was made.
    pub newest_policy: Option<Timestamp>,
}

/// Whether a draft can be shown in the morning as it is. Any policy that is newer counts: making a draft anew costs
/// nothing, and guessing which rule could matter may be wrong.
#[must_use]
pub fn look(draft: Rests<'_>) -> Held {
    let newer = draft.newest_policy.is_some_and(|at| at > draft.made);
    let stands = draft.answers_newest && draft.sources.iter().all(|current| *current) && !newer;
    if stands { Held::Holds } else { Held::Outdated }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn emergencies_come_first_then_what_is_due_then_what_came_first() {
        let at = Timestamp::from_secs;
        let one = |n: u128, weight, due: Option<i64>, came| Waiting {
            ticket: Uuid::from_u128(n).into(),
            weight,
            due: due.map(at),
            came: at(came),
        };
        let night = vec![
            one(1, Weight::Usual, None, 5),
            one(2, Weight::Usual, Some(90), 9),
            one(3, Weight::Emergency, None, 8),
            one(4, Weight::Usual, None, 2),
            one(5, Weight::Usual, Some(40), 7),
            one(6, Weight::Emergency, Some(99), 6),
        ];
        let order: Vec<TicketId> = in_order(night).iter().map(|w| w.ticket).collect();
        assert_eq!(order, [6, 3, 5, 2, 4, 1].map(|n| Uuid::from_u128(n).into()));
    }

    #[test]
    fn a_draft_holds_while_everything_it_rests_on_does() {
        let at = Timestamp::from_secs;
        let rests = Rests { made: at(10), answers_newest: true, sources: &[true, true], newest_policy: Some(at(10)) };
        assert_eq!(look(rests), Held::Holds);
        assert_eq!(look(Rests { answers_newest: false, ..rests }), Held::Outdated);
        assert_eq!(look(Rests { sources: &[true, false], ..rests }), Held::Outdated);
        assert_eq!(look(Rests { newest_policy: Some(at(11)), ..rests }), Held::Outdated);
        assert_eq!(look(Rests { sources: &[], newest_policy: None, ..rests }), Held::Holds);
    }
}
