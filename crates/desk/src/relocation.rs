//! When two tickets may become one, and when a part of one may become its own. Letters and notes move; what has left, what
//! was approved and the record stay with the ticket they happened on.

use crate::{
    closed_list,
    ids::{MessageId, RequesterId, TicketId},
    refusal::Refusal,
    ticket::Status,
};

closed_list! {
    /// How letters come to another ticket.
    pub enum Relocation ("relocation") {
        /// All of them, since both tickets are about the same.
        Merge = "merge",
        /// Some of them, since one ticket is about two things.
        Split = "split",
    }
}

closed_list! {
    /// Which letters a split takes along.
    pub enum Take ("part of a ticket") {
        /// The chosen one.
        Alone = "alone",
        /// The chosen one and all that came or left after it.
        Following = "following",
    }
}

/// A ticket, as far as merging and splitting ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Which.
    pub ticket: TicketId,
    /// Its number, for the sentence.
    pub number: i64,
    /// Who asked.
    pub requester: RequesterId,
    /// Where it is.
    pub status: Status,
    /// Number of the ticket it was merged into.
    pub merged_into: Option<i64>,
    /// A reply was approved and has not left, or nobody knows whether it has.
    pub letter_waits: bool,
    /// A receiver has the case, or is asked to take it.
    pub is_up: bool,
}

/// A message of a thread, as far as a split asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub id: MessageId,
    /// Whether the requester's side wrote it.
    pub inbound: bool,
}

/// Whether `from` may be merged into `into`.
///
/// # Errors
/// [`Refusal::Stays`] with the reason.
pub fn may_merge(from: &Side, into: &Side) -> Result<(), Refusal> {
    if from.ticket == into.ticket {
        return stays("A ticket cannot be merged into itself. Choose another.");
    }
    whole(from)?;
    if let Some(number) = into.merged_into {
        return stays(format!("#{} was merged into #{number} itself. Merge into #{number}.", into.number));
    }
    if into.status == Status::Closed {
        return stays(format!("#{} is closed. Merge it into #{} instead.", into.number, from.number));
    }
    if from.requester != into.requester {
        return stays("These tickets are of two requesters, who would read each other's letters. They stay apart.");
    }
    if from.is_up {
        return stays(format!(
            "#{} went up, and its receiver works with it. Merge #{} into it instead, or end the escalation first.",
            from.number, into.number
        ));
    }
    no_letter_waits(into)
}

/// Which messages of `thread`, oldest first, a split at `chosen` takes along.
///
/// # Errors
/// [`Refusal::Stays`] with the reason.
pub fn may_split(side: &Side, thread: &[Part], chosen: MessageId, take: Take) -> Result<Vec<MessageId>, Refusal> {
    whole(side)?;
    let Some(at) = thread.iter().position(|part| part.id == chosen && part.inbound) else {
        return stays("A ticket of its own begins with a letter of the requester. Choose one of theirs.");
    };
    let end = if take == Take::Alone { at + 1 } else { thread.len() };
    let (before, rest) = thread.split_at(at);
    let (taken, after) = rest.split_at(end - at);
    if !before.iter().chain(after).any(|part| part.inbound) {
        return stays("Nothing that the requester wrote would be left here. The ticket is this one already.");
    }
    Ok(taken.iter().map(|part| part.id).collect())
}

/// Whether what moved `from` one ticket `to` another may be put back. `moved_on` says that some of it is elsewhere by now.
///
/// # Errors
/// [`Refusal::Stays`] with the reason.
pub fn may_put_back(to: &Side, moved_on: bool) -> Result<(), Refusal> {
    whole(to)?;
    if moved_on {
        return stays(format!("Letters of this merge left #{} since, by a later one. Undo that first.", to.number));
    }
    Ok(())
}

/// Nothing moves out of what was merged itself, nor while a letter is on its way.
fn whole(side: &Side) -> Result<(), Refusal> {
    if let Some(number) = side.merged_into {
        return stays(format!("#{} was merged into #{number}. Go on there, or undo the merge first.", side.number));
    }
    no_letter_waits(side)
}

fn no_letter_waits(side: &Side) -> Result<(), Refusal> {
    if side.letter_waits {
        return stays(format!(
            "A reply of #{} is approved and on its way. Wait until it has left, or take it back first.",
            side.number
        ));
    }
    Ok(())
}

fn stays<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Stays { why: why.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn side(n: u128) -> Side {
        let number = i64::try_from(n).unwrap_or(0);
        let requester = Uuid::from_u128(7).into();
        let ticket = Uuid::from_u128(n).into();
        Side { ticket, number, requester, status: Status::Open, merged_into: None, letter_waits: false, is_up: false }
    }

    fn why(result: Result<(), Refusal>) -> String {
        result.err().map(|refusal| refusal.to_string()).unwrap_or_default()
    }

    #[test]
    fn only_whole_tickets_of_one_requester_become_one() {
        let (b, a) = (side(2), side(1));
        let other: RequesterId = Uuid::from_u128(8).into();
        let cases = [
            (b.clone(), a.clone(), ""),
            (Side { status: Status::Closed, ..b.clone() }, a.clone(), ""),
            (b.clone(), Side { is_up: true, ..a.clone() }, ""),
            (a.clone(), a.clone(), "itself"),
            (b.clone(), Side { requester: other, ..a.clone() }, "two requesters"),
            (b.clone(), Side { status: Status::Closed, ..a.clone() }, "#1 is closed"),
            (b.clone(), Side { merged_into: Some(2), ..a.clone() }, "merged into #2 itself"),
            (Side { merged_into: Some(1), ..b.clone() }, a.clone(), "was merged into #1"),
            (Side { letter_waits: true, ..b.clone() }, a.clone(), "A reply of #2"),
            (b.clone(), Side { letter_waits: true, ..a.clone() }, "A reply of #1"),
            (Side { is_up: true, ..b.clone() }, a.clone(), "went up"),
        ];
        for (from, into, expected) in cases {
            let said = why(may_merge(&from, &into));
            assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{expected}: {said}");
        }
    }

    #[test]
    fn a_split_takes_letters_of_the_requester_and_leaves_one() {
        let id = |n: u128| -> MessageId { Uuid::from_u128(n).into() };
        let thread: Vec<Part> =
            [(1, true), (2, false), (3, true), (4, false)].map(|(n, inbound)| Part { id: id(n), inbound }).to_vec();
        let split = |n, take| may_split(&side(1), &thread, id(n), take).ok();
        assert_eq!(split(3, Take::Alone), Some(vec![id(3)]));
        assert_eq!(split(3, Take::Following), Some(vec![id(3), id(4)]));
        assert_eq!(split(1, Take::Alone), Some(vec![id(1)]));
        assert_eq!(split(1, Take::Following), None, "nothing would be left");
        assert_eq!(split(2, Take::Alone), None, "our own letter");
        assert_eq!(split(9, Take::Alone), None, "not of this ticket");
        assert_eq!(may_split(&side(1), &thread[..2], id(1), Take::Alone).ok(), None, "only our letter would be left");
        let merged = Side { merged_into: Some(5), ..side(1) };
        assert!(may_split(&merged, &thread, id(3), Take::Alone).is_err());
    }

    #[test]
    fn what_moved_on_is_not_put_back() {
        assert!(may_put_back(&side(1), false).is_ok());
        assert!(why(may_put_back(&side(1), true)).contains("Undo that first"));
        assert!(may_put_back(&Side { merged_into: Some(3), ..side(1) }, false).is_err());
        assert!(may_put_back(&Side { letter_waits: true, ..side(1) }, false).is_err());
    }
}
