//! What stays when a ticket is looked at again: flags nobody dismissed, and what a person decided.

use serde::{Deserialize, Serialize};

use crate::{
    risk::{Flag, Raised},
    ticket::Priority,
    time::Timestamp,
};

use super::{Field, Triage};

/// A flag as one message raised it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When the message came.
    pub at: Timestamp,
    /// The flag with its words.
    pub raised: Raised,
}

/// A person's word that a flag does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// The flag.
    pub flag: Flag,
    /// When it was dismissed; what is written later raises it anew.
    pub at: Timestamp,
}

/// When a person last answered the requester, if ever.
pub type Answered = Option<Timestamp>;

/// The flags that stand, each once with its newest words, in the order of [`Flag::ALL`]. Grave flags stand until
/// they are dismissed; the others are over once a person answered.
#[must_use]
pub fn standing(seen: Vec<Seen>, answered: Answered, dismissed: &[Dismissal]) -> Vec<Raised> {
    let mut stand: Vec<Seen> = seen
        .into_iter()
        .filter(|s| s.raised.flag.is_grave() || answered.is_none_or(|answered| s.at > answered))
        .filter(|s| !dismissed.iter().any(|d| d.flag == s.raised.flag && d.at >= s.at))
        .collect();
    stand.sort_by_key(|s| (s.raised.flag, std::cmp::Reverse(s.at)));
    stand.dedup_by_key(|s| s.raised.flag);
    stand.into_iter().map(|s| s.raised).collect()
}

/// What people dismissed: flags of the last look that the ticket no longer bears, and those that look already knew of,
/// unless somebody put the flag back.
#[must_use]
pub fn dismissals(last: &Triage, made_at: Timestamp, borne: &[Flag]) -> Vec<Dismissal> {
    let new = last.risk.iter().map(|r| Dismissal { flag: r.flag, at: made_at });
    last.dismissed.iter().copied().chain(new).filter(|d| !borne.contains(&d.flag)).collect()
}

/// What the ticket's row is to say after a new look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Order of work.
    pub priority: Priority,
    /// Queue key.
    pub queue: String,
}

/// Leaves alone what a person changed since the machine's last look: its queue, unless a grave flag is new, and its
/// priority, unless the new look is more pressing than the last one was. Notes on the look what was kept.
pub fn keep(look: &mut Triage, last: Option<&Triage>, priority: Priority, queue: &str) -> Kept {
    let mut kept = Kept { priority: look.priority, queue: look.queue.clone() };
    let Some(last) = last else { return kept };
    let grave = |t: &Triage, f: Flag| t.risk.iter().any(|r| r.flag == f);
    let newly_grave = look.risk.iter().any(|r| r.flag.is_grave() && !grave(last, r.flag));
    if (last.queue != queue || last.kept.contains(&Field::Queue)) && !newly_grave {
        kept.queue = queue.to_owned();
        look.kept.push(Field::Queue);
        look.queue_because = "A person chose this queue.".to_owned();
    }
    if last.priority != priority || last.kept.contains(&Field::Priority) {
        kept.priority =
            if newly_grave || look.priority > last.priority { look.priority.max(priority) } else { priority };
        look.kept.push(Field::Priority);
    }
    kept
}
